"""Evaluation of a model over all points of a section at once (JCGM 100:2008, 5 and 6)."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from attrs import evolve, frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.batch import Batch, Caution
from labctl.metrology.combination import Combined, Group, Use, combine, correlated, groups_of, uses_of
from labctl.metrology.coverage import CoveragePolicy
from labctl.metrology.curvature import NOTABLE, second_order
from labctl.metrology.distributions import Floats, Rectangular
from labctl.metrology.dominance import dominated
from labctl.metrology.dual import Dual
from labctl.metrology.effects import Correlation, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.inputs import Columns, Input
from labctl.metrology.many import Members
from labctl.metrology.propagation import WHOLE, Leaves, Slot, every_operation, leaves, numbers, units_of
from labctl.metrology.screening import negligible
from labctl.metrology.settling import settled
from labctl.metrology.single import Node, pass_through

__all__ = ["Batch", "Input", "evaluate"]

_THE_ONE: Final = np.arange(1)
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
    members: Members | None = None,
) -> Batch:
    """Return values, uncertainties, degrees of freedom and coverage of every output at every point.

    First order with exact slopes; Welch-Satterthwaite on the original effects; k by the policy. An effect whose
    sharing is unstated is tried as shared and as independent, and the larger variance stands. `names` gives the
    columns of the points; `members` says whose they are, where they are one point of units calibrated in step. Values
    keep 14 significant digits of their largest term: below is binary noise.

    Raises:
        UncertaintyError: an input is missing, unused or refused; a result is not finite; correlations contradict.
        UnitMismatch: an operation joins dimensions that may not be joined.
    """
    names, policy = names or {}, policy or CoveragePolicy()
    _matched(equations, inputs)
    units = equations.dimensions(units_of(inputs, names))
    passed = _passed(equations, inputs, names, points)
    uses = uses_of(inputs, passed.slots, points)
    groups = groups_of(uses, points)
    pairs = correlated(correlations, groups, points) if correlations else ()
    statistics = equations.statistics
    sensitivities: dict[str, Floats] = {}
    combined: dict[str, Combined] = {}
    for output, result in passed.results.items():
        _finite(output, result.value)
        if output not in statistics:
            sensitivities[output] = _sensitivities(output, result, uses, points)
            combined[output] = combine(sensitivities[output], uses, groups, pairs)
    u = {output: np.sqrt(each.variance) for output, each in combined.items()}
    k = {output: policy.factor(each.dof) for output, each in combined.items()}
    ruling: dict[str, np.ndarray] = {}
    if policy.dominant:
        for output, each in combined.items():
            shaped, ruling[output] = dominated(each, uses, groups, policy.probability)
            k[output] = np.where(ruling[output] > 0, shaped, k[output])
    silent = dict.fromkeys(statistics, np.full(points, np.nan)) if statistics else {}
    # what is worked out for many units at once is counted, and nobody reads a caution
    cautions = _curved(equations, passed, uses, combined) if members is None else []
    for output, found in combined.items():
        cautions.extend(_shapes(output, found, uses, groups, ruling.get(output)))
        cautions.extend(_stepped(equations, output, points))
    return Batch(
        points=points,
        members=members,
        values={output: settled(result.value, result.scale) for output, result in passed.results.items()},
        u=u | silent,
        dof={output: each.dof for output, each in combined.items()} | silent,
        k=k | silent,
        expanded={output: k[output] * u[output] for output in u} | silent,
        unit=units,
        policy=policy,
        ruling=ruling,
        warnings=tuple(cautions),
        inputs=inputs,
        uses=uses,
        groups=groups,
        pairs=pairs,
        combined=combined,
        sensitivities=sensitivities,
        correlations=tuple(correlations),
    )


@frozen(eq=False)
class _Passed:
    """One pass through the graph: results with slopes, and the value of every operation where numbers are single."""

    results: Mapping[str, Dual]
    values: Sequence[float | Floats] | None
    slots: tuple[Slot, ...]
    leaves: Callable[[], Leaves]


def _passed(equations: Equations, inputs: Mapping[str, Input], names: Columns, points: int) -> _Passed:
    def entering() -> Leaves:
        return leaves(equations, inputs, names, points)

    if points == 1 and equations.is_plain:
        values, sloping = numbers(equations, inputs, names)
        try:
            nodes = pass_through(
                equations.graph.operations, values, {symbol: column for column, symbol in enumerate(sloping)}
            )
        except ZeroDivisionError:
            pass  # arrays have infinities to go on with, and are refused by name
        else:
            results = {name: _dual(nodes[number]) for name, number in equations.graph.results.items()}
            return _Passed(results, [node[0] for node in nodes], tuple(map(_slot, sloping)), entering)
    there = entering()
    found = every_operation(equations, there)
    results = {name: found[number] for name, number in equations.graph.results.items()}
    return _Passed(results, [each.value for each in found] if equations.is_plain else None, there.slots, lambda: there)


def _dual(node: Node) -> Dual:
    return Dual(np.array([node[0]]), dict(node[1]), np.array([node[2]]))


@lru_cache(maxsize=1024)
def _slot(symbol: str) -> Slot:
    return Slot(symbol)


def _matched(equations: Equations, inputs: Mapping[str, Input]) -> None:
    """Refuse inputs that the model does not use: their uncertainty would silently be missing."""
    used = {*equations.inputs, *equations.columns}
    for symbol, each in inputs.items():
        if symbol != each.symbol or symbol not in used:
            raise UncertaintyError(code="unused-input", input=symbol, problem=_UNUSED)


def _finite(output: str, values: Floats) -> None:
    if not np.isfinite(values).all():
        bad = np.flatnonzero(~np.isfinite(values))
        raise UncertaintyError(code="not-a-number", input=output, problem=_NOT_FINITE.filled(point=int(bad[0]) + 1))


def _sensitivities(output: str, result: Dual, uses: Sequence[Use], points: int) -> Floats:
    """Return the slope of a result along the input of every use, shape (uses, n)."""
    slopes = result.slopes
    if points == 1 and all(isinstance(each, float) for each in slopes.values()):
        found = np.array([slopes.get(use.column, 0.0) for use in uses], dtype=np.float64)[:, None]
    else:
        found = np.zeros((len(uses), points))
        for number, use in enumerate(uses):
            found[number] = slopes.get(use.column, 0.0)
    if not bool(np.isfinite(found).all()):
        for number, use in enumerate(uses):
            found[number] = np.where(np.isfinite(found[number]) | (use.u != 0), found[number], 0.0)
            if not bool(np.all(np.isfinite(found[number]))):
                problem = _INFINITE.filled(output=output)
                raise UncertaintyError(code="infinite-sensitivity", input=str(use.slot), problem=problem)
    return found


def _curved(
    equations: Equations, passed: _Passed, uses: Sequence[Use], combined: Mapping[str, Combined]
) -> list[Caution]:
    """Return a caution for each result whose u would change by more than 5 % with second-order terms."""
    bent = {output: each.variance for output, each in combined.items() if equations.curved[output]}
    cautions: list[Caution] = []
    if not bent:
        return cautions
    if (
        passed.values is not None
        and isinstance(passed.values[0], float)
        and _is_straight(equations, passed, uses, bent)
    ):
        return cautions
    spreads: dict[Slot, Floats] = {}
    for use in uses:
        spreads[use.slot] = np.hypot(spreads[use.slot], use.u) if use.slot in spreads else np.abs(use.u)
    doubtful = _doubtful(equations, passed, spreads, bent)
    if not doubtful.size:
        return cautions
    entering = _only(passed.leaves(), doubtful)
    apart = _apart(uses, spreads)
    none = np.zeros(next(iter(bent.values())).size)
    there = {slot: apart.get(slot, none)[doubtful] for slot in dict.fromkeys((*entering.slots, *apart))}
    first = {output: np.sqrt(variance)[doubtful] for output, variance in bent.items()}
    points = next(iter(bent.values())).size
    for output, curvature in second_order(equations, entering, there, first).items():
        u = first[output]
        with np.errstate(all="ignore"):
            notable = curvature.defined & (np.abs(curvature.u - u) > NOTABLE * u)
        _warn(cautions, "curved", output, _among(notable, doubtful, points), _CURVED)
        _warn(cautions, "undefined-nearby", output, _among(~curvature.defined, doubtful, points), _UNDEFINED)
    return cautions


def _apart(uses: Sequence[Use], spreads: Mapping[Slot, Floats]) -> dict[Slot, Floats]:
    """Return by how much each input moves alone, and each vector as a whole: what its elements share tells none apart.

    An error of the certificate moves every reading on a standard alike; it does not make another one the largest.
    """
    apart = dict(spreads)
    elements: dict[str, set[Slot]] = {}
    shared: dict[tuple[str, tuple[EffectId, ...]], list[Use]] = {}
    for use in uses:
        if use.slot.element is not None:
            elements.setdefault(use.slot.symbol, set()).add(use.slot)
            shared.setdefault((use.slot.symbol, use.identities), []).append(use)
    for (symbol, _), same in shared.items():
        signs = {float(each) for use in same for each in np.sign(use.u)}
        if len(same) < len(elements[symbol]) or len(same) == 1 or {-1.0, 1.0} <= signs:
            continue
        common = np.min([np.abs(use.u) for use in same], axis=0)
        whole = Slot(symbol, WHOLE)
        apart[whole] = np.hypot(apart.get(whole, 0.0), common)
        for use in same:  # what one has more than all moves by itself
            left = apart[use.slot] ** 2 - use.u**2 + (np.abs(use.u) - common) ** 2
            apart[use.slot] = np.sqrt(np.maximum(left, 0.0))
    return apart


def _among(where: np.ndarray, chosen: np.ndarray, points: int) -> np.ndarray:
    everywhere = np.zeros(points, dtype=np.bool_)
    everywhere[chosen] = where
    return everywhere


def _is_straight(equations: Equations, passed: _Passed, uses: Sequence[Use], bent: Mapping[str, Floats]) -> bool:
    """Return whether a bound shows second-order terms to be negligible at the one point."""
    spreads: dict[str, float] = {}
    for use in uses:
        symbol, spread = use.slot.symbol, abs(use.u.item())
        spreads[symbol] = math.hypot(spreads[symbol], spread) if symbol in spreads else spread
    variances = {output: variance.item() for output, variance in bent.items()}
    graph = equations.graph
    return bool(negligible(graph.operations, passed.values or (), spreads, graph.results, variances))


def _doubtful(
    equations: Equations, passed: _Passed, spreads: Mapping[Slot, Floats], bent: Mapping[str, Floats]
) -> np.ndarray:
    """Return the points at which a bound does not show second-order terms to be negligible."""
    points = next(iter(bent.values())).size
    if passed.values is None:
        return np.arange(points)
    if isinstance(passed.values[0], float):
        return _THE_ONE
    wide = {slot.symbol: spread for slot, spread in spreads.items()}
    with np.errstate(all="ignore"):
        everywhere = negligible(equations.graph.operations, passed.values, wide, equations.graph.results, bent)
    return np.flatnonzero(~np.broadcast_to(everywhere, (points,)))


def _only(entering: Leaves, chosen: np.ndarray) -> Leaves:
    """Return the leaves at some of the points; all of them where vectors pair by columns of the whole batch."""
    if chosen.size == entering.points:
        return entering
    scalars = {symbol: values[chosen] for symbol, values in entering.scalars.items()}
    return evolve(entering, points=int(chosen.size), scalars=scalars)


def _shapes(
    output: str, found: Combined, uses: Sequence[Use], groups: Sequence[Group], ruling: np.ndarray | None
) -> list[Caution]:
    """Return cautions about one contribution that rules the variance, and did not give k its shape."""
    if found.variance.size == 1 and not _rules(found, uses, groups):
        return []
    threshold = found.variance * _DOMINANT
    rectangle = few = np.zeros(found.variance.shape, dtype=np.bool_)
    half = found.variance / 2
    for number in np.flatnonzero(np.max(found.variances - half, axis=1) > 0).tolist() if groups else ():
        group, share = groups[number], found.variances[number]
        if isinstance(uses[group.members[0][0]].contribution.distribution, Rectangular):
            rectangle = rectangle | (share > threshold)
        few = few | ((share > half) & (group.dof <= _FEW))
    cautions: list[Caution] = []
    rectangle = rectangle if ruling is None else rectangle & (ruling == 0)
    _warn(cautions, "dominant-rectangle", output, rectangle, _RECTANGLE)
    _warn(cautions, "few-degrees", output, few, _FEW_DEGREES)
    return cautions


def _stepped(equations: Equations, output: str, points: int) -> list[Caution]:
    """Return a caution where a slope of a result is a difference, because a function of the model has no exact one."""
    every = tuple(range(points))
    return [
        Caution("differences", output, every, _DIFFERENCES.filled(output=output, function=name))
        for name in equations.stepped.get(output, ())
    ]


def _rules(found: Combined, uses: Sequence[Use], groups: Sequence[Group]) -> bool:
    """Return whether, at one point, a contribution over half of the variance is a rectangle or has few ν."""
    half = found.variance.item() / 2
    for number, share in enumerate(found.variances[:, 0].tolist()):
        if share > half:
            group = groups[number]
            shape = uses[group.members[0][0]].contribution.distribution
            if isinstance(shape, Rectangular) or group.dof.item() <= _FEW:
                return True
    return False


def _warn(cautions: list[Caution], code: str, output: str, where: np.ndarray, text: Text) -> None:
    if where.any():
        points = tuple(int(point) for point in np.flatnonzero(where))
        cautions.append(Caution(code, output, points, text.filled(output=output)))


_UNUSED: Final = Text(
    "this input does not occur in the model; remove it or correct its symbol", zh="模型中没有该输入；请删除或更正符号"
)
_NOT_FINITE: Final = Text(
    "the model gives no finite value at point {point}; look for a division by zero or a root of a negative number",
    zh="模型在第 {point} 点没有有限值；请检查是否除以零或对负数开方",
)
_INFINITE: Final = Text(
    "{output} has no finite sensitivity to this input here, so no uncertainty can be stated; rewrite the model",
    zh="{output} 对该输入的灵敏系数在此处不是有限值，无法给出不确定度；请改写模型",
)
_CURVED: Final = Text(
    "Second-order terms, which are left out, would change u({output}) by more than 5 %.",
    zh="u({output}) 按一阶近似评定，计入二阶项后变化超过 5 %。",
)
_UNDEFINED: Final = Text(
    "The model of {output} has no value one standard uncertainty away from its inputs; u({output}) is of first order.",
    zh="输入量偏离一倍标准不确定度时 {output} 的模型无值，u({output}) 按一阶近似评定。",
)
_RECTANGLE: Final = Text(
    "One rectangular contribution is more than 70 % of the variance of {output}: the interval covers more than stated.",
    zh="{output} 的方差中一个均匀分布分量超过 70 %，区间的实际包含概率高于所述。",
)
_DIFFERENCES: Final = Text(
    "Sensitivities of {output} along {function} are differences, not exact derivatives.",
    zh="{output} 经 {function} 的灵敏系数由差分得出，而非精确导数。",
)
_FEW_DEGREES: Final = Text(
    "A contribution with two degrees of freedom or fewer rules u({output}).",
    zh="u({output}) 主要来自自由度不超过 2 的分量。",
)
