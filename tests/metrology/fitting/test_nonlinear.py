"""Nonlinear fits: an own curve with known parameters, by text and by function, and what is refused."""

import math

import numpy as np
import pytest

from labctl.errors import ModelError, UncertaintyError
from labctl.metrology.distributions import Floats
from labctl.metrology.fitting.curve_text import Curve
from labctl.metrology.fitting.curves import line
from labctl.metrology.fitting.least_squares import Weights
from labctl.metrology.fitting.nonlinear import nonlinear
from labctl.metrology.units import parse_unit

TIMES = np.array([0.0, 10.0, 20.0, 40.0, 60.0, 90.0, 120.0, 180.0])
RATES = 5.0 * np.exp(-TIMES / 45.0) + 0.25


def decay(parameters: Floats) -> tuple[Floats, Floats]:
    """Return q·exp(−t/τ) + q₀ with its slopes."""
    q, tau, rest = parameters.tolist()
    fall = np.exp(-TIMES / tau)
    return q * fall + rest, np.column_stack((fall, q * fall * TIMES / tau**2, np.ones_like(TIMES)))


@pytest.mark.parametrize("curve", ["y = q * exp(-t / tau) + rest", decay])
def test_an_exponential_is_found_by_text_and_by_function(curve: str | Curve) -> None:
    start = {"q": 1.0, "tau": 10.0, "rest": 0.0}
    fit = nonlinear(curve, TIMES, RATES, start, u=0.01, weights=Weights.ABSOLUTE)
    assert fit.parameters == pytest.approx([5.0, 45.0, 0.25], rel=1e-9)
    assert fit.names == ("q", "tau", "rest")
    slopes = decay(fit.parameters)[1]
    assert fit.covariance == pytest.approx(1e-4 * np.linalg.inv(slopes.T @ slopes), rel=1e-8)
    assert fit.check().passed
    block = fit.as_inputs("decay", [parse_unit("1"), parse_unit("s"), parse_unit("1")])
    assert block.inputs["tau"].contributions[0].u == pytest.approx(fit.u[1])
    assert len(block.correlations) == 3


def test_a_linear_curve_is_the_linear_fit_with_a_covariance() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    y = np.array([2.1, 3.9, 6.2, 7.8, 10.1])
    joint = 0.04 * np.eye(5) + 0.01
    bent = nonlinear("y = a + b * x", {"x": x}, y, {"a": 50.0, "b": -7.0}, covariance=joint, weights=Weights.RELATIVE)
    straight = line(x, y, covariance=joint, weights=Weights.RELATIVE)
    assert bent.parameters == pytest.approx(straight.parameters, rel=1e-9)
    assert bent.covariance == pytest.approx(straight.covariance, rel=1e-9)
    assert bent.along_y == pytest.approx(straight.along_y, rel=1e-9, abs=1e-12)
    assert bent.dof == 3


@pytest.mark.parametrize(
    ("text", "start", "code"),
    [
        ("y = a + b * x + b * z", {"a": 1.0, "b": 1.0}, "undefined-symbol"),
        ("y = a * x", {"a": 1.0, "b": 1.0}, "unused-input"),
        ("y = a * log(x - 10) + b", {"a": 1.0, "b": 1.0}, "not-a-number"),
        ("y = (a + b) * x", {"a": 1.0, "b": 1.0}, "rank-deficient"),
        ("y = a * b * c * d * f * x", dict.fromkeys("abcdf", 1.0), "too-few-points"),
        ("y = a * x + b", {"a": math.nan, "b": 1.0}, "not-finite"),
        ("y = exp(-a * x) + b * x", {"a": 800.0, "b": 0.0}, "rank-deficient"),
    ],
)
def test_refused_by_name(text: str, start: dict[str, float], code: str) -> None:
    with pytest.raises(UncertaintyError) as refusal:
        nonlinear(text, {"x": [1.0, 2.0, 3.0, 4.0, 5.0]}, [1.0, 3.0, 2.0, 5.0, 4.0], start)
    assert refusal.value.code == code


def test_slopes_that_are_not_the_curves_find_no_minimum() -> None:
    def uphill(parameters: Floats) -> tuple[Floats, Floats]:
        values, slopes = decay(parameters)
        return values, -slopes

    with pytest.raises(UncertaintyError, match="not-converged"):
        nonlinear(uphill, TIMES, RATES, {"q": 1.0, "tau": 10.0, "rest": 0.0})


def test_a_curve_is_one_equation() -> None:
    with pytest.raises(ModelError, match="not-a-curve"):
        nonlinear("y = a * mean(x[:])", [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], {"a": 1.0})
