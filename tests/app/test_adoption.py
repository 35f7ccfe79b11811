"""What an earlier run observed stands in for a section: on the same assets, while it is valid, with its evidence."""

from functools import cache
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Final

import pytest
from attrs import evolve

from labctl.app.explain import explain
from labctl.app.in_process import InProcess
from labctl.app.issue import issue_certificate
from labctl.app.job import Job
from labctl.app.procedures import find_procedure
from labctl.app.station import shipped_bench
from labctl.app.verify import verify
from labctl.events.codec import decode_event
from labctl.events.kinds import IndicationTaken, ResultsAdopted, RunStarted
from labctl.language import Language
from labctl.metrology.effects import Scope
from labctl.procedure.account import Account
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.evaluation import Evaluation
from labctl.records.calibration import CalibrationRecord, Outcome, PointResult
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal

METHOD: Final = Path(__file__).parents[2] / "procedures/labctl_procedures/flow/turbine_gravimetric"
POINTS: Final = {
    "points.csv": "nominal [m³/h], filling [s], dripping [s], repeats\n16, 30, 20, 3\n6.4, 60, 20, 3\n",
    "diverter.csv": "nominal [m³/h], filling [s], burst [s], bursts, dripping [s], readings, repeats\n"
    "16, 25, 2.5, 10, 20, 5, 3\n",
}


@pytest.fixture(scope="module")
def method(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the shipped method, whose diverter is measured once in 90 days, at few points."""
    made = tmp_path_factory.mktemp("lasting") / "method"
    copytree(METHOD, made, ignore=ignore_patterns("__pycache__"))
    for name, rows in POINTS.items():
        (made / name).write_text(f"# A few points for tests\n{rows}", "utf-8")
    return made


def job_of(method: Path, data: Path, run: str) -> Job:
    return Job(
        run=run,
        data=str(data),
        station=str(shipped_bench("flow")),
        procedure=str(method),
        by="tests",
        unit="unit",
        confirms="nobody",
    )


def carried_out(method: Path, data: Path, run: str, *, later: float = 0.0) -> InProcess:
    running = InProcess.of(job_of(method, data, run))
    running.adopts = True
    if later:
        running.bench.clock.wait(later)
    ended = running.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED, ended.reason.en
    return running


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def first(method: Path, data: Path) -> InProcess:
    return carried_out(method, data, "20260101-0001")


@pytest.fixture(scope="module")
def second(method: Path, data: Path, first: InProcess) -> InProcess:
    assert first.entries()
    return carried_out(method, data, "20260101-0002", later=5000)


@cache
def record_in(data: str, run: str, procedure: str) -> CalibrationRecord:
    with open_journal(DataFolder(Path(data)).journal(run)) as journal:
        return evaluate_run(find_procedure(procedure), tuple(journal.read()))


def record_of(running: InProcess) -> CalibrationRecord:
    return record_in(running.job.data, running.job.run, running.job.procedure)


def diverter(record: CalibrationRecord) -> tuple[PointResult, ...]:
    return next(each.points for each in record.sections if each.title.en == "Diverter")


def test_the_section_is_not_measured_again_and_its_evidence_is_the_earlier_run_s(
    first: InProcess, second: InProcess
) -> None:
    (taken,) = [each.event for each in second.entries() if isinstance(each.event, ResultsAdopted)]
    assert (taken.run, taken.place.section) == ("20260101-0001", "Diverter")
    assert (taken.until - taken.measured).days == 90
    assert not [
        each for each in second.entries()
        if isinstance(each.event, IndicationTaken) and each.event.place.section == "Diverter"
    ]  # fmt: skip
    by_number = {each.n: each for each in first.entries()}
    assert all(by_number[each.n].canonical == each.canonical for each in taken.evidence)
    assert all(by_number[each.n].digest.hex() == each.digest for each in taken.evidence)
    assert first.entries()[-1].digest.hex() == taken.head
    once, again = diverter(record_of(first)), diverter(record_of(second))
    assert [each.results for each in again] == [each.results for each in once]
    assert [each.results[0].value for each in record_of(second).sections[1].points] != [
        each.results[0].value for each in record_of(first).sections[1].points
    ]


def test_the_record_says_so_and_the_certificate_is_verified_and_explained(second: InProcess, tmp_path: Path) -> None:
    said = [each for each in record_of(second).notes if "stand in" in each.en]
    assert [each.en.startswith("Diverter: results of run 20260101-0001, measured on ") for each in said] == [True]
    found = find_procedure(second.job.procedure)
    paths = issue_certificate(
        second.job.folder.root, second.job.run, tmp_path, clock=second.bench.clock, procedure=found
    )
    assert {verify(each, procedure=found).status for each in (paths.pdf, paths.xml, paths.record)} == {0}
    point = diverter(record_of(second))[0]
    told = explain(paths.record, f"Diverter/{point.point}", Language.ENGLISH)
    assert "of run 20260101-0001, which ended with it at " in told
    assert "stable_mass()" in told


def test_what_holds_for_a_run_alone_is_another_in_the_earlier_one(second: InProcess) -> None:
    account = Account.of(second.entries())
    evaluation = Evaluation(find_procedure(second.job.procedure), account.started, account)
    instances: list[str] = []
    for planned in account.started.plan:
        section, point = evaluation.procedure.find(planned.section), planned.points[0]
        attempts = evaluation.attempts(planned.phase, planned.section, point.key)
        instances.append(evaluation.circumstances(planned.phase, section, point, attempts).places[Scope.RUN])
    assert instances == ["20260101-0001", "20260101-0002"]


def test_it_ends_with_its_time_its_assets_and_its_method(method: Path, data: Path, first: InProcess) -> None:
    from labctl.app.adoption import adopted
    from labctl.app.preparation import prepare

    job = job_of(method, data, "20260101-0003")
    prepared = prepare(job, trial=True)
    started = next(each.event for each in first.entries() if isinstance(each.event, RunStarted))
    begun = evolve(started, run=job.run)
    (taken,) = adopted(prepared, begun, first.bench.clock.now())
    late = taken.until.replace(year=taken.until.year + 1)
    rig = started.standards["rig"]
    assert rig.certificate is not None
    other = evolve(rig, certificate=evolve(rig.certificate, number="another"))
    assert adopted(prepared, begun, late) == ()
    assert adopted(prepared, evolve(begun, standards={**started.standards, "rig": other}), taken.measured) == ()
    assert adopted(prepared, evolve(begun, simulated=False), taken.measured) == ()
    assert adopted(prepared, evolve(begun, procedure=evolve(begun.procedure, digest="0")), taken.measured) == ()
    assert all(decode_event(each.canonical) for each in taken.evidence)
