"""The root of a continuous function between two ends where its sign differs, found in a fixed number of steps."""

from collections.abc import Callable
from typing import Final

_STEPS: Final = 200  # bisection alone needs about 1075 halvings at worst, a sane bracket under 60
_EPSILON: Final = 2**-52


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where `function` is zero between `low` and `high`, to the resolution of a float.

    Inverse quadratic steps where they are safe, halving elsewhere (T. R. Chandrupatla, Adv. Eng. Software 28, 1997).
    Raises ValueError where the signs at the ends agree: the caller brackets.
    """
    a, b = high, low
    fa, fb = function(a), function(b)
    if fa == 0 or fb == 0:
        return a if fa == 0 else b
    if (fa > 0) == (fb > 0):
        raise ValueError(low, high)
    part = 0.5
    for _ in range(_STEPS):
        middle = a + part * (b - a)
        fm = function(middle)
        if (fm > 0) == (fa > 0):
            c, fc = a, fa
        else:
            c, fc, b, fb = b, fb, a, fa
        a, fa = middle, fm
        best = a if abs(fa) < abs(fb) else b
        tolerance = 2 * _EPSILON * abs(best) + 1e-300
        share = tolerance / abs(b - a) if b != a else 1.0
        if share > 0.5 or fa == 0 or fb == 0:  # noqa: PLR2004 - half of the bracket
            return best
        part = max(share, min(1 - share, _step(a, b, c, fa, fb, fc)))
    return a


def _step(a: float, b: float, c: float, fa: float, fb: float, fc: float) -> float:
    """Return how far towards b to look next, as a part of the bracket."""
    if c in {a, b} or fb == fa or fc in {fa, fb}:
        return 0.5
    xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
    if phi**2 < xi and (1 - phi) ** 2 < 1 - xi:
        return fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
    return 0.5
