"""The functions that a model's text may call, each with its value, exact slope, and rule of dimensions."""

from collections.abc import Callable
from enum import Enum
from typing import Final

import numpy as np
from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.dual import Dual, combined, constant, mapped, picked, subtract


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


@frozen(eq=False)
class Function:
    """A function of one argument."""

    of: Callable[[Dual, Floats | None], Dual]
    takes: Takes
    reduces: bool = False  # makes one value of a vector
    linear: bool = False
    statistic: bool = False  # no uncertainty is stated for it


def _by_element(
    value: Callable[[Floats], Floats], slope: Callable[[Floats], Floats]
) -> Callable[[Dual, Floats | None], Dual]:
    def of(a: Dual, _at: Floats | None = None) -> Dual:
        return mapped(a, value(a.value), slope(a.value))

    return of


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


FUNCTIONS: Final[dict[str, Function]] = {
    "mean": Function(_mean, Takes.SAME, reduces=True, linear=True),
    "sum": Function(_sum, Takes.AMOUNT, reduces=True, linear=True),
    "count": Function(_count, Takes.COUNT, reduces=True, linear=True),
    "min": Function(_least, Takes.SAME, reduces=True),
    "max": Function(_greatest, Takes.SAME, reduces=True),
    "first": Function(_first, Takes.SAME, reduces=True, linear=True),
    "last": Function(_last, Takes.SAME, reduces=True, linear=True),
    "stdev": Function(_stdev, Takes.DIFFERENCE, reduces=True, statistic=True),
    "span": Function(_span, Takes.DIFFERENCE, reduces=True, statistic=True),
    "slope": Function(_slope, Takes.RATE, reduces=True, linear=True),
    "sqrt": Function(_by_element(np.sqrt, lambda x: 0.5 / np.sqrt(x)), Takes.ROOT),
    "exp": Function(_by_element(np.exp, np.exp), Takes.NUMBER),
    "log": Function(_by_element(np.log, lambda x: 1 / x), Takes.NUMBER),
    "log10": Function(_by_element(np.log10, lambda x: 1 / (x * np.log(10.0))), Takes.NUMBER),
    "sin": Function(_by_element(np.sin, np.cos), Takes.ANGLE),
    "cos": Function(_by_element(np.cos, lambda x: -np.sin(x)), Takes.ANGLE),
    "tan": Function(_by_element(np.tan, lambda x: 1 / np.cos(x) ** 2), Takes.ANGLE),
    "abs": Function(_by_element(np.abs, _sign), Takes.AMOUNT),
}
