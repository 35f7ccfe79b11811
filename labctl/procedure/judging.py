"""Requirements held against results: one judgement a point, by the rule that the order calls for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve

from labctl.language import Text
from labctl.metrology.conformity import Decision, Verdict, jjf1094, simple, worst
from labctl.metrology.figure import Value
from labctl.metrology.quantity import Quantity
from labctl.procedure.declared import Requirement
from labctl.records.calibration import InspectionResult, Judgement, PointResult, RepetitionJudgement, Result
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
        source=requirement.source,
    )
    return judgement, decision


def judge_each(
    requirement: Requirement, singles: Sequence[Sequence[Result]], constants: Mapping[str, Value], order: Order
) -> Judgement | None:
    """Return what a requirement says of a point whose every repetition has to meet it: the worst of them.

    Args:
        requirement: what is required.
        singles: the results of every repetition by itself.
        constants: columns of the point and constants of the unit.
        order: which decides the rule.

    Raises:
        ProcedureError: the limit cannot be evaluated at this point.
    """
    made: list[tuple[Judgement, RepetitionJudgement]] = []
    for number, results in enumerate(singles, 1):
        result = next((each for each in results if each.symbol == requirement.symbol), None)
        found = judge(requirement, result, names_of(constants, results), order) if result is not None else None
        if result is None or found is None:
            return None
        one = RepetitionJudgement(
            repetition=number, value=result.value, expanded=result.expanded, verdict=found[0].verdict
        )
        made.append((found[0], one))
    whole = worst(tuple(judgement.verdict for judgement, _ in made))
    decisive = max((each for each, _ in made if each.verdict is whole), key=lambda each: each.ratio)
    return evolve(decisive, repetitions=tuple(one for _, one in made))


def repetition_notes(points: Sequence[PointResult]) -> Iterator[Text]:
    """Yield that requirements were held against every repetition, and which of these do not conform."""
    judged = [(point, each) for point in points for each in point.judgements if each.repetitions]
    for title in dict.fromkeys(each.requirement for _, each in judged):
        yield _EACH.filled(requirement=title)
    for point, each in judged:
        failed = [str(one.repetition) for one in each.repetitions if one.verdict is Verdict.DOES_NOT_CONFORM]
        if failed:
            yield _FAILED.filled(
                requirement=each.requirement,
                point=point.point,
                failed=", ".join(failed),
                count=len(each.repetitions),
            )


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
    return order.judged


def verdict_of(
    points: Sequence[PointResult], order: Order, inspections: Sequence[InspectionResult] = ()
) -> Verdict | None:
    """Return the verdict on the unit as it leaves: of its last phase; None where nothing was agreed or judged."""
    if not points or not stated(order):
        return None
    last = points[-1].phase
    judged = [each.verdict for point in points if point.phase == last for each in point.judgements]
    return worst((*judged, *(each.verdict for each in inspections)))


_EACH: Final = Text(
    "{requirement}: every repetition has to conform, and is judged by itself",
    zh="{requirement}：逐次判定，每次重复均须合格",
)
_FAILED: Final = Text(
    "{requirement}, {point}: of {count} repetitions these do not conform: {failed}",
    zh="{requirement}，{point}：{count} 次重复中不合格的为第 {failed} 次",
)
