"""Results as a vector of a further model: what they rest on in several ways counts with all of them."""

import numpy as np
import pytest

from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.distributions import Rectangular
from labctl.metrology.effects import Contribution, EffectId, Sharing
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Input
from labctl.metrology.units import parse_unit
from labctl.procedure.joining import Part, as_elements

KG = parse_unit("kg")
SPLASH = EffectId("pipework", "splash")


def _weighed(symbol: str, sharing: Sharing) -> Input:
    words = Text("splash", zh="溅水")
    made = Contribution(
        effect=SPLASH, description=words, distribution=Rectangular(0.003), sharing=sharing, source="test"
    )
    return Input.of(symbol, KG, 1.0, made)


def _result(factor: float, sharing: Sharing) -> Batch:
    """Return K = x + y, on which one effect acts through x, and through y `factor` times."""
    inputs = {each: _weighed(each, sharing) for each in ("x", "z")}
    return evaluate(Equations(f"y = {factor} * z", "K = x + y"), inputs, points=1)


def _mean_of_two(factor: float, sharing: Sharing) -> float:
    parts = [Part(batch=_result(factor, sharing), output="K", columns={}, place=f"point {n}") for n in range(2)]
    batch = evaluate(Equations("K_m = (max(K[:]) + min(K[:])) / 2"), {"K": as_elements("K", parts, by="")}, points=1)
    return float(batch.expanded["K_m"][0] / batch.k["K_m"][0])


@pytest.mark.parametrize("factor", [-1.0, -0.5, 0.0, 2.0])
def test_an_effect_that_enters_a_result_twice_goes_along_with_both(factor: float) -> None:
    u = 0.003 / np.sqrt(3)
    assert _mean_of_two(factor, Sharing.COMMON) == pytest.approx(abs(1 + factor) * u, abs=1e-12)


def test_what_nobody_calls_common_does_not_cancel() -> None:
    u = 0.003 / np.sqrt(3)
    assert _mean_of_two(-1.0, Sharing.UNSTATED) >= np.sqrt(2) * u * (1 - 1e-9)
    assert _mean_of_two(1.0, Sharing.UNSTATED) == pytest.approx(2 * u)
