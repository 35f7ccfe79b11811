"""ITS-90 against its own table, a published calibration, and itself in both directions."""

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from labctl.errors import UncertaintyError
from labctl.metrology.physics import its90
from labctl.metrology.physics.its90_deviation import SUBRANGES, Deviation, Subrange, fitted, subrange

# NIST SP 250-81, example of a calibration: coefficients, and t90 with W − W_r as tabulated there
COLD = Deviation(subrange=subrange(-189.3442, 0.01), coefficients=(-1.2579994e-4, 1.0678395e-5))
COLD_TABLE = ((-189.3442, 1.11482e-4), (-100, 5.3258e-5), (-38.8344, 1.9889e-5), (0, 5e-9))
WARM = Deviation(subrange=subrange(0, 660.323), coefficients=(-1.6462789e-4, -8.4598339e-6, 1.8898584e-6))
WARM_TABLE = ((0, 7e-9), (100, -6.5852e-5), (231.928, -1.52378e-4), (419.527, -2.71813e-4), (660.323, -4.13567e-4))


@pytest.mark.parametrize("point", its90.TABULATED)
def test_fixed_points_as_the_scale_prints_them(point: str) -> None:
    assert its90.wr_at(point) == pytest.approx(its90.TABULATED[point], abs=1e-8)
    celsius = its90.FIXED_POINTS[point] - 273.15
    assert its90.t(its90.TABULATED[point]) == pytest.approx(celsius, abs=1e-4)
    assert its90.t_from_polynomials(its90.TABULATED[point]) == pytest.approx(celsius, abs=1.3e-4)


def test_inversion_is_exact_and_the_function_rises_everywhere() -> None:
    t = np.linspace(its90.LOWEST, its90.HIGHEST, 20001)
    ratios = its90.wr(t)
    assert np.all(np.diff(ratios) > 0)
    assert np.max(np.abs(its90.t(ratios) - t)) < 1e-11


def test_gallium_and_mercury_criteria_of_the_scale_separate_platinum_by_purity() -> None:
    # ITS-90: W(Ga) at least 1.11807, W(Hg) at most 0.844235; the reference thermometer meets both
    assert its90.wr_at("Ga") > 1.11807
    assert its90.wr_at("Hg") < 0.844235


@pytest.mark.parametrize(("of", "table"), [(COLD, COLD_TABLE), (WARM, WARM_TABLE)])
def test_published_calibration(of: Deviation, table: tuple[tuple[float, float], ...]) -> None:
    for t, printed in table:
        assert of.tabulated(t) == pytest.approx(printed, abs=1e-9)
        assert of.deviation(of.w(t)) == pytest.approx(printed, abs=1e-7)
        assert of.t(of.w(t)) == pytest.approx(t, abs=1e-11)


@pytest.mark.parametrize("which", SUBRANGES, ids=lambda each: each.ends)
def test_coefficients_come_back_from_the_fixed_points(which: Subrange) -> None:
    silver = which.high == its90.FIXED_POINTS["Ag"]
    made = Deviation(
        subrange=which,
        coefficients=tuple(-1e-4 / 7**number for number in range(len(which.names))),
        d=3e-5 if silver else 0.0,
    )
    extra = {"e-H2(17K)": 17.035, "e-H2(20K)": 20.27}
    realised = {**its90.FIXED_POINTS, **extra}
    points = (*which.points, "Ag") if silver else which.points
    # hydrogen's triple point lies below a subrange that it helps to determine
    wide = evolve(made, subrange=evolve(which, low=min(which.low, *(realised[each] for each in points))))
    ratios = {each: float(wide.w(realised[each] - 273.15)) for each in points}
    found = fitted(which, ratios, extra if "e-H2(17K)" in points else None)
    inner = np.linspace(which.low - 273.15, which.high - 273.15, 57)
    assert found.t(made.w(inner)) == pytest.approx(inner, abs=1e-7)
    assert found.d == pytest.approx(made.d, rel=1e-6, abs=1e-12)


@given(st.floats(0.5, 660.0))
def test_derivatives_are_those_of_differences(t: float) -> None:
    h = 1e-3
    (along,) = its90.wr_partials(np.array([t]))[1]
    assert along[0] == pytest.approx((its90.wr(t + h) - its90.wr(t - h)) / (2 * h), rel=1e-8)
    w, (slope,) = WARM.w_partials(np.array([max(t, 1.0)]))
    (back,) = WARM.t_partials(w)[1]
    assert slope * back == pytest.approx(1, rel=1e-9)


def test_refusals_name_the_range_and_the_subranges() -> None:
    with pytest.raises(UncertaintyError, match="out-of-range") as caught:
        its90.wr([0.0, 961.9])
    assert caught.value.input == "t"
    with pytest.raises(UncertaintyError, match="out-of-range"):
        its90.t(float("nan"))
    with pytest.raises(UncertaintyError, match="out-of-range"):
        WARM.w(-1.0)
    with pytest.raises(UncertaintyError, match=r"419.527.*unknown-choice"):
        subrange(0, 420)
    with pytest.raises(UncertaintyError, match="fixed-points-differ"):
        fitted(subrange(0, 419.527), {"Zn": 2.5686})
    with pytest.raises(UncertaintyError, match="unknown-choice"):
        its90.wr_at("Cu")
