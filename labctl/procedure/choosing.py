"""Which of several instruments plays a role at a point: the one that a column of the role's name names."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from labctl.events.kinds import PlannedSection
from labctl.metrology.figure import Value
from labctl.procedure.procedure import Procedure

T = TypeVar("T")


def name_of(role: str, key: str) -> str:
    """Return the name of another instrument in a role: the role's own name means the one that it has usually."""
    return f"{role} {key}"


def role_of(name: str) -> str:
    """Return the role in such a name."""
    return name.partition(" ")[0]


def chosen(procedure: Procedure, plans: Iterable[Iterable[PlannedSection]]) -> dict[str, tuple[str, ...]]:
    """Return by role what the columns of planned points name; numbers choose nothing, and nothing chooses the unit."""
    found: dict[str, dict[str, None]] = {}
    for planned in (each for plan in plans for each in plan):
        for point in planned.points:
            for role in procedure.roles:
                key = point.columns.get(role)
                if isinstance(key, str) and role != procedure.roles.unit:
                    found.setdefault(role, {})[key] = None
    return {role: tuple(keys) for role, keys in found.items()}


def at_point(known: Mapping[str, T], columns: Mapping[str, Value]) -> dict[str, T]:
    """Return what is known by role as it is at a point, where its columns choose.

    >>> at_point({"weight": "W1", "weight W2": "W2"}, {"weight": "W2", "nominal": 3.0})["weight"]
    'W2'
    """
    others = {role: name_of(role, key) for role, key in columns.items() if isinstance(key, str)}
    return {**known, **{role: known[name] for role, name in others.items() if name in known}}
