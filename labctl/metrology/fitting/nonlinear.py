"""Nonlinear least squares with exact derivatives: Levenberg's damping far from the minimum, Gauss-Newton near it."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from attrs import evolve, frozen
from numpy.typing import ArrayLike

from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.equations import Equations
from labctl.metrology.fitting.block import Block, block
from labctl.metrology.fitting.curve_text import Curve, text_curve
from labctl.metrology.fitting.least_squares import Solution, Weights, Whitener, chosen, conditioned, scaling, whitener
from labctl.metrology.fitting.model_check import ModelCheck, model_check
from labctl.metrology.fitting.refusals import enough, refused, vector
from labctl.metrology.units import Unit

_STEPS: Final = 2000
_STUCK: Final = 1e60  # damping at which no step is left
_FIRST: Final = 1e-3  # damping, as a part of each column's square
_STILL: Final = 1e-10  # relative offset: how far the residuals lean towards the curve's tangents (Bates, Watts 1981)


@frozen(eq=False, kw_only=True)
class NonlinearFit:
    """Parameters of a curve given by text or function, with the covariance of its tangent at the minimum.

    `along_y` has the slope of every parameter along every y (p × n), of the linearised curve.
    """

    names: tuple[str, ...]
    curve: Curve
    solution: Solution
    u_y: Floats | None
    steps: int

    @property
    def parameters(self) -> Floats:
        """Return the parameters, in the order of the start."""
        return self.solution.coefficients

    @property
    def covariance(self) -> Floats:
        """Return the covariance of the parameters."""
        return self.solution.covariance

    @property
    def u(self) -> Floats:
        """Return the standard uncertainties of the parameters."""
        return self.solution.u

    @property
    def dof(self) -> float:
        """Return the degrees of freedom of the parameters, one ensemble."""
        return self.solution.dof

    @property
    def chi_squared(self) -> float:
        """Return χ², the sum of squares of the residuals where no uncertainties are stated."""
        return self.solution.chi_squared

    @property
    def s(self) -> float:
        """Return √(χ²/ν)."""
        return self.solution.s

    @property
    def along_y(self) -> Floats:
        """Return the slope of every parameter along every y, shape (p, n)."""
        return self.solution.following

    def check(self) -> ModelCheck:
        """Return whether the curve fits its points: χ² with its probability, and the residual test |r| ≤ 2u."""
        spread = np.full(len(self.solution.residuals), self.s) if self.u_y is None else self.u_y
        return model_check(self.solution, spread, stated=self.u_y is not None)

    def as_inputs(self, owner: str, units: Sequence[Unit], symbols: Sequence[str] | None = None) -> Block:
        """Return the parameters as inputs of a further model, with the correlations between them."""
        return block(
            owner, tuple(symbols or self.names), self.parameters, self.covariance, dof=self.dof, units=tuple(units)
        )


def nonlinear(
    curve: str | Equations | Curve,
    x: ArrayLike | Mapping[str, ArrayLike],
    y: ArrayLike,
    start: Mapping[str, float],
    *,
    u: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    weights: Weights | None = None,
) -> NonlinearFit:
    """Return the parameters that minimise χ² of a curve, from a start.

    The curve is an equation's text (numbers in one coherent set of units) or a function of the parameters that
    returns values and slopes at the points. Its minimum is a local one: another start may find a lower.

    Raises:
        UncertaintyError: as a linear fit; also a start at which the curve has no value, parameters that the points
            do not determine, or no convergence.
    """
    observed = vector("y", y)
    names = tuple(start)
    enough(len(observed), len(names))
    rule = chosen(weights, stated=u is not None or covariance is not None)
    whiten = whitener(len(observed), u, covariance)
    given = text_curve(curve, names, x, len(observed)) if isinstance(curve, (str, Equations)) else curve
    first = vector("start", list(start.values()))
    steps, place = _descended(_Place.at(given, observed, whiten, first))
    return NonlinearFit(
        names=names,
        curve=given,
        solution=_solution(place, rule),
        u_y=whiten.u,
        steps=steps,
    )


@frozen(eq=False, kw_only=True)
class _Place:
    """Where the search stands: parameters, whitened residuals, whitened slopes."""

    curve: Curve
    observed: Floats
    whiten: Whitener
    parameters: Floats
    left: Floats
    slopes: Floats

    @classmethod
    def at(cls, curve: Curve, observed: Floats, whiten: Whitener, parameters: Floats) -> "_Place":
        """Return the place of a start. Raises UncertaintyError where the curve has no value."""
        values, slopes = curve(parameters)
        if not (np.isfinite(values).all() and np.isfinite(slopes).all()):
            raise refused("start", "not-a-number", _START)
        left = whiten(observed - values)
        return cls(
            curve=curve, observed=observed, whiten=whiten, parameters=parameters, left=left, slopes=whiten(slopes)
        )

    @property
    def squares(self) -> float:
        """Return χ²."""
        return float(self.left @ self.left)

    def moved(self, step: Floats) -> "_Place | None":
        """Return the place after a step, or None where the curve has no value there."""
        parameters = self.parameters + step
        with np.errstate(all="ignore"):
            values, slopes = self.curve(parameters)
            if not (np.isfinite(values).all() and np.isfinite(slopes).all()):
                return None
            left, slopes = self.whiten(self.observed - values), self.whiten(slopes)
            if not np.isfinite(left @ left):
                return None
        return evolve(self, parameters=parameters, left=left, slopes=slopes)

    def offset(self) -> float:
        """Return how far the residuals lean towards the tangents, as a part of what is perpendicular to them."""
        size = np.sqrt(np.einsum("ij,ij->j", self.slopes, self.slopes))
        directions, widths, _ = np.linalg.svd(self.slopes / np.where(size == 0, 1.0, size), full_matrices=False)
        q = directions[:, widths > float(widths[0]) * np.finfo(np.float64).eps * len(size)]
        along = q.T @ self.left
        across = self.left - q @ along
        freedom, parameters = len(self.left) - len(self.parameters), len(self.parameters)
        floor = np.finfo(np.float64).eps * float(np.linalg.norm(self.whiten(self.observed)))
        return float(np.linalg.norm(along) / np.sqrt(parameters)) / max(
            float(np.linalg.norm(across) / np.sqrt(freedom)), floor, np.finfo(np.float64).tiny
        )


def _descended(place: _Place) -> tuple[int, _Place]:
    """Return how many steps led to the minimum, and the minimum (Levenberg, Marquardt; damping after Nielsen 1999)."""
    damping, growth = _FIRST, 2.0
    sizes = np.zeros(len(place.parameters))
    for step_number in range(_STEPS):
        sizes = np.maximum(sizes, np.sqrt(np.einsum("ij,ij->j", place.slopes, place.slopes)))
        scale = np.where(sizes == 0, 1.0, sizes)
        step = _step(place, damping, scale)
        there = place.moved(step)
        gain = -np.inf if there is None else place.squares - there.squares
        promised = _promised(place, step)
        if there is not None and gain > 0 and promised > 0:
            ratio = gain / promised
            damping, growth = damping * max(1 / 3, 1 - (2 * ratio - 1) ** 3), 2.0
            place = there
            if ratio > _HONEST and place.offset() < _STILL:
                return step_number + 1, place
        elif place.offset() < _STILL or damping > _STUCK or _negligible(step, place.parameters):
            if place.offset() < np.sqrt(_STILL):
                return step_number + 1, place
            break
        else:
            damping, growth = damping * growth, growth * 2
    raise refused("start", "not-converged", _WANDERS.filled(steps=_STEPS))


def _step(place: _Place, damping: float, scale: Floats) -> Floats:
    damped = np.vstack((place.slopes / scale, np.sqrt(damping) * np.eye(len(scale))))
    target = np.concatenate((place.left, np.zeros(len(scale))))
    q, r = np.linalg.qr(damped)
    return np.linalg.solve(r, q.T @ target) / scale


def _promised(place: _Place, step: Floats) -> float:
    """Return the fall of χ² that the tangents promise."""
    expected = place.left - place.slopes @ step
    return place.squares - float(expected @ expected)


def _negligible(step: Floats, parameters: Floats) -> bool:
    return bool((np.abs(step) <= 4 * np.finfo(np.float64).eps * np.abs(parameters)).all())


def _solution(place: _Place, rule: Weights) -> Solution:
    size = np.sqrt(np.einsum("ij,ij->j", place.slopes, place.slopes))
    points, parameters = place.slopes.shape
    if not (size > 0).all():
        raise refused("start", "rank-deficient", _FLAT.filled(rank=int((size > 0).sum()), parameters=parameters))
    q, r = np.linalg.qr(place.slopes / size)
    rank, condition = conditioned(r)
    inverse = np.linalg.inv(r) / size[:, None]
    factor, dof = scaling(rule, place.squares, points - parameters)
    return Solution(
        coefficients=place.parameters,
        covariance=factor * (inverse @ inverse.T),
        residuals=place.observed - place.curve(place.parameters)[0],
        chi_squared=place.squares,
        freedom=points - parameters,
        dof=dof,
        weights=rule,
        condition=condition,
        rank=rank,
        following=place.whiten.back(inverse @ q.T),
        root=inverse,
    )


_HONEST: Final = 0.25  # of the promised fall: below it the tangents still mislead
_START: Final = Text(
    "the curve has no finite value at the start; choose another", zh="曲线在初值处没有有限值；请另选初值"
)
_WANDERS: Final = Text(
    "no minimum was found in {steps} steps; choose a start nearer to it or a simpler curve",
    zh="{steps} 步内未找到极小值；请选择更接近的初值或更简单的曲线",
)
_FLAT: Final = Text(
    "the points determine {rank} of {parameters} parameters; measure elsewhere or fit a simpler curve",
    zh="测点只能确定 {parameters} 个参数中的 {rank} 个；请增加不同的测点或改用更简单的曲线",
)
