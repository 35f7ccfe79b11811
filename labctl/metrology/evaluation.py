"""Evaluation of a model over all points of a section at once (JCGM 100:2008, 5 and 6)."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.batch import Batch, Caution
from labctl.metrology.combination import Combined, Group, Use, combine, correlated, groups_of, uses_of
from labctl.metrology.coverage import CoveragePolicy
from labctl.metrology.curvature import NOTABLE, second_order
from labctl.metrology.distributions import Floats, Rectangular
from labctl.metrology.dual import Dual
from labctl.metrology.effects import Correlation
from labctl.metrology.equations import Equations
from labctl.metrology.inputs import Columns, Input
from labctl.metrology.propagation import Leaves, Slot, leaves, propagate, units_of
from labctl.metrology.rounding import SIGNIFICANT

__all__ = ["Batch", "Input", "evaluate"]

_DOMINANT: Final = 0.7  # of the variance in one rectangle: k = 2 covers more than it says
_FEW: Final = 2.0  # degrees of freedom at which a t distribution has no variance


def evaluate(
    equations: Equations,
    inputs: Mapping[str, Input],
    *,
    points: int,
    names: Columns | None = None,
    correlations: Sequence[Correlation] = (),
    policy: CoveragePolicy | None = None,
) -> Batch:
    """Return values, uncertainties, degrees of freedom and coverage of every output at every point.

    First order with exact slopes; Welch-Satterthwaite on the original effects; k by the policy. An effect whose
    sharing is unstated is tried as shared and as independent, and the larger variance stands. `names` gives the
    columns of the points. Values keep 14 significant digits of their largest term: below is binary noise.

    Raises:
        UncertaintyError: an input is missing, unused or refused; a result is not finite; correlations contradict.
        UnitMismatch: an operation joins dimensions that may not be joined.
    """
    names, policy = names or {}, policy or CoveragePolicy()
    _matched(equations, inputs)
    units = equations.dimensions(units_of(inputs, names))
    entering = leaves(equations, inputs, names, points)
    results = propagate(equations, entering)
    uses = uses_of(inputs, entering.slots, points)
    groups = groups_of(uses, points)
    pairs = correlated(correlations, groups, points)
    statistics = equations.statistics
    sensitivities: dict[str, Floats] = {}
    combined: dict[str, Combined] = {}
    for output, result in results.items():
        _finite(output, result.value)
        if output not in statistics:
            sensitivities[output] = _sensitivities(output, result, uses, points)
            combined[output] = combine(sensitivities[output], uses, groups, pairs)
    u = {output: np.sqrt(each.variance) for output, each in combined.items()}
    k = {output: policy.factor(each.dof) for output, each in combined.items()}
    silent = dict.fromkeys(statistics, np.full(points, np.nan))
    cautions = [
        *_curved(equations, entering, uses, u),
        *(each for output, found in combined.items() for each in _shapes(output, found, uses, groups)),
    ]
    return Batch(
        points=points,
        values={output: _settled(result) for output, result in results.items()},
        u=u | silent,
        dof={output: each.dof for output, each in combined.items()} | silent,
        k=k | silent,
        expanded={output: k[output] * u[output] for output in u} | silent,
        unit=units,
        policy=policy,
        warnings=tuple(cautions),
        inputs=inputs,
        uses=uses,
        groups=groups,
        pairs=pairs,
        combined=combined,
        sensitivities=sensitivities,
    )


def _matched(equations: Equations, inputs: Mapping[str, Input]) -> None:
    """Refuse inputs that the model does not use: their uncertainty would silently be missing."""
    used = {*equations.inputs, *equations.columns}
    for symbol, each in inputs.items():
        if symbol != each.symbol or symbol not in used:
            raise UncertaintyError(code="unused-input", input=symbol, problem=_UNUSED)


def _finite(output: str, values: Floats) -> None:
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise UncertaintyError(code="not-a-number", input=output, problem=_NOT_FINITE.filled(point=int(bad[0]) + 1))


def _sensitivities(output: str, result: Dual, uses: Sequence[Use], points: int) -> Floats:
    """Return the slope of a result along the input of every use, shape (uses, n)."""
    found = np.zeros((len(uses), points))
    for number, use in enumerate(uses):
        slope = result.slopes.get(use.column)
        if slope is not None:
            found[number] = np.where(np.isfinite(slope) | (use.u != 0), slope, 0.0)
            if not bool(np.all(np.isfinite(found[number]))):
                problem = _INFINITE.filled(output=output)
                raise UncertaintyError(code="infinite-sensitivity", input=str(use.slot), problem=problem)
    return found


def _settled(result: Dual) -> Floats:
    """Return values at 14 significant digits of their largest term: 10.0004 − 10 is 0.0004."""
    sizes = np.where((result.scale > 0) & np.isfinite(result.scale), result.scale, 1.0)
    places = (SIGNIFICANT - 1 - np.floor(np.log10(sizes))).astype(np.int64).tolist()
    return np.array([round(value, place) for value, place in zip(result.value.tolist(), places, strict=True)]) + 0.0


def _curved(equations: Equations, entering: Leaves, uses: Sequence[Use], first: Mapping[str, Floats]) -> list[Caution]:
    """Return a caution for each result whose u would change by more than 5 % with second-order terms."""
    spreads: dict[Slot, Floats] = {slot: np.zeros(entering.points) for slot in entering.slots}
    for use in uses:
        spreads[use.slot] = np.hypot(spreads[use.slot], use.u)
    cautions: list[Caution] = []
    for output, curvature in second_order(equations, entering, spreads, first).items():
        u = first[output]
        with np.errstate(all="ignore"):
            notable = curvature.defined & (np.abs(curvature.u - u) > NOTABLE * u)
        _warn(cautions, "curved", output, notable, _CURVED)
        _warn(cautions, "undefined-nearby", output, ~curvature.defined, _UNDEFINED)
    return cautions


def _shapes(output: str, found: Combined, uses: Sequence[Use], groups: Sequence[Group]) -> list[Caution]:
    """Return cautions about one contribution that rules the variance."""
    rectangle = np.zeros(found.variance.shape, dtype=np.bool_)
    few = np.zeros(found.variance.shape, dtype=np.bool_)
    for number, group in enumerate(groups):
        share = found.variances[number]
        if isinstance(uses[group.members[0][0]].contribution.distribution, Rectangular):
            rectangle |= share > _DOMINANT * found.variance
        few |= (share > found.variance / 2) & (group.dof <= _FEW)
    cautions: list[Caution] = []
    _warn(cautions, "dominant-rectangle", output, rectangle, _RECTANGLE)
    _warn(cautions, "few-degrees", output, few, _FEW_DEGREES)
    return cautions


def _warn(cautions: list[Caution], code: str, output: str, where: np.ndarray, text: Text) -> None:
    points = tuple(int(point) for point in np.flatnonzero(where))
    if points:
        cautions.append(Caution(code, output, points, text.filled(output=output)))


_UNUSED: Final = Text(
    "this input does not occur in the model; remove it or correct its symbol", zh="模型中没有该输入;请删除或更正符号"
)
_NOT_FINITE: Final = Text(
    "the model gives no finite value at point {point}; look for a division by zero or a root of a negative number",
    zh="模型在第 {point} 点没有有限值;请检查是否除以零或对负数开方",
)
_INFINITE: Final = Text(
    "{output} has no finite sensitivity to this input here, so no uncertainty can be stated; rewrite the model",
    zh="{output} 对该输入的灵敏系数在此处不是有限值,无法给出不确定度;请改写模型",
)
_CURVED: Final = Text(
    "u({output}) changes by more than 5 % with second-order terms; judge it by Monte Carlo",
    zh="计入二阶项后 u({output}) 变化超过 5 %;应以蒙特卡洛法评定",
)
_UNDEFINED: Final = Text(
    "the model of {output} has no value one standard uncertainty away from its inputs; judge it by Monte Carlo",
    zh="输入量偏离一倍标准不确定度时 {output} 的模型无值;应以蒙特卡洛法评定",
)
_RECTANGLE: Final = Text(
    "one rectangular contribution is more than 70 % of the variance of {output}: the interval covers more than stated",
    zh="{output} 的方差中一个均匀分布分量超过 70 %:区间的实际包含概率高于所述",
)
_FEW_DEGREES: Final = Text(
    "a contribution with two degrees of freedom or fewer rules u({output}); take more readings",
    zh="u({output}) 主要来自自由度不超过 2 的分量;请增加读数",
)
