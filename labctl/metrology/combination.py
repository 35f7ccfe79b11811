"""How the uses of effects combine: one effect is one column, whoever brings it in and however often."""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, cast

import numpy as np
from attrs import field, frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats, kind_of
from labctl.metrology.effects import Contribution, Correlation, EffectId, Identities, Sharing
from labctl.metrology.inputs import Input, scaled
from labctl.metrology.many import as_many, values_of
from labctl.metrology.propagation import Slot

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


@frozen(eq=False)
class Use:
    """One contribution of one input or element, at every point: what a row of a budget shows."""

    slot: Slot
    column: int
    contribution: Contribution
    identities: tuple[EffectId, ...]  # one for each point, or a single one for all
    u: Floats  # standard uncertainty in the input's coherent unit, signed by the contribution's sensitivity
    dof: Floats

    @cached_property
    def first(self) -> EffectId:
        """Return the identity by which uses are put in order."""
        return min(self.identities)

    @cached_property
    def rank(self) -> tuple[str, ...]:
        """Return what uses are put in order by."""
        return (self.first.owner, self.first.name, self.first.instance, self.symbol)

    @cached_property
    def alone(self) -> "dict[int, Group]":
        """Return the groups of a use that meets no other, by its number, as far as they were needed."""
        return {}

    @cached_property
    def symbol(self) -> str:
        """Return the input's symbol, with the element counted from 1."""
        return str(self.slot)

    @cached_property
    def effects(self) -> tuple[str, ...]:
        """Return the identities in words."""
        return tuple(map(str, self.identities))

    @cached_property
    def divisor(self) -> float:
        """Return what the stated width is divided by."""
        return self.contribution.divisor

    @cached_property
    def shape(self) -> Text:
        """Return the name of the distribution."""
        return self.contribution.distribution.describe()

    def identity(self, point: int) -> EffectId:
        """Return the effect at a point."""
        return self.identities[point if len(self.identities) > 1 else 0]


@frozen(eq=False)
class Group:
    """All uses of one effect (or of one family with an effect a point), where they meet."""

    members: tuple[tuple[int, Mask | None], ...]  # number of the use, and the points at which it belongs here
    identities: tuple[EffectId, ...]
    dof: Floats
    unstated: bool

    @cached_property
    def is_finite(self) -> bool:
        """Return whether the degrees of freedom are finite anywhere."""
        return bool(np.any(np.isfinite(self.dof)))

    def identity(self, point: int) -> EffectId:
        """Return the effect at a point."""
        return self.identities[point if len(self.identities) > 1 else 0]


@frozen(eq=False)
class Combined:
    """One result's components and what they amount to; `components` is (groups, n), `uses` is (uses, n)."""

    uses: Floats
    components: Floats
    independent: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = field(repr=False)
    variances: Floats  # of each group, the larger one where sharing is unstated
    variance: Floats
    dof: Floats


def uses_of(inputs: Mapping[str, Input], slots: Sequence[Slot], points: int) -> tuple[Use, ...]:
    """Return every use of every effect, in the order of their identifiers."""
    found: list[Use] = []
    for column, slot in enumerate(slots):
        given = inputs.get(slot.symbol)
        if given is not None:
            found.extend(_uses(given, slot, column, points))
    return tuple(sorted(found, key=_rank))


def _uses(given: Input, slot: Slot, column: int, points: int) -> tuple[Use, ...]:
    kept, key = given.kept, (slot.element, column, points)
    if key not in kept:
        each_contribution = given.contributions if slot.element is None else given.element_contributions
        kept[key] = tuple(_use(slot, column, given, contribution, points) for contribution in each_contribution)
    return kept[key]


def _rank(use: Use) -> tuple[str, ...]:
    return use.rank


def groups_of(uses: Sequence[Use], points: int) -> tuple[Group, ...]:
    """Return the uses gathered by effect, in the order of the identifiers.

    Raises:
        UncertaintyError: one effect is declared twice with different figures.
    """
    if all(len(use.identities) == 1 for use in uses) and len({use.identities[0] for use in uses}) == len(uses):
        return tuple(_alone(use, number) for number, use in enumerate(uses))
    families: dict[tuple[EffectId, ...], list[int]] = {}
    for number, use in enumerate(uses):
        families.setdefault(_key(use), []).append(number)
    seen: dict[EffectId, tuple[EffectId, ...]] = {}
    mixed: set[EffectId] = set()
    for key in families:
        for identity in set(key):
            if seen.setdefault(identity, key) is not key:
                mixed.add(identity)
    groups = [_group(uses, key, [(each, None) for each in members]) for key, members in families.items()]
    if mixed:  # families that meet at some points only: sort their points apart
        groups = _apart(uses, families, mixed, points)
    return tuple(sorted(groups, key=lambda group: min(group.identities)))


def _alone(use: Use, number: int) -> Group:
    if number not in use.alone:
        use.alone[number] = Group(
            ((number, None),), use.identities, use.dof, use.contribution.sharing is Sharing.UNSTATED
        )
    return use.alone[number]


def combine(
    sensitivities: Floats, uses: Sequence[Use], groups: Sequence[Group], pairs: Sequence[tuple[int, int, float, Mask]]
) -> Combined:
    """Return variance and effective degrees of freedom from the sensitivities of a result, shape (uses, n).

    Effects are summed in the order of their identifiers. `pairs` are the correlated groups with r.
    """
    points = sensitivities.shape[1]
    if points == 1 and not pairs and apart(groups):
        return _combined_at_one(sensitivities, uses)
    spreads = np.stack([use.u for use in uses]) if uses else np.zeros_like(sensitivities)
    with np.errstate(invalid="ignore"):
        parts = sensitivities * spreads
    parts[spreads == 0] = 0.0
    components, variances, independent = _gathered(parts, groups)
    variance = _summed(variances, points)
    if pairs:
        ensembles = _ensembles(groups, variances, components, pairs)
        for a, b, r, mask in pairs:
            variance = variance + np.where(mask, 2 * r * components[a] * components[b], 0.0)
        variance = np.maximum(variance, 0.0)  # rounded certificates may leave -1e-20
    else:
        ensembles = [(variances[number], group.dof) for number, group in enumerate(groups) if group.is_finite]
    dof = np.full(points, np.inf)
    if ensembles:
        with np.errstate(all="ignore"):
            spread = _total([np.where(term == 0, 0.0, term**2 / each) for term, each in ensembles])
            dof = np.where(spread > 0, variance**2 / spread, np.inf)
    return Combined(parts, components, independent, variances, variance, dof)


def _combined_at_one(sensitivities: Floats, uses: Sequence[Use]) -> Combined:
    """Return the same for one point where no effect meets another: plain numbers, the same sums."""
    spreads = [use.u.item() for use in uses]
    parts = [
        0.0 if spread == 0 else slope * spread
        for slope, spread in zip(sensitivities[:, 0].tolist(), spreads, strict=True)
    ]
    variances = [part * part for part in parts]
    variance, spread = 0.0, 0.0
    for each, use in zip(variances, uses, strict=True):
        variance += each
        spread += each * each / use.dof.item()
    dof = variance * variance / spread if spread > 0 else math.inf
    column = np.array(parts)[:, None]
    squares = np.array(variances)[:, None]
    return Combined(
        column, column, np.zeros((len(parts), 1), dtype=np.bool_), squares, np.array([variance]), np.array([dof])
    )


def _gathered(parts: Floats, groups: Sequence[Group]) -> tuple[Floats, Floats, np.ndarray]:
    """Return components, variances, and where the independent case was taken, of every group."""
    points = parts.shape[1]
    shape = (len(groups), points)
    if apart(groups):
        return parts, parts**2, np.zeros(shape, dtype=np.bool_)
    components, independent = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    variances = np.zeros(shape)
    for number, group in enumerate(groups):
        members = [parts[use] if mask is None else parts[use] * mask for use, mask in group.members]
        components[number] = _total(members)
        variances[number] = components[number] ** 2
        if group.unstated and len(members) > 1:
            alone = _total([member**2 for member in members])
            independent[number] = alone > variances[number]
            variances[number] = np.maximum(variances[number], alone)
    return components, variances, independent


def apart(groups: Sequence[Group]) -> bool:
    """Return whether every group is one use, in the same order."""
    for number, group in enumerate(groups):
        (use, mask), *others = group.members
        if use != number or mask is not None or others:
            return False
    return True


def _summed(variances: Floats, points: int) -> Floats:
    """Return the sum over groups, one after the other whatever the number of points."""
    if points == 1:
        return np.array([_plain_sum(variances[:, 0].tolist())])
    total = np.zeros(points)
    for each in variances:
        total += each
    return total


def _plain_sum(terms: Sequence[float]) -> float:
    total = 0.0
    for term in terms:
        total += term
    return total


def correlated(
    correlations: Sequence[Correlation], groups: Sequence[Group], points: int
) -> tuple[tuple[int, int, float, Mask], ...]:
    """Return the pairs of groups that correlate, and at which points, after examining the matrix as a whole.

    Raises:
        UncertaintyError: r beyond ±1, an effect that is not there, or a matrix that is not positive semi-definite.
    """
    where: dict[EffectId, list[tuple[int, Mask]]] = {}
    named = {each.a for each in correlations} | {each.b for each in correlations}
    for number, group in enumerate(groups):
        for identity in named.intersection(group.identities):
            mask = np.array([group.identity(point) == identity for point in range(points)], dtype=np.bool_)
            where.setdefault(identity, []).append((number, mask))
    _examine(correlations, where)
    pairs: list[tuple[int, int, float, Mask]] = []
    for each in sorted(correlations, key=lambda c: (min(c.a, c.b), max(c.a, c.b))):
        for a, at_a in where[min(each.a, each.b)]:
            for b, at_b in where[max(each.a, each.b)]:
                pairs.append((a, b, _of_all(each.r), at_a & at_b))
    for a, b, _, _ in pairs:
        if groups[a].unstated or groups[b].unstated:
            raise _refusal(str(groups[a].identities[0]), "correlated-unstated", _UNSTATED)
    return tuple(pairs)


def _of_all(r: float) -> float:
    """Return a coefficient as it multiplies components: of units calibrated in step an array (n,) in its place."""
    return r if as_many(r) is None else cast("float", values_of(r))


def _examine(correlations: Sequence[Correlation], where: Mapping[EffectId, object]) -> None:
    names = sorted({each.a for each in correlations} | {each.b for each in correlations})
    points = max((values_of(each.r).size for each in correlations), default=1)
    matrix = np.tile(np.eye(len(names)), (points, 1, 1))
    for each in correlations:
        r = values_of(each.r)
        if not (np.abs(r) <= 1).all():
            raise _refusal(str(each.a), "correlation-out-of-range", _RANGE)
        for name in (each.a, each.b):
            if name not in where:
                raise _refusal(str(name), "unknown-effect", _UNKNOWN)
        i, j = names.index(each.a), names.index(each.b)
        if i == j or (matrix[:, i, j].any() and (matrix[:, i, j] != r).any()):
            raise _refusal(str(each.a), "correlation-twice", _TWICE)
        matrix[:, i, j] = matrix[:, j, i] = r
    if names:
        values = np.linalg.eigvalsh(matrix)
        if (values[:, 0] < -1e-10 * values[:, -1]).any():
            raise _refusal(", ".join(map(str, names)), "correlation-not-psd", _PSD)


def _use(slot: Slot, column: int, given: Input, contribution: Contribution, points: int) -> Use:
    u = scaled(contribution.u * contribution.sensitivity, given.unit.factor)
    dof = contribution.dof
    identities = _identities(contribution.effect, slot.element, points, given.symbol)
    if contribution.sharing is Sharing.LOCAL:
        every = identities * points if len(identities) == 1 else identities
        identities = tuple(each.used_at(f"{slot}#{point}") for point, each in enumerate(every))
    return Use(slot, column, contribution, identities, _at(u, slot, points), _at(dof, slot, points))


def _at(values: Floats, slot: Slot, points: int) -> Floats:
    """Return the values of one input or element at every point."""
    chosen = values if slot.element is None or values.ndim == 0 else values[..., slot.element]
    try:
        return np.broadcast_to(chosen, (points,))
    except ValueError as failure:
        raise _refusal(str(slot), "wrong-shape", _SHAPE.filled(found=values.shape, points=points)) from failure


def _identities(effect: Identities, element: int | None, points: int, name: str) -> tuple[EffectId, ...]:
    if isinstance(effect, EffectId):
        return (effect,)
    if len(effect) != points:
        raise _refusal(name, "wrong-shape", _SHAPE.filled(found=len(effect), points=points))
    chosen = [each if isinstance(each, EffectId) or element is None else each[element] for each in effect]
    identities = tuple(each for each in chosen if isinstance(each, EffectId))
    if len(identities) != points:
        raise _refusal(name, "wrong-shape", _SHAPE.filled(found=len(identities), points=points))
    return identities


def _key(use: Use) -> tuple[EffectId, ...]:
    return use.identities


def _group(uses: Sequence[Use], identities: tuple[EffectId, ...], members: list[tuple[int, Mask | None]]) -> Group:
    number, everywhere = members[0]
    first, dof = uses[number], uses[number].dof
    for other_number, mask in members[1:]:
        other = uses[other_number]
        meet = slice(None) if mask is None or everywhere is None else mask & everywhere
        same = (
            kind_of(other.contribution.distribution) == kind_of(first.contribution.distribution)
            and other.contribution.sharing is first.contribution.sharing
            and other.contribution.evaluation == first.contribution.evaluation
            and bool(np.all(other.dof[meet] == first.dof[meet]))
        )
        if not same:
            raise _refusal(str(first.first), "one-effect-two-figures", _TWO_FIGURES)
        dof = dof if mask is None else np.where(mask, other.dof, dof)
    return Group(tuple(members), identities, dof, first.contribution.sharing is Sharing.UNSTATED)


def _apart(
    uses: Sequence[Use], families: Mapping[tuple[EffectId, ...], list[int]], mixed: set[EffectId], points: int
) -> list[Group]:
    """Return groups where families share some of their effects: those get a group each, with masks."""
    members: dict[EffectId, list[tuple[int, Mask | None]]] = {}
    whole: list[Group] = []
    for key, numbers in families.items():
        if mixed.isdisjoint(key):
            whole.append(_group(uses, key, [(number, None) for number in numbers]))
            continue
        for identity in sorted(set(key)):
            mask = np.array([uses[numbers[0]].identity(point) == identity for point in range(points)], dtype=np.bool_)
            members.setdefault(identity, []).extend((number, mask) for number in numbers)
    return [*whole, *(_group(uses, (identity,), sorted(each, key=_number)) for identity, each in members.items())]


def _number(member: tuple[int, Mask | None]) -> int:
    return member[0]


def _ensembles(
    groups: Sequence[Group], variances: Floats, components: Floats, pairs: Sequence[tuple[int, int, float, Mask]]
) -> list[tuple[Floats, Floats]]:
    """Return variance and ν of each independent part; readings taken together are one part with one ν.

    Raises:
        UncertaintyError: finite degrees of freedom on correlated effects that are not one ensemble.
    """
    part = list(range(len(groups)))
    for a, b, _, _ in pairs:
        low, high = sorted((part[a], part[b]))
        part = [low if each == high else each for each in part]
    found: list[tuple[Floats, Floats]] = []
    for number in sorted(set(part)):
        members = [index for index, each in enumerate(part) if each == number]
        dof = groups[members[0]].dof
        finite = any(groups[index].is_finite for index in members)
        if not finite:
            continue
        if any(bool(np.any(groups[index].dof != dof)) for index in members):
            raise _refusal(str(groups[members[0]].identities[0]), "correlated-finite-dof", _ENSEMBLE)
        total = _total([variances[index] for index in members])
        for a, b, r, mask in pairs:
            if part[a] == number:
                total = total + np.where(mask, 2 * r * components[a] * components[b], 0.0)
        found.append((np.maximum(total, 0.0), dof))
    return found


def _total(terms: list[Floats]) -> Floats:
    """Return the sum of arrays in their order, so that the same terms give the same bits."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _refusal(name: str, code: str, problem: Text) -> UncertaintyError:
    return UncertaintyError(code=code, input=name, problem=problem)


_TWO_FIGURES: Final = Text(
    "one effect is declared twice with different figures; give them different names or the same distribution, "
    "degrees of freedom and sharing",
    zh="同一影响量出现两种不同的给定；请改用不同名称，或统一其分布、自由度和共享方式",
)
_ENSEMBLE: Final = Text(
    "correlated effects have different finite degrees of freedom; give the readings taken together one ν",
    zh="相关的影响量自由度有限且不一致；同时测得的读数应取同一自由度",
)
_UNSTATED: Final = Text("a correlated effect must say how it is shared", zh="相关的影响量必须说明其共享方式")
_RANGE: Final = Text("a correlation coefficient lies between -1 and 1", zh="相关系数应在 -1 与 1 之间")
_UNKNOWN: Final = Text("a correlation names an effect that no input brings", zh="相关系数所指的影响量没有任何输入带来")
_TWICE: Final = Text(
    "a correlation is given twice, or of an effect with itself", zh="相关系数重复给出，或为影响量与其自身的相关"
)
_PSD: Final = Text(
    "the correlations contradict each other (matrix not positive semi-definite); go back to their source",
    zh="相关系数互相矛盾（相关矩阵非半正定）；请核对其来源",
)
_SHAPE: Final = Text("{found} does not fit {points} points", zh="{found} 与 {points} 个点不符")
