"""The functions that a model's text may call, each with its value, exact slope, and rule of dimensions."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Final

import numpy as np
from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.dual import Dual, chained, combined, constant, mapped, picked, subtract
from labctl.metrology.units import CELSIUS, NUMBER, Dimension, parse_unit, product

Kind = tuple[Dimension, bool]
"""A dimension, and whether it is a point on a scale (°C)."""
Partials = tuple[Floats, tuple[Floats, ...]]
"""A value, and its derivative along each argument in the shape of that argument."""


_KELVIN: Final = CELSIUS.dimension


class Takes(Enum):
    """What a function does to dimensions."""

    SAME = "same"  # the dimension of its argument, a scale stays a scale
    AMOUNT = "amount"  # the same, but never a point on a scale
    DIFFERENCE = "difference"  # the same; of points on a scale, their difference
    NUMBER = "number"  # pure numbers only
    ANGLE = "angle"  # an angle or a number gives a number
    ROOT = "root"  # half the exponents
    COUNT = "count"  # anything gives a number
    RATE = "rate"  # a difference per second

    RULE = "rule"  # whatever its own rule says


@frozen(eq=False)
class Function:
    """A function that a model's text may call.

    `of` gets the arguments, which of the function's results is meant, and the times of a series where there are any.
    Most are made by `by_element`, or by `by_array` for several arguments. `rule` gives the dimension of a result from
    those of the arguments, or None where they do not fit.
    """

    of: Callable[[Sequence[Dual], int, Floats | None], Dual]
    takes: Takes
    reduces: bool = False  # makes one value of a vector
    linear: bool = False
    statistic: bool = False  # no uncertainty is stated for it
    element: "Element | None" = None
    rule: Callable[[int, Sequence[Kind]], Kind | None] | None = None
    arguments: int = 1
    results: int = 1  # 0: as many as the equation names
    differences: bool = False  # its derivatives are differences, not exact


@frozen(eq=False)
class Element:
    """A function of one number and its slope, for arrays of them as well."""

    value: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]

    def __call__(self, arguments: Sequence[Dual], _result: int = 0, _at: Floats | None = None) -> Dual:
        """Return the function of a dual number."""
        a = arguments[0]
        return mapped(a, self.value(a.value), self.slope(a.value))


def chain(
    partials: Callable[[int, Sequence[Floats]], Partials], *, reduces: bool = False
) -> Callable[[Sequence[Dual], int, Floats | None], Dual]:
    """Return a function of several dual numbers from its values and exact derivatives.

    `partials(result, arrays)` has the number of the result and the arrays of all arguments, shape (n,) or (n, m) for
    vectors; it returns the values, and a derivative along each argument in the shape of that argument.
    """

    def of(arguments: Sequence[Dual], result: int, _at: Floats | None) -> Dual:
        return chained(arguments, result, partials, reduces=reduces)

    return of


def _one(of: Callable[[Dual, Floats | None], Dual]) -> Callable[[Sequence[Dual], int, Floats | None], Dual]:
    return lambda arguments, _result, at: of(arguments[0], at)


def by_element(value: Callable[[Floats], Floats], slope: Callable[[Floats], Floats], takes: Takes) -> Function:
    """Return a function of one number that acts element by element, from its value and slope."""
    element = Element(value, slope)
    return Function(element, takes, element=element)


def by_array(
    partials: Callable[..., Partials], units: tuple[str, ...], gives: str, *, reduces: bool = False
) -> Function:
    """Return a function of several quantities with fixed units: `partials(*arrays)` works in coherent SI (°C as °C)."""
    kinds = tuple((unit.dimension, unit.is_scale) for unit in map(parse_unit, units))
    result = parse_unit(gives)

    def rule(_result: int, below: Sequence[Kind]) -> Kind | None:
        return (result.dimension, result.is_scale) if tuple(below) == kinds else None

    of = chain(lambda _, arrays: partials(*arrays), reduces=reduces)
    return Function(of, Takes.RULE, reduces=reduces, rule=rule, arguments=len(units))


def _angle(y: Floats, x: Floats) -> Partials:
    squares = x * x + y * y
    return np.arctan2(y, x), (x / squares, -y / squares)


def _alike(_result: int, below: Sequence[Kind]) -> Kind | None:
    return (NUMBER, False) if below[0] == below[1] and not below[0][1] else None


def _physical(name: str, units: tuple[str, ...], gives: str) -> Function:
    def partials(*arrays: Floats) -> Partials:
        from labctl.metrology.physics.text import PHYSICAL

        return PHYSICAL[name](*arrays)

    return by_array(partials, units, gives)


def _fit(
    name: str, rule: Callable[[int, Sequence[Kind]], Kind | None], *, results: int, arguments: int = 2
) -> Function:
    def partials(result: int, arrays: Sequence[Floats]) -> Partials:
        from labctl.metrology.fitting.text import PARAMETERS

        return PARAMETERS[name](result, arrays)

    return Function(
        chain(partials, reduces=True), Takes.RULE, reduces=True, rule=rule, arguments=arguments, results=results
    )


def _coefficient(result: int, below: Sequence[Kind]) -> Kind | None:
    """Return the dimension of y/xᵏ; the degree, where there is one, is a number."""
    (x, _), (y, on_scale), *rest = below
    return (product(y, x, -result), on_scale and result == 0) if all(each == (NUMBER, False) for each in rest) else None


def _thermometer(result: int, below: Sequence[Kind]) -> Kind | None:
    """Return the dimensions of R₀, A, B, C."""
    (t, celsius), (resistance, on_scale) = below
    if t != _KELVIN or not celsius or on_scale:
        return None
    return (resistance if result == 0 else product(NUMBER, t, (0, -1, -2, -4)[result]), False)


def _sign(x: Floats) -> Floats:
    return np.where(x < 0, -1.0, 1.0)  # at zero too: |x| is as uncertain as x


def _mean(a: Dual, _at: Floats | None = None) -> Dual:
    return combined(a, np.ones(a.value.shape[1]) / a.value.shape[1], np.mean(a.value, axis=1))


def _sum(a: Dual, _at: Floats | None = None) -> Dual:
    return combined(a, np.ones_like(a.value))


def _count(a: Dual, _at: Floats | None = None) -> Dual:
    return constant(np.ones(a.value.shape[0]) * a.value.shape[1])


def _least(a: Dual, _at: Floats | None = None) -> Dual:
    return picked(a, np.argmin(a.value, axis=1))


def _greatest(a: Dual, _at: Floats | None = None) -> Dual:
    return picked(a, np.argmax(a.value, axis=1))


def _first(a: Dual, _at: Floats | None = None) -> Dual:
    return picked(a, np.zeros(a.value.shape[0], dtype=np.intp))


def _last(a: Dual, _at: Floats | None = None) -> Dual:
    return picked(a, np.full(a.value.shape[0], a.value.shape[1] - 1, dtype=np.intp))


def _stdev(a: Dual, _at: Floats | None = None) -> Dual:
    if a.value.shape[1] < 2:  # noqa: PLR2004  scatter needs two
        raise UncertaintyError(
            code="too-few-readings",
            input=a.origin,
            problem=Text("a standard deviation needs two values or more", zh="标准偏差至少需要两个值"),
        )
    return Dual(np.std(a.value, axis=1, ddof=1), {}, np.max(a.scale, axis=1))


def _span(a: Dual, _at: Floats | None = None) -> Dual:
    return subtract(constant(_greatest(a).value), constant(_least(a).value))


def _slope(a: Dual, at: Floats | None = None) -> Dual:
    """Return the least-squares slope against time, per second."""
    times = np.zeros_like(a.value) if at is None else np.broadcast_to(at, a.value.shape)
    off = times - np.mean(times, axis=1, keepdims=True)
    squares = np.sum(off * off, axis=1, keepdims=True)
    if not bool(np.all(squares > 0)):
        raise UncertaintyError(
            code="no-times",
            input=a.origin,
            problem=Text("a slope needs values at two different times or more", zh="斜率需要至少两个不同时刻的值"),
        )
    return combined(a, off / squares)


_GRADES: Final = ("AA", "A", "B", "C", "W0.1", "W0.15", "W0.3", "W0.6", "F0.1", "F0.15", "F0.3", "F0.6")
_COUPLES: Final = ("B23", "C2", "E123", "J12", "K123", "N123", "R12", "S12", "T123")  # a type, and its classes
SIGNATURES: Final[Mapping[str, tuple[tuple[str, ...], str]]] = MappingProxyType(
    {
        "its90.wr": (("°C",), "1"),
        "its90.t": (("1",), "°C"),
        "iec60751.r": (("°C",), "Ω"),
        "iec60751.t": (("Ω",), "°C"),
        "iec60751.slope": (("°C",), "Ω/K"),
        **{f"iec60751.tolerance({grade!r})": (("°C",), "K") for grade in _GRADES},
        **{f"iec60584.e({kind!r})": (("°C",), "V") for kind in "BCEJKNRST"},
        **{f"iec60584.t({kind!r})": (("V",), "°C") for kind in "BCEJKNRST"},
        **{f"iec60584.slope({kind!r})": (("°C",), "V/K") for kind in "BCEJKNRST"},
        **{
            f"iec60584.tolerance({couple[0]!r}, {grade!r})": (("°C",), "K")
            for couple in _COUPLES
            for grade in couple[1:]
        },
        "water_density": (("°C", "Pa"), "kg/m3"),
        "water_density_saturated": (("°C", "Pa"), "kg/m3"),
        "air_density": (("°C", "Pa", "1"), "kg/m3"),
        "air_density_short": (("°C", "Pa", "1"), "kg/m3"),
        "dew_point": (("°C", "1"), "°C"),
        "buoyancy_factor": (("kg/m3", "kg/m3", "kg/m3"), "1"),
        "conventional_factor": (("kg/m3",), "1"),
        "gas.to_273_K": (("°C", "Pa"), "1"),
        "gas.to_298_K": (("°C", "Pa"), "1"),
    }
)
"""Of every physical function, with the words that choose among its forms, the units that it takes and what it gives."""

FUNCTIONS: Final[dict[str, Function]] = {
    "mean": Function(_one(_mean), Takes.SAME, reduces=True, linear=True),
    "sum": Function(_one(_sum), Takes.AMOUNT, reduces=True, linear=True),
    "count": Function(_one(_count), Takes.COUNT, reduces=True, linear=True),
    "min": Function(_one(_least), Takes.SAME, reduces=True),
    "max": Function(_one(_greatest), Takes.SAME, reduces=True),
    "first": Function(_one(_first), Takes.SAME, reduces=True, linear=True),
    "last": Function(_one(_last), Takes.SAME, reduces=True, linear=True),
    "stdev": Function(_one(_stdev), Takes.DIFFERENCE, reduces=True, statistic=True),
    "span": Function(_one(_span), Takes.DIFFERENCE, reduces=True, statistic=True),
    "slope": Function(_one(_slope), Takes.RATE, reduces=True, linear=True),
    "sqrt": by_element(np.sqrt, lambda x: 0.5 / np.sqrt(x), Takes.ROOT),
    "exp": by_element(np.exp, np.exp, Takes.NUMBER),
    "log": by_element(np.log, lambda x: 1 / x, Takes.NUMBER),
    "log10": by_element(np.log10, lambda x: 1 / (x * np.log(10.0)), Takes.NUMBER),
    "sin": by_element(np.sin, np.cos, Takes.ANGLE),
    "cos": by_element(np.cos, lambda x: -np.sin(x), Takes.ANGLE),
    "tan": by_element(np.tan, lambda x: 1 / np.cos(x) ** 2, Takes.ANGLE),
    "asin": by_element(np.arcsin, lambda x: 1 / np.sqrt(1 - x * x), Takes.NUMBER),
    "acos": by_element(np.arccos, lambda x: -1 / np.sqrt(1 - x * x), Takes.NUMBER),
    "atan": by_element(np.arctan, lambda x: 1 / (1 + x * x), Takes.NUMBER),
    "atan2": Function(chain(lambda _, both: _angle(*both)), Takes.RULE, rule=_alike, arguments=2),
    "sinh": by_element(np.sinh, np.cosh, Takes.NUMBER),
    "cosh": by_element(np.cosh, np.sinh, Takes.NUMBER),
    "tanh": by_element(np.tanh, lambda x: 1 / np.cosh(x) ** 2, Takes.NUMBER),
    "abs": by_element(np.abs, _sign, Takes.AMOUNT),
    "fit.line": _fit("line", _coefficient, results=2),
    "fit.polynomial": _fit("polynomial", _coefficient, results=0, arguments=3),
    "fit.callendar_van_dusen": _fit("callendar_van_dusen", _thermometer, results=3),
    "fit.callendar_van_dusen_c": _fit("callendar_van_dusen_c", _thermometer, results=4),
    **{name: _physical(name, units, gives) for name, (units, gives) in SIGNATURES.items()},
}
