"""An engine that freezes, loses its guardian or is aborted leaves a safe bench in time, whatever it was doing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labctl.events.kinds import (
    CommandReceived,
    Event,
    GuardianActed,
    GuardianReady,
    IndicationTaken,
    Purpose,
    RunFinished,
    RunPaused,
    RunRested,
    SafeStateSent,
    SettingMade,
)
from labctl.records.calibration import Outcome
from tests.faults.rig import CLOCK, SHORT, STUCK, Rig, rig, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP on Windows")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Rig]:
    """Return a bench in simulated time."""
    with rig(tmp_path) as made:
        yield made


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Rig]:
    """Return a bench in real time."""
    with rig(tmp_path, simulated=False) as made:
        yield made


def energised(bench: Rig, within: float = 60.0) -> None:
    assert until(bench.energised, within)


def test_a_frozen_engine_is_ended_and_the_bench_safe_within_three_seconds(bench: Rig) -> None:
    bench.start()
    energised(bench)
    struck = CLOCK.monotonic()
    bench.strike(signal.SIGSTOP)
    assert until(lambda: not bench.energised(), 3.0)
    assert CLOCK.monotonic() - struck < 3.0
    assert bench.gone()
    bench.keeps_what_it_acknowledged()
    bench.resume()
    assert bench.gone(60)
    assert bench.ended().outcome is Outcome.FINISHED
    acted = [each for each in bench.events() if isinstance(each, GuardianActed)]
    assert "silent" in acted[0].reason


def test_an_engine_without_its_guardian_makes_the_bench_safe_and_rests(slow: Rig) -> None:
    slow.start(SHORT)
    energised(slow)
    guardian = next(each for each in slow.events() if isinstance(each, GuardianReady))
    os.kill(guardian.process, signal.SIGKILL)
    assert until(lambda: not slow.energised(), 3.0)
    assert slow.gone()
    rested = slow.last()
    assert isinstance(rested, RunRested)
    assert rested.safe
    assert "guardian" in rested.reason.en


def test_abort_during_a_measurement(slow: Rig) -> None:
    slow.start(SHORT)
    energised(slow)
    aborted(slow)
    assert slow.ended().safe
    sent = [each for each in slow.events() if isinstance(each, SafeStateSent)]
    assert sent[-1].confirmed


def test_abort_while_the_meter_is_silent(slow: Rig) -> None:
    slow.start(SHORT)
    energised(slow)
    slow.bench.fault("meter", "silence")
    CLOCK.wait(0.5)  # the engine is inside a read that nobody will answer
    aborted(slow)


def test_abort_while_the_calibrator_is_silent(slow: Rig) -> None:
    slow.start(SHORT)
    energised(slow)
    slow.bench.fault("calibrator", "silence")
    CLOCK.wait(0.5)
    aborted(slow)
    assert not slow.ended().safe  # it could not say so, though it is
    assert not slow.energised()


def test_abort_while_paused(slow: Rig) -> None:
    slow.start(SHORT)
    energised(slow)
    with slow.running.controller as controller:
        controller.ask("pause", by="tests")
    assert until(lambda: isinstance(slow.last(), RunPaused) or not slow.energised(), 20.0)
    assert until(lambda: not slow.energised(), 2.0)
    aborted(slow)


def test_abort_of_an_engine_that_no_longer_listens(slow: Rig) -> None:
    """No flag reaches a loop without an end: the guardian makes the bench safe, and ends the engine."""
    slow.start(STUCK)
    assert until(lambda: any(applied(each) for each in slow.events()), 30.0)
    with slow.running.controller as controller:
        struck = CLOCK.monotonic()
        controller.ask("abort", by="tests")
    assert until(lambda: not slow.energised(), 2.0)
    assert CLOCK.monotonic() - struck < 2.0
    assert slow.gone()
    assert not any(isinstance(each, RunFinished) for each in slow.events())


def applied(event: Event) -> bool:
    return isinstance(event, SettingMade) and event.place.purpose is Purpose.APPLY


def aborted(bench: Rig) -> None:
    struck = CLOCK.monotonic()
    with bench.running.controller as controller:
        controller.ask("abort", by="tests")
    assert until(lambda: not bench.energised(), 2.0)
    assert CLOCK.monotonic() - struck < 2.0
    assert bench.gone(10)
    assert bench.ended().outcome is Outcome.ABORTED
    heard = [each for each in bench.events() if isinstance(each, CommandReceived)]
    assert heard[-1].command == "abort"
    assert any(isinstance(each, IndicationTaken) for each in bench.events())


ENGINE = """
import sys
from pathlib import Path
from labctl.clock import WallClock
from labctl.run.guarded import GuardianProcess
from labctl.run.guardian import GuardedWire
from labctl.transport.connect import open_transport

wire = GuardedWire(instrument="calibrator", address=sys.argv[1], clears=b"\\r\\n", commands=(b"STBY\\r\\n",))
GuardianProcess((wire,), Path(sys.argv[2])).start()
line = open_transport(sys.argv[1], instrument="calibrator", clock=WallClock(), claim=False)
line.open()
line.write(b"OUT 100 V;OPER\\r\\n")
print("on", flush=True)
sys.stdin.readline()
line.write(b"OUT 90")
print("half", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize(("how", "within"), [(signal.SIGKILL, 1.0), (signal.SIGSTOP, 3.0)])
def test_a_hundred_volts_and_half_a_command(
    slow: Rig, tmp_path: Path, how: signal.Signals, within: float, *, half: bool
) -> None:
    address = slow.bench.endpoints["calibrator"]["serial"]
    with subprocess.Popen(
        [sys.executable, "-c", ENGINE, address, str(tmp_path / "note.json")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as engine:
        assert engine.stdin is not None
        assert engine.stdout is not None
        assert engine.stdout.readline() == "on\n"
        assert until(lambda: abs(float(str(slow.bench.state("calibrator")["output"]))) > 99, 5.0)
        if half:
            engine.stdin.write("\n")
            engine.stdin.flush()
            assert engine.stdout.readline() == "half\n"
        struck = CLOCK.monotonic()
        engine.send_signal(how)
        assert until(lambda: not slow.energised(), within)
        assert CLOCK.monotonic() - struck < within
        assert engine.wait(10) == -signal.SIGKILL
    assert until((tmp_path / "note.json").exists, 10.0)
    assert not slow.energised()
