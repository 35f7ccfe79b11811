"""A procedure held against a bench: who plays, whether it is valid today, and how good the results will be."""

from pathlib import Path

import pytest

from labctl.app.check import check
from labctl.app.station import simulated_bench
from labctl.language import Language
from labctl.procedure.finding import Finding

NAME = "dmm-dc-voltage"


def on_bench(folder: Path, before: str = "", after: str = "") -> tuple[Finding, ...]:
    text = simulated_bench().read_text("utf-8")
    assert before in text
    station = folder / "bench.toml"
    station.write_text(text.replace(before, after, 1), "utf-8")
    return check(NAME, station)


def test_the_text_alone_is_clean() -> None:
    assert check(NAME) == ()


def test_the_simulated_bench_can_carry_it_out_and_says_where_the_guarded_rule_holds(tmp_path: Path) -> None:
    """By hand: at 10 V the source brings U = 2 x √((140 µV)² + (1 µV)²) / √3 = 162 µV, 0.40 of 400 µV."""
    found = on_bench(tmp_path)
    assert not any(each.grave for each in found)
    ratios = [each.problem.en for each in found if each.code == "LP605"]
    assert any(words.startswith("DC voltage, 10 V, 10 V: U is 0.40 of the MPE") for words in ratios)
    assert not any(words.startswith("DC voltage, 10 V, 1 V:") for words in ratios)


MISTAKES = [
    ("LP602", "due = 2099-12-31 # a", "due = 2025-12-31 # a", "was valid until 2025-12-31"),
    ("LP601", 'unit_type = "Keysight 34465A"\n', "", "no instrument of the bench can play unit"),
    ("LP604", 'name = "thermal EMF"', 'name = "leakage"', "leads has no characteristic 'thermal EMF'"),
    ("LP603", 'kind = "calibration"', 'kind = "verification"', "calibrates, the order asks for a verification"),
    ("LP604", 'up_to = "1020 V"', 'up_to = "700 V"', "-950 V lies outside"),
    (
        "LP604",
        'ranges = { "DC voltage" = ["0.1 V", ',
        'ranges = { "DC voltage" = ["0.2 V", ',
        "range 0.2 V lies outside",
    ),
]


@pytest.mark.parametrize(("code", "before", "after", "words"), MISTAKES, ids=[each[3] for each in MISTAKES])
def test_what_the_bench_cannot_do_is_found(tmp_path: Path, code: str, before: str, after: str, words: str) -> None:
    found = [each for each in on_bench(tmp_path, before, after) if each.code == code]
    assert found, f"{code} was not found"
    assert words in found[0].said(Language.ENGLISH)
    assert found[0].problem.zh != found[0].problem.en


def test_an_unknown_or_malformed_procedure_is_a_finding(tmp_path: Path) -> None:
    (unknown,) = check("dmm-ac-voltage")
    assert unknown.said(Language.ENGLISH).startswith(
        "procedure dmm-ac-voltage: LP000 error: is not installed and is no folder. Installed are: "
    )
    (tmp_path / "procedure.py").write_text("x = (", "utf-8")
    (malformed,) = check(str(tmp_path))
    assert malformed.said(Language.CHINESE).startswith("procedure.py, line 1: LP000 错误: 不是有效的 Python")
