"""Propagation over a batch: sharing, correlation, vectors, refusals, and what must not change a bit."""

import math
from itertools import permutations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given as property_of
from hypothesis import settings
from hypothesis import strategies as st

from labctl.errors import MetrologyError, UncertaintyError
from labctl.metrology.conformity import Verdict, jjf1094
from labctl.metrology.coverage import CoveragePolicy
from labctl.metrology.distributions import Distribution, Normal, Rectangular, StudentT, Trapezoidal, Triangular
from labctl.metrology.effects import Contribution, Correlation, EffectId, Scope, Sharing
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import Input, evaluate
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import parse_unit
from tests.metrology.models import by_symbol, effect, given

ERROR = Equations("E = V_ind + d_res - V_s - d_emf")


def multimeter(points: int = 3) -> dict[str, Input]:
    nominal = np.array([1.0, 5.0, 10.0])[:points]
    return dict(
        by_symbol(
            given("V_ind", "V", nominal + 4e-4, effect("reading", StudentT(6.6e-7), dof=9)),
            given("d_res", "µV", np.zeros(points), effect("resolution", Rectangular(5.0))),
            given(
                "V_s",
                "V",
                nominal,
                effect("certificate", Normal(20e-6 + 4e-6 * nominal, k=2)),
                effect("drift", Rectangular(10e-6)),
            ),
            given("d_emf", "µV", np.zeros(points), effect("thermal EMF", Rectangular(1.0))),
        )
    )


def test_all_points_are_evaluated_at_once() -> None:
    batch = evaluate(ERROR, multimeter(), points=3)
    alone = evaluate(ERROR, multimeter(1), points=1)
    assert batch.values["E"].tolist() == [4e-4, 4e-4, 4e-4]  # no noise of 10.0004 − 10 is left
    assert batch.u["E"][0] == alone.u["E"][0]
    expected = math.sqrt(0.66**2 + 25 / 3 + (30.0) ** 2 + 100 / 3 + 1 / 3) * 1e-6
    assert batch.u["E"][2] == pytest.approx(expected, rel=1e-12)
    assert batch.expanded["E"][2] == batch.k["E"][2] * batch.u["E"][2]
    assert batch.unit["E"].symbol == "V"


def test_a_standard_behind_all_points_correlates_them() -> None:
    batch = evaluate(ERROR, multimeter(), points=3)
    jacobian = batch.jacobian["E"]
    shared = jacobian @ jacobian.T
    for a in range(3):
        assert batch.covariance("E", a, "E", a) == pytest.approx(shared[a, a], rel=1e-12)
        assert batch.covariance("E", 0, "E", a) == pytest.approx(shared[0, a], rel=1e-12)
    assert str(batch.effects[0]) == "bench/certificate"


def test_permuting_inputs_changes_no_bit() -> None:
    inputs = multimeter()
    first = evaluate(ERROR, inputs, points=3)
    for order in permutations(inputs):
        again = evaluate(ERROR, {symbol: inputs[symbol] for symbol in order}, points=3)
        assert again.u["E"].tobytes() == first.u["E"].tobytes()
        assert again.dof["E"].tobytes() == first.dof["E"].tobytes()
        assert again.budget("E", 1) == first.budget("E", 1)


@settings(max_examples=40, deadline=None)
@property_of(st.sampled_from(["V", "mV", "µV", "kV"]), st.sampled_from(["V", "mV", "nV"]), st.floats(-100, 100))
def test_units_change_no_result(first: str, second: str, value: float) -> None:
    def stated(symbol: str, unit: str, volts: float, u: float) -> Input:
        factor = float(parse_unit(unit).factor)
        return given(symbol, unit, volts / factor, effect(symbol, u / factor, dof=7))

    model = Equations("y = a - b", "z = a * b")
    plain = evaluate(model, by_symbol(stated("a", "V", value, 1e-3), stated("b", "V", 3.0, 2e-3)), points=1)
    other = evaluate(model, by_symbol(stated("a", first, value, 1e-3), stated("b", second, 3.0, 2e-3)), points=1)
    for output in ("y", "z"):
        assert other.values[output][0] == pytest.approx(plain.values[output][0], rel=1e-12, abs=1e-12)
        assert other.u[output][0] == pytest.approx(plain.u[output][0], rel=1e-12)
        assert other.dof[output][0] == pytest.approx(plain.dof[output][0], rel=1e-11)


@settings(max_examples=60, deadline=None)
@property_of(st.lists(st.tuples(st.integers(-9, 9), st.integers(-99, 99), st.integers(0, 99)), min_size=1, max_size=8))
def test_linear_models_are_exact(terms: list[tuple[int, int, int]]) -> None:
    text = "y = " + " + ".join(f"({c}) * x{i}" for i, (c, _, _) in enumerate(terms))
    inputs = [given(f"x{i}", "1", float(x), effect(f"x{i}", float(u))) for i, (_, x, u) in enumerate(terms)]
    batch = evaluate(Equations(text), by_symbol(*inputs), points=1)
    assert batch.values["y"][0] == sum(c * x for c, x, _ in terms)
    assert batch.u["y"][0] == math.sqrt(sum((c * u) ** 2 for c, _, u in terms))
    assert batch.warnings == () or {each.code for each in batch.warnings} <= {"dominant-rectangle"}


@pytest.mark.parametrize(
    ("sharing", "difference", "total"),
    [(Sharing.COMMON, 0.0, 2.0), (Sharing.LOCAL, math.sqrt(2), math.sqrt(2)), (Sharing.UNSTATED, math.sqrt(2), 2.0)],
)
def test_sharing_that_nobody_stated_is_tried_both_ways(sharing: Sharing, difference: float, total: float) -> None:
    accuracy = effect("accuracy", 1.0, sharing=sharing)
    inputs = by_symbol(given("W_1", "g", 200.0, accuracy), given("W_0", "g", 100.0, accuracy))
    batch = evaluate(Equations("m = W_1 - W_0", "s = W_1 + W_0"), inputs, points=1)
    assert batch.u["m"][0] == pytest.approx(difference * 1e-3, abs=1e-18)
    assert batch.u["s"][0] == pytest.approx(total * 1e-3)
    if difference:
        assert math.fsum(row.percent for row in batch.budget("m", 0).rows) == pytest.approx(100)


def test_scope_makes_the_instance() -> None:
    place = {Scope.POINT: "DC voltage/10 V", Scope.RUN: "r1"}
    assert EffectId.scoped("leads", "EMF", Scope.POINT, place).instance == "DC voltage/10 V"
    assert EffectId.scoped("rig", "density", Scope.RUN, place) < EffectId.scoped(
        "rig", "density", Scope.STANDARD, place
    )
    with pytest.raises(KeyError):
        EffectId.scoped("leads", "EMF", Scope.GROUP, place)


def test_an_effect_of_each_point_meets_itself_only_there() -> None:
    here, there = EffectId("leads", "EMF", "1"), EffectId("leads", "EMF", "2")
    inputs = by_symbol(given("a", "V", [1.0, 2.0], effect((here, there), 1.0)), given("b", "V", 0.5, effect(here, 1.0)))
    batch = evaluate(Equations("y = a - b"), inputs, points=2)
    assert batch.u["y"].tolist() == [0.0, math.sqrt(2)]
    assert batch.effects == (here, there)


def test_a_finite_ensemble_has_one_dof_and_others_are_refused() -> None:
    a, b = EffectId("bench", "a"), EffectId("bench", "b")
    inputs = by_symbol(given("x", "V", 1.0, effect(a, 1.0, dof=4)), given("y", "V", 2.0, effect(b, 1.0, dof=4)))
    batch = evaluate(Equations("z = x + y"), inputs, points=1, correlations=[Correlation(a, b, 0.5)])
    assert (batch.u["z"][0], batch.dof["z"][0]) == (pytest.approx(math.sqrt(3)), pytest.approx(4))
    rows = batch.budget("z", 0).rows
    assert [row.percent for row in rows] == pytest.approx([50, 50])
    other = by_symbol(given("x", "V", 1.0, effect(a, 1.0, dof=4)), given("y", "V", 2.0, effect(b, 1.0)))
    with pytest.raises(UncertaintyError, match="correlated-finite-dof"):
        evaluate(Equations("z = x + y"), other, points=1, correlations=[Correlation(a, b, 0.5)])


def series(symbol: str, elements: list[float], unit: str = "V", **columns: list[float] | list[str]) -> Input:
    each = effect(tuple([tuple(EffectId(symbol, str(i)) for i in range(len(elements)))]), 1.0)  # noqa: C409  one point
    cells = {name: ((parse_unit("V"), x) if isinstance(x[0], float) else (None, x)) for name, x in columns.items()}
    return Input(
        symbol,
        parse_unit(unit),
        np.array([0.0]),
        elements=np.array([elements]),
        element_contributions=(each,),
        columns=cells,
        times=np.linspace(0.0, 2.0 * len(elements) - 2.0, len(elements)),
    )


def test_vectors_reduce_with_their_effects() -> None:
    model = Equations("a = mean(x[:])", "m = max(x[:])", "r = slope(x[:])", "s = stdev(x[:])", "n = count(x[:])")
    batch = evaluate(model, {"x": series("x", [1.0, 3.0, 2.0, 6.0])}, points=1)
    assert [float(batch.values[name][0]) for name in "amrn"] == [3.0, 6.0, 0.7, 4.0]
    assert batch.u["a"][0] == pytest.approx(0.5)
    assert batch.u["m"][0] == 1.0
    assert batch.u["r"][0] == pytest.approx(1 / math.sqrt(20))
    assert batch.values["s"][0] == pytest.approx(np.std([1, 3, 2, 6], ddof=1))
    assert math.isnan(batch.u["s"][0])
    with pytest.raises(UncertaintyError, match="no-uncertainty-stated"):
        batch.budget("s", 0)


def test_vectors_pair_by_their_column_never_by_order() -> None:
    way = ["up", "up", "down", "down"]
    model = Equations("h = max(abs(E[direction == 'down'] - E[direction == 'up']))")
    paired = series("E", [1.0, 2.0, 2.5, 1.25], nominal=[50.0, 250.0, 250.0, 50.0], direction=way)
    assert evaluate(model, {"E": paired}, points=1).values["h"][0] == 0.5
    alone = series("E", [1.0, 2.0, 2.5, 1.25], nominal=[50.0, 250.0, 250.0, 60.0], direction=way)
    with pytest.raises(UncertaintyError, match=r"60\.0 has no counterpart"):
        evaluate(model, {"E": alone}, points=1)
    twice = series("E", [1.0, 2.0, 2.5, 1.25], nominal=[50.0, 50.0, 250.0, 50.0], direction=way)
    with pytest.raises(UncertaintyError, match=r"50\.0 occurs twice"):
        evaluate(model, {"E": twice}, points=1)


def test_selection_compares_columns_with_symbols() -> None:
    model = Equations("k = mean(K[nominal >= q_t])")
    inputs = {"K": series("K", [1.0, 2.0, 4.0], nominal=[10.0, 20.0, 30.0])}
    q_t = {"q_t": (parse_unit("mV"), [20000.0])}
    assert evaluate(model, inputs, points=1, names=q_t).values["k"][0] == 3.0
    with pytest.raises(UncertaintyError, match="nothing-selected"):
        evaluate(model, inputs, points=1, names={"q_t": (parse_unit("V"), [99.0])})
    with pytest.raises(UncertaintyError, match="unknown-column"):
        evaluate(model, inputs, points=1)


def test_celsius_stays_a_scale_and_its_differences_are_kelvin() -> None:
    inputs = by_symbol(
        given("t", "°C", 37.05, effect("t", Rectangular(0.01))),
        given("t_s", "°C", 37.0, effect("s", Rectangular(0.02))),
    )
    batch = evaluate(Equations("E = t - t_s", "m = t + 0 * (t - t_s)"), inputs, points=1)
    assert (batch.values["E"][0], batch.unit["E"].symbol) == (0.05, "K")
    assert (batch.values["m"][0], batch.unit["m"].symbol) == (37.05, "°C")


def test_columns_of_the_points_enter_exactly() -> None:
    inputs = by_symbol(given("V", "V", [1.1, 10.2], effect("V", 0.1)))
    names = {"nominal": (parse_unit("mV"), np.array([1000.0, 10000.0]))}
    batch = evaluate(Equations("E = (V - nominal) / nominal"), inputs, points=2, names=names)
    assert batch.values["E"].tolist() == [0.1, 0.02]
    assert batch.u["E"] == pytest.approx([0.1, 0.01])


def test_an_error_at_its_limit_is_not_pushed_over_it_by_arithmetic() -> None:
    assert 10.0007 - 10 > 0.0007  # as floats
    inputs = by_symbol(given("V", "V", 10.0007, effect("V", 1e-5)), given("V_s", "V", 10.0))
    batch = evaluate(Equations("E = V - V_s"), inputs, points=1)
    error, u = Quantity(batch.values["E"][0], batch.unit["E"]), Quantity(batch.expanded["E"][0], batch.unit["E"])
    assert jjf1094(error, u, Quantity.of(0.7, "mV")).verdict is Verdict.CONFORMS


def test_a_fixed_factor_is_a_policy() -> None:
    batch = evaluate(ERROR, multimeter(), points=3, policy=CoveragePolicy(fixed=2.0))
    assert batch.expanded["E"].tolist() == (2 * batch.u["E"]).tolist()
    assert batch.budget("E", 0).rule.en == "k = 2, fixed"


@pytest.mark.parametrize(
    ("text", "value", "u", "codes"),
    [
        ("y = a ** 2", 0.0, 0.1, {"curved"}),  # all first-order sensitivities vanish: never a silent zero
        ("y = a ** 2", 10.0, 0.1, set[str]()),
        ("y = log(a)", 0.05, 0.1, {"undefined-nearby"}),
        ("y = abs(a)", 0.0, 0.1, {"curved"}),
        ("y = 3 * a", 0.0, 0.1, set[str]()),
    ],
)
def test_linearisation_is_watched(text: str, value: float, u: float, codes: set[str]) -> None:
    batch = evaluate(Equations(text), by_symbol(given("a", "1", value, effect("a", u))), points=1)
    assert {each.code for each in batch.warnings} == codes
    assert all(each.text.zh for each in batch.warnings)


@pytest.mark.parametrize(("shared", "own", "codes"), [(1.0, 0.001, set[str]()), (0.01, 0.1, {"curved"})])
def test_what_all_readings_share_makes_none_of_them_the_largest(shared: float, own: float, codes: set[str]) -> None:
    """Of close readings another one is the largest only where each errs by itself as much as they differ."""
    readings = series("x", [5.0, 4.95, 4.9])
    (alone,) = readings.element_contributions
    alone = evolve(alone, distribution=Normal(own, k=1.0))
    given = evolve(readings, element_contributions=(effect("certificate", shared), alone))
    batch = evaluate(Equations("y = max(x[:])"), {"x": given}, points=1)
    assert batch.u["y"][0] == pytest.approx(math.hypot(shared, own))
    assert {each.code for each in batch.warnings} == codes


def test_a_shared_error_bends_a_sum_of_squares_as_a_whole() -> None:
    """All of x at 0 ± u: the mean of x² has u = √2 u² (JCGM 100, 5.1.2 NOTE), however many readings there are."""
    shared = evolve(series("x", [0.0, 0.0, 0.0]), element_contributions=(effect("certificate", 0.1),))
    batch = evaluate(Equations("y = mean(x[:] ** 2)"), {"x": shared}, points=1)
    assert [each.code for each in batch.warnings] == ["curved"]


def test_no_uncertainty_is_legal_and_quiet() -> None:
    batch = evaluate(Equations("y = sqrt(a)"), by_symbol(given("a", "1", 0.0)), points=1)
    assert (batch.values["y"][0], batch.u["y"][0], batch.dof["y"][0]) == (0.0, 0.0, math.inf)
    assert batch.warnings == ()


BAD: dict[str, tuple[Distribution, float]] = {
    "negative-uncertainty": (Rectangular(-1.0), 5.0),
    "not-finite": (Normal(math.nan), 5.0),
    "k-not-positive": (Normal(1.0, k=0.0), 5.0),
    "beta-out-of-range": (Trapezoidal(1.0, beta=1.5), 5.0),
    "dof-not-positive": (Triangular(1.0), 0.0),
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_contribution_is_refused_by_name(code: str) -> None:
    distribution, dof = BAD[code]
    with pytest.raises(UncertaintyError, match="V_s: drift") as refusal:
        given("V_s", "V", 1.0, effect("drift", distribution, dof=dof))
    assert refusal.value.code == code
    assert "自由度" in refusal.value.text().zh or code != "dof-not-positive"


def contribution_twice(dof: float) -> Contribution:
    return effect("same", 1.0, dof=dof)


@pytest.mark.parametrize(
    ("code", "text", "inputs"),
    [
        ("undefined-symbol", "y = a + b", [given("a", "1", 1.0)]),
        ("unused-input", "y = a", [given("a", "1", 1.0), given("b", "1", 1.0)]),
        ("infinite-sensitivity", "y = sqrt(a)", [given("a", "1", 0.0, effect("a", 0.1))]),
        ("not-a-number", "y = log(a)", [given("a", "1", -1.0, effect("a", 0.1))]),
        ("not-a-number", "y = 1 / a", [given("a", "1", 0.0)]),
        ("wrong-shape", "y = a", [given("a", "1", [1.0, 2.0])]),
        ("no-elements", "y = mean(a[:])", [given("a", "1", 1.0)]),
        (
            "one-effect-two-figures",
            "y = a + b",
            [given("a", "1", 1.0, contribution_twice(5)), given("b", "1", 1.0, contribution_twice(6))],
        ),
    ],
)
def test_what_cannot_be_evaluated_is_refused(code: str, text: str, inputs: list[Input]) -> None:
    with pytest.raises(UncertaintyError) as refusal:
        evaluate(Equations(text), by_symbol(*inputs), points=1)
    assert refusal.value.code == code


@pytest.mark.parametrize("value", ["1.0", math.nan, math.inf, True])
def test_only_finite_numbers_are_values(value: float) -> None:
    with pytest.raises(MetrologyError, match="V_s"):
        given("V_s", "V", value)


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9)], "correlation-not-psd"),
        ([("a", "b", 1.5)], "correlation-out-of-range"),
        ([("a", "z", 0.5)], "unknown-effect"),
        ([("a", "a", 0.5)], "correlation-twice"),
        ([("a", "b", 0.5), ("b", "a", 0.6)], "correlation-twice"),
    ],
)
def test_impossible_correlations_are_refused(pairs: list[tuple[str, str, float]], code: str) -> None:
    inputs = by_symbol(*(given(name, "1", 0.0, effect(name, 1.0)) for name in "abc"))
    correlations = [Correlation(EffectId("bench", a), EffectId("bench", b), r) for a, b, r in pairs]
    with pytest.raises(UncertaintyError) as refusal:
        evaluate(Equations("y = a - b + c"), inputs, points=1, correlations=correlations)
    assert refusal.value.code == code
