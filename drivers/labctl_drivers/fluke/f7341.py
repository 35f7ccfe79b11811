"""Fluke 7341 deep-well compact bath, over its serial port.

Source: 7341 user's guide, chapter digital communication interface. As delivered: 2400 baud, 8N1, full duplex. The range
is engineering memory of the data sheet [K].
"""

from typing import ClassVar

from labctl.instruments.limits import Limit
from labctl.metrology.quantity import Quantity
from labctl_drivers.fluke.hart_serial import VernierDriver


class F7341(VernierDriver, model="7341"):
    """Fluke 7341, stirred comparison bath from -45 °C to 150 °C."""

    limits: ClassVar = {"temperature": Limit(low=Quantity.of(-45, "°C"), high=Quantity.of(150, "°C"))}
