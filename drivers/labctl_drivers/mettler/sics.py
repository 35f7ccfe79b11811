"""The Standard Interface Command Set of Mettler-Toledo (MT-SICS, levels 0 and 1), as every balance of theirs speaks it.

Source: MT-SICS Reference Manual, chapter 3, data interchange, and chapter 4, commands and responses. Commands are upper
case, lines end with CR LF; as delivered 9600 baud, 8N1, and on a network the same lines over TCP.
"""

import re
from collections.abc import Callable
from typing import ClassVar, Final

from labctl.errors import InstrumentReported, NotReady, Overload, ReplyError
from labctl.instruments.acknowledged import AcknowledgingDriver
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication

STABLE: Final = 60.0  # seconds until a mass has to be stable
ACKNOWLEDGED: Final = 45.0  # seconds for a zero or tare; the balance gives up after about 30 and says that it cannot
AT_ONCE: Final = 2.0
POLL: Final = 0.3
REFUSALS: Final = {"ES": "syntax error", "ET": "transmission error", "EL": "logical error"}

_WEIGHT: Final = re.compile(r"([SD]) +(-?\d+\.?\d*) (\S+)")
_TEXTS: Final = re.compile(r'(\S+) A( "[^"]*")+')


class SicsBalance(AcknowledgingDriver):
    """A balance or weighing terminal that speaks MT-SICS."""

    quantities = ("mass",)
    terminator = b"\r\n"
    answer_terminator = b"\r\n"
    unit: ClassVar[str] = "kg"  # in which it shows; another one in a reply is refused
    interval: ClassVar[float] = 0.0  # step of the display, in that unit

    def identify(self) -> Identity:
        """Return model (`I2`), serial number (`I4`) and software version (`I3`)."""
        description = self._texts("I2")
        serial = self._texts("I4")
        return Identity(
            manufacturer=self.maker, model=description[0].split()[0], serial=serial[0], firmware=self._texts("I3")[0]
        )

    def stable_mass(self) -> Indication:
        """Measure the mass on the pan, waiting until the balance itself calls it stable (`S`).

        The waiting is done with `SI`, which is answered at once, so that no late answer is waited for.

        Raises:
            Overload: more, or less, than the weighing range.
            NotReady: it did not become stable in time.
        """
        started, looks = self.clock.monotonic(), self.patience.begin()
        while (shown := self.query("SI")).startswith("S D") or not looks.enough:
            looks.take()
            waited = self.clock.monotonic() - started
            if waited >= STABLE:
                raise NotReady(instrument=self.name, asked="a stable mass", found=repr(shown), waited=waited)
            self.clock.wait(POLL)
        if not self._weight("S")(shown):
            sent, received = self._latest()
            raise ReplyError(instrument=self.name, query=sent, reply=received, expected="a weight in kg")
        return self._shown("S", "S")

    def mass(self) -> Indication:
        """Measure the mass on the pan at once, stable or not (`SI`).

        Raises:
            Overload: more, or less, than the weighing range.
            NotReady: the balance is busy with something else.
        """
        return self._shown("SI", "SD")

    def set_zero(self) -> None:
        """Set what lies on the pan now to be zero, once it is stable (`Z`).

        Raises:
            NotReady: it did not become stable, or lies outside the range in which the balance may be set to zero.
        """
        self._carried_out("Z", "Z A")

    def tare(self) -> None:
        """Set what lies on the pan now to be the tare, once it is stable (`T`).

        Raises:
            NotReady: it did not become stable, or there is no valid tare.
        """
        self._carried_out("T", "T S")

    def prepare(self) -> None:
        """Bring the balance to the state after power-up, without setting its zero (`@`)."""
        self._carried_out("@", "I4 A")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _shown(self, command: str, allowed: str) -> Indication:
        resolution = Quantity.of(self.interval, self.unit) if self.interval else None
        return self.indication(command, self.unit, within=AT_ONCE, resolution=resolution, part=self._weight(allowed))

    def _weight(self, allowed: str) -> Callable[[str], str]:
        """Return what takes the weight out of a reply with one of the allowed states; anything amiss gives none."""

        def part(text: str) -> str:
            status = text.removeprefix("S ")
            sent, received = self._latest()
            if status in {"+", "-"}:
                raise Overload(instrument=self.name, query=sent, reply=received)
            if status == "I":
                raise NotReady(instrument=self.name, asked="a stable mass", found=repr(text), waited=0.0)
            self._refuse(text)
            weight = _WEIGHT.fullmatch(status) if text.startswith("S ") else None
            return weight[2] if weight is not None and weight[1] in allowed and weight[3] == self.unit else ""

        return part

    def _carried_out(self, command: str, expected: str) -> None:
        """Say what changes something, and see by the answer that it was carried out."""
        answer = self._told(command, within=ACKNOWLEDGED)
        if answer.startswith(expected):
            return
        self._refuse(answer)
        raise NotReady(instrument=self.name, asked=command, found=repr(answer), waited=0.0)

    def _texts(self, command: str) -> list[str]:
        """Return the texts in quotation marks that answer an inquiry."""
        answer = self.query(command)
        self._refuse(answer)
        told = _TEXTS.fullmatch(answer)
        if told is None or told[1] != command:
            sent, received = self._latest()
            raise ReplyError(instrument=self.name, query=sent, reply=received, expected=f'{command} A "…"')
        return re.findall(r'"([^"]*)"', answer)

    def _refuse(self, answer: str) -> None:
        """Refuse the error messages of chapter 3."""
        if answer in REFUSALS:
            sent, _ = self._latest()
            raise InstrumentReported(
                instrument=self.name, command=sent, code=0, message=f"{answer}, {REFUSALS[answer]}"
            )

    def _latest(self) -> tuple[bytes, bytes]:
        latest = self._open_call().exchanges[-1]
        return latest.sent, latest.received
