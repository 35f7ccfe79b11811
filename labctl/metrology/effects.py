"""Effects: influences with an identity, so that the same one anywhere is one and the same everywhere."""

from collections.abc import Mapping
from enum import Enum
from typing import Literal, Self

import numpy as np
from attrs import field, frozen

from labctl.language import Text
from labctl.metrology.distributions import Distribution, Floats, as_floats


class Scope(Enum):
    """How far an effect reaches: all values within one instance of the scope share it."""

    READING = "reading"  # Type A: a new one for each series
    POINT = "point"  # a new one at each point of each unit
    GROUP = "group"  # until the hook that made it runs again: a cable, a range, a bath
    RUN = "run"
    STANDARD = "standard"  # all that rests on one certificate
    LAB = "laboratory"


class Sharing(Enum):
    """Whether two uses of one effect err alike."""

    COMMON = "common"  # an offset or a gain: alike, so it cancels in differences
    LOCAL = "local"  # linearity: each use on its own
    UNSTATED = "unstated"  # nobody said: tried both ways, the larger uncertainty stands


@frozen(order=True, cache_hash=True)
class EffectId:
    """Who an effect is: whose, which, and which instance of it."""

    owner: str
    name: str
    instance: str = ""

    @classmethod
    def scoped(cls, owner: str, name: str, scope: Scope, place: Mapping[Scope, str]) -> Self:
        """Return the identity at a place, which names the present instance of each scope.

        `place` holds for POINT the unit and point, for RUN the run, and so on; LAB and STANDARD may be left out.
        """
        wide = scope in {Scope.LAB, Scope.STANDARD}
        return cls(owner, name, place.get(scope, scope.value) if wide else place[scope])

    def used_at(self, use: str) -> "EffectId":
        """Return the identity of one use of a local effect."""
        return EffectId(self.owner, self.name, f"{self.instance}@{use}")

    def __str__(self) -> str:
        """Return the identity as budgets print it."""
        return "/".join(each for each in (self.owner, self.name, self.instance) if each)


Identities = EffectId | tuple["Identities", ...]
"""One effect for all points, or one for each point (for elements: a tuple for each point)."""


@frozen(eq=False, kw_only=True)
class Contribution:
    """What one effect adds to one input, at every point of a batch.

    The distribution's stated width has the unit of the input, as one number or an array (n,); for the elements
    of a vector an array (n, m) or (m,). `dof` is infinite unless the width itself is uncertain.
    """

    effect: Identities
    description: Text
    distribution: Distribution
    evaluation: Literal["A", "B"] = "B"
    dof: Floats = field(converter=as_floats, default=as_floats(np.inf))
    sensitivity: Floats = field(converter=as_floats, default=as_floats(1.0))  # signed: how the input follows the effect
    sharing: Sharing = Sharing.COMMON
    source: str = ""
    confirmed: bool = True

    @property
    def u(self) -> Floats:
        """Return the standard uncertainty, in the unit of the input."""
        return self.distribution.standard_uncertainty

    @property
    def stated(self) -> Floats:
        """Return the half-width, or U where k is the divisor, in the unit of the input."""
        return self.distribution.stated

    @property
    def divisor(self) -> float:
        """Return what the stated width is divided by."""
        return self.distribution.divisor


@frozen
class Correlation:
    """A correlation coefficient between two effects, from readings taken together or from a certificate."""

    a: EffectId
    b: EffectId
    r: float
