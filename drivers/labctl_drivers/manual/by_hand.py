"""What every instrument that a person reads has in common: a question, a plausible number, its unit and its digits.

The wire is a person (`operator:`); on a simulated bench it is an eye that answers the same questions. Limits are limits
of plausibility here: what lies outside those of the model is asked again, with the reason. The station's are watched by
the run, which asks the person again itself: a call made again from its bytes knows of no station.
"""

from typing import Final

from labctl.errors import ConnectFailed, NotReady, ReplyError
from labctl.instruments.driver import Driver
from labctl.instruments.replies import decoded
from labctl.language import Text
from labctl.metrology.keyed import decimals, keyed
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import parse_unit
from labctl.records.equipment import Identity
from labctl.records.observation import Indication
from labctl.transport.operator import SERIAL, Asked, settings_of

TRIES: Final = 5
"""How often a reading is asked for before its attempt is given up."""
PATIENCE: Final = 120.0
"""Seconds for a simulated person to answer; a real one has as long as the run's controller gives."""

_NO_NUMBER: Final = Text(
    "{typed} cannot be read as one number; key in digits with a point, such as 20.35",
    zh="{typed} 无法唯一识别为数字；请输入数字和小数点，例如 20.35",
)
_DOUBTFUL: Final = Text("{value} lies outside {allowed}; read it again", zh="{value} 超出 {allowed}；请重新读取")
_SERIAL: Final = Text("{name}: key in its serial number", zh="{name}：请输入其出厂编号")


class ByHand(Driver, maker="Manual"):
    """An instrument whose scale a person reads."""

    def identify(self) -> Identity:
        """Return what it is, with the serial number that a person reads from its plate."""
        text = _SERIAL.filled(name=self.name)
        serial = self.query(Asked(kind="text", of=SERIAL, text=text).written(), within=PATIENCE)
        return Identity(manufacturer=self.maker, model=self.model, serial=serial)

    def in_step(self) -> None:
        """Read nothing: a person answers what was asked, over whatever wire the questions travel."""

    def _read(self, quantity: str, unit: str, text: Text) -> Indication:
        """Ask for a reading until it is a plausible number; the indication holds what was keyed in.

        The resolution is the station's where the address states one, else the last digit that was keyed in.

        Raises:
            ReplyError: no plausible number came of the last try.
        """
        asked_at = self._asked_at()
        unit = self._unit(unit)
        why: Text | None = None
        sent = received = b""
        for _ in range(TRIES):
            question = Asked(kind="number", of=quantity, unit=unit, text=text.filled(name=self.name), why=why)
            sent = self._encoded(question.written())
            received = self._answer_to(sent, PATIENCE)
            taken_at = self.clock.now()
            typed = self._typed(sent, received)
            if not typed:
                why = _NO_NUMBER.filled(typed=repr(received.decode(errors="replace").strip()))
                continue
            value = Quantity.of(self._number_in(sent, received, keyed), unit)
            why = self._doubt(quantity, value)
            if why is None:
                self._refuse_implausible(quantity, value, sent, received)
                shown = Indication(quantity=value, reply=received, taken_at=taken_at, of=self.name)
                return self._indicated(shown, asked_at, self._resolution(typed, unit))
        raise ReplyError(instrument=self.name, query=sent, reply=received, expected="a plausible number")

    def _told(self, what: str, text: Text) -> None:
        """Tell a person to do something with the instrument; the intent is durable before it is said.

        Raises:
            NotReady: the person says that it was not done.
        """
        sent = self._encoded(Asked(kind="instruction", of=what, text=text.filled(name=self.name)).written())
        self._intend(sent)
        answer = decoded(self._answer_to(sent, PATIENCE), b"\n", instrument=self.name, query=sent)
        if answer != "done":
            raise NotReady(instrument=self.name, asked=what, found=answer, waited=0.0)

    def _typed(self, sent: bytes, received: bytes) -> str:
        try:
            return keyed(decoded(received, b"\n", instrument=self.name, query=sent))
        except ReplyError:
            return ""

    def _doubt(self, quantity: str, value: Quantity) -> Text | None:
        limit = self.limits.get(quantity)
        if limit is None or limit.holds(value):
            return None
        return _DOUBTFUL.filled(value=str(value), allowed=limit.text)

    def _refuse_implausible(self, quantity: str, value: Quantity, sent: bytes, received: bytes) -> None:
        """Refuse what the station holds impossible; a person was asked again before it came here."""
        limit = self.allowed(quantity)
        if limit is not None and not limit.holds(value):
            expected = f"{quantity} within {limit.text}"
            raise ReplyError(instrument=self.name, query=sent, reply=received, expected=expected)

    def _unit(self, usual: str) -> str:
        """Return the unit of the scale: the station's where the address states one."""
        stated = settings_of(self.wire.address).get("unit", usual)
        found, wanted = parse_unit(stated), parse_unit(usual)
        if found.dimension != wanted.dimension:
            reason = Text("{stated} is no unit for {usual}", zh="{stated} 不能替代单位 {usual}").filled(
                stated=stated, usual=usual
            )
            raise ConnectFailed(instrument=self.name, address=self.wire.address, reason=reason)
        return found.symbol

    def _resolution(self, typed: str, unit: str) -> Quantity:
        stated = settings_of(self.wire.address).get("resolution", "")
        step = float(keyed(stated)) if stated else 10.0 ** -decimals(typed)
        return Quantity.of(step, "K" if unit == "°C" else unit)
