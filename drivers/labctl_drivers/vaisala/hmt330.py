"""Vaisala HMT330 humidity and temperature transmitter, over its serial port.

Source: HMT330 User's Guide M210566EN, chapter 4, serial line communication; page 102 for the output format. For a run
it is set to two decimals and a checksum over each output (`FORM` with `CS4`), so that a digit that the line changed is
found.
"""

import re
from collections.abc import Callable
from typing import Final

from labctl.errors import InstrumentReported
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl_drivers.vaisala.transmitter import Transmitter

FORMAT: Final = '3.2 "RH=" RH " " U3 " T=" T " " U2 " " CS4 #r #n'

_READING: Final = re.compile(r"(RH=\s*([+-]?\d+\.\d+) %RH T=\s*([+-]?\d+\.\d+) 'C )([0-9A-F]{4})")


class HMT330(Transmitter, maker="Vaisala", model="HMT330"):
    """Vaisala HMT330, transmitter of humidity and temperature."""

    quantities = ("temperature", "humidity")
    model_pattern = r"HMT33[0-8]"  # the models differ in their probes alone
    listing_model = re.compile(r"(HMT33\w)\s*/\s*(\S+)")

    def prepare(self) -> None:
        """Bring its output to two decimals and a checksum.

        Raises:
            InstrumentReported: it did not take the format.
        """
        self._opened()
        answer = self._told(f"FORM {FORMAT}")
        sent = self._open_call().exchanges[-1].sent
        self._closed()
        if answer.strip() != "OK":
            raise InstrumentReported(instrument=self.name, command=sent, code=0, message=answer)
        self.check_errors()

    def temperature(self) -> Indication:
        """Measure the air temperature."""
        return self.indication(self._send, "°C", resolution=Quantity.of(0.01, "K"), part=_field(3))

    def humidity(self) -> Indication:
        """Measure the relative humidity."""
        return self.indication(self._send, "%", resolution=Quantity.of(0.01, "%"), part=_field(2))


def _field(n: int) -> Callable[[str], str]:
    """Return what takes one of the numbers out of a reading whose checksum is right; any other reading gives none."""

    def part(text: str) -> str:
        reading = _READING.fullmatch(text)
        if reading is None or sum(reading[1].encode("ascii")) % 0x10000 != int(reading[4], 16):
            return ""
        return reading[n]

    return part
