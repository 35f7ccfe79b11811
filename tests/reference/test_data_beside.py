"""Formulas and specifications of the reference data, evaluated as models; read in place where they lie beside."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labctl.metrology.conformity import jjf1094
from labctl.metrology.coverage import coverage_factor
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.fitting.curves import line
from labctl.metrology.fitting.least_squares import Weights
from labctl.metrology.inputs import Input
from labctl.metrology.quantity import Quantity
from labctl.metrology.rounding import round_interval, round_to
from labctl.metrology.specification import LimitLine, Specification
from labctl.metrology.units import ONE

BESIDE = Path(__file__).parents[3] / "shared" / "reference" / "data"
VERDICTS = {"pass": "conforms", "fail": "does not conform", "undetermined": "inconclusive"}
UNITS = {"DCV": "V", "DCI": "A", "RES4W": "Ω"}


def table(name: str) -> Any:  # noqa: ANN401  whatever the file holds
    path = BESIDE / name
    if not path.exists():
        pytest.skip(f"{name}: reference not beside this checkout")
    return json.loads(path.read_text("utf-8"))["data"]


def value(text: str, **numbers: float) -> float:
    """Return what an equation gives with pure numbers."""
    inputs: Mapping[str, Input] = {name: Input.of(name, ONE, number) for name, number in numbers.items()}
    return float(evaluate(Equations(f"y = {text}"), inputs, points=1).values["y"][0])


def test_small_formulas_as_models() -> None:
    data = table("application_formulas.json")
    for case in data["dubowski"]:  # breath alcohol over a water solution at its temperature
        found = value("0.04145 * c * exp(0.06583 * t)", c=case["c_w_g_L"], t=case["t_C"])
        assert found == pytest.approx(case["C_mg_L"], rel=1e-9)
    for case in data["lig_stem"]:  # emergent stem of a liquid-in-glass thermometer
        found = value("k * n * (t - s)", k=case["k"], n=case["n"], t=case["t_read"], s=case["t_stem"])
        assert found == pytest.approx(case["correction"], rel=1e-9)
    for case in data["nibp_units"]:
        assert Quantity.of(case["mmHg"], "mmHg").value_in("kPa") == pytest.approx(case["kPa"], rel=1e-9)
    counted = data["coverage"]
    share = value("100 * a / b", a=counted["verified_valid"], b=counted["in_use"])
    assert share == pytest.approx(counted["coverage_percent"], rel=1e-9)


def test_the_diverter_by_bursts() -> None:
    for case in table("gravimetric_flow.json")["diverter"]:
        found = value(
            "t / (n - 1) * (q / q_b * m_b / t_b / (m / t) - 1)",
            t=case["t_single_s"], n=case["n_bursts"], q=case["q_single"], q_b=case["q_bursts"],
            m=case["m_single"], m_b=case["m_bursts_sum"], t_b=case["t_bursts_sum"],
        )  # fmt: skip
        assert found == pytest.approx(case["timing_error_s"], abs=1e-8)


def test_the_regression_of_a_monitor_on_its_reference() -> None:
    case = table("pm25.json")["regression"]
    x, y = np.array(case["reference"], dtype=float), np.array(case["monitor"], dtype=float)
    fit = line(x, y, weights=Weights.RELATIVE)
    assert fit.parameters == pytest.approx([case["intercept"], case["slope"]], abs=1e-10)
    explained = 1 - float(np.sum(fit.residuals**2) / np.sum((y - y.mean()) ** 2))
    assert np.sqrt(explained) == pytest.approx(case["r"], abs=1e-10)


def test_limits_of_meters_and_calibrators() -> None:
    data = table("dmm_spec.json")
    meters = Specification(
        [
            LimitLine(
                quantity=name, up_to=Quantity.of(top, UNITS[name]),
                figure=f"{a} ppm * abs(nominal) + {b} ppm * range",
            )
            for name, lines in data["spec"]["dmm_1yr_ppm_reading_ppm_range"].items()
            for top, a, b in lines
        ]
    )  # fmt: skip
    sources = Specification(
        [
            LimitLine(
                quantity=name, up_to=Quantity.of(top, UNITS[name]),
                figure=f"{a} ppm * abs(nominal) + {floor:.12f} {UNITS[name]}",
            )
            for given, lines in data["spec"]["calibrator_1yr_ppm_output_floor_SI"].items()
            for name in ["RES4W" if given == "RES" else given]
            for top, a, floor in lines
        ]
    )  # fmt: skip
    for case in data["cases"]:
        name = case["function"]
        point, top = Quantity.of(case["point"], UNITS[name]), Quantity.of(case["range"], UNITS[name])
        limit = meters.limit(name, point, top).half_width.si
        assert limit == pytest.approx(case["dmm_limit"], rel=1e-9)
        source = sources.limit(name, point).half_width.si
        assert source == pytest.approx(case["calibrator_limit"], rel=1e-9)
        assert limit / source == pytest.approx(case["TUR"], abs=5e-5)


def test_rounding_coverage_and_the_one_third_rule() -> None:
    rounding = table("rounding.json")
    for case in rounding["round_half_even"]:
        assert round_to(case["x"], case["quantum"]) == round_to(case["expected"], case["quantum"])
    for case in rounding["interval_0p5_and_0p2"]:
        assert float(round_interval(case["x"], case["interval"])) == float(case["expected"])
    for case in table("student_t.json"):
        dof = float("inf") if case["dof"] in {"inf", None} else float(case["dof"])
        assert coverage_factor(dof) == pytest.approx(case["p95_45"], rel=1e-9)
    for case in table("decision_rule.json"):
        decided = jjf1094(case["error"], case["U_k2"], case["MPE"])
        assert decided.verdict.value == VERDICTS[case["JJF1094_verdict"]]
        assert decided.ratio == pytest.approx(case["U_over_MPE"], rel=1e-9)
