"""Fluke 7341 deep-well compact bath on its serial port: a stirred bath from -45 °C to 150 °C.

Source: 7341 user's guide, chapter digital communication interface; figures of its physics are engineering estimates.
"""

from labctl_simulators.fluke.hart_serial import HartController
from labctl_simulators.thermal.volume import Figures


class F7341(HartController, model="7341"):
    """A stirred bath."""

    figures = Figures()
