"""Trials in batches until every result is stable (JCGM 101:2008, 7.9.4)."""

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from labctl.metrology.distributions import Floats
from labctl.metrology.montecarlo.intervals import Ends, shortest, symmetric
from labctl.metrology.montecarlo.simulation import Outcome
from labctl.metrology.montecarlo.tolerance import Adaptive, numerical_tolerance
from labctl.metrology.montecarlo.work import Work

BATCH: Final = 10_000
"""Trials of one batch, or more where the probability needs them."""
FEWEST: Final = 10
"""Batches before the end: two or three agree by luck too often."""


def stable(work: Work, adaptive: Adaptive, probability: float, least: int) -> tuple[dict[str, Floats], Outcome]:
    """Return trials until twice the standard error of everything is within the tolerance (7.9.4)."""
    size = max(BATCH, least)
    work.room(size * FEWEST)
    limit = max(min(adaptive.most, work.most) // size, FEWEST)
    parts: list[dict[str, Floats]] = []
    seen: list[Floats] = []  # of each batch: mean, u, low and high of every result, shape (4, results)
    outcome: Outcome = "not-stabilised"
    ends = symmetric if adaptive.interval == "symmetric" else shortest
    while outcome == "not-stabilised" and len(seen) < limit:
        done = len(seen)
        ahead = min(max(FEWEST - done, work.threads, 4), limit - done)
        parts.append(work.run(done * size, ahead * size))
        rows = np.concatenate([parts[-1][output] for output in work.outputs])
        for number in range(ahead):
            ranked = np.sort(rows[:, number * size : (number + 1) * size], axis=1)
            seen.append(_batch(rows[:, number * size : (number + 1) * size], ranked, probability, ends))
            if len(seen) >= FEWEST and _settled(np.array(seen), size, adaptive):
                outcome = "stabilised"
                break
    taken = len(seen) * size
    return {
        output: np.concatenate([part[output] for part in parts], axis=1)[:, :taken] for output in work.outputs
    }, outcome


def _batch(rows: Floats, ranked: Floats, probability: float, ends: Callable[[Floats, float], Ends]) -> Floats:
    found = [ends(each, probability) for each in ranked]
    low, high = [each.low for each in found], [each.high for each in found]
    return np.array([np.mean(rows, axis=1), np.std(rows, axis=1, ddof=1), low, high])


def _settled(seen: Floats, size: int, adaptive: Adaptive) -> bool:
    """Return whether twice the standard errors from batch to batch are within the tolerance, for every result."""
    batches = seen.shape[0]
    errors = np.std(seen, axis=0, ddof=1) / math.sqrt(batches)
    means, spreads = seen[:, 0], seen[:, 1]
    squares = (size - 1) * np.sum(spreads**2, axis=0) + size * np.sum((means - np.mean(means, axis=0)) ** 2, axis=0)
    u = np.sqrt(squares / (batches * size - 1))
    tolerances = [adaptive.fraction * numerical_tolerance(each, adaptive.digits) for each in u.tolist()]
    return bool(np.all(2 * errors <= np.array(tolerances)))
