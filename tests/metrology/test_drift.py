"""Drift of a standard: the curve, what it predicts and how sure that is."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.errors import UncertaintyError
from labctl.metrology.drift import drift

# NASA-HDBK-8739.19-5, table 7-2: changes since adjustment, in days.
DAYS = [70.0, 86.0, 104.0, 135.0, 167.0, 173.0]
CHANGES = [0.1, 0.11, 0.251, 0.299, 0.403, 0.615]


def test_published_curve_through_zero() -> None:
    """NASA-HDBK-8739.19-5, table 7-3."""
    found = drift(DAYS, CHANGES, order=2, through_zero=True)
    assert found.coefficients == pytest.approx((0.00015740675265268398, 1.6737925059123553e-05), rel=1e-9)
    assert found.s == pytest.approx(0.07082865692635554, rel=1e-10)
    assert found.covariance[0, 0] == pytest.approx(1.010050592281522e-06, rel=1e-9)
    assert found.covariance[0, 1] == pytest.approx(-6.606828918115623e-09, rel=1e-9)
    assert found.covariance[1, 1] == pytest.approx(4.5494722646190536e-11, rel=1e-9)
    assert found.at(140.1).value == pytest.approx(10.38 - 10.03, abs=0.005)
    assert found.at(327.15).value == pytest.approx(11.87 - 10.03, abs=0.005)


def test_a_line_predicts_with_the_textbook_uncertainty() -> None:
    years, volts = [2019.0, 2020.0, 2021.0, 2023.0, 2025.0], [1.2, 1.9, 3.4, 5.1, 7.2]
    found = drift(years, volts)
    slope, intercept = np.polyfit(np.array(years) - 2021, volts, 1)
    assert found.rate == pytest.approx(slope, rel=1e-10)
    assert found.at(2026.0).value == pytest.approx(intercept + 5 * slope, rel=1e-10)
    middle = sum(years) / 5
    spread = sum((year - middle) ** 2 for year in years)
    curve = found.s * math.sqrt(1 / 5 + (2026 - middle) ** 2 / spread)
    assert found.at(2026.0).u_curve == pytest.approx(curve, rel=1e-10)
    assert found.at(2026.0).u == pytest.approx(math.hypot(curve, found.s), rel=1e-10)
    assert found.p_rate < 0.001
    assert found.reaches_beyond(2026.0)
    assert not found.reaches_beyond(2022.0)


def test_what_all_certificates_share_stays_and_leaves_the_rate_alone() -> None:
    plain, shared = drift(DAYS, CHANGES), drift(DAYS, CHANGES, u_common=0.28)
    assert shared.u_rate == plain.u_rate
    assert shared.at(100).u == pytest.approx(math.hypot(plain.at(100).u, 0.28), rel=1e-12)


@settings(deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(-10, 10), st.lists(st.integers(0, 400), min_size=3, max_size=9, unique=True))
def test_a_straight_history_is_predicted_exactly(level: float, rate: float, days: list[int]) -> None:
    found = drift([float(day) for day in days], [level + rate * day for day in days])
    scale = abs(level) + abs(rate) * 1000 + 1e-9
    assert found.at(500).value == pytest.approx(level + rate * 500, abs=1e-10 * scale)
    assert found.s <= 1e-10 * scale


def test_a_flat_history_has_no_drift() -> None:
    assert drift([1, 2, 3], [5.0, 5.0, 5.0]).p_rate == 1


def test_refusals_name_the_input() -> None:
    refused: list[tuple[Callable[[], object], str, str]] = [
        (lambda: drift([1.0, 2.0], [1.0, 2.0]), "too-few-readings", "values"),
        (lambda: drift([1.0, 2.0], [1.0, 2.0, 3.0]), "unequal-lengths", "times"),
        (lambda: drift([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]), "too-few-times", "times"),
        (lambda: drift([1.0, 2.0, math.inf], [1.0, 2.0, 3.0]), "not-finite", "times[3]"),
        (lambda: drift(DAYS, CHANGES, u_common=-1.0), "negative-uncertainty", "u_common"),
        (lambda: drift(DAYS, CHANGES).at(math.nan), "not-finite", "time"),
    ]
    for call, code, name in refused:
        with pytest.raises(UncertaintyError) as refusal:
            call()
        assert (refusal.value.code, refusal.value.input) == (code, name)
