"""Fits of y on exact x: straight lines, polynomials, the resistance of a thermometer."""

from typing import Final

from numpy.typing import ArrayLike

from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.fitting.bases import Basis, CallendarVanDusen, Polynomials
from labctl.metrology.fitting.fit import Fit, Route
from labctl.metrology.fitting.least_squares import Solution, Weights, Whitener, chosen, decomposed, whitener
from labctl.metrology.fitting.model_check import OrderChoice, order_choice
from labctl.metrology.fitting.refusals import distinct, enough, refused, vector


def line(
    x: ArrayLike,
    y: ArrayLike,
    *,
    u: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    weights: Weights | None = None,
    origin: float = 0.0,
) -> Fit:
    """Return the straight line y = b0 + b1·(x − origin).

    Without u and covariance of y this is ordinary least squares, with u weighted, with a covariance generalised
    (ISO/TS 28037, 6 and 9). The user says whether stated uncertainties are absolute.

    Raises:
        UncertaintyError: too few points, one x only, or what `polynomial` refuses.
    """
    return polynomial(x, y, 1, u=u, covariance=covariance, weights=weights, origin=origin)


def polynomial(
    x: ArrayLike,
    y: ArrayLike,
    degree: int,
    *,
    u: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    weights: Weights | None = None,
    origin: float = 0.0,
) -> Fit:
    """Return the polynomial of a degree in powers of x − origin, computed on orthogonal polynomials.

    Raises:
        UncertaintyError: too few points or different x, a degree below 0, a value that is not finite, uncertainties
            that are negative or zero or whose meaning is not stated, a covariance that is none.
    """
    at, observed = vector("x", x), vector("y", y)
    _alike(at, observed)
    enough(len(at), degree + 1)
    distinct("x", at, degree + 1)
    return fitted(Polynomials.over(at, degree, origin), at, observed, u=u, covariance=covariance, weights=weights)


def callendar_van_dusen(
    t: ArrayLike,
    resistance: ArrayLike,
    *,
    u: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    weights: Weights | None = None,
    fits_c: bool = False,
) -> Fit:
    """Return R0, A, B (and C, where it is fitted) of a platinum thermometer, t in °C (IEC 60751:2022, 5).

    Raises:
        UncertaintyError: as a polynomial; C cannot be fitted without points below 0 °C.
    """
    at, observed = vector("t", t), vector("R", resistance)
    _alike(at, observed)
    basis = CallendarVanDusen(fits_c=fits_c)
    enough(len(at), len(basis.names))
    distinct("t", at, len(basis.names))
    return fitted(basis, at, observed, u=u, covariance=covariance, weights=weights)


def fitted(
    basis: Basis,
    x: Floats,
    y: Floats,
    *,
    u: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    weights: Weights | None = None,
) -> Fit:
    """Return the fit of examined points on a basis."""
    rule = chosen(weights, stated=u is not None or covariance is not None)
    whiten = whitener(len(x), u, covariance)
    design = basis.values(x)
    solution = decomposed(design, y, whiten, rule)
    parameters, turned = basis.parameters(solution.coefficients)
    return Fit(
        basis=basis,
        solution=solution,
        route=Route.LINEAR,
        x=x,
        y=y,
        parameters=parameters,
        covariance=turned @ solution.covariance @ turned.T,
        along_y=turned @ solution.following,
        along_x=turned @ _along_x(basis, x, solution, whiten),
        u_y=whiten.u,
    )


def degrees(
    x: ArrayLike,
    y: ArrayLike,
    highest: int,
    *,
    u: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    weights: Weights | None = None,
) -> OrderChoice:
    """Return what the degrees 1 … highest offer, by AICc and by the F test."""
    stated = u is not None or covariance is not None
    orders = range(1, highest + 1)
    fits = [polynomial(x, y, each, u=u, covariance=covariance, weights=weights).solution for each in orders]
    return order_choice(orders, fits, stated=stated and weights is Weights.ABSOLUTE)


def _along_x(basis: Basis, x: Floats, solution: Solution, whiten: Whitener) -> Floats:
    """Return the slope of every coefficient along every x: through the design in the residuals, and in the curve."""
    slopes = basis.slopes(x)
    pulled = whiten.back(whiten(solution.residuals)[None, :])[0]
    steep: Floats = slopes @ solution.coefficients
    turned: Floats = solution.unscaled @ (slopes * pulled[:, None]).T
    return turned - solution.following * steep


def _alike(x: Floats, y: Floats) -> None:
    if len(x) != len(y):
        raise refused("y", "wrong-shape", _LENGTH.filled(x=len(x), y=len(y)))


_LENGTH: Final = Text("{x} values of x and {y} of y; each point has both", zh="x 有 {x} 个值，y 有 {y} 个；每点应成对")
