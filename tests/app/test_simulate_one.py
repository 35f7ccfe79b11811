"""`labctl simulate --model` and `--control`: any simulator by itself, on all its wires, with faults while it runs."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labctl.app.simulate import bench_alone
from labctl.app.station import shipped_benches
from labctl.app.steer import RunningSimulation
from labctl.cli import FINE, REFUSED, main
from labctl.clock import WallClock
from labctl.errors import ArgumentRefused, TransportTimeout
from labctl.packs import simulators
from labctl.simulation.alone import KEY
from labctl.simulation.host import CHANNEL
from labctl.transport.connect import open_transport

Served = tuple["subprocess.Popen[str]", dict[str, Any]]


@pytest.fixture(params=["wall", "simulated"])
def meter(request: pytest.FixtureRequest) -> Iterator[Served]:
    command = [sys.executable, "-m", "labctl.cli", "simulate", "--model", "keysight/34465A", "--serial", "MY123"]
    command += ["--time", request.param, "--seed", "4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
        process.kill()


def asked(address: str, query: bytes = b"*IDN?\n") -> bytes:
    wire = open_transport(address, instrument="meter", clock=WallClock(), claim=False)
    wire.open()
    try:
        wire.write(query)
        return wire.read(b"\n", 1.0)
    finally:
        wire.close()


def test_one_model_stands_on_all_its_wires_and_takes_faults(
    meter: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process, line = meter
    assert [each["instrument"] for each in line["instruments"]] == [KEY]
    endpoints = line["instruments"][0]["endpoints"]
    model = simulators().get("keysight/34465A")
    assert model is not None
    assert set(endpoints) == set(model.wires)
    tcp = endpoints["tcp"]
    assert b",MY123," in asked(tcp)
    kept = tmp_path / "line.json"
    kept.write_text(json.dumps(line), "utf-8")
    assert main(["simulate", "--control", str(kept), "--fault", "wrong serial"]) == FINE
    assert b",MY1239," in asked(tcp)
    control = line["operator"]
    assert main(["simulate", "--control", control, "--mend", "--fault", "silence", "--on", "*IDN", "--times", "1"]) == 0
    with pytest.raises(TransportTimeout):
        asked(tcp)
    assert b",MY123," in asked(tcp)
    capsys.readouterr()
    assert main(["simulate", "--control", control, "--state"]) == FINE
    assert "state" in json.loads(capsys.readouterr().out)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--fault", "sulking"], "silence, delay"),
        (["--instrument", "nobody", "--fault", "silence"], "nobody"),
        (["--act", "dance"], "dance"),
    ],
)
def test_what_a_simulation_does_not_know_is_refused_in_words(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = bench_alone("keysight/34465A")
    bench.serve()
    try:
        assert main(["simulate", "--control", bench.control, *arguments]) == REFUSED
    finally:
        bench.stop()
    said = capsys.readouterr().err
    assert word in said
    assert "Traceback" not in said


def test_unknown_names_are_refused_with_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--model", "nobody/X1"]) == REFUSED
    assert "fluke/5522A" in capsys.readouterr().err
    assert main(["--language", "zh", "simulate", "--bench", "lunar"]) == REFUSED
    assert "没有该名称的台位" in capsys.readouterr().err
    with pytest.raises(ArgumentRefused, match="neither an address nor the line"):
        RunningSimulation(str(tmp_path / "nothing.json"))


@pytest.mark.parametrize("model", sorted(key for key, kind in simulators().found.items() if kind.wires != (CHANNEL,)))
def test_every_model_stands_alone_on_all_its_wires(model: str) -> None:
    bench = bench_alone(model)
    try:
        told = bench.serve()
    finally:
        bench.stop()
    kind = simulators().get(model)
    assert kind is not None
    assert told[0]["endpoints"].keys() == set(kind.wires)  # type: ignore[attr-defined]


def test_a_sensor_is_not_served_without_its_readout() -> None:
    sensors = [key for key, kind in simulators().found.items() if kind.wires == (CHANNEL,)]
    for each in sensors[:1]:
        with pytest.raises(ArgumentRefused, match="sensor without a wire"):
            bench_alone(each)


@pytest.mark.parametrize("option", ["--station", "--bench"])
def test_a_bench_that_ships_is_served_by_its_name(option: str) -> None:
    command = [sys.executable, "-m", "labctl.cli", "simulate", option, "flow"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        process.kill()
    assert "balance" in {each["instrument"] for each in line["instruments"]}


def test_benches_that_ship_are_found_by_name() -> None:
    assert all(file.suffix == ".toml" for file in shipped_benches().values())
