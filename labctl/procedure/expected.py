"""What uncertainty to expect at each point before the run, and which decision rule it will fall under."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from labctl.events.kinds import PlannedPoint, PlannedSection
from labctl.language import Text
from labctl.metrology.conformity import Rule, jjf1094, simple
from labctl.metrology.effects import Scope
from labctl.metrology.evaluation import evaluate
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import ONE, parse_unit
from labctl.procedure.bind import Circumstances, bind
from labctl.procedure.declared import Requirement
from labctl.procedure.evaluate import columns_of
from labctl.procedure.procedure import Procedure, Section
from labctl.records.equipment import Asset, UnitUnderTest
from labctl.records.order import Kind

EXCEPT = Text(
    "without the scatter of readings and the resolution, which only the run shows",
    zh="不含重复性和分辨力，二者在测量时才能得知",
)
"""What an expected uncertainty leaves out: nobody states them beforehand."""


@frozen(kw_only=True)
class Expected:
    """One requirement at one point, as far as the station's records tell."""

    phase: str
    section: str
    point: str
    symbol: str
    expanded: Quantity  # U of standards, auxiliaries and declared effects, see EXCEPT
    limit: Quantity  # MPEV
    ratio: float  # U / MPEV
    rule: Rule


def expected(
    procedure: Procedure,
    unit: UnitUnderTest,
    standards: Mapping[str, Asset],
    auxiliaries: Mapping[str, Asset],
    plan: Sequence[PlannedSection],
    kind: Kind = Kind.CALIBRATION,
) -> tuple[Expected, ...]:
    """Return U, MPE, their ratio and the decision rule of every point that a requirement judges.

    Args:
        procedure: the method.
        unit: whose nameplate its figures may use.
        standards: records by role.
        auxiliaries: records by role.
        plan: what will be measured.
        kind: of the order, which decides the rule.

    Raises:
        OutsideCalibratedInterval: a point lies outside what a standard was calibrated or specified for.
        ProcedureError: a role has no record, or its record lacks a figure.
    """
    names = {f"unit.{name}": value for name, value in unit.nameplate.items()}
    found: list[Expected] = []
    for planned in plan:
        wanted = [each for each in procedure.requirements if each.of == planned.section]
        for point in planned.points if wanted else ():
            at = Circumstances(
                procedure=procedure,
                section=procedure.find(planned.section),
                columns={**names, **point.columns},
                assets={**auxiliaries, **standards},
                places=dict.fromkeys(Scope, f"{planned.phase}/{planned.section}/{point.key}"),
                resolutions={},
                unit=_nominal(procedure.find(planned.section), point).unit,
            )
            found.extend(_expected(planned, point, wanted, at, kind))
    return tuple(found)


def _expected(
    planned: PlannedSection, point: PlannedPoint, wanted: Sequence[Requirement], at: Circumstances, kind: Kind
) -> list[Expected]:
    model = at.section.model
    nominal = Quantity(0.0, at.unit) if not isinstance(at.section, Section) else _nominal(at.section, point)
    readings = {symbol: [nominal] for symbol in model.series}
    batch = evaluate(model.equations, bind(readings, at, type_a=False), points=1, names=columns_of(at.columns))
    found: list[Expected] = []
    for each in wanted:
        budget = batch.budget(each.symbol, 0)
        error, expanded = Quantity.of(budget.value, budget.unit), Quantity.of(budget.expanded, budget.unit)
        limit = each.limit.at({**at.columns, each.symbol: error}, f"requirement {each.title.en}")
        if limit is None:
            continue
        decide = simple if kind is Kind.VERIFICATION else jjf1094
        decision = decide(error, expanded, limit, each.limit.side)
        found.append(
            Expected(
                phase=planned.phase, section=planned.section, point=point.key, symbol=each.symbol,
                expanded=expanded, limit=limit, ratio=decision.ratio, rule=decision.rule,
            )
        )  # fmt: skip
    return found


def _nominal(section: Section, point: PlannedPoint) -> Quantity:
    """Return the value about which readings will lie: the nominal, or zero in the unit of the first series."""
    nominal = point.columns.get("nominal")
    if isinstance(nominal, Quantity):
        return nominal
    subjects = [section.subject(symbol) for symbol in section.model.equations.inputs]
    return Quantity(0.0, next((parse_unit(each.unit) for each in subjects if each is not None), ONE))
