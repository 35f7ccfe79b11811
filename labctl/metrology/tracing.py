"""Arrays that carry their derivatives through NumPy's operations, so that a plain function of arrays is exact."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen

from labctl.metrology.distributions import Floats

One = Callable[[Floats, Floats], Floats]
"""Gives the derivative of an operation on one array, from its value and the array."""
Two = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]
"""Gives the derivatives of an operation on two arrays, from its value and both."""


class Untraceable(Exception):
    """An operation of which no derivative is known here; differences have to do."""


@frozen(eq=False)
class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """Values, and their derivatives along the arguments of a function by their number."""

    value: Floats
    slopes: Mapping[int, Floats]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *given: object, **more: object) -> object:
        """Carry derivatives through one operation of NumPy. Raises Untraceable."""
        values = [each.value if isinstance(each, Traced) else each for each in given]
        if method != "__call__" or more:
            raise Untraceable(ufunc.__name__)
        with np.errstate(all="ignore"):
            value: Any = ufunc(*values)
            if ufunc in _COMPARISONS:
                return value
            arrays = [np.asarray(each, dtype=np.float64) for each in values]
            if ufunc in _OF_ONE:
                return Traced(value, _chained(given, (_OF_ONE[ufunc](value, *arrays),)))
            if ufunc in _OF_TWO:
                return Traced(value, _chained(given, _OF_TWO[ufunc](value, *arrays)))
            raise Untraceable(ufunc.__name__)

    def __array_function__(
        self, function: Callable[..., object], _types: object, given: Sequence[Any], more: Mapping[str, Any]
    ) -> object:
        """Carry derivatives through a choice by `numpy.where`. Raises Untraceable for any other function."""
        if function is not np.where or more or len(given) != 3:  # noqa: PLR2004  (condition and two values)
            raise Untraceable(getattr(function, "__name__", ""))
        where, *sides = given
        values = [each.value if isinstance(each, Traced) else each for each in sides]
        chosen = np.asarray(where, dtype=np.float64)
        return Traced(np.where(where, *values), _chained(sides, (chosen, 1 - chosen)))

    def __array__(self, *_given: object, **_more: object) -> Floats:
        """Refuse to become numbers alone, which would lose the derivatives."""
        raise Untraceable("asarray")

    def __float__(self) -> float:
        """Refuse to become one number."""
        raise Untraceable("float")

    def __bool__(self) -> bool:
        """Refuse to decide for all points at once."""
        raise Untraceable("if")

    def __len__(self) -> int:
        """Refuse to be taken apart."""
        raise Untraceable("len")


def traced(call: Callable[..., object], arrays: Sequence[Floats]) -> tuple[Floats, tuple[Floats, ...]]:
    """Return values and exact derivatives of a function of arrays, element by element.

    Raises:
        Untraceable: it does something of which no derivative is known.
    """
    found = call(*(Traced(each, {number: np.ones_like(each)}) for number, each in enumerate(arrays)))
    shape = np.broadcast_shapes(*(each.shape for each in arrays))
    if not isinstance(found, Traced):
        return np.broadcast_to(np.asarray(found, dtype=np.float64), shape), tuple(np.zeros(shape) for _ in arrays)
    along = [found.slopes.get(number, np.zeros(1)) for number in range(len(arrays))]
    return np.broadcast_to(found.value, shape), tuple(np.broadcast_to(each, shape) for each in along)


def by_differences(call: Callable[..., object], arrays: Sequence[Floats]) -> tuple[Floats, tuple[Floats, ...]]:
    """Return values and derivatives by central differences, of a function of arrays, element by element."""
    along: list[Floats] = []
    for number, each in enumerate(arrays):
        size = np.maximum(np.abs(each), np.max(np.abs(each), initial=0.0) * _SMALL)
        step = np.where(size > 0, size, 1.0) * _STEP
        above, below = each + step, each - step  # what is really stepped, not what was meant
        sides = [_values(call, [*arrays[:number], side, *arrays[number + 1 :]]) for side in (above, below)]
        along.append((sides[0] - sides[1]) / (above - below))
    return _values(call, arrays), tuple(along)


def _values(call: Callable[..., object], arrays: Sequence[Floats]) -> Floats:
    shape = np.broadcast_shapes(*(each.shape for each in arrays))
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(call(*arrays), dtype=np.float64), shape)


def _chained(given: Sequence[object], along: Sequence[Floats]) -> dict[int, Floats]:
    slopes: dict[int, Floats] = {}
    for each, slope in zip(given, along, strict=True):
        if isinstance(each, Traced):
            for number, own in each.slopes.items():
                term = own * slope
                slopes[number] = slopes[number] + term if number in slopes else term
    return slopes


def _power(value: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    return b * np.power(a, b - 1.0), value * np.log(a)


def _longest(value: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    first = np.asarray(value == a, np.float64)
    return first, 1.0 - first + 0 * b


_STEP: Final = float(np.finfo(np.float64).eps) ** (1 / 3)
_SMALL: Final = 1e-3
_COMPARISONS: Final[frozenset[np.ufunc]] = frozenset({
    np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
    np.isfinite, np.isnan, np.isinf, np.sign, np.signbit, np.floor, np.ceil, np.rint,
})  # fmt: skip
"""What has no derivative, or a derivative of zero where it has one."""
_OF_TWO: Final[dict[np.ufunc, Two]] = {
    np.add: lambda _, a, b: (1.0 + 0 * a, 1.0 + 0 * b),
    np.subtract: lambda _, a, b: (1.0 + 0 * a, -1.0 + 0 * b),
    np.multiply: lambda _, a, b: (b, a),
    np.true_divide: lambda value, _, b: (1 / b, -value / b),
    np.power: _power,
    np.float_power: _power,
    np.arctan2: lambda _, a, b: (b / (a * a + b * b), -a / (a * a + b * b)),
    np.hypot: lambda value, a, b: (a / value, b / value),
    np.maximum: _longest,
    np.minimum: _longest,
}
_OF_ONE: Final[dict[np.ufunc, One]] = {
    np.negative: lambda _, a: -1.0 + 0 * a,
    np.positive: lambda _, a: 1.0 + 0 * a,
    np.absolute: lambda _, a: np.where(a < 0, -1.0, 1.0),
    np.fabs: lambda _, a: np.where(a < 0, -1.0, 1.0),
    np.square: lambda _, a: 2 * a,
    np.sqrt: lambda value, _: 0.5 / value,
    np.cbrt: lambda value, _: 1 / (3 * value * value),
    np.reciprocal: lambda value, _: -value * value,
    np.exp: lambda value, _: value,
    np.exp2: lambda value, _: value * float(np.log(2.0)),
    np.expm1: lambda value, _: value + 1,
    np.log: lambda _, a: 1 / a,
    np.log2: lambda _, a: 1 / (a * float(np.log(2.0))),
    np.log10: lambda _, a: 1 / (a * float(np.log(10.0))),
    np.log1p: lambda _, a: 1 / (1 + a),
    np.sin: lambda _, a: np.cos(a),
    np.cos: lambda _, a: -np.sin(a),
    np.tan: lambda value, _: 1 + value * value,
    np.arcsin: lambda _, a: 1 / np.sqrt(1 - a * a),
    np.arccos: lambda _, a: -1 / np.sqrt(1 - a * a),
    np.arctan: lambda _, a: 1 / (1 + a * a),
    np.sinh: lambda _, a: np.cosh(a),
    np.cosh: lambda _, a: np.sinh(a),
    np.tanh: lambda value, _: 1 - value * value,
    np.deg2rad: lambda _, a: float(np.deg2rad(1.0)) + 0 * a,
    np.rad2deg: lambda _, a: float(np.rad2deg(1.0)) + 0 * a,
}
