"""A figure whose kind only the station tells: found with its line before the run, by either check."""

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from labctl.app.check import check
from labctl.app.job import Job
from labctl.app.preparation import prepare
from labctl.app.station import simulated_bench
from labctl.app.station.endpoints import shipped_bench
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


def method_in(folder: Path) -> Path:
    method = folder / "method"
    method.mkdir()
    for name in ("procedure.py", "points.csv", "zero.csv", "short.svg", "dc-voltage.svg"):
        (method / name).write_bytes((simulated_bench().parent / name).read_bytes())
    return method


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


def test_a_known_repeatability_of_another_kind_than_the_result_is_told(tmp_path: Path) -> None:
    method = method_in(tmp_path)
    text = (method / "procedure.py").read_text("utf-8")
    for before, after in {
        "model=ERROR)": 'model=ERROR, repeatability=Characteristic("leads", "thermal EMF", zh="热电势"))',
        'd_emf=Characteristic("leads", "thermal EMF", zh="热电势"),': "d_emf=Constant('0 V'),",
        "    Characteristic,\n": "    Characteristic,\n    Constant,\n",
    }.items():
        assert text.count(before) == 1
        text = text.replace(before, after)
    (method / "procedure.py").write_text(text, "utf-8")
    station = changed(tmp_path, FIGURE, FIGURE.replace("1 µV", "1 mK"))
    (found,) = [each for each in check(str(method), station) if each.grave]
    assert (found.code, found.file) == ("LP615", "bench.toml")
    assert "it is in mK, and E of DC voltage is in V" in found.problem.en


def test_a_parameter_of_a_calibration_function_in_another_unit_is_told_with_its_line(tmp_path: Path) -> None:
    bench = shipped_bench("temperature").read_text("utf-8")
    (tmp_path / "bench.toml").write_text(bench.replace('a = "-1.8e-4"', 'a = "-1.8e-4 K"'), "utf-8")
    (found,) = [each for each in check("iprt", tmp_path / "bench.toml", unit="unit1") if each.grave]
    assert (found.code, found.file, found.line) == (
        "LP615",
        "bench.toml",
        bench[: bench.index('a = "-1.8e-4"')].count("\n") + 1,
    )
    assert "parameter a of the calibration function: it is in K, where 1 is meant" in found.said(Language.ENGLISH)


def test_the_flight_check_says_the_same(tmp_path: Path) -> None:
    station = changed(tmp_path, FIGURE, FIGURE.replace("1 µV", "1 mK"))
    with pytest.raises(FlightRefused) as refused:
        prepare(Job(run="20260105-0001", data=str(tmp_path), station=str(station), procedure=NAME, by="tests"))
    assert "bench.toml:" in refused.value.problem.en
    assert "it is in mK, and d_emf of DC voltage is in V" in refused.value.problem.en
    assert refused.value.remedy.zh


def test_a_limit_of_another_kind_than_the_plate_says_is_told_at_its_requirement(tmp_path: Path) -> None:
    method = method_in(tmp_path)
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


@pytest.mark.parametrize(
    ("model", "own", "code", "words"),
    [
        ("o, g = fit.line(V[:], E[:])", ("10, 10, up, 5",), "LP129", "1 points for 2 parameters"),
        ("d = mean(E[pole == 'up'] - E[pole == 'down'])", ("10, 10, up, 5",), "LP114", "the selection is empty"),
        ("d = mean(E[pole == 'up'] - E[pole == 'down'])", ("10, 10, up, 5", "10, 5, down, 5"), "LP114", "10"),
    ],
)
def test_points_of_a_type_that_are_not_enough_for_a_reduction_are_told_before_the_run(
    tmp_path: Path, model: str, own: tuple[str, ...], code: str, words: str
) -> None:
    method = method_in(tmp_path)
    text = (method / "procedure.py").read_text("utf-8")
    text = text.replace('"E = V_ind + d_res - V_s - d_emf"', '"V = V_s", "E = V_ind + d_res - V_s - d_emf"')
    results = 'V=Result("DC voltage", "V"), ' if "V[" in model else ""
    text = text.replace("    Resolution,\n", "    Resolution,\n    Result,\n") + (
        f'\nMETHOD.reduce("All", zh="总", model=Model("{model}", {results}E=Result("DC voltage", "E")))\n'
        f'METHOD.table("All", zh="总", columns=("{model[0]}",))\n'
    )
    (method / "procedure.py").write_text(text, "utf-8")
    head = "# made up for tests\nrange [V], nominal [V], pole, readings\n"
    rows = ("10, 5, up, 5", "10, 10, up, 5") if results else ("10, 5, up, 5", "10, 5, down, 5")
    (method / "points.csv").write_text(head + "\n".join(rows) + "\n", "utf-8")
    assert [each for each in check(str(method), simulated_bench()) if each.code in {"LP114", "LP129"}] == []
    (method / "points").mkdir()
    (method / "points" / "Keysight 34465A.csv").write_text(head + "\n".join(own) + "\n", "utf-8")
    (found,) = [each for each in check(str(method), simulated_bench()) if each.code == code]
    line = next(n for n, each in enumerate(text.splitlines(), 1) if 'METHOD.reduce("All"' in each)
    assert (found.file, found.line) == ("procedure.py", line)
    assert words in found.problem.en


@pytest.mark.parametrize(
    ("plate", "words"),
    [
        ('"R_0" = "100 Ω"', "unit.tolerance_class is not known here"),
        ('"R_0" = "100 Ω", tolerance_class = "E"', "'E' is not known here; choose from AA, A, B, C"),
        ('"R_0" = "100 Ω", tolerance_class = "F0.1"', ""),
    ],
)
def test_a_limit_by_the_class_on_the_plate_is_worked_out_at_every_point_before_the_run(
    tmp_path: Path, plate: str, words: str
) -> None:
    """What U will be nobody knows, since nobody says what the reference will read; the limit is known all the same."""
    copytree(simulated_bench("temperature/iprt").parent, tmp_path / "iprt", ignore=ignore_patterns("__pycache__"))
    text = (tmp_path / "iprt" / "procedure.py").read_text("utf-8")
    limit = 'symbol="E", within="mpe"'
    assert limit in text
    text = text.replace(limit, 'symbol="E", within="iec60751.tolerance(unit.tolerance_class, nominal)"')
    (tmp_path / "iprt" / "procedure.py").write_text(text, "utf-8")
    bench = shipped_bench("temperature").read_text("utf-8")
    assert bench.count('nameplate = { "R_0" = "100 Ω" }') == 1
    station = tmp_path / "station.toml"
    station.write_text(bench.replace('nameplate = { "R_0" = "100 Ω" }', f"nameplate = {{ {plate} }}"), "utf-8")
    found = [each for each in check(str(tmp_path / "iprt"), station, unit="unit1") if each.grave]
    assert [each.code for each in found] == (["LP615"] if words else [])
    assert all(words in each.problem.en and each.problem.zh and "station.toml" in each.remedy.en for each in found)
