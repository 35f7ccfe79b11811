"""From observations to results: a pure function of journal and procedure, the same live, afterwards and in a check."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from labctl.errors import ProcedureError, RecordError
from labctl.events.journal import Entry
from labctl.events.kinds import IndicationTaken, PlannedPoint, RunStarted
from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.conformity import Rule
from labctl.metrology.distributions import StudentT
from labctl.metrology.effects import Contribution, EffectId, Scope
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.figure import Value
from labctl.metrology.inputs import Columns, Input
from labctl.metrology.quantity import Quantity
from labctl.metrology.statistics import series as statistics_of
from labctl.metrology.units import ONE, Unit
from labctl.procedure.account import Account, Attempt, PointAccount, Seen
from labctl.procedure.bind import Circumstances, bind
from labctl.procedure.judging import judge, names_of, stated, verdict_of
from labctl.procedure.procedure import Procedure, Section
from labctl.procedure.surroundings import conditions_of
from labctl.records.calibration import BudgetLine, CalibrationRecord, Judgement, PointResult, Result, SectionResult

Readings = dict[str, list[Quantity]]


def evaluate_run(procedure: Procedure, entries: Iterable[Entry]) -> CalibrationRecord:
    """Return the technical record of a finished run, from its journal and its procedure alone.

    Points without an accepted attempt have no result; skipped ones are named in the notes.

    Raises:
        RecordError: the run has not ended.
        ProcedureError, MetrologyError, TraceabilityError: a point cannot be evaluated, see `evaluate_point`.
    """
    account = Account.of(entries)
    started, finished = account.started, account.finished
    if finished is None:
        raise RecordError(record=f"run {started.run}", problem=_UNFINISHED)
    sections = tuple(
        SectionResult(
            phase=planned.phase,
            title=planned.title,
            model=procedure.find(planned.section).model.equations.source,
            points=tuple(
                evaluate_point(procedure, started, account, planned.phase, planned.section, each.key)
                for each in planned.points
                if account.point(planned.phase, planned.section, each.key).reported
            ),
        )
        for planned in started.plan
    )
    points = [point for section in sections for point in section.points]
    return CalibrationRecord(
        run=started.run,
        simulated=started.simulated,
        procedure=started.procedure,
        order=started.order,
        laboratory=started.laboratory,
        people=started.people,
        unit=started.unit,
        standards=started.standards,
        auxiliaries=started.auxiliaries,
        conditions=conditions_of(account),
        sections=tuple(section for section in sections if section.points),
        tables=started.tables,
        verdict=verdict_of(points, started.order),
        rules=_rules(points),
        notes=(*started.notes, *account.notes, *_skipped(account)),
        started=started.at,
        finished=finished.at,
        outcome=finished.outcome,
        software=started.software,
    )


def evaluate_point(
    procedure: Procedure, started: RunStarted, account: Account, phase: str, section: str, point: str
) -> PointResult:
    """Return everything reported of one point, from the last accepted attempt of each of its repetitions.

    Raises:
        RecordError: the point is not planned, or no attempt at it was accepted.
        ProcedureError: a series is empty, or a role's record lacks a figure.
        MetrologyError: the model cannot be evaluated.
        OutsideCalibratedInterval: a standard was not calibrated or specified for a value.
    """
    declared = procedure.find(section)
    planned = _planned(started, phase, section, point)
    done = account.point(phase, section, point)
    attempts = done.reported
    if not attempts:
        raise RecordError(record=f"{phase}, {section}, {point}", problem=_NOT_ACCEPTED)
    at = _circumstances(procedure, declared, started, planned, attempts, phase)
    batch = _evaluated(declared, at, [_readings(declared, each) for each in attempts])
    results = tuple(_result(batch, output) for output in declared.model.outputs)
    return PointResult(
        phase=phase,
        section=section,
        point=point,
        columns=planned.columns,
        results=results,
        judgements=judgements(procedure, started, section, planned.columns, results),
        series=_numbers(declared, attempts),
        attempts=done.made,
        reported=tuple(each.number for each in attempts),
    )


def judgements(
    procedure: Procedure, started: RunStarted, section: str, columns: Mapping[str, Value], results: Sequence[Result]
) -> tuple[Judgement, ...]:
    """Return what the requirements say of a point's results; nothing where no statement was agreed."""
    if not stated(started.order):
        return ()
    names = names_of({**started_names(started), **columns}, results)
    by_symbol = {each.symbol: each for each in results}
    made = [
        judge(each, by_symbol[each.symbol], names, started.order)
        for each in procedure.requirements
        if each.of == section and each.symbol in by_symbol
    ]
    return tuple(each[0] for each in made if each is not None)


def started_names(started: RunStarted) -> dict[str, Value]:
    """Return the constants of the unit's nameplate, as figures name them: `unit.accuracy_class`."""
    return {f"unit.{name}": value for name, value in started.unit.nameplate.items()}


def columns_of(columns: Mapping[str, Value]) -> Columns:
    """Return the columns of one point as a model takes them."""
    found: dict[str, tuple[Unit | None, Sequence[float] | Sequence[str]]] = {}
    for name, value in columns.items():
        if isinstance(value, Quantity):
            found[name] = (value.unit, [value.value])
        else:
            found[name] = (None, [value]) if isinstance(value, str) else (ONE, [float(value)])
    return found


def _planned(started: RunStarted, phase: str, section: str, key: str) -> PlannedPoint:
    for each in started.plan:
        for point in each.points:
            if (each.phase, each.section, point.key) == (phase, section, key):
                return point
    raise RecordError(record=f"{phase}, {section}, {key}", problem=_NOT_PLANNED)


def _circumstances(
    procedure: Procedure,
    section: Section,
    started: RunStarted,
    planned: PlannedPoint,
    attempts: Sequence[Attempt],
    phase: str,
) -> Circumstances:
    here = f"{phase}/{section.name}/{planned.key}"
    return Circumstances(
        procedure=procedure,
        section=section,
        columns={**started_names(started), **planned.columns},
        assets={**started.auxiliaries, **started.standards},
        places={Scope.READING: here, Scope.POINT: here, Scope.GROUP: f"{phase}/{section.name}", Scope.RUN: started.run},
        resolutions=_resolutions(started, attempts),
        unit=_main_unit(section, attempts),
    )


def _resolutions(started: RunStarted, attempts: Sequence[Attempt]) -> dict[str, Quantity]:
    """Return, of each role, the coarsest step of its display in the reported series."""
    found: dict[str, Quantity] = {}
    for seen in (seen for attempt in attempts for series in attempt.series.values() for seen in series):
        if isinstance(seen.event, IndicationTaken) and seen.event.resolution is not None:
            step = seen.event.resolution
            for role in (role for role, key in started.roles.items() if key == seen.event.instrument):
                found[role] = max(found.get(role, step), step)
    return found


def _main_unit(section: Section, attempts: Sequence[Attempt]) -> Unit:
    """Return the unit in which corrections of zero stand: that of the unit under test's own series, else the first."""
    wanted = [symbol for symbol in section.model.equations.inputs if symbol in section.model.series]
    for symbol in wanted:
        for seen in attempts[0].series.get(symbol, []):
            if seen.quantity is not None:
                return seen.quantity.unit
    return ONE


def _readings(section: Section, attempt: Attempt) -> Readings:
    return {
        symbol: [seen.quantity for seen in attempt.series.get(symbol, []) if seen.quantity is not None]
        for symbol in section.model.series
    }


def _evaluated(section: Section, at: Circumstances, repetitions: Sequence[Readings]) -> Batch:
    names = columns_of(at.columns)
    model = section.model.equations
    if len(repetitions) == 1:
        return evaluate(model, bind(repetitions[0], at), points=1, names=names)
    return _over_repetitions(section, at, repetitions, names)


def _over_repetitions(section: Section, at: Circumstances, repetitions: Sequence[Readings], names: Columns) -> Batch:
    """Evaluate once, with the scatter of the repetitions' results in place of that of their readings."""
    model = section.model.equations
    if len(model.outputs) != 1:
        raise ProcedureError(
            where=f"section {section.name}",
            problem=Text(
                "several results of a repeated point are not in this release", zh="本版本不支持重复点的多个结果"
            ),
            remedy=Text("Split the model, or set repeats to 1", zh="请拆分模型，或将 repeats 设为 1"),
        )
    output = model.outputs[0]
    each = [evaluate(model, bind(one, at, type_a=False), points=1, names=names) for one in repetitions]
    scatter = statistics_of([float(batch.values[output][0]) for batch in each], output)
    symbol = f"{output}_scatter"
    left, right = model.source[0].split("=", 1)
    widened = Equations(f"{left}= ({right.strip()}) + {symbol}")
    contribution = Contribution(
        effect=EffectId.scoped(at.procedure.name, symbol, Scope.READING, at.places),
        description=_REPETITIONS.filled(count=scatter.n),
        distribution=StudentT(scatter.u),
        evaluation="A",
        dof=scatter.dof,
        source=f"s/√{scatter.n}",
    )
    together: Readings = {}
    for one in repetitions:
        for name, readings in one.items():
            together.setdefault(name, []).extend(readings)
    inputs = bind(together, at, type_a=False)
    inputs[symbol] = Input.of(symbol, each[0].unit[output], 0.0, contribution)
    return evaluate(widened, inputs, points=1, names=names)


def _result(batch: Batch, output: str) -> Result:
    budget = batch.budget(output, 0)
    return Result(
        symbol=output,
        value=budget.value,
        unit=budget.unit,
        u=budget.u,
        dof=budget.dof,
        k=budget.k,
        expanded=budget.expanded,
        probability=budget.probability,
        policy=budget.rule,
        budget=tuple(
            BudgetLine(
                symbol=row.symbol,
                description=row.description,
                value=row.value,
                unit=row.unit,
                evaluation=row.type,
                distribution=row.distribution,
                divisor=row.divisor,
                u=row.u,
                dof=row.dof,
                sensitivity=row.sensitivity,
                contribution=row.contribution,
                percent=row.percent,
                source=row.source,
                effect=row.effect,
                confirmed=row.confirmed,
            )
            for row in budget.rows
        ),
        inputs={symbol: Quantity(float(each.values), each.unit) for symbol, each in batch.inputs.items()},
        warnings=budget.warnings,
    )


def _numbers(section: Section, attempts: Sequence[Attempt]) -> dict[str, tuple[int, ...]]:
    """Return, of each series of the model, the numbers of the events it rests on."""
    found: dict[str, tuple[int, ...]] = {}
    for attempt in attempts:
        for symbol, seen in attempt.series.items():
            if symbol in section.model.series:
                found[symbol] = (*found.get(symbol, ()), *(each.n for each in _in_order(seen)))
    return found


def _in_order(seen: Sequence[Seen]) -> list[Seen]:
    return sorted(seen, key=lambda each: each.n)


def _rules(points: Sequence[PointResult]) -> tuple[Text, ...]:
    used = {judgement.rule for point in points for judgement in point.judgements}
    return tuple(rule.text for rule in Rule if rule.value in used)


def _skipped(account: Account) -> tuple[Text, ...]:
    return tuple(
        _SKIPPED.filled(section=section, point=key, reason=done.skipped)
        for (_, section, key), done in _left_out(account)
    )


def _left_out(account: Account) -> list[tuple[tuple[str, str, str], PointAccount]]:
    return [(name, done) for name, done in account.points.items() if done.skipped is not None and not done.reported]


_UNFINISHED: Final = Text("has not ended; resume or abort it first", zh="尚未结束；请先恢复运行或中止")
_NOT_ACCEPTED: Final = Text("no attempt at this point was accepted", zh="该点没有被接受的测量")
_NOT_PLANNED: Final = Text("is not in the plan of the run", zh="不在运行计划中")
_REPETITIONS: Final = Text("repeatability of {count} repetitions", zh="{count} 次重复的重复性")
_SKIPPED: Final = Text("{section}, {point}: not measured ({reason})", zh="{section}，{point}：未测（{reason}）")
