"""A fitted curve: its parameters, its bands, its inverse, and its parameters as inputs of further models."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

import numpy as np
from attrs import Factory, frozen
from numpy.typing import ArrayLike

from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.effects import Contribution
from labctl.metrology.fitting.bases import Basis
from labctl.metrology.fitting.block import Block, block, block_on_effects
from labctl.metrology.fitting.least_squares import Solution, Weights
from labctl.metrology.fitting.model_check import ModelCheck, model_check
from labctl.metrology.fitting.refusals import refused, uncertainties, vector
from labctl.metrology.units import Unit

_LOOKS: Final = 512  # places at which a curve is looked at for a second crossing
_BISECTIONS: Final = 200
_FLAT: Final = 1e-13  # of y over the range of x: a rise that is noise of binary arithmetic


class Route(Enum):
    """Which covariance of the parameters is reported; they agree where x is exact."""

    LINEAR = "linear"  # (XᵀV⁻¹X)⁻¹, x exact
    ISO = "ISO/TS 28037"  # Gauss-Newton at the adjusted points
    PROPAGATED = "propagated"  # the law of propagation through the estimator, with exact slopes
    HESSIAN = "Hessian"  # inverse of half the second derivatives of χ²


@frozen(eq=False)
class Estimate:
    """Values with standard uncertainties and the degrees of freedom that they share."""

    value: Floats
    u: Floats
    dof: float


@frozen(eq=False, kw_only=True)
class Fit:
    """A curve y = Σ cⱼ·φⱼ(x) with its parameters in a reader's form.

    `covariance` is of the parameters by `route`; `along_y` and `along_x` are their slopes along every point's y and x
    (shape p × n), so what the points share reaches the parameters whole. `u_y` is the stated scatter of the points.
    """

    basis: Basis
    solution: Solution
    route: Route
    x: Floats
    y: Floats
    parameters: Floats
    covariance: Floats
    along_y: Floats
    along_x: Floats
    u_y: Floats | None
    u_points: Floats | None = None  # of a point's distance from the curve along y, where x is uncertain too
    covariances: Mapping[Route, Floats] = Factory(dict[Route, Floats])  # by every route, where there are several

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the parameters."""
        return self.basis.names

    @property
    def u(self) -> Floats:
        """Return the standard uncertainties of the parameters."""
        return np.sqrt(self.covariance.diagonal())

    @property
    def dof(self) -> float:
        """Return the degrees of freedom of the parameters, one ensemble; infinite with absolute weights."""
        return self.solution.dof

    @property
    def chi_squared(self) -> float:
        """Return χ² of the stated uncertainties."""
        return self.solution.chi_squared

    @property
    def freedom(self) -> int:
        """Return the degrees of freedom of χ², points less parameters."""
        return self.solution.freedom

    @property
    def residuals(self) -> Floats:
        """Return y less the curve at the points, in the unit of y."""
        return self.solution.residuals

    @property
    def s(self) -> float:
        """Return √(χ²/ν), the residual standard deviation where no uncertainties are stated."""
        return self.solution.s

    @property
    def correlation(self) -> Floats:
        """Return the correlation matrix of the parameters; those known exactly correlate with nothing."""
        u = np.where(self.u == 0, 1.0, self.u)
        found: Floats = np.clip(self.covariance / np.outer(u, u), -1.0, 1.0)
        np.fill_diagonal(found, 1.0)
        return found

    def value(self, x: ArrayLike) -> Floats:
        """Return the curve at x, shape (n,)."""
        found: Floats = self.basis.values(vector("x", np.atleast_1d(x))) @ self.solution.coefficients
        return found

    def slope(self, x: ArrayLike) -> Floats:
        """Return dy/dx of the curve at x, shape (n,)."""
        found: Floats = self.basis.slopes(vector("x", np.atleast_1d(x))) @ self.solution.coefficients
        return found

    def curve_band(self, x: ArrayLike, u_x: ArrayLike = 0.0) -> Estimate:
        """Return the curve with its own uncertainty, and that of x where one is stated (ISO/TS 28037, 11.2)."""
        at = vector("x", np.atleast_1d(x))
        spread = uncertainties("u(x)", u_x, len(at))
        along = self.basis.values(at)
        variance = np.einsum("ij,jk,ik->i", along, self.solution.covariance, along)
        return Estimate(self.value(at), np.sqrt(np.maximum(variance, 0.0) + (self.slope(at) * spread) ** 2), self.dof)

    def prediction_band(self, x: ArrayLike, u_reading: ArrayLike | None = None) -> Estimate:
        """Return where one new reading at x is expected: the curve's uncertainty and the reading's own.

        Without `u_reading` the scatter of the fitted points stands for it.

        Raises:
            UncertaintyError: the points have different uncertainties, so that of a new reading must be stated.
        """
        curve = self.curve_band(x)
        own = self._scatter() if u_reading is None else uncertainties("u(y)", u_reading, len(curve.value))
        return Estimate(curve.value, np.hypot(curve.u, own), self.dof)

    def inverse(self, y: float, u_y: float = 0.0) -> Estimate:
        """Return the x at which the curve reads y, with its uncertainty (ISO/TS 28037, 11.1).

        A straight line is used beyond its points too; a bent curve within them only.

        Raises:
            UncertaintyError: the curve reads y nowhere or more than once, or is level there.
        """
        own = float(uncertainties("u(y)", u_y, 1)[0])
        at = self._crossing(float(vector("y", y, 1)[0]))
        steep = float(self.slope(at)[0])
        if abs(steep) * float(np.ptp(self.x)) <= _FLAT * float(np.abs(self.y).max()):
            raise refused("y", "not-invertible", _LEVEL)
        u = np.hypot(self.curve_band(at).u, own) / abs(steep)
        return Estimate(np.array([at]), u, self.dof)

    def check(self) -> ModelCheck:
        """Return whether the curve fits its points: χ² with its probability, and the residual test |r| ≤ 2u."""
        own = self.u_y if self.u_points is None else self.u_points
        spread = np.full(len(self.y), self.s) if own is None else own
        return model_check(self.solution, spread, stated=own is not None)

    def as_inputs(self, owner: str, units: Sequence[Unit], symbols: Sequence[str] | None = None) -> Block:
        """Return the parameters as inputs of a further model, with the correlations between them.

        `owner` names the fit among effects; two models that use the same fit under one owner stay correlated.
        """
        return block(
            owner, tuple(symbols or self.names), self.parameters, self.covariance, dof=self.dof, units=tuple(units)
        )

    def as_inputs_on(
        self, effects: Sequence[Contribution], components: Floats, units: Sequence[Unit], symbols: Sequence[str] = ()
    ) -> Block:
        """Return the parameters as inputs that follow the original effects of the points.

        `components` are those of `components()`, shape (p, effects), in the order of the contributions.
        """
        named = tuple(symbols or self.names)
        return block_on_effects(named, self.parameters, components, effects, units=tuple(units))

    def components(self, of_y: Floats, of_x: Floats | None = None) -> Floats:
        """Return the components of the parameters along original effects, shape (p, effects).

        `of_y` and `of_x` hold c·u of every effect at every point (n, effects), as a batch's `jacobian` does; with
        them a shared offset moves the line as a whole and does not average away.
        """
        return self.along_y @ of_y if of_x is None else self.along_y @ of_y + self.along_x @ of_x

    def _scatter(self) -> float:
        if self.u_y is None:
            return self.s
        if not bool(np.all(self.u_y == self.u_y[0])):
            raise refused("u(y)", "scatter-unstated", _SCATTER)
        return float(self.u_y[0]) * (1.0 if self.solution.weights is Weights.ABSOLUTE else self.s)

    def _crossing(self, y: float) -> float:
        coefficients = self.solution.coefficients
        if len(coefficients) == 2:  # noqa: PLR2004  a straight line
            middle = float(np.mean(self.x))
            steep = float(self.slope(middle)[0])
            if steep == 0:
                raise refused("y", "not-invertible", _LEVEL)
            return middle + (y - float(self.value(middle)[0])) / steep
        places = np.linspace(float(self.x.min()), float(self.x.max()), _LOOKS)
        off = self.value(places) - y
        crossed = np.flatnonzero((off[:-1] == 0) | (np.sign(off[:-1]) * np.sign(off[1:]) < 0))
        exact = [float(places[-1])] if off[-1] == 0 else []
        if len(crossed) + len(exact) != 1:
            raise refused("y", "not-invertible", _CROSSINGS.filled(count=len(crossed) + len(exact)))
        return exact[0] if exact else self._bisected(y, float(places[crossed[0]]), float(places[crossed[0] + 1]))

    def _bisected(self, y: float, low: float, high: float) -> float:
        rising = float(self.value(high)[0]) > y
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            if middle in {low, high}:
                break
            above = float(self.value(middle)[0]) > y
            low, high = (low, middle) if above is rising else (middle, high)
        return (low + high) / 2


_LEVEL: Final = Text(
    "the curve is level here, so no x follows from y; use it where it rises", zh="曲线在此处平坦，无法由 y 求 x"
)
_CROSSINGS: Final = Text(
    "the curve reads this y at {count} places within its points; use it where it is unambiguous",
    zh="曲线在测点范围内有 {count} 处等于该 y；请在单值区间使用",
)
_SCATTER: Final = Text(
    "the points have different uncertainties; state that of the new reading",
    zh="各点不确定度不同；请给出新读数的不确定度",
)
