"""Truths on paper: what results truly were if every input was off by an error drawn from what is declared of it."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Self

import numpy as np
from attrs import Factory, define, evolve, field, frozen

from labctl.events.kinds import RunStarted
from labctl.metrology.batch import Batch
from labctl.metrology.distributions import Floats
from labctl.metrology.effects import Contribution, Correlation, EffectId, Sharing
from labctl.metrology.equations import Equations
from labctl.metrology.figure import Value
from labctl.metrology.inputs import Input
from labctl.metrology.many import Members, value_of
from labctl.metrology.montecarlo.correlated import Family, families
from labctl.metrology.montecarlo.streams import key, uniforms
from labctl.procedure.account import Account, Attempt
from labctl.procedure.evaluation import Evaluation, Group
from labctl.procedure.procedure import Procedure


@frozen(eq=False)
class Errors:
    """The errors of all effects, for so many trials: one effect errs alike wherever it enters.

    Where nobody stated the sharing, it is shared in every other trial, and every use errs by itself in the rest.

    Args:
        seed: of all chance.
        count: of the trials.
        correlations: between effects.
    """

    seed: int
    count: int
    correlations: Sequence[Correlation] = ()
    _families: Mapping[EffectId, Family] = field(init=False)
    _mixed: dict[EffectId, Floats] = field(factory=dict[EffectId, Floats], init=False)

    def __attrs_post_init__(self) -> None:
        """Find which effects correlate with which."""
        stated = [evolve(each, r=value_of(each.r, 0)) for each in self.correlations]
        first = {effect: 0 for each in stated for effect in (each.a, each.b)}
        related = families([each for each in stated if each.r != 0], first)
        object.__setattr__(self, "_families", {effect: each for each in related for effect in each.effects})

    def of(self, contribution: Contribution, use: str) -> Floats:
        """Return by how much a contribution is off in every trial, in the unit of its input; shape (count, …).

        Args:
            contribution: to one input at one point, or to the elements of one.
            use: the name of the place at which it is used.
        """
        stated = np.atleast_1d(contribution.u * contribution.distribution.reach * contribution.sensitivity)
        elements = stated.shape[-1] if stated.ndim > 1 else 1
        drawn = np.stack([self._unit(contribution, f"{use}#{each}") for each in range(elements)], axis=1)
        return drawn * stated if stated.ndim > 1 else drawn[:, 0] * stated

    def _unit(self, contribution: Contribution, use: str) -> Floats:
        effect = _first(contribution)
        match contribution.sharing:
            case Sharing.COMMON:
                return self._drawn(contribution, effect)
            case Sharing.LOCAL:
                return self._drawn(contribution, effect.used_at(use))
            case Sharing.UNSTATED:
                shared = np.arange(self.count) % 2 == 0
                return np.where(
                    shared, self._drawn(contribution, effect), self._drawn(contribution, effect.used_at(use))
                )

    def _drawn(self, contribution: Contribution, effect: EffectId) -> Floats:
        distribution = contribution.distribution
        dof = float(np.ravel(contribution.dof)[0]) if distribution.heeds_dof else np.inf
        family = self._families.get(effect)
        if family is None:
            return distribution.draw([self._uniform(effect, part) for part in range(distribution.uniforms)], dof)
        if effect not in self._mixed:
            from scipy.special import ndtri

            self._mixed.update(family.mix([ndtri(self._uniform(each, 0)) for each in family.effects]))
        return distribution.follow(self._mixed[effect], dof)

    def _uniform(self, effect: EffectId, part: int) -> Floats:
        return uniforms(key(self.seed, effect, part), 0, self.count)


@define
class OnPaper(Evaluation):
    """Works out what is true of a run in every trial: its models, over inputs that are what was read and an error.

    What rests on other results rests on what is true of these, so nothing of it is linear but the models themselves.
    """

    errors: Errors = field(kw_only=True, default=Factory(lambda: Errors(1, 1)))
    _uses: list[str] = field(factory=list[str], init=False)

    @classmethod
    def of(cls, procedure: Procedure, started: RunStarted, account: Account, errors: Errors) -> Self:
        """Return it for the account of one run, which stays as it is."""
        own = copy(account)
        own.members = Members(errors.count)
        return cls(procedure, started, own, errors=errors)

    def point(self, phase: str, section: str, key: str) -> Batch:
        """Return the true results of a point."""
        with self._at(f"{phase}/{section}/{key}"):
            return Evaluation.point(self, phase, section, key)

    def repetition(self, phase: str, section: str, key: str, attempt: Attempt, *, values_only: bool = False) -> Batch:
        """Return the true results of one attempt; with `values_only` what was read."""
        with self._at(f"{phase}/{section}/{key}/{attempt.number}"):
            return Evaluation.repetition(self, phase, section, key, attempt, values_only=values_only)

    def groups(self, phase: str, title: str) -> tuple[Group, ...]:
        """Return the true results of a reduction."""
        with self._at(f"{phase}/{title}"):
            return Evaluation.groups(self, phase, title)

    def _evaluated(self, equations: Equations, inputs: Mapping[str, Input], columns: Mapping[str, Value]) -> Batch:
        truly = {symbol: self._truly(each) for symbol, each in inputs.items()}
        return Evaluation._evaluated(self, equations, truly, columns)  # noqa: SLF001  (the one that is extended)

    def _truly(self, given: Input) -> Input:
        use = f"{self._uses[-1]}/{given.symbol}"
        values, elements = given.values, given.elements
        for each in given.contributions:
            values = values + self.errors.of(each, use)
        if elements is not None:
            for each in given.element_contributions:
                elements = elements + self.errors.of(each, use)
        return evolve(given, values=values, contributions=(), elements=elements, element_contributions=())

    @contextmanager
    def _at(self, place: str) -> Generator[None]:
        self._uses.append(place)
        try:
            yield
        finally:
            self._uses.pop()


def _first(contribution: Contribution) -> EffectId:
    identity = contribution.effect
    while not isinstance(identity, EffectId):
        identity = identity[0]
    return identity
