"""The mean of readings that resemble their neighbours, which are worth fewer than their number."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from labctl.metrology.admission import enough
from labctl.metrology.statistics import series
from labctl.metrology.type_a.history import TypeA

_LIMIT: Final = 1.96  # standard deviations of a correlation that is there by chance, 95 %
_FEWEST: Final = 10  # readings below which no correlation can be told from chance


@frozen(kw_only=True)
class Autocorrelated:
    """The mean of a series with the correlation between its readings allowed for."""

    type_a: TypeA
    effective: float
    """The number of independent readings with the same u of the mean; never above the number taken."""
    lags: int
    """How far the correlation was followed; zero when readings are as good as independent."""
    correlations: tuple[float, ...]
    """r at lag 1, 2 … up to a quarter of the series."""


def autocorrelations(readings: Sequence[float], lags: int, name: str = "readings") -> tuple[float, ...]:
    """Return the correlation of the series with itself at lag 1 to `lags`; all zero for a constant series."""
    values = enough(readings, name, at_least=lags + 2)
    apart: NDArray[np.float64] = np.array(values) - series(values, name).mean
    total = float(apart @ apart)
    return tuple(float(apart[:-lag] @ apart[lag:]) / total if total > 0 else 0.0 for lag in range(1, lags + 1))


def autocorrelated(readings: Sequence[float], name: str = "readings") -> Autocorrelated:
    """Return the mean with u² = s²/n·(1 + 2·Σ(1 − k/n)·r_k) over the lags that are more than chance.

    N. F. Zhang, Metrologia 43 (2006) S276: the sum goes to the last lag, of at most a quarter of the series, whose r
    is beyond 1.96 of its standard deviation (Bartlett). Negative correlation earns no smaller u than s/√n. ν is that
    of the effective number. Raises UncertaintyError for fewer than ten readings.
    """
    values = enough(readings, name, at_least=_FEWEST)
    n, found = len(values), series(values, name)
    r = autocorrelations(values, n // 4, name)
    last = 0
    for lag in range(1, len(r) + 1):
        chance = math.sqrt((1 + 2 * math.fsum(each * each for each in r[: lag - 1])) / n)
        if abs(r[lag - 1]) > _LIMIT * chance:
            last = lag
    factor = max(1.0, 1 + 2 * math.fsum((1 - lag / n) * r[lag - 1] for lag in range(1, last + 1)))
    effective = n / factor
    return Autocorrelated(
        type_a=TypeA(value=found.mean, u=found.s / math.sqrt(effective), dof=max(1.0, effective - 1)),
        effective=effective,
        lags=last,
        correlations=r,
    )
