"""Lines with uncertainty in both coordinates: three covariances by name, against published and 40-digit figures."""

import math
from typing import Any

import GTC
import numpy as np
import pytest

from labctl.errors import UncertaintyError
from labctl.metrology.distributions import Floats
from labctl.metrology.fitting.curves import line
from labctl.metrology.fitting.fit import Fit, Route
from labctl.metrology.fitting.general_distance import general_distance
from labctl.metrology.fitting.least_squares import Weights

ENGINE: Any = GTC
ISO_X, ISO_Y = [1.2, 1.9, 2.9, 4.0, 4.7, 5.9], [3.4, 4.4, 7.2, 8.5, 10.8, 13.5]  # ISO/TS 28037:2010, 7.4
ISO_U_Y = [0.2, 0.2, 0.2, 0.4, 0.4, 0.4]
PEARSON_X = [0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4]
PEARSON_Y = [5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5]
YORK_X = [1 / math.sqrt(w) for w in (1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1)]
YORK_Y = [1 / math.sqrt(w) for w in (1, 1.8, 4, 8, 20, 20, 70, 70, 100, 500)]


def figures(covariance: Floats) -> tuple[float, float, float]:
    return math.sqrt(covariance[0, 0]), math.sqrt(covariance[1, 1]), float(covariance[0, 1])


def routes(fit: Fit) -> list[tuple[float, float, float]]:
    return [figures(fit.covariances[each]) for each in (Route.ISO, Route.PROPAGATED, Route.HESSIAN)]


def test_iso_28037_line() -> None:
    """ISO/TS 28037:2010, 7.4: 0.5788 and 2.1597 with 0.4764, 0.1355 and −0.0577; χ² 2.743."""
    fit = general_distance(ISO_X, ISO_Y, u_x=0.2, u_y=ISO_U_Y, weights=Weights.ABSOLUTE)
    assert fit.parameters == pytest.approx([0.5788221221494984, 2.1596565673992933], rel=1e-10)
    assert fit.chi_squared == pytest.approx(2.742676789730967, rel=1e-10)
    iso, propagated, hessian = routes(fit)
    assert iso == pytest.approx((0.47642062962177556, 0.1355479274675088, -0.057716939098509834), rel=1e-9)
    assert propagated == pytest.approx((0.4803590465114034, 0.1362464831365202, -0.05861434195600374), rel=1e-9)
    assert hessian == pytest.approx((0.4781742011066541, 0.13582061293619752, -0.05809940976128395), rel=1e-9)
    assert figures(fit.covariance) == iso
    assert fit.check().passed
    named = general_distance(ISO_X, ISO_Y, u_x=0.2, u_y=ISO_U_Y, weights=Weights.ABSOLUTE, route=Route.PROPAGATED)
    assert figures(named.covariance) == pytest.approx(propagated, rel=1e-12)


def test_readings_of_one_chain_correlate() -> None:
    fit = general_distance(ISO_X, ISO_Y, u_x=0.2, u_y=ISO_U_Y, r=0.5, weights=Weights.ABSOLUTE)
    assert fit.parameters == pytest.approx([0.5504699188343826, 2.16424303415024], rel=1e-10)
    assert fit.chi_squared == pytest.approx(5.025826252096975, rel=1e-10)
    iso, propagated, hessian = routes(fit)
    assert iso == pytest.approx((0.369695387880579, 0.10098571212354207, -0.03360257269671911), rel=1e-9)
    assert propagated == pytest.approx((0.3767039707594375, 0.102496295934013, -0.03490189193287044), rel=1e-9)
    assert hessian == pytest.approx((0.3727176920213261, 0.10157966968598783, -0.03414098183232524), rel=1e-9)


def test_pearson_with_yorks_weights_both_ways_round() -> None:
    """York et al. 2004: 5.4799 and −0.480533 with 0.29497 and 0.05799; reversed it is the same line."""
    there = general_distance(PEARSON_X, PEARSON_Y, u_x=YORK_X, u_y=YORK_Y, weights=Weights.ABSOLUTE)
    back = general_distance(PEARSON_Y, PEARSON_X, u_x=YORK_Y, u_y=YORK_X, weights=Weights.ABSOLUTE)
    assert there.u == pytest.approx([0.29497, 0.05799], abs=1e-5)
    assert back.parameters == pytest.approx([11.403806975993376, -2.0810207667236016], rel=1e-10)
    assert back.chi_squared == pytest.approx(11.866353194061446, rel=1e-10)
    assert there.chi_squared == pytest.approx(back.chi_squared, rel=1e-10)
    assert there.parameters[1] == pytest.approx(1 / back.parameters[1], rel=1e-10)
    assert there.parameters[0] == pytest.approx(-back.parameters[0] / back.parameters[1], rel=1e-10)
    iso, propagated, hessian = routes(back)
    assert iso == pytest.approx((0.8020969448329496, 0.25111263029673103, -0.19709640260461891), rel=1e-9)
    assert propagated == pytest.approx((0.7999667266549041, 0.2495177944849775, -0.1953017317515639), rel=1e-9)
    assert hessian == pytest.approx((0.797997334943866, 0.24932276331092404, -0.19464689997359233), rel=1e-9)


def test_the_propagated_covariance_is_that_of_an_independent_engine() -> None:
    points = [
        [ENGINE.ureal(value, u) for value, u in zip(values, spreads, strict=True)]
        for values, spreads in ((PEARSON_X, YORK_X), (PEARSON_Y, YORK_Y))
    ]
    a, b = ENGINE.type_b.line_fit_wtls(*points).a_b
    ours = general_distance(PEARSON_X, PEARSON_Y, u_x=YORK_X, u_y=YORK_Y, weights=Weights.ABSOLUTE)
    assert ours.parameters == pytest.approx([a.x, b.x], rel=1e-7)
    assert figures(ours.covariances[Route.PROPAGATED])[:2] == pytest.approx((a.u, b.u), rel=1e-6)


def test_exact_x_is_the_weighted_line_whatever_the_route() -> None:
    weighted = line(ISO_X, ISO_Y, u=ISO_U_Y, weights=Weights.ABSOLUTE)
    fit = general_distance(ISO_X, ISO_Y, u_x=0.0, u_y=ISO_U_Y, weights=Weights.ABSOLUTE)
    assert fit.parameters == pytest.approx(weighted.parameters, rel=1e-11)
    assert fit.along_x == pytest.approx(weighted.along_x, rel=1e-9)
    for covariance in fit.covariances.values():
        assert covariance == pytest.approx(weighted.covariance, rel=1e-10)


def test_slopes_along_every_coordinate_are_exact() -> None:
    def moved(dx: float, dy: float) -> Floats:
        x, y = np.array(ISO_X), np.array(ISO_Y)
        x[2], y[4] = x[2] + dx, y[4] + dy
        return general_distance(x, y, 2, u_x=0.05, u_y=ISO_U_Y, weights=Weights.ABSOLUTE).parameters

    fit = general_distance(ISO_X, ISO_Y, 2, u_x=0.05, u_y=ISO_U_Y, weights=Weights.ABSOLUTE)
    step = 1e-5
    assert fit.along_x[:, 2] == pytest.approx((moved(step, 0) - moved(-step, 0)) / (2 * step), rel=1e-6)
    assert fit.along_y[:, 4] == pytest.approx((moved(0, step) - moved(0, -step)) / (2 * step), rel=1e-6)


def test_what_all_x_share_is_propagated() -> None:
    """An offset of 0.1 common to all x moves the intercept by −b·0.1 and leaves the slope."""
    n = len(ISO_X)
    joint = np.diag([0.04] * n + [u * u for u in ISO_U_Y])
    joint[:n, :n] += 0.01
    shared = general_distance(ISO_X, ISO_Y, covariance=joint, weights=Weights.ABSOLUTE)
    free = general_distance(ISO_X, ISO_Y, u_x=0.2, u_y=ISO_U_Y, weights=Weights.ABSOLUTE)
    assert shared.parameters == pytest.approx(free.parameters, rel=1e-9)
    added = shared.covariances[Route.ISO] - free.covariances[Route.ISO]
    assert added[0, 0] == pytest.approx((0.1 * free.parameters[1]) ** 2, rel=1e-6)
    assert added[1, 1] == pytest.approx(0, abs=1e-9)


def test_refusals() -> None:
    with pytest.raises(UncertaintyError, match="zero-uncertainty"):
        general_distance(ISO_X, ISO_Y, weights=Weights.ABSOLUTE)
    with pytest.raises(UncertaintyError, match="correlation-out-of-range"):
        general_distance(ISO_X, ISO_Y, u_x=0.1, u_y=0.1, r=1.5, weights=Weights.ABSOLUTE)
    with pytest.raises(UncertaintyError, match="route-unknown"):
        general_distance(ISO_X, ISO_Y, u_x=0.1, u_y=0.1, weights=Weights.ABSOLUTE, route=Route.LINEAR)
    with pytest.raises(UncertaintyError, match="covariance-not-psd"):
        general_distance(ISO_X, ISO_Y, covariance=np.eye(12) * 3 - 1, weights=Weights.ABSOLUTE)
    with pytest.raises(UncertaintyError, match="weights-unstated"):
        general_distance(ISO_X, ISO_Y, u_x=0.1, u_y=0.1)
