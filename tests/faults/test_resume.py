"""Runs of every family, struck or put to rest at random, and taken up again: the record is as if nothing had been."""

import sys
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from labctl.app.in_process import InProcess
from labctl.events.journal import Entry
from labctl.events.kinds import IndicationTaken, RepetitionFinished, RunRested
from labctl.records.calibration import Outcome
from tests.faults.families import FAMILIES, Family
from tests.faults.interrupted import Finished, Interruptions, Struck, holds, kept
from tests.faults.rig import CLOCK, World, rig

ROUNDS, TIMES, KILLS = 2, 3, 2
KILLED = ("dmm_dc_voltage", "by_master_meter", "pm25_monitor", "clinical_thermometer")
"""One of every family, by a signal that no process hears."""


def undisturbed(family: Family, to: Path, *, inspected: bool = True) -> Finished:
    return finished(family.running(to, inspected=inspected))


def finished(run: InProcess) -> Finished:
    """Carry a run out to its end."""
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    return Finished(Path(run.job.procedure), run.entries())


@pytest.mark.parametrize("family", FAMILIES, ids=lambda each: each.name)
def test_a_run_interrupted_at_random_prints_what_an_undisturbed_one_prints(family: Family, tmp_path: Path) -> None:
    whole = undisturbed(family, tmp_path / "whole")
    for number in range(ROUNDS):
        chance = Random(f"{family.name} {number}")  # noqa: S311  (moments, not secrets)
        struck = Interruptions(family.running(tmp_path / str(number)), chance, len(whole.entries))
        found = struck.carry_out(TIMES)
        assert struck.durable
        for durable in struck.durable:
            kept(found, durable)
        holds(found, whole, dict(family.unresolved))


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
@pytest.mark.parametrize("family", [each for each in FAMILIES if each.name in KILLED], ids=lambda each: each.name)
def test_a_killed_engine_s_run_prints_over_real_wires_what_one_process_prints(family: Family, tmp_path: Path) -> None:
    whole = undisturbed(family, tmp_path / "whole", inspected=False)
    chance = Random(family.name)  # noqa: S311  (moments, not secrets)
    procedure = family.shortened(tmp_path, inspected=False)
    world = World(name=family.bench, procedure=str(procedure), unit=family.unit, sources=())
    durable: list[tuple[Entry, ...]] = []
    with rig(tmp_path / "lab", world=world, station=family.station(tmp_path), noise=False) as bench:
        bench.start(str(procedure))
        for _ in range(KILLS):
            bench.hears(chance.randrange(20, len(whole.entries) // 2))
            CLOCK.wait(chance.uniform(0.0, 0.02))
            assert bench.strike()
            assert bench.gone()
            bench.keeps_what_it_acknowledged()
            durable.append(bench.entries())
            bench.resume()
        assert bench.gone(120.0)
        assert bench.ended().outcome is Outcome.FINISHED, bench.ended().reason
        found = Finished(procedure, bench.entries())
    for each in durable:
        kept(found, each)
    holds(found, whole, dict(family.unresolved))


# --- for days --------------------------------------------------------------------------------------------------------

WEIGHED = next(each for each in FAMILIES if each.name == "pm25_gravimetric")
HOUR = 3600.0


def rested(run: InProcess) -> RunRested:
    assert run.take_up() is None
    last = run.entries()[-1].event
    assert isinstance(last, RunRested)
    return last


def readings(run: InProcess) -> int:
    return sum(isinstance(each.event, IndicationTaken) and bool(each.event.place.attempt) for each in run.entries())


def test_taken_up_too_early_a_run_says_when_it_may_go_on_and_rests_again(tmp_path: Path) -> None:
    patient = WEIGHED.running(tmp_path / "whole")  # filters go on drying, so the other run has to wait as long
    rested(patient)
    patient.bench.clock.wait(40 * HOUR)
    whole = finished(patient)
    run = WEIGHED.running(tmp_path)
    first = rested(run)
    assert first.until is not None
    assert first.safe
    ended = run.bench.clock.now()
    assert timedelta(hours=23.9) < first.until - ended <= timedelta(hours=24)
    latest = (first.until + timedelta(hours=24)).astimezone().strftime("%Y-%m-%d %H:%M")
    assert latest in first.reason.en
    assert latest in first.reason.zh
    durable, taken = run.entries(), readings(run)
    run.bench.clock.wait(10 * HOUR)
    again = rested(run)
    assert (again.until, again.reason, readings(run)) == (first.until, first.reason, taken)
    run.bench.clock.wait(30 * HOUR)
    found = finished(run)
    kept(found, durable)
    holds(found, whole, {})
    assert {each.notes for each in found.records.values()} == {each.notes for each in whole.records.values()}


def test_taken_up_too_late_a_run_goes_on_and_its_certificate_says_so_once_in_both_languages(tmp_path: Path) -> None:
    run = WEIGHED.running(tmp_path)
    rested(run)
    run.bench.clock.wait(60 * HOUR)

    def strike(entry: Entry) -> None:
        if isinstance(entry.event, RepetitionFinished):
            raise Struck

    run.hears = strike
    with pytest.raises(Struck):
        run.take_up()
    run.hears = lambda _: None
    (document,) = finished(run).documents.values()
    notes = [each for each in document.notes if "later than" in each.en]
    assert [(each.en, each.zh) for each in notes] == [
        (
            "Loaded filters: measured later than 48 h after the end of Concentration.",
            "采样滤膜称量：测量晚于“质量浓度”结束后 48 h。",
        )
    ]
