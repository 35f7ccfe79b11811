"""`labctl bench`: every instrument asked, nothing changed, and a status that tells what needs a person."""

import json
from datetime import date
from pathlib import Path

import pytest

from labctl.app.bench import report_on
from labctl.app.simulate import bench_of, served
from labctl.app.station import read_station, shipped_benches, simulated_bench
from labctl.cli import FAILED, FINE, FOUND, main
from labctl.clock import SimulatedClock
from labctl.language import Language
from labctl.simulation.host import Bench
from labctl.transport.raw import RawWire


@pytest.fixture
def bench() -> Bench:
    return bench_of(read_station(simulated_bench()), clock=SimulatedClock())


def test_a_bench_without_endpoints_is_set_up_for_the_look(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", str(simulated_bench()), "--json"]) == FINE
    told = {each["instrument"]: each for each in json.loads(capsys.readouterr().out)["instruments"]}
    assert told["meter"]["reachable"] is True
    assert told["meter"]["identity"]["firmware"].startswith("A.")
    assert told["calibrator"]["safe"] is True
    assert told["calibrator"]["certificate"]["expired"] is False
    assert told["leads"]["reachable"] is None
    assert main(["--language", "zh", "bench"]) == FINE
    assert "有效期至" in capsys.readouterr().out


def test_errors_expired_certificates_and_absence_are_told(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = served(bench)
    kept = tmp_path / "line.json"
    kept.write_text(json.dumps(line), "utf-8")
    try:
        before = bench.state("calibrator")
        with RawWire(bench.endpoints["calibrator"]["serial"]) as raw:
            raw.ask(b"NONSENSE\r\n", 0.1)
        assert main(["bench", "--endpoints", str(kept), "--json"]) == FOUND
        told = {each["instrument"]: each for each in json.loads(capsys.readouterr().out)["instruments"]}
        assert told["calibrator"]["errors"]["zh"]
        assert main(["bench", "--endpoints", str(kept)]) == FINE  # reading the queue emptied it
        bench.fault("room", "silence")
        assert main(["bench", "--endpoints", str(kept)]) == FAILED
        assert "room" in capsys.readouterr().out
        assert bench.state("calibrator") == before
    finally:
        bench.stop()
    late = report_on(str(simulated_bench()), today=date(2100, 1, 1))
    assert late.status == FOUND
    assert "已于 2099-12-31 到期" in late.text(Language.CHINESE)


def test_an_instrument_without_a_wire_is_said_to_be_read_by_hand(tmp_path: Path) -> None:
    text = simulated_bench().read_text(encoding="utf-8")
    wired = 'driver = "vaisala/PTU300"\nsimulator = "vaisala/PTU300"\nwire = "serial"\n'
    file = tmp_path / "bench.toml"
    file.write_text(text.replace(wired, 'driver = "manual/weather station"\naddress = "operator:"\n'), "utf-8")
    report = report_on(str(file))
    assert report.status == FINE
    assert "read by hand" in report.text(Language.ENGLISH)


@pytest.mark.parametrize("name", sorted(shipped_benches()))
def test_every_bench_that_ships_answers_from_end_to_end(name: str) -> None:
    report = report_on(name)
    assert report.status == FINE, report.text(Language.ENGLISH)
    assert not [each for each in report.look.seen if each.safe is False]
