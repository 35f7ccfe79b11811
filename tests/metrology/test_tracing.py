"""Derivatives through NumPy's operations: the same as differences, exact, and refused where nobody knows one."""

from collections.abc import Callable

import numpy as np
import pytest

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.array_function import array_function, is_exact, unfit
from labctl.metrology.distributions import Floats, Normal
from labctl.metrology.effects import Contribution, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Input
from labctl.metrology.tracing import by_differences, traced
from labctl.metrology.units import parse_unit

ONE: dict[str, Callable[[Floats], Floats]] = {
    "polynomial": lambda x: 3 * x**2 - 2 * x + 1 - x / 4 + 2 / x,
    "roots": lambda x: np.sqrt(x) + np.cbrt(x) + 1 / x + np.reciprocal(x) + np.square(x),
    "exponentials": lambda x: np.exp(x) + np.expm1(x) + np.exp2(x) + 2.0**x + x**x,
    "logarithms": lambda x: np.log(x) + np.log10(x) * np.log2(x) - np.log1p(x),
    "angles": lambda x: np.sin(x) * np.cos(x) + np.tan(x / 4) + np.deg2rad(x) - np.rad2deg(x),
    "inverse angles": lambda x: np.arcsin(x / 4) + np.arccos(x / 4) + np.arctan(x) + np.arctan2(x, 2.0),
    "hyperbolic": lambda x: np.sinh(x) - np.cosh(x) * np.tanh(x),
    "sizes": lambda x: np.abs(x - 2) + np.fabs(-x) + np.hypot(x, 3.0) + np.maximum(x, 1.5) - np.minimum(x, 1.5) + +x,
    "choices": lambda x: np.where(x > 1.2, x**2, -x) + (x >= 1) * x,
}


@pytest.mark.parametrize("name", ONE)
def test_each_operation_has_the_derivative_that_differences_give(name: str) -> None:
    x = np.array([0.7, 1.3, 2.1])
    value, (along,) = traced(ONE[name], [x])
    stepped, (near,) = by_differences(ONE[name], [x])
    assert value.tolist() == stepped.tolist() == np.broadcast_to(ONE[name](x), x.shape).tolist()
    assert along == pytest.approx(near, rel=1e-8, abs=1e-8)


def test_two_arguments_and_a_constant_result() -> None:
    x, y = np.array([1.0, 2.0]), np.array([3.0, 5.0])

    def joined(a: Floats, b: Floats) -> Floats:
        return a**2 * b + 7

    def constant(_a: Floats, _b: Floats) -> float:
        return 7.0

    value, (along_x, along_y) = traced(joined, [x, y])
    assert (value.tolist(), along_x.tolist(), along_y.tolist()) == ([10.0, 27.0], [6.0, 20.0], [1.0, 4.0])
    value, (along_x, along_y) = traced(constant, [x, y])
    assert (value.tolist(), along_x.tolist(), along_y.tolist()) == ([7.0, 7.0], [0.0, 0.0], [0.0, 0.0])


def test_what_leaves_numpy_s_operations_has_differences() -> None:
    leaving: list[Callable[[Floats], Floats]] = [
        lambda x: np.interp(x, [0.0, 3.0], [0.0, 1.0]),
        lambda x: np.array([each**2 for each in x]),
        lambda x: np.asarray(x) ** 2,
    ]
    assert is_exact(ONE["angles"], 1)
    assert not any(is_exact(each, 1) for each in leaving)


seen: list[int] = []


def remembering(x: Floats) -> Floats:
    seen.append(1)
    return x + len(seen)


UNFIT: list[tuple[Callable[[Floats], object], str]] = [
    (lambda x: x if x > 1 else -x, "ValueError"),
    (lambda x: x - np.mean(x), "other values for arrays"),
    (np.sum, "for arrays than for each element"),
    (lambda x: x[:1], "no array of the shape"),
    (remembering, "it gives other"),
]


@pytest.mark.parametrize(("call", "why"), UNFIT, ids=[each[1] for each in UNFIT])
def test_what_is_no_function_of_arrays_is_told(call: Callable[[Floats], object], why: str) -> None:
    found = unfit(call, 1)
    assert found is not None
    assert why in found.en
    assert unfit(ONE["polynomial"], 1) is None


def given(symbol: str, unit: str, value: float, u: float) -> Input:
    made = Contribution(
        effect=EffectId("test", symbol), description=Text(symbol, zh=symbol), distribution=Normal(2 * u, k=2.0)
    )
    return Input.of(symbol, parse_unit(unit), value, made)


def test_a_function_works_in_the_units_it_names_and_joins_a_model() -> None:
    """By hand: 36 km/h are 10 m/s; e = v² / 2 in m²/s² with v in km/h: e = 50, de/dv = v = 10 m/s."""

    def of_speed(v: Floats) -> Floats:
        return (v / 3.6) ** 2 / 2

    energy = array_function("energy", of_speed, ("km/h",), "m²/s²")
    model = Equations("e = energy(v) + d", functions={"energy": energy})
    inputs = {"v": given("v", "km/h", 36.0, 0.36), "d": given("d", "m²/s²", 0.0, 0.0)}
    batch = evaluate(model, inputs, points=1)
    assert batch.values["e"].tolist() == pytest.approx([50.0])
    assert batch.u["e"].tolist() == pytest.approx([10 * 0.1])
    assert not [each for each in batch.warnings if each.code == "differences"]


def test_differences_are_labelled_and_a_failing_function_is_refused_by_name() -> None:

    def table(v: Floats) -> Floats:
        return np.interp(v, [0.0, 10.0], [0.0, 5.0])

    def broken(v: Floats) -> Floats:
        raise LookupError(v.size)

    stepped = array_function("table", table, ("V",), "V")
    batch = evaluate(
        Equations("e = table(v)", functions={"table": stepped}), {"v": given("v", "V", 4.0, 0.1)}, points=1
    )
    assert batch.values["e"].tolist() == [2.0]
    assert batch.u["e"].tolist() == pytest.approx([0.05], rel=1e-9)
    (caution,) = [each for each in batch.warnings if each.code == "differences"]
    assert caution.text.en == "Sensitivities of e along table are differences, not exact derivatives."
    failing = array_function("broken", broken, ("V",), "V")
    with pytest.raises(UncertaintyError, match="broken") as refused:
        evaluate(Equations("e = broken(v)", functions={"broken": failing}), {"v": given("v", "V", 1.0, 0.1)}, points=1)
    assert refused.value.code == "function-failed"
