"""Which random numbers make which input at which point: effects drawn once wherever they are used."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from attrs import evolve, frozen

from labctl.metrology.combination import Group, Use
from labctl.metrology.distributions import Distribution, Floats
from labctl.metrology.effects import Correlation, EffectId
from labctl.metrology.inputs import Column
from labctl.metrology.montecarlo.correlated import Family, families
from labctl.metrology.montecarlo.streams import key, uniforms
from labctl.metrology.propagation import Leaves, Slot

Apart = frozenset[int]
"""The groups of unstated sharing whose uses are drawn independently, because that gives the larger uncertainty."""


@frozen(eq=False)
class Term:
    """One effect in one input at one point; `scale` is in the input's coherent unit for one unit of the draw."""

    effect: EffectId
    distribution: Distribution
    dof: float
    scale: float

    @property
    def form(self) -> tuple[object, ...]:
        """Return what two terms must share to be the same draw."""
        return (self.effect, *self.distribution.form, self.dof)


@frozen(eq=False)
class Place:
    """Everything random at one point for some of the outputs."""

    point: int
    outputs: tuple[str, ...]
    terms: Mapping[Slot, tuple[Term, ...]]
    entering: Leaves


class Draws:
    """The draws of one block of trials; what several uses share is kept until the block is done."""

    def __init__(self, seed: int, first: int, count: int, plan: "Plan") -> None:
        """Prepare for trials `first` … of a seed."""
        self._seed, self._first, self._count, self._plan = seed, first, count, plan
        self._kept: dict[tuple[object, ...], Floats] = {}
        self._mixed: dict[EffectId, Floats] = {}

    def of(self, term: Term) -> Floats:
        """Return the trials of a term before its scale; not to be written to."""
        if term.form in self._kept:
            return self._kept[term.form]
        found = self._drawn(term)
        if self._plan.uses[term.form] > 1:
            self._kept[term.form] = found
        return found

    def _drawn(self, term: Term) -> Floats:
        distribution = term.distribution
        family = self._plan.family.get(term.effect)
        if family is not None:
            if term.effect not in self._mixed:
                self._mixed |= family.mix([self._normal(each) for each in family.effects])
            return distribution.follow(self._mixed[term.effect], term.dof)
        numbers = [self._uniform(term.effect, part) for part in range(distribution.uniforms)]
        return distribution.draw(numbers, term.dof)

    def _normal(self, effect: EffectId) -> Floats:
        from scipy import special

        found: Floats = special.ndtri(self._uniform(effect, 0))
        return found

    def _uniform(self, effect: EffectId, part: int) -> Floats:
        return uniforms(key(self._seed, effect, part), self._first, self._count)


@frozen(eq=False)
class Plan:
    """What to draw: a place for each point and each way of drawing that some output needs."""

    places: tuple[Place, ...]
    uses: Mapping[tuple[object, ...], int]
    family: Mapping[EffectId, Family]
    copula: tuple[EffectId, ...]

    @classmethod
    def of(
        cls,
        entering: Leaves,
        uses: Sequence[Use],
        groups: Sequence[Group],
        correlations: Sequence[Correlation],
        apart: Sequence[Mapping[Apart, tuple[str, ...]]],
    ) -> "Plan":
        """Return the plan; `apart` has the ways of drawing and their outputs for each point."""
        places = [
            Place(point, outputs, _terms(uses, groups, point, way), _nominal(entering, point))
            for point, ways in enumerate(apart)
            for way, outputs in ways.items()
        ]
        terms = [term for place in places for each in place.terms.values() for term in each]
        first_use: dict[EffectId, int] = {}
        for place in places:
            for each in place.terms.values():
                for term in each:
                    first_use.setdefault(term.effect, place.point)
        named = {each.a for each in correlations} | {each.b for each in correlations}
        first_use = dict.fromkeys(named, entering.points) | first_use
        related = families([each for each in correlations if each.r != 0], first_use)
        family = {effect: each for each in related for effect in each.effects}
        bent = {term.effect for term in terms if term.effect in family and term.distribution.form != ("normal",)}
        bent |= {term.effect for term in terms if term.effect in family and np.isfinite(term.dof)}
        return cls(tuple(places), Counter(term.form for term in terms), family, tuple(sorted(bent)))


def entered(place: Place, draws: Draws, count: int) -> Leaves:
    """Return the inputs of a block of trials at a place."""
    scalars: dict[str, Floats] = dict(place.entering.scalars)
    vectors = {symbol: np.repeat(each[None, :], count, axis=0) for symbol, each in place.entering.vectors.items()}
    for slot, terms in place.terms.items():
        total = draws.of(terms[0]) * terms[0].scale
        for term in terms[1:]:
            total += draws.of(term) * term.scale
        if slot.element is None:
            total += scalars[slot.symbol]
            scalars[slot.symbol] = total
        else:
            vectors[slot.symbol][:, slot.element] += total
    return evolve(place.entering, points=count, scalars=scalars, vectors=vectors)


def _terms(uses: Sequence[Use], groups: Sequence[Group], point: int, way: Apart) -> dict[Slot, tuple[Term, ...]]:
    split = {number for each in way for number, mask in groups[each].members if mask is None or mask[point]}
    found: dict[Slot, list[Term]] = {}
    for number, use in enumerate(uses):
        scale = float(use.u[point]) * use.contribution.distribution.reach
        if scale == 0:
            continue
        effect = use.identity(point)
        if number in split:
            effect = effect.used_at(f"{use.slot}#{point}")
        distribution = use.contribution.distribution
        dof = float(use.dof[point]) if distribution.heeds_dof else np.inf
        found.setdefault(use.slot, []).append(Term(effect, distribution, dof, scale))
    return {slot: tuple(each) for slot, each in found.items()}


def _nominal(entering: Leaves, point: int) -> Leaves:
    """Return the values of one point, numbers as arrays without dimensions."""
    columns: dict[str, Column] = {}
    for name, (unit, cells) in entering.names.items():
        place = point if len(cells) > 1 else 0
        columns[name] = (unit, cells[place : place + 1])
    return evolve(
        entering,
        points=1,
        scalars={symbol: np.asarray(each[point]) for symbol, each in entering.scalars.items()},
        vectors={symbol: np.asarray(each[point]) for symbol, each in entering.vectors.items()},
        inputs={
            symbol: evolve(each, values=each.values if each.values.ndim == 0 else each.values[point % each.values.size])
            for symbol, each in entering.inputs.items()
        },
        names=columns,
    )
