"""Models over the results of several points: linearity, hysteresis, K factor; what points share stays shared."""

import math

import pytest

from labctl.errors import UncertaintyError
from labctl.metrology.batch import Batch
from labctl.metrology.distributions import Rectangular, StudentT
from labctl.metrology.effects import Correlation, EffectId, Sharing
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Column
from labctl.metrology.units import parse_unit
from tests.metrology.models import by_symbol, effect, given

VOLT = parse_unit("V")
NOMINAL = [2.0, 5.0, 10.0]
COLUMNS: dict[str, Column] = {"nominal": (VOLT, NOMINAL)}


def errors(sharing: Sharing = Sharing.COMMON) -> Batch:
    """Return errors of indication at three points over one standard with an offset of 1 mV."""
    readings = tuple(EffectId("meter", "reading", str(point)) for point in range(3))
    inputs = by_symbol(
        given("V", "V", [2.001, 5.002, 10.004], effect(readings, StudentT([1e-4, 2e-4, 3e-4]), dof=9)),
        given("V_s", "V", NOMINAL, effect("offset", Rectangular(1e-3 * math.sqrt(3)), sharing=sharing)),
    )
    return evaluate(Equations("E = V - V_s"), inputs, points=3)


@pytest.mark.parametrize(
    ("sharing", "difference", "total"), [(Sharing.COMMON, 0, 9), (Sharing.LOCAL, 2, 3), (Sharing.UNSTATED, 2, 9)]
)
def test_sharing_reaches_through_a_reduction(sharing: Sharing, difference: float, total: float) -> None:
    model = Equations("d = last(E[:]) - first(E[:])", "s = sum(E[:])")
    reduced = evaluate(model, {"E": errors(sharing).as_input("E", "E", columns=COLUMNS)}, points=1)
    assert reduced.values["d"][0] == 3e-3
    assert reduced.u["d"][0] == pytest.approx(math.sqrt(1e-8 + 9e-8 + difference * 1e-6), rel=1e-12)
    assert reduced.u["s"][0] == pytest.approx(math.sqrt(14e-8 + total * 1e-6), rel=1e-12)
    batch = errors(sharing)
    expected = (
        batch.covariance("E", 0, "E", 0) + batch.covariance("E", 2, "E", 2) - 2 * batch.covariance("E", 0, "E", 2)
    )
    if sharing is not Sharing.UNSTATED:
        assert reduced.covariance("d", 0, "d", 0) == pytest.approx(expected, rel=1e-12)


def test_degrees_of_freedom_are_those_of_the_original_effects() -> None:
    reduced = evaluate(Equations("d = last(E[:]) - first(E[:])"), {"E": errors().as_input("E", "E")}, points=1)
    assert reduced.dof["d"][0] == pytest.approx((1 + 9) ** 2 / (1 / 9 + 81 / 9), rel=1e-12)


def test_linearity_through_the_ends() -> None:
    """A terminal line: the offset of the standard drops out, readings at the ends come in by their weights."""
    texts = (
        "gain = (last(E[:]) - first(E[:])) / (last(V_n[:]) - first(V_n[:]))",
        "L = max(abs(E[:] - first(E[:]) - gain * (V_n[:] - first(V_n[:]))))",
    )
    batch = errors()
    columns = evaluate(Equations("n = V_n"), by_symbol(given("V_n", "V", NOMINAL)), points=3)
    inputs = {
        "E": batch.as_input("E", "E", columns=COLUMNS),
        "V_n": columns.as_input("V_n", "n", columns=COLUMNS),
    }
    reduced = evaluate(Equations(*texts), inputs, points=1)
    assert reduced.values["L"][0] == pytest.approx(1.25e-4, rel=1e-12)
    assert reduced.u["L"][0] == pytest.approx(1e-4 * math.sqrt(4 + (5 / 8) ** 2 + 9 * (3 / 8) ** 2), rel=1e-9)


def test_hysteresis_pairs_up_and_down_by_nominal() -> None:
    way: list[str] = ["up", "up", "down", "down"]
    nominal = [50.0, 250.0, 250.0, 50.0]
    inputs = by_symbol(
        given("P", "kPa", [50.1, 250.2, 250.5, 50.3], effect(_each("P", 4), 0.05)),
        given("P_s", "kPa", nominal, effect("standard", 0.2)),
    )
    batch = evaluate(Equations("E = P - P_s"), inputs, points=4)
    columns: dict[str, Column] = {"nominal": (parse_unit("kPa"), nominal), "direction": (None, way)}
    model = Equations("h = max(abs(E[direction == 'down'] - E[direction == 'up']))")
    reduced = evaluate(model, {"E": batch.as_input("E", "E", columns=columns)}, points=1)
    assert reduced.values["h"][0] == 300.0
    assert reduced.u["h"][0] == pytest.approx(50 * math.sqrt(2), rel=1e-12)  # the standard cancels
    columns["nominal"] = (parse_unit("kPa"), [50.0, 250.0, 240.0, 50.0])
    with pytest.raises(UncertaintyError, match=r"E\[direction.*25\d*|unpaired"):
        evaluate(model, {"E": batch.as_input("E", "E", columns=columns)}, points=1)
    with pytest.raises(UncertaintyError, match="wrong-shape"):
        batch.as_input("E", "E", columns={"nominal": (VOLT, [1.0])})


def test_k_factor_above_the_transition() -> None:
    """K of a pulse meter: mean of the largest and smallest from q_t upwards; the rig's volume is one effect."""
    flow = [1.0, 5.0, 10.0, 20.0]
    inputs = by_symbol(
        given("N", "1", [9990.0, 10010.0, 10030.0, 10020.0], effect(_each("N", 4), 2.0)),
        given("V", "L", [100.0] * 4, effect("rig", 0.05)),
    )
    batch = evaluate(Equations("K = N / V"), inputs, points=4)
    columns: dict[str, Column] = {"nominal": (parse_unit("m3/h"), flow)}
    model = Equations("K_m = (max(K[nominal >= q_t]) + min(K[nominal >= q_t])) / 2", "K_all = mean(K[:])")
    given_k = {"K": batch.as_input("K", "K", columns=columns)}
    reduced = evaluate(model, given_k, points=1, names={"q_t": (parse_unit("m3/h"), [2.0])})
    per_litre = 1e3
    assert reduced.values["K_m"][0] == pytest.approx(100.2 * per_litre, rel=1e-14)
    assert reduced.u["K_m"][0] == pytest.approx(per_litre * math.hypot(0.02 / math.sqrt(2), 100.2 * 5e-4), rel=1e-6)
    assert reduced.u["K_all"][0] > per_litre * 100.1 * 5e-4  # one rig behind all points does not average away


def test_results_enter_point_by_point_and_with_correlations() -> None:
    a, b = EffectId("bench", "a"), EffectId("bench", "b")
    inputs = by_symbol(given("x", "V", [1.0, 2.0], effect(a, 1.0)), given("y", "V", 1.0, effect(b, 1.0)))
    first = evaluate(Equations("p = x + y", "q = x - y"), inputs, points=2, correlations=[Correlation(a, b, 0.5)])
    again = {"p": first.as_values("p", "p"), "q": first.as_values("q", "q")}
    second = evaluate(Equations("twice = p + q"), again, points=2, correlations=first.correlations)
    assert second.values["twice"].tolist() == [2.0, 4.0]
    assert second.u["twice"].tolist() == pytest.approx([2.0, 2.0], rel=1e-12)
    one = evaluate(Equations("z = p"), {"p": first.as_values("p", "p", [1])}, points=1, correlations=first.correlations)
    assert one.u["z"][0] == pytest.approx(math.sqrt(3), rel=1e-12)


def test_local_effects_of_two_sections_stay_apart() -> None:
    both = {
        "A": errors(Sharing.LOCAL).as_input("A", "E", of="up"),
        "B": errors(Sharing.LOCAL).as_input("B", "E", of="down"),
    }
    reduced = evaluate(Equations("d = first(A[:]) - first(B[:])"), both, points=1)
    assert reduced.u["d"][0] == pytest.approx(math.sqrt(2) * 1e-3, rel=1e-12)


def test_a_statistic_brings_no_uncertainty_into_a_reduction() -> None:
    element = errors().as_input("E", "E")
    statistic = evaluate(Equations("s = stdev(E[:])"), {"E": element}, points=1)
    with pytest.raises(UncertaintyError, match="no-uncertainty-stated"):
        statistic.as_values("s", "s")


def _each(name: str, points: int) -> tuple[EffectId, ...]:
    return tuple(EffectId("bench", name, str(point)) for point in range(points))
