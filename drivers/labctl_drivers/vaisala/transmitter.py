"""Common manners of Vaisala's transmitters of the state of the air, over their serial service port.

Source: PTU300 User's Guide M210796EN and HMT330 User's Guide M210566EN, chapter 4, serial line communication. As
delivered: 4800 baud, 7E1, echo off, `SMODE STOP`. While a transmitter talks by itself (RUN) it hears `S` alone; on a
bus (POLL) it hears `OPEN` and `SEND` with its own address.
"""

import re
from typing import ClassVar, Final

from labctl.errors import InstrumentReported, ReplyError
from labctl.instruments.acknowledged import AcknowledgingDriver
from labctl.records.equipment import Identity

WELL: Final = "No errors"

_SERIAL: Final = re.compile(r"Serial number\s*:\s*(\S+)")
_ERROR: Final = re.compile(r"E(\d+)\b.*")


class Transmitter(AcknowledgingDriver):
    """A transmitter that is asked for one output at a time.

    A subclass of a model sets `bus_address` for one that shares its line with others (POLL).
    """

    terminator = b"\r"
    answer_terminator = b"\n"
    bus_address: ClassVar[int | None] = None
    listing_model: ClassVar[re.Pattern[str]]  # the first line of its listing: model and version

    def identify(self) -> Identity:
        """Return model, serial number and software version from the device listing (`?`)."""
        self._opened()
        listing = self.query_lines("?", last="Module 2", within=5.0)
        latest = self._open_call().exchanges[-1]
        model, serial = self.listing_model.match(listing[0]), None
        for line in listing[1:]:
            serial = serial or _SERIAL.match(line)
        self._closed()
        if model is None or serial is None:
            raise ReplyError(
                instrument=self.name, query=latest.sent, reply=latest.received, expected="model and serial number"
            )
        return Identity(manufacturer=self.maker, model=model[1], serial=serial[1], firmware=model[2])

    def check_errors(self) -> None:
        """Read what it finds wrong with itself (`ERRS`). Raises InstrumentReported with the first line."""
        self._opened()
        text = self.query("ERRS").strip()
        sent = self._open_call().exchanges[-1].sent
        self._closed()
        if text != WELL:
            error = _ERROR.fullmatch(text)
            code = int(error[1]) if error is not None else 0
            raise InstrumentReported(instrument=self.name, command=sent, code=code, message=text)

    def _recovered(self, expected: Identity) -> Identity:
        """End what it says by itself before it is asked who it is."""
        self.wire.open()
        self.wire.write(b"S\r")
        return super()._recovered(expected)

    @property
    def _send(self) -> str:
        return "SEND" if self.bus_address is None else f"SEND {self.bus_address}"

    def _opened(self) -> None:
        if self.bus_address is not None:
            self.query(f"OPEN {self.bus_address}")

    def _closed(self) -> None:
        if self.bus_address is not None:
            self.query("CLOSE")
