"""Coverage by the shape of bounded contributions: EA-4/02 M:2022, S9 and S10, and where it must not be used."""

import math

import numpy as np
import pytest

from labctl.errors import UncertaintyError
from labctl.metrology.batch import Batch
from labctl.metrology.coverage import CoveragePolicy, coverage_factor
from labctl.metrology.distributions import Rectangular, StudentT, Trapezoidal
from labctl.metrology.dominance import trapezoid_factor
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from tests.metrology.models import by_symbol, effect, given

POLICY = CoveragePolicy(probability=0.95, dominant=True)


def multimeter(policy: CoveragePolicy) -> Batch:
    """EA-4/02 M:2022, S9: a hand-held multimeter at 100 V; its resolution rules."""
    inputs = by_symbol(
        given("V_i", "V", 100.1),
        given("V_s", "V", 100.0, effect("certificate", 0.001)),
        given("d_i", "V", 0.0, effect("resolution", Rectangular(0.05))),
        given("d_s", "V", 0.0, effect("stability", Rectangular(0.011))),
    )
    return evaluate(Equations("E = V_i - V_s + d_i - d_s"), inputs, points=1, policy=policy)


def test_one_rectangle_s9() -> None:
    batch = multimeter(POLICY)
    assert batch.k["E"][0] == pytest.approx(0.95 * math.sqrt(3), rel=1e-12)
    assert (round(float(batch.k["E"][0]), 2), round(float(batch.expanded["E"][0]), 2)) == (1.65, 0.05)
    assert "one bounded contribution" in batch.budget("E", 0).rule.en
    assert batch.warnings == ()  # the interval has the shape that the caution would ask for
    plain = multimeter(CoveragePolicy(probability=0.95))
    assert (round(float(plain.k["E"][0]), 2), [each.code for each in plain.warnings]) == (1.96, ["dominant-rectangle"])


def test_two_rectangles_s10() -> None:
    """S10: a vernier caliper; 50 µm of mechanical effects and 25 µm of resolution: β = 0.33, k = 1.83."""
    inputs = by_symbol(
        given("l_i", "mm", 150.1),
        given("l_s", "mm", 150.0, effect("blocks", Rectangular(0.8e-3))),
        given("d_t", "µm", 0.0, effect("temperature", Rectangular(3.45))),
        given("d_i", "µm", 0.0, effect("resolution", Rectangular(25.0))),
        given("d_m", "µm", 0.0, effect("mechanics", Rectangular(50.0))),
    )
    batch = evaluate(Equations("E = l_i - l_s + d_t + d_i + d_m"), inputs, points=1, policy=POLICY)
    assert round(float(batch.k["E"][0]), 2) == 1.83
    assert "two rectangles" in batch.budget("E", 0).rule.en


@pytest.mark.parametrize(("beta", "p"), [(1.0, 0.95), (0.0, 0.95), (0.33, 0.9545), (0.99, 0.9), (0.5, 0.5)])
def test_the_factor_holds_its_probability(beta: float, p: float) -> None:
    k = float(trapezoid_factor(np.array([beta]), p)[0])
    x = np.linspace(-1, 1, 400_001)
    density = np.clip((1 - np.abs(x)) / (1 - beta), 0, 1) if beta < 1 else np.ones_like(x)
    inside = density[np.abs(x) <= k * math.sqrt((1 + beta**2) / 6)].sum() / density.sum()
    assert inside == pytest.approx(p, abs=2e-5)


def test_where_nothing_bounded_rules_t_stands() -> None:
    inputs = by_symbol(
        given("a", "V", 0.0, effect("a", Rectangular([1.0, 1.0, 0.0]))),
        given("b", "V", 0.0, effect("b", StudentT([0.1, 1.0, 1.0]), dof=9)),
        given("c", "V", 0.0, effect("c", Trapezoidal([0.0, 0.0, 20.0], beta=0.5))),
    )
    batch = evaluate(Equations("y = a + b + c"), inputs, points=3, policy=POLICY)
    assert batch.ruling["y"].tolist() == [1, 0, 1]
    assert batch.k["y"][1] == pytest.approx(coverage_factor(batch.dof["y"][1], 0.95), rel=1e-12)
    assert batch.k["y"][2] == pytest.approx(float(trapezoid_factor(np.array([0.5]), 0.95)[0]), rel=1e-12)
    assert [batch.rule("y", point).en[:16] for point in (0, 1)] == ["k of one bounded", "k = t(ν_eff), p "]


def test_truncated_degrees_of_freedom_and_contradictions() -> None:
    policy = CoveragePolicy(probability=0.99, truncated=True)
    assert policy.factor(np.array([16.75]))[0] == pytest.approx(coverage_factor(16, 0.99), rel=1e-12)
    assert policy.factor(np.array([math.inf, 0.4]))[1] == pytest.approx(coverage_factor(1, 0.99), rel=1e-12)
    assert "取整" in policy.text.zh
    with pytest.raises(UncertaintyError, match="two-policies"):
        CoveragePolicy(fixed=2.0, dominant=True)
