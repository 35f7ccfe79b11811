"""Every first-order reference case beside the checkout, read in place: worked examples, refusals, warnings."""

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.batch import Batch
from labctl.metrology.coverage import CoveragePolicy
from labctl.metrology.distributions import Arcsine, Distribution, Normal, Rectangular, Trapezoidal, Triangular
from labctl.metrology.effects import Contribution, Correlation, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import Input, evaluate
from labctl.metrology.units import ONE

BESIDE = Path(__file__).parents[2].parent / "shared" / "reference"
KINDS = {"gum", "gum_correlated", "gum_second_order", "gum_complex", "warn", "refuse"}
Plain = Any  # what JSON holds
BOUNDED: dict[str, type[Distribution]] = {
    "rectangular": Rectangular,
    "triangular": Triangular,
    "arcsine": Arcsine,
    "trapezoidal": Trapezoidal,
}


def cases(*kinds: str) -> list[Plain]:
    """Return the cases of some kinds, or skip where they are not beside the checkout."""
    folder = BESIDE / "uncertainty"
    if not folder.is_dir():
        pytest.skip("the reference cases are not beside this checkout")
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    return [each for each in found if each.get("kind") in kinds]


def given(symbol: str, stated: Plain) -> Input:
    """Return an input as a case states it."""
    parameters, kind = stated["parameters"], stated["distribution"]
    if kind == "constant":
        return Input.of(symbol, ONE, parameters["value"])
    dof = float(stated["dof"])
    if kind in BOUNDED:
        beta = {"beta": parameters["beta"]} if kind == "trapezoidal" else {}
        divisor = BOUNDED[kind](1.0, **beta).divisor
        shape = BOUNDED[kind](stated["u"] * divisor, **beta)  # sources round u and the half-width apart
    else:
        shape = Normal(stated["u"])
    effect = EffectId("case", symbol)
    return Input.of(
        symbol, ONE, stated["value"], Contribution(effect=effect, description=Text(symbol), distribution=shape, dof=dof)
    )


def run(case: Plain, policy: CoveragePolicy | None = None) -> Batch:
    """Evaluate a case."""
    texts = [f"{name} = {expression}" for name, expression in case["model"].items()]
    correlations = [
        Correlation(EffectId("case", each["a"]), EffectId("case", each["b"]), each["r"])
        for each in case.get("correlations", [])
    ]
    inputs = {symbol: given(symbol, stated) for symbol, stated in case["inputs"].items()}
    return evaluate(Equations(*texts), inputs, points=1, correlations=correlations, policy=policy)


def found_of(case: Plain, key: str) -> float | dict[str, float] | None:
    """Return what the engine finds for a key of the expected results; None for what is not first order."""
    plain = key.removesuffix(".published")
    if together := re.fullmatch(r"r\((\w+),(\w+)\)", plain):
        batch = run(case)
        a, b = together.groups()
        return batch.covariance(a, 0, b, 0) / float(batch.u[a][0] * batch.u[b][0])
    output, _, what = plain.partition(".")
    if coverage := re.fullmatch(r"U(0\.\d+)(\.truncated_dof)?", what):
        policy = CoveragePolicy(float(coverage[1]), truncated=coverage[2] is not None)
        return float(run(case, policy).expanded[output][0])
    shaped = {"U95.rect_dominated": "expanded", "k.rect_dominated": "k", "U95.trapezoid": "expanded"}
    if what in shaped:
        batch = run(case, CoveragePolicy(0.95, dominant=True))
        return float(batch.k[output][0] if shaped[what] == "k" else batch.expanded[output][0])
    batch = run(case)
    if what == "Uk2":
        return 2 * float(batch.u[output][0])
    if what == "components":
        return {row.symbol: row.contribution for row in batch.budget(output, 0).rows}
    return {"value": batch.values, "u": batch.u, "dof": batch.dof}[what][output].item() if what in _PLAIN else None


_PLAIN = {"value", "u", "dof"}


def agrees(found: float, expected: Plain) -> bool:
    """Return whether a number is within the case's own tolerance."""
    value = float(expected["value"])
    if math.isinf(value):
        return found == value
    return bool(abs(found - value) <= expected.get("atol", 0.0) + expected.get("rtol", 0.0) * abs(value))


def test_worked_examples_are_reproduced() -> None:
    missed: list[str] = []
    compared = 0
    for case in cases("gum", "gum_correlated"):
        for key, expected in case["expected"].items():
            found = found_of(case, key)
            if isinstance(found, dict):
                pairs = [(f"{key} {name}", found[name], each) for name, each in expected.items()]
            elif found is None:
                continue
            else:
                pairs = [(key, found, expected)]
            compared += len(pairs)
            missed.extend(f"{case['id']} {name}: {got}" for name, got, wanted in pairs if not agrees(got, wanted))
    assert missed == []
    assert compared > 100


def test_first_order_of_the_monte_carlo_cases() -> None:
    for case in cases("mc", "mc_correlated", "mc_multivariate"):
        for key, expected in case["expected"].items():
            if re.fullmatch(r"gum\.(mag|ph)\.(value|u)", key):
                found = found_of(case, key.removeprefix("gum."))
                assert isinstance(found, float), key
                assert agrees(found, expected), (case["id"], key, found)


def test_bad_input_is_refused_by_name() -> None:
    for case in cases("refuse"):
        with pytest.raises(UncertaintyError) as refusal:
            run(case)
        assert any(symbol in refusal.value.input for symbol in case["inputs"]), case["id"]
        assert refusal.value.text().zh


def test_what_linearisation_cannot_see_is_warned_of() -> None:
    for case in cases("warn"):
        assert {each.code for each in run(case).warnings} >= {"curved"}, case["id"]


def test_worked_budgets_of_calibrations() -> None:
    """Forty-one budgets: components, u, ν_eff and U of their linear models."""
    path = BESIDE / "data" / "uncertainty_budgets.json"
    if not path.is_file():
        pytest.skip("the worked budgets are not beside this checkout")
    budgets = json.loads(path.read_text("utf-8"))["data"]
    for each in budgets:
        rows = [row for row in each["inputs"] if row["contribution"]]
        texts = " + ".join(f"x{number}" for number in range(len(rows)))
        inputs = {f"x{number}": _component(f"x{number}", row) for number, row in enumerate(rows)}
        batch = evaluate(Equations(f"y = {texts}"), inputs, points=1, policy=CoveragePolicy(fixed=2.0))
        assert batch.u["y"][0] == pytest.approx(each["uc"], rel=1e-3), each["id"]
        if each["k"] == 2:
            assert batch.expanded["y"][0] == pytest.approx(each["U"], rel=1e-3), each["id"]
        dof = float(batch.dof["y"][0])
        assert min(dof, 1e6) == pytest.approx(min(each["veff"] or math.inf, 1e6), rel=3e-3), each["id"]
    assert len(budgets) > 40


def _component(symbol: str, row: Plain) -> Input:
    dof = float(row["parameter"][1]) if row["distribution"] == "t" else math.inf
    contribution = Contribution(
        effect=EffectId("budget", symbol),
        description=Text(symbol),
        distribution=Normal(row["contribution"]),
        dof=dof,
    )
    return Input.of(symbol, ONE, 0.0, contribution)
