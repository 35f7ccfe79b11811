"""Type A: exact sums, and refusals of what has no scatter."""

import math

import pytest

from labctl.errors import UncertaintyError
from labctl.metrology.statistics import Series, mean, mean_uncertainty, pooled, series


def test_a_mean_is_right_to_the_bit_whatever_the_order() -> None:
    readings = [0.1, 1e16, 0.3, -1e16, 0.2]
    assert mean(readings) == 0.6 / 5
    assert mean([1.2345] * 10) == 1.2345
    noise = [10 + 1e-6 * math.sin(i * i) for i in range(100)]
    turned = [noise[-shift:] + noise[:-shift] for shift in range(1, 20)]
    assert {series(each) for each in turned} == {series(noise)}


def test_scatter_survives_a_large_offset() -> None:
    found = series([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])
    assert found == Series(1e9 + 10, math.sqrt(30), 4)
    assert mean_uncertainty([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]) == (math.sqrt(30) / 2, 3.0)


def test_pooled_standard_deviation() -> None:
    """JCGM 100:2008, 4.2.4 and H.3.6; closed form."""
    s, dof = pooled([Series(0.0, 0.0012, 5), Series(0.0, 0.0009, 4), Series(0.0, 0.0015, 8)])
    assert s == pytest.approx(0.001307669683062202, rel=1e-10)
    assert dof == 14


@pytest.mark.parametrize(("readings", "code"), [([1.0], "too-few-readings"), ([1.0, math.nan], "not-finite")])
def test_refusals_name_the_series(readings: list[float], code: str) -> None:
    with pytest.raises(UncertaintyError, match="V_ind") as refusal:
        series(readings, "V_ind")
    assert refusal.value.code == code
