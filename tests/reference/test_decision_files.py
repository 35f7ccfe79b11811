"""The outside cases on decisions, comparisons, Type A and intervals, read from beside this checkout."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from labctl.metrology.comparison import degrees_of_equivalence, e_n, pairwise_equivalence
from labctl.metrology.coverage import coverage_factor
from labctl.metrology.decision_rules import DecisionRule, GuardedAcceptance, NonBinary, SimpleAcceptance
from labctl.metrology.decisions import decide
from labctl.metrology.drift import drift
from labctl.metrology.guard_bands import GuardBandMethod, acceptance_multiplier
from labctl.metrology.intervals.variables import reliability_interval, uncertainty_interval
from labctl.metrology.jjf1033 import repeatability, verification_by_transfer
from labctl.metrology.limits import Limits
from labctl.metrology.reference_value import dersimonian_laird, mandel_paule, weighted_mean
from labctl.metrology.risk import (
    Prior,
    capability_index,
    global_guard_band,
    global_risk,
    p_conform,
    p_nonconform,
)
from labctl.metrology.statistics import Series, series
from labctl.metrology.type_a.allan import allan_deviation, overlapping_allan_deviation
from labctl.metrology.type_a.history import with_history
from labctl.metrology.type_a.joint import read_together

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
Case = dict[str, Any]
Found = dict[str, object]


def read(path: str) -> Case:
    if not (REFERENCE / path).is_file():
        pytest.skip("the reference cases are not beside this checkout")
    return cast("Case", json.loads((REFERENCE / path).read_text("utf-8")))


def zener(case: Case) -> Found:
    given = case["inputs"]
    p = p_conform(given["y"], given["u"], upper=given["upper"])
    return {"p_conform": p, "specific_consumer_risk": 1 - p}


def cpk(case: Case) -> Found:
    given = case["inputs"]
    limits = (given["lower"], given["upper"])
    return {
        "cpk": [capability_index(y, given["u"], *limits) for y in given["y"]],
        "p_nonconform": [p_nonconform(y, given["u"], *limits) for y in given["y"]],
    }


def resistors(case: Case) -> Found:
    given = case["inputs"]
    prior, low, high = Prior(given["prior"]["mean"], given["prior"]["std"]), given["lower"], given["upper"]
    risks = [global_risk(prior, given["u_measurement"], (low, high), (low + w, high - w)) for w in given["guard_bands"]]
    return {
        "p_conform_prior": risks[0].conforming,
        "R_C": [risk.consumer for risk in risks],
        "R_P": [risk.producer for risk in risks],
        "p_conform_given_accepted": [risk.conforming_if_accepted for risk in risks],
    }


def in_tolerance(case: Case) -> Found:
    limits = (case["inputs"]["lower"], case["inputs"]["upper"])
    priors = [Prior.in_tolerance(share, *limits) for share in case["inputs"]["itp"]]
    risks = [global_risk(prior, prior.std / 4, limits, limits) for prior in priors]
    return {
        "PFA": [risk.consumer for risk in risks],
        "CPFA": [risk.false_if_accepted for risk in risks],
        "PFR": [risk.producer for risk in risks],
    }


def guard_bands(case: Case) -> Found:
    tur, limits = case["inputs"]["TUR"], (-1.0, 1.0)
    prior, u = Prior.in_tolerance(case["inputs"]["itp"], *limits), 1 / (2 * tur)
    four = global_risk(prior, 1 / 8, limits, limits).consumer
    return {
        "rss": acceptance_multiplier(GuardBandMethod.RSS, tur),
        "subtract_U (w=U)": acceptance_multiplier(GuardBandMethod.SUBTRACTED, tur),
        "rp10": acceptance_multiplier(GuardBandMethod.RP10, tur),
        "method6_dobbert": acceptance_multiplier(GuardBandMethod.DOBBERT, tur),
        "pfa_1pct": 1 - global_guard_band(prior, u, limits, 0.01),
        "pfa_2pct (Z540.3)": 1 - global_guard_band(prior, u, limits, 0.02),
        "same_pfa_as_4:1": 1 - global_guard_band(prior, u, limits, four),
    }


def statements(case: Case) -> Found:
    given = case["inputs"]
    limits = Limits(lower=given["lower"], upper=given["upper"])

    def stated(rule: DecisionRule) -> list[str]:
        decided = [decide(y, limits=limits, rule=rule, expanded=given["U"], k=given["k"]) for y in given["y"]]
        return [each.statement.value for each in decided]

    return {
        "simple": stated(SimpleAcceptance()),
        "guarded_w=U": stated(GuardedAcceptance()),
        "non_binary": stated(NonBinary()),
    }


def kcrv(case: Case) -> Found:
    x, u = case["data"]["x"], case["data"]["u"]
    found = weighted_mean(x, u)
    assert found.consistency is not None
    laboratories = degrees_of_equivalence(x, u, found.value, found.u)
    pair = pairwise_equivalence((x[0], u[0]), (x[1], u[1]))
    return {
        "x_ref": found.value,
        "u_ref": found.u,
        "chi2": found.consistency.chi2,
        "p_value": found.consistency.p,
        "consistent_0.05": found.consistency.consistent,
        "d": [each.difference for each in laboratories],
        "U(d)": [each.expanded for each in laboratories],
        "d12": pair.difference,
        "U(d12)": pair.expanded,
    }


def consensus(case: Case) -> Found:
    x, u = case["data"]["x"], case["data"]["u"]
    fixed, laird, paule = weighted_mean(x, u), dersimonian_laird(x, u), mandel_paule(x, u)
    assert fixed.consistency is not None
    return {
        "weighted_mean": fixed.value,
        "weighted_mean.u": fixed.u,
        "Q": fixed.consistency.chi2,
        "dof": fixed.consistency.dof,
        "birge_ratio": fixed.consistency.birge_ratio,
        "birge.u_scaled": fixed.u_scaled,
        "DL.tau2": laird.between**2,
        "DL.mean": laird.value,
        "DL.u": laird.u,
        "MP.tau2": paule.between**2,
        "MP.mean": paule.value,
        "MP.u": paule.u,
        "consistent_0.05": fixed.consistency.consistent,
    }


def readings(case: Case) -> Found:
    found = series(case["data"]["readings"])
    half = coverage_factor(found.dof, 0.95) * found.u
    return {"mean": found.mean, "u": found.u, "dof": found.dof, "p0.95": [found.mean - half, found.mean + half]}


def pooled_history(case: Case) -> Found:
    history = [Series(0.0, each["s"], each["n"]) for each in case["inputs"]["groups"]]
    found = with_history(case["inputs"]["new_readings"], history)
    return {
        "s_pooled": found.u * math.sqrt(len(case["inputs"]["new_readings"])),
        "dof": found.dof,
        "mean": found.value,
        "u": found.u,
    }


def impedance(case: Case) -> Found:
    sets = list(zip(case["data"]["V"], case["data"]["I"], case["data"]["phi"], strict=True))
    found = read_together(
        {
            "R": [v / i * math.cos(phi) for v, i, phi in sets],
            "X": [v / i * math.sin(phi) for v, i, phi in sets],
            "Z": [v / i for v, i, _ in sets],
        }
    )
    values: Found = {f"{name}.value": found.of(name).value for name in "RXZ"}
    return values | {f"{name}.u": found.of(name).u for name in "RXZ"} | {"r(R,X)": found.r("R", "X")}


def allan(case: Case) -> Found:
    assert "16807" in case["data"]["generator"]
    numbers = [1234567890]
    while len(numbers) < 1000:
        numbers.append(16807 * numbers[-1] % 2147483647)
    y = [number / 2147483647 for number in numbers]
    plain: Found = {f"adev({length})": allan_deviation(y, length).deviation for length in (1, 10, 100)}
    return plain | {f"oadev({length})": overlapping_allan_deviation(y, length).deviation for length in (1, 10, 100)}


def variables(case: Case) -> Found:
    given = case["data"]
    found = drift(given["days"], given["delta"], order=2, through_zero=True, u_common=given["u0"])
    level = given["rel_conf"]
    both = reliability_interval(found, given["y0"], lower=given["rel_low"], upper=given["rel_high"], confidence=level)
    return {
        "b1": found.coefficients[0],
        "b2": found.coefficients[1],
        "s_yx": found.s,
        "cov11": found.covariance[0, 0],
        "cov12": found.covariance[0, 1],
        "cov22": found.covariance[1, 1],
        "interval.u_target=0.5": uncertainty_interval(found, given["u_target"]).interval,
        "interval.reliability_two_sided": both.interval,
        "interval.reliability_upper_only": reliability_interval(
            found, given["y0"], upper=given["rel_high"], confidence=level
        ).interval,
    }


FILES: dict[str, Callable[[Case], Found]] = {
    "jcgm106-zener-conformance": zener,
    "specific-risk-cpk": cpk,
    "jcgm106-precision-resistors": resistors,
    "rp19-pfa-table": in_tolerance,
    "guard-band-methods-tur2.5": guard_bands,
    "ilac-g8-decision-rules": statements,
    "interlab-kcrv-procedure-A": kcrv,
    "interlab-weighted-mean-birge-dl-pm": consensus,
    "tn1900-e2-surface-temperature": readings,
    "type-a-pooled": pooled_history,
    "gum-h2-approach2": impedance,
    "allan-sp1065-1000pt": allan,
    "nasa-hdbk-variables-interval": variables,
}


def agrees(found: object, expected: object) -> None:
    """Compare within the tolerance that stands with the expected value."""
    if isinstance(expected, list):
        several, wanted = cast("list[object]", found), cast("list[object]", expected)
        assert len(several) == len(wanted)
        for one, other in zip(several, wanted, strict=True):
            agrees(one, other)
        return
    assert isinstance(expected, dict)
    terms = cast("Case", expected)
    value = terms["value"]
    if isinstance(value, list) and not isinstance(value[0], str):
        agrees(found, [terms | {"value": each} for each in cast("list[object]", value)])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        assert found == pytest.approx(value, rel=terms.get("rtol", 0.0), abs=terms.get("atol", 0.0))
    else:
        assert found == value


@pytest.mark.parametrize("name", FILES)
def test_case_within_its_stated_tolerance(name: str) -> None:
    case = read(f"uncertainty/{name}.json")
    found = FILES[name](case)
    for key, expected in case["expected"].items():
        agrees(found[key.removesuffix(".published")], expected)


def test_comparisons_of_standards() -> None:
    case = read("data/comparison.json")["data"]
    mean = case["weighted_mean_case"]
    u = [expanded / 2 for expanded in mean["U_k2"]]
    found = weighted_mean(mean["x"], u)
    laboratories = degrees_of_equivalence(mean["x"], u, found.value, found.u)
    assert found.value == pytest.approx(mean["weighted_mean"], rel=1e-10)
    assert found.u == pytest.approx(mean["u_weighted_mean"], rel=1e-10)
    assert [each.expanded for each in laboratories] == pytest.approx(mean["U_DoE"], rel=1e-10)
    assert [each.difference for each in laboratories] == pytest.approx(mean["DoE"], abs=1e-14)  # 10 V in float64
    for each in case["En"]:
        score = e_n(each["x_lab"], each["U_lab"], each["x_ref"], each["U_ref"])
        assert score.value == pytest.approx(each["En"], rel=1e-9)
        assert (score.performance.value == "satisfactory") == each["satisfactory"]


def test_examination_of_a_standard() -> None:
    case = read("data/jjf1033.json")["data"]
    assert repeatability(case["repeatability"]["x"], 1.0).found == pytest.approx(case["repeatability"]["s"], rel=1e-9)
    for each in case["verification"]:
        found = verification_by_transfer(each["y_lab"], each["U_lab"], each["y_ref"], each["U_ref"])
        assert found.limit == pytest.approx(each["limit"], rel=1e-9)
        assert found.passes is each["pass_"]


def test_decision_rules() -> None:
    for each in read("data/decision_rule.json")["data"]:
        limits = Limits.symmetric(each["MPE"])
        rules: dict[str, DecisionRule] = {
            "simple_acceptance": SimpleAcceptance(),
            "guard_band_U_verdict": GuardedAcceptance(),
        }
        for key, rule in rules.items():
            found = decide(each["error"], limits=limits, rule=rule, expanded=each["U_k2"], k=2)
            assert found.statement.value == each[key]
            assert 1 - found.p_conform == pytest.approx(each["p_nonconform"], abs=1e-9)
