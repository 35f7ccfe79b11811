"""A column of the points that bears a role's name chooses who plays it there, with that one's record and driver."""

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from labctl.app.check import check
from labctl.app.in_process import InProcess
from labctl.app.job import Job
from labctl.app.procedures import find_procedure
from labctl.app.station import shipped_bench
from labctl.app.trials import Trials
from labctl.errors import RoleUnfilled
from labctl.events.kinds import InstrumentOpened, RepetitionStarted, RunStarted, SettingMade
from labctl.language import Language
from labctl.procedure.evaluate import evaluate_run
from labctl.records.calibration import Outcome

METHOD = Path(__file__).parent / "methods" / "choosing"
BENCH = shipped_bench("electrical")
OWN = {"calibrator": 160e-6, "reference_calibrator": 44e-6}  # U of each at 10 V by its specification, rounded


def running(root: Path, method: Path = METHOD, station: Path = BENCH) -> InProcess:
    job = Job(
        run="20260105-0001", data=str(root), station=str(station), procedure=str(method), by="tests", unit="meter"
    )
    return InProcess.of(job, noise=False)


def test_each_point_has_the_record_of_the_source_that_it_names(tmp_path: Path) -> None:
    run = running(tmp_path)
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    entries = run.entries()
    events = [each.event for each in entries]
    started = events[0]
    assert isinstance(started, RunStarted)
    assert started.roles == {"source": "calibrator", "unit": "meter"}
    made = {each.instrument: each.place.point for each in events if isinstance(each, SettingMade) and each.place.symbol}
    assert made == {key: f"10 V, 10 V, {key}" for key in OWN}
    opened = [each.instrument for each in events if isinstance(each, InstrumentOpened)]
    first = next(number for number, each in enumerate(events) if isinstance(each, RepetitionStarted))
    before = {each.instrument for each in events[:first] if isinstance(each, InstrumentOpened)}
    assert before == {*OWN, "meter", "room"} == set(opened)  # nobody is met for the first time in the midst of a run
    record = evaluate_run(find_procedure(str(METHOD)), entries)
    assert {asset.key for asset in record.standards.values()} == set(OWN)
    points, (difference,) = (section.points for section in record.sections)
    for point, (key, expanded) in zip(points, OWN.items(), strict=True):
        (result,) = point.results
        owners = {line.effect.split(" ")[0] for line in result.budget if line.symbol == "V_s"}
        assert owners == {key}
        assert result.expanded == pytest.approx(expanded, rel=0.05)
    together = sum(result.u**2 for point in points for result in point.results) ** 0.5
    assert difference.results[0].u == pytest.approx(together, rel=1e-6)  # two certificates, nothing in common


def test_trials_choose_as_a_run_does() -> None:
    trials = Trials.of(str(METHOD), BENCH, unit="meter")
    assert [each.covered for each in trials.one(3)] == [True, True, True]


@pytest.mark.parametrize(
    ("key", "code", "words"),
    [
        ("zenner", "LP601", "'zenner', named for source, is not in this file"),
        ("room", "LP601", "room cannot play source: it has no source_dc_voltage"),
    ],
)
def test_a_name_that_cannot_play_the_role_is_told_before_the_run(
    tmp_path: Path, key: str, code: str, words: str
) -> None:
    copytree(METHOD, tmp_path / "method", ignore=ignore_patterns("__pycache__"))
    points = tmp_path / "method" / "points.csv"
    points.write_text(points.read_text("utf-8").replace("reference_calibrator", key), "utf-8")
    found = [each for each in check(str(tmp_path / "method"), BENCH, unit="meter") if each.grave]
    assert (found[0].code, words in found[0].problem.en) == (code, True), found[0].said(Language.ENGLISH)
    if key == "zenner":
        with pytest.raises(RoleUnfilled, match="zenner"):
            running(tmp_path / "data", tmp_path / "method").carry_out()


def test_a_standard_whose_certificate_has_run_out_is_told_though_few_points_need_it(tmp_path: Path) -> None:
    text = BENCH.read_text("utf-8")
    number = 'number = "SIM-CAL-5730-001"'
    before, after = text.split(number)
    station = tmp_path / "station.toml"
    station.write_text(before + number + after.replace("due = 2099-12-31", "due = 2026-01-31", 1), "utf-8")
    found = [each for each in check(str(METHOD), station, unit="meter") if each.grave]
    assert [each.code for each in found] == ["LP602"]
    assert "SIM-CAL-5730-001" in found[0].problem.en
