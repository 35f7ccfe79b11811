"""What a file says of an input's distribution, made into a best estimate and a width; contradictions are refused."""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from attrs import frozen

from labctl.app.evaluate.fields import Fields
from labctl.language import Text
from labctl.metrology.distributions import (
    Arcsine,
    Constant,
    CurvilinearTrapezoidal,
    Distribution,
    Empirical,
    Exponential,
    Gamma,
    Normal,
    Rectangular,
    StudentT,
    Trapezoidal,
    Triangular,
)

ROUNDED: Final = 0.01
"""How far a printed u may be from the one that its parameters give: figures are printed to two or three digits."""


@frozen(kw_only=True)
class Shape:
    """A distribution as its parameters state it."""

    of: Callable[[float], Distribution]  # from the width that is stated: half-width, U, scale
    centre: float | None = None
    width: float | None = None  # None: u alone says it
    dof: float | None = None


def read_shape(kind: str, parameters: Fields) -> Shape:
    """Return the distribution of one kind; its parameters may be left out where u is stated.

    Raises:
        CalculationFileError: a parameter is missing, unknown, refused or contradicts another.
    """
    shape = _READERS[kind](parameters)
    parameters.close(())
    return shape


def _normal(given: Fields) -> Shape:
    expanded, k = given.uncertainty("U"), given.number("k")
    mean, std = given.number("mean"), given.uncertainty("std")
    if expanded is None:
        if k is not None:
            raise given.refusal("k", "mixed-u", _K_WITHOUT_U, _ONE)
        return Shape(of=Normal, centre=mean, width=std)
    if k is None:
        raise given.refusal("U", "k-missing", _NO_K, _GIVE_K)
    if not k > 0:
        raise given.refusal("k", "k-not-positive", _NOT_POSITIVE, _GIVE_K)
    if std is not None and abs(std - expanded / k) > ROUNDED * expanded / k:
        raise given.refusal("std", "contradiction", _TWO_FIGURES.filled(one=std, other=expanded / k), _ONE)
    return Shape(of=lambda width: Normal(width, k), centre=mean, width=expanded if std is None else std * k)


def _student(given: Fields) -> Shape:
    return Shape(
        of=StudentT,
        centre=given.number("location"),
        width=given.uncertainty("scale"),
        dof=given.degrees("dof"),
    )


def _bounded(of: Callable[[float], Distribution]) -> Callable[[Fields], Shape]:
    def read(given: Fields) -> Shape:
        centre, half = _limits(given, "lower", "upper")
        return Shape(of=of, centre=centre, width=half)

    return read


def _trapezoidal(given: Fields) -> Shape:
    beta = given.needed("beta")
    if not 0 <= beta <= 1:
        raise given.refusal("beta", "beta-out-of-range", _BETA, _BETA_REMEDY)
    centre, half = _limits(given, "lower", "upper")
    return Shape(of=lambda width: Trapezoidal(width, beta), centre=centre, width=half)


def _curvilinear(given: Fields) -> Shape:
    centre, half = _limits(given, "a", "b")
    inexact = given.needed("d")
    if half is None:
        raise given.refusal("", "missing-field", _NO_LIMITS, _GIVE_LIMITS)
    if not 0 <= inexact <= half:
        raise given.refusal("d", "d-out-of-range", _D, _D_REMEDY)
    delta = inexact / half
    return Shape(of=lambda width: CurvilinearTrapezoidal(width, delta), centre=centre, width=half)


def _exponential(given: Fields) -> Shape:
    mean = given.number("mean")
    return Shape(of=Exponential, centre=mean, width=mean)


def _gamma(given: Fields) -> Shape:
    shape, scale = given.needed("shape"), given.needed("scale")
    for key, figure in (("shape", shape), ("scale", scale)):
        if figure <= 0:
            raise given.refusal(key, "not-positive", _NOT_POSITIVE, _POSITIVE)
    return Shape(of=lambda width: Gamma(width, shape), centre=shape * scale, width=math.sqrt(shape) * scale)


def _empirical(given: Fields) -> Shape:
    values = given.numbers("values") or []
    if len(set(values)) < 2:  # noqa: PLR2004  one value, or all alike, have no distribution
        raise given.refusal("values", "too-few-readings", _NO_SPREAD, _MORE)
    return Shape(
        of=lambda width: Empirical(width, observed=np.array(values)),
        centre=float(np.mean(values)),
        width=float(np.std(values)),
    )


def _constant(given: Fields) -> Shape:
    return Shape(of=lambda _: Constant(0.0), centre=given.number("value"), width=0.0)


def _limits(given: Fields, low: str, high: str) -> tuple[float | None, float | None]:
    """Return centre and half-width, from two limits or from `half_width`."""
    half = given.uncertainty("half_width")
    lower, upper = given.number(low), given.number(high)
    if lower is None and upper is None:
        return None, half
    if lower is None or upper is None:
        raise given.refusal(low if lower is None else high, "missing-field", _ONE_LIMIT, _GIVE_LIMITS)
    if not lower < upper:
        raise given.refusal(low, "limits-crossed", _CROSSED.filled(lower=lower, upper=upper), _GIVE_LIMITS)
    if half is not None:
        raise given.refusal("half_width", "mixed-u", _TWICE, _ONE)
    return lower + (upper - lower) / 2, (upper - lower) / 2


_READERS: Final[dict[str, Callable[[Fields], Shape]]] = {
    "normal": _normal,
    "student_t": _student,
    "rectangular": _bounded(Rectangular),
    "triangular": _bounded(Triangular),
    "arcsine": _bounded(Arcsine),
    "trapezoidal": _trapezoidal,
    "curvilinear_trapezoid": _curvilinear,
    "exponential": _exponential,
    "gamma": _gamma,
    "empirical": _empirical,
    "constant": _constant,
}
KINDS: Final = tuple(_READERS)

_K_WITHOUT_U: Final = Text("is a coverage factor without U", zh="只有包含因子而没有 U")
_ONE: Final = Text("Keep one of the two", zh="请保留其一")
_NO_K: Final = Text("is an expanded uncertainty without its k", zh="扩展不确定度缺少 k")
_GIVE_K: Final = Text("Add its coverage factor: k = 2", zh="请补充包含因子，如 k = 2")
_NOT_POSITIVE: Final = Text("is not above zero", zh="不大于零")
_POSITIVE: Final = Text("Give a number above zero", zh="请给出正数")
_TWO_FIGURES: Final = Text("is {one}, but the other figures say {other}", zh="为 {one}，但其余数据给出 {other}")
_BETA: Final = Text("is not between 0 and 1", zh="不在 0 与 1 之间")
_BETA_REMEDY: Final = Text("0 is a triangle, 1 a rectangle", zh="0 为三角分布，1 为均匀分布")
_D: Final = Text("is not between 0 and half the width", zh="不在 0 与半宽之间")
_D_REMEDY: Final = Text("It is how far each limit may itself be off", zh="d 为两个界限自身的不准确程度")
_NO_LIMITS: Final = Text("has no limits", zh="没有界限")
_ONE_LIMIT: Final = Text("is missing beside the other limit", zh="缺失（另一界限已给出）")
_CROSSED: Final = Text("is {lower}, which is not below {upper}", zh="为 {lower}，未小于 {upper}")
_GIVE_LIMITS: Final = Text("Give both limits, the lower one first", zh="请给出上、下两个界限")
_TWICE: Final = Text("says again what the limits say", zh="与界限重复")
_NO_SPREAD: Final = Text("has fewer than two different values", zh="不同的值少于两个")
_MORE: Final = Text("Give the observed values", zh="请给出实测值")
