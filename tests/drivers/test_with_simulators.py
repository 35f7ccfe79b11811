"""Drivers and simulators, written from the manual twice, understand each other, on loopback and real wires alike."""

from collections.abc import Callable

import pytest

from labctl.app.simulate import bench_of
from labctl.app.station import simulated_station, with_endpoints
from labctl.clock import Clock
from labctl.errors import InstrumentError, TransportTimeout
from labctl.events.kinds import Event, IndicationTaken, InstrumentOpened, SettingMade
from labctl.instruments.driver import Driver
from labctl.instruments.replay import Replay
from labctl.metrology.quantity import Quantity
from labctl.simulation.host import Bench
from labctl.testing import Memory
from labctl.transport.base import Transport
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.connect import open_transport
from labctl_drivers.fluke.f5522a import F5522A
from labctl_drivers.keysight.k34465a import K34465A
from labctl_drivers.vaisala.ptu300 import PTU300

STATION = simulated_station()
KINDS: dict[str, type[Driver]] = {"calibrator": F5522A, "meter": K34465A, "room": PTU300}


def opened(key: str, wire: Transport, memory: Memory, clock: Clock) -> Driver:
    wire.open()
    driver = KINDS[key](wire, name=key, witness=memory, clock=clock)
    identity = driver.recognise(STATION.instruments[key].asset.identity)
    exchanges = driver.last_exchanges
    memory.append(
        InstrumentOpened(
            at=clock.now(), instrument=key, role=key, driver="", address="", identity=identity, exchanges=exchanges
        )
    )
    driver.prepare()
    return driver


def calibrated(reach: Callable[[str], Transport], clock: Clock) -> list[Event]:
    """Let the three work together over every range, and return what the journal would hold."""
    memory = Memory()
    drivers = {key: opened(key, reach(key), memory, clock) for key in KINDS}
    source, meter, room = drivers["calibrator"], drivers["meter"], drivers["room"]
    assert isinstance(source, F5522A)
    assert isinstance(meter, K34465A)
    assert isinstance(room, PTU300)
    assert 15 < room.temperature().quantity.value < 25
    assert 20 < room.humidity().quantity.value < 80
    assert 950 < room.pressure().quantity.value < 1060
    for volts, top in ((0.05, 0.1), (1, 1), (-10, 10), (100, 100), (-1000, 1000)):
        meter.set_dc_voltage_range(Quantity.of(top, "V"))
        source.source_dc_voltage(Quantity.of(volts, "V"))
        assert meter.dc_voltage().quantity.value == pytest.approx(volts, rel=3e-4, abs=1e-5)
    source.stand_by()
    assert source.confirm_safe()
    for each in drivers.values():
        each.wire.close()
    return memory.events


def on_loopback() -> list[Event]:
    bench = bench_of(STATION, seed=7)
    return calibrated(bench.loopback, bench.clock)


def test_every_call_can_be_replayed() -> None:
    replays: dict[str, Replay] = {}
    made = 0
    for event in on_loopback():
        match event:
            case InstrumentOpened(instrument=key):
                replays[key] = Replay.of(KINDS[key], event)
            case SettingMade(instrument=key) | IndicationTaken(instrument=key):
                assert replays[key].repeat(event) == event
                made += 1
            case _:
                pass
    assert made == 3 + 5 * 3 + 1 + 2  # conditions, points, standby, two that are prepared


def test_real_wires_give_the_same_events() -> None:
    bench = bench_of(STATION, seed=7)
    served = bench.serve()
    try:
        station = with_endpoints(STATION, {"instruments": served, "control": bench.control})
        clock = BorrowedClock(bench.control)
        events = calibrated(
            lambda key: open_transport(station.instruments[key].address, instrument=key, clock=clock), clock
        )
        clock.close()
    finally:
        bench.stop()
    assert events == on_loopback()


@pytest.fixture
def bench() -> Bench:
    return bench_of(STATION, seed=3)


@pytest.mark.parametrize("fault", ["silence", "late", "truncate", "delay", "duplicate", "garble", "reset"])
@pytest.mark.parametrize("on", ["READ?", "SENS"])
def test_after_a_fault_on_the_wire_the_next_value_is_the_right_one(fault: str, on: str, bench: Bench) -> None:
    memory = Memory()
    meter = opened("meter", bench.loopback("meter"), memory, bench.clock)
    assert isinstance(meter, K34465A)
    bench.fault("meter", fault, on=on, times=1)
    shown: list[Quantity] = []
    for _ in range(6):
        try:
            meter.set_dc_voltage_range(Quantity.of(0.1, "V"))
            shown.append(meter.dc_voltage().quantity)
        except InstrumentError:
            meter.recover()
            meter.prepare()
    assert len(shown) >= 3
    if fault != "garble":  # one digit for another cannot be told from a value
        assert all(abs(each.value) < 1e-4 for each in shown)


def test_a_calibrator_that_answers_late_is_recovered_and_in_step(bench: Bench) -> None:
    memory = Memory()
    source = opened("calibrator", bench.loopback("calibrator"), memory, bench.clock)
    assert isinstance(source, F5522A)
    bench.fault("calibrator", "late", on="ISR?", times=1)
    with pytest.raises(TransportTimeout):
        source.source_dc_voltage(Quantity.of(100, "V"))
    assert source.wire.poisoned
    source.make_safe()  # whatever the state of the wire
    assert not bench.state("calibrator")["energised"]
    for _ in range(10):
        try:
            source.recover()
            break
        except InstrumentError:
            bench.clock.wait(3.0)  # the late answer holds up all that come after it
    source.prepare()
    assert source.source_dc_voltage(Quantity.of(1, "V")).quantity == Quantity.of(1, "V")
    assert source.operating()
