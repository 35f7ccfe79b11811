"""`labctl validate --paper`: what one run states, held against errors drawn from what is declared of its inputs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from attrs import define, field, frozen

from labctl.app.job import Job
from labctl.app.own_bench import bench_wanted
from labctl.app.preparation import prepare, software
from labctl.app.procedures import find_procedure
from labctl.app.simulate import bench_of
from labctl.app.trials import NOWHERE, Trials
from labctl.app.validate import PointCoverage, Rate, Validation, worth_of
from labctl.metrology.batch import Batch
from labctl.metrology.conformity import Verdict
from labctl.metrology.distributions import Floats
from labctl.metrology.figure import Value
from labctl.metrology.quantity import Quantity
from labctl.procedure.account import Account
from labctl.procedure.capability import floor_of, lines_of
from labctl.procedure.declared import EACH_REPETITION
from labctl.procedure.evaluate import judged_at
from labctl.procedure.evaluation import Evaluation, Pending
from labctl.procedure.judging import decided, stated
from labctl.procedure.paper import Errors, OnPaper
from labctl.procedure.procedure import Procedure
from labctl.procedure.truth import Truths

Name = tuple[str, str, str]
"""Section, point, symbol of a result."""


@frozen(kw_only=True, eq=False)
class Held:
    """One result of the run beside what is true of it in every trial."""

    name: Name
    covered: np.ndarray  # whether its interval holds the truth, by trial
    normalised: Floats  # (result - truth) / U
    conforms: np.ndarray | None = None  # whether the truth conforms, where a requirement judges it
    verdict: Verdict | None = None


def validate_on_paper(
    procedure: str, *, trials: int, seed: int = 1, station: Path | None = None, unit: str = ""
) -> Validation:
    """Return how often the intervals that one run states hold the truth, where every error is as it is declared.

    It proves arithmetic, such as derivatives, shared effects, degrees of freedom and k, and nothing of the physics.

    Args:
        procedure: name of an installed one, or its folder.
        trials: how often errors are drawn.
        seed: of the one simulated run, and of all errors.
        station: the bench of that run; the procedure's own where none is given.
        unit: key of the unit's instrument; empty: the only one with a unit type.

    Raises:
        ProcedureError, StationError, TraceabilityError: they cannot be used as they stand.
        TrialFailed: the run did not come to its end.
        MetrologyError: a model cannot be evaluated as far off as its inputs may be.
    """
    found = find_procedure(procedure)
    own = bench_wanted(found, station)
    accounts = _accounts(procedure, own.station, unit or own.unit, seed)
    held = [each for account in accounts for each in held_against(found, account, trials, seed)]
    by_name: dict[Name, list[Held]] = {}
    for each in held:
        by_name.setdefault(each.name, []).append(each)
    points = tuple(
        PointCoverage(
            section=section,
            point=point,
            symbol=symbol,
            covered=Rate.of(sum(int(each.covered.sum()) for each in some), trials * len(some)),
            mean_normalised_error=_mean(some),
            rms_normalised_error=_rms(some),
        )
        for (section, point, symbol), some in by_name.items()
    )
    hits = np.sum([each.covered for each in held], axis=0) if held else np.zeros(trials)
    worth = worth_of([(int(count), len(held)) for count in hits])
    return Validation(
        procedure=found.name,
        trials=trials,
        seed=seed,
        overall=Rate.of(int(hits.sum()), trials * len(held), worth=worth),
        mean_normalised_error=_mean(held),
        rms_normalised_error=_rms(held),
        points=points,
        false_accept=_decided(held, conforms=False, said=Verdict.CONFORMS),
        false_reject=_decided(held, conforms=True, said=Verdict.DOES_NOT_CONFORM),
        paper=True,
    )


def _mean(held: Sequence[Held]) -> float:
    return float(np.mean([each.normalised for each in held])) if held else float("nan")


def _rms(held: Sequence[Held]) -> float:
    return float(np.sqrt(np.mean([each.normalised**2 for each in held]))) if held else float("nan")


def _decided(held: Sequence[Held], *, conforms: bool, said: Verdict) -> Rate:
    truly = [(int(np.sum(each.conforms == conforms)), each.verdict) for each in held if each.conforms is not None]
    return Rate.of(sum(count for count, verdict in truly if verdict is said), sum(count for count, _ in truly))


def held_against(procedure: Procedure, account: Account, count: int, seed: int) -> list[Held]:
    """Return every result of a run beside so many truths, drawn from what is declared of its inputs.

    Raises:
        MetrologyError: a model cannot be evaluated as far off as its inputs may be.
    """
    return _Unit(procedure, account).held(count, seed)


def _accounts(procedure: str, station: Path, unit: str, seed: int) -> tuple[Account, ...]:
    """Return one simulated run, an account for each of its units; nobody has to state what is true on its bench."""
    job = Job(
        run="paper",
        data=str(NOWHERE),
        station=str(station),
        procedure=procedure,
        by="validate",
        unit=unit,
        confirms="nobody",
    )
    prepared = prepare(job, trial=True)
    trials = Trials(prepared, Truths(), software(prepared.procedure, prepared.seated), seed)
    bench = bench_of(prepared.station, seed=seed, pace=seed)
    made = trials.made(bench, prepared, bench.clock, seed)
    return tuple(made.accounts[each] for each in made.units)


@define
class _Unit:
    """The results of one unit."""

    procedure: Procedure
    account: Account
    _evaluation: Evaluation = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Evaluate the run as ever."""
        self._evaluation = Evaluation(self.procedure, self.account.started, self.account)

    def held(self, count: int, seed: int) -> list[Held]:
        """Return every result beside its truths."""
        mine = [*self._results(self._evaluation)]
        errors = Errors(seed, count, self._evaluation.correlations)
        true = self._results(OnPaper.of(self.procedure, self.account.started, self.account, errors))
        capability = lines_of(self.account.started.laboratory, self.account.started.procedure)
        found: list[Held] = []
        for (phase, title, key, columns, batch), (*_, truly) in zip(mine, true, strict=True):
            outputs = self.procedure.source(title).model.outputs
            results = {symbol: Quantity(batch.value(symbol), batch.unit[symbol]) for symbol in outputs}
            names = {**self._evaluation.names, **columns, **results}
            for symbol, value in results.items():
                expanded = float(batch.expanded[symbol][0])
                if np.isnan(expanded):
                    continue  # a statistic, of which no uncertainty is stated
                expanded = max(expanded, floor_of(capability, title, symbol, names, value.unit.symbol))
                if expanded > 0:
                    truth = np.broadcast_to(truly.values[symbol], count)
                    said = self._said(phase, (title, key, symbol), value, expanded, names)
                    found.append(_held((title, key, symbol), value, expanded, truth, said))
        return found

    def _said(
        self, phase: str, name: Name, value: Quantity, expanded: float, names: Mapping[str, Value]
    ) -> tuple[Quantity, Verdict] | None:
        """Return the limit and the verdict of the first requirement of a result; None where there is none."""
        title, key, symbol = name
        required = [each for each in self.procedure.requirements if (each.of, each.symbol) == (title, symbol)]
        order = self.account.started.order
        if not required or not stated(order):
            return None
        if required[0].each == EACH_REPETITION:
            judged = judged_at(self._evaluation, phase, title, key)
            return next(((each.limit, each.verdict) for each in judged if each.symbol == symbol), None)
        made = decided(required[0], value, Quantity(expanded, value.unit.difference), names, order)
        return (made[0], made[1].verdict) if made is not None else None

    def _results(self, evaluation: Evaluation) -> Iterator[tuple[str, str, str, Mapping[str, Value], Batch]]:
        """Yield what was measured and reduced, in the order of the record."""
        plan = self.account.started.plan
        for planned in plan:
            for point in planned.points:
                if self.account.point(planned.phase, planned.section, point.key).reported:
                    try:
                        batch = evaluation.point(planned.phase, planned.section, point.key)
                    except Pending:  # it rests on a section that was left out
                        continue
                    yield planned.phase, planned.section, point.key, point.columns, batch
        for phase in dict.fromkeys(each.phase for each in plan):
            for reduction in self.procedure.reductions:
                try:
                    groups = evaluation.groups(phase, reduction.name)
                except Pending:
                    continue
                for group in groups:
                    yield phase, reduction.name, group.key, group.columns, group.batch


def _held(name: Name, value: Quantity, expanded: float, truth: Floats, said: tuple[Quantity, Verdict] | None) -> Held:
    away = value.value - truth
    return Held(
        name=name,
        covered=np.abs(away) <= expanded,
        normalised=away / expanded,
        conforms=np.abs(truth) <= abs(said[0]).value_in(value.unit.difference) if said is not None else None,
        verdict=said[1] if said is not None else None,
    )
