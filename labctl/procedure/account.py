"""What was observed where: the entries of a journal, folded into points, repetitions and attempts."""

from collections.abc import Iterable
from typing import Final

from attrs import define, field, frozen

from labctl.errors import RecordError
from labctl.events.codec import decode_event
from labctl.events.journal import Entry
from labctl.events.kinds import (
    AttemptRejected,
    Event,
    HookFinished,
    IndicationTaken,
    NoteTaken,
    OperatorAnswered,
    Place,
    PointSkipped,
    Purpose,
    RepetitionFinished,
    RepetitionStarted,
    ResultsAdopted,
    RunFinished,
    RunStarted,
    SectionStarted,
    SettingMade,
    Settled,
)
from labctl.language import Text
from labctl.metrology.many import Members, members_of
from labctl.metrology.quantity import Quantity

PointName = tuple[str, str, str]
"""Phase, section's English title, row key."""


@frozen(kw_only=True)
class Seen:
    """One indication or setting with its number in the journal; `role` is empty for what only watches the room."""

    n: int
    event: IndicationTaken | SettingMade

    @property
    def quantity(self) -> Quantity | None:
        """Return what was shown or presented."""
        return self.event.quantity


@define(kw_only=True)
class Attempt:
    """One try at a repetition: its series and settings by symbol, its traces apart; `accepted` None while open.

    What hooks brought about belongs to every attempt until they run again: it is `inherited`.
    """

    number: int
    series: dict[str, list[Seen]] = field(factory=dict[str, list[Seen]])
    traces: dict[str, list[Seen]] = field(factory=dict[str, list[Seen]])
    spans: dict[str, Quantity] = field(factory=dict[str, Quantity])  # of a trace's window, as it settled
    inherited: set[str] = field(factory=set[str])
    accepted: bool | None = None
    reason: Text | None = None  # why it was rejected
    withdrawn_by: str = ""  # the person who did; empty: the engine

    def take(self, seen: Seen, place: Place) -> None:
        """Put an indication or setting where it belongs; a new setting of a symbol replaces the one before."""
        if place.symbol in self.inherited:
            self.drop(place.symbol)
        match place.purpose:
            case Purpose.OBSERVE:
                self.series.setdefault(place.symbol, []).append(seen)
            case Purpose.APPLY:
                self.series[place.symbol] = [seen]
            case Purpose.SETTLE | Purpose.RECORD:
                self.traces.setdefault(place.symbol, []).append(seen)
            case Purpose.CONDITION | Purpose.PREPARE:
                pass

    def drop(self, symbol: str) -> None:
        """Forget what was inherited under a symbol: it is being brought about anew."""
        self.inherited.discard(symbol)
        self.series.pop(symbol, None)
        self.traces.pop(symbol, None)
        self.spans.pop(symbol, None)

    def heir(self, number: int) -> "Attempt":
        """Return a new attempt that begins with everything there is here."""
        return Attempt(
            number=number,
            series={name: list(each) for name, each in self.series.items()},
            traces={name: list(each) for name, each in self.traces.items()},
            spans=dict(self.spans),
            inherited={*self.series, *self.traces, *self.spans},
        )

    def hand_on(self, other: "Attempt") -> None:
        """Give what was brought about here, and not inherited, to another; it becomes inherited here too."""
        for name in {*self.series, *self.traces, *self.spans} - self.inherited:
            other.drop(name)
            if name in self.series:
                other.series[name] = list(self.series[name])
            if name in self.traces:
                other.traces[name] = list(self.traces[name])
            if name in self.spans:
                other.spans[name] = self.spans[name]
            self.inherited.add(name)


@define
class PointAccount:
    """All attempts at one point, by repetition."""

    attempts: dict[int, list[Attempt]] = field(factory=dict[int, list[Attempt]])
    skipped: Text | None = None

    @property
    def reported(self) -> tuple[Attempt, ...]:
        """Return the last accepted attempt of each repetition that has one, in order."""
        accepted = [[each for each in self.attempts[n] if each.accepted] for n in sorted(self.attempts)]
        return tuple(each[-1] for each in accepted if each)

    @property
    def made(self) -> int:
        """Return how many attempts were begun."""
        return sum(len(each) for each in self.attempts.values())


@define
class Account:
    """A run so far; the same whether it is folded event by event while it runs, or read at once afterwards."""

    run_started: RunStarted | None = None
    finished: RunFinished | None = None
    points: dict[PointName, PointAccount] = field(factory=dict[PointName, PointAccount])
    conditions: list[Seen] = field(factory=list[Seen])
    members: Members | None = None  # whose readings these are, where several units are calibrated in step
    notes: list[Text] = field(factory=list[Text])
    answers: dict[str, str] = field(factory=dict[str, str])  # by question
    adopted: dict[tuple[str, str], ResultsAdopted] = field(factory=dict[tuple[str, str], ResultsAdopted])
    """By phase and section, what an earlier run observed in place of this one."""
    _group: Attempt = field(factory=lambda: Attempt(number=0), init=False)  # what hooks brought about

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Account":
        """Return the account of the entries of one run, in their order."""
        account = cls()
        for entry in entries:
            account.take(entry.n, entry.event)
        return account

    @property
    def started(self) -> RunStarted:
        """Return how the run began. Raises RecordError when the entries do not begin with it."""
        if self.run_started is None:
            raise RecordError(record="run", problem=_HEADLESS)
        return self.run_started

    def take(self, n: int, event: Event) -> None:
        """Fold in one more event."""
        match event:
            case RunStarted():
                self.run_started = event
            case RunFinished():
                self.finished = event
            case IndicationTaken() | SettingMade():
                self._observe(Seen(n=n, event=event), event.place)
            case RepetitionStarted() | RepetitionFinished() | AttemptRejected():
                self._attempt(event)
            case SectionStarted() | HookFinished() | Settled():
                self._bring_about(event)
            case PointSkipped(place=place, reason=reason):
                self.point(place.phase, place.section, place.point).skipped = reason
            case NoteTaken(text=text):
                self.notes.append(text)
            case OperatorAnswered(question=question, answer=answer):
                self.answers[question] = answer
            case ResultsAdopted():
                self._adopt(n, event)
            case _:
                pass

    def _adopt(self, n: int, event: ResultsAdopted) -> None:
        """Fold in what an earlier run observed: all of it is in one entry of this run's journal."""
        self.adopted[event.place.phase, event.place.section] = event
        for each in event.evidence:
            self.take(n, decode_event(each.canonical))
        self.notes.append(
            _ADOPTED.filled(
                section=event.title,
                day=event.measured.date().isoformat(),
                run=event.run,
                until=event.until.date().isoformat(),
            )
        )

    def point(self, phase: str, section: str, key: str) -> PointAccount:
        """Return what is known of a point; empty when it was not begun."""
        return self.points.setdefault((phase, section, key), PointAccount())

    def _observe(self, seen: Seen, place: Place) -> None:
        if self.members is None and seen.quantity is not None:
            self.members = members_of((seen.quantity.value,))
        if place.purpose is Purpose.CONDITION:
            self.conditions.append(seen)
        elif place.symbol:
            self._attempt_at(place).take(seen, place)

    def _bring_about(self, event: SectionStarted | HookFinished | Settled) -> None:
        """Keep what hooks bring about: it belongs to every attempt until they run again."""
        match event:
            case SectionStarted():
                self._group = Attempt(number=0)
            case HookFinished(place=place):
                self._attempt_at(place).hand_on(self._group)
            case Settled(place=place, span=span):
                if span is not None and place.symbol:
                    self._attempt_at(place).spans[place.symbol] = span

    def _attempt(self, event: RepetitionStarted | RepetitionFinished | AttemptRejected) -> None:
        place = event.place
        match event:
            case RepetitionStarted():
                begun = self._group.heir(place.attempt)
                point = self.point(place.phase, place.section, place.point)
                point.skipped = None
                point.attempts.setdefault(place.repetition, []).append(begun)
            case RepetitionFinished():
                self._attempt_at(place).accepted = True
            case AttemptRejected(reason=reason, by=by):
                rejected = self._attempt_at(place)
                rejected.accepted, rejected.reason, rejected.withdrawn_by = False, reason, by

    def _attempt_at(self, place: Place) -> Attempt:
        """Return the attempt of a place; what happens outside attempts belongs to the hooks' group."""
        tries = (
            self.point(place.phase, place.section, place.point).attempts.get(place.repetition, [])
            if place.point
            else []
        )
        return next((each for each in reversed(tries) if each.number == place.attempt), self._group)


_ADOPTED: Final = Text(
    "{section}: results of run {run}, measured on {day}, stand in; they are valid until {until}",
    zh="{section}：采用运行 {run} 于 {day} 测得的结果，有效期至 {until}",
)
_HEADLESS: Final = Text(
    "the entries do not begin with a run's start; give the whole journal", zh="条目未以运行开始事件起始；请提供完整日志"
)
