"""Values at 14 significant digits of their largest term: what lies below is noise of binary arithmetic."""

import math
from typing import Final

import numpy as np

from labctl.metrology.distributions import Floats
from labctl.metrology.rounding import SIGNIFICANT

_EXACT_POWER: Final = 22  # 10**22 is the last power of ten that a float holds exactly
_POWERS: Final = np.array([float(10**each) for each in range(_EXACT_POWER + 1)])
_NEAR_TIE: Final = 0.05


def settled(values: Floats, scales: Floats) -> Floats:
    """Return values (n,) rounded in decimal: 10.0004 − 10 is 0.0004, since 10 was the largest term."""
    if values.size == 1:
        return np.array([_one(values.item(), scales.item())])
    with np.errstate(all="ignore"):
        sizes = np.where((scales > 0) & np.isfinite(scales), scales, 1.0)
        places = SIGNIFICANT - 1 - np.floor(np.log10(sizes))
        powers = _POWERS[np.clip(places, 0, _EXACT_POWER).astype(np.intp)]
        shifted = values * powers
        whole = np.rint(shifted)
        # the product is within 2**-7 of the true one where it is below 2**46: away from a tie the integer is certain
        certain = (
            (places >= 0)
            & (places <= _EXACT_POWER)
            & (np.abs(shifted) < 2.0**46)
            & (np.abs(np.abs(shifted - whole) - 0.5) > _NEAR_TIE)
        )
        found: Floats = whole / powers
    for point in np.flatnonzero(~certain).tolist():
        found[point] = round(float(values[point]), int(places[point]))
    found += 0.0  # no negative zero
    return found


def _one(value: float, scale: float) -> float:
    size = scale if scale > 0 and math.isfinite(scale) else 1.0
    return round(value, SIGNIFICANT - 1 - math.floor(float(np.log10(size)))) + 0.0
