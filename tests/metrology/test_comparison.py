"""Scores and degrees of equivalence, to the printed digit and exact at their limits."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.errors import UncertaintyError
from labctl.metrology.comparison import (
    Performance,
    degrees_of_equivalence,
    e_n,
    pairwise_equivalence,
    z_score,
    zeta_score,
)
from labctl.metrology.reference_value import weighted_mean

GOOD, DOUBT, BAD = Performance.SATISFACTORY, Performance.QUESTIONABLE, Performance.UNSATISFACTORY
X = [10.000012, 10.000018, 10.000009, 10.000015, 10.000021]
U = [8e-6, 1e-5, 6e-6, 1.2e-5, 9e-6]


@pytest.mark.parametrize(
    ("x", "expanded", "reference", "other", "score", "performance"),
    [
        (10.000035, 3e-5, 10.000012, 8e-6, 0.7407801203786814, GOOD),
        (138.5101, 0.008, 138.5055, 0.003, 0.5383892771001142, GOOD),
        (1.0035, 0.001, 1.001, 0.0015, 1.3867504905631662, BAD),
        (10.5, 0.3, 10.0, 0.4, 1.0, GOOD),  # exactly 1, which floats miss
        (1.3, 0.0, 1.2, 0.1, 1.0, GOOD),
    ],
)
def test_e_n(x: float, expanded: float, reference: float, other: float, score: float, performance: Performance) -> None:
    found = e_n(x, expanded, reference, other)
    assert found.value == pytest.approx(score, rel=1e-9)
    assert found.performance is performance


def test_z_and_zeta_at_their_limits() -> None:
    for x, performance in [(1.2, GOOD), (1.2001, DOUBT), (1.2999, DOUBT), (1.3, BAD), (0.8, GOOD), (0.7, BAD)]:
        assert z_score(x, 1.0, 0.1).performance is performance
    assert z_score(0.75, 1.0, 0.1).value == pytest.approx(-2.5)
    assert zeta_score(2.0, 0.3, 1.0, 0.4).performance is GOOD
    assert zeta_score(2.5, 0.3, 1.0, 0.4).performance is BAD
    assert zeta_score(2.0, 0.3, 1.0, 0.4).value == pytest.approx(2)
    assert DOUBT.text.zh == "有问题"


def test_degrees_of_equivalence_inside_the_mean() -> None:
    """JJF 1117-2010 with Cox 2002: u²(d) = u² − u_ref²; k = 2, in the unit of the values."""
    u = [each / 2 for each in U]
    ref = weighted_mean(X, u)
    found = degrees_of_equivalence(X, u, ref.value, ref.u)
    published = [
        (-1.4941089077069591e-06, 7.088264848820979e-06, -0.21078626992267094),
        (4.505891093131709e-06, 9.286737778522181e-06, 0.4851963305729023),
        (-4.494108907238115e-06, 4.716301365162229e-06, -0.9528884096412124),
        (1.5058910918241963e-06, 1.1412427374009051e-05, 0.13195186637101855),
        (7.505891092662864e-06, 8.200213324483157e-06, 0.9153287598327139),
    ]
    for each, (d, expanded, score) in zip(found, published, strict=True):
        assert each.difference == pytest.approx(d, abs=4e-15)
        assert each.expanded == pytest.approx(expanded, rel=1e-10)
        assert each.e_n == pytest.approx(score, rel=1e-8)
    outside = degrees_of_equivalence(X, u, ref.value, ref.u, inside=False)
    assert all(wide.expanded > narrow.expanded for wide, narrow in zip(outside, found, strict=True))


def test_degrees_of_equivalence_of_pairs() -> None:
    found = pairwise_equivalence((10.012, 0.006), (10.004, 0.004))
    assert found.difference == pytest.approx(0.008)
    assert found.expanded == pytest.approx(0.014422205101855958, rel=1e-12)
    shared = pairwise_equivalence((1, 0.5), (0, 0.5), r=1.0)
    assert shared.expanded == 0
    assert math.isnan(shared.e_n)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.01, 1)), min_size=2, max_size=8))
def test_degrees_of_equivalence_balance(laboratories: list[tuple[float, float]]) -> None:
    x, u = [each for each, _ in laboratories], [each for _, each in laboratories]
    ref = weighted_mean(x, u)
    found = degrees_of_equivalence(x, u, ref.value, ref.u)
    assert math.fsum(each.difference / own**2 for each, own in zip(found, u, strict=True)) == pytest.approx(0, abs=1e-9)


@settings(deadline=None)
@given(
    steps=st.integers(-400, 400), own=st.integers(0, 200), other=st.integers(1, 200), place=st.sampled_from([1e-6, 0.1])
)
def test_e_n_is_decided_as_with_whole_numbers(steps: int, own: int, other: int, place: float) -> None:
    found = e_n(steps * place, own * place, 0.0, other * place)
    assert (found.performance is GOOD) == (steps**2 <= own**2 + other**2)


def test_refusals_name_the_input() -> None:
    refused: list[tuple[Callable[[], object], str, str]] = [
        (lambda: e_n(1.0, 0.0, 1.0, 0.0), "not-positive", "U"),
        (lambda: e_n(1.0, 0.1, 1.0, 0.2, inside=True), "not-positive", "U"),
        (lambda: e_n(math.nan, 0.1, 1.0, 0.2), "not-finite", "x"),
        (lambda: e_n(1.0, -0.1, 1.0, 0.2), "negative-uncertainty", "U"),
        (lambda: z_score(1.0, 1.0, 0.0), "not-positive", "σ_pt"),
        (lambda: zeta_score(1.0, 0.1, 1.0, -1.0), "negative-uncertainty", "u_pt"),
        (lambda: degrees_of_equivalence([1.0, 2.0], [0.1], 1.0, 0.05), "unequal-lengths", "u"),
        (lambda: degrees_of_equivalence([1.0, 2.0], [0.1, 0.01], 1.0, 0.05), "not-positive", "u[2]"),
        (lambda: pairwise_equivalence((1, 0.1), (1, 0.1), r=1.5), "correlation-out-of-range", "r"),
    ]
    for call, code, name in refused:
        with pytest.raises(UncertaintyError) as refusal:
            call()
        assert (refusal.value.code, refusal.value.input) == (code, name)
