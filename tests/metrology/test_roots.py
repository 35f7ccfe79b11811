"""Roots to the resolution of a float, in a bounded number of steps."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.metrology.roots import root

CASES: list[tuple[Callable[[float], float], float, float, float]] = [
    (lambda x: x * x - 2, 0.0, 2.0, math.sqrt(2)),
    (lambda x: math.exp(-x) - 1e-12, 0.0, 1000.0, 12 * math.log(10)),
    (lambda x: (x - 1) ** 3, -10.0, 3.0, 1.0),
    (lambda x: math.copysign(1, x - 1 / 3), 0.0, 1.0, 1 / 3),
    (lambda x: x, -1.0, 1.0, 0.0),
]


@pytest.mark.parametrize(("function", "low", "high", "expected"), CASES)
def test_known_roots_are_found_in_few_steps(
    function: Callable[[float], float], low: float, high: float, expected: float
) -> None:
    asked: list[float] = []

    def counted(x: float) -> float:
        asked.append(x)
        return function(x)

    assert root(counted, low, high) == pytest.approx(expected, rel=1e-5, abs=1e-12)
    assert len(asked) < 130
    assert all(low <= each <= high for each in asked)


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(0.01, 1e6), st.floats(0.01, 1e6))
def test_a_line_is_solved_to_the_last_bits(zero: float, left: float, right: float) -> None:
    found = root(lambda x: x - zero, zero - left, zero + right)
    assert found == pytest.approx(zero, rel=1e-14, abs=1e-9 * min(left, right))


def test_a_root_that_is_not_bracketed_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="1"):
        root(lambda x: x * x + 1, -1.0, 1.0)
    assert root(lambda x: x - 1, 1.0, 2.0) == 1
