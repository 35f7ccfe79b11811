"""Lines through published points: JCGM 100 H.3, ISO/TS 28037, Natrella, Pearson with York's weights, shared errors."""

import math

import numpy as np
import pytest

from labctl.errors import UncertaintyError
from labctl.metrology.fitting.curves import line, polynomial
from labctl.metrology.fitting.least_squares import Weights, solve

SIX = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
ISO_6 = [3.3, 5.6, 7.1, 9.3, 10.7, 12.1]  # ISO/TS 28037:2010, clause 6
PEARSON_X = [5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5]
PEARSON_Y = [0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4]
YORK = [1 / math.sqrt(w) for w in (1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1)]


def test_gum_h3_thermometer() -> None:
    """JCGM 100:2008, H.3: corrections of a thermometer against (t − 20 °C)."""
    t = [21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511]
    b = [-0.171, -0.169, -0.166, -0.159, -0.164, -0.165, -0.156, -0.157, -0.159, -0.161, -0.160]
    fit = line(t, b, origin=20.0)
    assert fit.parameters == pytest.approx([-0.17120379013134998, 0.002182697739887278], rel=1e-11)
    assert fit.u == pytest.approx([0.002877597835159954, 0.0006679387732278317], rel=1e-10)
    assert fit.correlation[0, 1] == pytest.approx(-0.9304296030934459, rel=1e-10)
    assert (fit.s, fit.dof) == pytest.approx((0.0034975639635052838, 9), rel=1e-11)
    at_30 = fit.curve_band(30.0)
    assert (at_30.value[0], at_30.dof) == pytest.approx((-0.14937681273247722, 9), rel=1e-11)
    assert at_30.u[0] == pytest.approx(0.004138595752854948, rel=1e-10)
    assert fit.prediction_band(30.0).u[0] == pytest.approx(math.hypot(0.004138595752854948, fit.s), rel=1e-10)


def test_iso_28037_weighted_line_and_its_use_both_ways() -> None:
    """ISO/TS 28037:2010, 6 and 11: 1.867, 1.757, u 0.465, 0.120; x₀ 4.913 with u 0.322; y at 3.5: 8.017, u 0.406."""
    fit = line(SIX, ISO_6, u=0.5, weights=Weights.ABSOLUTE)
    assert fit.parameters == pytest.approx([1.8666666666666667, 1.7571428571428571], rel=1e-12)
    assert fit.u == pytest.approx([0.4654746681256314, 0.11952286093343936], rel=1e-12)
    assert fit.covariance[0, 1] == pytest.approx(-0.05, rel=1e-12)
    assert fit.dof == math.inf
    back = fit.inverse(10.5, 0.5)
    assert (back.value[0], back.u[0]) == pytest.approx((4.913279132791327, 0.32203556012890994), rel=1e-11)
    forward = fit.curve_band(3.5, 0.2)
    assert (forward.value[0], forward.u[0]) == pytest.approx((8.016666666666667, 0.4064095317324548), rel=1e-11)
    check = fit.check()
    assert (check.chi_squared, check.freedom) == pytest.approx((1.6647619047619047, 4), rel=1e-11)
    assert check.limit == pytest.approx(9.487729036781154, rel=1e-9)
    assert check.probability == pytest.approx(0.797, abs=5e-4)
    assert check.passed
    assert check.exceeding == ()


def test_three_rules_for_the_weights() -> None:
    """ISO/TS 28037:2010, Annex E: with unknown u the classical 0.159 and 0.041 grow by √2 for six points."""
    y = [3.014, 5.225, 7.004, 9.061, 11.201, 12.762]
    relative, posterior = line(SIX, y), line(SIX, y, weights=Weights.POSTERIOR)
    assert relative.parameters == pytest.approx([1.172, 1.9635714285714285], rel=1e-12)
    assert relative.u == pytest.approx([0.15887509319618112, 0.04079535787917292], rel=1e-11)
    assert relative.covariance[0, 1] == pytest.approx(-0.005824914285714286, rel=1e-11)
    assert relative.chi_squared == pytest.approx(0.11649828571428572, rel=1e-11)
    assert posterior.u == pytest.approx(relative.u * math.sqrt(2), rel=1e-12)
    assert (relative.dof, posterior.dof) == (4, math.inf)
    ratio = line(SIX, y, u=0.5, weights=Weights.RELATIVE).u / line(SIX, y, u=0.5, weights=Weights.ABSOLUTE).u
    assert ratio == pytest.approx(math.sqrt(0.11649828571428572 / 0.25 / 4), rel=1e-11)


def test_natrella_line() -> None:
    """NBS Handbook 91, 5-4.1: Young's modulus of sapphire rods against temperature."""
    x = [30, *range(100, 1600, 100)]
    y = [4642, 4612, 4565, 4513, 4476, 4433, 4389, 4347, 4303, 4251, 4201, 4140, 4100, 4073, 4024, 3999]
    fit = line(x, y)
    assert fit.parameters == pytest.approx([4654.984595900807, -0.4498548241407247], rel=1e-11)
    assert fit.u == pytest.approx([4.458638024335501, 0.005064488672497783], rel=1e-10)
    assert fit.s == pytest.approx(9.277617640383069, rel=1e-10)


def test_pearson_reversed_with_weights_of_y_only() -> None:
    fit = line(PEARSON_X, PEARSON_Y, u=YORK, weights=Weights.ABSOLUTE)
    assert fit.parameters == pytest.approx([9.430160794071048, -1.5862207147806202], rel=1e-11)
    assert fit.u == pytest.approx([0.10669875255250154, 0.020977150928992796], rel=1e-10)
    assert fit.chi_squared == pytest.approx(544.2712932769119, rel=1e-10)
    check = fit.check()
    assert not check.passed
    assert len(check.exceeding) > 0


def test_a_shared_gain_reaches_the_line() -> None:
    """0.5 of scatter and 1 % of a common standard; closed form at 40 digits."""
    y = np.array(ISO_6)
    fit = line(SIX, y, covariance=0.25 * np.eye(6) + 1e-4 * np.outer(y, y), weights=Weights.ABSOLUTE)
    assert fit.parameters == pytest.approx([1.8663559628359012, 1.7568503833837947], rel=1e-11)
    assert fit.u == pytest.approx([0.4658487448872893, 0.12080735903055508], rel=1e-11)
    assert fit.covariance[0, 1] == pytest.approx(-0.0496720545951017, rel=1e-10)
    assert fit.chi_squared == pytest.approx(1.664484807672018, rel=1e-10)


def test_a_shared_offset_neither_averages_down_nor_touches_the_slope() -> None:
    free = line(SIX, ISO_6, u=0.5, weights=Weights.ABSOLUTE)
    shared = line(SIX, ISO_6, covariance=0.25 * np.eye(6) + 0.3**2, weights=Weights.ABSOLUTE)
    assert shared.parameters == pytest.approx(free.parameters, rel=1e-12)
    assert shared.u[0] ** 2 - free.u[0] ** 2 == pytest.approx(0.09, rel=1e-10)
    assert shared.u[1] == pytest.approx(free.u[1], rel=1e-11)
    carried = shared.components(np.column_stack((0.5 * np.eye(6), np.full(6, 0.3))))
    assert carried @ carried.T == pytest.approx(shared.covariance, rel=1e-10)
    assert carried[:, -1] == pytest.approx([0.3, 0.0], abs=1e-14)


def test_a_covariance_without_correlation_is_weights() -> None:
    u = np.array([0.1, 0.2, 0.1, 0.4, 0.2, 0.3])
    weighted, general = (
        line(SIX, ISO_6, u=u, weights=Weights.ABSOLUTE),
        line(SIX, ISO_6, covariance=np.diag(u**2), weights=Weights.ABSOLUTE),
    )
    assert general.parameters == pytest.approx(weighted.parameters, rel=1e-12)
    assert general.covariance == pytest.approx(weighted.covariance, rel=1e-11)


def test_a_parabola_is_inverted_where_it_is_single_valued() -> None:
    x = np.linspace(1.0, 4.0, 9)
    fit = polynomial(x, 2 + 0.5 * x + 0.25 * x**2, 2, u=0.01, weights=Weights.ABSOLUTE)
    back = fit.inverse(2 + 0.5 * 2.3 + 0.25 * 2.3**2, 0.02)
    assert back.value[0] == pytest.approx(2.3, rel=1e-12)
    assert back.u[0] == pytest.approx(math.hypot(fit.curve_band(2.3).u[0], 0.02) / (0.5 + 0.5 * 2.3), rel=1e-10)
    with pytest.raises(UncertaintyError, match="not-invertible"):
        fit.inverse(50.0)
    valley = polynomial(x, (x - 2.5) ** 2 + 0.001 * x**3, 2)
    with pytest.raises(UncertaintyError, match="not-invertible"):
        valley.inverse(0.5)


def test_a_design_of_several_regressors_reports_rank_and_condition() -> None:
    one, x = np.ones(6), np.array(SIX)
    found = solve(np.column_stack((one, x, x**2)), ISO_6)
    assert found.rank == 3
    assert found.condition < 100
    with pytest.raises(UncertaintyError, match=r"determine 2 of 3 parameters.*\[rank-deficient\]"):
        solve(np.column_stack((one, x, 2 * x - one)), ISO_6)
    with pytest.raises(UncertaintyError, match=r"condition number .*rank 3.*\[ill-conditioned\]"):
        solve(np.column_stack((one, x, x + 1e-11 * x**2)), ISO_6)
