"""What several units of a run have to be measured at together: the union of their points, merged by nominal."""

from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from attrs import evolve

from labctl.events.kinds import PlannedPoint, PlannedSection
from labctl.metrology.quantity import Quantity
from labctl.procedure.declared import MPE
from labctl.procedure.points import COUNTS

H = TypeVar("H", bound=Hashable)
NOMINAL: Final = "nominal"


def merged(plans: Sequence[tuple[PlannedSection, ...]]) -> tuple[PlannedSection, ...]:
    """Return the sections of several units' plans, each with every point that any of them has.

    A point that several have is one: read as often as any of them asks for, and settled for the smallest of their
    permissible errors.
    """
    named = {(each.phase, each.section): list[PlannedSection]() for plan in plans for each in plan}
    for plan in plans:
        for each in plan:
            named[each.phase, each.section].append(each)
    return tuple(_section(named[name]) for name in _in_order([[*map(_name, plan)] for plan in plans]))


def _name(planned: PlannedSection) -> tuple[str, str]:
    return planned.phase, planned.section


def _section(several: Sequence[PlannedSection]) -> PlannedSection:
    points: dict[str, PlannedPoint] = {}
    for each in several:
        for point in each.points:
            points[point.key] = _together(points[point.key], point) if point.key in points else point
    keys = _in_order([[point.key for point in each.points] for each in several])
    found = [points[key] for key in keys]
    directions = {_direction(each.points) for each in several if len(each.points) > 1}
    if len(directions) == 1 and len({_unit(each) for each in found}) == 1:
        sign = directions.pop()
        found.sort(key=lambda point: sign * _nominal(point))  # stable: where there is no direction, nothing moves
    return evolve(several[0], points=tuple(found))


def _together(one: PlannedPoint, other: PlannedPoint) -> PlannedPoint:
    """Return a point of two units as one."""
    columns = dict(one.columns)
    for name in COUNTS:
        counts = [each for each in (one.columns.get(name), other.columns.get(name)) if isinstance(each, int | float)]
        if counts:
            columns[name] = max(counts)
    errors = [each for each in (one.columns.get(MPE), other.columns.get(MPE)) if isinstance(each, Quantity)]
    if errors and len({each.unit.dimension for each in errors}) == 1:
        columns[MPE] = min(errors)
    return evolve(one, columns=columns, repeats=max(one.repeats, other.repeats))


def _direction(points: Sequence[PlannedPoint]) -> int:
    """Return 1 where the nominal values rise from point to point, -1 where they fall, 0 where they do neither."""
    if len({_unit(each) for each in points}) > 1:
        return 0
    values = [_nominal(each) for each in points]
    if all(a < b for a, b in pairwise(values)):
        return 1
    return -1 if all(a > b for a, b in pairwise(values)) else 0


def _unit(point: PlannedPoint) -> str:
    value = point.columns.get(NOMINAL)
    return value.unit.symbol if isinstance(value, Quantity) else ""


def _nominal(point: PlannedPoint) -> float:
    value = point.columns.get(NOMINAL)
    return value.value if isinstance(value, Quantity) else 0.0


def _in_order(lists: Iterable[Sequence[H]]) -> list[H]:
    """Return every element once: what an earlier list has not stands behind what comes before it in its own.

    >>> _in_order([["a", "c"], ["a", "b", "c", "d"]])
    ['a', 'b', 'c', 'd']
    """
    found: list[H] = []
    for each in lists:
        place = 0
        for element in each:
            if element not in found:
                found.insert(place, element)
            place = found.index(element) + 1
    return found
