"""One-way analysis of variance and pooled scatter, against the Guide."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.errors import UncertaintyError
from labctl.metrology.coverage import coverage_factor
from labctl.metrology.statistics import Series, series
from labctl.metrology.type_a.anova import one_way, one_way_of
from labctl.metrology.type_a.history import with_history, with_known_scatter

# JCGM 100:2008, table H.9: ten days, five readings a day of a Zener standard; mean over 10 V and s, in µV.
ZENER = [(172, 60), (116, 77), (13, 111), (144, 101), (106, 67), (31, 93), (60, 80), (125, 73), (163, 88), (41, 86)]


def test_guide_h5_voltage_standard() -> None:
    """JCGM 100:2008, H.5: 10.000 097 V, s_a = 128 µV, s_b = 85 µV, F = 2.25, s_B = 43 µV, u = 18 µV."""
    found = one_way_of([Series(10 + 1e-6 * mean, 1e-6 * s, 5) for mean, s in ZENER])
    assert found.mean == pytest.approx(10.000097, abs=5e-7)
    assert math.sqrt(found.mean_square_between) == pytest.approx(128e-6, abs=5e-7)
    assert found.s_within == pytest.approx(85e-6, abs=5e-7)
    assert found.f == pytest.approx(2.25, abs=0.03)
    assert (found.dof_between, found.dof_within) == (9, 40)
    assert found.s_between == pytest.approx(43e-6, abs=5e-7)
    assert found.significant(0.05)
    assert not found.significant(0.025)
    days = found.with_groups
    assert days.u == pytest.approx(18e-6, abs=5e-7)
    assert days.dof == pytest.approx(9)
    assert found.as_one.u == pytest.approx(13e-6, abs=5e-7)
    assert found.as_one.dof == 49


def test_groups_of_any_size_agree_with_the_whole() -> None:
    groups = [[1.0, 2.0, 3.0], [2.0, 4.0], [6.0, 7.0, 8.0, 9.0]]
    found = one_way(groups)
    whole = series([each for group in groups for each in group])
    assert found.as_one.u == pytest.approx(whole.u, rel=1e-12)
    assert found.mean == pytest.approx(whole.mean, rel=1e-12)
    between = 3 * (2 - whole.mean) ** 2 + 2 * (3 - whole.mean) ** 2 + 4 * (7.5 - whole.mean) ** 2
    assert found.mean_square_between == pytest.approx(between / 2, rel=1e-12)
    assert found.mean_square_within == pytest.approx((2 + 2 + 5) / 6, rel=1e-12)
    assert found.share == pytest.approx((9 - 29 / 9) / 2, rel=1e-12)
    random_effect = found.s_between**2 * 29 / 81 + found.mean_square_within / 9
    assert found.with_groups.u == pytest.approx(math.sqrt(random_effect), rel=1e-12)
    assert found.with_groups.u > found.as_one.u
    assert found.with_groups.dof < 3


@settings(deadline=None)
@given(st.integers(2, 6), st.integers(2, 6), st.floats(-1e3, 1e3), st.lists(st.floats(0, 1), min_size=36, max_size=36))
def test_equal_groups_have_the_uncertainty_of_their_means(
    count: int, size: int, offset: float, chance: list[float]
) -> None:
    groups = [[offset + place * 0.5 + chance[6 * place + each] for each in range(size)] for place in range(count)]
    found = one_way(groups)
    means = series([series(group).mean for group in groups])
    assert found.with_groups.u == pytest.approx(means.u, rel=1e-5, abs=1e-12 * abs(offset))
    assert found.with_groups.dof == pytest.approx(count - 1, rel=1e-6) or means.s == 0
    assert 0 <= found.p <= 1


def test_groups_without_scatter() -> None:
    same, apart = one_way([[1.0, 1.0], [1.0, 1.0]]), one_way([[1.0, 1.0], [2.0, 2.0]])
    assert (same.p, same.s_between, same.with_groups.u) == (1, 0, 0)
    assert (apart.f, apart.p) == (math.inf, 0)


def test_pooled_history_serves_two_new_readings() -> None:
    """JCGM 100:2008, 4.2.4 and H.3.6; closed form."""
    history = [Series(0.0, 0.0012, 5), Series(0.0, 0.0009, 4), Series(0.0, 0.0015, 8)]
    found = with_history([10.0012, 10.0008], history)
    assert found.value == pytest.approx(10.001, abs=1e-12)
    assert found.u == pytest.approx(0.0009246621004453464, rel=1e-10)
    assert found.dof == 14
    assert with_known_scatter([5.0], 0.1, math.inf).u == 0.1


def test_a_month_of_surface_temperatures() -> None:
    """NIST TN 1900, E2: 25.59 °C, u = 0.872 °C, ν = 21."""
    readings = [18.75, 28.25, 25.75, 28.0, 28.5, 20.75, 21.0, 22.75, 18.5, 27.25, 20.75]
    readings += [26.5, 28.0, 23.25, 28.0, 21.75, 26.0, 26.5, 28.0, 33.25, 32.0, 29.5]
    found = series(readings)
    assert found.mean == pytest.approx(25.59090909090909, rel=1e-12)
    assert found.u == pytest.approx(0.8724910620092953, rel=1e-10)
    assert found.dof == 21
    half = coverage_factor(found.dof, 0.95) * found.u
    assert (found.mean - half, found.mean + half) == pytest.approx((23.776464598953403, 27.405353582864777), rel=1e-8)


def test_refusals_name_the_input() -> None:
    refused: list[tuple[Callable[[], object], str, str]] = [
        (lambda: one_way([[1.0, 2.0]]), "too-few-readings", "groups"),
        (lambda: one_way([[1.0, 2.0], [1.0]]), "too-few-readings", "groups[2]"),
        (lambda: one_way([[1.0, 2.0], [1.0, math.nan]]), "not-finite", "groups[2][2]"),
        (lambda: one_way_of([Series(1.0, 0.0, 1), Series(2.0, 0.0, 1)]), "too-few-readings", "groups"),
        (lambda: one_way_of([Series(1.0, math.nan, 5), Series(2.0, 0.0, 5)]), "not-finite", "groups[1]"),
        (lambda: with_known_scatter([], 0.1, 5), "too-few-readings", "readings"),
        (lambda: with_known_scatter([1.0], -0.1, 5), "negative-uncertainty", "s"),
        (lambda: with_known_scatter([1.0], 0.1, 0), "dof-not-positive", "ν"),
        (lambda: with_history([1.0], []), "too-few-readings", "groups"),
    ]
    for call, code, name in refused:
        with pytest.raises(UncertaintyError) as refusal:
            call()
        assert (refusal.value.code, refusal.value.input) == (code, name)
