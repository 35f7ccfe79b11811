"""The one hand that writes a run's journal: it says where in the run a thing happened, and rings the bell."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

from attrs import define, evolve, field

from labctl.clock import Clock
from labctl.events.journal import Journal
from labctl.events.kinds import (
    CallFailed,
    CommandIntended,
    Event,
    GuardianActed,
    IndicationTaken,
    OperatorAnswered,
    Place,
    PointFinished,
    Purpose,
    QueryRetried,
    RepetitionStarted,
    RunStarted,
    SafeStateSent,
    SettingMade,
    TranscriptSealed,
)
from labctl.events.of_unit import UnitView
from labctl.metrology.quantity import Quantity
from labctl.procedure.account import Account
from labctl.records.calibration import PointResult
from labctl.run.progress import Progress


class Seals(Protocol):
    """A transcript, as the scribe sees it."""

    lenient: bool
    """Whether a disk that refuses is borne in silence, until the next seal."""

    def seal(self) -> tuple[int, str]:
        """Bring everything to the disk; return the length and the SHA-256 of the whole."""
        ...


@define
class Scribe:
    """Writes what happens and keeps count; drivers know it as their witness.

    Args:
        journal: where it writes; what the journal cannot keep never happened.
        transcript: every byte on the wires, sealed into the chain at each point's end.
        clock: tells the time of the run.
        ring: called with an event's number once it is durable.
    """

    journal: Journal
    transcript: Seals
    clock: Clock
    ring: Callable[[int], None] = lambda _n: None
    place: Place = field(default=Place(), init=False)
    progress: Progress = field(factory=Progress, init=False)
    accounts: dict[str, Account] = field(factory=lambda: {"": Account()}, init=False)
    """What was observed, as each unit's own run; under the empty name where there is one."""
    _views: dict[str, UnitView] = field(factory=lambda: {"": UnitView("")}, init=False)
    answers: dict[str, str] = field(factory=dict[str, str], init=False)  # by question
    results: list[PointResult] = field(factory=list[PointResult], init=False)
    presented: dict[str, Quantity] = field(factory=dict[str, Quantity], init=False)
    """What each instrument was set to present, as far as it was not made safe since."""
    spoken: set[str] = field(factory=set[str], init=False)
    """Which instruments were set or showed something in the present attempt."""

    @property
    def account(self) -> Account:
        """Return what was observed, as the run of the first unit."""
        return next(iter(self.accounts.values()))

    def catch_up(self) -> None:
        """Read what the journal holds already: an earlier engine's part of the run.

        Raises:
            RecordAltered: the chain does not hold; such a run is not continued.
        """
        for entry in self.journal.read(self.progress.n):
            self._count(entry.n, entry.event)

    def append(self, event: Event) -> int:
        """Make an event durable, at the present place where a driver made it; return its number.

        Raises:
            StoreFailed: it is not durable; nothing further may be done.
        """
        if isinstance(event, CommandIntended | SettingMade | IndicationTaken | CallFailed | QueryRetried):
            event = evolve(event, place=self.place)
        n = self.journal.append(event)
        self._count(n, event)
        self.ring(n)
        return n

    def _count(self, n: int, event: Event) -> None:
        self.progress.take(n, event)
        self._note_units(n, event)
        self._note_instrument(event)
        match event:
            case OperatorAnswered(question=question, answer=answer):
                self.answers[question] = answer
            case PointFinished(result=result) if result is not None:
                self.results.append(result)
            case _:
                pass

    def _note_units(self, n: int, event: Event) -> None:
        if isinstance(event, RunStarted) and event.units:
            self.accounts = {each.key: Account() for each in event.units}
            self._views = {each.key: UnitView(each.key) for each in event.units}
        for unit, view in self._views.items():
            seen = view.seen(event)
            if seen is not None:
                self.accounts[unit].take(n, seen)

    def _note_instrument(self, event: Event) -> None:
        match event:
            case RepetitionStarted():
                self.spoken.clear()
            case SettingMade(instrument=name) | IndicationTaken(instrument=name):
                self.spoken.add(name)
            case _:
                pass
        match event:
            case SettingMade(instrument=name, quantity=quantity) if quantity is not None:
                self.presented[name] = quantity
            case SettingMade(instrument=name, method="stand_by") | SafeStateSent(instrument=name, confirmed=True):
                self.presented.pop(name, None)
            case GuardianActed():
                self.presented.clear()
            case _:
                pass

    @contextmanager
    def at(self, symbol: str, purpose: Purpose) -> Generator[None]:
        """Stamp what happens in a block with a symbol and what it was made for."""
        before = self.place
        self.place = evolve(before, symbol=symbol, purpose=purpose)
        try:
            yield
        finally:
            self.place = before

    def seal(self) -> None:
        """Bring the transcript to the disk and its digest into the chain."""
        length, digest = self.transcript.seal()
        self.append(TranscriptSealed(at=self.clock.now(), length=length, digest=digest))
