"""How far a run is, read from its journal: the one projection that both a running engine and a resumed one go by."""

from datetime import datetime
from typing import Final

from attrs import define, evolve, field, frozen

from labctl.events.codec import decode_event
from labctl.events.kinds import (
    AttemptRejected,
    CommandIntended,
    CommandReceived,
    EngineStarted,
    Event,
    IndicationTaken,
    Place,
    PointFinished,
    PointSkipped,
    Purpose,
    RepetitionFinished,
    RepetitionStarted,
    ResultsAdopted,
    RunFinished,
    RunRested,
    RunStarted,
    SectionFinished,
    SectionStarted,
    UnitExcluded,
)
from labctl.language import Text


@frozen
class PointName:
    """Which point: phase, section's English title, row key; of one unit, where several are measured in turn."""

    phase: str
    section: str
    point: str
    unit: str = ""

    @classmethod
    def of(cls, place: Place) -> "PointName":
        """Return the point of a place."""
        return cls(place.phase, place.section, place.point, place.unit)

    @property
    def place(self) -> Place:
        """Return it as a place."""
        return Place(phase=self.phase, section=self.section, point=self.point, unit=self.unit)

    def covers(self, other: "PointName") -> bool:
        """Return whether this is another's point, or that of all units together where the other is one unit's."""
        return self == (other if self.unit else evolve(other, unit=""))


_OF_THE_FUNCTION: Final = (Purpose.OBSERVE, Purpose.RECORD)
_OF_OPENING: Final = "prepare"


@define
class Progress:
    """What is done, counted event by event."""

    n: int = 0
    at: datetime | None = None  # of the latest event
    started: RunStarted | None = None
    epoch: int = 0
    ended: RunFinished | None = None
    rested: RunRested | None = None  # the latest engine ended on purpose, without an outcome
    left_safe: bool = False  # the engine before the present one ended on purpose, every source confirmed safe
    open_attempt: Place | None = None  # begun, neither accepted nor rejected
    sections_done: set[tuple[str, str]] = field(factory=set[tuple[str, str]])
    section_ends: dict[tuple[str, str], datetime] = field(factory=dict[tuple[str, str], datetime])
    finished: set[PointName] = field(factory=set[PointName])
    skipped: set[PointName] = field(factory=set[PointName])
    excluded: dict[str, Text] = field(factory=dict[str, Text])  # units that were left out, and why
    _attempts: dict[tuple[PointName, int], int] = field(factory=dict[tuple[PointName, int], int])
    _accepted: dict[tuple[PointName, int], int] = field(factory=dict[tuple[PointName, int], int])
    _accepted_at: dict[tuple[PointName, int], int] = field(factory=dict[tuple[PointName, int], int])
    _read: dict[PointName, dict[tuple[int, int], int]] = field(factory=dict[PointName, dict[tuple[int, int], int]])
    _told: dict[PointName, list[tuple[int, int, int, str]]] = field(
        factory=dict[PointName, list[tuple[int, int, int, str]]]
    )
    _rejected: set[tuple[PointName, int, int]] = field(factory=set[tuple[PointName, int, int]])

    def take(self, n: int, event: Event) -> None:
        """Count one more event."""
        self.n, self.at = n, event.at
        match event:
            case IndicationTaken(place=place) if place.attempt and place.purpose in _OF_THE_FUNCTION:
                self._read.setdefault(PointName.of(place), {}).setdefault((place.repetition, place.attempt), n)
            case CommandIntended(place=place, method=method, instrument=instrument) if place.attempt:
                if method != _OF_OPENING:
                    told = (place.repetition, place.attempt, n, instrument)
                    self._told.setdefault(PointName.of(place), []).append(told)
            case RepetitionStarted() | RepetitionFinished() | AttemptRejected() | PointFinished() | PointSkipped():
                self._count(event)
            case CommandReceived(command="retry", facts=facts):  # also of a point that was left out
                names = (facts.get(each, "") for each in ("phase", "section", "point", "unit"))
                self.skipped.discard(PointName(*names))
            case SectionStarted(place=place):
                self.sections_done.discard((place.phase, place.section))
            case SectionFinished(place=place):
                self.sections_done.add((place.phase, place.section))
                self.section_ends[place.phase, place.section] = event.at
            case UnitExcluded(unit=unit, reason=reason):
                self.excluded[unit] = reason
            case RunStarted() | EngineStarted() | RunRested() | RunFinished() | ResultsAdopted():
                self._note(event)
            case _:
                pass

    def _note(self, event: RunStarted | EngineStarted | RunRested | RunFinished | ResultsAdopted) -> None:
        match event:
            case ResultsAdopted(evidence=evidence):  # as if it had been measured in this run
                for each in evidence:
                    self.take(self.n, decode_event(each.canonical))
                self.at, self.open_attempt = event.at, None
            case RunStarted():
                self.started = event
            case EngineStarted():
                self.epoch, self.left_safe = event.epoch, self.rested is not None and self.rested.safe
                self.rested = None
            case RunRested():
                self.rested = event
            case RunFinished():
                self.ended = event

    def _count(
        self, event: RepetitionStarted | RepetitionFinished | AttemptRejected | PointFinished | PointSkipped
    ) -> None:
        place = event.place
        point, repetition = PointName.of(place), (PointName.of(place), place.repetition)
        match event:
            case RepetitionStarted():
                self._attempts[repetition] = max(self._attempts.get(repetition, 0), place.attempt)
                self.open_attempt = place
            case RepetitionFinished():
                self._accepted[repetition] = place.attempt
                self._accepted_at[repetition] = self.n
                self.open_attempt = None
                self.skipped.discard(point)
            case AttemptRejected():
                counted = self.accepted(*repetition) == place.attempt
                self._rejected.add((point, place.repetition, place.attempt))
                if counted:
                    if self._accepted.get(repetition) == place.attempt:  # else the units' common one, for this unit
                        del self._accepted[repetition]
                    self.finished = {each for each in self.finished if not point.covers(each)}
                self.open_attempt = None
            case PointFinished():
                self.finished.add(point)
                self.skipped.discard(point)
            case PointSkipped():
                self.skipped.add(point)
                self.finished = {each for each in self.finished if not point.covers(each)}
                self.open_attempt = None

    def accepted(self, point: PointName, repetition: int) -> int:
        """Return which attempt of a repetition counts; 0 while none does.

        Of one unit it is its own, else the one that all units have together, unless that was rejected for this unit.
        """
        own = self._accepted.get((point, repetition), 0)
        if own or not point.unit:
            return own
        common = self._accepted.get((evolve(point, unit=""), repetition), 0)
        return 0 if (point, repetition, common) in self._rejected else common

    def attempts(self, point: PointName, repetition: int) -> int:
        """Return how many attempts at a repetition were begun, with those that a unit has together with others."""
        common = self._attempts.get((evolve(point, unit=""), repetition), 0)
        return max(common, self._attempts.get((point, repetition), 0))

    def accepted_of(self, point: PointName) -> tuple[tuple[int, int], ...]:
        """Return repetition and attempt of everything that counts at a point."""
        return tuple((repetition, attempt) for (each, repetition), attempt in self._accepted.items() if each == point)

    def accepted_places(self, point: PointName) -> tuple[Place, ...]:
        """Return every attempt that counts at a point, of all units where the name means them together."""
        return tuple(
            evolve(each.place, repetition=repetition, attempt=attempt)
            for (each, repetition), attempt in self._accepted.items()
            if point.covers(each)
        )

    def accepted_for(self, point: PointName) -> tuple[Place, ...]:
        """Return every attempt that counts at a point for one unit, under its name, common ones included."""
        of_all = evolve(point, unit="")
        repetitions = sorted({repetition for each, repetition in self._accepted if each in {point, of_all}})
        places = (evolve(point.place, repetition=n, attempt=self.accepted(point, n)) for n in repetitions)
        return tuple(each for each in places if each.attempt)

    def accepted_at(self, point: PointName, repetition: int) -> int:
        """Return the number of the event by which a repetition counts; 0 while it does not."""
        return self._accepted_at[point, repetition] if self.accepted(point, repetition) else 0

    def used_after(self, point: PointName, n: int, instruments: frozenset[str], *, rejected: bool) -> bool:
        """Return whether an attempt at a point took readings, or told certain instruments something, after an event.

        Args:
            point: of the attempts.
            n: number of the event.
            instruments: which the hooks of the point leave alone.
            rejected: whether only attempts are meant that do not count.
        """
        began = [(which, first) for which, first in self._read.get(point, {}).items()]
        began += [
            ((repetition, attempt), at)
            for repetition, attempt, at, of in self._told.get(point, [])
            if of in instruments
        ]
        return any(at > n and (not rejected or (point, *which) in self._rejected) for which, at in began)

    def settled(self, point: PointName) -> bool:
        """Return whether nothing is left to measure at a point."""
        return point in self.finished or point in self.skipped
