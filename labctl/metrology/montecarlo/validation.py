"""Whether first order may be used: its interval held against that of Monte Carlo (JCGM 101:2008, 8)."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.distributions import Floats
from labctl.metrology.montecarlo.simulation import Simulation
from labctl.metrology.montecarlo.tolerance import Kind, numerical_tolerance

Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


@frozen(eq=False, kw_only=True)
class Validation:
    """By output, each an array (n,): tolerance δ of u, distances of the two ends, and whether both are within δ.

    `decided` is false where the standard error of an end is too large beside δ to tell; take more trials.
    """

    digits: int
    kind: Kind
    tolerance: Mapping[str, Floats]
    low: Mapping[str, Floats]
    high: Mapping[str, Floats]
    validated: Mapping[str, Flags]
    decided: Mapping[str, Flags]


def validate(batch: Batch, simulation: Simulation, digits: int = 2, kind: Kind = "symmetric") -> Validation:
    """Hold y ± U of first order against the interval of Monte Carlo, to so many significant digits of u.

    Raises:
        UncertaintyError: the two were asked for different probabilities, or have different points.
    """
    if abs(batch.policy.probability - simulation.probability) > _SAME or batch.points != simulation.points:
        raise UncertaintyError(
            code="not-comparable",
            input="probability" if batch.points == simulation.points else "points",
            problem=_DIFFERENT.filled(first=batch.policy.probability, second=simulation.probability),
        )
    intervals = simulation.symmetric if kind == "symmetric" else simulation.shortest
    errors = simulation.symmetric_error if kind == "symmetric" else simulation.shortest_error
    tolerance: dict[str, Floats] = {}
    low: dict[str, Floats] = {}
    high: dict[str, Floats] = {}
    validated: dict[str, Flags] = {}
    decided: dict[str, Flags] = {}
    for output, ends in intervals.items():
        value, half = batch.values[output], batch.expanded[output]
        delta = np.array([numerical_tolerance(u, digits) for u in batch.u[output].tolist()])
        low[output], high[output] = np.abs(value - half - ends[:, 0]), np.abs(value + half - ends[:, 1])
        tolerance[output] = delta
        validated[output] = (low[output] <= delta) & (high[output] <= delta)
        off = np.stack([np.abs(low[output] - delta), np.abs(high[output] - delta)], axis=1)
        certain = off > 2 * errors[output]
        outside = np.stack([low[output] > delta, high[output] > delta], axis=1)
        decided[output] = np.all(certain, axis=1) | np.any(certain & outside, axis=1)
    return Validation(
        digits=digits, kind=kind, tolerance=tolerance, low=low, high=high, validated=validated, decided=decided
    )


_SAME: Final = 1e-12
_DIFFERENT: Final = Text(
    "first order was evaluated for p = {first}, Monte Carlo for p = {second}; use one probability and the same points",
    zh="一阶法的包含概率为 {first}，蒙特卡洛法为 {second}；请使用相同的概率和测量点",
)
