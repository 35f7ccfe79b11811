"""Fluke 9112B calibration furnace for thermocouples, over its serial port.

It speaks the protocol of the dry wells; range, resolution and line settings are engineering memory [K].
"""

from typing import ClassVar

from labctl.instruments.limits import Limit
from labctl.instruments.safety import SafeState
from labctl.metrology.quantity import Quantity
from labctl_drivers.fluke.hart_serial import HartDriver


class F9112B(HartDriver, model="9112B"):
    """Fluke 9112B, horizontal furnace up to 1100 °C."""

    safe = SafeState(commands=(b"s=25.0\r",), clears=b"\r", energy=True)
    resolution = Quantity.of(0.1, "K")
    limits: ClassVar = {"temperature": Limit(low=Quantity.of(25, "°C"), high=Quantity.of(1100, "°C"))}
