"""Examination of a measurement standard by JJF 1033, exact at its limits."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.errors import UncertaintyError
from labctl.metrology.jjf1033 import (
    Against,
    repeatability,
    stability,
    verification_by_comparison,
    verification_by_transfer,
)

READINGS = [10.00012, 10.00009, 10.00015, 10.00011, 10.00013, 10.0001, 10.00014, 10.00012, 10.00008, 10.00016]


def group(value: float) -> list[float]:
    return [value] * 10


def test_repeatability_against_the_budget() -> None:
    """JJF 1033: s of ten readings must not exceed the figure used in the evaluation; equal is not above."""
    found = repeatability(READINGS, 3e-5)
    assert found.found == pytest.approx(2.5819888974503054e-05, rel=1e-9)
    assert found.passes
    assert repeatability(READINGS, found.found).passes
    worse = repeatability(READINGS, 2.58e-5)
    assert not worse.passes
    assert "重新评定" in worse.text.zh


def test_stability_is_below_its_limit_not_at_it() -> None:
    groups = [group(10.1), group(10.3), group(10.2), group(10.2)]
    for limit, passes in [(0.2, False), (0.2000001, True), (0.3, True)]:  # 10.3 − 10.1 is 0.2 in decimal
        found = stability(groups, limit, Against.MPE)
        assert found.passes is passes
        assert found.found == 0.2
    yearly = stability([[5.0], [5.1]], 0.15, Against.U, at_least=2, readings=1)
    assert yearly.passes
    assert "修正值" in yearly.text.zh


def test_verification_by_transfer() -> None:
    found = verification_by_transfer(10.00012, 0.00016, 10.00005, 5e-05)
    assert found.limit == pytest.approx(0.0001676305461424021, rel=1e-9)
    assert found.passes
    assert verification_by_transfer(10.5, 0.3, 10.0, 0.4).passes  # exactly at the limit
    assert not verification_by_transfer(10.5001, 0.3, 10.0, 0.4).passes


def test_verification_among_several() -> None:
    """ȳ of four with a result at 3 and the others at 1: |y − ȳ| = 1.5 beside √(3/4)·U."""
    for expanded, passes in [(1.7321, True), (1.7320, False)]:  # √3 lies between
        found = verification_by_comparison(3.0, expanded, [1.0, 1.0, 1.0])
        assert found.found == 1.5
        assert found.limit == pytest.approx(math.sqrt(3 / 4) * expanded)
        assert found.passes is passes
    assert verification_by_comparison(1.2, 0.0, [1.2, 1.2]).passes


@settings(deadline=None)
@given(
    steps=st.integers(-300, 300), own=st.integers(0, 200), other=st.integers(0, 200), place=st.sampled_from([1e-6, 0.1])
)
def test_transfer_is_decided_as_with_whole_numbers(steps: int, own: int, other: int, place: float) -> None:
    found = verification_by_transfer(10 + steps * place, own * place, 10.0, other * place)
    assert found.passes == (steps**2 <= own**2 + other**2)


@settings(deadline=None)
@given(
    y=st.integers(-300, 300),
    others=st.lists(st.integers(-300, 300), min_size=2, max_size=6),
    own=st.integers(0, 200),
    place=st.sampled_from([1e-6, 0.1]),
)
def test_comparison_is_decided_as_with_whole_numbers(y: int, others: list[int], own: int, place: float) -> None:
    n = len(others) + 1
    found = verification_by_comparison(y * place, own * place, [each * place for each in others])
    assert found.passes == ((n * y - y - sum(others)) ** 2 <= n * (n - 1) * own**2)


def test_refusals_name_the_input() -> None:
    refused: list[tuple[Callable[[], object], str, str]] = [
        (lambda: repeatability(READINGS[:9], 1e-5), "too-few-readings", "readings"),
        (lambda: repeatability(READINGS, -1.0), "negative-uncertainty", "s"),
        (lambda: repeatability([*READINGS, math.nan], 1.0), "not-finite", "readings[11]"),
        (lambda: stability([group(1.0)] * 3, 0.1, Against.U), "too-few-readings", "groups"),
        (lambda: stability([group(1.0), [1.0]], 0.1, Against.U, at_least=2), "too-few-readings", "groups[2]"),
        (lambda: stability([group(1.0)] * 4, 0.0, Against.MPE), "not-positive", "MPE"),
        (lambda: verification_by_transfer(1.0, -0.1, 1.0, 0.1), "negative-uncertainty", "U"),
        (lambda: verification_by_comparison(1.0, 0.1, [1.0]), "too-few-readings", "others"),
    ]
    for call, code, name in refused:
        with pytest.raises(UncertaintyError) as refusal:
            call()
        assert (refusal.value.code, refusal.value.input) == (code, name)
