"""Whatever an instrument does wrong in mid-run rejects an attempt, and no wrong value is ever reported."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from labctl.app.station import simulated_bench
from labctl.errors import EngineFailed
from labctl.events.kinds import AttemptRejected, CallFailed, PointFinished, RunFinished, RunRested
from labctl.language import Language
from labctl.records.calibration import Outcome
from tests.faults.rig import SHORT, Rig, rig


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("silence", "TransportTimeout"),
        ("late", "TransportTimeout"),
        ("truncate", "TransportTimeout"),
        ("garble", "ReplyError"),
        ("reset", "TransportClosed"),
        ("overload", "Overload"),
        ("nan", "Overload"),  # 9.91E37, which the instrument prints for no number
    ],
)
def test_a_reading_that_fails_rejects_its_attempt_and_nothing_else(bench: Rig, fault: str, error: str) -> None:
    bench.bench.fault("meter", fault, on="READ?", after=5, times=1)
    bench.start(SHORT)
    assert bench.gone(60)
    bench.keeps_what_it_acknowledged()
    events = bench.events()
    assert bench.ended().outcome is Outcome.FINISHED
    assert [each.error for each in events if isinstance(each, CallFailed)] == [error]
    rejected = [each for each in events if isinstance(each, AttemptRejected)]
    assert len(rejected) == 1
    assert rejected[0].reason.within(Language.CHINESE) != rejected[0].reason.en
    results = [each.result for each in events if isinstance(each, PointFinished)]
    assert [each.attempts for each in results if each is not None].count(2) == 1
    for each in results:
        assert each is not None
        assert abs(each.results[0].value) < 5e-3  # volts: what this meter errs by, nothing like a fault's value


def test_a_silent_calibrator_is_brought_back(bench: Rig) -> None:
    bench.bench.fault("calibrator", "silence", on="OPER", after=1, times=1)
    bench.bench.fault("calibrator", "late", on="*OPC", after=2, times=1)
    bench.start(SHORT)
    assert bench.gone(60)
    assert bench.ended().outcome is Outcome.FINISHED
    assert not bench.energised()


def test_an_instrument_that_stays_silent_puts_the_run_to_rest_and_it_is_taken_up_again(bench: Rig) -> None:
    bench.bench.fault("meter", "silence", on="READ?", after=25)
    bench.start(SHORT)
    assert bench.gone(60)
    assert isinstance(bench.last(), RunRested)
    assert len([each for each in bench.events() if isinstance(each, AttemptRejected)]) == 3
    assert not bench.energised()
    bench.bench.mend("meter")
    bench.resume()
    assert bench.gone(60)
    assert bench.ended().outcome is Outcome.FINISHED
    points = [each.place.point for each in bench.events() if isinstance(each, PointFinished)]
    assert len(points) == len(set(points)) == 3


@pytest.mark.parametrize("fault", ["wrong identity", "wrong serial"])
def test_another_instrument_at_the_address_is_never_driven(bench: Rig, fault: str) -> None:
    bench.bench.fault("calibrator", fault)
    bench.start(SHORT)
    assert bench.gone(60)
    ended = bench.ended()
    assert ended.outcome is Outcome.FAILED
    assert "SIM5522001" in ended.reason.en
    assert "station.toml" in ended.reason.en
    assert not any(isinstance(each, PointFinished) for each in bench.events())


def test_another_instrument_after_the_interruption_is_never_driven(bench: Rig) -> None:
    bench.bench.fault("meter", "silence", on="READ?", after=8)
    bench.start(SHORT)
    assert bench.gone(60)
    assert isinstance(bench.last(), RunRested)
    bench.bench.mend("meter")
    bench.bench.fault("meter", "wrong serial")
    bench.resume()
    assert bench.gone(60)
    assert bench.ended().outcome is Outcome.FAILED
    assert "SIM34465001" in bench.ended().reason.en


def test_a_closed_port_says_what_to_look_at(tmp_path: Path) -> None:
    with rig(tmp_path) as bench:
        bench.line = bench.line.replace(bench.bench.endpoints["meter"]["hislip"], "hislip://127.0.0.1:1/hislip0")
        bench.start(SHORT)
        assert bench.gone(60)
        assert bench.ended().outcome is Outcome.FAILED
        assert "Check power, cable and address" in bench.ended().reason.en


def test_an_expired_calibration_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    text = simulated_bench().read_text(encoding="utf-8")
    station = tmp_path / "station.toml"
    station.write_text(text.replace("due = 2099-12-31", "due = 2026-06-30", 1), encoding="utf-8")
    with rig(tmp_path / "data", station=station) as bench, pytest.raises(EngineFailed, match="2026-06-30") as caught:
        bench.start(SHORT)
    assert caught.value.kind == "CalibrationExpired"
    assert os.listdir(tmp_path / "data" / "runs")  # noqa: PTH208  (what was asked for is kept; no journal began)
    assert not list((tmp_path / "data" / "runs").glob("*.sqlite"))


def test_two_engines_never_share_a_bench(tmp_path: Path) -> None:
    with rig(tmp_path, simulated=False) as bench:
        first = bench.start(SHORT)
        with pytest.raises(EngineFailed, match="in use by process") as caught:
            Rig(bench.bench, bench.line, bench.folder, bench.station).start(SHORT)
        assert caught.value.kind == "AlreadyOpen"
        assert f"run {first.run}" in str(caught.value)
        assert not any(isinstance(each, RunFinished) for each in bench.events())
