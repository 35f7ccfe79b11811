"""A sampling filter: what it weighs by itself, the dust on it, the water it takes up, what handling does to it."""

import math
from collections.abc import Callable
from typing import Final

from attrs import define, field

STEP: Final = 600.0
"""Seconds of conditioning at a time; a filter follows the moisture of its air within hours."""
WETTING: Final = 4 * 3600.0  # seconds, time constant
REFERENCE: Final = 50.0  # % relative humidity at which its nominal mass is meant


@define
class Filter:
    """A PTFE membrane of 47 mm, in milligrams."""

    name: str
    own: float  # mass at the reference humidity, before anything happened to it
    uptake: float = 0.0004  # mg of water per % relative humidity on the membrane itself
    dust_uptake: float = 0.001  # relative growth of the dust per % relative humidity
    blank_drift: float = 0.0  # mg a day: dust of the room, or what the membrane loses
    volatile: float = 0.0  # share of the dust that leaves it in the end
    volatile_time: float = 24 * 3600.0  # seconds
    dust: float = field(default=0.0, init=False)  # mg, at the reference humidity
    flying: float = field(default=0.0, init=False)  # mg of it that will still leave
    handled: float = field(default=0.0, init=False)  # mg lost or gained by tweezers
    humidity: float = field(default=REFERENCE, init=False)  # % that its water corresponds to
    surroundings: Callable[[float], float] = field(default=lambda _: REFERENCE)  # % at an instant
    _steps: int = field(default=0, init=False)

    def load(self, milligrams: float, during: float) -> None:
        """Take up dust that came evenly over so many seconds until now."""
        self.dust += self.remaining(milligrams, during)
        self.flying += self.volatile * milligrams * self._lasting(during)

    def remaining(self, milligrams: float, during: float) -> float:
        """Return what is there now of dust that came evenly over so many seconds: some of the first has left."""
        return milligrams * (1.0 - self.volatile * (1.0 - self._lasting(during)))

    def _lasting(self, during: float) -> float:
        lasted = during / self.volatile_time
        return -math.expm1(-lasted) / lasted if during > 0.0 else 1.0

    def condition(self, instant: float) -> None:
        """Follow the air around it up to an instant, on whole steps."""
        steps = int(instant / STEP + 1e-9)
        closed = -math.expm1(-STEP / WETTING)
        left = math.exp(-STEP / self.volatile_time)
        while self._steps < steps:
            self._steps += 1
            self.humidity += (self.surroundings(self._steps * STEP) - self.humidity) * closed
            gone = self.flying * (1.0 - left)
            self.flying -= gone
            self.dust -= gone

    def mass(self, instant: float) -> float:
        """Return its mass in mg, water included."""
        self.condition(instant)
        damp = self.humidity - REFERENCE
        blank = self.own + self.handled + self.blank_drift * instant / 86400.0 + self.uptake * damp
        return blank + self.dust * (1.0 + self.dust_uptake * damp)
