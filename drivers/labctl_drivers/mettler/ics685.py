"""Mettler-Toledo ICS685 weighing terminal with a high-resolution platform of 150 kg in steps of 0.002 kg.

The tank of a flow rig stands on the platform. Source: MT-SICS Reference Manual; platform and step are those of a rig as
it is usually ordered [K].
"""

from labctl_drivers.mettler.sics import SicsBalance


class ICS685(SicsBalance, maker="Mettler", model="ICS685"):
    """Mettler-Toledo ICS685, weighing terminal, 150 kg."""

    interval = 0.002
