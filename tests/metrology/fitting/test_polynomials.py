"""Polynomials: digits at any degree, the choice of the degree, and parameters as inputs of further models."""

import math
from fractions import Fraction

import numpy as np
import pytest

from labctl.metrology.distributions import Floats
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.fitting.bases import Polynomials
from labctl.metrology.fitting.curves import callendar_van_dusen, degrees, line, polynomial
from labctl.metrology.fitting.least_squares import Weights
from labctl.metrology.fitting.model_check import corrected_information
from labctl.metrology.units import parse_unit
from tests.metrology.models import by_symbol, effect, given


def scatter(count: int) -> Floats:
    """Return numbers that look random and are the same everywhere."""
    return np.array([math.sin(12.9898 * n * n + 78.233 * n) for n in range(1, count + 1)])


def test_degree_nine_keeps_its_digits() -> None:
    """Values by exact rational arithmetic, far from zero; every coefficient is 1."""
    x = np.linspace(1000.0, 1002.0, 41)
    exact = [float(sum((Fraction(value) - 1001) ** k for k in range(10))) for value in x.tolist()]
    fit = polynomial(x, exact, 9, origin=1001.0)
    assert fit.parameters == pytest.approx(np.ones(10), rel=1e-10)
    assert fit.value(1000.5)[0] == pytest.approx(sum((-0.5) ** k for k in range(10)), rel=1e-13)
    assert fit.solution.condition == pytest.approx(1.0, abs=1e-9)


def test_slopes_of_the_polynomials_are_exact() -> None:
    basis = Polynomials.over(np.linspace(-3.0, 5.0, 17), 6)
    at, step = np.array([-2.3, 0.1, 4.9]), 1e-5
    first = (basis.values(at + step) - basis.values(at - step)) / (2 * step)
    second = (basis.slopes(at + step) - basis.slopes(at - step)) / (2 * step)
    assert basis.slopes(at) == pytest.approx(first, rel=1e-6, abs=1e-8)
    assert basis.slopes(at, 2) == pytest.approx(second, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("stated", [False, True])
def test_the_degree_that_the_points_deserve(*, stated: bool) -> None:
    x = np.linspace(-1.0, 1.0, 25)
    y = 1 + x - 0.8 * x**2 + 0.6 * x**3 + 0.02 * scatter(25)
    choice = degrees(x, y, 6, u=0.02 / math.sqrt(2), weights=Weights.ABSOLUTE) if stated else degrees(x, y, 6)
    assert (choice.by_information, choice.by_f_test) == (3, 3)
    assert choice.improvements[2] < 1e-6
    assert choice.degrees == (1, 2, 3, 4, 5, 6)


def test_corrected_information_of_a_known_line() -> None:
    """n·ln(RSS/n) + 2k + 2k(k+1)/(n−k−1) with k = 3: two coefficients and the scatter."""
    fit = line([1, 2, 3, 4, 5, 6], [3.014, 5.225, 7.004, 9.061, 11.201, 12.762])
    expected = 6 * math.log(0.11649828571428572 / 6) + 6 + 24 / 2
    assert corrected_information(fit.solution, stated=False) == pytest.approx(expected, rel=1e-10)


def test_parameters_are_one_ensemble_in_a_further_model() -> None:
    """JCGM 100:2008, H.3: b(30 °C) from y1 and y2 with r = −0.930 has u = 0.0041 and still nine degrees of freedom."""
    t = [21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511]
    b = [-0.171, -0.169, -0.166, -0.159, -0.164, -0.165, -0.156, -0.157, -0.159, -0.161, -0.160]
    fit = line(t, b, origin=20.0)
    block = fit.as_inputs("thermometer", [parse_unit("K"), parse_unit("1")], ["y1", "y2"])
    batch = evaluate(
        Equations("b = y1 + y2 * d"),
        {**block.inputs, **by_symbol(given("d", "K", [10.0]))},
        points=1,
        correlations=block.correlations,
    )
    assert batch.u["b"][0] == pytest.approx(0.004138595752854948, rel=1e-9)
    assert batch.dof["b"][0] == pytest.approx(9, rel=1e-9)


def test_parameters_on_original_effects_cancel_with_what_shares_them() -> None:
    """A line through readings with a common offset, used beside a reading with the same offset."""
    x = np.array([1.0, 2.0, 3.0, 4.0])
    fit = line(x, 2 + 3 * x, u=0.1, weights=Weights.ABSOLUTE)
    effects = [*(effect(f"reading {n}", 0.1) for n in range(4)), effect("offset", 0.5)]
    components = fit.components(np.column_stack((0.1 * np.eye(4), np.full(4, 0.5))))
    block = fit.as_inputs_on(effects, components, [parse_unit("V"), parse_unit("V")], ["a", "b"])
    inputs = {**block.inputs, **by_symbol(given("y", "V", [6.5], effect("offset", 0.5)))}
    batch = evaluate(Equations("d = y - a - b * 1.5", "alone = a + 0 * y"), inputs, points=1)
    assert batch.u["d"][0] == pytest.approx(fit.curve_band(1.5).u[0], rel=1e-10)
    assert batch.u["alone"][0] == pytest.approx(math.hypot(0.5, fit.u[0]), rel=1e-10)


def test_a_thermometer_below_and_above_zero() -> None:
    """IEC 60751:2022: R of the standard's own curve gives the standard's constants back."""
    a, b, c = 3.9083e-3, -5.775e-7, -4.183e-12
    t = np.array([-80.0, -40.0, -10.0, 0.0, 20.0, 60.0, 120.0, 250.0])
    r = 100 * (1 + a * t + b * t**2 + np.where(t < 0, c * (t - 100) * t**3, 0.0))
    fit = callendar_van_dusen(t, r, u=0.002, weights=Weights.ABSOLUTE)
    assert fit.parameters == pytest.approx([100.0, a, b], rel=1e-9)
    full = callendar_van_dusen(t, r, u=0.002, weights=Weights.ABSOLUTE, fits_c=True)
    assert full.parameters == pytest.approx([100.0, a, b, c], rel=1e-6)
    assert fit.inverse(107.7935).value[0] == pytest.approx(20.0, abs=1e-4)  # the standard's table at 20 °C
    assert fit.curve_band(20.0).u[0] < full.curve_band(20.0).u[0] < 0.002
