"""Fluke 9103 dry-well calibrator, over its serial port.

Source: 9103 user's guide, chapter digital communication interface. As delivered: 2400 baud, 8N1 [K]; the range is
engineering memory of the data sheet [K].
"""

from typing import ClassVar

from labctl.instruments.limits import Limit
from labctl.metrology.quantity import Quantity
from labctl_drivers.fluke.hart_serial import HartDriver


class F9103(HartDriver, model="9103"):
    """Fluke 9103, dry well from -25 °C to 140 °C."""

    limits: ClassVar = {"temperature": Limit(low=Quantity.of(-25, "°C"), high=Quantity.of(140, "°C"))}

    def soak_stability(self) -> Quantity:
        """Return the band within which the well calls itself stable (`ts`)."""
        text = self.query("ts")
        digits = text.partition(":")[2].strip()
        if not digits.replace(".", "", 1).isdecimal():
            raise self._unexpected("ts: a number")
        return Quantity.of(float(digits), "K")
