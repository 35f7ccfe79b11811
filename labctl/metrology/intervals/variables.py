"""Intervals from the drift itself: until it may leave its limits, or until its uncertainty has grown too large."""

import math
from collections.abc import Callable
from typing import Final

from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import finite, ordered, positive, probability
from labctl.metrology.drift import Drift
from labctl.metrology.roots import root

_STEPS: Final = 1000  # in which a first crossing is looked for
_HISTORIES: Final = 10.0  # lengths of the history after which nothing is promised


@frozen(kw_only=True)
class DriftInterval:
    """How long a standard may be used after its last calibration."""

    interval: float
    """In the unit of time of the history; zero when the demand is not met even now."""
    capped: bool
    """The demand is met as far as was looked: `interval` is that far, not where it fails."""
    extrapolated: bool
    """Longer than the history: the shape of the drift there is a guess."""


def uncertainty_interval(drift: Drift, target: float, *, longest: float | None = None) -> DriftInterval:
    """Return the time until the standard uncertainty of the prediction exceeds `target` (NASA-HDBK-8739.19-5, 7).

    `drift` counts its times from the calibration. `longest` caps the answer, ten histories unless given.
    """
    allowed = positive(target, "target")
    return _until(drift, lambda time: allowed - drift.at(time).u, longest)


def reliability_interval(
    drift: Drift,
    start: float,
    *,
    lower: float = -math.inf,
    upper: float = math.inf,
    confidence: float = 0.95,
    longest: float | None = None,
) -> DriftInterval:
    """Return the time until start + drift may leave its limits, at a confidence (NASA-HDBK-8739.19-5, 7).

    The band is Student's t at the degrees of freedom of the drift times its u; two-sided with two limits, one-sided
    with one. `drift` counts its times from the calibration and its values from `start`. Raises UncertaintyError.
    """
    from scipy import special

    if math.isinf(lower) and math.isinf(upper):
        raise UncertaintyError(
            code="no-limit",
            input="limits",
            problem=Text("a reliability needs a lower or an upper limit", zh="可靠度至少需要一个上限或下限"),
        )
    ordered(lower, upper)
    level, begin = probability(confidence, "confidence"), finite(start, "start")
    both = math.isfinite(lower) and math.isfinite(upper)
    k = float(special.stdtrit(drift.dof, (1 + level) / 2 if both else level))

    def room(time: float) -> float:
        predicted = drift.at(time)
        value, band = begin + predicted.value, k * predicted.u
        return min(upper - value, value - lower) - band

    return _until(drift, room, longest)


def _until(drift: Drift, room: Callable[[float], float], longest: float | None) -> DriftInterval:
    """Return the first time at which no room is left."""
    end = _HISTORIES * drift.last if longest is None else positive(longest, "longest")
    if room(0.0) <= 0:
        return DriftInterval(interval=0.0, capped=False, extrapolated=False)
    before = 0.0
    for step in range(1, _STEPS + 1):
        time = end * step / _STEPS
        if room(time) <= 0:
            found = root(room, before, time)
            return DriftInterval(interval=found, capped=False, extrapolated=drift.reaches_beyond(found))
        before = time
    return DriftInterval(interval=end, capped=True, extrapolated=drift.reaches_beyond(end))
