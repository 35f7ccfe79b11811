"""TSI DustTrak DRX 8533 aerosol monitor: light-scattering photometer of five size fractions, over its Ethernet port.

Source: a public Python class for the instrument (DustTrax), which gives port 3602, the framing of answers between two
line's ends, the fields of `RMMEAS` and `RMMESSAGES` and the trailing comma; no printed manual of these commands was
at hand. A command ends with a carriage return.
"""

import re
from collections.abc import Callable
from typing import ClassVar, Final

from labctl.errors import InstrumentReported, LimitExceeded, NotReady, ReplyError
from labctl.instruments.acknowledged import AcknowledgingDriver
from labctl.instruments.replies import integer
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication
from labctl.transport.base import Framed

FRACTIONS: Final = {1.0: 1, 2.5: 2, 4.0: 3, 10.0: 4}
"""Field of `RMMEAS` by the diameter in µm at which a size fraction ends; field 0 is the elapsed time, 5 the total."""
PM25: Final = Quantity.of(2.5, "µm")
FIELDS: Final = 6
ZEROING: Final = 90.0  # seconds that a zero may take; it announces about sixty
POLL: Final = 1.0  # seconds between two looks: it measures once a second
PATIENCE: Final = 10.0  # seconds until a value must be new
ALARMS: Final = (
    "system error",
    "laser error",
    "flow error",
    "flow blocked",
    "PM1 beyond range",
    "PM2.5 beyond range",
    "PM4 beyond range",
    "PM10 beyond range",
    "total beyond range",
    "filter needs replacement",
)
"""What the first fields of `RMMESSAGES` stand for; the six after them tell of battery and memory."""
MESSAGES: Final = 16


class T8533(AcknowledgingDriver, maker="TSI", model="8533"):
    """TSI DustTrak DRX 8533, photometer of PM1, PM2.5, PM4 and PM10 at once."""

    quantities = ("mass concentration",)
    model_pattern = r"8533(?:EP)?"
    terminator = b"\r"
    answer_terminator: ClassVar = Framed(b"\r\n", b"\r\n")

    _taken: int | None = None  # elapsed seconds of the value that was read last; None: none since the wire was opened

    def identify(self) -> Identity:
        """Return model and serial number (`RDMN`, `RDSN`)."""
        self._taken = None
        model, serial = self.query("RDMN"), self.query("RDSN")
        return Identity(manufacturer=self.maker, model=model.strip(), serial=serial.strip())

    def check_errors(self) -> None:
        """Read its fault messages. Raises InstrumentReported with the first that matters."""
        text = self.query("RMMESSAGES")
        latest = self._open_call().exchanges[-1]
        fields = text.strip().removesuffix(",").split(",")
        if len(fields) != MESSAGES:
            raise ReplyError(
                instrument=self.name, query=latest.sent, reply=latest.received, expected=f"{MESSAGES} integers"
            )
        flags = [integer(each, instrument=self.name, query=latest.sent, reply=latest.received) for each in fields]
        for code, (flag, alarm) in enumerate(zip(flags, ALARMS, strict=False), start=1):
            if flag:
                raise InstrumentReported(instrument=self.name, command=latest.sent, code=code, message=alarm)

    def prepare(self) -> None:
        """Bring it to measure, without alarms."""
        self._accepted("MSTART")
        self.check_errors()

    def mass_concentration(self) -> Indication:
        """Measure the mass concentration of PM2.5. Raises as `mass_concentration_up_to`."""
        return self.mass_concentration_up_to(PM25)

    def mass_concentration_up_to(self, diameter: Quantity) -> Indication:
        """Measure the mass concentration up to 1 µm, 2.5 µm, 4 µm or 10 µm, waiting for a new second.

        Raises:
            LimitExceeded: it has no such size fraction; nothing was sent.
            NotReady: its values stand still; it does not measure.
            InstrumentReported: it has a fault or is beyond its range.
        """
        field = self._field(diameter)
        self.check_errors()
        known = self._taken if self._taken is not None else self._elapsed()
        started = self.clock.monotonic()
        while (found := self._elapsed()) == known:
            waited = self.clock.monotonic() - started
            if waited >= PATIENCE:
                raise NotReady(
                    instrument=self.name, asked=f"a value after {known} s", found=f"{found} s", waited=waited
                )
            self.clock.wait(POLL)
        shown = self.indication(
            "RMMEAS", "mg/m³", resolution=Quantity.of(1, "µg/m³"), part=_part(field, lambda at: at != known)
        )
        self._taken = int(_fields(shown.reply.decode("ascii"))[0])
        return shown

    def set_zero(self) -> None:
        """Set what it shows now to be zero, with the zero filter on its inlet, and bring it to measure again.

        Raises:
            NotReady: the zero did not come to its end.
        """
        self._accepted("MSTOP")
        self._accepted("MZERO")
        started = self.clock.monotonic()
        while self._zeroing():
            waited = self.clock.monotonic() - started
            if waited >= ZEROING:
                raise NotReady(instrument=self.name, asked="zero", found="still zeroing", waited=waited)
            self.clock.wait(POLL)
        self._accepted("MSTART")

    def _field(self, diameter: Quantity) -> int:
        field = FRACTIONS.get(round(diameter.value_in("µm"), 6))
        if field is None:
            allowed = ", ".join(f"{each:g} µm" for each in FRACTIONS)
            raise LimitExceeded(instrument=self.name, asked=str(diameter), allowed=allowed)
        return field

    def _accepted(self, command: str) -> None:
        answer = self._told(command)
        if answer.strip() != "OK":
            sent = self._open_call().exchanges[-1].sent
            raise InstrumentReported(instrument=self.name, command=sent, code=0, message=answer)

    def _elapsed(self) -> int:
        text = self.query("RMMEAS")
        latest = self._open_call().exchanges[-1]
        fields = _fields(text)
        if len(fields) != FIELDS:
            raise ReplyError(
                instrument=self.name, query=latest.sent, reply=latest.received, expected="time, five values, comma"
            )
        return integer(fields[0], instrument=self.name, query=latest.sent, reply=latest.received)

    def _zeroing(self) -> bool:
        text = self.query("RMZEROING")
        latest = self._open_call().exchanges[-1]
        now, _, whole = text.strip().removesuffix(",").partition(",")
        passed, needed = (
            integer(each, instrument=self.name, query=latest.sent, reply=latest.received) for each in (now, whole)
        )
        return passed < needed


_VALUE: Final = re.compile(r"[+-]?\d+\.\d+")


def _fields(text: str) -> list[str]:
    """Return the fields of a measurement; none where its closing comma is missing, the sign of a cut answer."""
    text = text.strip()
    return text[:-1].split(",") if text.endswith(",") else []


def _part(n: int, fresh: Callable[[int], bool]) -> Callable[[str], str]:
    """Return what takes one value out of a whole measurement that is fresh; anything else gives none."""

    def part(text: str) -> str:
        fields = _fields(text)
        whole = len(fields) == FIELDS and fields[0].isdigit() and all(map(_VALUE.fullmatch, fields[1:]))
        return fields[n] if whole and fresh(int(fields[0])) else ""

    return part
