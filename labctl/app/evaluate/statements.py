"""The inputs of a file, made into inputs of the engine."""

import math
from typing import Final, Literal

import numpy as np
from attrs import frozen

from labctl.app.evaluate.fields import Fields
from labctl.app.evaluate.shapes import KINDS, ROUNDED, Shape, read_shape
from labctl.errors import UnknownUnit
from labctl.language import Text
from labctl.metrology.distributions import Constant, Distribution, Normal, StudentT
from labctl.metrology.effects import Contribution, EffectId, Sharing
from labctl.metrology.inputs import Input
from labctl.metrology.units import ONE, Unit, parse_unit

FIELDS: Final = (
    "value", "u", "U", "k", "distribution", "parameters", "dof", "readings", "unit", "description", "source", "effect",
    "sharing", "evaluation", "confirmed",
)  # fmt: skip
_SAME: Final = 1e-9


@frozen(kw_only=True, eq=False)
class Statement:
    """One input of a file: what the engine takes, and its readings where it was read."""

    input: Input
    effect: EffectId
    readings: tuple[float, ...] = ()


@frozen(kw_only=True)
class _Found:
    value: float
    distribution: Distribution
    dof: float = math.inf
    evaluation: Literal["A", "B"] = "B"


def read_statement(symbol: str, given: Fields) -> Statement:
    """Return one input. Raises CalculationFileError with the field and what to do."""
    given.spelled(FIELDS)
    unit = read_unit(given, "unit")
    readings = given.numbers("readings")
    found = _stated(given) if readings is None else _read(given, readings)
    evaluation = given.choice("evaluation", ("A", "B"), found.evaluation)
    effect = EffectId("", given.text("effect", default=symbol) or symbol)
    contribution = Contribution(
        effect=effect,
        description=given.words("description"),
        distribution=found.distribution,
        evaluation="A" if evaluation == "A" else "B",
        dof=np.float64(found.dof),
        sharing=Sharing(given.choice("sharing", [each.value for each in Sharing], Sharing.COMMON.value)),
        source=given.text("source"),
        confirmed=given.flag("confirmed", default=True),
    )
    exact = isinstance(found.distribution, Constant)
    entering = Input.of(symbol, unit, [found.value], *(() if exact else (contribution,)))
    return Statement(input=entering, effect=effect, readings=tuple(readings or ()))


def read_unit(given: Fields, key: str) -> Unit:
    """Return a unit, the number one where none is stated. Raises CalculationFileError."""
    text = given.text(key)
    try:
        return parse_unit(text) if text else ONE
    except UnknownUnit as failure:
        raise given.refusal(key, "unknown-unit", failure.text(), _UNIT) from failure


def _read(given: Fields, readings: list[float]) -> _Found:
    """Return the mean of readings with s/√n and n − 1 (JCGM 100:2008, 4.2)."""
    for key in ("value", "u", "U", "dof", "distribution", "parameters"):
        if given.has(key):
            raise given.refusal(key, "mixed-u", _BESIDE_READINGS, _KEEP_READINGS)
    count = len(readings)
    if count < 2:  # noqa: PLR2004  scatter needs two
        raise given.refusal("readings", "too-few-readings", _FEW.filled(count=count), _TWO)
    scale = float(np.std(readings, ddof=1)) / math.sqrt(count)
    return _Found(value=float(np.mean(readings)), distribution=StudentT(scale), dof=count - 1, evaluation="A")


def _stated(given: Fields) -> _Found:
    parameters = given.table("parameters")
    u, expanded, k = given.uncertainty("u"), given.uncertainty("U"), given.number("k")
    value, dof = given.number("value"), given.degrees("dof")
    nothing = u is None and expanded is None and not parameters.content
    if nothing and not given.has("distribution"):
        raise given.refusal("", "no-uncertainty", _NO_U, _STATE_U)
    shape = read_shape(given.choice("distribution", KINDS, "normal"), parameters)
    if expanded is not None or k is not None:
        shape = _expanded(given, shape, u, expanded, k)
        u = None
    if shape.dof is not None and dof is not None and shape.dof != dof:
        raise given.refusal("dof", "contradiction", _DIFFERS.filled(given=dof, other=shape.dof), _KEEP_ONE)
    dof = shape.dof if dof is None else dof
    dof = math.inf if dof is None else dof
    distribution = shape.of(_width(given, shape, u, dof))
    return _Found(
        value=_value(given, shape, value),
        distribution=distribution,
        dof=dof,
        evaluation="A" if isinstance(distribution, StudentT) else "B",
    )


def _expanded(given: Fields, shape: Shape, u: float | None, expanded: float | None, k: float | None) -> Shape:
    """Return a normal distribution stated as U and k beside the value."""
    if u is not None or shape.width is not None:
        raise given.refusal("U" if expanded is not None else "k", "mixed-u", _U_AND_OTHERS, _KEEP_ONE)
    if expanded is None:
        raise given.refusal("k", "mixed-u", _K_ALONE, _KEEP_ONE)
    if k is None:
        raise given.refusal("U", "k-missing", _NO_K, _GIVE_K)
    if not k > 0:
        raise given.refusal("k", "k-not-positive", _NOT_POSITIVE, _GIVE_K)
    if not isinstance(shape.of(0.0), Normal):
        raise given.refusal("U", "mixed-u", _U_NOT_NORMAL, _KEEP_ONE)
    return Shape(of=lambda width: Normal(width, k), centre=shape.centre, width=expanded)


def _value(given: Fields, shape: Shape, value: float | None) -> float:
    if value is None:
        if shape.centre is None:
            raise given.refusal("value", "missing-field", _NO_VALUE, _GIVE_VALUE)
        return shape.centre
    if shape.centre is not None:
        off = abs(value - shape.centre)
        if off > _SAME * max(abs(value), abs(shape.centre), shape.width or 0.0):
            raise given.refusal("value", "contradiction", _DIFFERS.filled(given=value, other=shape.centre), _KEEP_ONE)
    return value


def _width(given: Fields, shape: Shape, u: float | None, dof: float) -> float:
    """Return the width that the distribution states; a printed u stands where it agrees with the parameters."""
    if u is None:
        if shape.width is None:
            raise given.refusal("u", "no-uncertainty", _NO_U, _STATE_U)
        return shape.width
    one = shape.of(1.0)
    if shape.width is None:
        return u * one.divisor
    if isinstance(one, Constant):
        if u:
            raise given.refusal("u", "contradiction", _DIFFERS.filled(given=u, other=0), _KEEP_ONE)
        return 0.0
    own = shape.width / one.divisor
    if abs(u - own) <= ROUNDED * own:
        return shape.width if abs(u - own) <= _SAME * own else u * one.divisor
    if isinstance(one, StudentT) and dof > 2:  # noqa: PLR2004  a t has a standard deviation from there
        standard = own * math.sqrt(dof / (dof - 2))
        if abs(u - standard) <= ROUNDED * standard:
            return shape.width
    raise given.refusal("u", "contradiction", _DIFFERS.filled(given=u, other=own), _KEEP_ONE)


_UNIT: Final = Text("Use a unit that labctl knows, such as µV, kg/m^3 or °C", zh="请使用已知单位，如 µV、kg/m^3 或 °C")
_BESIDE_READINGS: Final = Text("stands beside readings, which say it", zh="与 readings 并存，后者已包含该信息")
_KEEP_READINGS: Final = Text(
    "Keep the readings, or replace them by value, u and dof", zh="请只保留 readings，或改写为 value、u 与 dof"
)
_FEW: Final = Text("has {count} readings", zh="只有 {count} 个读数")
_TWO: Final = Text("Give two or more", zh="请给出两个以上")
_NO_U: Final = Text("has no uncertainty", zh="没有不确定度")
_STATE_U: Final = Text(
    'State u, U with k, parameters or readings; for an exact value distribution = "constant"',
    zh='请给出 u、U 与 k、parameters 或 readings；准确值写 distribution = "constant"',
)
_DIFFERS: Final = Text("is {given}, but the parameters say {other}", zh="为 {given}，但参数给出 {other}")
_KEEP_ONE: Final = Text("Correct one of them, or leave it out", zh="请更正其一，或删去")
_U_AND_OTHERS: Final = Text("says again what another field says", zh="与其他字段重复")
_K_ALONE: Final = Text("is a coverage factor without U", zh="只有包含因子而没有 U")
_NO_K: Final = Text("is an expanded uncertainty without its k", zh="扩展不确定度缺少 k")
_GIVE_K: Final = Text("Add its coverage factor: k = 2", zh="请补充包含因子，如 k = 2")
_NOT_POSITIVE: Final = Text("is not above zero", zh="不大于零")
_U_NOT_NORMAL: Final = Text("belongs to a normal distribution only", zh="仅用于正态分布")
_NO_VALUE: Final = Text("is missing", zh="缺失")
_GIVE_VALUE: Final = Text("Give the best estimate: value = 0.0", zh="请给出最佳估计值，如 value = 0.0")
