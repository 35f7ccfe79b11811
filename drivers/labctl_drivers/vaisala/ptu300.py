"""Vaisala PTU300 combined pressure, humidity and temperature transmitter, over its serial port.

Source: PTU300 User's Guide M210796EN, chapter 4, serial line communication. As delivered: 4800 baud, 7E1. The
transmitter must be in STOP or SEND mode (`SMODE STOP`), with echo off and the default output format.
"""

import re
from collections.abc import Callable
from typing import Final

from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl_drivers.vaisala.transmitter import Transmitter

_NUMBER: Final = r"\s*([+-]?\d+\.\d+)\s*"
_READING: Final = re.compile(rf"\s*P={_NUMBER}hPa\s+T={_NUMBER}'C\s+RH={_NUMBER}%RH\s*")


class PTU300(Transmitter, maker="Vaisala", model="PTU300"):
    """Vaisala PTU300, transmitter of air pressure, humidity and temperature."""

    quantities = ("temperature", "humidity", "pressure")
    model_pattern = r"PTU30[0137T]"  # the models differ in their probes alone
    listing_model = re.compile(r"(PTU30\w)\s*/\s*(\S+)")

    def temperature(self) -> Indication:
        """Measure the air temperature."""
        return self.indication(self._send, "°C", resolution=Quantity.of(0.1, "K"), part=_field(2))

    def humidity(self) -> Indication:
        """Measure the relative humidity."""
        return self.indication(self._send, "%", resolution=Quantity.of(0.1, "%"), part=_field(3))

    def pressure(self) -> Indication:
        """Measure the air pressure."""
        return self.indication(self._send, "hPa", resolution=Quantity.of(0.1, "hPa"), part=_field(1))


def _field(n: int) -> Callable[[str], str]:
    """Return what takes one of the numbers out of a whole reading; a reading with anything amiss gives none."""

    def part(text: str) -> str:
        reading = _READING.fullmatch(text)
        return reading[n] if reading is not None else ""

    return part
