"""A transcript of a day can stand in for the instrument of that day."""

from pathlib import Path

import pytest

from labctl.app.simulate import bench_of
from labctl.app.station import simulated_station
from labctl.errors import ConnectFailed, ReplayMismatch
from labctl.metrology.quantity import Quantity
from labctl.transport.connect import open_transport
from labctl.transport.recorded import wires_of
from labctl.transport.transcript import Transcript
from labctl_drivers.fluke.f5522a import F5522A
from labctl_drivers.keysight.k34465a import K34465A


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, Quantity]:
    """Let two instruments speak over their own wires into one transcript."""
    bench = bench_of(simulated_station(), seed=5)
    transcript = Transcript(tmp_path / "a day.transcript", bench.clock)
    meter = K34465A(bench.loopback("meter", transcript=transcript), clock=bench.clock)
    source = F5522A(bench.loopback("calibrator", transcript=transcript), clock=bench.clock)
    for each in (meter, source):
        each.wire.open()
        each.identify()
        each.prepare()
    source.source_dc_voltage(Quantity.of(5, "V"))
    shown = meter.dc_voltage().quantity
    transcript.close()
    return transcript.path, shown


def test_a_driver_finds_the_same_in_the_transcript(recorded: tuple[Path, Quantity]) -> None:
    path, shown = recorded
    clock = bench_of(simulated_station()).clock
    assert set(wires_of(path)) == {"loopback://meter?wire=hislip", "loopback://calibrator?wire=serial"}
    wire = open_transport(
        f"{path.as_uri().replace('file', 'replay')}?wire=loopback://meter?wire=hislip", instrument="", clock=clock
    )
    wire.open()
    meter = K34465A(wire, clock=clock)
    assert meter.identify().model == "34465A"
    meter.prepare()
    assert meter.dc_voltage().quantity == shown
    with pytest.raises(ReplayMismatch):  # nothing more was said that day
        meter.dc_voltage()


def test_a_wire_that_is_not_in_it_is_told_with_those_that_are(recorded: tuple[Path, Quantity]) -> None:
    path, _ = recorded
    clock = bench_of(simulated_station()).clock
    with pytest.raises(ConnectFailed, match="loopback://meter"):
        open_transport(f"replay://{path}", instrument="meter", clock=clock)
    with pytest.raises(ConnectFailed, match="no such file"):
        open_transport(f"replay://{path}x", instrument="meter", clock=clock)
