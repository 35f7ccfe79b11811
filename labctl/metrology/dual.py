"""Dual numbers over all points of a batch: a value, its exact slopes along each input, and its rounding scale."""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

import numpy as np
from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats

Slopes = dict[int, Floats | float]
"""Derivatives by column; a plain number where it is the same at every point."""


@frozen(eq=False)
class Dual:
    """A value at every point, shape (n,), or a vector at every point, shape (n, m).

    `slopes[c]` is the derivative along column c, in the shape of the value; a column that is absent has none.
    `scale` is the size of the largest term that entered: rounding noise is some 1e-16 of it.
    `keys` name the elements of a vector, `origin` says where they come from; only like elements pair.
    """

    value: Floats
    slopes: Slopes
    scale: Floats
    keys: tuple[Hashable, ...] | None = None
    origin: str = ""

    @property
    def is_vector(self) -> bool:
        """Return whether this is a vector at each point."""
        return self.keys is not None


def constant(value: Floats) -> Dual:
    """Return a value without slopes."""
    return Dual(value, {}, np.abs(value))


def add(a: Dual, b: Dual) -> Dual:
    """Return a + b."""
    a, b = _paired(a, b)
    return _like(a, b, a.value + b.value, _joined(a, b, lambda s: s, lambda s: s), np.maximum(a.scale, b.scale))


def subtract(a: Dual, b: Dual) -> Dual:
    """Return a − b."""
    a, b = _paired(a, b)
    return _like(a, b, a.value - b.value, _joined(a, b, lambda s: s, lambda s: -s), np.maximum(a.scale, b.scale))


def multiply(a: Dual, b: Dual) -> Dual:
    """Return a · b."""
    a, b = _paired(a, b)
    scale = np.maximum(a.scale * np.abs(b.value), b.scale * np.abs(a.value))
    return _like(a, b, a.value * b.value, _joined(a, b, lambda s: s * b.value, lambda s: s * a.value), scale)


def divide(a: Dual, b: Dual) -> Dual:
    """Return a / b."""
    a, b = _paired(a, b)
    quotient = a.value / b.value
    scale = np.maximum(a.scale / np.abs(b.value), b.scale * np.abs(quotient / b.value))
    slopes = _joined(a, b, lambda s: s / b.value, lambda s: -s * quotient / b.value)
    return _like(a, b, quotient, slopes, scale)


def power(a: Dual, b: Dual) -> Dual:
    """Return a ** b; the slope along b exists for positive a only."""
    a, b = _paired(a, b)
    value = np.power(a.value, b.value)
    along_a = b.value * np.power(a.value, b.value - 1)
    slopes = _joined(a, b, lambda s: s * along_a, lambda s: s * value * np.log(a.value))
    scale = np.maximum(np.abs(along_a) * a.scale, np.abs(value))
    return _like(a, b, value, slopes, np.where(np.isfinite(scale), scale, np.abs(value)))


def negate(a: Dual) -> Dual:
    """Return −a."""
    return Dual(-a.value, {c: -s for c, s in a.slopes.items()}, a.scale, a.keys, a.origin)


def mapped(a: Dual, value: Floats, slope: Floats) -> Dual:
    """Return a function of a, element by element, from its value and slope there."""
    noise = np.abs(slope) * a.scale
    scale = np.maximum(np.where(np.isfinite(noise), noise, 0.0), np.abs(value))
    return Dual(value, {c: s * slope for c, s in a.slopes.items()}, scale, a.keys, a.origin)


def combined(a: Dual, weights: Floats, value: Floats | None = None) -> Dual:
    """Return the sum over elements with the given weights, shape (m,) or (n, m)."""
    total = np.sum(a.value * weights, axis=1) if value is None else value
    slopes: Slopes = {c: np.sum(_wide(s, a.value) * weights, axis=1) for c, s in a.slopes.items()}
    return Dual(total, slopes, np.maximum(np.max(a.scale, axis=1, initial=0.0), np.abs(total)))


def picked(a: Dual, index: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Dual:
    """Return one element at each point."""
    rows = np.arange(len(index))
    return Dual(
        a.value[rows, index], {c: _wide(s, a.value)[rows, index] for c, s in a.slopes.items()}, a.scale[rows, index]
    )


def chained(
    arguments: Sequence[Dual],
    result: int,
    partials: Callable[[int, Sequence[Floats]], tuple[Floats, tuple[Floats, ...]]],
    *,
    reduces: bool,
) -> Dual:
    """Return a function of several dual numbers by the chain rule; vectors pair by their keys.

    A function that reduces makes one value of whole vectors (single values beside them stay single values).
    """
    paired = _all_paired(arguments, wide=not reduces)
    value, along = partials(result, [each.value for each in paired])
    slopes: Slopes = {}
    scale = np.abs(value)
    for each, slope in zip(paired, along, strict=True):
        whole = reduces and each.is_vector
        noise = np.abs(slope) * each.scale
        noise = np.max(noise, axis=1) if whole else noise
        scale = np.maximum(scale, np.where(np.isfinite(noise), noise, 0.0))
        for column in sorted(each.slopes):
            term = each.slopes[column] * slope
            term = np.sum(np.broadcast_to(term, slope.shape), axis=1) if whole else term
            slopes[column] = slopes[column] + term if column in slopes else term
    first = next((each for each in paired if each.is_vector), None)
    if reduces or first is None:
        return Dual(value, slopes, scale)
    return Dual(value, slopes, scale, first.keys, first.origin)


def _all_paired(arguments: Sequence[Dual], *, wide: bool) -> list[Dual]:
    """Return the arguments with all vectors in the order of the first one; single values spread where `wide`."""
    first = next((each for each in arguments if each.is_vector), None)
    if first is None:
        return list(arguments)
    return [_paired(first, each)[1] if each.is_vector or wide else each for each in arguments]


def _like(a: Dual, b: Dual, value: Floats, slopes: Slopes, scale: Floats) -> Dual:
    kept = a if a.is_vector else b
    origin = a.origin if a.origin == b.origin or not b.is_vector else f"{a.origin}|{b.origin}"
    return Dual(value, slopes, np.maximum(scale, np.abs(value)), kept.keys, origin if a.is_vector else kept.origin)


_Rule = Callable[[Floats | float], Floats | float]


def _joined(a: Dual, b: Dual, of_a: _Rule, of_b: _Rule) -> Slopes:
    """Return slopes by the chain rule, columns in ascending order so that sums repeat to the bit."""
    joined: Slopes = {}
    for column in sorted(a.slopes.keys() | b.slopes.keys()):
        ways = ((of_a, a.slopes.get(column)), (of_b, b.slopes.get(column)))
        terms = [rule(slope) for rule, slope in ways if slope is not None]
        joined[column] = terms[0] if len(terms) == 1 else terms[0] + terms[1]
    return joined


def _paired(a: Dual, b: Dual) -> tuple[Dual, Dual]:
    """Bring two operands to one shape; two vectors pair by their keys, never by their order."""
    if a.keys is None or b.keys is None:
        if a.keys is None and b.keys is None:
            return a, b
        return (_spread(a, b), b) if a.keys is None else (a, _spread(b, a))
    if a.origin == b.origin and a.keys == b.keys:
        return a, b
    for keys in (a.keys, b.keys):
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            raise _unpaired(a, b, twice[0], _TWICE)
    alone = [key for key in (*a.keys, *b.keys) if key not in a.keys or key not in b.keys]
    if alone:
        raise _unpaired(a, b, alone[0], _ALONE)
    order = [b.keys.index(key) for key in a.keys]
    slopes: Slopes = {c: _wide(s, b.value)[:, order] for c, s in b.slopes.items()}
    return a, Dual(b.value[:, order], slopes, b.scale[:, order], a.keys, b.origin)


def _spread(scalar: Dual, vector: Dual) -> Dual:
    shape = vector.value.shape
    wide: Slopes = {
        c: np.broadcast_to(s[:, None], shape) if isinstance(s, np.ndarray) else s for c, s in scalar.slopes.items()
    }
    value, scale = np.broadcast_to(scalar.value[:, None], shape), np.broadcast_to(scalar.scale[:, None], shape)
    return Dual(value, wide, scale, None, vector.origin)


def _wide(slope: Floats | float, like: Floats) -> Floats:
    return np.broadcast_to(np.asarray(slope, dtype=np.float64), like.shape)


def _unpaired(a: Dual, b: Dual, key: Hashable, problem: Text) -> UncertaintyError:
    return UncertaintyError(code="unpaired", input=f"{a.origin}, {b.origin}", problem=problem.filled(key=key))


_TWICE: Final = Text(
    "{key} occurs twice, so the points cannot be paired; select or pair by another column",
    zh="{key} 出现两次，无法配对；请加选择条件或改用其他列配对",
)
_ALONE: Final = Text(
    "{key} has no counterpart; measure it in both or select it away", zh="{key} 没有对应点；请补测或排除"
)
