"""A calibration function through points: straight between neighbours, with exact slopes along every value."""

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike

from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.fitting.refusals import covariance as examined
from labctl.metrology.fitting.refusals import refused, semidefinite, uncertainties, vector

_TWO: Final = 2


@frozen(eq=False, kw_only=True)
class ThroughPoints:
    """y at x by the straight line between the neighbouring points, which it passes through exactly.

    `covariance` is of the points' y; what the points share is shared by every value between them.
    """

    x: Floats
    y: Floats
    covariance: Floats

    def value(self, x: ArrayLike) -> Floats:
        """Return y at x, shape (n,). Raises UncertaintyError outside the points: nothing was calibrated there."""
        found: Floats = self.along_y(x) @ self.y
        return found

    def along_y(self, x: ArrayLike) -> Floats:
        """Return the slope of each value along every point's y, shape (n, m); a row adds up to one."""
        at = vector("x", np.atleast_1d(x))
        if not bool(((at >= self.x[0]) & (at <= self.x[-1])).all()):
            raise refused("x", "outside-points", _OUTSIDE.filled(low=f"{self.x[0]:g}", high=f"{self.x[-1]:g}"))
        left = self._left(at)
        part = (at - self.x[left]) / (self.x[left + 1] - self.x[left])
        found = np.zeros((len(at), len(self.x)))
        rows = np.arange(len(at))
        found[rows, left], found[rows, left + 1] = 1 - part, part
        return found

    def slope(self, x: ArrayLike) -> Floats:
        """Return dy/dx at x, shape (n,); at a point, of the stretch to its right."""
        left = self._left(np.atleast_1d(np.asarray(x, dtype=np.float64)))
        return (self.y[left + 1] - self.y[left]) / (self.x[left + 1] - self.x[left])

    def u(self, x: ArrayLike, u_x: ArrayLike = 0.0) -> Floats:
        """Return the standard uncertainty of the values, with that of x where it is stated."""
        along = self.along_y(x)
        spread = uncertainties("u(x)", u_x, len(along))
        variance = np.einsum("ij,jk,ik->i", along, self.covariance, along)
        found: Floats = np.sqrt(np.maximum(variance, 0.0) + (self.slope(x) * spread) ** 2)
        return found

    def _left(self, at: Floats) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        return np.clip(np.searchsorted(self.x, at, side="right") - 1, 0, len(self.x) - _TWO)


def through_points(
    x: ArrayLike, y: ArrayLike, *, u: ArrayLike = 0.0, covariance: ArrayLike | None = None
) -> ThroughPoints:
    """Return the function through the points, in any order; exact points are allowed.

    Raises:
        UncertaintyError: fewer than two points, two at one x, NaN, a negative u, a covariance that is none.
    """
    at, observed = vector("x", x), vector("y", y, len(vector("x", x)))
    if len(at) < _TWO:
        raise refused("points", "too-few-points", _FEW)
    order = np.argsort(at)
    at, observed = at[order], observed[order]
    if (np.diff(at) == 0).any():
        raise refused("x", "identical-x", _TWICE)
    joint = np.diag(uncertainties("u(y)", u, len(at)) ** 2) if covariance is None else covariance
    found = examined("V(y)", joint, len(at))
    semidefinite("V(y)", found)
    return ThroughPoints(x=at, y=observed, covariance=found[np.ix_(order, order)])


_OUTSIDE: Final = Text(
    "nothing was calibrated outside {low} … {high}; extend the calibration",
    zh="{low} … {high} 以外未经校准；请扩展校准范围",
)
_FEW: Final = Text("a function needs two points or more", zh="函数至少需要两个点")
_TWICE: Final = Text("two points have the same x; average them first", zh="两个点的 x 相同；请先取平均")
