"""SIGKILL at random moments, again and again: nothing acknowledged is lost, and the calibrator stands by each time."""

import re
import signal
import sys
from pathlib import Path
from random import Random
from shutil import copytree, ignore_patterns

import pytest

from labctl.app.issue import issue_certificate
from labctl.app.verify import verify
from labctl.events.kinds import GuardianActed, RunFinished, RunInterrupted
from labctl.records.calibration import Outcome
from tests.faults.rig import CLOCK, WORLDS, World, rig, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
KILLS = 200  # in total
SEEDS = (11, 12, 13, 14)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_killed_at_random_moments_loses_nothing(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = Random(seed)  # noqa: S311  (moments, not secrets)
    under_voltage = 0
    slowest = 0.0
    with rig(tmp_path, seed=seed) as bench:
        left = KILLS // len(SEEDS)
        bench.start()
        while left:
            bench.hears(chance.randrange(250))  # early on, or in the midst of readings
            CLOCK.wait(chance.uniform(0.0, 0.02))
            under_voltage += bench.energised()
            struck = CLOCK.monotonic()
            if not bench.strike():  # the run was finished before
                assert bench.ended().outcome is Outcome.FINISHED
                bench.start()
                continue
            assert until(lambda: not bench.energised(), 1.0), f"seed {seed}, {left} kills left: still energised"
            slowest = max(slowest, CLOCK.monotonic() - struck)
            left -= 1
            assert bench.gone()
            if isinstance(bench.keeps_what_it_acknowledged(), RunFinished):
                bench.start()
            else:
                bench.resume()
        assert bench.gone(60)
        bench.keeps_what_it_acknowledged()
        assert bench.ended().outcome is Outcome.FINISHED
        assert not bench.energised()
        issued = issue_certificate(tmp_path, bench.running.run, tmp_path / "out")
        assert verify(issued.pdf).verified  # from the bytes, across every interruption
        interrupted = sum(isinstance(each, RunInterrupted) for each in bench.events())
        acted = sum(isinstance(each, GuardianActed) for each in bench.events())
    with capsys.disabled():  # the figures stand in every run's output
        print(f"\nseed {seed}: {under_voltage} of {KILLS // len(SEEDS)} kills under voltage, ", end="")  # noqa: T201
        print(f"safe after {slowest * 1e3:.0f} ms at most, {interrupted} interruptions, {acted} notes")  # noqa: T201
    assert under_voltage


STRIKES = 6


def drawn_out(procedure: str, to: Path) -> str:
    """Return a method whose every point has so many readings that it is struck before it is through, however quick."""
    copied = Path(copytree(procedure, to / "drawn_out", ignore=ignore_patterns("__pycache__")))
    points = (copied / "points.csv").read_text("utf-8")
    (copied / "points.csv").write_text(re.sub(r"\b(3|20)$", "500", points, flags=re.MULTILINE), "utf-8")
    return str(copied)


@pytest.mark.parametrize("world", WORLDS, ids=lambda each: each.name)
def test_a_run_struck_again_and_again_is_safe_each_time_and_comes_to_its_end(world: World, tmp_path: Path) -> None:
    """Killed and frozen by turns while everything that the run uses is energised."""
    chance = Random(world.name)  # noqa: S311  (moments, not secrets)
    with rig(tmp_path, world=world) as bench:
        bench.start(drawn_out(world.procedure, tmp_path))
        for number in range(STRIKES):
            assert until(bench.all_energised, 60.0), [each for each in bench.sources if not bench.energised()]
            CLOCK.wait(chance.uniform(0.0, 0.1))
            how, within = (signal.SIGKILL, 1.0) if number % 2 else (signal.SIGSTOP, 3.0)
            struck = CLOCK.monotonic()
            assert bench.strike(how), "the run was over before it was struck"
            assert until(lambda: not bench.energised(), within), f"{how.name} {number}: still energised"
            assert CLOCK.monotonic() - struck < within
            assert bench.gone()
            bench.keeps_what_it_acknowledged()
            bench.resume()
        assert bench.gone(120)
        assert bench.ended().outcome is Outcome.FINISHED, bench.ended().reason
        assert bench.ended().safe
        assert not bench.energised()
        acted = [each for each in bench.events() if isinstance(each, GuardianActed)]
        assert len(acted) == STRIKES
