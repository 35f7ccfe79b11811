"""Reliability over time from results within and out of tolerance, by maximum likelihood (NCSLI RP-1, method S2)."""

import math
from collections.abc import Sequence
from enum import Enum
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import enough, positive, probability

Floats = NDArray[np.float64]
_STEPS: Final = 200
_HALVINGS: Final = 60
_SMALLEST: Final = 1e-12  # of a probability, so that its logarithm stays finite
_FLOOR: Final = -40.0  # of the logarithm of a parameter: e^-40 is nothing
_STILL: Final = 1e-13  # change of the likelihood, relative, that ends the search


class Reliability(Enum):
    """How the share within tolerance falls with the time since calibration; a and b are above zero."""

    EXPONENTIAL = "exponential"  # R = exp(−a·t): failures without memory
    WEIBULL = "Weibull"  # R = exp(−(a·t)^b): wear for b > 1
    RANDOM_WALK = "random walk"  # R = erf(1/√(2(a + b·t))): a variance that grows with time
    MORTALITY = "mortality drift"  # R = exp(−a·t − b·t²): a failure rate that grows with time

    @property
    def parameters(self) -> int:
        """Return the number of parameters."""
        return 1 if self is Reliability.EXPONENTIAL else 2


@frozen
class Returned:
    """Instruments that came back after one interval, and how many of them were within tolerance."""

    interval: float
    tested: int
    within: int


@frozen(kw_only=True, eq=False)
class ReliabilityFit:
    """A reliability model with the parameters that make the results most likely."""

    model: Reliability
    parameters: tuple[float, ...]
    covariance: Floats
    """Of the logarithms of the parameters (inverse of the Fisher information)."""
    deviance: float
    """Twice the distance in log likelihood from the observed shares themselves."""
    dof: int
    p: float
    """Probability of a deviance at least as large when the model is right; NaN without degrees of freedom."""
    criterion: float
    """Akaike's, lower is better."""

    def at(self, time: float) -> tuple[float, float]:
        """Return the reliability after a time and its standard uncertainty (first order)."""
        share, slopes = _curve(self.model, np.log(self.parameters), np.array([positive(time, "time")]))
        variance = float(slopes[:, 0] @ self.covariance @ slopes[:, 0])
        return float(share[0]), math.sqrt(max(0.0, variance))

    def interval(self, target: float) -> float:
        """Return the time after which the reliability is the target; infinite where it never falls so far."""
        from scipy import special

        p = probability(target, "target")
        a, b = self.parameters[0], self.parameters[-1]
        loss = -math.log(p)
        match self.model:
            case Reliability.EXPONENTIAL:
                return loss / a
            case Reliability.WEIBULL:
                return float(loss ** (1 / b) / a)
            case Reliability.MORTALITY:
                return 2 * loss / (a + math.sqrt(a * a + 4 * b * loss))
            case Reliability.RANDOM_WALK:
                return max(0.0, (1 / (2 * float(special.erfinv(p)) ** 2) - a) / b)


def fit_reliability(returned: Sequence[Returned], model: Reliability) -> ReliabilityFit:
    """Return the model fitted to groups of results, each with its own interval in one unit of time.

    Fisher scoring on the logarithms of the parameters, halved where a step would make the results less likely.
    Raises UncertaintyError for impossible counts, for fewer groups than parameters, and where all results or none
    were within tolerance, which fixes no curve.
    """
    t, n, x = _counts(returned, model)
    theta, likelihood, information = _climbed(model, _start(model, t, n, x), (t, n, x))
    observed = x / n
    best = _likelihood(observed, n, x)
    dof = len(t) - model.parameters
    deviance = max(0.0, 2 * (best - likelihood))
    from scipy import special

    return ReliabilityFit(
        model=model,
        parameters=tuple(float(each) for each in np.exp(theta)),
        covariance=np.asarray(np.linalg.pinv(information), dtype=np.float64),
        deviance=deviance,
        dof=dof,
        p=float(special.gammaincc(dof / 2, deviance / 2)) if dof > 0 else math.nan,
        criterion=2 * model.parameters - 2 * likelihood,
    )


def best_reliability(returned: Sequence[Returned]) -> ReliabilityFit:
    """Return the model with the lowest Akaike criterion of those that the number of groups allows."""
    groups = len(returned)
    fits = [fit_reliability(returned, model) for model in Reliability if model.parameters <= max(1, groups)]
    return min(fits, key=lambda fit: fit.criterion)


def _counts(returned: Sequence[Returned], model: Reliability) -> tuple[Floats, Floats, Floats]:
    enough([0.0] * len(returned), "returned", at_least=model.parameters)
    for place, group in enumerate(returned, start=1):
        positive(group.interval, f"returned[{place}]")
        if not 0 <= group.within <= group.tested or group.tested < 1:
            raise UncertaintyError(
                code="impossible-count",
                input=f"returned[{place}]",
                problem=Text(
                    "{within} of {tested} within tolerance cannot be; count again",
                    zh="{tested} 次中 {within} 次在允差内，不可能；请重新统计",
                ).filled(within=group.within, tested=group.tested),
            )
    t = np.array([group.interval for group in returned], dtype=np.float64)
    n = np.array([group.tested for group in returned], dtype=np.float64)
    x = np.array([group.within for group in returned], dtype=np.float64)
    if x.sum() in {0, n.sum()}:
        raise UncertaintyError(
            code="no-contrast",
            input="returned",
            problem=Text(
                "all results are on one side of the tolerance, which tells no curve; use the interval test",
                zh="全部结果均在（或均不在）允差内，无法确定曲线；请改用间隔检验法",
            ),
        )
    return t, n, x


def _climbed(model: Reliability, theta: Floats, counts: tuple[Floats, Floats, Floats]) -> tuple[Floats, float, Floats]:
    """Return the most likely parameters, as logarithms, with their log likelihood and Fisher information."""
    likelihood, gradient, information = _scores(model, theta, *counts)
    for _ in range(_STEPS):
        step = np.clip(np.linalg.lstsq(information, gradient, rcond=1e-12)[0], -2, 2)
        for halving in range(_HALVINGS):
            new = np.maximum(theta + step / 2**halving, _FLOOR)
            better, gradient, information = _scores(model, new, *counts)
            if better >= likelihood:
                break
        else:  # no step is more likely: this is the top
            return theta, likelihood, _scores(model, theta, *counts)[2]
        gained, theta, likelihood = better - likelihood, new, better
        if gained <= _STILL * abs(likelihood):
            break
    return theta, likelihood, information


def _start(model: Reliability, t: Floats, n: Floats, x: Floats) -> Floats:
    """Return logarithms of parameters that give the overall share at the mean interval."""
    from scipy import special

    share, middle = float(x.sum() / n.sum()), float((n * t).sum() / n.sum())
    rate = -math.log(share) / middle
    spread = 1 / (2 * float(special.erfinv(share)) ** 2)
    begin = {
        Reliability.EXPONENTIAL: [rate],
        Reliability.WEIBULL: [rate, 1.0],
        Reliability.RANDOM_WALK: [spread / 2, spread / 2 / middle],
        Reliability.MORTALITY: [rate / 2, rate / 2 / middle],
    }
    return np.log(np.array(begin[model], dtype=np.float64))


def _scores(model: Reliability, theta: Floats, t: Floats, n: Floats, x: Floats) -> tuple[float, Floats, Floats]:
    """Return log likelihood, its gradient and the Fisher information, by the logarithms of the parameters."""
    share, slopes = _curve(model, theta, t)
    share = np.clip(share, _SMALLEST, 1 - _SMALLEST)
    weight = 1 / (share * (1 - share))
    gradient = slopes @ ((x - n * share) * weight)
    information = (slopes * (n * weight)) @ slopes.T
    return _likelihood(share, n, x), np.asarray(gradient, dtype=np.float64), np.asarray(information, dtype=np.float64)


def _likelihood(share: Floats, n: Floats, x: Floats) -> float:
    from scipy import special

    return math.fsum((special.xlogy(x, share) + special.xlogy(n - x, 1 - share)).tolist())


def _curve(model: Reliability, theta: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Return R at each time, and its derivatives by the logarithm of each parameter."""
    from scipy import special

    a, b = float(np.exp(theta[0])), float(np.exp(theta[-1]))
    match model:
        case Reliability.EXPONENTIAL:
            share = np.exp(-a * t)
            return share, np.array([-a * t * share])
        case Reliability.WEIBULL:
            z = (a * t) ** b
            share = np.exp(-z)
            return share, np.array([-b * z * share, -b * z * np.log(a * t) * share])
        case Reliability.MORTALITY:
            share = np.exp(-a * t - b * t * t)
            return share, np.array([-a * t * share, -b * t * t * share])
        case Reliability.RANDOM_WALK:
            variance = a + b * t
            q = 1 / np.sqrt(2 * variance)
            falling = -np.exp(-q * q) * q / (math.sqrt(math.pi) * variance)
            return np.asarray(special.erf(q), dtype=np.float64), np.array([falling * a, falling * b * t])
