"""Several units in one run: each with its own points, order, verdict and record, and nobody in another's way."""

import shutil
from pathlib import Path

import pytest
from attrs import evolve

from labctl.app.in_process import InProcess
from labctl.app.issue import issue_certificates
from labctl.app.job import Job
from labctl.app.procedures import find_procedure
from labctl.app.simulate import bench_of
from labctl.app.simulate_run import simulate_run
from labctl.app.station import read_station, shipped_bench
from labctl.app.verify import verify
from labctl.errors import RoleUnfilled, RunNotFinished
from labctl.events.journal import Entry
from labctl.events.kinds import (
    AttemptRejected,
    HookFinished,
    IndicationTaken,
    PlannedPoint,
    PlannedSection,
    PointFinished,
    RepetitionFinished,
    RepetitionStarted,
    SectionStarted,
    UnitExcluded,
)
from labctl.events.of_unit import entries_of
from labctl.language import Language, Text
from labctl.metrology.conformity import Verdict
from labctl.metrology.quantity import Quantity
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.merging import merged
from labctl.records.calibration import CalibrationRecord, Outcome

BATCH = shipped_bench("batch")
METHODS = Path(__file__).parent / "methods"
RUN = "20260105-0001"


class Struck(BaseException):
    """The engine's process ends between two events."""


def running(root: Path, units: str, procedure: str = "digital-thermometer", *, noise: bool = True) -> InProcess:
    job = Job(
        run=RUN,
        data=str(root),
        station=str(BATCH),
        procedure=procedure,
        by="tests",
        unit=units,
        confirms="nobody",
    )
    return InProcess(job, bench_of(read_station(BATCH), seed=3, noise=noise))


def records(run: InProcess) -> dict[str, CalibrationRecord]:
    entries = run.entries()
    method = find_procedure(run.job.procedure)
    started = entries[0].event
    return {each.key: evaluate_run(method, entries_of(entries, each.key)) for each in started.units}  # type: ignore[union-attr]


def errors_of(record: CalibrationRecord) -> dict[str, float]:
    return {
        point.point: result.value
        for section in record.sections
        for point in section.points
        for result in point.results
        if result.symbol == "E"
    }


def test_twenty_clinical_thermometers_of_three_customers_have_twenty_verified_certificates(tmp_path: Path) -> None:
    told: list[str] = []
    made = simulate_run(
        "clinical-thermometer",
        tmp_path,
        station=Path("batch"),
        unit="hospital,clinic,school",
        language=Language.ENGLISH,
        say=told.append,
    )
    assert made.status == 0
    assert len(made.units) == 20
    assert len({each.paths.number for each in made.units}) == 20
    assert len({each.record.unit.identity.serial for each in made.units}) == 20
    customers = [each.record.order.customer.name.en for each in made.units]
    assert {each: customers.count(each) for each in customers} == {
        "Simulated Hospital": 9,
        "Simulated Clinic": 7,
        "Simulated School": 4,
    }
    judged = [each.record.verdict for each in made.units]
    assert all(each is not None for each in judged[:16])
    assert judged[16:] == [None] * 4  # no statement was agreed with the school
    assert "20 units (Clinical electronic thermometer) of 3 orders, 4 points" in told[0]


def test_results_never_cross_units_and_common_readings_serve_all(tmp_path: Path) -> None:
    run = running(tmp_path, "display1,display2,display4")
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    taken = {each.n: each.event for each in run.entries() if isinstance(each.event, IndicationTaken)}
    found = records(run)
    common: list[set[int]] = []
    for unit, record in found.items():
        assert record.verdict is Verdict.CONFORMS
        assert record.run == RUN
        point = record.sections[0].points[0]
        assert {taken[n].instrument for n in point.series["t_ind"]} == {unit}
        common.append(set(point.series["t_s"]))
    assert common[0] == common[1] == common[2]
    assert len({tuple(errors_of(each).values()) for each in found.values()}) == 3


def test_a_unit_whose_wire_dies_is_left_out_with_its_reason_and_the_others_go_on(tmp_path: Path) -> None:
    run = running(tmp_path, "display1,display2,display3")

    def hear(entry: Entry) -> None:
        if isinstance(entry.event, PointFinished) and not struck:
            struck.append(entry.n)
            run.bench.fault("display2", "silence")

    struck: list[int] = []
    run.hears = hear
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    events = [each.event for each in run.entries()]
    left = [each for each in events if isinstance(each, UnitExcluded)]
    assert [each.unit for each in left] == ["display2"]
    assert "no complete answer" in left[0].reason.en
    assert sum(isinstance(each, AttemptRejected) for each in events) == 3
    kept = records(run)
    assert [len(errors_of(kept[each])) for each in ("display1", "display3")] == [4, 4]
    assert kept["display2"].outcome is Outcome.ABORTED
    issued = issue_certificates(tmp_path, RUN, tmp_path / "out", clock=run.bench.clock)
    assert [each.unit for each in issued] == ["display1", "display3"]
    assert verify(issued[0].record).verified
    found = verify(issued[1].pdf)
    assert found.verified, found.text().en
    assert found.number == issued[1].number
    again = issue_certificates(tmp_path, RUN, tmp_path / "again", clock=run.bench.clock)
    assert [each.pdf.read_bytes() for each in again] == [each.pdf.read_bytes() for each in issued]
    assert again[0].record.read_bytes() == issued[0].record.read_bytes()


def test_a_run_of_which_no_unit_is_left_is_aborted(tmp_path: Path) -> None:
    run = running(tmp_path, "display1,display2")

    def hear(entry: Entry) -> None:
        if isinstance(entry.event, SectionStarted):
            run.bench.fault("display1", "silence", after=1)
            run.bench.fault("display2", "silence", after=2)

    run.hears = hear
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.ABORTED
    assert ended.reason.en.startswith("no unit is left")
    with pytest.raises(RunNotFinished, match="aborted"):
        issue_certificates(tmp_path, RUN, tmp_path / "out")


@pytest.mark.parametrize("at", [5, 9])
def test_a_run_that_is_struck_between_two_events_is_taken_up_with_all_its_units(tmp_path: Path, at: int) -> None:
    undisturbed = running(tmp_path / "whole", "display1,display2,display3", noise=False)
    undisturbed.carry_out()
    run = running(tmp_path / "struck", "display1,display2,display3", noise=False)

    def strike(entry: Entry) -> None:
        """Strike once while points are being finished, once in the midst of a scan."""
        counted.append(entry)
        finished = sum(isinstance(each.event, PointFinished) for each in counted)
        if finished == at and isinstance(entry.event, PointFinished if at == 5 else IndicationTaken):
            run.hears = lambda _entry: None
            raise Struck

    counted: list[Entry] = []
    run.hears = strike
    with pytest.raises(Struck):
        run.carry_out()
    before = run.entries()
    again = InProcess(evolve(run.job, resume=True, reason="tests"), run.bench)
    ended = again.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    after = again.entries()
    assert after[: len(before)] == before
    finished = [
        (each.event.place.point, each.event.place.unit) for each in after if isinstance(each.event, PointFinished)
    ]
    assert len(finished) == len(set(finished)) == 12  # four points of three units, each once
    expected = records(undisturbed)
    for unit, record in records(again).items():
        assert errors_of(record) == pytest.approx(errors_of(expected[unit]), abs=2e-3)
        assert record.unit == expected[unit].unit


def test_units_are_measured_one_after_the_other_where_a_function_names_one(tmp_path: Path) -> None:
    run = running(tmp_path, "display1,display2", str(METHODS / "in_turn"))
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    order = [
        (each.event.place.unit, each.event.place.point)
        for each in run.entries()
        if isinstance(each.event, RepetitionFinished)
    ]
    assert order == [
        ("", "1"),  # the section that names no unit, once for both
        ("display1", "20 °C, 60 min"),
        ("display1", "30 °C, 60 min"),
        ("display2", "20 °C, 60 min"),
        ("display2", "30 °C, 60 min"),
    ]
    found = records(run)
    assert errors_of(found["display1"]) != errors_of(found["display2"])
    assert [section.title.en for section in found["display2"].sections] == ["Reference", "Indication"]


def test_a_unit_that_fails_its_check_again_and_again_is_left_out(tmp_path: Path) -> None:
    run = running(tmp_path, "display1,display2", str(METHODS / "with_check"))
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    events = [each.event for each in run.entries()]
    left = [each for each in events if isinstance(each, UnitExcluded)]
    assert [each.unit for each in left] == ["display2"]
    assert left[0].reason.en.startswith("Plausible: E = ")
    rejected = [each for each in events if isinstance(each, AttemptRejected)]
    assert [(each.place.unit, each.place.attempt) for each in rejected] == [("display2", n) for n in (1, 2, 3)]
    assert all(each.reason.en.startswith("Plausible: E = ") for each in rejected)
    kept = records(run)["display1"]
    assert [(point.attempts, point.reported) for point in kept.sections[0].points] == [(1, (1,)), (1, (1,))]


@pytest.mark.parametrize("otherwise", ["REPEAT", "RESTART", 'Invalidate("Indication")'])
def test_what_one_unit_spoils_is_measured_again_for_it_alone_and_counts_for_the_others(
    tmp_path: Path, otherwise: str
) -> None:
    """One display runs away during the first attempt; the engine dies, too, before it is measured again."""
    method = altered(tmp_path, "with_check", "otherwise=REPEAT", f"otherwise={otherwise}")
    name = otherwise.partition("(")[0]
    text = (Path(method) / "procedure.py").read_text(encoding="utf-8")
    (Path(method) / "procedure.py").write_text(text.replace("    REPEAT,\n", f"    {name},\n"), encoding="utf-8")
    run = running(tmp_path, "display1,display3", method, noise=False)

    def hear(entry: Entry) -> None:
        if isinstance(entry.event, RepetitionStarted):
            run.bench.fault("display3", "drift", rate=0.1)
        if isinstance(entry.event, AttemptRejected):
            run.bench.mend("display3")
            run.hears = lambda _entry: None
            raise Struck

    run.hears = hear
    with pytest.raises(Struck):
        run.carry_out()
    again = InProcess(evolve(run.job, resume=True, reason="tests"), run.bench)
    ended = again.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    events = [each.event for each in again.entries()]
    rejected = [each.place for each in events if isinstance(each, AttemptRejected)]
    assert [(each.unit, each.point, each.attempt) for each in rejected] == [("display3", "20 °C, 60 min", 1)]
    counted = [each.place for each in events if isinstance(each, RepetitionFinished)]
    assert [(each.unit, each.point, each.attempt) for each in counted] == [
        ("", "20 °C, 60 min", 1),
        ("display3", "20 °C, 60 min", 2),
        ("", "30 °C, 60 min", 1),
    ]
    taken = [each for each in events if isinstance(each, IndicationTaken) and each.place.symbol == "t_ind"]
    assert [sum(each.instrument == unit for each in taken) for unit in ("display1", "display3")] == [6, 9]
    first, other = (records(again)[each].sections[0].points for each in ("display1", "display3"))
    assert [(point.attempts, point.reported) for point in first] == [(1, (1,)), (1, (1,))]
    assert [(point.attempts, point.reported) for point in other] == [(2, (2,)), (1, (1,))]
    assert set(first[0].series["t_s"]).isdisjoint(other[0].series["t_s"])  # each with its own reference readings
    assert first[1].series["t_s"] == other[1].series["t_s"]
    assert max(abs(each) for each in errors_of(records(again)["display3"]).values()) < 0.055


@pytest.mark.parametrize("otherwise", ["REPEAT", "RESTART"])
def test_what_is_measured_again_begins_from_its_hooks(tmp_path: Path, otherwise: str) -> None:
    """What the bench was brought to is not relied on once a check says that something was wrong."""
    method = altered(tmp_path, "with_check", "otherwise=REPEAT", f"otherwise={otherwise}")
    text = (Path(method) / "procedure.py").read_text(encoding="utf-8")
    (Path(method) / "procedure.py").write_text(text.replace("    REPEAT,\n", f"    {otherwise},\n"), encoding="utf-8")
    run = running(tmp_path, "display3", method, noise=False)

    def hear(entry: Entry) -> None:
        if isinstance(entry.event, RepetitionStarted):
            run.bench.fault("display3", "drift", rate=0.1)
        if isinstance(entry.event, AttemptRejected):
            run.bench.mend("display3")
            run.hears = lambda _entry: None

    run.hears = hear
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    events = [each.event for each in run.entries()]
    assert [each.place.attempt for each in events if isinstance(each, AttemptRejected)] == [1]
    assert [each.hook for each in events if isinstance(each, HookFinished)] == ["heat"] * 3


def altered(tmp_path: Path, method: str, before: str, after: str) -> str:
    folder = tmp_path / method
    shutil.copytree(METHODS / method, folder)
    text = (folder / "procedure.py").read_text(encoding="utf-8")
    assert before in text
    (folder / "procedure.py").write_text(text.replace(before, after), encoding="utf-8")
    return str(folder)


def test_a_method_leaves_a_unit_out_by_its_own_judgement(tmp_path: Path) -> None:
    line = '    run.observe("t_s", reference.temperature, times=point.readings)\n'
    method = altered(tmp_path, "with_check", line, f'{line}    run.exclude(units[0], "its display is dark")\n')
    run = running(tmp_path, "display1,display4", method)
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.ABORTED  # the second is the first of those that are left at the next point
    entries = run.entries()
    left = [(each.event.unit, each.event.place.point) for each in entries if isinstance(each.event, UnitExcluded)]
    assert left == [("display1", "20 °C, 60 min"), ("display4", "30 °C, 60 min")]
    taken = [each.event for each in entries if isinstance(each.event, IndicationTaken)]
    assert "display1" not in {each.instrument for each in taken}
    assert [each.instrument for each in taken].count("display4") == 3


def test_a_unit_that_is_left_out_in_its_turn_makes_room_for_the_next(tmp_path: Path) -> None:
    line = '    run.observe("t_ind", unit.temperature, times=point.readings)\n'
    method = altered(tmp_path, "in_turn", line, f'    run.exclude(unit, "its display is dark")\n{line}')
    run = running(tmp_path, "display1,display2", method)
    ended = run.carry_out()
    assert ended is not None
    assert ended.reason.en == "no unit is left: its display is dark"
    events = [each.event for each in run.entries()]
    assert [each.unit for each in events if isinstance(each, UnitExcluded)] == ["display1", "display2"]
    assert [each.place.unit for each in events if isinstance(each, AttemptRejected)] == ["display1"]


def test_the_plan_is_the_union_of_the_units_points_merged_by_nominal() -> None:
    def planned(*nominals: float, readings: float = 2.0, mpe: float = 0.1) -> PlannedSection:
        points = tuple(
            PlannedPoint(
                key=f"{each:g} °C",
                columns={
                    "nominal": Quantity.of(each, "°C"),
                    "mpe": Quantity.of(mpe, "K"),
                    "readings": readings,
                },
                repeats=int(readings),
            )
            for each in nominals
        )
        return PlannedSection(
            phase="as found", section="Indication", title=Text("Indication", zh="示值"), points=points
        )

    (both,) = merged([(planned(0, 50, 100),), (planned(25, 50, 75, readings=5.0, mpe=0.05),)])
    assert [each.key for each in both.points] == ["0 °C", "25 °C", "50 °C", "75 °C", "100 °C"]
    shared = both.points[2]
    assert shared.columns["mpe"] == Quantity.of(0.05, "K")
    assert (shared.columns["readings"], shared.repeats) == (5.0, 5)
    (falling,) = merged([(planned(100, 0),), (planned(100, 50, 0),)])
    assert [each.key for each in falling.points] == ["100 °C", "50 °C", "0 °C"]
    (hysteresis,) = merged([(planned(0, 50, 10),), (planned(0, 50, 60, 10),)])
    assert [each.key for each in hysteresis.points] == ["0 °C", "50 °C", "60 °C", "10 °C"]


def test_a_method_for_one_unit_refuses_two(tmp_path: Path) -> None:
    run = running(tmp_path, "display1,display2", "dmm-dc-voltage")
    with pytest.raises(RoleUnfilled, match="2 units are named, and dmm-dc-voltage takes up to 1"):
        run.carry_out()


def test_the_station_names_the_units_of_its_orders() -> None:
    station = read_station(BATCH)
    assert station.order_of("c12").customer.name.en == "Simulated Clinic"
    assert station.order_of("glass1") == station.order
    assert [*map(len, (each.units for each in station.orders.values()))] == [9, 7, 4]
