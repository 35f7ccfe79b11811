"""Vaisala PTU300 combined pressure, humidity and temperature transmitter, over its serial port.

Source: PTU300 User's Guide M210796EN, chapter 4, serial line communication. As delivered: 4800 baud, 7E1. The
transmitter must be in STOP or SEND mode (`SMODE STOP`), with echo off and the default output format.
"""

import re
from collections.abc import Callable
from typing import Final

from labctl.errors import ReplyError
from labctl.instruments.driver import Driver
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication

_NUMBER: Final = r"\s*([+-]?\d+\.\d+)\s*"
_READING: Final = re.compile(rf"\s*P={_NUMBER}hPa\s+T={_NUMBER}'C\s+RH={_NUMBER}%RH\s*")
_MODEL: Final = re.compile(r"(PTU30\w)\s*/\s*(\S+)")
_SERIAL: Final = re.compile(r"Serial number\s*:\s*(\S+)")


class PTU300(Driver, maker="Vaisala", model="PTU300"):
    """Vaisala PTU300, transmitter of air pressure, humidity and temperature."""

    quantities = ("temperature", "humidity", "pressure")
    model_pattern = r"PTU30[0137T]"  # the models differ in their probes alone
    terminator = b"\r"

    def identify(self) -> Identity:
        """Return model, serial number and software version from the device listing (`?`)."""
        listing = self.query_lines("?", last="Module 2", within=5.0)
        model, serial = _MODEL.match(listing[0]), None
        for line in listing[1:]:
            serial = serial or _SERIAL.match(line)
        if model is None or serial is None:
            latest = self._open_call().exchanges[-1]
            raise ReplyError(
                instrument=self.name, query=latest.sent, reply=latest.received, expected="model and serial number"
            )
        return Identity(manufacturer=self.maker, model=model[1], serial=serial[1], firmware=model[2])

    def temperature(self) -> Indication:
        """Measure the air temperature."""
        return self.indication("SEND", "°C", resolution=Quantity.of(0.1, "K"), part=_field(2))

    def humidity(self) -> Indication:
        """Measure the relative humidity."""
        return self.indication("SEND", "%", resolution=Quantity.of(0.1, "%"), part=_field(3))

    def pressure(self) -> Indication:
        """Measure the air pressure."""
        return self.indication("SEND", "hPa", resolution=Quantity.of(0.1, "hPa"), part=_field(1))


def _field(n: int) -> Callable[[str], str]:
    """Return what takes one of the numbers out of a whole reading; a reading with anything amiss gives none."""

    def part(text: str) -> str:
        reading = _READING.fullmatch(text)
        return reading[n] if reading is not None else ""

    return part
