"""The reference value of a comparison by weighted mean, median or a model of the scatter between laboratories."""

import math
import statistics
from collections.abc import Sequence
from enum import Enum
from typing import Final

import numpy as np
from attrs import frozen

from labctl.language import Text
from labctl.metrology.admission import enough, finite, paired, positive, probability
from labctl.metrology.roots import root
from labctl.metrology.statistics import series

_TRIALS: Final = 100_000
_BITS: Final = 53  # of a uniform number
_MAD: Final = 1.858  # from the median absolute deviation to u of the median (J. W. Müller, BIPM-95/2)


class Estimator(Enum):
    """How the reference value was found."""

    MEAN = "mean"
    WEIGHTED_MEAN = "weighted mean"
    MEDIAN = "median"
    MEDIAN_MONTE_CARLO = "median by Monte Carlo"
    DERSIMONIAN_LAIRD = "DerSimonian-Laird"
    MANDEL_PAULE = "Mandel-Paule"

    @property
    def text(self) -> Text:
        """Return the estimator as a report names it."""
        return _NAMES[self]


_NAMES: Final = {
    Estimator.MEAN: Text("arithmetic mean", zh="算术平均值"),
    Estimator.WEIGHTED_MEAN: Text(
        "weighted mean (M. G. Cox, Metrologia 39, 2002, 589, procedure A)",
        zh="加权平均值（M. G. Cox,Metrologia 39,2002,589，程序 A）",
    ),
    Estimator.MEDIAN: Text("median, u from the median absolute deviation", zh="中位值，u 由绝对偏差中位值求得"),
    Estimator.MEDIAN_MONTE_CARLO: Text(
        "median by Monte Carlo (M. G. Cox, Metrologia 39, 2002, 589, procedure B)",
        zh="蒙特卡洛中位值（M. G. Cox,Metrologia 39,2002,589，程序 B）",
    ),
    Estimator.DERSIMONIAN_LAIRD: Text(
        "weighted mean with DerSimonian-Laird variance between laboratories",
        zh="加权平均值，实验室间方差按 DerSimonian-Laird 法",
    ),
    Estimator.MANDEL_PAULE: Text(
        "weighted mean with Mandel-Paule variance between laboratories", zh="加权平均值，实验室间方差按 Mandel-Paule 法"
    ),
}


@frozen(kw_only=True)
class Consistency:
    """The χ² test of values and their uncertainties against their weighted mean."""

    chi2: float
    dof: int
    p: float
    """Probability of a χ² at least as large, when the uncertainties are right."""
    significance: float

    @property
    def consistent(self) -> bool:
        """Return whether the test gives no reason to doubt."""
        return self.p >= self.significance

    @property
    def birge_ratio(self) -> float:
        """Return √(χ²/(n − 1)): about 1 when the uncertainties explain the scatter, above it when they do not."""
        return math.sqrt(self.chi2 / self.dof)


@frozen(kw_only=True)
class ReferenceValue:
    """A reference value with its standard uncertainty, in the unit of the values."""

    value: float
    u: float
    estimator: Estimator
    between: float = 0.0
    """τ, the standard deviation between laboratories that the estimator added to each u."""
    consistency: Consistency | None = None
    """None where the values were taken without their uncertainties."""

    @property
    def u_scaled(self) -> float:
        """Return u times the Birge ratio where that is above 1, for uncertainties known only up to a factor."""
        return self.u * max(1.0, self.consistency.birge_ratio if self.consistency else 1.0)


def consistency(values: Sequence[float], u: Sequence[float], significance: float = 0.05) -> Consistency:
    """Return the χ² test of at least two values (M. G. Cox, Metrologia 39, 2002, 589, 5.1)."""
    x, spread = _admitted(values, u)
    mean, _ = _weighted(x, [1 / each**2 for each in spread])
    chi2 = math.fsum(((each - mean) / own) ** 2 for each, own in zip(x, spread, strict=True))
    from scipy import special

    return Consistency(
        chi2=chi2,
        dof=len(x) - 1,
        p=float(special.gammaincc((len(x) - 1) / 2, chi2 / 2)),
        significance=probability(significance, "significance"),
    )


def arithmetic_mean(values: Sequence[float]) -> ReferenceValue:
    """Return the mean with u = s/√n, whatever the laboratories claim."""
    found = series(enough(values, "x", at_least=2), "x")
    return ReferenceValue(value=found.mean, u=found.u, estimator=Estimator.MEAN)


def weighted_mean(values: Sequence[float], u: Sequence[float], significance: float = 0.05) -> ReferenceValue:
    """Return Σx/u² / Σ1/u² with u = 1/√Σ1/u², consistent or not: look at its `consistency`."""
    x, spread = _admitted(values, u)
    mean, own = _weighted(x, [1 / each**2 for each in spread])
    return ReferenceValue(
        value=mean, u=own, estimator=Estimator.WEIGHTED_MEAN, consistency=consistency(x, spread, significance)
    )


def procedure_a(values: Sequence[float], u: Sequence[float], significance: float = 0.05) -> ReferenceValue:
    """Return the weighted mean where the χ² test accepts it, else the median by Monte Carlo (procedure B).

    M. G. Cox, Metrologia 39, 2002, 589; JJF 1117-2010. The result's estimator says which it was.
    """
    found = weighted_mean(values, u, significance)
    return found if found.consistency and found.consistency.consistent else median_monte_carlo(values, u, significance)


def median(values: Sequence[float]) -> ReferenceValue:
    """Return the median with u = 1.858·MAD/√(n − 1), whatever the laboratories claim (J. W. Müller, BIPM-95/2)."""
    x = enough(values, "x", at_least=3)
    middle = statistics.median(x)
    deviation = statistics.median(abs(each - middle) for each in x)
    return ReferenceValue(value=middle, u=_MAD * deviation / math.sqrt(len(x) - 1), estimator=Estimator.MEDIAN)


def median_monte_carlo(
    values: Sequence[float], u: Sequence[float], significance: float = 0.05, *, seed: int = 1, trials: int = _TRIALS
) -> ReferenceValue:
    """Return mean and standard deviation of the median of values drawn from their normal distributions (procedure B).

    The same seed gives the same bits: raw Philox output, turned into normal numbers by the inverse distribution.
    """
    from scipy import special

    x, spread = _admitted(values, u)
    raw = np.random.Philox(key=seed).random_raw(trials * len(x))
    uniform = ((raw >> np.uint64(64 - _BITS)).astype(np.float64) + 0.5) / 2.0**_BITS
    normal = special.ndtri(uniform).reshape(trials, len(x))
    middle = x[0]  # small numbers keep the digits of a long constant part
    drawn = np.median(np.array([each - middle for each in x]) + normal * np.array(spread), axis=1)
    mean = float(np.mean(drawn))
    return ReferenceValue(
        value=middle + mean,
        u=float(np.std(drawn, ddof=1)),
        estimator=Estimator.MEDIAN_MONTE_CARLO,
        consistency=consistency(x, spread, significance),
    )


def dersimonian_laird(values: Sequence[float], u: Sequence[float], significance: float = 0.05) -> ReferenceValue:
    """Return the mean weighted with u² + τ², τ² from the moments of χ² (DerSimonian and Laird, 1986)."""
    x, spread = _admitted(values, u)
    weights = [1 / each**2 for each in spread]
    tested = consistency(x, spread, significance)
    total = math.fsum(weights)
    tau2 = max(0.0, (tested.chi2 - tested.dof) / (total - math.fsum(each**2 for each in weights) / total))
    return _random_effects(x, spread, tau2, Estimator.DERSIMONIAN_LAIRD, tested)


def mandel_paule(values: Sequence[float], u: Sequence[float], significance: float = 0.05) -> ReferenceValue:
    """Return the mean weighted with u² + τ², τ² such that χ² equals n − 1 (R. C. Paule and J. Mandel, 1982)."""
    x, spread = _admitted(values, u)
    tested = consistency(x, spread, significance)

    def excess(tau2: float) -> float:
        weights = [1 / (each**2 + tau2) for each in spread]
        mean, _ = _weighted(x, weights)
        return math.fsum(w * (each - mean) ** 2 for w, each in zip(weights, x, strict=True)) - tested.dof

    top = (max(x) - min(x)) ** 2 * len(x)  # χ² with this τ² alone is below 1
    tau2 = root(excess, 0.0, top) if excess(0.0) > 0 else 0.0
    return _random_effects(x, spread, tau2, Estimator.MANDEL_PAULE, tested)


def _random_effects(
    x: Sequence[float], spread: Sequence[float], tau2: float, estimator: Estimator, tested: Consistency
) -> ReferenceValue:
    mean, own = _weighted(x, [1 / (each**2 + tau2) for each in spread])
    return ReferenceValue(value=mean, u=own, estimator=estimator, between=math.sqrt(tau2), consistency=tested)


def _weighted(x: Sequence[float], weights: Sequence[float]) -> tuple[float, float]:
    """Return the weighted mean and 1/√Σw, summed about the first value."""
    total = math.fsum(weights)
    shift = math.fsum(w * (each - x[0]) for w, each in zip(weights, x, strict=True)) / total
    return x[0] + shift, 1 / math.sqrt(total)


def _admitted(values: Sequence[float], u: Sequence[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    x = enough(values, "x", at_least=2)
    paired(x, u, "u")
    return x, tuple(positive(finite(each, f"u[{place}]"), f"u[{place}]") for place, each in enumerate(u, start=1))
