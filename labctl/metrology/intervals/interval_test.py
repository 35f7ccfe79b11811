"""The interval test: is the present interval right, and if not, by how much (NCSLI RP-1, method A3)."""

from typing import Final

from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import positive, probability

_BASE: Final = 10.0  # of the adjustment: a reliability wrong by 1 changes the interval tenfold


@frozen(kw_only=True)
class IntervalTest:
    """What a count of results within tolerance says of an interval."""

    interval: float
    """The interval to use next, in the unit of the present one."""
    observed: float
    """Reliability found: the share within tolerance."""
    low: float
    high: float
    """Clopper-Pearson limits of the reliability."""
    rejection: float
    """Confidence, 0 to 1, with which the present interval is wrong for the target."""


def interval_test(present: float, *, within: int, tested: int, target: float, confidence: float = 0.5) -> IntervalTest:
    """Return the adjusted interval I₁ = I₀·10^((R − p)·C) from the results found within tolerance on return.

    R is the share within tolerance, p the target reliability, C = 1 − 2·P of a count at least as far from the target,
    by the binomial distribution, and not below zero. `confidence` is that of the limits of R. Raises UncertaintyError.
    """
    from scipy import special

    interval, p = positive(present, "interval"), probability(target, "target")
    level = probability(confidence, "confidence")
    if not 0 <= within <= tested or tested < 1:
        raise UncertaintyError(
            code="impossible-count",
            input="within",
            problem=Text(
                "{within} of {tested} within tolerance cannot be; count again",
                zh="{tested} 次中 {within} 次在允差内，不可能；请重新统计",
            ).filled(within=within, tested=tested),
        )
    observed = within / tested
    as_far = special.bdtr(within, tested, p) if observed <= p else special.bdtr(tested - within, tested, 1 - p)
    rejection = max(0.0, 1 - 2 * float(as_far))
    side = (1 - level) / 2
    return IntervalTest(
        interval=interval * _BASE ** ((observed - p) * rejection),
        observed=observed,
        low=float(special.betaincinv(within, tested - within + 1, side)) if within else 0.0,
        high=float(special.betaincinv(within + 1, tested - within, 1 - side)) if within < tested else 1.0,
        rejection=rejection,
    )
