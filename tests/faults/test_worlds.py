"""SIGKILL and SIGSTOP of an engine in every world, with everything energised and half a command on the wires."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from labctl.app.simulate import serve_bench
from labctl.app.station import read_station
from labctl.app.station.endpoints import shipped_benches
from tests.faults.energised import seats
from tests.faults.rig import CLOCK, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP on Windows")

BEFORE = {"particulate": "insert filter F1"}  # what a person does before everything can be energised


@pytest.mark.parametrize("half", [False, True], ids=["whole", "half a command"])
@pytest.mark.parametrize(("how", "within"), [(signal.SIGKILL, 1.0), (signal.SIGSTOP, 3.0)])
@pytest.mark.parametrize("world", sorted(shipped_benches()))
def test_the_bench_is_safe_in_time(
    world: str, how: signal.Signals, within: float, tmp_path: Path, *, half: bool
) -> None:
    station = shipped_benches()[world]
    bench, line = serve_bench(read_station(station), seed=1, simulated=False)
    try:
        if world in BEFORE:
            bench.act(BEFORE[world])
        found = seats(station, line)

        def energised() -> list[str]:
            return [key for key in found if bench.state(key)["energised"]]

        with subprocess.Popen(
            [sys.executable, "-m", "tests.faults.energised", str(station), json.dumps(line), str(tmp_path / "note")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as engine:
            assert engine.stdin is not None
            assert engine.stdout is not None
            assert engine.stdout.readline() == "on\n"
            assert energised() == list(found)
            if half:
                engine.stdin.write("\n")
                engine.stdin.flush()
                assert engine.stdout.readline() == "half\n"
            struck = CLOCK.monotonic()
            engine.send_signal(how)
            assert until(lambda: not energised(), within), f"still energised: {energised()}"
            assert CLOCK.monotonic() - struck < within
            assert engine.wait(10) == -signal.SIGKILL
        assert until((tmp_path / "note").exists, 10.0)
        assert not energised()
        told = json.loads((tmp_path / "note").read_bytes())
        assert len(told["wires"]) == len(found)
        assert all("safe bytes sent" in each for each in told["wires"].values())
    finally:
        bench.stop()
