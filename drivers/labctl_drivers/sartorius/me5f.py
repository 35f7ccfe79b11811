"""Sartorius ME5-F filter microbalance, over its serial port (SBI).

Source: Sartorius ME operating instructions, pages 131 to 137 (data output of 16 or 22 characters), and the overview of
SBI commands in the Cubis MSE manual, page 71. As delivered: 1200 baud, 7O1; `ESC` and a letter, line's ends behind it.
A weight is stable when its unit is printed behind it. Not confirmed: how model and serial number are laid out.
"""

from datetime import datetime
from typing import Final

from attrs import frozen

from labctl.errors import NotReady, Overload, ReplyError
from labctl.instruments.driver import Driver
from labctl.instruments.replies import decoded, number
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication

PRINT: Final = "\x1bP"
ZERO: Final = "\x1bV"
MODEL: Final = "\x1bx1_"
SERIAL: Final = "\x1bx2_"
FIRMWARE: Final = "\x1bx3_"

STABLE: Final = 120.0  # seconds until a filter must have come to rest
ZEROED: Final = 30.0  # seconds until a zero must be shown
POLL: Final = 0.5  # seconds between two looks
UNIT: Final = "mg"
SHORT: Final = 14  # characters of a weight without the line's end
LONG: Final = 20  # and with six characters of identification before it
ROUGH: Final = 2  # steps of the display that a zero may be off


@frozen
class Shown:
    """What one line says."""

    digits: str
    unit: str

    @property
    def stable(self) -> bool:
        """Return whether the balance calls it stable."""
        return bool(self.unit)

    @property
    def step(self) -> float:
        """Return the smallest step of the display, in its unit."""
        return float(10.0 ** -len(self.digits.partition(".")[2]))


class ME5F(Driver, maker="Sartorius", model="ME5-F"):
    """Sartorius ME5-F, microbalance for filters, 5.1 g with a step of 0.001 mg."""

    quantities = ("mass",)
    model_pattern = r"ME5-F(?:\.\d+)?"
    terminator = b"\r\n"
    answer_terminator = b"\r\n"

    def identify(self) -> Identity:
        """Return model, serial number and software version (`x1_`, `x2_`, `x3_`)."""
        model, serial, firmware = (_last_word(self.query(each)) for each in (MODEL, SERIAL, FIRMWARE))
        return Identity(manufacturer=self.maker, model=model, serial=serial, firmware=firmware)

    def mass(self) -> Indication:
        """Measure the mass on the pan at once, stable or not; without a printed unit it is milligrams."""
        asked_at = self._asked_at()
        return self._taken(self._line(), asked_at)

    def stable_mass(self) -> Indication:
        """Measure the mass on the pan, waiting until the balance prints its unit.

        Raises:
            NotReady: it did not become stable.
            Overload: the balance is over- or underloaded.
        """
        asked_at = self._asked_at()
        return self._taken(self._when(STABLE, "a stable weight"), asked_at)

    def set_zero(self) -> None:
        """Set what it shows now to be zero, and see that it shows so.

        Raises:
            NotReady: no stable zero was shown.
        """
        self.send(ZERO, check=False)
        self._when(ZEROED, "a stable zero", near_zero=True)

    def _when(self, patience: float, asked: str, *, near_zero: bool = False) -> Shown:
        started = self.clock.monotonic()
        while True:
            shown = self._line()
            if shown.stable and (not near_zero or abs(self._value()) <= ROUGH * shown.step):
                return shown
            waited = self.clock.monotonic() - started
            if waited >= patience:
                raise NotReady(instrument=self.name, asked=asked, found=f"{shown.digits} {shown.unit}", waited=waited)
            self.clock.wait(POLL)

    def _line(self) -> Shown:
        """Ask for a weight. Raises Overload, ReplyError."""
        return self._read_in(*self._exchanged(PRINT, 3.0))

    def _read_in(self, sent: bytes, reply: bytes) -> Shown:
        text = decoded(reply, self.answer_terminator, instrument=self.name, query=sent)
        body = text[-SHORT:] if len(text) in {SHORT, LONG} else ""
        if body.strip() in {"H", "L", "HH", "LL"}:
            raise Overload(instrument=self.name, query=sent, reply=reply)
        digits, unit = body[:10].replace(" ", ""), body[10:].strip()
        if body[10:11] != " " or unit not in {"", UNIT}:
            raise ReplyError(instrument=self.name, query=sent, reply=reply, expected="14 or 20 characters of weight")
        number(digits, instrument=self.name, query=sent, reply=reply)
        return Shown(digits, unit)

    def _value(self) -> float:
        """Return the weight in the latest answer."""
        latest = self._open_call().exchanges[-1]
        return self._of_each(latest.received, lambda reply: float(self._read_in(latest.sent, reply).digits))

    def _taken(self, shown: Shown, asked_at: datetime) -> Indication:
        latest = self._open_call().exchanges[-1]
        taken = Indication(
            quantity=Quantity.of(self._value(), UNIT),
            reply=latest.received,
            taken_at=self.clock.now(),
            of=self.name,
        )
        return self._indicated(taken, asked_at, Quantity.of(shown.step, UNIT))


def _last_word(text: str) -> str:
    words = text.split()
    return words[-1] if words else ""
