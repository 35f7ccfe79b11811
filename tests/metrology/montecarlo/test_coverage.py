"""A simulated interval as coverage policy: k follows the shape of the result, and the result says so."""

import math

import pytest

from labctl.language import Language, Text
from labctl.metrology.distributions import Rectangular
from labctl.metrology.effects import Contribution, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Input
from labctl.metrology.montecarlo.coverage import covered
from labctl.metrology.montecarlo.simulate import simulate
from labctl.metrology.montecarlo.tolerance import Kind
from labctl.metrology.units import parse_unit


@pytest.mark.parametrize("kind", ["symmetric", "shortest"])
def test_one_rectangle_is_covered_by_its_own_factor(kind: Kind) -> None:
    """A rectangle of half-width a: the interval of probability p is ± p·a, so k = p·√3 (JCGM 101:2008, 6.4.2)."""
    width = Contribution(
        effect=EffectId("standard", "specification"), description=Text("specification", zh="技术指标"),
        distribution=Rectangular(2.0),
    )  # fmt: skip
    model, inputs = Equations("E = V"), {"V": Input.of("V", parse_unit("V"), 10.0, width)}
    batch = evaluate(model, inputs, points=1)
    simulation = simulate(model, inputs, points=1, trials=200_000, seed=1)
    found = covered(batch, simulation, kind)
    p = simulation.probability
    assert found.expanded["E"][0] == pytest.approx(2.0 * p, abs=0.01)
    assert found.k["E"][0] == pytest.approx(p * math.sqrt(3), abs=0.01)
    assert found.u["E"][0] == batch.u["E"][0]
    budget = found.budget("E", 0)
    assert "Monte Carlo" in budget.rule.en
    assert "蒙特卡洛" in budget.rule.within(Language.CHINESE)
    assert budget.expanded == found.expanded["E"][0]
