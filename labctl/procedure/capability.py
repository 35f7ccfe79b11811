"""The laboratory's best capability (CMC) under what is stated: no U below it, and that is said (ILAC-P14)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve

from labctl.errors import MetrologyError, ProcedureError, UnitMismatch
from labctl.events.kinds import PlannedSection
from labctl.language import Text
from labctl.metrology.coverage import PROBABILITY
from labctl.metrology.figure import Figure, Value
from labctl.metrology.interval import parse_interval
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import parse_unit
from labctl.procedure.judging import names_of
from labctl.procedure.points import FREQUENCY
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import Floor, PointResult, ProcedureReference, Result
from labctl.records.equipment import UnitUnderTest
from labctl.records.order import Capability, Laboratory

K: Final = 2.0
"""The coverage factor with which a capability is stated, of a coverage of about 95 %."""


def lines_of(laboratory: Laboratory, method: ProcedureReference) -> tuple[Capability, ...]:
    """Return what a laboratory states of a method, by the name of the procedure or of its document."""
    return tuple(each for each in laboratory.capability if each.method in {method.name, method.document})


def lines_for(lines: Sequence[Capability], section: str, symbol: str) -> tuple[Capability, ...]:
    """Return the lines of one result."""
    return tuple(each for each in lines if (each.section, each.result) == (section, symbol))


def capable(lines: Sequence[Capability], columns: Mapping[str, Value]) -> Capability | None:
    """Return the first line that holds at a point; None where none does."""
    return next((each for each in lines if _holds(each, columns)), None)


def capability_of(line: Capability, names: Mapping[str, Value], unit: str) -> float:
    """Return the U of a line at a point, in the unit of the result.

    Raises:
        ProcedureError: its figure cannot be evaluated there, or is of another kind than the result.
    """
    shown = parse_unit(unit)
    try:
        found = _evaluated(line, names).value_in(shown.difference)
    except UnitMismatch as error:
        raise ProcedureError(
            where=f"capability, {line.section} {line.result}", problem=error.text(), remedy=_COLUMNS
        ) from error
    if found <= 0:
        raise ProcedureError(
            where=f"capability, {line.section} {line.result}",
            problem=Text("gives {found} {unit}", zh="结果为 {found} {unit}").filled(found=f"{found:g}", unit=unit),
            remedy=Text("A capability is above zero", zh="校准测量能力应大于零"),
        )
    return found


def floor_of(lines: Sequence[Capability], section: str, symbol: str, names: Mapping[str, Value], unit: str) -> float:
    """Return below which U nothing is stated of a result, in its unit; zero where the laboratory states none.

    Raises:
        ProcedureError: the figure of a line cannot be evaluated.
    """
    line = capable(lines_for(lines, section, symbol), names)
    return capability_of(line, names, unit) if line is not None else 0.0


def refuse_unfit(
    procedure: Procedure, unit: UnitUnderTest, plan: Sequence[PlannedSection], lines: Sequence[Capability]
) -> None:
    """Refuse lines that no result has, and figures that the points of a plan cannot evaluate, before the run.

    What rests on results is tried where they are there.

    Raises:
        ProcedureError: the first of them.
    """
    constants = unit.constants
    models = {each.name: each.model for each in procedure.sections}
    models |= {each.name: each.model for each in procedure.reductions}
    for line in lines:
        model = models.get(line.section)
        if model is None or line.result not in model.outputs:
            known = ", ".join(models if model is None else model.outputs)
            raise ProcedureError(
                where=f"capability, {line.section} {line.result}",
                problem=Text("{method} has no such result", zh="{method} 没有该结果").filled(method=procedure.name),
                remedy=Text("There are: {known}", zh="现有：{known}").filled(known=known),
            )
        for planned in plan:
            for point in planned.points if planned.section == line.section else ():
                names: dict[str, Value] = {**constants, **point.columns}
                if _holds(line, point.columns) and Figure(line.figure).names <= names.keys():
                    _evaluated(line, names)


def with_floor(
    results: Sequence[Result], lines: Sequence[Capability], section: str, names: Mapping[str, Value]
) -> tuple[Result, ...]:
    """Return the results of a point with no U below the laboratory's capability.

    Args:
        results: as evaluated.
        lines: what the laboratory states of the method.
        section: title of the section or reduction.
        names: the point's columns, and the constants of the unit's nameplate.

    Raises:
        ProcedureError: the figure of a line cannot be evaluated.
    """
    if not lines:
        return tuple(results)
    known = names_of(names, results)
    return tuple(_raised(each, capable(lines_for(lines, section, each.symbol), names), known) for each in results)


def _raised(result: Result, line: Capability | None, names: Mapping[str, Value]) -> Result:
    if line is None or not result.k:  # of a statistic no U is stated
        return result
    capability = capability_of(line, names, result.unit)
    if result.expanded >= capability:
        return result
    return evolve(
        result,
        expanded=capability,
        k=K,
        probability=PROBABILITY,
        policy=_POLICY.filled(figure=line.figure, source=line.source),
        floor=Floor(
            expanded=result.expanded,
            k=result.k,
            policy=result.policy,
            figure=line.figure,
            source=line.source,
            confirmed=line.confirmed,
        ),
    )


def notes_of(points: Sequence[PointResult], lines: Sequence[Capability]) -> Iterator[Text]:
    """Yield what a certificate says of the capability: where it is stated for U, and which points lie outside it."""
    raised: dict[tuple[str, str, str, Text], list[str]] = {}
    beyond: dict[tuple[str, str], list[str]] = {}
    for point in points:
        for result in point.results:
            own = lines_for(lines, point.section, result.symbol)
            if result.floor is not None:
                key = (point.section, result.symbol, result.floor.figure, result.floor.source)
                raised.setdefault(key, []).append(point.point)
            elif own and result.k and capable(own, point.columns) is None:
                beyond.setdefault((point.section, result.symbol), []).append(point.point)
    for (section, symbol, figure, source), keys in raised.items():
        yield _STATED.filled(section=section, symbol=symbol, figure=figure, source=source, points=_listed(keys))
    for (section, symbol), keys in beyond.items():
        yield _BEYOND.filled(section=section, symbol=symbol, points=_listed(keys))


def _evaluated(line: Capability, names: Mapping[str, Value]) -> Quantity:
    try:
        return Figure(line.figure).quantity(names)
    except MetrologyError as error:
        raise ProcedureError(
            where=f"capability, {line.section} {line.result}", problem=error.text(), remedy=_COLUMNS
        ) from error


def _listed(keys: Sequence[str]) -> Text:
    once = list(dict.fromkeys(keys))
    return Text("; ".join(once), zh="；".join(once))


def _holds(line: Capability, columns: Mapping[str, Value]) -> bool:
    for column, stated in (("nominal", line.nominal), (FREQUENCY, line.frequency)):
        value = columns.get(column)
        if stated and not (isinstance(value, Quantity) and _within(stated, value)):
            return False
    return True


def _within(stated: str, value: Quantity) -> bool:
    try:
        return parse_interval(stated).holds(value)
    except MetrologyError:  # of another kind
        return False


_COLUMNS: Final = Text("Use columns of the points or results of the model", zh="请使用校准点表的列或模型的结果")
_POLICY: Final = Text(
    "U is the laboratory's capability, {figure} ({source}); k·u is smaller",
    zh="U 取实验室校准测量能力 {figure}（{source}）；k·u 小于该值",
)
_STATED: Final = Text(
    "{section}, U({symbol}): the laboratory's calibration and measurement capability {figure} ({source}) is stated, "
    "because the uncertainty evaluated is smaller, at: {points}",
    zh="{section}，U({symbol})：评定的不确定度小于实验室校准测量能力 {figure}（{source}），按后者给出，涉及：{points}",
)
_BEYOND: Final = Text(
    "{section}, {symbol}: outside the laboratory's stated calibration and measurement capability at: {points}",
    zh="{section}，{symbol}：以下各点超出实验室所声明的校准测量能力范围：{points}",
)
