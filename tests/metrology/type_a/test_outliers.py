"""Grubbs' test: published critical values, a published example, and no reading dropped."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.errors import UncertaintyError
from labctl.metrology.type_a.outliers import Side, grubbs, grubbs_critical

# Tietjen and Moore's uranium isotope readings, the worked example of the NIST/SEMATECH handbook (1.3.5.17.1).
URANIUM = [199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57]


@pytest.mark.parametrize(
    ("n", "significance", "side", "critical"),
    [
        (3, 0.05, Side.HIGH, 1.153),
        (8, 0.05, Side.HIGH, 2.032),
        (10, 0.05, Side.HIGH, 2.176),
        (10, 0.01, Side.LOW, 2.410),
        (20, 0.05, Side.HIGH, 2.557),
        (8, 0.05, Side.BOTH, 2.126),
        (10, 0.05, Side.BOTH, 2.290),
        (20, 0.05, Side.BOTH, 2.709),
    ],
)
def test_published_critical_values(n: int, significance: float, side: Side, critical: float) -> None:
    """Grubbs and Beck, Technometrics 14 (1972); GB/T 4883-2008, table A.2."""
    assert grubbs_critical(n, significance, side) == pytest.approx(critical, abs=1.5e-3)


def test_published_example() -> None:
    """NIST/SEMATECH e-Handbook, 1.3.5.17.1: G = 2.4687, critical 2.032 for one side at 5 %."""
    found = grubbs(URANIUM, 0.05, Side.HIGH)
    assert found.statistic == pytest.approx(2.4687, abs=1e-4)
    assert found.critical == pytest.approx(2.032, abs=5e-4)
    assert (found.place, found.value, found.suspect) == (8, 245.57, True)
    assert "有据方可剔除" in found.text.zh
    assert not grubbs(URANIUM, 0.05, Side.LOW).suspect
    assert not grubbs(URANIUM[:-1]).suspect


def test_equal_readings_are_not_suspect() -> None:
    found = grubbs([1.0, 1.0, 1.0, 1.0])
    assert (found.statistic, found.suspect, found.place) == (0, False, 1)


@settings(deadline=None)
@given(
    st.lists(st.integers(-1000, 1000), min_size=3, max_size=30).filter(lambda each: len(set(each)) > 1),
    st.floats(0.001, 0.2),
)
def test_the_test_is_symmetric_and_bounded(readings: list[int], significance: float) -> None:
    values = [float(reading) for reading in readings]
    found = grubbs(values, significance)
    assert found.value in values
    assert found.statistic <= (len(values) - 1) / math.sqrt(len(values)) + 1e-9
    assert found.critical < (len(values) - 1) / math.sqrt(len(values))
    turned = grubbs([-value for value in values], significance)
    assert turned.statistic == pytest.approx(found.statistic)
    assert grubbs(values, significance, Side.HIGH).statistic == pytest.approx(
        grubbs([-value for value in values], significance, Side.LOW).statistic
    )
    assert grubbs_critical(len(values), significance, Side.BOTH) > grubbs_critical(len(values), significance, Side.LOW)


def test_refusals_name_the_input() -> None:
    refused: list[tuple[Callable[[], object], str, str]] = [
        (lambda: grubbs([1.0, 2.0], name="V_ind"), "too-few-readings", "V_ind"),
        (lambda: grubbs([1.0, 2.0, math.inf], name="V_ind"), "not-finite", "V_ind[3]"),
        (lambda: grubbs([1.0, 2.0, 3.0], 0.0), "probability-out-of-range", "significance"),
        (lambda: grubbs_critical(2), "too-few-readings", "readings"),
    ]
    for call, code, name in refused:
        with pytest.raises(UncertaintyError) as refusal:
            call()
        assert (refusal.value.code, refusal.value.input) == (code, name)
