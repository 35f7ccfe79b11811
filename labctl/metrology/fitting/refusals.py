"""What a fit refuses before it computes: every array is examined once, by name."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats, as_floats

_NOISE: Final = 1e-10  # of the largest eigenvalue: what rounded certificates leave


def refused(name: str, code: str, problem: Text) -> UncertaintyError:
    """Return the refusal of an input, with its stable code."""
    return UncertaintyError(code=code, input=name, problem=problem)


def vector(name: str, values: ArrayLike, length: int | None = None) -> Floats:
    """Return finite numbers, shape (n,); one number is spread where a length is given.

    Raises:
        UncertaintyError: text, NaN, infinity, or another length.
    """
    try:
        found = as_floats(values)
    except UncertaintyError as failure:
        raise refused(name, failure.code, failure.problem) from failure
    if length is not None and found.ndim == 0:
        found = np.full(length, float(found))
    if found.ndim != 1 or (length is not None and len(found) != length):
        raise refused(name, "wrong-shape", _SHAPE.filled(found=found.shape, needed=length or "n"))
    if not np.isfinite(found).all():
        raise refused(name, "not-finite", _FINITE)
    return found


def uncertainties(name: str, values: ArrayLike, length: int) -> Floats:
    """Return standard uncertainties, shape (n,). Raises UncertaintyError for a negative one."""
    found = vector(name, values, length)
    if (found < 0).any():
        raise refused(name, "negative-uncertainty", _NEGATIVE)
    return found


def covariance(name: str, values: ArrayLike, length: int) -> Floats:
    """Return a symmetric matrix of finite numbers, shape (n, n).

    Raises:
        UncertaintyError: another shape, not symmetric, or a negative variance.
    """
    found = as_floats(values)
    if found.shape != (length, length):
        raise refused(name, "wrong-shape", _SHAPE.filled(found=found.shape, needed=(length, length)))
    if not np.isfinite(found).all():
        raise refused(name, "not-finite", _FINITE)
    variances = found.diagonal()
    if (variances < 0).any():
        raise refused(name, "negative-uncertainty", _NEGATIVE)
    if np.abs(found - found.T).max() > _NOISE * variances.max():
        raise refused(name, "covariance-not-symmetric", _ASYMMETRIC)
    return found


def factored(name: str, matrix: Floats) -> Floats:
    """Return the lower Cholesky factor of a covariance.

    Raises:
        UncertaintyError: it is not positive semi-definite, or it is singular, so some combination weighs infinitely.
    """
    scale = np.sqrt(matrix.diagonal())
    if (scale == 0).any():
        raise refused(name, "zero-uncertainty", _ZERO)
    try:
        return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError as failure:
        values = np.linalg.eigvalsh(matrix / np.outer(scale, scale))
        if float(values[0]) < -_NOISE * float(values[-1]):
            raise refused(name, "covariance-not-psd", _PSD) from failure
        raise refused(name, "covariance-singular", _SINGULAR) from failure


def semidefinite(name: str, matrix: Floats) -> None:
    """Refuse a covariance with an eigenvalue below −1e-10 of the largest; zero uncertainties are allowed."""
    scale = np.sqrt(matrix.diagonal())
    scale = np.where(scale == 0, 1.0, scale)
    values = np.linalg.eigvalsh(matrix / np.outer(scale, scale))
    if float(values[0]) < -_NOISE * max(float(values[-1]), 1.0):
        raise refused(name, "covariance-not-psd", _PSD)


def enough(points: int, parameters: int) -> None:
    """Refuse a fit that leaves no degree of freedom."""
    if points <= parameters:
        raise refused("points", "too-few-points", _FEW.filled(points=points, parameters=parameters))


def distinct(name: str, x: Floats, parameters: int) -> None:
    """Refuse fewer different x than a curve has parameters."""
    different = len(np.unique(x))
    if different == 1 < parameters:
        raise refused(name, "identical-x", _IDENTICAL)
    if different < parameters:
        raise refused(name, "rank-deficient", _RANK.filled(rank=different, parameters=parameters))


_SHAPE: Final = Text("the shape is {found}, needed is {needed}", zh="数据形状为 {found}，应为 {needed}")
_FINITE: Final = Text(
    "a value is not a finite number; reject the point with a reason", zh="含有非有限数；请注明原因后剔除该点"
)
_NEGATIVE: Final = Text("a standard uncertainty is negative; state its size", zh="标准不确定度为负；请给出正值")
_ZERO: Final = Text(
    "a point without uncertainty would have all the weight; state its uncertainty, or fit without weights",
    zh="不确定度为零的点权重为无穷大；请给出其不确定度，或不加权拟合",
)
_ASYMMETRIC: Final = Text("the covariance matrix is not symmetric", zh="协方差矩阵不对称")
_PSD: Final = Text(
    "the covariances contradict each other (matrix not positive semi-definite); go back to their source",
    zh="协方差互相矛盾（矩阵非半正定）；请核对其来源",
)
_SINGULAR: Final = Text(
    "the covariance matrix is singular: the points have no scatter of their own; add their repeatability",
    zh="协方差矩阵奇异：各点没有独立的分散性；请加入其重复性",
)
_FEW: Final = Text(
    "{points} points for {parameters} parameters; measure more points or fit a simpler curve",
    zh="{points} 个点、{parameters} 个参数；请增加测点或改用更简单的曲线",
)
_IDENTICAL: Final = Text("all points have the same x; measure at another", zh="所有点的 x 相同；请在其他点测量")
_RANK: Final = Text(
    "the points determine {rank} of {parameters} parameters; measure at other x or fit a simpler curve",
    zh="测点只能确定 {parameters} 个参数中的 {rank} 个；请增加不同的测点或改用更简单的曲线",
)
