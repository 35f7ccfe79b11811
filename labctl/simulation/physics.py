"""What physical things do in time: the step they declare, the first-order approach, the slow wander of a room."""

import math
from collections.abc import Sequence
from typing import Final, Protocol

from attrs import define, field

from labctl.metrology.many import chosen, everywhere, mapped

SLOWEST: Final = 3 * 3600.0
"""Seconds of the slowest wave of what wanders."""


class Physical(Protocol):
    """A thing with physics; the world lets it pass one fixed step at a time, however often it is looked at.

    The step is the world's, a hundredth of a second. A slow thing may declare a longer one, a multiple of it in
    seconds, as an attribute `step`, as a bath does whose hours shall pass in seconds.
    """

    @property
    def resting(self) -> bool:
        """Return whether further steps change nothing until somebody acts; the world then skips them."""
        ...

    def advance(self, dt: float) -> None:
        """Let one step of `dt` seconds pass."""
        ...


@define
class FirstOrder:
    """A value that approaches its end exponentially, and arrives.

    The last of the way is taken at once when the rest is below `arrival`, so that a settled thing is exactly at
    rest and needs no more steps.
    """

    time_constant: float  # seconds
    value: float = 0.0
    end: float = 0.0
    arrival: float = 1e-12
    _dt: float = field(default=0.0, init=False)
    _share: float = field(default=1.0, init=False)

    @property
    def resting(self) -> bool:
        """Return whether the value has arrived."""
        return self.value is self.end or everywhere(self.value == self.end)

    def advance(self, dt: float) -> None:
        """Let `dt` seconds pass."""
        if dt != self._dt:
            self._dt, self._share = dt, -math.expm1(-dt / self.time_constant)
        rest = self.end - self.value
        self.value = chosen(abs(rest) < self.arrival, self.end, self.value + rest * self._share)

    def jump(self, value: float) -> None:
        """Be at a value at once, at rest."""
        self.value = self.end = value


@define
class Wander:
    """A quantity that drifts slowly around its middle: three slow waves, a pure function of time.

    `swing` is never exceeded; the periods lie between `slowest` seconds and a ninth of it.
    """

    middle: float
    swing: float
    phases: Sequence[float] = (0.0, 0.0, 0.0)  # of the waves, in radians
    slowest: float = SLOWEST

    def at(self, instant: float) -> float:
        """Return the value at an instant in seconds."""
        moved = 0.0
        for n, (share, phase) in enumerate(zip((0.6, 0.3, 0.1), self.phases, strict=True)):
            moved += share * mapped(math.sin, 2 * math.pi * instant * 3**n / self.slowest + phase)
        return self.middle + self.swing * moved
