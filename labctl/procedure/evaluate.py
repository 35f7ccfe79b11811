"""From observations to results: a pure function of journal and procedure, the same live, afterwards and in a check."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from labctl.errors import RecordError
from labctl.events.journal import Entry
from labctl.events.kinds import PlannedSection, RunStarted
from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.conformity import Rule
from labctl.metrology.figure import Value
from labctl.metrology.inputs import Columns
from labctl.metrology.quantity import Quantity
from labctl.procedure.account import Account, PointAccount
from labctl.procedure.capability import lines_of, with_floor
from labctl.procedure.capability import notes_of as capability_notes
from labctl.procedure.declared import EACH_REPETITION, Reduction, Requirement
from labctl.procedure.evaluation import Evaluation, Group, Pending
from labctl.procedure.inspections import inspected
from labctl.procedure.joining import columns_of as joined_columns
from labctl.procedure.judging import judge, judge_each, names_of, repetition_notes, stated, verdict_of
from labctl.procedure.procedure import Procedure
from labctl.procedure.ratio import notes_of as ratio_notes
from labctl.procedure.seen import numbers_of
from labctl.procedure.surroundings import conditions_of
from labctl.procedure.used import used
from labctl.records.calibration import (
    BudgetLine,
    CalibrationRecord,
    Correlated,
    Judgement,
    PointResult,
    Result,
    SectionResult,
)
from labctl.records.order import Order


def evaluate_run(procedure: Procedure, entries: Iterable[Entry]) -> CalibrationRecord:
    """Return the technical record of a finished run, from its journal and its procedure alone.

    Points without an accepted attempt have no result; skipped ones are named in the notes, and so are reductions that
    cannot do without them. Reductions stand after the sections of their phase. Standards and auxiliaries are those
    that took part in what is reported.

    Raises:
        RecordError: the run has not ended.
        ProcedureError, MetrologyError, TraceabilityError: a point cannot be evaluated, see `evaluate_point`.
    """
    account = Account.of(entries)
    started, finished = account.started, account.finished
    if finished is None:
        raise RecordError(record=f"run {started.run}", problem=_UNFINISHED)
    evaluation = Evaluation(procedure, started, account)
    sections = [_section(evaluation, planned) for planned in started.plan]
    phases = dict.fromkeys(each.phase for each in started.plan)
    sections += [_reduction(evaluation, phase, each) for phase in phases for each in procedure.reductions]
    points = [point for section in sections for point in section.points]
    seen = inspected(procedure, account.answers)
    return CalibrationRecord(
        run=started.run,
        simulated=started.simulated,
        procedure=started.procedure,
        order=started.order,
        laboratory=started.laboratory,
        people=started.people,
        unit=started.unit,
        standards=used(procedure, sections, started.standards),
        auxiliaries=used(procedure, sections, started.auxiliaries),
        conditions=conditions_of(account),
        sections=tuple(section for section in sections if section.points),
        tables=started.tables,
        verdict=verdict_of(points, started.order, seen),
        rules=_rules(points),
        notes=(
            *started.notes,
            *account.notes,
            *_skipped(account),
            *_measured_again(account),
            *(_UNTOLD.filled(title=title, reason=why) for (_, title), why in evaluation.untold.items()),
            *capability_notes(points, lines_of(started.laboratory, started.procedure)),
            *ratio_notes(procedure, started.order, points),
            *repetition_notes(points),
        ),
        started=started.at,
        finished=finished.at,
        outcome=finished.outcome,
        software=started.software,
        inspections=seen,
    )


def evaluate_point(
    procedure: Procedure, started: RunStarted, account: Account, phase: str, section: str, point: str
) -> PointResult:
    """Return everything reported of one point, from the last accepted attempt of each of its repetitions.

    Raises:
        RecordError: the point is not planned, no attempt at it was accepted, or a result that it needs is missing.
        ProcedureError: a series is empty, or a role's record lacks a figure.
        MetrologyError: the model cannot be evaluated.
        OutsideCalibratedInterval: a standard was not calibrated or specified for a value.
    """
    if not account.point(phase, section, point).reported:
        raise RecordError(record=f"{phase}, {section}, {point}", problem=_NOT_ACCEPTED)
    try:
        return _point(Evaluation(procedure, started, account), phase, section, point)
    except Pending as pending:
        raise RecordError(
            record=f"{phase}, {section}, {point}", problem=_PENDING.filled(section=pending.section)
        ) from pending


def evaluate_if_possible(
    procedure: Procedure, started: RunStarted, account: Account, phase: str, section: str, point: str
) -> PointResult | None:
    """Return the same; None where it has to wait for a result of another section. Raises as `evaluate_point`."""
    try:
        return _point(Evaluation(procedure, started, account), phase, section, point)
    except Pending:
        return None


def _section(evaluation: Evaluation, planned: PlannedSection) -> SectionResult:
    account = evaluation.account
    reported = [each.key for each in planned.points if account.point(planned.phase, planned.section, each.key).reported]
    return SectionResult(
        phase=planned.phase,
        title=planned.title,
        model=evaluation.procedure.find(planned.section).model.equations.source,
        points=tuple(
            point
            for key in reported
            if (point := _if_there(evaluation, planned.phase, planned.section, key)) is not None
        ),
    )


def _if_there(evaluation: Evaluation, phase: str, section: str, key: str) -> PointResult | None:
    """Return a point's results; None where another section on which it rests was left out."""
    try:
        return _point(evaluation, phase, section, key)
    except Pending:
        return None


def _point(evaluation: Evaluation, phase: str, section: str, key: str) -> PointResult:
    declared = evaluation.procedure.find(section)
    batch = evaluation.point(phase, section, key)
    attempts = evaluation.attempts(phase, section, key)
    columns = evaluation.planned(phase, section, key).columns
    inputs = _inputs(batch, evaluation.values(phase, section, key) if declared.model.equations.vectors else ())
    results = _results(
        evaluation, section, columns, [_result(batch, output, inputs) for output in declared.model.outputs]
    )
    return PointResult(
        phase=phase,
        section=section,
        point=key,
        columns=columns,
        results=results,
        judgements=judgements(
            evaluation.procedure,
            evaluation.started,
            section,
            columns,
            results,
            lambda: _singles(evaluation, phase, section, key),
        ),
        series=numbers_of(declared, attempts),
        attempts=evaluation.account.point(phase, section, key).made,
        reported=tuple(each.number for each in attempts),
        correlations=_correlations(evaluation.procedure, section, batch),
    )


def _reduction(evaluation: Evaluation, phase: str, declared: Reduction) -> SectionResult:
    try:
        groups = evaluation.groups(phase, declared.name)
    except Pending:  # a section on which it rests was left out
        groups = ()
    return SectionResult(
        phase=phase,
        title=declared.title,
        model=declared.model.equations.source,
        points=tuple(_reduced(evaluation, phase, declared, each) for each in groups),
    )


def _reduced(evaluation: Evaluation, phase: str, declared: Reduction, group: Group) -> PointResult:
    columns = dict(group.columns)
    evaluated = [_result(group.batch, output) for output in declared.model.outputs]
    results = _results(evaluation, declared.name, columns, evaluated)
    return PointResult(
        phase=phase,
        section=declared.name,
        point=group.key,
        columns=columns,
        results=results,
        judgements=judgements(evaluation.procedure, evaluation.started, declared.name, columns, results),
        series={},
        attempts=0,
        reported=(),
        correlations=_correlations(evaluation.procedure, declared.name, group.batch),
    )


def _correlations(procedure: Procedure, title: str, batch: Batch) -> tuple[Correlated, ...]:
    """Return how results correlate that the method's table prints so."""
    stated = [symbol for symbol, u in batch.u.items() if not np.isnan(u[0])]
    wanted = (pair for each in procedure.tables if each.section == title for pair in each.correlated(stated))
    return tuple(Correlated(a=a, b=b, r=_correlation(batch, a, b)) for a, b in dict.fromkeys(wanted))


def _correlation(batch: Batch, a: str, b: str) -> float:
    size = float(batch.u[a][0]) * float(batch.u[b][0])
    return min(max(batch.covariance(a, 0, b, 0) / size, -1.0), 1.0) if size > 0 else 0.0


def _results(
    evaluation: Evaluation, section: str, columns: Mapping[str, Value], evaluated: Sequence[Result]
) -> tuple[Result, ...]:
    """Return results as they are stated: with no U below the laboratory's capability."""
    started = evaluation.started
    lines = lines_of(started.laboratory, started.procedure)
    return with_floor(evaluated, lines, section, {**started.unit.constants, **columns})


def judged_at(evaluation: Evaluation, phase: str, section: str, key: str) -> tuple[Judgement, ...]:
    """Return what the requirements say of a measured point. Raises as `evaluate_point`."""
    return _point(evaluation, phase, section, key).judgements


def _singles(evaluation: Evaluation, phase: str, section: str, key: str) -> list[tuple[Result, ...]]:
    """Return the results of every repetition of a point by itself, as they would be stated."""
    columns = evaluation.planned(phase, section, key).columns
    outputs = evaluation.procedure.find(section).model.outputs
    return [
        _results(evaluation, section, columns, [_result(batch, output) for output in outputs])
        for batch in evaluation.singles(phase, section, key)
    ]


def judgements(
    procedure: Procedure,
    started: RunStarted,
    section: str,
    columns: Mapping[str, Value],
    results: Sequence[Result],
    singles: Callable[[], Sequence[Sequence[Result]]] = tuple,
) -> tuple[Judgement, ...]:
    """Return what the requirements say of a point's results; nothing where no statement was agreed.

    `singles` gives those of every repetition by itself, for requirements that each of them has to meet.
    """
    if not stated(started.order):
        return ()
    constants = {**started.unit.constants, **columns}
    wanted = [each for each in procedure.requirements if each.of == section]
    each_by_itself = singles() if any(each.each == EACH_REPETITION for each in wanted) else ()
    made = [
        judge_each(required, each_by_itself, constants, started.order)
        if required.each == EACH_REPETITION and each_by_itself
        else _judged(required, results, constants, started.order)
        for required in wanted
    ]
    return tuple(each for each in made if each is not None)


def _judged(
    required: Requirement, results: Sequence[Result], constants: Mapping[str, Value], order: Order
) -> Judgement | None:
    result = next((each for each in results if each.symbol == required.symbol), None)
    made = judge(required, result, names_of(constants, results), order) if result is not None else None
    return made[0] if made is not None else None


def columns_of(columns: Mapping[str, Value]) -> Columns:
    """Return the columns of one point as a model takes them."""
    return joined_columns([columns])


def _inputs(batch: Batch, repeated: Sequence[Batch] = ()) -> dict[str, Quantity]:
    """Return what stood for the inputs: of repetitions that are evaluated one by one, the means over all of them."""
    found = {symbol: Quantity(float(each.values.flat[0]), each.unit) for symbol, each in batch.inputs.items()}
    for symbol, each in found.items():
        told = [one.inputs[symbol] for one in repeated if symbol in one.inputs]
        if told:
            mean = math.fsum(Quantity(float(one.values.flat[0]), one.unit).value_in(each.unit) for one in told)
            found[symbol] = Quantity(mean / len(told), each.unit)
    return found


def _result(batch: Batch, output: str, inputs: Mapping[str, Quantity] | None = None) -> Result:
    inputs = _inputs(batch) if inputs is None else inputs
    if math.isnan(batch.u[output][0]):
        return _statistic(batch, output, inputs)
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
        inputs=dict(inputs),
        warnings=budget.warnings,
    )


def _statistic(batch: Batch, output: str, inputs: Mapping[str, Quantity]) -> Result:
    """Return a result of which no uncertainty is stated, such as a standard deviation: its k is zero."""
    return Result(
        symbol=output,
        value=float(batch.values[output][0]),
        unit=batch.unit[output].symbol,
        u=0.0,
        dof=None,
        k=0.0,
        expanded=0.0,
        probability=0.0,
        policy=_STATISTIC,
        budget=(),
        inputs=dict(inputs),
    )


def _rules(points: Sequence[PointResult]) -> tuple[Text, ...]:
    used = {judgement.rule for point in points for judgement in point.judgements}
    return tuple(rule.text for rule in Rule if rule.value in used)


def _skipped(account: Account) -> tuple[Text, ...]:
    return tuple(
        _SKIPPED.filled(section=section, point=key, reason=done.skipped)
        for (_, section, key), done in _left_out(account)
    )


def _measured_again(account: Account) -> Iterator[Text]:
    """Yield which points a person measured again, and why: nothing is chosen among results in silence."""
    for (_, section, key), done in account.points.items():
        tries = (each for repetition in done.attempts.values() for each in repetition)
        reasons = dict.fromkeys(each.reason for each in tries if each.withdrawn_by and each.reason is not None)
        if done.reported:
            yield from (_REPEATED.filled(section=section, point=key, reason=each) for each in reasons)


def _left_out(account: Account) -> list[tuple[tuple[str, str, str], PointAccount]]:
    return [(name, done) for name, done in account.points.items() if done.skipped is not None and not done.reported]


_UNFINISHED: Final = Text("has not ended; resume or abort it first", zh="尚未结束；请先恢复运行或中止")
_NOT_ACCEPTED: Final = Text("no attempt at this point was accepted", zh="该点没有被接受的测量")
_PENDING: Final = Text("it waits for a result of {section}", zh="需等待 {section} 的结果")
_STATISTIC: Final = Text("a statistic: no uncertainty is stated for it", zh="统计量，不给出不确定度")
_UNTOLD: Final = Text("{title}: no result ({reason})", zh="{title}：无结果（{reason}）")
_REPEATED: Final = Text(
    "{section}, {point}: measured again ({reason}); the last measurement is reported, the record keeps all",
    zh="{section}，{point}：已重测（{reason}）；给出最后一次测量的结果，记录中保留全部测量",
)
_SKIPPED: Final = Text("{section}, {point}: not measured ({reason})", zh="{section}，{point}：未测（{reason}）")
