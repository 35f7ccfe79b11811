"""A procedure held against a bench: who plays, whether it is valid today, and how good the results will be."""

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from labctl.app.check import check
from labctl.app.procedures import find_procedure
from labctl.app.station import simulated_bench
from labctl.errors import StationError
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
    ("LP602", "calibrated = 2025-12-01", "calibrated = 2098-12-01", "is of 2098-12-01, a day to come"),
    ("LP601", 'unit_type = "Keysight 34465A"\n', "", "no instrument of the bench can play unit"),
    ("LP604", 'name = "thermal EMF"', 'name = "leakage"', "leads has no characteristic 'thermal EMF'"),
    ("LP603", 'kind = "calibration"', 'kind = "verification"', "calibrates, the order asks for a verification"),
    ("LP604", 'up_to = "1020 V"', 'up_to = "700 V"', "-950 V lies outside"),
    ("LP604", "-1020 V to 1020 V", "-500 V to 500 V", "calibrator would be asked for -950 V, it may present -500"),
    ("LP612", '[environment]\ninstrument = "room"\n', "", "nobody watches the room: relative humidity, temperature"),
    ("LP609", 'kind = "calibration"', 'kind = "verification"', "U is 0.43 of the MPE; a verification asks for 1/3"),
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


def test_it_says_how_long_it_takes_and_what_to_connect(tmp_path: Path) -> None:
    """By hand: 14 points of 10 readings and 5 of 3, each with a settling of 3 readings and at most 60 s."""
    (lasts,) = [each for each in on_bench(tmp_path) if each.code == "LP610"]
    assert lasts.facts["readings"] == 14 * (10 + 3) + 5 * (3 + 3)
    assert lasts.facts["seconds_most"] == pytest.approx(float(str(lasts.facts["seconds_least"])) + (14 + 5) * 60)
    (needed,) = [each for each in on_bench(tmp_path) if each.code == "LP611"]
    assert needed.facts == {"pictures": ["short.svg", "dc-voltage.svg"], "auxiliaries": ["Low thermal EMF leads"]}


def test_an_expected_uncertainty_is_told_of_every_point_and_as_numbers_for_a_program(tmp_path: Path) -> None:
    found = [each.plain() for each in on_bench(tmp_path) if each.code in {"LP605", "LP607"}]
    (one,) = [each for each in found if each["point"] == "10 V, 1 V"]
    assert (one["section"], one["symbol"], one["severity"]) == ("DC voltage", "E", "note")
    assert one["ratio"] == pytest.approx(0.177, abs=0.001)  # 12 ppm of 1 V lies on the 3.3 V range of the source


def test_the_uncertainty_of_a_reduction_is_foreseen_too(tmp_path: Path) -> None:
    """By hand: both points of the 1 V range rest on one specification; nobody states its sharing, the larger u counts.

    Wholly shared, U of their mean is the mean of their U; each has 1 µV of the leads to itself.
    """
    copytree(simulated_bench().parent, tmp_path / "mean", ignore=ignore_patterns("__pycache__"))
    file = tmp_path / "mean" / "procedure.py"
    reduction = (
        'MEAN = Model("E_m = mean(E[:])", E=Result("DC voltage", "E"))\n'
        'METHOD.reduce("Mean error", zh="平均误差", model=MEAN, each="range")\n'
        'METHOD.require("Mean error", zh="平均误差", of="Mean error", symbol="E_m", within="1 mV", source="made up")\n'
    )
    text = file.read_text("utf-8").replace("    Resolution,\n", "    Resolution,\n    Result,\n")
    file.write_text(text + reduction, "utf-8")
    found = check(str(tmp_path / "mean"), own_bench=True)
    assert not [each for each in found if each.grave]
    (one,) = [each for each in found if each.facts.get("section") == "Mean error" and each.facts.get("point") == "1 V"]
    limits = [11e-6 * 0.5 + 2e-6, 11e-6 * 0.95 + 2e-6]
    by_hand = 2 * (sum(limits) ** 2 / 4 / 3 + 2 * (1e-6 / 2) ** 2 / 3) ** 0.5
    assert float(str(one.facts["expanded"]).removesuffix(" V")) == pytest.approx(by_hand, rel=1e-3)


def test_a_requirement_without_a_limit_is_told(tmp_path: Path) -> None:
    text = simulated_bench().read_text("utf-8")
    head, tail = text.split("# Maximum permissible errors", 1)
    (tmp_path / "bench.toml").write_text(head + "# " + tail.splitlines()[0], "utf-8")
    found = [each for each in check(NAME, tmp_path / "bench.toml") if each.code == "LP415"]
    assert [each.severity.value for each in found] == ["warning", "warning"]
    assert "needs an mpe that neither points nor unit type state" in found[0].problem.en


def test_a_station_may_be_two_lines_that_name_a_bench(tmp_path: Path) -> None:
    named = tmp_path / "bench.toml"
    named.write_text('bench = "electrical"\nunit = "meter"\n', "utf-8")
    assert "LP610" in {each.code for each in check(NAME, named)}
    named.write_text('# ours\nbench = "hydraulic"\n', "utf-8")
    with pytest.raises(StationError, match=r"bench\.toml, line 2, bench: .* Choose one of: .*pressure"):
        check(NAME, named)


def test_an_automatic_check_takes_the_procedure_s_own_bench() -> None:
    assert "LP610" in {each.code for each in check(NAME, own_bench=True)}
    assert "LP610" not in {each.code for each in check(NAME)}


def test_an_unknown_or_malformed_procedure_is_a_finding(tmp_path: Path) -> None:
    (unknown,) = check("dmm-ac-voltage")
    assert unknown.said(Language.ENGLISH).startswith(
        "dmm-ac-voltage: LP000 error: is not installed and is no folder. Installed are: "
    )
    (tmp_path / "procedure.py").write_text("x = (", "utf-8")
    (malformed,) = check(str(tmp_path))
    assert malformed.said(Language.CHINESE).startswith("procedure.py:1: LP000 错误: 不是有效的 Python")


def test_what_a_module_prints_does_not_get_into_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "method"
    copytree(find_procedure(NAME).folder, folder, ignore=ignore_patterns("__pycache__"))
    with (folder / "procedure.py").open("a", encoding="utf-8") as file:
        file.write('print("loaded")\n')
    check(str(folder))
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "loaded\n")
