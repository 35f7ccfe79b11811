"""Coverage where one or two bounded contributions rule: the interval has their shape, not the normal one's."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from labctl.metrology.combination import Combined, Group, Use
from labctl.metrology.distributions import Floats, Rectangular, Trapezoidal

REST: Final = 0.3
"""The rest of the standard uncertainty must be no more than this part of the ruling one (EA-4/02 M:2022, S9, S10)."""


def trapezoid_factor(beta: Floats, probability: float) -> Floats:
    """Return k of a symmetric trapezoid whose flat part is the fraction β of its base; β = 1 is a rectangle.

    Half-width of the central interval of that probability over the standard deviation. At 95 % it is 1.65 for a
    rectangle and 1.83 for two rectangles whose widths are as 2 to 3 (EA-4/02 M:2022, S9.14 and S10.14).
    """
    deviation = np.sqrt((1 + beta**2) / 6)
    flat = probability * (1 + beta) / 2
    sloped = 1 - np.sqrt((1 - probability) * (1 - beta**2))
    return np.where(probability <= 2 * beta / (1 + beta), flat, sloped) / deviation


def dominated(
    found: Combined, uses: Sequence[Use], groups: Sequence[Group], probability: float
) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Return k where bounded contributions rule, and by how many of them: 0 where none do, and k is then NaN."""
    points = found.variance.size
    k, number = np.full(points, np.nan), np.zeros(points, dtype=np.intp)
    bounded = [index for index, group in enumerate(groups) if _flat(uses, group) is not None]
    if not bounded:
        return k, number
    variances = found.variances[bounded]
    betas = np.array([_flat(uses, groups[index]) for index in bounded])
    order = np.argsort(-variances, axis=0, kind="stable")
    columns = np.arange(points)
    first = variances[order[0], columns]
    one = (found.variance > 0) & (np.maximum(found.variance - first, 0) <= REST**2 * first)
    k = np.where(one, trapezoid_factor(betas[order[0]], probability), k)
    number = np.where(one, 1, number)
    if len(bounded) > 1:
        second = variances[order[1], columns]
        both = (betas[order[0]] == 1) & (betas[order[1]] == 1) & (found.variance > 0) & ~one
        both &= np.maximum(found.variance - first - second, 0) <= REST**2 * (first + second)
        wide, narrow = np.sqrt(first), np.sqrt(second)
        with np.errstate(all="ignore"):
            beta = (wide - narrow) / (wide + narrow)
        k = np.where(both, trapezoid_factor(beta, probability), k)
        number = np.where(both, 2, number)
    return k, number


def _flat(uses: Sequence[Use], group: Group) -> float | None:
    """Return β of an effect that is a rectangle (1) or a trapezoid, with infinite ν, alike in all its uses."""
    shapes = [uses[use].contribution.distribution for use, _ in group.members]
    if group.is_finite or (group.unstated and len(shapes) > 1):
        return None
    if all(type(each) is Rectangular for each in shapes):
        return 1.0
    betas = {each.beta for each in shapes if isinstance(each, Trapezoidal)}
    return betas.pop() if len(betas) == 1 and all(isinstance(each, Trapezoidal) for each in shapes) else None
