"""The calls of a journal made again from their recorded bytes: the same driver must say the same."""

from datetime import datetime
from inspect import signature
from typing import Any, Self, get_type_hints

from attrs import AttrsInstance, define, evolve, field, fields, has

from labctl.errors import LabctlError, RecordAltered
from labctl.events.kinds import Argument, CommandIntended, Event, IndicationTaken, InstrumentOpened, SettingMade
from labctl.instruments.driver import Driver
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.transport.replay import ReplayTransport


@define
class StandingClock:
    """A clock that waiting does not move: the recorded answers tell how often an instrument was asked."""

    instant: datetime
    simulated: bool = field(default=True, init=False)

    def now(self) -> datetime:
        """Return the instant at which it was put."""
        return self.instant

    def monotonic(self) -> float:
        """Return always the same."""
        return 0.0

    def wait(self, seconds: float, interrupt: object = None) -> None:
        """Return at once."""

    def claim(self, address: str) -> None:
        """Do nothing: there is no wire."""

    def sent(self, address: str, total: int) -> None:
        """Do nothing: there is no wire."""

    def owed(self, address: str, sent: int, deadline: float) -> bool:  # noqa: ARG002  (the record tells)
        """Return true: the answer is recorded."""
        return True


@define(kw_only=True)
class Replay:
    """One driver, from one opening of its wire on, fed with what its journal recorded.

    Calls are made again in the order of the journal, since a driver may remember the range it set. The clock
    stands at the instant that the journal gives for each call: no deadline passes, and instants compare equal.
    """

    driver: Driver
    clock: StandingClock
    _heard: list[Event] = field(factory=list[Event])

    @classmethod
    def of(cls, kind: type[Driver], opened: InstrumentOpened) -> Self:
        """Return the driver as it stood when its wire was opened, who answers asked again.

        Raises:
            RecordAltered: the recorded bytes give another identity.
        """
        clock = StandingClock(opened.at)
        wire = ReplayTransport(opened.exchanges, opened.address, opened.instrument)
        replay = cls(driver=kind(wire, name=opened.instrument, clock=clock), clock=clock)
        replay.driver.witness = replay
        try:
            found = replay.driver.identify()
        except LabctlError as error:
            raise _altered(opened.instrument, "identify", error) from error
        if found != opened.identity or wire.left_over:
            raise _differs(opened.instrument, "identify", "identity", opened.identity, found)
        return replay

    def append(self, event: Event) -> int:
        """Hear of an event, as the driver's witness."""
        self._heard.append(event)
        return len(self._heard)

    def repeat(self, event: SettingMade | IndicationTaken) -> SettingMade | IndicationTaken:
        """Make a recorded call again and return its event, equal to the recorded one.

        Raises:
            RecordAltered: the driver sends other bytes, or makes something else of the bytes that came.
        """
        self._heard.clear()
        self.clock.instant = event.taken_at if isinstance(event, IndicationTaken) else event.sent_at
        wire = ReplayTransport(event.exchanges, self.driver.wire.address, event.instrument)
        self.driver.wire = wire
        try:
            method = getattr(self.driver, event.method)
            method(*_rebuilt(method, event.arguments))
        except (LabctlError, AttributeError, TypeError) as error:
            raise _altered(event.instrument, event.method, error) from error
        made = [each for each in self._heard if not isinstance(each, CommandIntended)]
        if len(made) != 1 or wire.left_over or wire.unread:
            raise _differs(event.instrument, event.method, "exchanges", len(event.exchanges), len(wire.left_over))
        return _compared(event, made[0])


def _compared(event: SettingMade | IndicationTaken, made: Event) -> SettingMade | IndicationTaken:
    """Return the event as recorded if the one made again tells the same; place and instants are the run's."""
    if isinstance(event, SettingMade) and isinstance(made, SettingMade):
        again: SettingMade | IndicationTaken = evolve(made, at=event.at, place=event.place, sent_at=event.sent_at)
    elif isinstance(event, IndicationTaken) and isinstance(made, IndicationTaken):
        again = evolve(made, at=event.at, place=event.place, asked_at=event.asked_at, taken_at=event.taken_at)
    else:
        raise _differs(event.instrument, event.method, "kind", type(event).__name__, type(made).__name__)
    for each in fields(type(event)):
        recorded, found = getattr(event, each.name), getattr(again, each.name)
        if not _same(recorded, found):
            raise _differs(event.instrument, event.method, each.name, recorded, found)
    return again


def _same(recorded: object, found: object) -> bool:
    if isinstance(recorded, Quantity) and isinstance(found, Quantity):  # equal digits, not merely equal amounts
        return recorded.value == found.value and recorded.unit == found.unit
    return recorded == found


def _rebuilt(method: Any, arguments: tuple[Argument, ...]) -> list[object]:  # noqa: ANN401  (any driver's method)
    """Return the arguments with records made of their fields again, as the method's annotations tell."""
    hints = get_type_hints(method)
    rest = list(arguments)
    rebuilt: list[object] = []
    for name in signature(method).parameters:
        if not rest:
            break
        kind = hints.get(name)
        if isinstance(kind, type) and has(kind) and kind is not Quantity:
            rebuilt.append(_record(kind, rest))
        else:
            rebuilt.append(rest.pop(0))
    return [*rebuilt, *rest]


def _record(kind: type[AttrsInstance], rest: list[Argument]) -> object:
    return kind(**{each.alias or each.name: rest.pop(0) for each in fields(kind)})


def _altered(instrument: str, method: str, error: Exception) -> RecordAltered:
    return RecordAltered(
        record=f"{instrument}.{method}",
        problem=Text("cannot be made again from its bytes: {error}", zh="无法由原始字节重现：{error}").filled(
            error=error.text() if isinstance(error, LabctlError) else error
        ),
    )


def _differs(instrument: str, method: str, what: str, recorded: object, found: object) -> RecordAltered:
    return RecordAltered(
        record=f"{instrument}.{method}",
        problem=Text(
            "{what}: recorded {recorded}, made again {found}", zh="{what}：记录为 {recorded}，重现为 {found}"
        ).filled(what=what, recorded=recorded, found=found),
    )
