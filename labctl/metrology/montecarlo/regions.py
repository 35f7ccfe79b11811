"""Coverage regions of several results together (JCGM 102:2011, 6.5 and 7.7)."""

import math
from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import probability as admitted
from labctl.metrology.distributions import Floats
from labctl.metrology.montecarlo.intervals import covered

Shape = Literal["ellipse", "rectangle"]
_FLAT: Final = 1e-12  # of a variance that the results before it leave: rounding


@frozen(eq=False, kw_only=True)
class Region:
    """All η with (η − mean)ᵀ V⁻¹ (η − mean) ≤ k², or all within ± k·u of each mean.

    `covariance` is V, in the units of the results.
    """

    shape: Shape
    mean: Floats
    covariance: Floats
    k: float
    probability: float

    @property
    def half_widths(self) -> Floats:
        """Return k·u of each result: the rectangle, or the box around the ellipse."""
        found: Floats = np.sqrt(np.diagonal(self.covariance)) * self.k
        return found

    def holds(self, values: Floats) -> bool:
        """Return whether a set of values lies inside or on the edge."""
        rows = [np.array([each]) for each in values.tolist()]
        return bool(_distances(rows, self.mean, self.covariance, self.shape)[0] <= self.k)


def region(trials: Sequence[Floats], mean: Floats, covariance: Floats, shape: Shape, probability: float) -> Region:
    """Return the region of the given shape, scaled until it holds the stated part of the trials."""
    admitted(probability, "probability")
    distances = _distances(trials, mean, covariance, shape)
    rank = covered(distances.size, probability) - 1
    k = float(np.partition(distances, rank)[rank])
    return Region(shape=shape, mean=mean, covariance=covariance, k=k, probability=probability)


def normal_factor(results: int, probability: float, shape: Shape = "ellipse") -> float:
    """Return k for results that are jointly normal (JCGM 102:2011, 6.5.2 and 6.5.3).

    An ellipse takes χ; a rectangle shares 1 − p out over the results, so that it holds p at least.
    """
    from scipy import special

    admitted(probability, "probability")
    if shape == "ellipse":
        return math.sqrt(float(special.chdtri(results, 1 - probability)))
    return float(special.ndtri(1 - (1 - probability) / (2 * results)))


def _distances(trials: Sequence[Floats], mean: Floats, covariance: Floats, shape: Shape) -> Floats:
    away = [row - centre for row, centre in zip(trials, mean.tolist(), strict=True)]
    variances = np.diagonal(covariance).tolist()
    if any(not variance > 0 for variance in variances):
        raise UncertaintyError(code="singular-covariance", input="region", problem=_FLAT_ONE)
    if shape == "rectangle":
        found: Floats = np.abs(away[0]) / math.sqrt(variances[0])
        for each, variance in zip(away[1:], variances[1:], strict=True):
            np.maximum(found, np.abs(each) / math.sqrt(variance), out=found)
        return found
    factor = _factor(covariance)
    solved: list[Floats] = []
    for i, each in enumerate(away):
        rest = each.copy()
        for j, known in enumerate(solved):
            rest -= factor[i, j] * known
        solved.append(rest / factor[i, i])
    total = solved[0] * solved[0]
    for each in solved[1:]:
        total += each * each
    return np.sqrt(total)


def _factor(covariance: Floats) -> Floats:
    """Return Cholesky's lower factor, row by row."""
    size = covariance.shape[0]
    lower = np.zeros((size, size))
    for i in range(size):
        for j in range(i):
            lower[i, j] = (covariance[i, j] - np.sum(lower[i, :j] * lower[j, :j])) / lower[j, j]
        rest = float(covariance[i, i] - np.sum(lower[i, :i] ** 2))
        if rest <= _FLAT * float(covariance[i, i]):
            raise UncertaintyError(code="singular-covariance", input="region", problem=_SINGULAR)
        lower[i, i] = math.sqrt(rest)
    return lower


_SINGULAR: Final = Text(
    "one result follows from the others, so no ellipse holds them; leave it out or ask for a rectangle",
    zh="其中一个结果由其他结果决定，无椭圆包含区域；请去掉它或改用矩形区域",
)
_FLAT_ONE: Final = Text("one of the results does not vary; leave it out", zh="其中一个结果没有分散性；请去掉它")
