"""Thermistors: the Steinhart–Hart equation in both directions, and the simpler B equation."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.physics.ranges import Partials, inside

ZERO: Final = 273.15
_STEPS: Final = 60
_THREE: Final = 3


@frozen(kw_only=True)
class SteinhartHart:
    """1/T = A + B ln R + C (ln R)³, T in K, R in Ω (J. S. Steinhart and S. R. Hart, Deep-Sea Research 15, 1968).

    `low` and `high` in °C bound where it holds: the calibrated range. Raises UncertaintyError `not-monotonic`.
    """

    a: float
    b: float
    c: float
    low: float
    high: float

    def __attrs_post_init__(self) -> None:
        """Refuse coefficients with which the resistance would not fall as the temperature rises."""
        if not (self.low < self.high and self.b > 0 and self.c >= 0):
            raise UncertaintyError(code="not-monotonic", input="Steinhart–Hart", problem=_RISING)

    @classmethod
    def through(cls, resistances: Sequence[float], temperatures: Sequence[float]) -> "SteinhartHart":
        """Return the equation through three points, R in Ω and t in °C; it holds between the outermost two.

        Raises UncertaintyError `three-points`: not three different points.
        """
        if len(resistances) != _THREE or len(set(resistances)) != _THREE or len(set(temperatures)) != _THREE:
            raise UncertaintyError(code="three-points", input="Steinhart–Hart", problem=_POINTS)
        if len(temperatures) != _THREE or min(resistances) <= 0 or min(temperatures) <= -ZERO:
            raise UncertaintyError(code="three-points", input="Steinhart–Hart", problem=_POINTS)
        logarithm = np.log(np.asarray(resistances, dtype=np.float64))
        matrix = np.stack([np.ones(_THREE), logarithm, logarithm**3], axis=1)
        a, b, c = np.linalg.solve(matrix, 1 / (np.asarray(temperatures, dtype=np.float64) + ZERO))
        return cls(a=float(a), b=float(b), c=float(c), low=min(temperatures), high=max(temperatures))

    def t(self, r: ArrayLike) -> Floats:
        """Return t in °C of a resistance in Ω. Raises UncertaintyError `out-of-range`."""
        return self._temperature(self._held(r))

    def r(self, t: ArrayLike) -> Floats:
        """Return the resistance in Ω at t in °C: the only real root of the cubic in ln R.

        Raises UncertaintyError `out-of-range`.
        """
        return self._resistance(inside(t, "t", self.low, self.high, "°C", "Steinhart–Hart"))

    def t_partials(self, r: Floats) -> Partials:
        """Return t in °C, and its derivative along R in K/Ω."""
        held = self._held(r)
        found = self._temperature(held)
        return found, (-((found + ZERO) ** 2) * self._slope(np.log(held)) / held,)

    def r_partials(self, t: Floats) -> Partials:
        """Return R in Ω, and its derivative along t in Ω/K."""
        found = self.r(t)
        return found, (-found / ((t + ZERO) ** 2 * self._slope(np.log(found))),)

    def _held(self, r: ArrayLike) -> Floats:
        cold, warm = self._resistance(np.array([self.low, self.high]))
        slack = 1e-9  # the ends come from an inversion
        return inside(r, "R", float(warm) * (1 - slack), float(cold) * (1 + slack), "Ω", "Steinhart–Hart")

    def _temperature(self, r: Floats) -> Floats:
        x = np.log(r)
        return 1 / (self.a + x * (self.b + self.c * x**2)) - ZERO

    def _slope(self, x: Floats) -> Floats:
        return self.b + 3 * self.c * x**2

    def _resistance(self, t: Floats) -> Floats:
        wanted = 1 / (t + ZERO) - self.a
        x = wanted / self.b
        for _ in range(_STEPS):  # the cubic rises everywhere and bends one way: Newton's method cannot miss
            step = (self.b * x + self.c * x**3 - wanted) / self._slope(x)
            x = x - step
            if bool(np.all(np.abs(step) <= 1e-15 * (np.abs(x) + 1))):
                break
        return np.exp(x)


@frozen(kw_only=True)
class BEquation:
    """R = R_25 exp[B (1/T − 1/T_25)], T in K: one constant for a narrow range (IEC 60539-1)."""

    r_reference: float  # Ω
    b: float  # K
    reference: float = 25.0  # °C
    low: float = 0.0
    high: float = 100.0

    def r(self, t: ArrayLike) -> Floats:
        """Return the resistance in Ω at t in °C. Raises UncertaintyError `out-of-range`."""
        return self._resistance(inside(t, "t", self.low, self.high, "°C", "B equation"))

    def t(self, r: ArrayLike) -> Floats:
        """Return t in °C of a resistance in Ω. Raises UncertaintyError `out-of-range`."""
        ends = self._resistance(np.array([self.low, self.high]))
        held = inside(r, "R", float(ends.min()), float(ends.max()), "Ω", "B equation")
        return 1 / (1 / (self.reference + ZERO) + np.log(held / self.r_reference) / self.b) - ZERO

    def _resistance(self, t: Floats) -> Floats:
        return self.r_reference * np.exp(self.b * (1 / (t + ZERO) - 1 / (self.reference + ZERO)))


def b_constant(resistances: tuple[float, float], temperatures: tuple[float, float]) -> float:
    """Return B in K between two points, R in Ω and t in °C: ln(R_1/R_2) / (1/T_1 − 1/T_2)."""
    if temperatures[0] == temperatures[1] or min(resistances) <= 0:
        raise UncertaintyError(code="three-points", input="B", problem=_POINTS)
    inverse = 1 / (temperatures[0] + ZERO) - 1 / (temperatures[1] + ZERO)
    return float(np.log(resistances[0] / resistances[1])) / inverse


_RISING: Final = Text(
    "B must be above zero and C not below it, and the range must rise; check the points and their order",
    zh="B 必须大于零，C 不得小于零，且温度范围必须递增；请检查各点及其顺序",
)
_POINTS: Final = Text(
    "three different points are needed (two for B), resistances above 0 Ω, temperatures above absolute zero",
    zh="需要三个不同的点（B 常数为两个），电阻大于 0 Ω，温度高于绝对零度",
)
