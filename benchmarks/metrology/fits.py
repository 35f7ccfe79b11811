"""How long a line through 100 correlated points takes beside the bare solution: medians of turns taken in pairs."""

import statistics
import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

from labctl.metrology.distributions import Floats
from labctl.metrology.fitting.curves import line
from labctl.metrology.fitting.least_squares import Weights

POINTS = 100
TURNS = 301
LIMIT = 8.0  # times the bare solution of the same equations, which examines nothing


def main() -> int:
    """Print both medians and their ratio; fail above the limit, or where the two disagree."""
    x = np.linspace(0.0, 10.0, POINTS)
    y = 1.0 + 2.0 * x + 0.1 * np.sin(7.0 * x)
    covariance = 0.01 * np.eye(POINTS) + 0.0004 + 1e-6 * np.outer(y, y)  # scatter, a shared offset, a shared gain
    ours = line(x, y, covariance=covariance, weights=Weights.ABSOLUTE).parameters
    if not np.allclose(ours, bare(x, y, covariance), rtol=1e-10, atol=0.0):
        print("the two solutions disagree")
        return 1
    times: dict[str, list[float]] = {"bare": [], "fit": []}
    for _ in range(TURNS):
        times["bare"].append(seconds(lambda: bare(x, y, covariance)))
        times["fit"].append(seconds(lambda: line(x, y, covariance=covariance, weights=Weights.ABSOLUTE)))
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratio = medians["fit"] / medians["bare"]
    print(f"bare {medians['bare'] * 1e6:.0f} us, fit {medians['fit'] * 1e6:.0f} us, x {ratio:.1f} (limit {LIMIT:g})")
    return 0 if ratio <= LIMIT else 1


def bare(x: Floats, y: Floats, covariance: Floats) -> Floats:
    """Return a and b by Cholesky and normal equations, and nothing else."""
    both = np.linalg.solve(np.linalg.cholesky(covariance), np.column_stack((np.ones_like(x), x, y)))
    design, observed = both[:, :2], both[:, 2]
    solution: Floats = np.linalg.inv(design.T @ design) @ (design.T @ observed)
    return solution


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
