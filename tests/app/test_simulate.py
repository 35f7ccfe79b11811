"""`labctl simulate` as a process: one line, instruments that answer, an end when told."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labctl.app.simulate import bench_of, plan_of
from labctl.app.station.endpoints import simulated_bench, simulated_station, with_endpoints
from labctl.app.station.reader import read_station
from labctl.clock import WallClock
from labctl.errors import UnknownInstrument
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.connect import open_transport


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, "-m", "labctl.app.simulate", "--seed", "3", *request.param]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
        process.kill()


@pytest.mark.parametrize("served", [["--time", "simulated"]], indirect=True)
def test_another_process_borrows_its_clock(served: tuple[subprocess.Popen[str], dict[str, Any]]) -> None:
    process, line = served
    assert [each["instrument"] for each in line["instruments"]] == ["calibrator", "meter", "room"]
    assert line["instruments"][1]["model"] == "Keysight 34465A"
    assert set(line["instruments"][1]["endpoints"]) == {"hislip", "tcp", "vxi11"}
    station = with_endpoints(simulated_station(), line)
    clock = BorrowedClock(line["control"])
    meter = open_transport(station.instruments["meter"].address, instrument="meter", clock=clock)
    meter.open()
    meter.write(b"READ?\n")
    assert meter.read(b"\n", 5.0).endswith(b"\n")
    assert clock.monotonic() > 0.4
    meter.close()
    clock.close()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert process.stdout is not None
    assert process.stdout.read() == ""


@pytest.mark.parametrize("served", [["--time", "wall"]], indirect=True)
def test_in_wall_time_nothing_is_lent(served: tuple[subprocess.Popen[str], dict[str, Any]]) -> None:
    process, line = served
    assert "control" not in line
    bench = BorrowedClock(line["operator"])
    assert bench.ask({"do": "operator", "picture": "short.svg"})["done"] is True
    bench.close()
    room = open_transport(line["instruments"][2]["endpoints"]["serial"], instrument="room", clock=WallClock())
    room.open()
    room.write(b"SEND\r")
    assert room.read(b"\r\n", 2.0).startswith(b"P=")
    room.close()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0


def test_a_station_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "station.toml"
    broken.write_text("format = 1\nname = 7\n")
    command = [sys.executable, "-m", "labctl.app.simulate", "--station", str(broken)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert "station.toml, line" in ended.stderr
    assert ended.stdout == ""


def test_the_bench_is_what_the_station_says(tmp_path: Path) -> None:
    plan = plan_of(simulated_station())
    assert plan.world == "electrical"
    assert plan.operator["short.svg"] == "short"
    assert [each.key for each in plan.instruments] == ["calibrator", "meter", "room"]
    text = simulated_bench().read_text(encoding="utf-8")
    changed = tmp_path / "bench.toml"
    changed.write_text(text.replace('simulator = "fluke/5522A"', 'simulator = "fluke/5720A"'), encoding="utf-8")
    with pytest.raises(UnknownInstrument, match="fluke/5720A"):
        bench_of(read_station(changed))
    changed.write_text(text.replace('world = "electrical"', 'world = "lunar"'), encoding="utf-8")
    with pytest.raises(UnknownInstrument, match="lunar"):
        bench_of(read_station(changed))
