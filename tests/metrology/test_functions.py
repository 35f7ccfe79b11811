"""Functions of several arguments and with several results: exact slopes, dimensions, pairing."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from labctl.errors import ModelError, UnitMismatch
from labctl.metrology.distributions import Floats
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import Input, evaluate
from labctl.metrology.functions import FUNCTIONS, Function, Partials, Takes, by_array, chain
from labctl.metrology.units import parse_unit
from tests.metrology.models import by_symbol, effect, given


@pytest.mark.parametrize(("y", "x"), [(1.0, 2.0), (1.0, -2.0), (-3.0, -0.5), (0.0, 1.0)])
def test_an_angle_has_both_slopes(y: float, x: float) -> None:
    inputs = by_symbol(given("y", "1", y, effect("y", 0.1)), given("x", "1", x, effect("x", 0.2)))
    batch = evaluate(Equations("phi = atan2(y, x)"), inputs, points=1)
    assert batch.values["phi"][0] == pytest.approx(math.atan2(y, x), rel=1e-13)
    assert batch.u["phi"][0] == pytest.approx(math.hypot(0.1 * x, 0.2 * y) / (x * x + y * y), rel=1e-12)


@pytest.mark.parametrize("name", [name for name, each in FUNCTIONS.items() if each.element])
def test_slopes_of_one_number_are_exact(name: str) -> None:
    element, x, step = FUNCTIONS[name].element, np.array([0.3, 0.7]), 1e-6
    assert element is not None
    difference = (element.value(x + step) - element.value(x - step)) / (2 * step)
    assert element.slope(x) == pytest.approx(difference, rel=1e-8)


def test_functions_may_have_quantities_and_several_results(monkeypatch: pytest.MonkeyPatch) -> None:
    def ratio(t: Floats, p: Floats) -> Partials:
        kelvin = t + 273.15
        return p / kelvin, (-p / kelvin**2, 1 / kelvin)

    monkeypatch.setitem(FUNCTIONS, "gas", by_array(ratio, ("°C", "Pa"), "Pa/K"))
    inputs = by_symbol(given("t", "°C", 26.85, effect("t", 0.3)), given("p", "kPa", 300.0, effect("p", 3.0)))
    batch = evaluate(Equations("c = gas(t, p)"), inputs, points=1)
    assert (batch.values["c"][0], batch.u["c"][0]) == (1000.0, pytest.approx(math.hypot(1.0, 10.0)))
    with pytest.raises(UnitMismatch, match="gas"):
        evaluate(Equations("c = gas(p, t)"), inputs, points=1)
    with pytest.raises(ModelError, match="unknown-function"):
        Equations("c = gas(p)")


def test_a_line_through_vectors_pairs_by_column(monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(result: int, arrays: Sequence[Floats]) -> Partials:
        x, y = arrays
        run, rise = x[:, -1] - x[:, 0], y[:, -1] - y[:, 0]
        zero = np.zeros_like(x)
        if result == 0:
            first = zero.copy()
            first[:, 0] = 1
            return y[:, 0], (zero, first)
        of_y = zero.copy()
        of_y[:, 0], of_y[:, -1] = -1 / run, 1 / run
        return rise / run, (zero, of_y)

    line = Function(
        chain(ends, reduces=True), Takes.RULE, reduces=True, rule=lambda _, below: below[1], arguments=2, results=2
    )
    monkeypatch.setitem(FUNCTIONS, "fit.ends", line)

    def series(symbol: str, values: list[float], nominal: list[float], u: float) -> Input:
        each = (effect(symbol, u),) if u else ()
        number = parse_unit("1")
        columns = {"nominal": (number, nominal)}
        return Input(
            symbol, number, np.zeros(1), elements=np.array([values]), element_contributions=each, columns=columns
        )

    inputs = by_symbol(series("x", [0.0, 1.0, 4.0], [0, 1, 4], 0.0), series("y", [9.0, 3.0, 1.0], [4, 1, 0], 0.5))
    batch = evaluate(Equations("a, b = fit.ends(x[:], y[:])"), inputs, points=1)
    assert (batch.values["a"][0], batch.values["b"][0]) == (1.0, 2.0)
    assert (batch.u["a"][0], batch.u["b"][0]) == (0.5, 0.0)  # one common offset: the slope does not feel it
    for text in ("a = fit.ends(x[:], y[:])", "a, b, c = fit.ends(x[:], y[:])", "a = fit.other(x)", "a = x.__class__"):
        with pytest.raises(ModelError):
            Equations(text)
