"""Complex models: the impedance of GUM H.2, arithmetic against Python's own, covariance against GTC."""

import cmath
import math
from typing import Any

import GTC
import numpy as np
import pytest
from hypothesis import given as property_of
from hypothesis import settings
from hypothesis import strategies as st

from labctl.errors import ModelError, UncertaintyError
from labctl.language import Text
from labctl.metrology.archive import Evaluation, archive, repeat
from labctl.metrology.complex_quantity import ComplexQuantity, complex_input, complex_result
from labctl.metrology.distributions import StudentT
from labctl.metrology.effects import Correlation, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Input
from labctl.metrology.units import parse_unit
from tests.metrology.models import by_symbol, effect, given

ENGINE: Any = GTC
NUMBER = parse_unit("1")
VOLTS = [5.007, 4.994, 5.005, 4.990, 4.999]
AMPERES = [0.019663, 0.019639, 0.019640, 0.019685, 0.019678]
PHASE = [1.0456, 1.0438, 1.0468, 1.0428, 1.0433]


def test_impedance_from_raw_readings_gum_h2() -> None:
    """JCGM 100:2008, H.2: R 127.732 Ω (0.071), X 219.847 Ω (0.295), r(R, X) −0.588, all with ν = 4."""
    rows = np.array([VOLTS, AMPERES, PHASE])
    covariance = np.cov(rows) / 5
    u = np.sqrt(np.diag(covariance))
    names = ("V", "I", "phi")
    inputs = by_symbol(
        *(
            given(name, unit, rows[i].mean(), effect(name, StudentT(u[i]), dof=4))
            for i, (name, unit) in enumerate(zip(names, ("V", "A", "rad"), strict=True))
        )
    )
    correlations = [
        Correlation(EffectId("bench", names[i]), EffectId("bench", names[j]), covariance[i, j] / u[i] / u[j])
        for i, j in ((0, 1), (0, 2), (1, 2))
    ]
    model = Equations("Z = V / I * exp(1j * phi)", "size = abs(Z)", pairs=())
    assert model.outputs == ("Z_re", "Z_im", "size")
    batch = evaluate(model, inputs, points=1, correlations=correlations)
    found = complex_result(batch, "Z")
    assert found.value == pytest.approx(127.73216992810205 + 219.84651191263848j, rel=1e-10)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([0.07107140739699545, 0.295581677358644], rel=1e-6)
    r = found.covariance[0, 1] / math.sqrt(found.covariance[0, 0] * found.covariance[1, 1])
    assert r == pytest.approx(-0.5884297844235161, abs=2e-6)
    assert found.dof == pytest.approx(4)
    assert found.unit.symbol == "Ω"
    assert batch.u["size"][0] == pytest.approx(0.23633613008237758, rel=1e-6)


FUNCTIONS: dict[str, Any] = {"exp": cmath.exp, "log": cmath.log, "sqrt": cmath.sqrt, "abs": abs}
parts = st.floats(0.3, 2.0)


@settings(max_examples=60, deadline=None)
@property_of(
    st.sampled_from(
        [
            "a * b",
            "a / b",
            "a - 2 * b + 1j",
            "a ** 3 - b ** -2",
            "exp(a) * b",
            "log(a) / b",
            "sqrt(a * b)",
            "abs(a) + b",
        ]
    ),
    st.tuples(parts, parts, parts, parts),
    st.tuples(parts, parts, st.floats(-0.95, 0.95)),
)
def test_value_and_covariance_agree_with_gtc(
    text: str, at: tuple[float, float, float, float], spread: tuple[float, float, float]
) -> None:
    a, b = complex(at[0], -at[1]), complex(at[2], at[3])
    s, t, r = (0.01 * each if i < 2 else each for i, each in enumerate(spread))
    matrix = np.array([[s * s, r * s * t], [r * s * t, t * t]])
    inputs: dict[str, Input] = {}
    correlations: list[Correlation] = []
    for symbol, value in (("a", a), ("b", b)):
        each, pairs = complex_input(
            symbol, ComplexQuantity(value, matrix, NUMBER, 7.0), owner="bench", description=Text(symbol)
        )
        inputs |= each
        correlations += pairs
    batch = evaluate(Equations(f"y = {text}", pairs=("a", "b")), inputs, points=1, correlations=correlations)
    found = complex_result(batch, "y")
    theirs_in = {n: ENGINE.ucomplex(z, (s * s, r * s * t, r * s * t, t * t), 7) for n, z in (("a", a), ("b", b))}
    names = {each: getattr(ENGINE, each) for each in ("exp", "log", "sqrt")} | {"abs": ENGINE.magnitude}
    theirs = eval(text, {"__builtins__": {}, **names, **theirs_in})  # noqa: S307  the text is ours
    python = eval(text, {"__builtins__": {}, **FUNCTIONS, "a": a, "b": b})  # noqa: S307
    assert found.value == pytest.approx(complex(python), rel=1e-10, abs=1e-12)
    assert found.covariance.ravel() == pytest.approx(list(theirs.v), rel=1e-7, abs=1e-12)


def test_real_parts_of_complex_results_have_budgets_and_archives() -> None:
    inputs, correlations = complex_input(
        "G",
        ComplexQuantity(0.3 + 0.4j, [[1e-4, 0.0], [0.0, 1e-4]], NUMBER),
        owner="vna",
        description=Text("reflection"),
    )
    evaluation = Evaluation(
        equations=Equations(
            "m = abs(G)", "phi = arg(G)", "z = (1 + G) / (1 - conj(G))", "x = im(G) + 0 * re(G)", pairs=("G",)
        ),
        inputs=inputs,
        points=1,
        names={},
        correlations=correlations,
    )
    batch = evaluation.run()
    assert (batch.values["m"][0], batch.u["m"][0]) == (0.5, pytest.approx(0.01))
    assert (batch.values["phi"][0], batch.u["phi"][0]) == (pytest.approx(math.atan2(0.4, 0.3)), pytest.approx(0.02))
    assert [row.symbol for row in batch.budget("m", 0).rows] == ["G_im", "G_re"]
    assert repeat(archive(evaluation, batch)).u["z_im"].tobytes() == batch.u["z_im"].tobytes()


@pytest.mark.parametrize("text", ["y = sin(z)", "y = z ** 0.5", "y = 2 ** z", "y = mean(z[:])", "y = atan2(z, 1)"])
def test_what_is_not_defined_for_complex_quantities_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match="not-complex"):
        Equations(text, pairs=("z",))
    with pytest.raises(ModelError, match="syntax"):
        Equations("y = 1j * x")


@pytest.mark.parametrize(
    ("matrix", "code"),
    [
        ([[1.0, 2.0], [2.0, 1.0]], "correlation-not-psd"),
        ([[1.0, 0.1], [0.2, 1.0]], "not-a-covariance"),
        ([[1.0, math.nan], [math.nan, 1.0]], "not-a-covariance"),
        ([[-1.0, 0.0], [0.0, 1.0]], "correlation-not-psd"),
        ([1.0, 1.0], "not-a-covariance"),
    ],
)
def test_an_impossible_covariance_is_refused(matrix: list[list[float]], code: str) -> None:
    with pytest.raises(UncertaintyError, match="z: ") as refusal:
        complex_input("z", ComplexQuantity(1j, matrix, NUMBER), owner="bench", description=Text("z"))
    assert refusal.value.code == code
