"""The Callendar–Van Dusen equation: resistance of a platinum thermometer with coefficients of its own."""

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.physics.ranges import Partials, inside

_STEPS: Final = 12


@frozen(kw_only=True)
class CallendarVanDusen:
    """R(t) = R_0 [1 + A t + B t² + C (t − 100 °C) t³], the last term below 0 °C only (IEC 60751:2022, 4.2).

    R_0 in Ω, t in °C, coefficients in the matching powers of 1/°C; `low` and `high` bound what was calibrated.
    Raises UncertaintyError `not-monotonic` where the resistance would not rise over the whole range.
    """

    r_0: float
    a: float
    b: float
    c: float = 0.0
    low: float = -200.0
    high: float = 850.0
    source: str = "Callendar–Van Dusen"

    def __attrs_post_init__(self) -> None:
        """Refuse coefficients that give one resistance at two temperatures."""
        steps = np.linspace(self.low, self.high, 1051)
        if not (self.r_0 > 0 and bool(np.all(self._both(steps)[1] > 0))):
            raise UncertaintyError(code="not-monotonic", input=self.source, problem=_FALLING)

    @classmethod
    def from_alpha(
        cls, r_0: float, alpha: float, delta: float, beta: float = 0.0, low: float = -200.0, high: float = 850.0
    ) -> "CallendarVanDusen":
        """Return the thermometer of Callendar's own constants: α in 1/°C, δ in °C, Van Dusen's β in °C.

        A = α (1 + δ/100), B = −α δ/100², C = −α β/100⁴ (ASTM E1137; IEC 60751:1995, annex).
        """
        a, b, c = alpha * (1 + delta / 100), -alpha * delta / 100**2, -alpha * beta / 100**4
        return cls(r_0=r_0, a=a, b=b, c=c, low=low, high=high)

    @property
    def alpha(self) -> float:
        """Return (R(100 °C) − R(0 °C)) / (100 °C · R(0 °C)), in 1/°C."""
        return self.a + 100 * self.b

    def r(self, t: ArrayLike) -> Floats:
        """Return the resistance in Ω at t in °C. Raises UncertaintyError `out-of-range`."""
        return self._both(self._held(t))[0]

    def slope(self, t: ArrayLike) -> Floats:
        """Return dR/dt in Ω/K at t in °C."""
        return self._both(self._held(t))[1]

    def t(self, r: ArrayLike) -> Floats:
        """Return t in °C of a resistance in Ω: the quadratic's root, below 0 °C refined by Newton's method."""
        low, high = self._both(np.array([self.low, self.high]))[0]
        given = np.clip(inside(r, "R", float(low), float(high), "Ω", self.source), low, high)
        ratio = 1 - given / self.r_0
        # (−A + √(A² − 4B(1 − R/R_0))) / 2B in the form that does not cancel and holds for B = 0
        found = -2 * ratio / (self.a + np.sqrt(self.a**2 - 4 * self.b * ratio))
        for _ in range(_STEPS):
            value, slope = self._both(found)
            found = found - (value - given) / slope
        return np.clip(found, self.low, self.high)

    def r_partials(self, t: Floats) -> Partials:
        """Return R in Ω, and its derivative along t in Ω/K."""
        value, slope = self._both(self._held(t))
        return value, (slope,)

    def t_partials(self, r: Floats) -> Partials:
        """Return t in °C, and its derivative along R in K/Ω."""
        found = self.t(r)
        return found, (1 / self._both(found)[1],)

    def r_parameters(self, t: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the derivatives of R along R_0, A, B and C at t in °C."""
        held = self._held(t)
        cold = np.where(held < 0, (held - 100) * held**3, 0.0)
        return self._both(held)[0] / self.r_0, self.r_0 * held, self.r_0 * held**2, self.r_0 * cold

    def t_parameters(self, r: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the derivatives of t(R) along R_0, A, B and C: −(∂R/∂p)/(∂R/∂t) at constant R."""
        found = self.t(r)
        slope = self._both(found)[1]
        along_r0, along_a, along_b, along_c = self.r_parameters(found)
        return -along_r0 / slope, -along_a / slope, -along_b / slope, -along_c / slope

    def _held(self, t: ArrayLike) -> Floats:
        return inside(t, "t", self.low, self.high, "°C", self.source)

    def _both(self, t: Floats) -> tuple[Floats, Floats]:
        c = np.where(t < 0, self.c, 0.0)
        value = self.r_0 * (1 + t * (self.a + t * (self.b + c * t * (t - 100))))
        return value, self.r_0 * (self.a + t * (2 * self.b + c * t * (4 * t - 300)))


_FALLING: Final = Text(
    "the resistance does not rise with temperature over the whole range; check the coefficients and their signs",
    zh="电阻在整个范围内不随温度单调上升；请检查系数及其符号",
)
