"""The reference cases that are calculations, each run as it is and held against its own tolerances."""

import json
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.app.evaluate.calculations import REFERENCE, answer

KINDS = ("gum", "gum_correlated", "mc", "mc_correlated", "mc_multivariate", "mc_validate_gum", "refuse", "warn")
TRIALS = 100_000
WIDER = math.sqrt(1_000_000 / TRIALS)
"""Tolerances of Monte Carlo are stated for a million trials."""


@cache
def cases() -> list[Path]:
    index = REFERENCE / "index.json"
    if not index.exists():
        return []
    return [
        REFERENCE / f"{each['id']}.json" for each in json.loads(index.read_text())["cases"] if each["kind"] in KINDS
    ]


def of(*kinds: str) -> list[tuple[Path, dict[str, Any]]]:
    found = [(file, json.loads(file.read_text("utf-8"))) for file in cases()]
    chosen = [(file, case) for file, case in found if case["kind"] in kinds]
    if not chosen:
        pytest.skip("the reference cases are not beside this checkout")
    return chosen


def agrees(got: float, stated: dict[str, Any], wider: float = 1.0) -> bool:
    want = math.inf if stated["value"] == "inf" else float(stated["value"])
    if math.isinf(want):
        return got > 1e9
    tolerance = float(stated.get("atol", 0.0)) + float(stated.get("rtol", 0.0)) * abs(want)
    return abs(got - want) <= wider * tolerance


def number(given: float | str) -> float:
    return math.inf if given == "inf" else float(given)


def test_first_order_reproduces_every_case(capsys: pytest.CaptureFixture[str]) -> None:
    compared = 0
    for file, case in of("gum", "gum_correlated"):
        status, told = answer(capsys, file)
        assert status == 0, file.name
        for key, stated in case["expected"].items():
            name, _, what = key.partition(".")
            if key.startswith("r("):
                a, b = re.findall(r"\w+", key)[1:3]
                u = {each: told["outputs"][each]["u"] for each in (a, b)}
                assert agrees(told["covariance"][a][b] / (u[a] * u[b]), stated), (file.name, key)
            elif what in {"value", "u", "dof", "value.published", "u.published", "dof.published"}:
                found = number(told["outputs"][name][what.partition(".")[0]])
                assert agrees(found, stated), (file.name, key, found)
            elif what == "components":
                for symbol, each in stated.items():
                    assert agrees(told["outputs"][name]["components"][symbol], each), (file.name, symbol)
            elif match := re.fullmatch(r"U(0\.\d+)", what):
                _, covering = answer(capsys, file, "--probability", match[1])
                assert agrees(covering["outputs"][name]["U"], stated), (file.name, key)
            elif re.fullmatch(r"Uk2\.published", what):
                assert agrees(2 * told["outputs"][name]["u"], stated), (file.name, key)
            else:
                continue
            compared += 1
    assert compared > 60


def test_monte_carlo_reproduces_every_case(capsys: pytest.CaptureFixture[str]) -> None:
    compared = 0
    for file, case in of("mc", "mc_correlated", "mc_multivariate"):
        asked = {match[1] for key in case["expected"] if (match := re.search(r"\.p(0\.\d+)\.", key))} or {"0.95"}
        for probability in sorted(asked):
            options = ("--monte-carlo", str(TRIALS), "--seed", "1", "--probability", probability)
            status, told = answer(capsys, file, *options)
            assert status == 0, file.name
            for key, stated in case["expected"].items():
                found = simulated(told, key, probability)
                if found is None:
                    continue
                wanted = stated["value"] if isinstance(stated["value"], list) else [stated["value"]]
                for got, want in zip(found, wanted, strict=True):
                    assert agrees(got, {**stated, "value": want}, WIDER), (file.name, key, got)
                compared += 1
    assert compared > 30


def simulated(told: dict[str, Any], key: str, probability: str) -> list[float] | None:
    """What a report says of one stated quantity; None where it is about something else."""
    if match := re.fullmatch(r"r\((\w+),(\w+)\)", key):
        return [told["engine"]["monte_carlo"]["correlation"][match[1]][match[2]]]
    if match := re.fullmatch(r"(\w+)\.(mean|u)", key):
        if match[1] == "gum":
            return [next(iter(told["outputs"].values()))["u"]]
        return [told["outputs"][match[1]]["monte_carlo"][match[2]]]
    if match := re.fullmatch(r"(\w+)\.p(0\.\d+)\.(symmetric|shortest)", key):
        return told["outputs"][match[1]]["monte_carlo"][match[3]] if match[2] == probability else None
    if match := re.fullmatch(r"gum\.(\w+)\.(value|u)", key):
        return [told["outputs"][match[1]][match[2]]]
    return None


def test_first_order_is_not_validated_where_the_source_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    for file, case in of("mc_validate_gum"):
        _, told = answer(capsys, file, "--monte-carlo", str(TRIALS))
        validated = told["engine"]["monte_carlo"]["first_order_validated"]
        assert validated["y"] is case["expected"]["first_order.validated"]["value"], file.name


def test_what_must_be_refused_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    for file, case in of("refuse"):
        status, told = answer(capsys, file)
        assert status == 3, file.name
        assert set(told["error"]) == {"code", "input", "message"}
        assert set(re.findall(r"\w+", told["error"]["input"])) <= set(case["inputs"]), file.name


def test_a_blind_first_order_warns(capsys: pytest.CaptureFixture[str]) -> None:
    for file, case in of("warn"):
        status, told = answer(capsys, file, "--monte-carlo", str(TRIALS))
        found = told["outputs"]["y"]
        assert status == 0
        assert "curved" in found["warnings"]
        assert found["monte_carlo"]["u"] == pytest.approx(case["expected"]["y.u.exact"]["value"], rel=0.02)
