"""What a method wants to see first whenever a run is taken up, and what follows where it is not as it was."""

from itertools import groupby
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from attrs import evolve

from labctl.app.in_process import InProcess
from labctl.app.job import Job
from labctl.app.procedures import find_procedure
from labctl.app.simulate import bench_of
from labctl.app.station import read_station, simulated_bench
from labctl.events.journal import Entry
from labctl.events.kinds import AttemptRejected, CheckJudged, NoteTaken, PointFinished, RepetitionFinished
from labctl.procedure.evaluate import evaluate_run
from labctl.records.calibration import CalibrationRecord, Outcome

METHOD = str(Path(__file__).parent / "methods" / "looked_at_again")
NIGHT = 3600.0
BEGINNING = ["Reference", "DC voltage"]


class Struck(BaseException):
    """The engine's process ends between two events."""


def running(root: Path, method: str = METHOD) -> InProcess:
    station = simulated_bench()
    job = Job(
        run="20260105-0001",
        data=str(root),
        station=str(station),
        procedure=method,
        by="tests",
        confirms="nobody",
    )
    return InProcess(job, bench_of(read_station(station), seed=3, noise=False))


def struck(run: InProcess, *, point: str = "10 V, 1 V", section: str = "DC voltage") -> None:
    """Let the engine end when a point is finished."""

    def strike(entry: Entry) -> None:
        event = entry.event
        if isinstance(event, PointFinished) and (event.place.section, event.place.point) == (section, point):
            run.hears = lambda _entry: None
            raise Struck

    run.hears = strike
    with pytest.raises(Struck):
        run.carry_out()


def taken_up(run: InProcess) -> InProcess:
    again = InProcess(evolve(run.job, resume=True, reason="tests"), run.bench)
    ended = again.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    return again


def order(entries: tuple[Entry, ...]) -> list[str]:
    """Return which sections were measured, in the order in which they were."""
    places = [each.event.place.section for each in entries if isinstance(each.event, RepetitionFinished)]
    return [section for section, _ in groupby(places)]


def judged(entries: tuple[Entry, ...]) -> list[bool]:
    return [each.event.met for each in entries if isinstance(each.event, CheckJudged)]


def record_of(entries: tuple[Entry, ...], method: str = METHOD) -> CalibrationRecord:
    return evaluate_run(find_procedure(method), entries)


def test_a_run_that_is_not_interrupted_looks_at_the_reference_in_its_turn_alone(tmp_path: Path) -> None:
    run = running(tmp_path)
    run.carry_out()
    assert order(run.entries()) == [*BEGINNING, "Reference again"]
    assert judged(run.entries()) == [True]


def test_a_run_that_is_taken_up_looks_at_the_reference_first_and_in_its_turn_again(tmp_path: Path) -> None:
    run = running(tmp_path)
    struck(run)
    before = run.entries()
    run.bench.clock.wait(NIGHT)
    again = taken_up(run)
    after = again.entries()
    assert after[: len(before)] == before
    assert order(after) == [*BEGINNING, "Reference again", "DC voltage", "Reference again"]
    assert judged(after) == [True, True]
    early = [each.event for each in after if isinstance(each.event, AttemptRejected)]
    assert [each.place.section for each in early] == ["Reference again"]
    assert "measured again in its turn" in early[0].reason.en
    notes = [each.event.text for each in after if isinstance(each.event, NoteTaken)]
    assert any("measured before its turn" in each.en and "恢复运行" in each.zh for each in notes)
    (looked,) = [section.points for section in record_of(after).sections if section.title.en == "Reference again"]
    assert [(each.attempts, each.reported) for each in looked] == [(2, (2,))]


def test_a_reference_that_drifted_meanwhile_is_found_before_anything_else_is_measured(tmp_path: Path) -> None:
    """1 µV/s for an hour is 3.6 mV; in the minutes after it little more, which the check allows."""
    run = running(tmp_path)
    struck(run)
    run.bench.fault("meter", "drift", rate=1e-6)
    run.bench.clock.wait(NIGHT)
    again = taken_up(run)
    after = again.entries()
    assert order(after) == [*BEGINNING, "Reference again", *BEGINNING, "Reference again"]
    assert judged(after) == [False, True]
    reasons = {
        (each.event.place.section, each.event.reason.en.partition(":")[0])
        for each in after
        if isinstance(each.event, AttemptRejected)
    }
    assert reasons == {(each, "Reference unchanged") for each in (*BEGINNING, "Reference again")}
    record = record_of(after)
    assert [len(each.points) for each in record.sections] == [1, 2, 1]
    assert all(point.attempts > len(point.reported) for point in record.sections[0].points)


def test_an_engine_that_ends_while_it_looks_leaves_nothing_that_counts(tmp_path: Path) -> None:
    run = running(tmp_path)
    struck(run)
    again = InProcess(evolve(run.job, resume=True, reason="tests"), run.bench)
    struck(again, section="Reference again", point="10 V, 10 V")
    third = taken_up(again)
    assert order(third.entries()) == [*BEGINNING, "Reference again", "DC voltage", "Reference again"]
    assert judged(third.entries()) == [True, True, True]
    rejected = [each.event for each in third.entries() if isinstance(each.event, AttemptRejected)]
    assert [each.place.attempt for each in rejected] == [1, 2]


def resting_on_the_reference(folder: Path) -> str:
    """Return the method with an error that is corrected by the reference, and a check that names the reference only."""
    copytree(METHOD, folder, ignore=ignore_patterns("__pycache__"))
    text = (folder / "procedure.py").read_text("utf-8")
    for before, after in {
        '"E = V_ind + d_res - V_s", ': '"E = V_ind + d_res - V_s - d_0", d_0=Result("Reference", "d_0"), ',
        'Invalidate("Reference", "DC voltage")': 'Invalidate("Reference")',
    }.items():
        assert text.count(before) == 1
        text = text.replace(before, after)
    (folder / "procedure.py").write_text(text, "utf-8")
    return str(folder)


@pytest.mark.parametrize("named", [True, False])
def test_a_reference_that_drifts_within_the_run_invalidates_what_rests_on_it(tmp_path: Path, *, named: bool) -> None:
    """What is corrected by the reference is measured anew with it, whether the check names it or not."""
    run = running(tmp_path, METHOD if named else resting_on_the_reference(tmp_path / "resting"))

    def hear(entry: Entry) -> None:
        if isinstance(entry.event, PointFinished) and entry.event.place.section == "Reference" and not drifting:
            drifting.append(True)
            run.bench.fault("meter", "drift", rate=1e-3)
        if isinstance(entry.event, CheckJudged) and not entry.event.met:
            run.bench.mend("meter", "drift")

    drifting: list[bool] = []
    run.hears = hear
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    assert judged(run.entries()) == [False, True]
    measured = order(run.entries())
    assert measured[-3:] == [*BEGINNING, "Reference again"]
    rejected = {each.event.place.section for each in run.entries() if isinstance(each.event, AttemptRejected)}
    assert rejected == {*BEGINNING, "Reference again"}
    assert [len(each.points) for each in record_of(run.entries(), run.job.procedure).sections] == [1, 2, 1]


def test_what_waits_for_a_later_section_keeps_its_readings() -> None:
    """A concentration needs tomorrow's weighing: weighing again takes no new sampling, another clean filter does."""
    pm25, turbine = find_procedure("pm25-gravimetric"), find_procedure("turbine-gravimetric")
    assert pm25.with_dependants(["Loaded filters"]) == {"Loaded filters"}
    assert pm25.with_dependants(["Clean filters"]) == {"Clean filters", "Concentration"}
    assert turbine.with_dependants(["Diverter"]) == {"Diverter", "K factor"}
