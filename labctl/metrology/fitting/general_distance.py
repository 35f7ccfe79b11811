"""Fits with uncertainty in x and in y, correlated as they may be: generalised distance regression."""

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike

from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.fitting.bases import Basis, Polynomials
from labctl.metrology.fitting.fit import Fit, Route
from labctl.metrology.fitting.least_squares import Solution, Weights, chosen, conditioned, scaling
from labctl.metrology.fitting.refusals import (
    covariance as examined,
)
from labctl.metrology.fitting.refusals import (
    distinct,
    enough,
    factored,
    refused,
    semidefinite,
    uncertainties,
    vector,
)

_ROUGH: Final = 1e-6  # where Gauss-Newton hands over to Newton
_STEPS: Final = 500
_POLISHES: Final = 20
_STILL: Final = 1e-12


def general_distance(  # noqa: PLR0913  each is a statement of its own about the points
    x: ArrayLike,
    y: ArrayLike,
    degree: int = 1,
    *,
    u_x: ArrayLike = 0.0,
    u_y: ArrayLike = 0.0,
    r: ArrayLike = 0.0,
    covariance: ArrayLike | None = None,
    weights: Weights | None = None,
    route: Route = Route.ISO,
    origin: float = 0.0,
) -> Fit:
    """Return the polynomial in powers of x − origin nearest to points uncertain in both coordinates.

    `r` correlates x and y of each point; `covariance`, of all x and then all y (2n × 2n), says everything at once.
    The parameters minimise the distance of the points to the curve in the metric of that covariance (ISO/TS 28037,
    7 and 10; ISO 6143). `route` names the covariance that is reported; `covariances` holds all three.

    Raises:
        UncertaintyError: as a polynomial; also a point exact in both coordinates, an |r| above 1, or no convergence.
    """
    at, observed = vector("x", x), vector("y", y)
    if len(at) != len(observed):
        raise refused("y", "wrong-shape", _LENGTH.filled(x=len(at), y=len(observed)))
    enough(len(at), degree + 1)
    distinct("x", at, degree + 1)
    joint = _joint(len(at), u_x, u_y, r) if covariance is None else examined("V(x, y)", covariance, 2 * len(at))
    semidefinite("V(x, y)", joint)
    rule = chosen(weights, stated=True)
    basis = Polynomials.over(at, degree, origin)
    settled = _settled(_Problem(basis, at, observed, joint))
    return _reported(settled, rule, route)


@frozen(eq=False)
class _Problem:
    """Points with the covariance of all their coordinates, and the curve that they should lie on."""

    basis: Basis
    x: Floats
    y: Floats
    joint: Floats

    @property
    def parts(self) -> tuple[Floats, Floats, Floats]:
        """Return the covariances of x, of x with y, and of y."""
        n = len(self.x)
        return self.joint[:n, :n], self.joint[:n, n:], self.joint[n:, n:]


@frozen(eq=False)
class _State:
    """Adjusted x, the forces λ that hold the points on the curve, and the coefficients."""

    problem: _Problem
    adjusted: Floats
    forces: Floats
    coefficients: Floats

    def misclosure(self) -> Floats:
        """Return M, the covariance of how far the points miss the curve at the adjusted x."""
        in_x, across, in_y = self.problem.parts
        steep = self.problem.basis.slopes(self.adjusted) @ self.coefficients
        cross = steep[:, None] * across
        return in_y - cross - cross.T + steep[:, None] * in_x * steep


def _settled(problem: _Problem) -> _State:
    """Return the minimum: Gauss-Newton steps from the ordinary fit, then Newton's on the exact conditions."""
    start = _nearest(problem.basis.values(problem.x), problem.y)
    state = _State(problem, problem.x, np.zeros_like(problem.x), start)
    size = np.inf
    for _ in range(_STEPS):
        state, size = _approached(state)
        if not np.isfinite(size):
            break
        if size < _ROUGH:
            return _polished(state)
    raise refused("points", "not-converged", _WANDERS)


def _approached(state: _State) -> tuple[_State, float]:
    """Return the next state by linearised constraints, and how far it moved."""
    problem = state.problem
    in_x, across, _ = problem.parts
    steep = problem.basis.slopes(state.adjusted) @ state.coefficients
    design = problem.basis.values(state.adjusted)
    missed = problem.y - design @ state.coefficients - steep * (problem.x - state.adjusted)
    factor = factored("V(x, y)", state.misclosure())
    unmixing: Floats = np.asarray(np.linalg.inv(factor), dtype=np.float64)
    both: Floats = unmixing @ np.column_stack((design, missed))
    change = _nearest(both[:, :-1], both[:, -1])
    left = both[:, -1] - both[:, :-1] @ change
    forces: Floats = -(unmixing.T @ left)
    adjusted = problem.x + in_x @ (steep * forces) - across @ forces
    size = max(_relative(change, state.coefficients), _relative(adjusted - state.adjusted, _about(problem.x)))
    return _State(problem, adjusted, forces, state.coefficients + change), size


def _polished(state: _State) -> _State:
    for _ in range(_POLISHES):
        conditions, slopes = _conditions(state)
        step = _balanced(slopes, -conditions[:, None])[:, 0]
        n = len(state.adjusted)
        moved = _State(
            state.problem,
            state.adjusted + step[:n],
            state.forces + step[n : 2 * n],
            state.coefficients + step[2 * n :],
        )
        size = max(_relative(step[2 * n :], moved.coefficients), _relative(step[:n], _about(state.problem.x)))
        state = moved
        if size < _STILL:
            return state
    raise refused("points", "not-converged", _WANDERS)


def _conditions(state: _State) -> tuple[Floats, Floats]:
    """Return the conditions of the minimum, and their slopes along adjusted x, forces and coefficients.

    With D = diag f′: x̂ − x − Vₓₓ·D·λ + Vₓᵧ·λ = 0, y + Vᵧₓ·D·λ − Vᵧᵧ·λ − f(x̂) = 0, φ(x̂)ᵀ·λ = 0.
    """
    problem, forces = state.problem, state.forces
    in_x, across, in_y = problem.parts
    design, slopes = problem.basis.values(state.adjusted), problem.basis.slopes(state.adjusted)
    steep = slopes @ state.coefficients
    bent = problem.basis.slopes(state.adjusted, 2) @ state.coefficients
    pulled = steep * forces
    conditions = np.concatenate(
        (
            state.adjusted - problem.x - in_x @ pulled + across @ forces,
            problem.y + across.T @ pulled - in_y @ forces - design @ state.coefficients,
            design.T @ forces,
        )
    )
    turned = slopes * forces[:, None]
    none = np.zeros((design.shape[1], design.shape[1]))
    matrix = np.block(
        [
            [np.eye(len(forces)) - in_x * (bent * forces), across - in_x * steep, -in_x @ turned],
            [across.T * (bent * forces) - np.diag(steep), across.T * steep - in_y, across.T @ turned - design],
            [turned.T, design.T, none],
        ]
    )
    return conditions, matrix


def _nearest(design: Floats, values: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(design, values, rcond=None)[0], dtype=np.float64)


def _balanced(matrix: Floats, right: Floats) -> Floats:
    """Return the solution of a system whose rows and columns have been brought to one size, so units do not matter."""
    rows = 1 / np.abs(matrix).max(axis=1)
    columns = 1 / np.abs(matrix * rows[:, None]).max(axis=0)
    found = np.asarray(np.linalg.solve(rows[:, None] * matrix * columns, rows[:, None] * right), dtype=np.float64)
    scaled: Floats = columns[:, None] * found
    return scaled


def _reported(state: _State, rule: Weights, route: Route) -> Fit:
    problem, n = state.problem, len(state.adjusted)
    design = problem.basis.values(state.adjusted)
    size = design.shape[1]
    misclosure = state.misclosure()
    white = np.linalg.solve(factored("V(x, y)", misclosure), design)
    scale = np.sqrt(np.einsum("ij,ij->j", white, white))
    triangle = np.linalg.qr(white / scale)[1]
    rank, condition = conditioned(triangle)
    root = np.linalg.inv(triangle) / scale[:, None]
    _, slopes = _conditions(state)
    moved = np.zeros((2 * n + size, 2 * n + size))  # what the points, and a pull on the coefficients, change
    moved[: 2 * n, : 2 * n] = np.diag(np.repeat([1.0, -1.0], n))
    moved[2 * n :, 2 * n :] = np.eye(size)
    following = _balanced(slopes, moved)[2 * n :]
    along_x, along_y, stiff = following[:, :n], following[:, n : 2 * n], following[:, 2 * n :]
    both = following[:, : 2 * n]
    chi_squared = float(state.forces @ misclosure @ state.forces)
    factor, dof = scaling(rule, chi_squared, n - size)
    routes = {
        Route.ISO: factor * (root @ root.T),
        Route.PROPAGATED: factor * (both @ problem.joint @ both.T),
        Route.HESSIAN: -factor * (stiff + stiff.T) / 2,
    }
    if route not in routes:
        raise refused("route", "route-unknown", _ROUTE)
    parameters, turned = problem.basis.parameters(state.coefficients)
    solution = Solution(
        coefficients=state.coefficients,
        covariance=routes[route],
        residuals=problem.y - problem.basis.values(problem.x) @ state.coefficients,
        chi_squared=chi_squared,
        freedom=n - size,
        dof=dof,
        weights=rule,
        condition=condition,
        rank=rank,
        following=along_y,
        root=root,
    )
    return Fit(
        basis=problem.basis,
        solution=solution,
        route=route,
        x=problem.x,
        y=problem.y,
        parameters=parameters,
        covariance=turned @ routes[route] @ turned.T,
        covariances={each: turned @ found @ turned.T for each, found in routes.items()},
        along_y=turned @ along_y,
        along_x=turned @ along_x,
        u_y=np.sqrt(problem.parts[2].diagonal()),
        u_points=np.sqrt(misclosure.diagonal()),
    )


def _joint(points: int, u_x: ArrayLike, u_y: ArrayLike, r: ArrayLike) -> Floats:
    in_x, in_y = uncertainties("u(x)", u_x, points), uncertainties("u(y)", u_y, points)
    together = vector("r(x, y)", r, points)
    if (np.abs(together) > 1).any():
        raise refused("r(x, y)", "correlation-out-of-range", _RANGE)
    across = np.diag(together * in_x * in_y)
    joint: Floats = np.block([[np.diag(in_x**2), across], [across, np.diag(in_y**2)]])
    return joint


def _about(values: Floats) -> Floats:
    return values - float(values.mean())


def _relative(step: Floats, values: Floats) -> float:
    return float(np.abs(step).max() / max(np.abs(values).max(), np.finfo(np.float64).tiny))


_LENGTH: Final = Text("{x} values of x and {y} of y; each point has both", zh="x 有 {x} 个值，y 有 {y} 个；每点应成对")
_RANGE: Final = Text("a correlation coefficient lies between -1 and 1", zh="相关系数应在 -1 与 1 之间")
_WANDERS: Final = Text(
    "no nearest curve was found; the uncertainties of x may be as wide as the range of the points",
    zh="未能收敛到最近的曲线；x 的不确定度可能与测点范围相当",
)
_ROUTE: Final = Text(
    "with uncertain x the covariance is by ISO/TS 28037, propagated or of the Hessian; choose one",
    zh="x 有不确定度时，协方差应选 ISO/TS 28037、传播法或 Hessian 之一",
)
