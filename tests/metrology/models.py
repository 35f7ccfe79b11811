"""Short ways to write inputs in tests."""

import math
from collections.abc import Mapping

from numpy.typing import ArrayLike

from labctl.language import Text
from labctl.metrology.distributions import Distribution, Normal
from labctl.metrology.effects import Contribution, EffectId, Identities, Sharing
from labctl.metrology.evaluation import Input
from labctl.metrology.units import parse_unit


def effect(
    name: Identities | str,
    distribution: Distribution | float,
    dof: float = math.inf,
    sharing: Sharing = Sharing.COMMON,
) -> Contribution:
    """Return a contribution; a plain number is a standard uncertainty."""
    return Contribution(
        effect=EffectId("bench", name) if isinstance(name, str) else name,
        description=Text(str(name)),
        distribution=distribution if isinstance(distribution, Distribution) else Normal(distribution),
        dof=dof,
        sharing=sharing,
    )


def given(symbol: str, unit: str, values: ArrayLike, *contributions: Contribution) -> Input:
    """Return an input."""
    return Input.of(symbol, parse_unit(unit), values, *contributions)


def by_symbol(*inputs: Input) -> Mapping[str, Input]:
    """Return inputs as a model takes them."""
    return {each.symbol: each for each in inputs}
