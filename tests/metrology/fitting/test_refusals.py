"""What a fit refuses, each by name; and that units and order of the points change no printed digit."""

import math
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given as property_of
from hypothesis import settings
from hypothesis import strategies as st

from labctl.errors import UncertaintyError
from labctl.metrology.fitting.curves import callendar_van_dusen, line, polynomial
from labctl.metrology.fitting.fit import Fit
from labctl.metrology.fitting.general_distance import general_distance
from labctl.metrology.fitting.least_squares import Weights
from labctl.metrology.fitting.model_check import f_test
from labctl.metrology.fitting.points import through_points
from labctl.metrology.rounding import report
from labctl.metrology.units import parse_unit

X = [1.0, 2.0, 3.0, 4.0]
Y = [1.1, 1.9, 3.2, 3.9]
ABSOLUTE = Weights.ABSOLUTE
CONTRADICTING = np.array([[1, 0.9, 0.9, 0], [0.9, 1, -0.9, 0], [0.9, -0.9, 1, 0], [0, 0, 0, 1.0]])
SLANTED = np.eye(4) + np.array([[0, 0.5, 0, 0], [0.0] * 4, [0.0] * 4, [0.0] * 4])


REFUSED: list[tuple[Callable[[], object], str, str]] = [
    (lambda: line([1, 2], [1, 2]), "too-few-points", "points"),
    (lambda: polynomial(X, Y, 3), "too-few-points", "points"),
    (lambda: line(X, Y[:3]), "wrong-shape", "y"),
    (lambda: line([2.0] * 4, Y), "identical-x", "x"),
    (lambda: polynomial([1, 1, 2, 2], Y, 2), "rank-deficient", "x"),
    (lambda: polynomial(X, Y, -1), "degree-out-of-range", "degree"),
    (lambda: line([1, 2, math.nan, 4], Y), "not-finite", "x"),
    (lambda: line(X, [1, 2, math.inf, 4]), "not-finite", "y"),
    (lambda: line(X, ["1", "2", "3", "4"]), "not-a-number", "y"),
    (lambda: line(X, Y, u=[0.1, -0.1, 0.1, 0.1], weights=ABSOLUTE), "negative-uncertainty", "u(y)"),
    (lambda: line(X, Y, u=[0.1, 0.0, 0.1, 0.1], weights=ABSOLUTE), "zero-uncertainty", "u(y)"),
    (lambda: line(X, Y, u=math.nan, weights=ABSOLUTE), "not-finite", "u(y)"),
    (lambda: line(X, Y, u=0.1), "weights-unstated", "weights"),
    (lambda: line(X, Y, weights=ABSOLUTE), "weights-unstated", "weights"),
    (lambda: line(X, Y, u=0.1, covariance=np.eye(4), weights=ABSOLUTE), "weights-twice", "u(y), V(y)"),
    (lambda: line(X, Y, covariance=CONTRADICTING, weights=ABSOLUTE), "covariance-not-psd", "V(y)"),
    (lambda: line(X, Y, covariance=np.ones((4, 4)), weights=ABSOLUTE), "covariance-singular", "V(y)"),
    (lambda: line(X, Y, covariance=SLANTED, weights=ABSOLUTE), "covariance-not-symmetric", "V(y)"),
    (lambda: line(X, Y, covariance=np.eye(3), weights=ABSOLUTE), "wrong-shape", "V(y)"),
    (lambda: line(X, Y, covariance=-np.eye(4), weights=ABSOLUTE), "negative-uncertainty", "V(y)"),
    (lambda: line(X, Y, weights=Weights.POSTERIOR), "too-few-points", "points"),
    (lambda: callendar_van_dusen([1.0, 2, 3, 4, 5], [1.0, 2, 3, 4, 5], fits_c=True), "rank-deficient", "design"),
    (lambda: line(X, [2.0] * 4).inverse(2.0), "not-invertible", "y"),
    (lambda: line(X, Y, u=[0.1, 0.2, 0.1, 0.1], weights=ABSOLUTE).prediction_band(2.0), "scatter-unstated", "u(y)"),
    (lambda: line(X, Y).as_inputs("fit", [parse_unit("1")]), "wrong-shape", "fit"),
    (lambda: f_test(polynomial(X, Y, 2).solution, line(X, Y).solution, stated=False), "not-nested", "curve"),
    (lambda: through_points(X, Y).value(4.5), "outside-points", "x"),
    (lambda: through_points([1.0, 1.0], [1.0, 2.0]), "identical-x", "x"),
    (lambda: through_points([1.0], [1.0]), "too-few-points", "points"),
]


@pytest.mark.parametrize(("fit", "code", "name"), REFUSED, ids=[f"{n}-{each[1]}" for n, each in enumerate(REFUSED)])
def test_refused_by_name(fit: Callable[[], object], code: str, name: str) -> None:
    with pytest.raises(UncertaintyError) as refusal:
        fit()
    assert (refusal.value.code, refusal.value.input) == (code, name)


readings = st.lists(st.tuples(st.floats(-5, 5), st.floats(0.05, 0.4)), min_size=6, max_size=9)


def printed(fit: Fit) -> list[tuple[str, str]]:
    return [report(value, u) for value, u in zip(fit.parameters.tolist(), fit.u.tolist(), strict=True)]


@settings(max_examples=60, deadline=None)
@property_of(readings, st.randoms(use_true_random=False), st.sampled_from([1, 2]))
def test_order_and_units_of_the_points_change_nothing(
    rows: list[tuple[float, float]], random: Random, degree: int
) -> None:
    x = np.arange(len(rows), dtype=np.float64)
    y, u = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    order = list(range(len(rows)))
    random.shuffle(order)
    fit = polynomial(x, y, degree, u=u, weights=ABSOLUTE)
    shuffled = polynomial(x[order], y[order], degree, u=u[order], weights=ABSOLUTE)
    assert printed(shuffled) == printed(fit)
    large = polynomial(1000 * x, 1e-6 * y, degree, u=1e-6 * u, weights=ABSOLUTE)
    back = np.array([1e6 * 1000.0**k for k in range(degree + 1)])
    assert large.parameters * back == pytest.approx(fit.parameters, rel=1e-9, abs=1e-9)
    assert large.u * back == pytest.approx(fit.u, rel=1e-10)
    near = general_distance(x, y, degree, u_x=0.001, u_y=u, weights=ABSOLUTE)
    scaled = general_distance(1000 * x, 1e-6 * y, degree, u_x=1.0, u_y=1e-6 * u, weights=ABSOLUTE)
    assert scaled.parameters * back == pytest.approx(near.parameters, rel=1e-8, abs=1e-8)
    assert scaled.u * back == pytest.approx(near.u, rel=1e-8)
