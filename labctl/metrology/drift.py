"""The drift of a standard from its history of certificates, with the uncertainty of what it predicts."""

import math
from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import enough, finite, paired, uncertainty

Floats = NDArray[np.float64]


@frozen
class Predicted:
    """What a drift says of one moment, in the unit of the history."""

    value: float
    u_curve: float
    """Standard uncertainty of the fitted curve alone, from the scatter about it."""
    u: float
    """Standard uncertainty of the value of the standard: curve, scatter of one certificate, what all share."""


@frozen(kw_only=True, eq=False)
class Drift:
    """A polynomial drift fitted by least squares; its parameters are correlated and stay so."""

    origin: float
    """The time from which the powers count."""
    powers: tuple[int, ...]
    coefficients: tuple[float, ...]
    """One for each power, in the unit of the values per unit of time to that power."""
    covariance: Floats
    """Of the coefficients, from the scatter."""
    s: float
    """Standard deviation of one value about the curve."""
    dof: int
    u_common: float
    """Standard uncertainty shared by the whole history, which no number of certificates averages away."""
    first: float
    last: float

    @property
    def rate(self) -> float:
        """Return the linear coefficient: the drift per unit of time at the origin."""
        return self.coefficients[self.powers.index(1)]

    @property
    def u_rate(self) -> float:
        """Return the standard uncertainty of the rate, which a shared uncertainty does not touch."""
        place = self.powers.index(1)
        return math.sqrt(float(self.covariance[place, place]))

    @property
    def p_rate(self) -> float:
        """Return the probability of a rate at least as far from zero without any drift (two-sided t test)."""
        from scipy import special

        if self.u_rate == 0:
            return 0.0 if self.rate else 1.0
        return float(2 * special.stdtr(self.dof, -abs(self.rate) / self.u_rate))

    def at(self, time: float) -> Predicted:
        """Return the value predicted at a time, in the unit of the times of the history."""
        since = finite(time, "time") - self.origin
        terms = [since**power for power in self.powers]
        value = math.fsum(b * term for b, term in zip(self.coefficients, terms, strict=True))
        row = np.array(terms, dtype=np.float64)
        curve = max(0.0, float(row @ self.covariance @ row))
        return Predicted(value, math.sqrt(curve), math.sqrt(curve + self.s**2 + self.u_common**2))

    def reaches_beyond(self, time: float) -> bool:
        """Return whether a time lies outside the history, where the shape of the drift is a guess."""
        return not self.first <= time <= self.last


def drift(
    times: Sequence[float],
    values: Sequence[float],
    *,
    order: int = 1,
    through_zero: bool = False,
    u_common: float = 0.0,
) -> Drift:
    """Return the drift of a history by ordinary least squares, the scatter taken from the residuals.

    `times` in any one unit. With `through_zero` the values are changes since the last adjustment and the curve has
    no constant term (NASA-HDBK-8739.19-5, 7). `u_common` is what all values share, as the traceability of the
    laboratory that gave them. Raises UncertaintyError for too few values or times to tell the curve.
    """
    powers = tuple(range(1 if through_zero else 0, max(1, order) + 1))
    y = np.array(enough(values, "values", at_least=len(powers) + 1), dtype=np.float64)
    paired(values, times, "times")
    t = np.array(enough(times, "times", at_least=len(powers) + 1), dtype=np.float64)
    origin = 0.0 if through_zero else math.fsum(t.tolist()) / len(t)
    scale = float(np.max(np.abs(t - origin))) or 1.0
    design = ((t - origin)[:, None] / scale) ** np.array(powers)
    if np.linalg.matrix_rank(design) < len(powers):
        raise UncertaintyError(
            code="too-few-times",
            input="times",
            problem=Text(
                "the times are too few or too equal for a drift of order {order}; choose a lower order",
                zh="时间点过少或重复，无法拟合 {order} 阶漂移；请降低阶数",
            ).filled(order=powers[-1]),
        )
    q, r = np.linalg.qr(design)
    level = 0.0 if through_zero else float(y[0])  # small numbers keep the digits of a long constant part
    fitted = np.linalg.solve(r, q.T @ (y - level))
    residuals = y - level - design @ fitted
    dof = len(y) - len(powers)
    s2 = math.fsum((residuals * residuals).tolist()) / dof
    inverse = np.linalg.inv(r) / (scale ** np.array(powers, dtype=np.float64))[:, None]
    return Drift(
        origin=origin,
        powers=powers,
        coefficients=tuple(
            float(b) / scale**power + (0.0 if power else level)
            for b, power in zip(fitted.tolist(), powers, strict=True)
        ),
        covariance=np.asarray(s2 * (inverse @ inverse.T), dtype=np.float64),
        s=math.sqrt(s2),
        dof=dof,
        u_common=uncertainty(u_common, "u_common"),
        first=0.0 if through_zero else float(t.min()),
        last=float(t.max()),
    )
