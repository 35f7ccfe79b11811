"""What a linear curve is made of: functions of x with their slopes, and the parameters that a reader wants."""

from fractions import Fraction
from typing import Final, Protocol

import numpy as np
from attrs import frozen

from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.fitting.refusals import refused

HIGHEST: Final = 30  # beyond it no laboratory's points determine a polynomial
_HALF: Final = 50.0


class Basis(Protocol):
    """Functions φ(x) whose sum with coefficients is a curve."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the parameters."""
        ...

    def values(self, x: Floats) -> Floats:
        """Return φ(x), shape (n, p)."""
        ...

    def slopes(self, x: Floats, order: int = 1) -> Floats:
        """Return the derivative of an order (1 or 2) of φ along x, shape (n, p)."""
        ...

    def parameters(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """Return the parameters that a reader wants, and their slopes along the coefficients, shape (p, p)."""
        ...


@frozen(eq=False, kw_only=True)
class Polynomials:
    """Polynomials orthogonal over the points, so that any degree keeps its digits; parameters are powers of x − origin.

    The recurrence is P₀ = 1, P₁ = (z − α₀), Pₖ₊₁ = (z − αₖ)·Pₖ − βₖ·Pₖ₋₁ over z = (x − centre)/half (Forsythe 1957),
    with each Pₖ divided by its norm.
    """

    centre: float
    half: float
    alpha: tuple[float, ...]
    beta: tuple[float, ...]  # β₀ is not used
    norm: tuple[float, ...]
    origin: float = 0.0

    @classmethod
    def over(cls, x: Floats, degree: int, origin: float = 0.0) -> "Polynomials":
        """Return the polynomials up to a degree over the points. Raises UncertaintyError for a degree below 0."""
        if not 0 <= degree <= HIGHEST:
            raise refused("degree", "degree-out-of-range", _DEGREE.filled(degree=degree, highest=HIGHEST))
        low, high = float(x.min()), float(x.max())
        centre, half = (low + high) / 2, (high - low) / 2 or 1.0
        z = (x - centre) / half
        alpha, beta, norm = list[float](), [0.0], [float(np.sqrt(len(x)))]
        before, now = np.zeros_like(z), np.ones_like(z)
        squares = float(now @ now)
        for order in range(degree):
            alpha.append(float((z * now) @ now) / squares)
            before, now = now, (z - alpha[order]) * now - beta[order] * before
            past, squares = squares, float(now @ now)
            if squares == 0:
                raise refused("x", "rank-deficient", _SAME)
            beta.append(squares / past)
            norm.append(float(np.sqrt(squares)))
        return cls(
            centre=centre, half=half, alpha=tuple(alpha), beta=tuple(beta), norm=tuple(norm), origin=float(origin)
        )

    @property
    def degree(self) -> int:
        """Return the degree."""
        return len(self.alpha)

    @property
    def names(self) -> tuple[str, ...]:
        """Return b0, b1 and so on."""
        return tuple(f"b{order}" for order in range(self.degree + 1))

    def values(self, x: Floats) -> Floats:
        """Return φ(x), shape (n, p)."""
        return self._recurred(x)[0]

    def slopes(self, x: Floats, order: int = 1) -> Floats:
        """Return the derivative of an order (1 or 2) of φ along x, shape (n, p)."""
        return self._recurred(x)[order] / self.half**order

    def parameters(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """Return the coefficients of the powers of x − origin; summed exactly, because large terms cancel."""
        rows = self._powers()
        given = [Fraction(each) for each in coefficients.tolist()]
        size = range(len(rows))
        exact = [sum((rows[j][i] * given[j] for j in size), Fraction(0)) for i in size]
        slopes = [[float(rows[j][i]) for j in size] for i in size]
        return np.array([float(each) for each in exact]), np.array(slopes)

    def _recurred(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        z = (np.asarray(x, dtype=np.float64) - self.centre) / self.half
        found = np.zeros((3, len(z), self.degree + 1))
        found[0, :, 0] = 1.0
        for order, (alpha, beta) in enumerate(zip(self.alpha, self.beta, strict=False)):
            for times in range(3):
                earlier = found[times, :, order - 1] if order else 0.0
                rise = times * found[times - 1, :, order] if times else 0.0
                found[times, :, order + 1] = (z - alpha) * found[times, :, order] + rise - beta * earlier
        scaled = found / np.array(self.norm)
        return scaled[0], scaled[1], scaled[2]

    def _powers(self) -> list[list[Fraction]]:
        """Return each polynomial's coefficients of the powers of x − origin, exactly."""
        half = Fraction(self.half)
        shift = (Fraction(self.origin) - Fraction(self.centre)) / half  # z = (x − origin)/half + shift
        size = self.degree + 1
        rows = [[Fraction(int(column == 0)) for column in range(size)]]
        for order, (alpha, beta) in enumerate(zip(self.alpha, self.beta, strict=False)):
            now, before = rows[order], rows[order - 1] if order else [Fraction(0)] * size
            raised = [Fraction(0), *(each / half for each in now[:-1])]
            constant = shift - Fraction(alpha)
            rows.append([a + constant * b - Fraction(beta) * c for a, b, c in zip(raised, now, before, strict=True)])
        return [[each / Fraction(norm) for each in row] for row, norm in zip(rows, self.norm, strict=True)]


@frozen(eq=False, kw_only=True)
class CallendarVanDusen:
    """R = R₀(1 + A·t + B·t² + C·(t − 100)·t³, the last below 0 °C only), t in °C (IEC 60751:2022, 5).

    The coefficients are R₀, R₀A, R₀B and, where it is fitted, R₀C; else C has the standard's value.
    """

    fits_c: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return R0, A, B, and C where it is fitted."""
        return ("R0", "A", "B", "C")[: 4 if self.fits_c else 3]

    def values(self, x: Floats) -> Floats:
        """Return φ(t), shape (n, p)."""
        return self._columns(np.ones_like(x), x, x**2, np.where(x < 0, (x - 2 * _HALF) * x**3, 0.0))

    def slopes(self, x: Floats, order: int = 1) -> Floats:
        """Return the derivative of an order (1 or 2) of φ along t, shape (n, p)."""
        zero = np.zeros_like(x)
        if order == 1:
            return self._columns(zero, zero + 1, 2 * x, np.where(x < 0, 4 * x**3 - 6 * _HALF * x**2, 0.0))
        return self._columns(zero, zero, zero + 2, np.where(x < 0, 12 * x**2 - 12 * _HALF * x, 0.0))

    def parameters(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """Return R0, A, B (and C), and their slopes along the coefficients."""
        base = coefficients[0]
        found = np.concatenate((coefficients[:1], coefficients[1:] / base))
        slopes = np.eye(len(found)) / base
        slopes[:, 0] = -found / base
        slopes[0, 0] = 1.0
        return found, slopes

    def _columns(self, one: Floats, linear: Floats, square: Floats, cold: Floats) -> Floats:
        if self.fits_c:
            return np.column_stack((one, linear, square, cold))
        return np.column_stack((one + IEC_60751_C * cold, linear, square))


IEC_60751_C: Final = -4.183e-12
_DEGREE: Final = Text(
    "the degree is {degree}; choose one from 0 to {highest}", zh="次数为 {degree}；请在 0 至 {highest} 之间选择"
)
_SAME: Final = Text("too few different x for this degree; lower it", zh="不同的 x 太少，不足以确定该次数；请降低次数")
