"""Runs of every family, struck or put to rest at random, and taken up again: the record is as if nothing had been."""

import sys
from pathlib import Path
from random import Random

import pytest

from labctl.events.journal import Entry
from labctl.records.calibration import Outcome
from tests.faults.families import FAMILIES, Family
from tests.faults.interrupted import Finished, Interruptions, holds, kept
from tests.faults.rig import CLOCK, World, rig

ROUNDS, TIMES, KILLS = 2, 3, 2
KILLED = ("dmm_dc_voltage", "by_master_meter", "pm25_monitor", "clinical_thermometer")
"""One of every family, by a signal that no process hears."""


def undisturbed(family: Family, to: Path, *, inspected: bool = True) -> Finished:
    run = family.running(to, inspected=inspected)
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
    with rig(tmp_path / "lab", world=world, noise=False) as bench:
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
