"""No U below the laboratory's calibration and measurement capability: said in advance, in the record, in print."""

from pathlib import Path
from typing import Final

import pytest

from labctl.app.check import check
from labctl.app.explain import explain
from labctl.app.in_step import alike, in_step
from labctl.app.simulate_run import simulate_run
from labctl.app.station import read_station, simulated_bench
from labctl.app.trials import Trials
from labctl.errors import StationError
from labctl.language import Language

METHOD: Final = "dmm-dc-voltage"
LINE: Final = """
[[capability]]
method = "JJF 1587-2016"
section = "DC voltage"
result = "E"
nominal = "{nominal}"
figure = "{figure}"
source = "scope of accreditation, 2026-01-15, page 3"
"""


def station(folder: Path, *lines: str) -> Path:
    file = folder / "bench.toml"
    file.write_text(simulated_bench().read_text("utf-8") + "".join(lines), "utf-8")
    return file


def line(nominal: str, figure: str) -> str:
    return LINE.format(nominal=nominal, figure=figure)


def test_a_run_states_the_capability_where_what_is_evaluated_is_smaller(tmp_path: Path) -> None:
    """By hand: at 5 V the source's 12 ppm and 20 µV give U = 2 x 80 µV / √3 = 92 µV; 20 ppm and 50 µV are 150 µV.

    At 1 V, on the 1 V range, 8 ppm + 1 µV = 9 µV is less than what is evaluated, which stands.
    """
    bench = station(tmp_path, line("0 V … 1 V", "8 ppm * abs(nominal) + 1 µV"), line("2 V … 10 V", "150 µV"))
    found = {(each.code, each.facts.get("point")) for each in check(METHOD, bench)}
    assert ("LP613", "10 V, 5 V") in found
    assert ("LP613", "1 V, 0.5 V") not in found
    (outside,) = [each.problem.en for each in check(METHOD, bench) if each.code == "LP614"]
    assert outside.startswith("DC voltage, E: no line of the laboratory's capability holds at 0.1 V, -0.095 V")

    run = simulate_run(METHOD, tmp_path / "out", station=bench, language=Language.ENGLISH, say=lambda _line: None)
    assert run.verified == {"certificate.pdf": 0, "certificate.xml": 0, "record.zip": 0}
    results = {
        point.point: point.results[0] for each in run.record.sections if each.title.en == "DC voltage"
        for point in each.points
    }  # fmt: skip
    raised, kept = results["10 V, 5 V"], results["1 V, 0.5 V"]
    assert raised.floor is not None
    assert raised.expanded == pytest.approx(150e-6, rel=1e-12)
    assert raised.k == 2.0
    assert raised.floor.expanded == pytest.approx(raised.floor.k * raised.u, rel=1e-12)
    assert 92e-6 < raised.floor.expanded < 150e-6
    assert kept.floor is None
    assert kept.expanded == pytest.approx(kept.k * kept.u, rel=1e-12)
    judged = {
        point.point: point.judgements[0] for each in run.record.sections if each.title.en == "DC voltage"
        for point in each.points
    }  # fmt: skip
    assert judged["10 V, 5 V"].ratio == pytest.approx(150 / (35 * 5 + 5 * 10), rel=1e-12)  # decided with what is stated
    said, beyond = run.record.notes[-2:]
    assert "capability 150 µV (scope of accreditation, 2026-01-15, page 3) is stated" in said.en
    assert "10 V, 5 V" in said.en
    assert beyond.en.startswith("DC voltage, E: outside the laboratory's stated calibration")
    xml = run.paths.xml.read_text("utf-8")
    assert said.en in xml
    assert said.zh in xml

    told = explain(run.paths.record, "5 V", Language.ENGLISH)
    assert "the laboratory's capability 150 µV (scope of accreditation, 2026-01-15, page 3) (unverified) is lar" in told


WRONG: Final = [
    (line("0 V … 10 V", "8 ppm"), "LP604", "capability, DC voltage E"),
    (line("0 V … 10 V", "8 ppm * abs(nominal) - 1 V"), "LP604", "gives -1 V"),
    (line("0 V … 10 V", "150 µV").replace('result = "E"', 'result = "F"'), "LP604", "has no such result"),
    (line("0 V … 10 V", "150 µV").replace('section = "DC voltage"', 'section = "Voltage"'), "LP604", "no such result"),
]


@pytest.mark.parametrize(("lines", "code", "words"), WRONG, ids=[each[2] for each in WRONG])
def test_a_line_that_does_not_fit_is_found_before_the_run(tmp_path: Path, lines: str, code: str, words: str) -> None:
    found = [each.said(Language.ENGLISH) for each in check(METHOD, station(tmp_path, lines)) if each.code == code]
    assert any(words in each for each in found), found


def test_a_second_line_for_one_range_and_a_malformed_figure_are_mistakes_of_the_station(tmp_path: Path) -> None:
    twice = line("0 V … 1 V", "9 µV")
    with pytest.raises(StationError, match="DC voltage E stands here twice"):
        read_station(station(tmp_path, twice, twice))
    with pytest.raises(StationError, match="figure"):
        read_station(station(tmp_path, line("0 V … 1 V", "9 of")))


def test_a_method_of_another_document_is_untouched(tmp_path: Path) -> None:
    lines = line("0 V … 10 V", "1 V").replace("JJF 1587-2016", "JJF 1638-2017")
    assert not [each for each in check(METHOD, station(tmp_path, lines)) if each.code in {"LP613", "LP614"}]


def test_trials_in_step_state_it_as_each_does_alone(tmp_path: Path) -> None:
    bench = station(tmp_path, line("0 V … 10 V", "30 ppm * abs(nominal) + 1 mV"))
    trials = Trials.of(METHOD, bench, unit="meter")
    found = in_step(trials, (5, 6))
    assert alike(found.compared[6], trials.one(6, found.patience))
    without = in_step(Trials.of(METHOD, station(tmp_path), unit="meter"), (5, 6))
    assert not alike(found.compared[6], without.compared[6])
