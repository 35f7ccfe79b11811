"""Points that an order asks for: they go before those of the type and of the method, and have to fit the method."""

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from labctl.app.check import check
from labctl.app.in_process import InProcess
from labctl.app.job import Job
from labctl.app.procedures import find_procedure
from labctl.app.station import read_station, shipped_bench, simulated_bench
from labctl.errors import StationError
from labctl.events.kinds import RunStarted
from labctl.language import Language
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.load import load_folder
from labctl.procedure.plan import plan
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import Outcome

DMM = "dmm-dc-voltage"
OWN = "# agreed with the customer\nrange [V], nominal [mV], readings\n10, 2500, 2\n"


def ordered(folder: Path, files: dict[str, str], bench: Path | None = None, order: str = "[order]") -> Path:
    """Return a copy of a bench whose order asks for points of its own."""
    for name, text in files.items():
        file = folder / "orders" / "o-7" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    text = (bench or simulated_bench()).read_text("utf-8")
    assert text.count(f"{order}\n") == 1
    station = folder / "station.toml"
    station.write_text(text.replace(f"{order}\n", f'{order}\npoints = "orders/o-7"\n'), "utf-8")
    return station


def keys(procedure: Procedure, station: Path, unit: str, section: str) -> list[str]:
    planned = plan(procedure, read_station(station).unit_under_test(unit))
    return [point.key for each in planned if each.section == section for point in each.points]


def test_the_order_goes_before_the_type_and_the_type_before_the_method(tmp_path: Path) -> None:
    method = tmp_path / "method"
    copytree(simulated_bench().parent, method, ignore=ignore_patterns("__pycache__"))
    usual = keys(load_folder(method), simulated_bench(), "meter", "DC voltage")
    assert len(usual) > 5
    (method / "points").mkdir()
    (method / "points" / "Keysight 34465A.csv").write_text("# its own\nrange [V], nominal [V], readings\n1, 1, 2\n")
    assert keys(load_folder(method), simulated_bench(), "meter", "DC voltage") == ["1 V, 1 V"]
    station = ordered(tmp_path, {f"{DMM}/points.csv": OWN, "another-method/points.csv": "anything"})
    assert keys(load_folder(method), station, "meter", "DC voltage") == ["10 V, 2500 mV"]
    assert keys(load_folder(method), station, "meter", "Zero") == keys(
        load_folder(method), simulated_bench(), "meter", "Zero"
    )


def test_units_of_another_order_keep_the_usual_points(tmp_path: Path) -> None:
    own = "# the clinic asks for 38 °C alone\nnominal [°C], mpe [K], immersion [min], repeats\n38, 0.1, 3, 2\n"
    station = ordered(
        tmp_path, {"clinical-thermometer/points.csv": own}, shipped_bench("batch"), order="[orders.clinic]"
    )
    method = find_procedure("clinical-thermometer")
    assert keys(method, station, "c12", "Indication") == ["38 °C, 3 min"]
    assert keys(method, station, "c01", "Indication") == keys(method, shipped_bench("batch"), "c01", "Indication")


def test_a_run_measures_what_was_ordered_and_its_record_says_so(tmp_path: Path) -> None:
    none = "# not asked for | 委托未要求\n"
    station = ordered(tmp_path, {f"{DMM}/points.csv": OWN, f"{DMM}/zero.csv": none})
    job = Job(run="20260105-0001", data=str(tmp_path / "data"), station=str(station), procedure=DMM, by="tests")
    run = InProcess.of(job)
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    entries = run.entries()
    started = entries[0].event
    assert isinstance(started, RunStarted)
    assert started.unit.ordered == {f"{DMM}/points.csv": OWN, f"{DMM}/zero.csv": none}
    record = evaluate_run(find_procedure(DMM), entries)
    assert [point.point for section in record.sections for point in section.points] == ["10 V, 2500 mV"]
    notes = [each.within(Language.CHINESE) for each in record.notes]
    assert "直流电压：按委托要求的校准点" in notes
    assert "零位：未测（委托未要求）" in notes


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("points.csv", OWN.replace("readings", "reading"), "LP309", "it has no column readings"),
        ("points.csv", OWN.replace("readings", "readings, repaets").replace(", 2\n", ", 2, 3\n"), "LP309", "repaets"),
        ("points.csv", OWN.replace("[mV]", "[mA]"), "LP308", "nominal is in mA, where V is meant"),
        ("points.csv", OWN.replace("2500", "2.5 V"), "LP301", "'2.5 V' is no number"),
        ("point.csv", OWN, "LP311", "no section of dmm-dc-voltage has such points"),
    ],
    ids=["lacking", "unknown", "unit", "malformed", "file"],
)
def test_points_that_do_not_fit_are_told_before_the_run(
    tmp_path: Path, name: str, text: str, code: str, words: str
) -> None:
    station = ordered(tmp_path, {f"{DMM}/{name}": text})
    found = [each for each in check(DMM, station) if each.grave and each.code == code]
    assert found, [each.said(Language.ENGLISH) for each in check(DMM, station)]
    assert any(words in each.problem.en for each in found)
    assert all(each.file == f"{DMM}/{name}" and each.problem.zh and each.remedy.zh for each in found)


def test_a_folder_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    station = ordered(tmp_path, {})
    with pytest.raises(StationError, match="orders/o-7 is no folder beside this file") as refused:
        read_station(station)
    lines = station.read_text("utf-8").splitlines()
    assert lines[refused.value.line - 1] == 'points = "orders/o-7"'
