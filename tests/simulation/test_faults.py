"""Every fault switches on and off by name, and no wrong value gets past a driver."""

import math
from collections.abc import Callable, Iterator

import pytest

from labctl.app.simulate import bench_of
from labctl.app.station.endpoints import simulated_station
from labctl.errors import (
    InstrumentError,
    Overload,
    ReplyError,
    TransportClosed,
    TransportTimeout,
    UnaskedBytes,
)
from labctl.metrology.quantity import Quantity
from labctl.simulation.faults import NAMES, Fault, Faults
from labctl.simulation.host import Bench
from labctl.transport.base import Transport
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.connect import open_transport
from labctl_drivers.fluke.f5522a import F5522A
from labctl_drivers.keysight.k34465a import K34465A


@pytest.fixture
def bench() -> Bench:
    return bench_of(simulated_station(), seed=5)


@pytest.fixture
def meter(bench: Bench) -> K34465A:
    wire = bench.loopback("meter")
    wire.open()
    meter = K34465A(wire, name="meter", clock=bench.clock)
    meter.set_dc_voltage_range(Quantity.of(10, "V"))
    return meter


ON_WIRE: dict[str, type[InstrumentError]] = {
    "silence": TransportTimeout,
    "late": TransportTimeout,
    "truncate": TransportTimeout,
    "garble": ReplyError,
    "crc": ReplyError,
    "reset": TransportClosed,
    "power cycle": TransportClosed,
    "unsolicited": ReplyError,
    "overload": Overload,
    "nan": InstrumentError,
}


@pytest.mark.parametrize("name", ON_WIRE)
def test_a_fault_is_refused_not_averaged_and_mended(bench: Bench, meter: K34465A, name: str) -> None:
    meter.dc_voltage()
    bench.fault("meter", name, on="READ?")
    with pytest.raises(ON_WIRE[name]):
        meter.dc_voltage()
    bench.mend("meter", name)
    meter.wire.open()
    meter.dc_voltage()


def test_a_duplicate_is_noticed_before_the_next_question(bench: Bench, meter: K34465A) -> None:
    bench.fault("meter", "duplicate", times=1)
    meter.dc_voltage()
    with pytest.raises(UnaskedBytes):
        meter.dc_voltage()


def test_a_delayed_answer_comes_later_and_is_right(bench: Bench, meter: K34465A) -> None:
    before = bench.clock.monotonic()
    bench.fault("meter", "delay", seconds=1.0, times=1)
    meter.dc_voltage()
    assert 1.4 <= bench.clock.monotonic() - before <= 1.45


@pytest.mark.parametrize(("name", "field"), [("wrong identity", "model"), ("wrong serial", "serial")])
def test_an_instrument_can_be_another_one(bench: Bench, meter: K34465A, name: str, field: str) -> None:
    right = getattr(meter.identify(), field)
    bench.fault("meter", name)
    assert getattr(meter.identify(), field) != right
    bench.mend("meter")
    assert getattr(meter.identify(), field) == right


def test_a_stuck_value_and_a_drift(bench: Bench, meter: K34465A) -> None:
    assert len({meter.dc_voltage().quantity.value for _ in range(8)}) > 1  # noise
    bench.fault("meter", "stuck")
    stuck = [meter.dc_voltage().quantity for _ in range(3)]
    assert stuck[0] == stuck[1] == stuck[2]
    bench.fault("meter", "drift", rate=1e-3)
    bench.mend("meter", "stuck")
    bench.clock.wait(10)
    assert meter.dc_voltage().quantity.value == pytest.approx(stuck[0].value + 0.0104, abs=1e-3)


def test_a_fault_strikes_after_so_many_and_so_many_times() -> None:
    faults = Faults()
    faults.arm(Fault(name="silence", since=0.0, after=2, times=2, on="read"))
    struck = [
        "silence" in faults.struck_by(each)
        for each in ("READ?", "*IDN?", "READ?", "READ?", "*IDN?", "READ? 3", "READ?")
    ]
    assert struck == [False, False, False, True, False, True, False]
    assert math.isinf(_armed("overload").on_value(-3.0, 0.0)) is True
    with pytest.raises(LookupError):
        faults.arm(Fault(name="hiccups", since=0.0))


def _armed(name: str) -> Faults:
    faults = Faults()
    faults.arm(Fault(name=name, since=0.0))
    return faults


def test_every_fault_is_tried_here() -> None:
    assert set(NAMES) == {*ON_WIRE, "duplicate", "delay", "wrong identity", "wrong serial", "stuck", "drift"}


@pytest.fixture
def wired() -> Iterator[tuple[Bench, Callable[[str, str], F5522A | K34465A]]]:
    bench = bench_of(simulated_station(), seed=5)
    bench.serve()
    clock = BorrowedClock(bench.control)
    opened: list[Transport] = []

    def driver(key: str, wire: str) -> F5522A | K34465A:
        transport = open_transport(bench.endpoints[key][wire], instrument=key, clock=clock)
        transport.open()
        opened.append(transport)
        model: type[F5522A | K34465A] = F5522A if key == "calibrator" else K34465A
        return model(transport, name=key, clock=clock)

    yield bench, driver
    for each in opened:
        each.close()
    clock.close()
    bench.stop()


@pytest.mark.parametrize(("key", "wire"), [("calibrator", "serial"), ("meter", "hislip"), ("meter", "tcp")])
@pytest.mark.parametrize("name", ["silence", "late", "truncate", "garble", "reset", "power cycle", "unsolicited"])
def test_faults_of_wires_on_real_wires(
    wired: tuple[Bench, Callable[[str, str], F5522A | K34465A]], key: str, wire: str, name: str
) -> None:
    bench, drive = wired
    driver = drive(key, wire)
    right = driver.identify()
    bench.fault(key, name, on="*IDN?", times=1)
    try:
        assert driver.identify() != right
    except InstrumentError:
        assert name != "garble"
    else:
        assert name == "garble"  # one wrong letter of a name is for the comparison of names to find
    assert driver.recover() == right


def test_power_off_means_standby(wired: tuple[Bench, Callable[[str, str], F5522A | K34465A]]) -> None:
    bench, drive = wired
    calibrator = drive("calibrator", "serial")
    assert isinstance(calibrator, F5522A)
    calibrator.source_dc_voltage(Quantity.of(20, "V"))
    assert bench.state("calibrator")["energised"] is True
    bench.fault("calibrator", "power cycle")
    with pytest.raises(TransportTimeout):
        calibrator.output_voltage()
    assert bench.state("calibrator") == {"energised": False, "setting": 0.0, "output": 0.0}
