"""A million trials of the gauge block of JCGM 101:2008, 9.5: ours beside NumPy's own generators, in one run."""

import statistics
import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

from labctl.language import Text
from labctl.metrology.distributions import (
    Arcsine,
    CurvilinearTrapezoidal,
    Distribution,
    Floats,
    Normal,
    Rectangular,
    StudentT,
)
from labctl.metrology.effects import Contribution, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.inputs import Input
from labctl.metrology.montecarlo.simulate import simulate
from labctl.metrology.montecarlo.tolerance import Adaptive
from labctl.metrology.units import parse_unit

TRIALS = 1_000_000
TURNS = 5
PROBABILITY = 0.99
TIMES_NUMPY, TIMES_FIXED = 1.5, 2.0

MODEL = Equations("y = Ls + D + d1 + d2 - Ls * (dalpha * (theta0 + Delta) + alphaS * dtheta)")
FIGURES: dict[str, tuple[str, float, Distribution, float]] = {  # unit, value, distribution, ν
    "Ls": ("nm", 50000623.0, StudentT(25.0), 18),
    "D": ("nm", 215.0, StudentT(6.0), 24),
    "d1": ("nm", 0.0, StudentT(4.0), 5),
    "d2": ("nm", 0.0, StudentT(7.0), 8),
    "alphaS": ("1/K", 1.15e-5, Rectangular(2e-6), np.inf),
    "theta0": ("K", -0.1, Normal(0.2), np.inf),
    "Delta": ("K", 0.0, Arcsine(0.5), np.inf),
    "dalpha": ("1/K", 0.0, CurvilinearTrapezoidal(1e-6, 0.1), np.inf),
    "dtheta": ("K", 0.0, CurvilinearTrapezoidal(0.05, 0.5), np.inf),
}
INPUTS = {
    symbol: Input.of(
        symbol,
        parse_unit(unit),
        value,
        Contribution(effect=EffectId("gauge", symbol), description=Text(symbol), distribution=shape, dof=dof),
    )
    for symbol, (unit, value, shape, dof) in FIGURES.items()
}


def by_numpy(seed: int, count: int) -> tuple[float, float, float, float]:
    """Return mean, u and shortest interval in nm, the fastest way that plain NumPy offers."""
    rng = np.random.Generator(np.random.SFC64(seed))
    ranked = np.empty(count)
    for first in range(0, count, 16_384):  # blocks that stay in the cache
        length = min(16_384, count - first)
        ranked[first : first + length] = _block(rng, length)
    mean, u = float(np.mean(ranked)), float(np.std(ranked, ddof=1))
    ranked.sort()
    inside = int(PROBABILITY * count + 0.5)
    low = int(np.argmin(ranked[inside:] - ranked[:-inside]))
    return mean, u, float(ranked[low]), float(ranked[low + inside])


def _block(rng: np.random.Generator, count: int) -> Floats:
    length = 50000623.0 + 25.0 * rng.standard_t(18, count)
    total = length + (215.0 + 6.0 * rng.standard_t(24, count))
    total += 4.0 * rng.standard_t(5, count) + 7.0 * rng.standard_t(8, count)
    alpha = 1.15e-5 + 2e-6 * (2 * rng.random(count) - 1)
    theta = -0.1 + 0.2 * rng.standard_normal(count) + 0.5 * np.cos(np.pi * rng.random(count))
    d_alpha = (1e-6 + 1e-7 * (2 * rng.random(count) - 1)) * (2 * rng.random(count) - 1)
    d_theta = (0.05 + 0.025 * (2 * rng.random(count) - 1)) * (2 * rng.random(count) - 1)
    return total - length * (d_alpha * theta + alpha * d_theta)


def medians(*works: Callable[[], object]) -> list[float]:
    """Return the median wall time of each, taken in turn after one round that warms up."""
    times: list[list[float]] = [[] for _ in works]
    for turn in range(TURNS + 1):
        for work, each in zip(works, times, strict=True):
            began = perf_counter()
            work()
            if turn:
                each.append(perf_counter() - began)
    return [statistics.median(each) for each in times]


def main() -> int:
    """Print ratios; fail where one is missed."""
    ours = simulate(MODEL, INPUTS, points=1, trials=TRIALS, seed=1, probability=PROBABILITY)
    mean, u, low, high = by_numpy(1, TRIALS)
    found = np.array([ours.mean["y"][0], ours.u["y"][0], *ours.interval("y", 0, "shortest")]) * 1e9
    agree = bool(np.all(np.abs(found - np.array([mean, u, low, high])) < [0.3, 0.2, 4.0, 4.0]))
    adaptive = Adaptive(digits=2, interval="shortest")
    until = simulate(MODEL, INPUTS, points=1, adaptive=adaptive, seed=1, probability=PROBABILITY)
    plain, fixed, stable, as_many = medians(
        lambda: by_numpy(1, TRIALS),
        lambda: simulate(MODEL, INPUTS, points=1, trials=TRIALS, seed=1, probability=PROBABILITY),
        lambda: simulate(MODEL, INPUTS, points=1, adaptive=adaptive, seed=1, probability=PROBABILITY),
        lambda: simulate(MODEL, INPUTS, points=1, trials=until.trials, seed=1, probability=PROBABILITY),
    )
    rows = [
        (f"{TRIALS} trials / plain NumPy", fixed, plain, TIMES_NUMPY),
        (f"adaptive, {until.trials} trials / as many fixed", stable, as_many, TIMES_FIXED),
    ]
    for title, a, b, limit in rows:
        print(f"{title:48} {a * 1e3:8.1f} ms {b * 1e3:8.1f} ms  x {a / b:5.2f}  limit {limit:g}")
    missed = sum(a / b > limit for _, a, b, limit in rows)
    print(f"ours {np.round(found, 2).tolist()}, NumPy {[round(each, 2) for each in (mean, u, low, high)]} nm")
    print(f"the same results: {agree}; stabilised: {until.stabilised}; missed: {missed}")
    return 1 if missed or not agree or not until.stabilised else 0


if __name__ == "__main__":
    sys.exit(main())
