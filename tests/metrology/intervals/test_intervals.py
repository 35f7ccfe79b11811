"""Calibration intervals by three methods, against published examples and the likelihood itself."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.errors import UncertaintyError
from labctl.metrology.drift import drift
from labctl.metrology.intervals.interval_test import interval_test
from labctl.metrology.intervals.reliability import Reliability, Returned, best_reliability, fit_reliability
from labctl.metrology.intervals.variables import reliability_interval, uncertainty_interval

# NASA-HDBK-8739.19-5, table 7-2, with u0 = 0.28.
HISTORY = drift(
    [70.0, 86.0, 104.0, 135.0, 167.0, 173.0],
    [0.1, 0.11, 0.251, 0.299, 0.403, 0.615],
    order=2,
    through_zero=True,
    u_common=0.28,
)
GROUPS = [Returned(90, 40, 39), Returned(180, 50, 46), Returned(365, 60, 49), Returned(730, 30, 19)]


@pytest.mark.parametrize(
    ("present", "within", "tested", "target", "confidence", "interval", "rejection", "low", "high"),
    [
        (365, 15, 20, 0.95, 0.5, 231, 0.9949, 0.6516, 0.8286),
        (365, 14, 20, 0.95, 0.5, 205, 0.9993, 0.6000, 0.7843),
        (730, 16, 20, 0.95, 0.5, 523, 0.9682, 0.7041, 0.8716),
        (365, 42, 50, 0.90, 0.3, 329, 0.7557, 0.8067, 0.8664),
    ],
)
def test_interval_test(  # noqa: PLR0913 - the columns of the published table
    *,
    present: float,
    within: int,
    tested: int,
    target: float,
    confidence: float,
    interval: float,
    rejection: float,
    low: float,
    high: float,
) -> None:
    """Three instruments of the NCSL 2019 tutorial on intervals and one further example, as printed."""
    found = interval_test(present, within=within, tested=tested, target=target, confidence=confidence)
    assert found.interval == pytest.approx(interval, abs=0.5)
    assert (found.rejection, found.low, found.high) == pytest.approx((rejection, low, high), abs=6e-5)


@settings(deadline=None)
@given(st.integers(1, 60), st.data(), st.floats(0.5, 0.99))
def test_more_within_tolerance_never_shortens_an_interval(tested: int, draw: st.DataObject, target: float) -> None:
    within = draw.draw(st.integers(0, tested - 1))
    less = interval_test(1.0, within=within, tested=tested, target=target)
    more = interval_test(1.0, within=within + 1, tested=tested, target=target)
    assert more.interval >= less.interval * (1 - 1e-12)
    assert less.low <= less.observed <= less.high
    assert 0.1 <= less.interval <= 10


def test_variables_method() -> None:
    """NASA-HDBK-8739.19-5, tables 7-4 to 7-7: 140.1, 171.75 and 327.15 days."""
    two = reliability_interval(HISTORY, 10.03, lower=9, upper=11, confidence=0.9)
    assert two.interval == pytest.approx(140.1, abs=0.05)
    one = reliability_interval(HISTORY, 10.03, upper=11, confidence=0.9)
    assert one.interval == pytest.approx(171.75, abs=0.01)
    assert not one.extrapolated
    grown = uncertainty_interval(HISTORY, 0.5)
    assert grown.interval == pytest.approx(327.15, abs=0.01)
    assert grown.extrapolated
    assert not grown.capped


def test_variables_method_at_its_ends() -> None:
    assert uncertainty_interval(HISTORY, 0.28).interval == 0
    assert reliability_interval(HISTORY, 9.03, lower=9, upper=11, confidence=0.9).interval == 0
    short = uncertainty_interval(HISTORY, 0.5, longest=100)
    assert (short.interval, short.capped) == (100, True)


@pytest.mark.parametrize("model", list(Reliability))
def test_no_neighbour_is_more_likely(model: Reliability) -> None:
    def likelihood(parameters: tuple[float, ...]) -> float:
        a, b = parameters[0], parameters[-1]
        total = 0.0
        for group in GROUPS:
            t = group.interval
            share = {
                Reliability.EXPONENTIAL: lambda t=t: math.exp(-a * t),
                Reliability.WEIBULL: lambda t=t: math.exp(-((a * t) ** b)),
                Reliability.RANDOM_WALK: lambda t=t: math.erf(1 / math.sqrt(2 * (a + b * t))),
                Reliability.MORTALITY: lambda t=t: math.exp(-a * t - b * t * t),
            }[model]()
            total += group.within * math.log(share) + (group.tested - group.within) * math.log(1 - share)
        return total

    found = fit_reliability(GROUPS, model)
    top = likelihood(found.parameters)
    assert found.criterion == pytest.approx(2 * model.parameters - 2 * top, rel=1e-12)
    for place in range(model.parameters):
        for factor in (0.99, 1.01):
            moved = tuple(each * (factor if at == place else 1) for at, each in enumerate(found.parameters))
            assert likelihood(moved) < top + 1e-9
    for target in (0.7, 0.9):
        time = found.interval(target)
        share, u = found.at(time)
        assert share == pytest.approx(target, rel=1e-9)
        assert 0 < u < 0.2


def test_one_group_fixes_the_exponential_exactly() -> None:
    """R = exp(−a·t) through the observed share: a = −ln(0.9)/365, u(R) = √(R(1 − R)/n)."""
    found = fit_reliability([Returned(365, 100, 90)], Reliability.EXPONENTIAL)
    assert found.parameters[0] == pytest.approx(-math.log(0.9) / 365, rel=1e-9)
    assert found.at(365) == pytest.approx((0.9, 0.03), rel=1e-6)
    assert found.interval(0.95) == pytest.approx(365 * math.log(0.95) / math.log(0.9), rel=1e-9)
    assert math.isnan(found.p)


def test_the_simplest_sufficient_model_is_chosen() -> None:
    memoryless = [Returned(t, 10_000, round(10_000 * math.exp(-t / 3000))) for t in (100, 300, 600, 1200)]
    found = best_reliability(memoryless)
    assert found.model is Reliability.EXPONENTIAL
    assert found.parameters[0] == pytest.approx(1 / 3000, rel=1e-3)
    assert found.p > 0.9
    worn = [Returned(t, 10_000, round(10_000 * math.exp(-((t / 1500) ** 3)))) for t in (200, 500, 1000, 1500)]
    assert best_reliability(worn).model is Reliability.WEIBULL


def test_refusals_name_the_input() -> None:
    refused: list[tuple[Callable[[], object], str, str]] = [
        (lambda: interval_test(365, within=21, tested=20, target=0.95), "impossible-count", "within"),
        (lambda: interval_test(0, within=1, tested=20, target=0.95), "not-positive", "interval"),
        (lambda: interval_test(365, within=1, tested=20, target=1.0), "probability-out-of-range", "target"),
        (lambda: uncertainty_interval(HISTORY, 0.0), "not-positive", "target"),
        (lambda: reliability_interval(HISTORY, 10.0), "no-limit", "limits"),
        (lambda: reliability_interval(HISTORY, 10.0, lower=2, upper=1), "limits-crossed", "limits"),
        (lambda: fit_reliability([Returned(1, 5, 5)], Reliability.EXPONENTIAL), "no-contrast", "returned"),
        (lambda: fit_reliability([Returned(1, 5, 6)], Reliability.EXPONENTIAL), "impossible-count", "returned[1]"),
        (lambda: fit_reliability([Returned(0, 5, 4)], Reliability.EXPONENTIAL), "not-positive", "returned[1]"),
        (lambda: fit_reliability([Returned(1, 5, 4)], Reliability.WEIBULL), "too-few-readings", "returned"),
    ]
    for call, code, name in refused:
        with pytest.raises(UncertaintyError) as refusal:
            call()
        assert (refusal.value.code, refusal.value.input) == (code, name)
