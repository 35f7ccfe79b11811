"""What uncertainty to expect at each point before the run, and which decision rule it will fall under."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import define, field, frozen

from labctl.errors import (
    FigureError,
    LabctlError,
    MetrologyError,
    ProcedureError,
    TraceabilityError,
    UncertaintyError,
    UnitMismatch,
)
from labctl.events.kinds import PlannedSection
from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.conformity import Rule, Side, jjf1094, simple
from labctl.metrology.figure import Value
from labctl.metrology.quantity import Quantity
from labctl.procedure.capability import capability_of, capable, lines_for, refuse_unfit
from labctl.procedure.declared import Reduction, Requirement
from labctl.procedure.evaluation import Pending
from labctl.procedure.forecast import Forecast, forecast, refuse_unknown_characteristics
from labctl.procedure.procedure import Procedure
from labctl.procedure.sources import Applied, Corrected
from labctl.records.equipment import Asset, UnitUnderTest
from labctl.records.order import Capability, Kind

EXCEPT = Text(
    "without the scatter of readings and the resolution, which only the run shows",
    zh="不含重复性和分辨力，二者在测量时才能得知",
)
"""What an expected uncertainty leaves out: nobody states them beforehand."""
LACKING: Final = {"too-few-points", "unpaired", "nothing-selected"}
"""How an evaluation refuses points that are not enough, whatever their values."""


@frozen(kw_only=True)
class Expected:
    """One requirement at one point, as far as the station's records tell."""

    phase: str
    section: str
    point: str
    symbol: str
    expanded: Quantity  # U of standards, auxiliaries and declared effects, see EXCEPT; no less than the capability
    limit: Quantity  # MPEV
    ratio: float  # U / MPEV
    side: Side
    rule: Rule
    floor: str = ""  # the capability that is stated for U, because what is evaluated is smaller


@frozen(kw_only=True)
class Untold:
    """A requirement of which nothing can be told beforehand, or which judges nothing, and why."""

    requirement: Text
    section: str
    reason: Text
    unlimited: bool = False  # its limit needs an mpe that nobody states: it will judge nothing
    wrong: bool = False  # figures are of a kind that does not fit, so that nothing can be told afterwards either


@frozen(kw_only=True)
class Outside:
    """A point at which a standard was not calibrated or specified."""

    section: str
    point: str
    error: TraceabilityError


@frozen(kw_only=True)
class Lacking:
    """A reduction that the points of this unit are not enough for: too few of them, or one without its pair."""

    reduction: str
    error: UncertaintyError


@define
class Ahead:
    """What can be told of a plan before anything is measured."""

    expected: list[Expected] = field(factory=list[Expected])
    untold: list[Untold] = field(factory=list[Untold])
    outside: list[Outside] = field(factory=list[Outside])
    lacking: list[Lacking] = field(factory=list[Lacking])


def expected(
    procedure: Procedure,
    unit: UnitUnderTest,
    standards: Mapping[str, Asset],
    auxiliaries: Mapping[str, Asset],
    plan: Sequence[PlannedSection],
    kind: Kind = Kind.CALIBRATION,
    capability: Sequence[Capability] = (),
) -> tuple[Expected, ...]:
    """Return U, MPE, their ratio and the decision rule of every point that a requirement judges; see `ahead`.

    Raises:
        OutsideCalibratedInterval: a point lies outside what a standard was calibrated or specified for.
        ProcedureError: a role has no record, its record lacks a figure, or a line of the capability does not fit.
    """
    return within_reach(ahead(procedure, unit, standards, auxiliaries, plan, kind, capability))


def within_reach(told: Ahead) -> tuple[Expected, ...]:
    """Return what is expected where every point can be reached. Raises OutsideCalibratedInterval."""
    for each in told.outside:
        raise each.error
    return tuple(told.expected)


def ahead(
    procedure: Procedure,
    unit: UnitUnderTest,
    standards: Mapping[str, Asset],
    auxiliaries: Mapping[str, Asset],
    plan: Sequence[PlannedSection],
    kind: Kind = Kind.CALIBRATION,
    capability: Sequence[Capability] = (),
) -> Ahead:
    """Return what can be told of every requirement, of reductions as well, and why the rest cannot.

    Args:
        procedure: the method.
        unit: whose nameplate its figures may use.
        standards: records by role.
        auxiliaries: records by role.
        plan: what will be measured.
        kind: of the order, which decides the rule.
        capability: what the laboratory states of the method.

    Raises:
        ProcedureError: a role has no record, its record lacks a figure, or a line of the capability does not fit.
    """
    refuse_unfit(procedure, unit, plan, capability)
    told = forecast(procedure, unit, standards, auxiliaries, plan)
    refuse_unknown_characteristics(told.evaluation)
    found = Ahead(outside=list(_outside(told, plan)), lacking=list(_lacking(told, plan)))
    for phase in dict.fromkeys(each.phase for each in plan):
        for required in procedure.requirements:
            wrong = _unlimited(told, phase, required)
            if wrong is not None:
                found.untold.append(Untold(requirement=required.title, section=required.of, reason=wrong, wrong=True))
                continue
            reason = told.why_not(required.of, required.symbol)
            if reason is None:
                reason = _judged(told, phase, required, kind, capability, found)
            statistics = procedure.source(required.of).model.equations.statistics
            if reason is not None and required.symbol not in statistics:  # of which no U is ever stated
                found.untold.append(Untold(requirement=required.title, section=required.of, reason=reason))
    return found


def _unlimited(told: Forecast, phase: str, required: Requirement) -> Text | None:
    """Return why a limit that rests on nothing measured cannot be worked out for this unit; None where it can."""
    target, plan, constants = told.procedure.source(required.of), told.evaluation.started.plan, told.evaluation.names
    rows: list[Mapping[str, Value]] = [{}]
    if not isinstance(target, Reduction):
        of_section = [each for each in plan if (each.phase, each.section) == (phase, required.of)]
        rows = [point.columns for planned in of_section for point in planned.points]
    asked = {name for name in required.limit.names if not name.startswith("unit.")}
    for columns in rows:
        if asked <= columns.keys():
            try:
                required.limit.at({**constants, **columns}, f"requirement {required.title.en}")
            except ProcedureError as error:
                return error.problem
    return None


def _judged(
    told: Forecast, phase: str, required: Requirement, kind: Kind, capability: Sequence[Capability], found: Ahead
) -> Text | None:
    """Add what is expected of a requirement at each of its points; return why nothing can be, where it cannot."""
    try:
        for key, columns, batch in _results(told, phase, required.of):
            one = _expected(told, phase, required, kind, capability, key, columns, batch)
            if one is None:
                words = _UNLIMITED.filled(figure=required.limit.figure)
                found.untold.append(
                    Untold(requirement=required.title, section=required.of, reason=words, unlimited=True)
                )
                return None
            found.expected.extend(one)
    except Pending as pending:
        return _PENDING.filled(section=pending.section)
    except (UnitMismatch, FigureError) as error:
        words = error.text()
        found.untold.append(Untold(requirement=required.title, section=required.of, reason=words, wrong=True))
    except (MetrologyError, TraceabilityError) as error:
        return error.text()
    return None


def _outside(told: Forecast, plan: Sequence[PlannedSection]) -> Iterator[Outside]:
    """Return the points at which a standard is of no use, of the sections whose values are known beforehand."""
    for planned in plan:
        section = told.procedure.find(planned.section)
        used = [name for name, each in section.model.sources.items() if isinstance(each, Corrected | Applied)]
        if told.guessed.get(section.name, frozenset()).intersection(used):
            continue
        for point in planned.points:
            try:
                told.evaluation.point(planned.phase, planned.section, point.key)
            except TraceabilityError as error:
                yield Outside(section=planned.section, point=point.key, error=error)
            except (MetrologyError, Pending):
                continue


def _lacking(told: Forecast, plan: Sequence[PlannedSection]) -> Iterator[Lacking]:
    """Return the reductions that cannot be made of these points; whatever else fails there is told elsewhere."""
    phase = plan[0].phase if plan else ""
    for declared in told.procedure.reductions:
        try:
            told.evaluation.groups(phase, declared.name)
        except UncertaintyError as error:
            if error.code in LACKING:
                yield Lacking(reduction=declared.name, error=error)
        except (LabctlError, Pending):
            continue


def _results(told: Forecast, phase: str, title: str) -> Iterator[tuple[str, Mapping[str, Value], Batch]]:
    target = told.procedure.source(title)
    if isinstance(target, Reduction):
        yield from ((each.key, each.columns, each.batch) for each in told.evaluation.groups(phase, title))
        return
    for planned in told.evaluation.started.plan:
        if (planned.phase, planned.section) == (phase, title):
            for point in planned.points:
                yield point.key, point.columns, told.evaluation.point(phase, title, point.key)


def _expected(
    told: Forecast,
    phase: str,
    required: Requirement,
    kind: Kind,
    capability: Sequence[Capability],
    key: str,
    columns: Mapping[str, Value],
    batch: Batch,
) -> tuple[Expected, ...] | None:
    """Return what is expected at one point; None where the limit needs an mpe that nobody states."""
    results = {name: Quantity(float(batch.values[name][0]), batch.unit[name]) for name in batch.values}
    names = {**told.evaluation.names, **columns, **results}
    limit = required.limit.at(names, f"requirement {required.title.en}")
    if limit is None:
        return None
    if math.isnan(batch.u[required.symbol][0]):
        return ()  # a statistic: no uncertainty is stated for it
    budget = batch.budget(required.symbol, 0)
    error, expanded = Quantity.of(budget.value, budget.unit), Quantity.of(budget.expanded, budget.unit)
    line = capable(lines_for(capability, required.of, required.symbol), columns)
    floor = capability_of(line, names, budget.unit) if line is not None else 0.0
    if floor > budget.expanded:
        expanded = Quantity.of(floor, budget.unit)
    decide = simple if kind is Kind.VERIFICATION else jjf1094
    decision = decide(error, expanded, limit, required.limit.side)
    return (
        Expected(
            phase=phase,
            section=required.of,
            point=key,
            symbol=required.symbol,
            expanded=expanded,
            limit=limit,
            ratio=decision.ratio,
            side=required.limit.side,
            rule=decision.rule,
            floor=line.figure if line is not None and floor > budget.expanded else "",
        ),
    )


_PENDING = Text("it waits for {section}, which is not planned", zh="需等待未列入计划的 {section}")
_UNLIMITED = Text(
    "its limit {figure} needs an mpe that neither points nor unit type state",
    zh="限值 {figure} 需要 mpe，而校准点和型号均未给出",
)
