"""The certified regressions of the National Institute of Standards and Technology, read in place where they lie."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labctl.metrology.distributions import Floats
from labctl.metrology.fitting.curves import polynomial
from labctl.metrology.fitting.least_squares import solve
from labctl.metrology.fitting.nonlinear import nonlinear

BESIDE = Path(__file__).parents[4] / "shared" / "reference" / "uncertainty"


def case(name: str) -> dict[str, Any]:
    path = BESIDE / f"strd-{name}.json"
    if not path.exists():
        pytest.skip("the certified reference is not beside this checkout")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def agrees(expected: dict[str, Any], figures: dict[str, float]) -> None:
    for name, value in figures.items():
        wanted = expected[name]
        assert value == pytest.approx(wanted["value"], rel=wanted.get("rtol", 0.0), abs=wanted.get("atol", 0.0)), name


def named(values: Floats, u: Floats, first: int = 0) -> dict[str, float]:
    figures = {f"b{first + n}.value": float(each) for n, each in enumerate(values)}
    return figures | {f"b{first + n}.u": float(each) for n, each in enumerate(u)}


@pytest.mark.parametrize(
    ("name", "degree"), [("norris", 1), ("pontius", 2), ("wampler4", 5), ("wampler5", 5), ("filip", 10)]
)
def test_polynomials(name: str, degree: int) -> None:
    reference = case(name)
    fit = polynomial(reference["data"]["x"], reference["data"]["y"], degree)
    more = {"residual_std": fit.s, "dof": fit.dof}
    agrees(reference["expected"], named(fit.parameters, fit.u) | more)


@pytest.mark.parametrize("name", ["longley", "noint1"])
def test_designs(name: str) -> None:
    reference = case(name)
    given = reference["data"]
    columns = [given["x"]] if name == "noint1" else [np.ones(len(given["y"])), *(given[f"x{n}"] for n in range(1, 7))]
    fit = solve(np.column_stack(columns), given["y"])
    agrees(reference["expected"], named(fit.coefficients, fit.u) | {"residual_std": fit.s, "dof": fit.dof})


@pytest.mark.parametrize("start", ["start1", "start2"])
@pytest.mark.parametrize("name", ["misra1a", "eckerle4", "mgh09", "thurber"])
def test_nonlinear(name: str, start: str) -> None:
    reference = case(name)
    given = reference["data"]
    fit = nonlinear(reference["model"].replace("^", "**"), given["x"], given["y"], given[start])
    more = {"rss": fit.chi_squared, "residual_std": fit.s, "dof": fit.dof}
    agrees(reference["expected"], named(fit.parameters, fit.u, 1) | more)
    assert math.isfinite(fit.solution.condition)
