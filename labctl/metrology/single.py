"""The pass through a model's graph for one point, in plain numbers: the same operations in the same order."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from labctl.metrology.functions import FUNCTIONS, Element
from labctl.metrology.grammar import Operation

Slopes = dict[int, float]
Node = tuple[float, Slopes, float]
"""A value, its derivative along each column, and the size of its largest term (see `labctl.metrology.dual`)."""

_PLAIN: Final = frozenset({"number", "value", "negate", "+", "−", "×", "÷", "**"})


def is_plain(operations: Sequence[Operation]) -> bool:
    """Return whether a graph has only operations on single numbers."""
    return all(each.kind in _PLAIN or _element(each.kind) is not None for each in operations)


def pass_through(
    operations: Sequence[Operation], values: Mapping[str, float], columns: Mapping[str, int]
) -> list[Node]:
    """Return value, slopes and scale of every operation at one point; `columns` numbers the symbols with slopes.

    Raises ZeroDivisionError, where arrays have infinities to go on with.
    """
    found: list[Node] = []
    for operation in operations:
        kind, at = operation.kind, operation.arguments
        rule = _BINARY.get(kind)
        if rule is not None:
            found.append(rule(found[at[0]], found[at[1]]))
        elif kind == "value":
            value, column = values[operation.name], columns.get(operation.name)
            found.append((value, {} if column is None else {column: 1.0}, abs(value)))
        elif kind == "number":
            found.append((operation.number, {}, abs(operation.number)))
        elif kind == "negate":
            value, slopes, scale = found[at[0]]
            found.append((-value, {column: -slope for column, slope in slopes.items()}, scale))
        else:
            found.append(_mapped(kind, found[at[0]]))
    return found


def _added(a: Node, b: Node) -> Node:
    value = a[0] + b[0]
    slopes = dict(a[1])
    for column, slope in b[1].items():
        slopes[column] = slopes[column] + slope if column in slopes else slope
    return value, slopes, max(a[2], b[2], abs(value))


def _subtracted(a: Node, b: Node) -> Node:
    value = a[0] - b[0]
    slopes = dict(a[1])
    for column, slope in b[1].items():
        slopes[column] = slopes[column] - slope if column in slopes else -slope
    return value, slopes, max(a[2], b[2], abs(value))


def _multiplied(a: Node, b: Node) -> Node:
    x, y = a[0], b[0]
    value = x * y
    slopes = {column: slope * y for column, slope in a[1].items()}
    for column, slope in b[1].items():
        term = slope * x
        slopes[column] = slopes[column] + term if column in slopes else term
    return value, slopes, max(a[2] * abs(y), b[2] * abs(x), abs(value))


def _divided(a: Node, b: Node) -> Node:
    x, y = a[0], b[0]
    value = x / y
    slopes = {column: slope / y for column, slope in a[1].items()}
    for column, slope in b[1].items():
        term = -slope * value / y
        slopes[column] = slopes[column] + term if column in slopes else term
    return value, slopes, max(a[2] / abs(y), b[2] * abs(value / y), abs(value))


def _raised(a: Node, b: Node) -> Node:
    x, y = a[0], b[0]
    value, along = _power(x, y), y * _power(x, y - 1)
    slopes = {column: slope * along for column, slope in a[1].items()}
    if b[1]:
        with np.errstate(all="ignore"):
            logarithm = float(np.log(x))
        for column, slope in b[1].items():
            term = slope * value * logarithm
            slopes[column] = slopes[column] + term if column in slopes else term
    noise = abs(along) * a[2]
    return value, slopes, max(noise, abs(value)) if math.isfinite(noise) else abs(value)


def _power(x: float, y: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.power(x, y))


def _mapped(kind: str, a: Node) -> Node:
    element = _element(kind)
    assert element is not None  # noqa: S101  a plain graph has no other functions
    at = np.array([a[0]])
    with np.errstate(all="ignore"):  # what is not finite is refused by name afterwards
        value, slope = float(element.value(at)[0]), float(element.slope(at)[0])
    noise = abs(slope) * a[2]
    scale = max(noise, abs(value)) if math.isfinite(noise) else abs(value)
    return value, {column: each * slope for column, each in a[1].items()}, scale


def _element(kind: str) -> Element | None:
    function = FUNCTIONS.get(kind)
    return None if function is None else function.element


_BINARY: Final[dict[str, Callable[[Node, Node], Node]]] = {
    "+": _added,
    "−": _subtracted,
    "×": _multiplied,
    "÷": _divided,
    "**": _raised,
}
