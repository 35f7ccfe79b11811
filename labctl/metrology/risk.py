"""Consumer's and producer's risk of a decision on conformity, of one item and of all items (JCGM 106:2012)."""

import functools
import math
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from labctl.metrology.admission import degrees, finite, ordered, positive, probability, uncertainty
from labctl.metrology.roots import root

Floats = NDArray[np.float64]
_NODES: Final = 20  # of each panel: exact to rounding for a normal density one u wide
_REACH: Final = 10.0  # standard deviations; beyond them lies 1e-23


def p_nonconform(
    value: float, u: float, lower: float = -math.inf, upper: float = math.inf, *, dof: float = math.inf
) -> float:
    """Return the probability that the true value lies outside its limits (JCGM 106:2012, 7.2 to 7.4).

    Normal about the value with standard uncertainty u, Student's t scaled by u for finite `dof`; any one unit. The
    two tails are added, so that a small risk keeps its digits. u = 0 gives 0 or 1. Raises UncertaintyError.
    """
    y, spread, nu = finite(value, "value"), uncertainty(u, "u"), degrees(dof, "ν")
    low, high = ordered(lower, upper)
    if spread == 0:
        return 0.0 if low <= y <= high else 1.0
    return _tail((low - y) / spread, nu) + _tail((y - high) / spread, nu)


def p_conform(
    value: float, u: float, lower: float = -math.inf, upper: float = math.inf, *, dof: float = math.inf
) -> float:
    """Return the conformance probability, 1 − `p_nonconform`."""
    return max(0.0, 1.0 - p_nonconform(value, u, lower, upper, dof=dof))


def capability_index(value: float, u: float, lower: float = -math.inf, upper: float = math.inf) -> float:
    """Return the distance to the nearer limit over 3u; negative outside the limits."""
    y, (low, high) = finite(value, "value"), ordered(lower, upper)
    return min(y - low, high - y) / (3 * positive(u, "u"))


@frozen
class Prior:
    """What is known of the items before one is measured: normal about a mean (JCGM 106:2012, 6.2)."""

    mean: float
    std: float

    def __attrs_post_init__(self) -> None:
        """Refuse a prior without a place or a width."""
        finite(self.mean, "prior mean")
        positive(self.std, "prior std")

    @classmethod
    def in_tolerance(cls, share: float, lower: float, upper: float) -> "Prior":
        """Return the prior centred between two limits of which such a share of items conforms."""
        from scipy import special

        low, high = ordered(finite(lower, "limits"), finite(upper, "limits"))
        within = float(special.ndtri((1 + probability(share, "in-tolerance probability")) / 2))
        return cls((low + high) / 2, (high - low) / 2 / within)


@frozen(kw_only=True)
class GlobalRisk:
    """The shares of all items that a decision rule puts in the wrong and in the right place (JCGM 106:2012, 9.5)."""

    consumer: float
    """Accepted and not conforming."""
    producer: float
    """Rejected and conforming."""
    accepted: float
    conforming: float

    @property
    def conforming_if_accepted(self) -> float:
        """Return the share of accepted items that conform; NaN when nothing is accepted."""
        return 1 - self.consumer / self.accepted if self.accepted > 0 else math.nan

    @property
    def false_if_accepted(self) -> float:
        """Return the share of accepted items that do not conform; NaN when nothing is accepted."""
        return self.consumer / self.accepted if self.accepted > 0 else math.nan


def global_risk(prior: Prior, u: float, limits: tuple[float, float], acceptance: tuple[float, float]) -> GlobalRisk:
    """Return the global risks of accepting measured values within `acceptance` (JCGM 106:2012, 9.5.2).

    `limits` and `acceptance` are (lower, upper), ±inf for an open side, in the unit of the prior and of u. Composite
    Gauss-Legendre quadrature over the prior: 20 nodes in panels of at most one prior standard deviation, of at
    most one u near a limit of acceptance, with every limit at the edge of a panel. Raises UncertaintyError.
    """
    spread = uncertainty(u, "u")
    low, high = ordered(*limits)
    for edge in acceptance:
        if math.isnan(edge):
            finite(edge, "acceptance")
    nodes, weights = _panels(prior, spread, (*limits, *acceptance))
    density = np.exp(-(((nodes - prior.mean) / prior.std) ** 2) / 2) / (prior.std * math.sqrt(2 * math.pi))
    mass = weights * density
    taken, refused = _acceptance(nodes, spread, acceptance)
    inside = (nodes > low) & (nodes < high)
    return GlobalRisk(
        consumer=math.fsum((mass * taken)[~inside]),
        producer=math.fsum((mass * refused)[inside]),
        accepted=math.fsum((mass * taken).ravel()),
        conforming=1 - p_nonconform(prior.mean, prior.std, low, high),
    )


def specific_guard_band(u: float, limit: float, width: float = math.inf, *, dof: float = math.inf) -> float | None:
    """Return the guard band that keeps the risk of every accepted item at most `limit`, in the unit of u.

    `width` is the distance between the limits, infinite for one limit. Never negative. None where even the middle
    of the tolerance has a larger risk. JCGM 106:2012, 8.3.2; closed form for one limit.
    """
    risk, spread, nu = probability(limit, "probability of false acceptance"), uncertainty(u, "u"), degrees(dof, "ν")
    if spread == 0 or p_nonconform(0.0, spread, -width, 0.0, dof=nu) <= risk:
        return 0.0
    if math.isinf(width):
        return -spread * _quantile(risk, nu)

    def excess(w: float) -> float:
        return p_nonconform(-w, spread, -width, 0.0, dof=nu) - risk

    return None if excess(width / 2) > 0 else root(excess, 0.0, width / 2)


def global_guard_band(prior: Prior, u: float, limits: tuple[float, float], limit: float) -> float:
    """Return the guard band inside each limit that keeps the global consumer's risk at most `limit`.

    Zero where the risk is small enough without one. JCGM 106:2012, 9.5.4; solved on `global_risk`.
    """
    risk = probability(limit, "probability of false acceptance")
    low, high = ordered(*limits)

    def excess(w: float) -> float:
        return global_risk(prior, u, limits, (low + w, high - w)).consumer - risk

    if excess(0.0) <= 0:
        return 0.0
    widest = (high - low) / 2
    if math.isinf(widest):  # one limit: beyond ten of each spread and the way to the prior nothing is accepted
        far = abs(prior.mean - (high if math.isfinite(high) else low))
        widest = far + _REACH * (prior.std + u)
    return root(excess, 0.0, widest)


def _tail(z: float, dof: float) -> float:
    from scipy import special

    return float(special.ndtr(z) if math.isinf(dof) else special.stdtr(dof, z))


def _quantile(p: float, dof: float) -> float:
    from scipy import special

    return float(special.ndtri(p) if math.isinf(dof) else special.stdtrit(dof, p))


@functools.cache
def _rule() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return np.asarray(nodes, dtype=np.float64), np.asarray(weights, dtype=np.float64)


def _panels(prior: Prior, u: float, limits: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return nodes and weights over the prior, fine where something changes quickly."""
    steps = np.arange(-_REACH, _REACH + 1)
    edges = [prior.mean + steps * prior.std, *(limit + steps * u for limit in limits if math.isfinite(limit))]
    bottom, top = prior.mean - _REACH * prior.std, prior.mean + _REACH * prior.std
    grid = np.unique(np.clip(np.concatenate(edges), bottom, top))
    nodes, weights = _rule()
    half = np.diff(grid)[:, None] / 2
    return grid[:-1, None] + half * (1 + nodes), half * weights


def _acceptance(true: Floats, u: float, acceptance: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return for each true value the probabilities that its measured value is accepted and that it is not."""
    from scipy import special

    low, high = acceptance
    if low >= high:
        return np.zeros_like(true), np.ones_like(true)
    if u == 0:
        taken = ((true >= low) & (true <= high)).astype(np.float64)
        return taken, 1 - taken
    below, above = (low - true) / u, (true - high) / u
    refused = special.ndtr(below) + special.ndtr(above)
    taken = np.where(below > 0, special.ndtr(-below) - special.ndtr(above), special.ndtr(-above) - special.ndtr(below))
    return np.clip(taken, 0.0, 1.0), np.clip(refused, 0.0, 1.0)
