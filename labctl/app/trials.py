"""One simulated calibration whose truth is known: the same bodies, drivers, dialogues and models, nothing on a disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import define, evolve, field, frozen

from labctl.app.casting import fill
from labctl.app.in_process import engine_on
from labctl.app.job import Job
from labctl.app.preparation import Prepared, prepare, software
from labctl.app.simulate import bench_of
from labctl.app.station import with_endpoints
from labctl.clock import Clock
from labctl.errors import TrialFailed
from labctl.events.kinds import Event, PointFinished, RunRested, RunStarted, UnitExcluded
from labctl.events.memory import MemoryJournal
from labctl.events.of_unit import entries_of
from labctl.instruments.patience import Patience
from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.conformity import Verdict
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Input
from labctl.metrology.many import members_of
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import parse_unit
from labctl.procedure.account import Account
from labctl.procedure.declared import EACH_UNIT
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.evaluation import WHOLE, Evaluation, Pending
from labctl.procedure.point import Point
from labctl.procedure.procedure import Procedure
from labctl.procedure.truth import Truths, truths_of
from labctl.records.calibration import CalibrationRecord, Outcome, PointResult, Software
from labctl.run.control import Control
from labctl.run.scribe import Scribe
from labctl.simulation.host import Bench
from labctl.transport.borrowed import BorrowedClock

Name = tuple[str, str, str, str]
"""Phase, section, point, symbol of a result."""
NOWHERE: Final = Path("/nonexistent")


@frozen(kw_only=True)
class Compared:
    """One result beside its truth, and what was said of the unit."""

    section: str
    point: str
    symbol: str
    covered: bool
    normalised: float  # (result - truth) / U
    conforms: bool | None = None  # whether it truly conforms, where a requirement judges it
    verdict: Verdict | None = None

    @property
    def name(self) -> tuple[str, str, str]:
        """Return which result it is."""
        return self.section, self.point, self.symbol


class Unsealed:
    """A transcript that keeps nothing."""

    lenient = False

    def seal(self) -> tuple[int, str]:
        """Return that there is nothing."""
        return 0, ""


@define
class Trials:
    """Calibrates simulated units one after the other; what does not change between them is found once.

    Args:
        prepared: the job, its station and procedure.
        truths: what is true on its bench.
        made_by: this program.
        pace: seed of how long answers take, the same in all trials, so that they can go in step.
    """

    prepared: Prepared
    truths: Truths
    made_by: Software
    pace: int = 1

    @classmethod
    def of(cls, procedure: str, station: Path, *, unit: str = "", pace: int = 1) -> "Trials":
        """Return trials of a procedure on a bench.

        Raises:
            ProcedureError, StationError, TraceabilityError: they cannot be used as they stand.
        """
        job = Job(
            run="trial",
            data=str(NOWHERE),
            station=str(station),
            procedure=procedure,
            by="validate",
            unit=unit,
            confirms="nobody",
        )
        prepared = prepare(job, trial=True)
        return cls(prepared, truths_of(prepared.procedure.folder), software(prepared.procedure, prepared.seated), pace)

    def one(self, seed: int, patience: Sequence[int] = ()) -> list[Compared]:
        """Calibrate one unit, its errors and all noise drawn from a seed, and return every result beside its truth.

        Args:
            seed: of the unit, the standards and the noise.
            patience: how often it looks at what is waited for, at the least; of a trial that went in step with others.

        Raises:
            TrialFailed: the run did not come to its end.
        """
        bench = bench_of(self.prepared.station, seed=seed, pace=self.pace)
        return self._on(bench, self.prepared, bench.clock, seed, patience)

    def proved(self, seed: int, patience: Sequence[int] = ()) -> list[Compared]:
        """Do it twice, the second time with every instrument on a real wire, and return what both times gave.

        The bytes are the same and so is the time, so the figures have to be.

        Raises:
            TrialFailed: a run did not come to its end, or the two differ.
        """
        within, over = self.one(seed, patience), self.over_wires(seed, patience)
        if within != over:
            raise TrialFailed(procedure=self.prepared.job.procedure, seed=seed, problem=DIFFERS)
        return within

    def over_wires(self, seed: int, patience: Sequence[int] = ()) -> list[Compared]:
        """Calibrate it with every instrument on a real wire. Raises as `one`."""
        bench = bench_of(self.prepared.station, seed=seed, pace=self.pace)
        served = bench.serve(truthful=True)
        clock = BorrowedClock(bench.control)
        try:
            station = with_endpoints(self.prepared.station, {"instruments": served, "control": bench.control})
            seated = fill(self.prepared.procedure, station, self.prepared.job)
            there = evolve(self.prepared, station=station, seated=seated)
            return self._on(bench, there, clock, seed, patience)
        finally:
            clock.close()
            bench.stop()

    def _on(self, bench: Bench, prepared: Prepared, clock: Clock, seed: int, patience: Sequence[int]) -> list[Compared]:
        made = self.made(bench, prepared, clock, seed, patience)
        found: list[Compared] = []
        for unit in made.units:
            record = evaluate_run(prepared.procedure, entries_of(made.journal.read(), unit))
            found += _compared(record, made.truth(unit))
        return found

    def made(self, bench: Bench, prepared: Prepared, clock: Clock, seed: int, patience: Sequence[int] = ()) -> "Made":
        """Carry a run out to its end on a bench, and look at the truth meanwhile.

        Raises:
            TrialFailed: the run did not come to its end.
        """
        journal = MemoryJournal("trial")
        scribe = Scribe(journal, Unsealed(), clock)
        truly = _Truly(prepared.procedure, self.truths, bench)
        looks = Patience(patience)
        scribe.ring = lambda n: truly.hear(next(journal.read(n - 1)).event)
        borrowed = None if clock is bench.clock else clock
        while True:
            engine = engine_on(
                bench,
                prepared,
                scribe,
                control=Control(),
                note=NOWHERE,
                made_by=self.made_by,
                clock=borrowed,
                patience=looks,
                arms=False,  # without the run no simulated time passes, so nothing is ever left alone
            )
            ended = engine.run()
            if ended is not None:
                break
            rested = [each.event for each in journal.read() if isinstance(each.event, RunRested)]
            until = rested[-1].until if rested else None
            if until is None or until <= clock.now():
                reason = rested[-1].reason if rested else _ENGINE_ENDED
                raise TrialFailed(procedure=self.prepared.job.procedure, seed=seed, problem=reason)
            clock.wait((until - clock.now()).total_seconds())
        if ended.outcome is not Outcome.FINISHED:
            raise TrialFailed(procedure=self.prepared.job.procedure, seed=seed, problem=ended.reason)
        return Made(journal=journal, accounts=scribe.accounts, truly=truly, patience=tuple(looks.taken))


@frozen(kw_only=True)
class Made:
    """A simulated run that came to its end; its accounts are by unit, under the empty name where there is one."""

    journal: MemoryJournal
    accounts: Mapping[str, Account]
    truly: "_Truly"
    patience: tuple[int, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """Return the units that were measured to the end."""
        gone = {each.event.unit for each in self.journal.read() if isinstance(each.event, UnitExcluded)}
        return tuple(each for each in self.accounts if each not in gone)

    def truth(self, unit: str) -> dict[Name, Quantity]:
        """Return what is true of every result of a unit."""
        return self.truly.values(unit, self.accounts[unit])


@frozen
class ByRole:
    """A simulated bench whose instruments are known by the roles they play, too: `unit`, whichever that is."""

    bench: Bench
    roles: Mapping[str, str]

    def truth(self, of: str, name: str, **at: float) -> float:
        """Return a hidden value of an instrument or of the world; `{unit}` in a name is the unit's own name."""
        return self.bench.truth(self.roles.get(of, of), name.format_map(self.roles), **at)


@define
class _Truly:
    """Collects what is true as soon as each point is measured."""

    procedure: Procedure
    truths: Truths
    bench: Bench
    _found: dict[str, dict[tuple[str, str, str], Mapping[str, Quantity]]] = field(
        factory=dict[str, dict[tuple[str, str, str], Mapping[str, Quantity]]], init=False
    )
    _started: RunStarted | None = field(default=None, init=False)

    def hear(self, event: Event) -> None:
        """Look at the world when a point is finished."""
        match event:
            case RunStarted():
                self._started = event
            case PointFinished(place=place) if place.section in self.truths.by_section and self._started is not None:
                planned = next(
                    point
                    for section in self._started.plan
                    if (section.phase, section.section) == (place.phase, place.section)
                    for point in section.points
                    if point.key == place.point
                )
                truth = self.truths.by_section[place.section](self._of(place.unit), Point.of(planned))
                self._found.setdefault(place.unit, {})[place.phase, place.section, place.point] = truth
            case _:
                pass

    def _of(self, unit: str) -> ByRole:
        """Return the bench with one of several units in its role."""
        roles = self._started.roles if self._started is not None else {}
        return ByRole(self.bench, {**roles, self.procedure.roles.unit: unit} if unit else roles)

    def values(self, unit: str, account: Account) -> dict[Name, Quantity]:
        """Return the truth of every result: of sections as stated, of reductions by their own equations.

        What is true of a section that names no unit is true for all of them.
        """
        own, started = {**self._found.get("", {}), **self._found.get(unit, {})}, account.started
        found = {(*name, symbol): value for name, values in own.items() for symbol, value in values.items()}
        evaluation = _TrueEvaluation(self.procedure, started, account, own)
        for phase in dict.fromkeys(each.phase for each in started.plan):
            for reduction in self.procedure.reductions:
                if reduction.name in self.truths.by_section:
                    if reduction.each == EACH_UNIT:
                        truth = self.truths.by_section[reduction.name](self._of(unit), Point(key=WHOLE, columns={}))
                        found |= {(phase, reduction.name, WHOLE, symbol): each for symbol, each in truth.items()}
                    continue
                try:
                    groups = evaluation.groups(phase, reduction.name)
                except (Pending, KeyError):
                    continue
                for group in groups:
                    for symbol in reduction.model.outputs:
                        value = Quantity(group.batch.value(symbol), group.batch.unit[symbol])
                        found[phase, reduction.name, group.key, symbol] = value
        return found


@define
class _TrueEvaluation(Evaluation):
    """Reductions over true points instead of measured ones."""

    truth: Mapping[tuple[str, str, str], Mapping[str, Quantity]] = field(
        factory=dict[tuple[str, str, str], Mapping[str, Quantity]]
    )

    def point(self, phase: str, section: str, key: str) -> Batch:
        """Return the true results of a point. Raises KeyError where nobody stated them."""
        return _exact(self.truth[phase, section, key])

    def repetitions(self, phase: str, section: str, key: str) -> tuple[Batch, ...]:
        """Return the true results, as often as the point was measured."""
        return (self.point(phase, section, key),) * len(self.attempts(phase, section, key))

    def values(self, phase: str, section: str, key: str) -> tuple[Batch, ...]:
        """Return the same."""
        return self.repetitions(phase, section, key)


def _exact(values: Mapping[str, Quantity]) -> Batch:
    equations = Equations(*(f"{symbol} = {symbol}_true" for symbol in values))
    inputs = {f"{symbol}_true": Input.of(f"{symbol}_true", each.unit, each.value) for symbol, each in values.items()}
    members = members_of(each.value for each in values.values())
    return evaluate(equations, inputs, points=members.count if members is not None else 1, members=members)


def _compared(record: CalibrationRecord, truth: Mapping[Name, Quantity]) -> list[Compared]:
    found: list[Compared] = []
    for section in record.sections:
        for point in section.points:
            found += _at_point(point, truth)
    return found


def _at_point(point: PointResult, truth: Mapping[Name, Quantity]) -> list[Compared]:
    found: list[Compared] = []
    for result in point.results:
        true = truth.get((point.phase, point.section, point.point, result.symbol))
        if true is None or not result.expanded:
            continue
        away = result.value - true.value_in(parse_unit(result.unit).symbol)
        judged = next((each for each in point.judgements if each.symbol == result.symbol), None)
        found.append(
            Compared(
                section=point.section,
                point=point.point,
                symbol=result.symbol,
                covered=abs(away) <= result.expanded,
                normalised=away / result.expanded,
                conforms=abs(true) <= abs(judged.limit) if judged is not None else None,
                verdict=judged.verdict if judged is not None else None,
            )
        )
    return found


DIFFERS: Final = Text(
    "over real wires it came to other results than within one process", zh="经真实线路得到的结果与进程内的结果不同"
)
_ENGINE_ENDED: Final = Text("its engine ended", zh="引擎已终止")
