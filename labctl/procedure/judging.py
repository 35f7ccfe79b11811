"""Requirements held against results: one judgement a point, by the rule that the order calls for."""

from collections.abc import Mapping, Sequence

from labctl.metrology.conformity import Decision, Verdict, jjf1094, simple, worst
from labctl.metrology.figure import Value
from labctl.metrology.quantity import Quantity
from labctl.procedure.declared import Requirement
from labctl.records.calibration import InspectionResult, Judgement, PointResult, Result
from labctl.records.order import Kind, Order


def names_of(columns: Mapping[str, Value], results: Sequence[Result] = ()) -> dict[str, Value]:
    """Return what a figure may use at a point: its columns, and the results by their symbol."""
    return {**columns, **{each.symbol: Quantity.of(each.value, each.unit) for each in results}}


def judge(
    requirement: Requirement, result: Result, names: Mapping[str, Value], order: Order
) -> tuple[Judgement, Decision] | None:
    """Return what a requirement says of a result; None where its limit needs an mpe that nobody stated.

    Calibrations are decided by JJF 1094 with U; verifications by the error alone, since the regulation fixes the
    conditions and with them U.

    Raises:
        ProcedureError: the limit cannot be evaluated at this point.
    """
    error, expanded = Quantity.of(result.value, result.unit), Quantity.of(result.expanded, result.unit)
    found = decided(requirement, error, expanded if result.k else None, names, order)
    if found is None:
        return None
    limit, decision = found
    judgement = Judgement(
        requirement=requirement.title,
        symbol=requirement.symbol,
        limit=limit,
        ratio=decision.ratio,
        rule=decision.rule.value,
        verdict=decision.verdict,
        side=requirement.limit.side.value,
    )
    return judgement, decision


def decided(
    requirement: Requirement, error: Quantity, expanded: Quantity | None, names: Mapping[str, Value], order: Order
) -> tuple[Quantity, Decision] | None:
    """Return the limit and what is decided of a result with its U, None where it has none. Raises as `judge`."""
    limit = requirement.limit.at(names, f"requirement {requirement.title.en}")
    if limit is None:
        return None
    side = requirement.limit.side
    if expanded is None or order.kind is Kind.VERIFICATION:
        return limit, simple(error, expanded or Quantity(0.0, error.unit), limit, side)
    return limit, jjf1094(error, expanded, limit, side)


def stated(order: Order) -> bool:
    """Return whether a statement of conformity is made: always in a verification, else where it was agreed."""
    return order.conformity or order.kind is Kind.VERIFICATION


def verdict_of(
    points: Sequence[PointResult], order: Order, inspections: Sequence[InspectionResult] = ()
) -> Verdict | None:
    """Return the verdict on the unit as it leaves: of its last phase; None where nothing was agreed or judged."""
    if not points or not stated(order):
        return None
    last = points[-1].phase
    judged = [each.verdict for point in points if point.phase == last for each in point.judgements]
    return worst((*judged, *(each.verdict for each in inspections)))
