"""Mettler-Toledo IND570 weighing terminal with a tank scale of 3000 kg in steps of 0.02 kg.

Source: MT-SICS Reference Manual; capacity and step are those of a rig as it is usually ordered [K].
"""

from labctl_drivers.mettler.sics import SicsBalance


class IND570(SicsBalance, maker="Mettler", model="IND570"):
    """Mettler-Toledo IND570, weighing terminal, 3000 kg."""

    interval = 0.02
