"""What a run that was struck, or put to rest, has to have in common with one that was left alone."""

from contextlib import suppress
from functools import cached_property
from pathlib import Path
from random import Random

from attrs import define, field

from labctl.app.in_process import InProcess
from labctl.certificate.compose import compose
from labctl.certificate.document import Document, Issue, Origin
from labctl.events.journal import Entry
from labctl.events.kinds import AttemptRejected, IndicationTaken, Purpose, RunFinished, RunStarted
from labctl.events.of_unit import entries_of, units_of
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.load import load_folder
from labctl.records.calibration import CalibrationRecord, Outcome, PointResult
from labctl.run.control import Command, Control, Wish

SERIES = (Purpose.OBSERVE, Purpose.RECORD)
"""Readings of a result; others are about them, such as those by which something was found to be steady."""


class Struck(BaseException):
    """The engine's process ends here, without a word."""


@define(slots=False)
class Finished:
    """A run that came to its end."""

    procedure: Path
    entries: tuple[Entry, ...]

    @property
    def started(self) -> RunStarted:
        found = self.entries[0].event
        assert isinstance(found, RunStarted)
        return found

    @property
    def units(self) -> tuple[str, ...]:
        return units_of(self.started)

    @cached_property
    def records(self) -> dict[str, CalibrationRecord]:
        """Return the record of each unit."""
        method = load_folder(self.procedure)
        return {each: evaluate_run(method, entries_of(self.entries, each)) for each in self.units}

    @cached_property
    def documents(self) -> dict[str, Document]:
        """Return the certificate of each unit."""
        issue = Issue(number="1", at=self.started.at, head="0" * 64, release="0")
        return {unit: compose(record, issue) for unit, record in self.records.items()}


@define
class Interruptions:
    """Lets a run come to its end, struck or put to rest at random on its way.

    Args:
        run: the run.
        chance: when and how.
        length: entries of the run when it is left alone.
    """

    run: InProcess
    chance: Random
    length: int
    durable: list[tuple[Entry, ...]] = field(factory=list, init=False)  # what was kept before each interruption

    def carry_out(self, times: int) -> Finished:
        for _ in range(times):
            if self._interrupted():
                break
        else:
            self.run.hears, self.run.control = lambda _: None, Control()
            ended = self.run.carry_out()
            assert ended is not None, self.run.entries()[-1].event
            assert ended.outcome is Outcome.FINISHED, ended.reason
        return Finished(Path(self.run.job.procedure), self.run.entries())

    def _interrupted(self) -> bool:
        """Interrupt the run once; tell whether it was over before."""
        before = len(self.durable[-1]) if self.durable else 0
        at = before + self.chance.randrange(3, self.length)
        gently = self.chance.random() < 0.3
        self.run.control = Control()

        def strike(entry: Entry) -> None:
            if entry.n == at and gently:
                self.run.control.ask(Command(wish=Wish.STOP, by="tests"))
            elif entry.n == at:
                raise Struck

        self.run.hears = strike
        with suppress(Struck):
            self.run.carry_out()
        self.durable.append(self.run.entries())
        return isinstance(self.durable[-1][-1].event, RunFinished)


def holds(found: Finished, whole: Finished, unresolved: dict[str, float]) -> None:
    """The records have the same points, the same units, and every printed result in common with the other ones."""
    assert found.started.plan == whole.started.plan
    assert found.units == whole.units
    for unit, one in found.records.items():
        other = whole.records[unit]
        assert (one.unit, one.verdict, one.inspections) == (other.unit, other.verdict, other.inspections)
        assert points_of(one) == points_of(other)
        _prints(one, other, found.documents[unit], whole.documents[unit], unresolved)


def _prints(
    one: CalibrationRecord,
    other: CalibrationRecord,
    printed: Document,
    expected: Document,
    unresolved: dict[str, float],
) -> None:
    assert printed.conditions == expected.conditions
    assert (printed.conclusion, printed.rules) == (expected.conclusion, expected.rules)
    differ = {
        origin: (shown, expected.figures().get(origin))
        for origin, shown in printed.figures().items()
        if shown != expected.figures().get(origin)
        and not (origin.kind == "value" and _alike(one, other, origin, unresolved))
    }
    assert not differ, differ
    assert printed.figures().keys() == expected.figures().keys()


def kept(found: Finished, durable: tuple[Entry, ...]) -> None:
    """What was durable is there, byte for byte; each reading of it is reported, or superseded with a reason."""
    after = found.entries[: len(durable)]
    assert [(each.n, each.canonical) for each in after] == [(each.n, each.canonical) for each in durable]
    for unit, record in found.records.items():
        _accounted(tuple(entries_of(found.entries, unit)), tuple(entries_of(durable, unit)), record)


def _accounted(entries: tuple[Entry, ...], durable: tuple[Entry, ...], record: CalibrationRecord) -> None:
    rejected = {
        (each.place.phase, each.place.section, each.place.point, each.place.repetition, each.place.attempt): each.reason
        for each in (entry.event for entry in entries)
        if isinstance(each, AttemptRejected)
    }
    reported = {(each.phase, each.section, each.point): each for each in every_point(record)}
    for entry in durable:
        reading = entry.event
        if isinstance(reading, IndicationTaken) and reading.place.attempt:
            place = reading.place
            point = place.phase, place.section, place.point
            reason = rejected.get((*point, place.repetition, place.attempt))
            if reason is not None:
                assert reason.en
                assert reason.zh
                assert place.attempt not in reported[point].reported[place.repetition - 1 : place.repetition]
            else:
                assert reported[point].reported[place.repetition - 1] == place.attempt
                assert place.purpose not in SERIES or entry.n in reported[point].series[place.symbol]


def every_point(record: CalibrationRecord) -> list[PointResult]:
    return [point for section in record.sections for point in section.points]


def points_of(record: CalibrationRecord) -> list[tuple[str, str, str]]:
    return [(each.phase, each.section, each.point) for each in every_point(record)]


def _alike(one: CalibrationRecord, other: CalibrationRecord, origin: Origin, unresolved: dict[str, float]) -> bool:
    """Return whether a result differs by so little that its printed digits need not be the same."""
    least = unresolved.get(origin.symbol, 0.0)
    first, second = (
        next(
            result.value
            for point in every_point(record)
            if (point.phase, point.section, point.point) == (origin.phase, origin.section, origin.point)
            for result in point.results
            if result.symbol == origin.symbol
        )
        for record in (one, other)
    )
    return abs(first - second) < least
