"""Whether a curve fits its points, and which of several is worth its parameters."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from attrs import frozen

from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.fitting.least_squares import Solution
from labctl.metrology.fitting.refusals import refused

SIGNIFICANCE: Final = 0.05
_BOUND: Final = 2.0  # ISO 6143: |residual| ≤ 2u


@frozen(eq=False, kw_only=True)
class ModelCheck:
    """χ² with the probability of a larger one by chance, and the points whose residual exceeds 2u.

    `probability` is None where no uncertainties were stated: the scatter cannot judge itself.
    """

    chi_squared: float
    freedom: int
    probability: float | None
    limit: float | None  # the χ² that chance exceeds once in twenty
    ratios: Floats  # residual over u at every point
    exceeding: tuple[int, ...]

    @property
    def passed(self) -> bool:
        """Return whether χ² is within its limit; without stated uncertainties, whether every residual is."""
        return not self.exceeding if self.limit is None else self.chi_squared <= self.limit


def model_check(solution: Solution, u: Floats, *, stated: bool) -> ModelCheck:
    """Return the check of a solution whose points have the standard uncertainty `u`."""
    from scipy import special

    chi_squared, freedom = solution.chi_squared, solution.freedom
    ratios = np.divide(solution.residuals, u, out=np.zeros_like(u), where=u > 0)
    return ModelCheck(
        chi_squared=chi_squared,
        freedom=freedom,
        probability=float(special.chdtrc(freedom, chi_squared)) if stated else None,
        limit=float(special.chdtri(freedom, SIGNIFICANCE)) if stated else None,
        ratios=ratios,
        exceeding=tuple(int(each) for each in np.flatnonzero(np.abs(ratios) > _BOUND)),
    )


def corrected_information(solution: Solution, *, stated: bool) -> float:
    """Return AICc: smaller is better; infinite where the points are too few for its correction (Hurvich, Tsai 1989)."""
    parameters = len(solution.coefficients)
    points = solution.freedom + parameters
    counted = parameters if stated else parameters + 1  # the scatter is estimated too
    if points - counted - 1 <= 0:
        return math.inf
    if stated:
        misfit = solution.chi_squared
    else:
        misfit = points * math.log(solution.chi_squared / points) if solution.chi_squared > 0 else -math.inf
    return misfit + 2 * counted + 2 * counted * (counted + 1) / (points - counted - 1)


def f_test(simple: Solution, richer: Solution, *, stated: bool) -> float:
    """Return the probability that chance alone lowers χ² as much as the richer curve does.

    With absolute weights the drop of χ² is judged by χ², else by F against the richer curve's scatter.

    Raises:
        UncertaintyError: the richer curve has no more parameters.
    """
    from scipy import special

    added = simple.freedom - richer.freedom
    if added <= 0:
        raise refused("curve", "not-nested", _NESTED)
    drop = max(simple.chi_squared - richer.chi_squared, 0.0)
    if stated:
        return float(special.chdtrc(added, drop))
    if richer.chi_squared == 0:
        return 0.0 if drop > 0 else 1.0
    return float(special.fdtrc(added, richer.freedom, drop / added / (richer.chi_squared / richer.freedom)))


@frozen(eq=False, kw_only=True)
class OrderChoice:
    """What every degree offers: AICc, and the probability by which it improves on the one below by chance."""

    degrees: tuple[int, ...]
    information: tuple[float, ...]
    improvements: tuple[float, ...]  # 1 for the first
    by_information: int
    by_f_test: int


def order_choice(degrees: Sequence[int], solutions: Sequence[Solution], *, stated: bool) -> OrderChoice:
    """Return the comparison of nested curves, simplest first. By F the last that improves significantly is chosen."""
    information = [corrected_information(each, stated=stated) for each in solutions]
    improvements = [1.0]
    improvements += [f_test(a, b, stated=stated) for a, b in pairwise(solutions)]
    significant = [n for n, p in enumerate(improvements) if p < SIGNIFICANCE]
    return OrderChoice(
        degrees=tuple(degrees),
        information=tuple(information),
        improvements=tuple(improvements),
        by_information=degrees[int(np.argmin(information))],
        by_f_test=degrees[significant[-1] if significant else 0],
    )


_NESTED: Final = Text("the richer curve must have more parameters than the simple one", zh="较复杂的曲线必须有更多参数")
