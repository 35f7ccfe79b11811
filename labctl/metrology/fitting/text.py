"""Fits as functions of a model's text: parameters with exact derivatives along every x and y of whole series.

Least squares without weights; what the points share reaches the parameters through these derivatives, so it does
not average away. Through as many points as parameters the curve passes exactly, and their uncertainties are all that
the parameters have. All points of a batch (and all trials of a simulation) are computed at once.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from attrs import frozen

from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.fitting.bases import HIGHEST, IEC_60751_C
from labctl.metrology.fitting.refusals import refused

Partials = tuple[Floats, tuple[Floats, ...]]
"""One parameter at every point (n,), and its derivatives along each argument in the shape of that argument."""
_PAIR: Final = 2
_SAME: Final = 1e-20  # what is left of a polynomial over too few different x


@frozen(eq=False)
class _Series:
    """Points x and y (n, m) of n fits at once, with functions of x and their slopes (n, m, p)."""

    design: Floats
    slopes: Floats
    y: Floats

    def solved(self) -> tuple[Floats, Floats, Floats]:
        """Return coefficients (n, p) and their derivatives along x and y (n, p, m)."""
        size = np.sqrt(np.einsum("nmp,nmp->np", self.design, self.design))
        q, r = np.linalg.qr(self.design / size[:, None, :])
        values = np.linalg.svd(r, compute_uv=False)
        if not bool((values[:, -1] > values[:, 0] * np.finfo(np.float64).eps * self.design.shape[1]).all()):
            raise refused("x", "rank-deficient", _RANK.filled(parameters=self.design.shape[2]))
        inverse = np.linalg.inv(r) / size[:, :, None]
        along_y = inverse @ np.swapaxes(q, 1, 2)
        coefficients = np.einsum("npm,nm->np", along_y, self.y)
        left = self.y - np.einsum("nmp,np->nm", self.design, coefficients)
        coefficients = coefficients + np.einsum("npm,nm->np", along_y, left)
        left = self.y - np.einsum("nmp,np->nm", self.design, coefficients)
        steep = np.einsum("nmp,np->nm", self.slopes, coefficients)
        turned = inverse @ np.swapaxes(inverse, 1, 2) @ np.swapaxes(self.slopes * left[:, :, None], 1, 2)
        return coefficients, turned - along_y * steep[:, None, :], along_y


def line(result: int, arguments: Sequence[Floats]) -> Partials:
    """Return a (result 0) or b (result 1) of y = a + b·x over x and y, each of shape (n, m).

    Raises:
        UncertaintyError: fewer than two points, or one x only.
    """
    x, y = arguments
    value, along_x, along_y = _polynomial(x, y, 1)
    return value[:, result], (along_x[:, result], along_y[:, result])


def polynomial(result: int, arguments: Sequence[Floats]) -> Partials:
    """Return the coefficient of xᵏ, k being the result, over x, y (n, m) and a degree (n,) alike at all points.

    Raises:
        UncertaintyError: too few points, a degree that is not a whole number, or a result beyond it.
    """
    x, y, degrees = arguments
    degree = float(degrees.flat[0])
    if not (degree.is_integer() and 0 <= degree <= HIGHEST and bool((degrees == degree).all())):
        raise refused("degree", "degree-out-of-range", _DEGREE.filled(degree=f"{degree:g}", highest=HIGHEST))
    if result > degree:
        raise refused("degree", "degree-out-of-range", _BEYOND.filled(degree=int(degree), result=result))
    value, along_x, along_y = _polynomial(x, y, int(degree))
    return value[:, result], (along_x[:, result], along_y[:, result], np.zeros_like(degrees))


def callendar_van_dusen(result: int, arguments: Sequence[Floats]) -> Partials:
    """Return R₀, A or B (results 0 … 2) over t in °C and R, each of shape (n, m); C as IEC 60751 has it."""
    return _thermometer(result, arguments, fits_c=False)


def callendar_van_dusen_c(result: int, arguments: Sequence[Floats]) -> Partials:
    """Return R₀, A, B or C (results 0 … 3) over t in °C and R, each of shape (n, m); needs points below 0 °C."""
    return _thermometer(result, arguments, fits_c=True)


def _polynomial(x: Floats, y: Floats, degree: int) -> tuple[Floats, Floats, Floats]:
    """Return the coefficients of the powers of x and their derivatives, by polynomials orthogonal over each series."""
    _enough(x, y, degree + 1)
    centre, half = np.mean(x, axis=1, keepdims=True), np.ptp(x, axis=1, keepdims=True) / 2
    if degree > 0 and not bool((half > 0).all()):
        raise refused("x", "identical-x", _IDENTICAL)
    half = np.where(half == 0, 1.0, half)
    z = (x - centre) / half
    count, points = x.shape
    design, slopes = np.zeros((2, count, points, degree + 1))
    powers = np.zeros((count, degree + 1, degree + 1))  # of every polynomial, by powers of x
    design[:, :, 0] = powers[:, 0, 0] = 1.0
    past = np.full(count, float(points))
    for order in range(degree):
        now = design[:, :, order]
        squares = np.einsum("nm,nm->n", now, now)
        alpha = np.einsum("nm,nm,nm->n", z, now, now) / squares
        beta = squares / past if order else np.zeros(count)
        past = squares
        lower = order - 1 if order else order
        shifted = z - alpha[:, None]
        design[:, :, order + 1] = shifted * now - beta[:, None] * design[:, :, lower]
        slopes[:, :, order + 1] = shifted * slopes[:, :, order] + now / half - beta[:, None] * slopes[:, :, lower]
        raised = np.zeros_like(powers[:, order])
        raised[:, 1:] = powers[:, order, :-1]
        constant = centre + half * alpha[:, None]
        powers[:, order + 1] = (raised - constant * powers[:, order]) / half - beta[:, None] * powers[:, lower]
        if not bool((np.einsum("nm,nm->n", *[design[:, :, order + 1]] * 2) > squares * _SAME).all()):
            raise refused("x", "rank-deficient", _RANK.filled(parameters=degree + 1))
    value, along_x, along_y = _Series(design, slopes, y).solved()
    turned = np.swapaxes(powers, 1, 2)
    return np.einsum("nij,nj->ni", turned, value), turned @ along_x, turned @ along_y


def _thermometer(result: int, arguments: Sequence[Floats], *, fits_c: bool) -> Partials:
    t, resistance = arguments
    _enough(t, resistance, 4 if fits_c else 3)
    cold, steep = np.where(t < 0, (t - 100) * t**3, 0.0), np.where(t < 0, 4 * t**3 - 300 * t**2, 0.0)
    one, zero = np.ones_like(t), np.zeros_like(t)
    columns, slopes = [one, t, t**2], [zero, one, 2 * t]
    if fits_c:
        columns.append(cold)
        slopes.append(steep)
        if not bool((cold != 0).any(axis=1).all()):
            raise refused("t", "rank-deficient", _COLD)
    else:
        columns[0], slopes[0] = one + IEC_60751_C * cold, IEC_60751_C * steep
    value, along_t, along_r = _Series(np.stack(columns, axis=2), np.stack(slopes, axis=2), resistance).solved()
    base = value[:, 0]
    if result == 0:
        return base, (along_t[:, 0], along_r[:, 0])
    ratio = value[:, result] / base
    partials = tuple((each[:, result] - ratio[:, None] * each[:, 0]) / base[:, None] for each in (along_t, along_r))
    return ratio, partials


def _enough(x: Floats, y: Floats, parameters: int) -> None:
    if x.ndim != _PAIR or y.ndim != _PAIR or x.shape[1] != y.shape[1]:
        raise refused("x, y", "wrong-shape", _SHAPE.filled(x=x.shape, y=y.shape))
    if x.shape[1] < parameters:
        raise refused("points", "too-few-points", _FEW.filled(points=x.shape[1], parameters=parameters))


_SHAPE: Final = Text(
    "x has the shape {x} and y {y}; give two series of one length", zh="x 为 {x}，y 为 {y}；应为等长的两个序列"
)
_FEW: Final = Text(
    "{points} points for {parameters} parameters; measure more points or fit a simpler curve",
    zh="{points} 个点、{parameters} 个参数；请增加测点或改用更简单的曲线",
)
_IDENTICAL: Final = Text("all points have the same x; measure at another", zh="所有点的 x 相同；请在其他点测量")
_RANK: Final = Text(
    "the points do not determine {parameters} parameters; measure at other x or fit a simpler curve",
    zh="测点不足以确定 {parameters} 个参数；请增加不同的测点或改用更简单的曲线",
)
_COLD: Final = Text(
    "C needs points below 0 °C; measure there or keep the standard's C",
    zh="拟合 C 需要 0 °C 以下的测点；请补测或采用标准值",
)
_DEGREE: Final = Text(
    "the degree is {degree}; choose one whole number from 0 to {highest}",
    zh="次数为 {degree}；请取 0 至 {highest} 之间的同一整数",
)
_BEYOND: Final = Text(
    "a polynomial of degree {degree} has no coefficient of power {result}; as many results as degree + 1",
    zh="{degree} 次多项式没有 {result} 次项；结果个数应为次数加一",
)
PARAMETERS: Final[dict[str, Callable[[int, Sequence[Floats]], Partials]]] = {
    "line": line,
    "polynomial": polynomial,
    "callendar_van_dusen": callendar_van_dusen,
    "callendar_van_dusen_c": callendar_van_dusen_c,
}
"""Every fit of the text by its name after `fit.`."""
