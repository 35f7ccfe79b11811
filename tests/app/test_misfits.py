"""A figure whose kind only the station tells: found with its line before the run, by either check."""

from pathlib import Path

import pytest

from labctl.app.check import check
from labctl.app.job import Job
from labctl.app.preparation import prepare
from labctl.app.station import simulated_bench
from labctl.errors import FlightRefused
from labctl.language import Language

NAME = "dmm-dc-voltage"
FIGURE = 'figure = "1 µV"\ndistribution'
MISFITS = [
    (FIGURE, FIGURE.replace("1 µV", "1 mK"), 'figure = "1 mK"', "it is in mK, and d_emf of DC voltage is in V"),
    (FIGURE, FIGURE.replace("1 µV", "2 ppm"), 'figure = "2 ppm"', "it is in ppm, and d_emf of DC voltage is in V"),
    (FIGURE, f'value = "0 A"\n{FIGURE}', 'value = "0 A"', "leads, thermal EMF, value: it is in A"),
    (FIGURE, FIGURE.replace("1 µV", "1 µV * rnage / range"), "rnage", "rnage is not known here"),
]


def changed(folder: Path, before: str, after: str) -> Path:
    text = simulated_bench().read_text("utf-8")
    assert text.count(before) == 1
    station = folder / "bench.toml"
    station.write_text(text.replace(before, after), "utf-8")
    return station


@pytest.mark.parametrize(("before", "after", "there", "words"), MISFITS, ids=[each[3] for each in MISFITS])
def test_a_figure_of_another_kind_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, there: str, words: str
) -> None:
    assert check(NAME) == ()  # the text alone cannot know
    station = changed(tmp_path, before, after)
    (found,) = [each for each in check(NAME, station) if each.grave]
    line = next(n for n, each in enumerate(station.read_text("utf-8").splitlines(), 1) if there in each)
    assert (found.code, found.file, found.line) == ("LP615", "bench.toml", line)
    assert words in found.said(Language.ENGLISH)
    assert found.remedy.en.startswith("Correct the figure")


def test_the_flight_check_says_the_same(tmp_path: Path) -> None:
    station = changed(tmp_path, FIGURE, FIGURE.replace("1 µV", "1 mK"))
    with pytest.raises(FlightRefused) as refused:
        prepare(Job(run="20260105-0001", data=str(tmp_path), station=str(station), procedure=NAME, by="tests"))
    assert "bench.toml:" in refused.value.problem.en
    assert "it is in mK, and d_emf of DC voltage is in V" in refused.value.problem.en
    assert refused.value.remedy.zh


def test_a_limit_of_another_kind_than_the_plate_says_is_told_at_its_requirement(tmp_path: Path) -> None:
    method = tmp_path / "method"
    method.mkdir()
    source = Path(simulated_bench()).parent
    for name in ("procedure.py", "points.csv", "zero.csv", "short.svg", "dc-voltage.svg"):
        (method / name).write_bytes((source / name).read_bytes())
    text = (method / "procedure.py").read_text("utf-8")
    before = 'symbol="E_0", within="mpe")'
    assert before in text
    (method / "procedure.py").write_text(text.replace(before, 'symbol="E_0", within="unit.offset")'), "utf-8")
    plate = 'model = "34465A"\nranges'
    station = changed(tmp_path, plate, plate.replace("\nranges", '\nnameplate = { offset = "1 mA" }\nranges'))
    (found,) = [each for each in check(str(method), station) if each.code == "LP615"]
    line = next(n for n, each in enumerate(text.splitlines(), 1) if before in each)
    assert (found.file, found.line) == ("procedure.py", line)
    assert "bench.toml" in found.remedy.en
