"""The bound that spares most models the second-order check never hides a model that is bent."""

import math

import numpy as np
import pytest
from hypothesis import given as property_of
from hypothesis import settings
from hypothesis import strategies as st

from labctl.metrology.distributions import Normal
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.settling import settled
from tests.metrology.models import by_symbol, effect, given

TEXTS = [
    "a * b",
    "a / b",
    "a ** 3 * b",
    "sqrt(a) * b",
    "exp(a) / b",
    "log(a) + b",
    "sin(a) * cos(b)",
    "abs(a - b)",
    "a ** b",
]


@settings(max_examples=120, deadline=None)
@property_of(st.sampled_from(TEXTS), st.floats(0.05, 3), st.floats(0.05, 3), st.floats(1e-6, 0.5), st.floats(1e-6, 0.5))
def test_what_is_not_cautioned_is_straight(text: str, a: float, b: float, u_a: float, u_b: float) -> None:
    inputs = by_symbol(given("a", "1", a, effect("a", u_a)), given("b", "1", b, effect("b", u_b)))
    batch = evaluate(Equations(f"y = {text}"), inputs, points=1)
    if {"curved", "undefined-nearby"} & {each.code for each in batch.warnings}:
        return
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)  # exact for the terms in question
    x, y = np.meshgrid(a + u_a * nodes, b + u_b * nodes)
    weight = np.outer(weights, weights) / (2 * math.pi)
    scope = {"a": x, "b": y} | {name: getattr(np, name) for name in ("sqrt", "exp", "log", "sin", "cos", "abs")}
    with np.errstate(all="ignore"):
        values = eval(text, {"__builtins__": {}}, scope)  # noqa: S307  the text is ours
    if np.isfinite(values).all() and max(u_a / a, u_b / b) < 0.2:
        mean = float((weight * values).sum())
        u = math.sqrt(float((weight * (values - mean) ** 2).sum()))
        assert u == pytest.approx(batch.u["y"][0], rel=0.12, abs=1e-12)


def test_many_points_are_cautioned_one_by_one() -> None:
    inputs = by_symbol(given("a", "1", [0.0, 10.0, 0.05, 1.0], effect("a", Normal([0.1, 0.1, 0.1, 0.0]))))
    batch = evaluate(Equations("y = a ** 2"), inputs, points=4)
    assert [(each.code, each.points) for each in batch.warnings] == [("curved", (0, 2))]
    alone = [
        evaluate(Equations("y = a ** 2"), by_symbol(given("a", "1", a, effect("a", u))), points=1).u["y"].tobytes()
        for a, u in ((0.0, 0.1), (10.0, 0.1), (0.05, 0.1), (1.0, 0.0))
    ]
    assert b"".join(alone) == batch.u["y"].tobytes()  # one point in plain numbers or four in arrays: the same bits


@settings(max_examples=200, deadline=None)
@property_of(st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(-12, 8)), min_size=2, max_size=20))
def test_values_are_settled_as_decimals_round(rows: list[tuple[float, int]]) -> None:
    values = np.array([value for value, _ in rows])
    scales = np.array([max(abs(value), 1e-300) * 10.0 ** max(power, 0) for value, power in rows])
    expected = [
        round(value, 13 - math.floor(float(np.log10(scale)))) + 0.0
        for value, scale in zip(values.tolist(), scales.tolist(), strict=True)
    ]
    assert settled(values, scales).tolist() == expected
    assert [settled(values[i : i + 1], scales[i : i + 1]).item() for i in range(len(rows))] == expected
