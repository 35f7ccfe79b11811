"""Polynomials by Horner's rule, coefficients of rising powers."""

from collections.abc import Sequence

import numpy as np

from labctl.metrology.distributions import Floats


def power_series(x: Floats, coefficients: Sequence[float]) -> Floats:
    """Return c0 + c1 x + c2 x² + …."""
    value = np.zeros_like(x)
    for each in reversed(coefficients):
        value = value * x + each
    return value


def derived(coefficients: Sequence[float], order: int = 1) -> tuple[float, ...]:
    """Return the coefficients of a derivative."""
    found = tuple(coefficients)
    for _ in range(order):
        found = tuple(number * each for number, each in enumerate(found))[1:]
    return found
