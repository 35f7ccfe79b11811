"""An upper bound of second-order terms, cheap enough for every evaluation: where it is small, nothing is bent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from labctl.metrology.distributions import Floats
from labctl.metrology.grammar import Operation

_FAR: Final = 10.0  # a singularity must be as many spreads away, or the model is looked at closely

NEGLIGIBLE: Final = 0.01  # of the variance: u then changes by half a per cent at most


Bounds = tuple[float | Floats, float | Floats, float | Floats]
"""Of one operation Σ|f_i|u_i, Σ|f_ij|u_i u_j and Σ|f_ijk|u_i u_j u_k, or more."""
Far = bool | np.ndarray
"""Whether (where) the model is smooth here and one standard uncertainty around."""


def negligible(
    operations: Sequence[Operation],
    values: Sequence[float | Floats],
    spreads: Mapping[str, float | Floats],
    results: Mapping[str, int],
    variances: Mapping[str, float | Floats],
) -> Far:
    """Return at which points second-order terms cannot matter to any of the results that have a variance here.

    `values` are those of the operations, numbers for one point or arrays for many. With S, C and T the three bounds,
    the terms of JCGM 100:2008, 5.1.2 NOTE add at most C²/2 + S·T to the variance.
    """
    try:
        bounds, clear = _every_bound(operations, values, spreads)
        for name, variance in variances.items():
            slopes, second, third = bounds[results[name]]
            clear = clear & (second * second / 2 + slopes * third <= NEGLIGIBLE * variance)
    except (ZeroDivisionError, OverflowError):
        return False
    return clear


def _every_bound(
    operations: Sequence[Operation], values: Sequence[float | Floats], spreads: Mapping[str, float | Floats]
) -> tuple[list[Bounds], Far]:
    bounds: list[Bounds] = []
    clear: Far = True
    for number, operation in enumerate(operations):
        kind, at = operation.kind, operation.arguments
        if kind == "value":
            bounds.append((spreads.get(operation.name, 0.0), 0.0, 0.0))
        elif kind == "number":
            bounds.append(_EXACT)
        elif kind in {"+", "−"}:
            a, b = bounds[at[0]], bounds[at[1]]
            bounds.append((a[0] + b[0], a[1] + b[1], a[2] + b[2]) if b is not _EXACT else a)
        elif kind == "×":
            bounds.append(_times(values[at[0]], bounds[at[0]], values[at[1]], bounds[at[1]]))
        elif kind == "negate":
            bounds.append(bounds[at[0]])
        else:
            curve = _curve(kind, number, at, values, bounds)
            if curve is None:
                return [*bounds, *([_EXACT] * (len(operations) - len(bounds)))], False
            bent, far = curve
            bounds.append(bent)
            clear = clear & far
    return bounds, clear


def _curve(
    kind: str, number: int, at: tuple[int, ...], values: Sequence[float | Floats], bounds: Sequence[Bounds]
) -> tuple[Bounds, Far] | None:
    """Return the bounds of an operation that is not linear, and where its argument is far from what it cannot take."""
    x, a = values[at[0]], bounds[at[0]]
    if kind == "÷":
        y, b = _abs(values[at[1]]), bounds[at[1]]
        inverse = 1 / y
        square = inverse * inverse
        of_b = _through(b, square, 2 * square * inverse, 6 * square * square)
        return _times(x, a, inverse, of_b), b[0] * _FAR <= y
    if kind == "**":
        return _powered(x, values[at[1]], a) if bounds[at[1]] is _EXACT else None
    known = _SMOOTH.get(kind)
    if known is None:
        return None
    rule, near_zero = known
    return rule(x, values[number], a), a[0] * _FAR <= _abs(x) if near_zero else True


def _abs(x: float | Floats) -> float | Floats:
    return np.abs(x) if isinstance(x, np.ndarray) else abs(x)


def _times(x: float | Floats, a: Bounds, y: float | Floats, b: Bounds) -> Bounds:
    x, y = _abs(x), _abs(y)
    a_1, a_2, a_3 = a
    b_1, b_2, b_3 = b
    return (
        x * b_1 + y * a_1,
        x * b_2 + y * a_2 + 2 * (a_1 * b_1),
        x * b_3 + y * a_3 + 3 * (a_1 * b_2 + a_2 * b_1),
    )


def _through(a: Bounds, first: float | Floats, second: float | Floats, third: float | Floats) -> Bounds:
    """Return the bounds of g(a), from bounds of the derivatives of g there."""
    s = a[0]
    return (
        first * s,
        first * a[1] + second * s * s,
        first * a[2] + 3 * second * s * a[1] + third * s * s * s,
    )


def _powered(x: float | Floats, exponent: float | Floats, a: Bounds) -> tuple[Bounds, Far]:
    p = float(exponent.flat[0] if isinstance(exponent, np.ndarray) else exponent)
    size = _abs(x)
    whole = p == int(p) and p >= 0
    first, second, third = abs(p), abs(p * (p - 1)), abs(p * (p - 1) * (p - 2))
    bounds = _through(
        a,
        first * size ** (p - 1) if first else 0.0,
        second * size ** (p - 2) if second else 0.0,
        third * size ** (p - 3) if third else 0.0,
    )
    return bounds, True if whole else a[0] * _FAR <= size


def _root(x: float | Floats, g: float | Floats, a: Bounds) -> Bounds:
    first = 0.5 / g
    second = 0.5 * first / x
    return _through(a, first, second, 1.5 * second / x)


def _exponential(_x: float | Floats, g: float | Floats, a: Bounds) -> Bounds:
    return _through(a, g, g, g)


def _logarithm(x: float | Floats, _g: float | Floats, a: Bounds) -> Bounds:
    first = 1 / x
    return _through(a, first, first * first, 2 * first * first * first)


def _wave(_x: float | Floats, _g: float | Floats, a: Bounds) -> Bounds:
    return _through(a, 1.0, 1.0, 1.0)


def _size(_x: float | Floats, _g: float | Floats, a: Bounds) -> Bounds:
    return a


_EXACT: Final[Bounds] = (0.0, 0.0, 0.0)
_SMOOTH: Final[dict[str, tuple[Callable[[float | Floats, float | Floats, Bounds], Bounds], bool]]] = {
    "sqrt": (_root, True),  # and whether zero is singular
    "exp": (_exponential, False),
    "log": (_logarithm, True),
    "log10": (_logarithm, True),
    "sin": (_wave, False),
    "cos": (_wave, False),
    "abs": (_size, True),
}
