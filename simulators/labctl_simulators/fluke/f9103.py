"""Fluke 9103 dry-well calibrator on its serial port: a metal block from -25 °C to 140 °C.

Source: 9103 user's guide, chapter digital communication interface; figures of its physics are engineering estimates.
"""

from labctl_simulators.fluke.hart_serial import HartController
from labctl_simulators.thermal.volume import Figures


class F9103(HartController, model="9103"):
    """A block with wells: quicker than a bath, and less uniform along its wells."""

    version = "2.04"
    figures = Figures(
        time_constant=300.0,
        dead_time=10.0,
        heating=7.0 / 60,
        cooling=5.0 / 60,
        stability=0.02,
        across=0.03,
        along=0.15,
        lowest=-25.0,
        highest=140.0,
    )
