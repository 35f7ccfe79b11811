"""Curves of sensors, fast enough for a bath's hours: exact at every hundredth of a degree, straight between."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
from attrs import define, field

from labctl.metrology.many import Floats, as_many, chosen, many, mapped, within
from labctl.metrology.physics import iec60584
from labctl.metrology.physics.callendar import CallendarVanDusen
from labctl.metrology.physics.its90_deviation import Deviation, subrange
from labctl.metrology.physics.steinhart_hart import SteinhartHart

KNOTS: Final = 10  # a degree
_NEWTON: Final = 4  # steps of the inversion; two are enough near the answer

TYPE_A: Final = (
    7.1564735e-7, 1.1951905e-5, 1.6672625e-8, -2.8287807e-11, 2.8397839e-14, -1.8505007e-17, 7.3632123e-21,
    -1.6148878e-24, 1.4901679e-28,
)  # fmt: skip
"""Volts by powers of °C: tungsten with 5 % rhenium against 20 %, as Russian standard R 8.585-2001 prints its A-1."""

Function = Callable[[float], tuple[float, float]]
"""Gives a value and its slope along the temperature in °C."""


@define(eq=False)
class Curve:
    """What a sensor shows at a temperature: Ω, or V for a thermocouple.

    Between two knots the parabola differs from the function by less than a tenth of a microkelvin's worth. The same
    temperature gives the same value whoever asked before.
    """

    function: Function
    low: float
    high: float
    _known: dict[int, tuple[float, float, float]] = field(factory=dict[int, "tuple[float, float, float]"], init=False)

    def at(self, t: float) -> tuple[float, float]:
        """Return the value and its slope at a temperature in °C; the curve ends at its range's ends."""
        if (everyone := as_many(t)) is not None:
            values, slopes = self._at_each(everyone.values)
            return many(everyone.members, values), many(everyone.members, slopes)
        held = min(max(t, self.low), self.high)
        knot = round(held * KNOTS)
        value, slope, bend = self._at_knot(knot)
        off = held - knot / KNOTS
        return value + (slope + 0.5 * bend * off) * off, slope + bend * off

    def value(self, t: float) -> float:
        """Return the value at a temperature in °C."""
        return self.at(t)[0]

    def inverse(self, value: float, near: float) -> float:
        """Return the temperature in °C at which it has a value, sought from a temperature near it."""
        found = within(near, self.low, self.high)
        for _ in range(_NEWTON):
            there, slope = self.at(found)
            found = within(found + (value - there) / slope, self.low, self.high)
        return found

    def _at_each(self, t: Floats) -> tuple[Floats, Floats]:
        """Return the values and slopes at several temperatures, to the same bits."""
        held = np.clip(t, self.low, self.high)
        knots, place = np.unique(np.rint(held * KNOTS), return_inverse=True)
        table = np.array([self._at_knot(round(each)) for each in knots.tolist()])
        value, slope, bend = table[place].T
        off = held - knots[place] / KNOTS
        return value + (slope + 0.5 * bend * off) * off, slope + bend * off

    def _at_knot(self, knot: int) -> tuple[float, float, float]:
        found = self._known.get(knot)
        if found is None:
            found = self._known[knot] = self._knot(knot / KNOTS)
        return found

    def _knot(self, t: float) -> tuple[float, float, float]:
        middle = min(max(t, self.low), self.high)
        before, after = max(middle - 0.05, self.low), min(middle + 0.05, self.high)
        value, slope = self.function(middle)
        bend = (self.function(after)[1] - self.function(before)[1]) / (after - before)
        return value, slope, bend


@define(eq=False)
class Knotted:
    """An error that takes long to work out: worked out at whole steps, straight between.

    Worlds in step have an error each, and each its own place.
    """

    function: Callable[[float], float]
    spacing: float = 1.0
    _known: dict[int, float] = field(factory=dict[int, float], init=False)

    def at(self, place: float) -> float:
        """Return the error at a place."""
        below = mapped(math.floor, place / self.spacing)
        share = place / self.spacing - below
        if (everyone := as_many(below)) is None:
            return self._between(round(below), share)
        found = share
        for each in sorted(set(everyone.values.tolist())):
            found = chosen(below == each, self._between(round(each), share), found)
        return found

    def _between(self, below: int, share: float) -> float:
        return (1.0 - share) * self._knot(below) + share * self._knot(below + 1)

    def _knot(self, number: int) -> float:
        found = self._known.get(number)
        if found is None:
            found = self._known[number] = self.function(number * self.spacing)
        return found


@lru_cache(maxsize=64)
def platinum(r_0: float, a: float, b: float, c: float) -> Curve:
    """Return the curve of an industrial platinum thermometer (IEC 60751, its form)."""
    equation = CallendarVanDusen(r_0=r_0, a=a, b=b, c=c)

    def function(t: float) -> tuple[float, float]:
        value, (slope,) = equation.r_partials(np.asarray(t))
        return float(value), float(slope)

    return Curve(function, -200.0, 850.0)


@lru_cache(maxsize=64)
def standard_platinum(r_tp: float, a: float, b: float) -> Curve:
    """Return the curve of a standard platinum thermometer from argon to zinc (ITS-90), one pair of a and b for both.

    Above the triple point of water they belong to (W - 1) and (W - 1)², below it to (W - 1) and (W - 1) ln W.
    """
    cold = Deviation(subrange=subrange(-189.3442, 0.01), coefficients=(a, b))
    warm = Deviation(subrange=subrange(0.0, 419.527), coefficients=(a, b))

    def function(t: float) -> tuple[float, float]:
        value, (slope,) = (cold if t < 0.01 else warm).w_partials(np.asarray(t))  # noqa: PLR2004  (the triple point)
        return r_tp * float(value), r_tp * float(slope)

    return Curve(function, -189.0, 419.5)


@lru_cache(maxsize=64)
def thermistor(r_25: float, b: float) -> Curve:
    """Return the curve of a thermistor by Steinhart and Hart, from its resistance at 25 °C and its B up to 85 °C."""
    points = (0.0, 25.0, 85.0)
    bent = (1.0 - 0.02, 1.0, 1.0)  # a real one is a little less steep when it is cold
    zero = 273.15
    values = [
        r_25 * bend * math.exp(b * (1 / (t + zero) - 1 / (25 + zero))) for t, bend in zip(points, bent, strict=True)
    ]
    fit = SteinhartHart.through(values, points)
    equation = SteinhartHart(a=fit.a, b=fit.b, c=fit.c, low=-50.0, high=150.0)

    def function(t: float) -> tuple[float, float]:
        value, (slope,) = equation.r_partials(np.asarray(t))
        return float(value), float(slope)

    return Curve(function, -50.0, 150.0)


@lru_cache(maxsize=64)
def thermocouple(kind: str) -> Curve:
    """Return the curve of a thermocouple of a type (IEC 60584-1), its reference junction at 0 °C, in volts."""
    if kind == "A":
        return Curve(_type_a, 0.0, 2500.0)
    low, high = iec60584.temperature_range(kind)

    def function(t: float) -> tuple[float, float]:
        value, (slope,) = iec60584.e_partials(kind, np.asarray(t))
        return float(value), float(slope)

    return Curve(function, low, high)


def _type_a(t: float) -> tuple[float, float]:
    value = slope = 0.0
    for coefficient in reversed(TYPE_A):
        slope = slope * t + value
        value = value * t + coefficient
    return value, slope
