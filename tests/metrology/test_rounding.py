"""GB/T 8170-2008: half to even, intervals of 0.5 and 0.2, never twice in succession."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.errors import QuantityError
from labctl.metrology.rounding import printed, report, round_interval, round_to, rounded

# x, quantum, expected: GB/T 8170-2008 and Python's own decimal module.
HALF_EVEN = [
    ("12.149", "0.1", "12.1"),
    ("12.150", "0.1", "12.2"),
    ("12.250", "0.1", "12.2"),
    ("12.251", "0.1", "12.3"),
    ("-12.35", "0.1", "-12.4"),
    ("1.050", "0.1", "1.0"),
    ("0.35", "0.1", "0.4"),
    ("0.45", "0.1", "0.4"),
    ("2.5", "1", "2"),
    ("3.5", "1", "4"),
    ("1268", "1E2", "1300"),
    ("15.4546", "1", "15"),
    ("10.502", "1", "11"),
    ("16.5005", "1", "17"),
    ("-0.0365", "0.001", "-0.036"),
    ("0.0325", "0.001", "0.032"),
    ("32500", "1E3", "32000"),
    ("31500", "1E3", "32000"),
]
INTERVALS = [
    ("60.25", "0.5", "60.0"),
    ("60.38", "0.5", "60.5"),
    ("60.28", "0.5", "60.5"),
    ("-60.75", "0.5", "-61.0"),
    ("830", "20", "840"),
    ("842", "20", "840"),
    ("850", "20", "840"),
    ("-930", "20", "-920"),
    ("0.0834", "0.005", "0.085"),
    ("201.3", "0.5", "201.5"),
]


@pytest.mark.parametrize(("x", "quantum", "expected"), HALF_EVEN + INTERVALS)
def test_examples_of_the_standard(x: str, quantum: str, expected: str) -> None:
    assert round_interval(x, quantum) == expected
    assert round_interval(float(x), quantum) == expected


def test_a_tie_hidden_by_summation_noise_is_still_a_tie() -> None:
    noisy = sum([1.2345] * 10) / 10  # 1.2344999999999997
    assert noisy != 1.2345
    assert round_interval(noisy, "0.001") == "1.234"
    assert round_interval(0.1 + 0.2 - 0.15, "0.1") == "0.2"


@pytest.mark.parametrize(
    ("value", "uncertainty", "digits", "expected"),
    [
        (10.000123456, 0.0000345678, 2, ("10.000123", "0.000035")),
        (1.23456, 0.0996, 2, ("1.23", "0.10")),
        (1.23456, 0.0995, 2, ("1.23", "0.10")),
        (1.23456, 0.0994, 2, ("1.235", "0.099")),
        (12345.6, 123.0, 2, ("12350", "120")),
        (-0.00001, 0.012, 2, ("0.000", "0.012")),
        (9.99, 9.5, 1, ("10", "10")),
        (50.000838, 0.000093, 2, ("50.000838", "0.000093")),
    ],
)
def test_uncertainty_sets_the_last_place(
    value: float, uncertainty: float, digits: int, expected: tuple[str, str]
) -> None:
    assert report(value, uncertainty, digits) == expected


def test_the_steps_of_a_rounding_can_be_shown() -> None:
    both = printed(sum([0.1] * 3), 0.0996)
    assert both.value.given == "0.30000000000000"
    assert both.value.quantum == "0.01"
    assert str(both) == "0.30 ± 0.10"
    assert rounded("60.25", "0.5").rule.zh


@pytest.mark.parametrize("u", [0.0, -1.0, float("nan"), float("inf")])
def test_nothing_is_printed_without_an_uncertainty(u: float) -> None:
    with pytest.raises(QuantityError):
        report(1.0, u)


@given(
    st.decimals(-1000, 1000, places=6, allow_nan=False),
    st.sampled_from(["0.001", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "20"]),
)
def test_rounding_is_idempotent_odd_and_near(x: object, quantum: str) -> None:
    once = round_to(str(x), quantum)
    assert round_to(once, quantum) == once
    assert round_to(str(-x), quantum) == -once  # type: ignore[operator]
    assert 2 * abs(once - round_to(str(x), "0.000001")) <= round_to(quantum, "0.001")
