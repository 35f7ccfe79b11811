"""A gauge with an elastic element that a person reads: divisions, friction of the pointer, an element that lags.

Going up it errs by its own error; coming down it shows more, most in the middle, until it has been at zero. By friction
the pointer hangs behind until its case is tapped.
"""

import math
from typing import Final

from labctl.simulation.instrument import Placed
from labctl.simulation.operator import ReadByEye
from labctl.simulation.truth import half_width
from labctl.simulation.world import World

FULL_SCALE: Final = 1.6  # MPa, without a type
USUAL: Final = "0.0256 MPa"  # its maximum permissible error without a type
DIVISION: Final = 0.05  # MPa
FIFTHS: Final = 5  # of a division, to which it is read
PARALLAX: Final = 0.04  # divisions, standard deviation of one look
HYSTERESIS: Final = 0.3  # of its maximum permissible error, at its greatest
FRICTION: Final = 0.1  # divisions by which the pointer may hang
STEP: Final = 0.1  # seconds
AT_ZERO: Final = 0.01  # of full scale


class PressureGauge(ReadByEye, maker="Sensor", model="pressure gauge"):
    """A Bourdon gauge, read to a fifth of a division; `feels` is set by what it is screwed into."""

    units = {"pressure": "MPa"}  # noqa: RUF012  (declared for every subclass of ReadByEye)
    decimals = {"pressure": 2}  # noqa: RUF012  (likewise)

    def __init__(self, world: World, placed: Placed) -> None:
        """Lie on the table, with its hidden error drawn."""
        super().__init__(world, placed)
        lines = [each for each in placed.unit.specification if each.quantity == "pressure"] if placed.unit else []
        self.full_scale = lines[-1].up_to.value_in("MPa") if lines else FULL_SCALE
        figure = lines[-1].figure if lines else USUAL
        mpe = half_width(figure, self.full_scale, self.full_scale, "MPa")
        scale = self.figure("scale", 0.8)
        self.zero = world.drawn(0.2 * mpe * scale, self.key, "zero")
        self.slope = world.drawn(0.4 * mpe * scale, self.key, "slope")
        self.bow = world.drawn(0.2 * mpe * scale, self.key, "bow")
        self.lag = self.figure("hysteresis", HYSTERESIS) * mpe
        self.division = self.figure("division", DIVISION)
        self.friction = self.figure("friction", FRICTION) * self.division
        self.feels = 0.0  # MPa
        self.highest = 0.0  # since it was at zero
        self.pointer = 0.0  # where the pointer hangs, as the pressure that would bring it there
        self.sees["pressure"] = lambda: self.feels

    def move(self, pressure: float) -> None:
        """Let element and pointer follow a pressure, in MPa."""
        self.feels = pressure
        self.highest = pressure if pressure < AT_ZERO * self.full_scale else max(self.highest, pressure)
        self.pointer = min(max(self.pointer, pressure - self.friction), pressure + self.friction)

    def carry_out(self, what: str) -> None:
        """Be tapped, which frees the pointer."""
        if what == "tap":
            self.pointer = self.feels

    def error_at(self, pressure: float, *, highest: float) -> float:
        """Return by how much it errs without friction at a pressure, after the highest one that it has seen."""
        share = pressure / self.full_scale
        own = self.zero + self.slope * share + self.bow * math.sin(math.pi * share)
        below = pressure / highest if highest > 0.0 else 1.0
        return own + self.lag * 4.0 * below * (1.0 - below)

    def shown(self, quantity: str) -> float:
        """Return what a person reads, to a fifth of a division, not quite straight on."""
        if quantity != "pressure":
            return math.nan
        parallax = PARALLAX * self.division * self.world.noise(self.key, round(self.now))
        found = self.pointer + self.error_at(self.feels, highest=self.highest) + parallax
        step = self.division / FIFTHS
        return round(found / step) * step

    def truth(self, name: str, **at: float) -> float:
        """Return the true `pressure` in it, or its `error` at one, `falling` from full scale where that is not zero."""
        if name == "pressure":
            return self.feels
        if name == "error":
            return self.error_at(at["at"], highest=self.full_scale if at.get("falling") else at["at"])
        return super().truth(name, **at)
