"""Fluke 9112B calibration furnace on its serial port: a horizontal tube up to 1100 °C.

It speaks the protocol of the dry wells; figures of its physics are engineering estimates.
"""

from labctl_simulators.fluke.hart_serial import HartController
from labctl_simulators.thermal.volume import Figures


class F9112B(HartController, model="9112B"):
    """A furnace: slow, wandering, and falling off towards its mouth."""

    version = "1.10"
    decimals = 1
    figures = Figures(
        time_constant=900.0,
        damping=0.7,
        dead_time=40.0,
        heating=25.0 / 60,
        cooling=8.0 / 60,
        stability=0.4,
        ripple=1900.0,
        across=0.05,
        along=0.1,
        bow=1.2,
        lowest=25.0,
        highest=1100.0,
    )
