"""Allan deviation and correlated readings, against the published test suite and known processes."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from labctl.errors import UncertaintyError
from labctl.metrology.statistics import series
from labctl.metrology.type_a.allan import allan_curve, allan_deviation, overlapping_allan_deviation
from labctl.metrology.type_a.autocorrelation import autocorrelated, autocorrelations


def published_series() -> list[float]:
    """Return the 1000 points of NIST SP 1065, 12.4, made by its own generator."""
    numbers = [1234567890]
    while len(numbers) < 1000:
        numbers.append(16807 * numbers[-1] % 2147483647)
    return [number / 2147483647 for number in numbers]


@pytest.mark.parametrize(
    ("length", "plain", "overlapping"),
    [
        (1, 0.29223187810675916, 0.2922318781067595),
        (10, 0.09965736063174785, 0.09159953420118645),
        (100, 0.038978043308026525, 0.03241343026056978),
    ],
)
def test_published_allan_deviations(length: int, plain: float, overlapping: float) -> None:
    """NIST SP 1065, table 31: 2.922319e-01, 9.965736e-02, 3.897804e-02; 9.159953e-02, 3.241343e-02."""
    readings = published_series()
    assert allan_deviation(readings, length).deviation == pytest.approx(plain, rel=1e-11)
    assert overlapping_allan_deviation(readings, length).deviation == pytest.approx(overlapping, rel=1e-11)
    high = [1e6 + reading for reading in readings]
    assert overlapping_allan_deviation(high, length).deviation == pytest.approx(overlapping, rel=1e-6)


def test_a_drift_shows_at_long_averages() -> None:
    curve = allan_curve([0.1 * step for step in range(64)])
    assert [point.length for point in curve] == [1, 2, 4, 8, 16]
    for point in curve:
        assert point.deviation == pytest.approx(0.1 * point.length / math.sqrt(2), rel=1e-9)
        assert point.differences == 64 - 2 * point.length + 1


def test_readings_that_resemble_their_neighbours_count_less() -> None:
    """A first-order autoregressive series with φ: u² is (1 + φ)/(1 − φ) times that of independent readings."""
    noise = np.random.default_rng(7).standard_normal(20_000)
    for phi in (0.5, 0.8):
        made = np.zeros(len(noise))
        for place in range(1, len(noise)):
            made[place] = phi * made[place - 1] + noise[place]
        readings = made.tolist()
        assert autocorrelations(readings, 1)[0] == pytest.approx(phi, abs=0.02)
        nearby = autocorrelations(readings, 40)
        assert nearby[1] == pytest.approx(phi**2, abs=0.03)
    short = made[:2000].tolist()
    found = autocorrelated(short)
    assert found.effective < 2000 / 4
    assert found.type_a.u > 2 * series(short).u
    assert found.lags > 3
    followed = sum((1 - lag / 2000) * found.correlations[lag - 1] for lag in range(1, found.lags + 1))
    assert found.effective == pytest.approx(2000 / (1 + 2 * followed), rel=1e-12)


def test_independent_and_opposed_readings_keep_their_number() -> None:
    opposed = autocorrelated([1.0, -1.0] * 20)
    assert (opposed.effective, opposed.type_a.u) == (40, series([1.0, -1.0] * 20).u)
    constant = autocorrelated([5.0] * 12)
    assert (constant.effective, constant.lags, constant.type_a.u) == (12, 0, 0)


def test_a_drift_is_hardly_more_than_one_reading() -> None:
    found = autocorrelated([float(step) for step in range(100)])
    assert found.effective < 10
    assert found.type_a.dof >= 1


def test_refusals_name_the_input() -> None:
    refused: list[tuple[Callable[[], object], str, str]] = [
        (lambda: allan_deviation([1.0, 2.0, 3.0], 2), "too-few-readings", "readings"),
        (lambda: allan_deviation([1.0, 2.0], 0), "not-positive", "length"),
        (lambda: overlapping_allan_deviation([1.0, math.nan]), "not-finite", "readings[2]"),
        (lambda: autocorrelated([1.0] * 9), "too-few-readings", "readings"),
        (lambda: autocorrelations([1.0, 2.0], 1), "too-few-readings", "readings"),
    ]
    for call, code, name in refused:
        with pytest.raises(UncertaintyError) as refusal:
            call()
        assert (refusal.value.code, refusal.value.input) == (code, name)
