"""Common manners of instruments that follow IEEE 488.2, and of those that add SCPI to it."""

import re
from decimal import Decimal
from typing import ClassVar, Final

from labctl.errors import InstrumentReported, ReplyError
from labctl.instruments.driver import Driver
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity

_ERROR: Final = re.compile(r'\s*([+-]?\d+)\s*,\s*"(.*)"\s*')
_DEEPEST: Final = 32  # longer than any error queue; an instrument that reports on is out of order
_FIELDS: Final = 4


class Ieee4882Driver(Driver):
    """An instrument with `*IDN?` (IEEE 488.2, 10.14) and a queue of errors, oldest first."""

    error_query: ClassVar[str] = "ERR?"

    def identify(self) -> Identity:
        """Return manufacturer, model, serial number and firmware as `*IDN?` gives them."""
        fields = [each.strip() for each in self.query("*IDN?").split(",", _FIELDS - 1)]
        if len(fields) != _FIELDS:
            sent, received = self._latest()
            raise ReplyError(
                instrument=self.name, query=sent, reply=received, expected="manufacturer,model,serial,firmware"
            )
        manufacturer, model, serial, firmware = fields
        return Identity(manufacturer=manufacturer, model=model, serial=serial, firmware=firmware)

    def check_errors(self) -> None:
        """Read the error queue until it is empty. Raises InstrumentReported with the oldest entry."""
        command = self._command()
        entries: list[tuple[int, str]] = []
        while len(entries) < _DEEPEST:
            code, message = self._error()
            if code == 0:
                break
            entries.append((code, message))
        if entries:
            code, message = entries[0]
            raise InstrumentReported(instrument=self.name, command=command, code=code, message=message)

    def _error(self) -> tuple[int, str]:
        entry = _ERROR.fullmatch(self.query(self.error_query, once=True))
        if entry is None:
            sent, received = self._latest()
            raise ReplyError(instrument=self.name, query=sent, reply=received, expected='code,"message"')
        return int(entry[1]), entry[2]

    def _latest(self) -> tuple[bytes, bytes]:
        latest = self._open_call().exchanges[-1]
        return latest.sent, latest.received

    def _command(self) -> bytes:
        """Return the command whose errors are read: what was last said before."""
        exchanges = self._open_call().exchanges
        return exchanges[-1].sent if exchanges else b""


class ScpiDriver(Ieee4882Driver):
    """An instrument that follows SCPI-1999: `SYST:ERR?`, and 9.9E37 where there is no value."""

    error_query: ClassVar[str] = "SYST:ERR?"


def written(quantity: Quantity, unit: str) -> str:
    """Return the number of a unit as a command carries it: shortest exact digits, without an exponent.

    >>> written(Quantity.of(-95, "mV"), "V"), written(Quantity.of(1000, "V"), "V"), written(Quantity.of(1, "µV"), "V")
    ('-0.095', '1000', '0.000001')
    """
    digits = f"{Decimal(repr(quantity.value_in(unit) + 0.0)):f}"
    return digits.removesuffix(".0")
