"""Linear least squares: ordinary, weighted and generalised, by Cholesky and QR of the scaled design."""

from enum import Enum
from typing import Final

import numpy as np
from attrs import Factory, frozen
from numpy.typing import ArrayLike

from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.fitting.refusals import covariance as examined
from labctl.metrology.fitting.refusals import enough, factored, refused, uncertainties, vector

WORST: Final = 1e10  # condition number above which fewer than six digits could be trusted


class Weights(Enum):
    """What the stated uncertainties of the points mean for those of the parameters."""

    ABSOLUTE = "absolute"  # they are believed: the scatter of the points changes nothing
    RELATIVE = "relative"  # only their ratios are: all are multiplied by √(χ²/ν), and the fit has ν of its own
    POSTERIOR = "posterior"  # ISO/TS 28037 Annex E: relative, and further by √(ν/(ν−2)) in place of ν


@frozen(eq=False, kw_only=True)
class Solution:
    """Coefficients of a design with their covariance; `covariance` is already scaled by the weights' rule.

    `chi_squared` is of the stated uncertainties (of 1 where none are stated). `dof` is what the covariance
    carries on: infinite where the uncertainties were believed. `condition` is of the scaled, whitened design.
    """

    coefficients: Floats
    covariance: Floats
    residuals: Floats
    chi_squared: float
    freedom: int
    dof: float
    weights: Weights
    condition: float
    rank: int
    following: Floats  # the slope of every coefficient along every y, shape (p, n)
    root: Floats  # R⁻¹: root·rootᵀ is the covariance for the stated uncertainties

    @property
    def unscaled(self) -> Floats:
        """Return the covariance for the stated uncertainties, before the weights' rule."""
        return self.root @ self.root.T

    @property
    def s(self) -> float:
        """Return √(χ²/ν): the residual standard deviation where no uncertainties are stated, else Birge's ratio."""
        return float(np.sqrt(self.chi_squared / self.freedom))

    @property
    def u(self) -> Floats:
        """Return the standard uncertainties of the coefficients."""
        return np.sqrt(self.covariance.diagonal())


@frozen(eq=False)
class Whitener:
    """Makes points uncorrelated and of unit variance."""

    spread: Floats | None  # standard uncertainties (n,), a Cholesky factor (n, n), or none stated
    unmixing: Floats = Factory(lambda: np.zeros((0, 0)))  # the inverse of that factor

    @property
    def u(self) -> Floats | None:
        """Return the standard uncertainties of the points, where any are stated."""
        spread = self.spread
        return spread if spread is None or spread.ndim == 1 else np.sqrt(np.einsum("ij,ij->i", spread, spread))

    def __call__(self, values: Floats) -> Floats:
        """Return L⁻¹ times a vector or matrix over the points."""
        if self.spread is None:
            return values
        if self.spread.ndim == 1:
            return values / (self.spread if values.ndim == 1 else self.spread[:, None])
        return _product(self.unmixing, values)

    def back(self, values: Floats) -> Floats:
        """Return a matrix over the whitened points, shape (p, n), times L⁻¹."""
        if self.spread is None:
            return values
        return values / self.spread if self.spread.ndim == 1 else _product(values, self.unmixing)


def _product(left: Floats, right: Floats) -> Floats:
    return left @ right


def whitener(points: int, u: ArrayLike | None, covariance: ArrayLike | None) -> Whitener:
    """Return how to whiten the points.

    Raises:
        UncertaintyError: both are given, one is negative or zero, or the covariance is not positive definite.
    """
    if u is not None and covariance is not None:
        raise refused("u(y), V(y)", "weights-twice", _TWICE)
    if covariance is not None:
        factor = factored("V(y)", examined("V(y)", covariance, points))
        return Whitener(factor, np.asarray(np.linalg.inv(factor), dtype=np.float64))
    if u is None:
        return Whitener(None)
    found = uncertainties("u(y)", u, points)
    if (found == 0).any():
        raise refused("u(y)", "zero-uncertainty", _ZERO)
    return Whitener(found)


def chosen(weights: Weights | None, *, stated: bool) -> Weights:
    """Return the rule for the weights; without stated uncertainties the scatter is all there is.

    Raises:
        UncertaintyError: uncertainties are stated, but not whether they are absolute; or the reverse.
    """
    if weights is None and stated:
        raise refused("weights", "weights-unstated", _UNSTATED)
    if weights is Weights.ABSOLUTE and not stated:
        raise refused("weights", "weights-unstated", _NOTHING_STATED)
    return weights or Weights.RELATIVE


def scaling(weights: Weights, chi_squared: float, freedom: int) -> tuple[float, float]:
    """Return the factor of the variances, and the degrees of freedom that they carry.

    Raises:
        UncertaintyError: the posterior variance does not exist below three degrees of freedom.
    """
    match weights:
        case Weights.ABSOLUTE:
            return 1.0, np.inf
        case Weights.RELATIVE:
            return chi_squared / freedom, float(freedom)
        case Weights.POSTERIOR:
            if freedom <= 2:  # noqa: PLR2004  a t of two has no variance
                raise refused("points", "too-few-points", _POSTERIOR)
            return chi_squared / (freedom - 2), np.inf


def solve(
    design: ArrayLike,
    y: ArrayLike,
    *,
    u: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    weights: Weights | None = None,
) -> Solution:
    """Return the coefficients that minimise χ² = rᵀV⁻¹r for a design of shape (n, p).

    Without u and covariance this is ordinary least squares. Columns are scaled before the QR decomposition, so
    the units of the regressors do not matter.

    Raises:
        UncertaintyError: too few points, values that are not finite, a covariance that is none, or columns that
            depend on each other (with rank and condition number).
    """
    observed = vector("y", y)
    columns = _columns(design, len(observed))
    points, parameters = columns.shape
    enough(points, parameters)
    rule = chosen(weights, stated=u is not None or covariance is not None)
    return decomposed(columns, observed, whitener(points, u, covariance), rule)


def decomposed(columns: Floats, observed: Floats, whiten: Whitener, rule: Weights) -> Solution:
    """Return the solution of an examined problem."""
    points, parameters = columns.shape
    both = whiten(np.column_stack((columns, observed)))
    white, target = both[:, :parameters], both[:, parameters]
    size = np.sqrt(np.einsum("ij,ij->j", white, white))
    if not (size > 0).all():
        raise refused("design", "rank-deficient", _DEFICIENT.filled(rank=int((size > 0).sum()), parameters=parameters))
    q, r = np.linalg.qr(white / size)
    rank, condition = conditioned(r)
    inverse = np.linalg.inv(r) / size[:, None]
    coefficients = inverse @ (q.T @ target)
    # One step of refinement: what the first solution leaves along the design is noise of the decomposition.
    coefficients = coefficients + inverse @ (q.T @ (target - white @ coefficients))
    left = target - white @ coefficients
    freedom = points - parameters
    chi_squared = float(left @ left)
    factor, dof = scaling(rule, chi_squared, freedom)
    return Solution(
        coefficients=coefficients,
        covariance=factor * (inverse @ inverse.T),
        residuals=observed - columns @ coefficients,
        chi_squared=chi_squared,
        freedom=freedom,
        dof=dof,
        weights=rule,
        condition=condition,
        rank=rank,
        following=whiten.back(inverse @ q.T),
        root=inverse,
    )


def conditioned(triangle: Floats) -> tuple[int, float]:
    """Return rank and condition number of a scaled triangle of a decomposition.

    Raises:
        UncertaintyError: the columns depend on each other, exactly or so nearly that few digits would be left.
    """
    values = np.linalg.svd(triangle, compute_uv=False)
    largest, least = float(values[0]), float(values[-1])
    rank = int((values > largest * np.finfo(np.float64).eps * max(triangle.shape)).sum())
    if rank < len(values):
        raise refused("design", "rank-deficient", _DEFICIENT.filled(rank=rank, parameters=len(values)))
    condition = largest / least
    if condition > WORST:
        raise refused("design", "ill-conditioned", _CONDITION.filled(condition=f"{condition:.1e}", rank=rank))
    return rank, condition


def _columns(design: ArrayLike, points: int) -> Floats:
    found = np.asarray(design, dtype=np.float64)
    if found.ndim != 2 or len(found) != points:  # noqa: PLR2004  a matrix
        raise refused("design", "wrong-shape", _SHAPE.filled(found=found.shape, points=points))
    if not np.isfinite(found).all():
        raise refused("design", "not-finite", Text("a regressor is not a finite number", zh="自变量含有非有限数"))
    return found


_SHAPE: Final = Text(
    "a design of shape {found} does not fit {points} points", zh="设计矩阵 {found} 与 {points} 个点不符"
)
_TWICE: Final = Text("give either u or a covariance of y, not both", zh="u 与 y 的协方差只能给出其一")
_ZERO: Final = Text(
    "a point without uncertainty would have all the weight; state its uncertainty, or fit without weights",
    zh="不确定度为零的点权重为无穷大；请给出其不确定度，或不加权拟合",
)
_UNSTATED: Final = Text(
    "say whether the stated uncertainties are absolute, or relative to be scaled by the scatter",
    zh="请说明所给不确定度是绝对的，还是仅作相对权并按残差缩放",
)
_NOTHING_STATED: Final = Text(
    "absolute weights need the uncertainties of the points", zh="采用绝对权时必须给出各点的不确定度"
)
_POSTERIOR: Final = Text(
    "the posterior uncertainty needs three degrees of freedom or more; measure more points",
    zh="后验不确定度至少需要 3 个自由度；请增加测点",
)
_DEFICIENT: Final = Text(
    "the points determine {rank} of {parameters} parameters; measure elsewhere or fit a simpler curve",
    zh="测点只能确定 {parameters} 个参数中的 {rank} 个；请增加不同的测点或改用更简单的曲线",
)
_CONDITION: Final = Text(
    "the design is ill-conditioned (condition number {condition}, rank {rank}); use a simpler curve or orthogonal "
    "polynomials",
    zh="设计矩阵病态（条件数 {condition}，秩 {rank}）；请改用更简单的曲线或正交多项式",
)
