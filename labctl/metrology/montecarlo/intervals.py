"""Coverage intervals from the trials of one result, each with its own standard error (JCGM 101:2008, 7.7)."""

import math
from typing import Final

import numpy as np
from attrs import frozen

from labctl.metrology.distributions import Floats

RUNS: Final = 10
"""Parts of the trials that are judged apart, to see how far the ends of the shortest interval wander."""


@frozen
class Ends:
    """The two ends of an interval."""

    low: float
    high: float


@frozen
class Summary:
    """What the trials of one result say; every standard error is that of this number of trials.

    Where a density falls all the way from one end, the shortest interval settles faster and its error is overstated.
    """

    mean: float
    u: float
    symmetric: Ends
    shortest: Ends
    symmetric_error: Ends
    shortest_error: Ends


def summarise(trials: Floats, probability: float) -> Summary:
    """Return mean, standard deviation and both intervals of finite trials."""
    length = trials.size // RUNS
    whole = length * RUNS
    runs = np.sort(trials[:whole].reshape(RUNS, length), axis=1)
    ranked = np.sort(np.concatenate([runs.ravel(), trials[whole:]]), kind="stable")  # merges the runs
    ends = [shortest(run, probability) for run in runs]
    wander = RUNS ** (-1 / 3)  # the ends of a shortest interval settle with the cube root of the trials
    low = float(np.std([each.low for each in ends], ddof=1)) * wander
    high = float(np.std([each.high for each in ends], ddof=1)) * wander
    return Summary(
        mean=float(np.mean(trials)),
        u=float(np.std(trials, ddof=1)),
        symmetric=symmetric(ranked, probability),
        shortest=shortest(ranked, probability),
        symmetric_error=_rank_error(ranked, probability),
        shortest_error=Ends(low, high),
    )


def symmetric(ranked: Floats, probability: float) -> Ends:
    """Return the interval with as many trials below it as above."""
    inside = covered(ranked.size, probability)
    first = (ranked.size - inside) // 2
    first = min(max(first, 1), ranked.size - inside)
    return Ends(float(ranked[first - 1]), float(ranked[first + inside - 1]))


def shortest(ranked: Floats, probability: float) -> Ends:
    """Return the shortest interval that holds the stated part of the trials."""
    inside = covered(ranked.size, probability)
    first = int(np.argmin(ranked[inside:] - ranked[:-inside]))
    return Ends(float(ranked[first]), float(ranked[first + inside]))


def covered(trials: int, probability: float) -> int:
    """Return how many steps between ranked trials an interval spans (JCGM 101:2008, 7.7.2)."""
    return min(int(probability * trials + 0.5), trials - 1)


def _rank_error(ranked: Floats, probability: float) -> Ends:
    """Return the standard errors of the ends from the ranks one binomial standard deviation away."""
    size = ranked.size
    below = (1 - probability) / 2
    away = max(1, round(math.sqrt(size * below * (1 - below))))
    found: list[float] = []
    for part in (below, 1 - below):
        place = min(max(round(part * size), away), size - 1 - away)
        found.append(float(ranked[place + away] - ranked[place - away]) / 2)
    return Ends(found[0], found[1])
