"""Results carried into a further model: every use of every effect goes along under its own identity."""

from collections.abc import Sequence

import numpy as np
from attrs import evolve

from labctl.metrology.combination import Combined, Use
from labctl.metrology.distributions import Distribution, Floats, Normal
from labctl.metrology.effects import Contribution, EffectId, Identities, Sharing


def carried(
    uses: Sequence[Use], combined: Combined, points: Sequence[int], *, of: str, as_elements: bool
) -> tuple[Contribution, ...]:
    """Return what the results at some points bring along, signed by their sensitivities.

    Local effects stay apart by point, and by `of`, the name of what was evaluated; unstated ones stay unstated, so
    that the further model tries them both ways over all that it joins.
    """
    found: list[Contribution] = []
    for number, use in enumerate(uses):
        parts = combined.uses[number, points]
        if not parts.any():
            continue
        given = use.contribution
        local = given.sharing is Sharing.LOCAL
        found.append(
            Contribution(
                effect=_identities(use, points, of if local else "", as_elements=as_elements),
                description=given.description,
                distribution=_shaped(given.distribution, np.abs(parts)),
                evaluation=given.evaluation,
                dof=use.dof[points],
                sensitivity=np.sign(parts),
                sharing=Sharing.COMMON if local else given.sharing,
                source=given.source,
                confirmed=given.confirmed,
            )
        )
    return tuple(found)


def _identities(use: Use, points: Sequence[int], of: str, *, as_elements: bool) -> Identities:
    if len(use.identities) == 1:
        return _named(use.identities[0], of)
    every = tuple(_named(use.identity(point), of) for point in points)
    if len(set(every)) == 1:
        return every[0]
    return (every,) if as_elements else every


def _named(identity: EffectId, of: str) -> EffectId:
    return EffectId(identity.owner, identity.name, f"{identity.instance}/{of}") if of else identity


def _shaped(distribution: Distribution, u: Floats) -> Distribution:
    """Return the distribution with another width; one whose shape does not scale counts as normal."""
    scaled = evolve(distribution, stated=u * distribution.divisor)
    return scaled if np.allclose(scaled.standard_uncertainty, u, rtol=1e-9, atol=0) else Normal(u)
