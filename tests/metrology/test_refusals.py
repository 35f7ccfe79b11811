"""Bad figures are refused by name, whatever they are and wherever they stand; good ones never are."""

import math

import pytest
from hypothesis import given as property_of
from hypothesis import settings
from hypothesis import strategies as st

from labctl.errors import UncertaintyError
from labctl.metrology.declaring import between, stated_normal
from labctl.metrology.distributions import Arcsine, Distribution, Normal, Rectangular, Trapezoidal, Triangular
from labctl.metrology.effects import Correlation, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import Input, evaluate
from tests.metrology.models import by_symbol, effect, given

FLAWS = st.sampled_from(["value", "width", "dof", "k", "beta", "probability"])
SHAPES: dict[str, type[Distribution]] = {"r": Rectangular, "t": Triangular, "a": Arcsine, "n": Normal}
bad_numbers = st.sampled_from([math.nan, math.inf, -math.inf])
negative = st.floats(-1e300, -1e-300)


@settings(max_examples=120, deadline=None)
@property_of(FLAWS, bad_numbers, negative, st.sampled_from("rtan"), st.integers(0, 3))
def test_random_bad_inputs_are_refused_by_name(flaw: str, broken: float, below: float, shape: str, place: int) -> None:
    names = ["V_a", "V_b", "V_c", "V_d"]

    def evaluated() -> None:
        inputs = [_input(name, flaw if i == place else "", broken, below, shape) for i, name in enumerate(names)]
        evaluate(Equations("y = V_a + V_b * V_c - V_d"), by_symbol(*inputs), points=1)

    with pytest.raises(UncertaintyError) as refusal:
        evaluated()
    assert names[place] in refusal.value.input
    assert refusal.value.text().zh
    assert refusal.value.text().en


def _input(name: str, flaw: str, broken: float, below: float, shape: str) -> Input:
    width = below if flaw == "width" else 0.1
    dof = below if flaw == "dof" else 5.0
    distribution: Distribution = SHAPES[shape](width)
    if flaw == "k":
        distribution = Normal(0.1, k=broken if broken == broken else 0.0)  # noqa: PLR0124  NaN differs from itself
    if flaw == "beta":
        distribution = Trapezoidal(0.1, beta=below)
    if flaw == "probability":
        distribution = stated_normal(name, expanded=0.1, probability=broken)
    return given(name, "1", broken if flaw == "value" else 1.0, effect(name, distribution, dof=dof))


@settings(max_examples=80, deadline=None)
@property_of(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_a_joint_matrix_is_possible_or_refused(ab: float, bc: float, ac: float) -> None:
    least = 1 + 2 * ab * bc * ac - ab**2 - bc**2 - ac**2  # the determinant
    inputs = by_symbol(*(given(name, "1", 0.0, effect(name, 1.0)) for name in "abc"))
    ids = {name: EffectId("bench", name) for name in "abc"}
    pairs = [
        Correlation(ids["a"], ids["b"], ab),
        Correlation(ids["b"], ids["c"], bc),
        Correlation(ids["a"], ids["c"], ac),
    ]
    model = Equations("y = a - b + c")
    if least < -1e-8:
        with pytest.raises(UncertaintyError, match="correlation-not-psd"):
            evaluate(model, inputs, points=1, correlations=pairs)
    elif least > 1e-8:
        variance = 3 - 2 * ab - 2 * bc + 2 * ac
        assert evaluate(model, inputs, points=1, correlations=pairs).u["y"][0] == pytest.approx(math.sqrt(variance))


def test_correlations_of_rounded_certificates_are_taken() -> None:
    """Three outputs of one input: r = ±1 throughout, an eigenvalue of zero that arithmetic makes -1e-16."""
    inputs = by_symbol(*(given(name, "1", 0.0, effect(name, 1.0)) for name in "abc"))
    ids = [EffectId("bench", name) for name in "abc"]
    pairs = [Correlation(ids[0], ids[1], 1.0), Correlation(ids[1], ids[2], 1.0), Correlation(ids[0], ids[2], 1.0)]
    batch = evaluate(Equations("y = a - b", "s = a + b + c"), inputs, points=1, correlations=pairs)
    assert (batch.u["y"][0], batch.u["s"][0]) == (0.0, 3.0)


def test_limits_and_expanded_uncertainties_as_certificates_state_them() -> None:
    assert between("d", -0.25, 0.75) == (0.25, 0.5)
    assert stated_normal("m", expanded=0.045, k=2).standard_uncertainty == 0.0225
    assert stated_normal("m", u=0.0).standard_uncertainty == 0.0
    assert float(stated_normal("m", expanded=1.0, probability=0.95, dof=9).k) == pytest.approx(2.262, abs=5e-4)


@pytest.mark.parametrize(
    ("lower", "upper", "code"),
    [(1.0, 1.0, "bounds-crossed"), (2.0, 1.0, "bounds-crossed"), (math.nan, 1.0, "not-finite")],
)
def test_limits_that_bound_nothing_are_refused(lower: float, upper: float, code: str) -> None:
    with pytest.raises(UncertaintyError, match="V_s") as refusal:
        between("V_s", lower, upper)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ({}, "u-or-expanded"),
        ({"u": 1.0, "expanded": 2.0}, "u-or-expanded"),
        ({"u": 1.0, "k": 2.0}, "u-or-expanded"),
        ({"expanded": 1.0}, "k-missing"),
        ({"expanded": 1.0, "k": 2.0, "probability": 0.95}, "k-missing"),
        ({"expanded": 1.0, "k": -2.0}, "k-not-positive"),
        ({"expanded": 1.0, "probability": 95.0}, "probability-out-of-range"),
        ({"expanded": 1.0, "probability": 0.95, "dof": 0.0}, "dof-not-positive"),
        ({"u": -1.0}, "negative-uncertainty"),
        ({"u": math.inf}, "not-finite"),
    ],
)
def test_what_does_not_state_an_uncertainty_is_refused(figures: dict[str, float], code: str) -> None:
    with pytest.raises(UncertaintyError, match="V_s") as refusal:
        stated_normal("V_s", **figures)
    assert refusal.value.code == code
