"""Each instrument of a flow rig: its driver against its simulator, on a loopback and on every wire that it has."""

from collections.abc import Callable
from typing import Final

import pytest

from labctl.app.simulate import bench_of
from labctl.app.station import with_endpoints
from labctl.errors import InstrumentError, InstrumentReported, NotReady, TransportError
from labctl.events.kinds import Event, IndicationTaken, InstrumentOpened, SettingMade
from labctl.instruments.driver import Driver
from labctl.instruments.replay import Replay
from labctl.metrology.quantity import Quantity
from labctl.packs import simulators
from labctl.records.equipment import Identity
from labctl.testing import LOOPBACK, LoneInstrument, alone
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.connect import open_transport
from labctl_drivers.abb.acs580 import ACS580
from labctl_drivers.emerson.mm2700 import MM2700
from labctl_drivers.generic.flow_rig_io import FlowRigIO
from labctl_drivers.generic.transmitter import LineTransmitter, Transmitter
from labctl_drivers.keysight.k53230a import K53230A
from labctl_drivers.mettler.sics import SicsBalance
from labctl_drivers.siemens.mag6000 import MAG6000
from tests.simulators.flow_hall import STATION, Hall

SERIAL: Final = "FLOW0042"


def weigh(driver: Driver) -> None:
    assert isinstance(driver, SicsBalance)
    driver.set_zero()
    driver.tare()
    assert abs(driver.stable_mass().quantity.value) <= 2 * driver.interval
    assert abs(driver.mass().quantity.value) <= 2 * driver.interval


def count(driver: Driver) -> None:
    assert isinstance(driver, K53230A)
    with pytest.raises(NotReady):
        driver.gated_pulses()


def weigh_the_stream(driver: Driver) -> None:
    assert isinstance(driver, MM2700)
    assert driver.mass_flow().quantity == Quantity.of(0, "kg/h")
    assert driver.flow().quantity == Quantity.of(0, "m³/h")
    assert driver.density().quantity.value == pytest.approx(998.2, abs=1)
    assert driver.temperature().quantity.value == pytest.approx(20, abs=0.6)
    driver.set_zero()
    driver.reset_mass_total()
    driver.reset_volume_total()
    assert driver.mass_total().quantity == Quantity.of(0, "kg")
    assert driver.volume_total().quantity == Quantity.of(0, "m³")


def feel_the_stream(driver: Driver) -> None:
    assert isinstance(driver, MAG6000)
    assert driver.flow().quantity == Quantity.of(0, "m³/s")
    driver.reset_volume_total()
    assert driver.volume_total().quantity == Quantity.of(0, "m³")


def pump(driver: Driver) -> None:
    assert isinstance(driver, ACS580)
    driver.arm_watchdog()
    driver.set_flow(Quantity.of(10, "m³/h"))
    assert not driver.confirm_safe()
    assert driver.flow().quantity == Quantity.of(0, "m³/h")  # no pipe
    driver.set_flow(Quantity.of(5, "m³/h"))
    driver.stand_by()
    assert driver.confirm_safe()


def fill(driver: Driver) -> None:
    assert isinstance(driver, FlowRigIO)
    driver.arm_watchdog()
    driver.stand_by()
    driver.prepare()
    driver.open_line()
    driver.fill_for(Quantity.of(4, "s"))
    assert driver.filling_time().quantity.value == pytest.approx(4, abs=0.005)
    with pytest.raises(NotReady):
        driver.pulse_time()  # no meter
    driver.drain()
    driver.stand_by()
    assert driver.confirm_safe()
    driver.disarm_watchdog()


def convert(driver: Driver) -> None:
    assert isinstance(driver, Transmitter)
    assert driver.temperature().quantity.value == pytest.approx(20, abs=0.1)
    if isinstance(driver, LineTransmitter):
        assert driver.pressure().quantity.value == pytest.approx(101.3, abs=1)


WORKS: Final[dict[str, Callable[[Driver], None]]] = {
    "mettler/ICS685": weigh,
    "mettler/IND570": weigh,
    "keysight/53230A": count,
    "emerson/2700": weigh_the_stream,
    "siemens/MAG6000": feel_the_stream,
    "abb/ACS580": pump,
    "generic/flow-rig-io": fill,
    "generic/line-transmitter": convert,
    "generic/tank-thermometer": convert,
}


def worked(model: str, wire: str, like: str = "") -> list[Event]:
    with alone(model, wire=wire, like=like, serial=SERIAL, seed=5) as lone:
        identity = lone.driver.recognise(Identity(manufacturer="", model="", serial=SERIAL))
        assert identity.serial == SERIAL
        lone.driver.prepare()
        WORKS[model](lone.driver)
        return lone.memory.events


def ways() -> list[tuple[str, str]]:
    found = {model: simulators().get(model) for model in WORKS}
    return [(model, wire) for model, kind in found.items() if kind is not None for wire in kind.wires]


@pytest.mark.parametrize(("model", "wire"), ways())
def test_every_wire_gives_the_same_events(model: str, wire: str) -> None:
    events = worked(model, wire)
    assert events
    assert events == worked(model, LOOPBACK, like=wire)


@pytest.mark.parametrize("model", WORKS)
def test_every_call_can_be_replayed(model: str) -> None:
    with alone(model, serial=SERIAL, seed=5) as lone:
        driver = lone.driver
        identity = driver.recognise(Identity(manufacturer="", model="", serial=SERIAL))
        opened = InstrumentOpened(
            at=lone.clock.now(),
            instrument=driver.name,
            role="",
            driver="",
            address="",
            identity=identity,
            exchanges=driver.last_exchanges,
        )
        driver.prepare()
        WORKS[model](driver)
    replay = Replay.of(type(driver), opened)
    calls = [each for each in lone.memory.events if isinstance(each, SettingMade | IndicationTaken)]
    assert calls
    for each in calls:
        assert replay.repeat(each) == each


@pytest.mark.parametrize("model", WORKS)
@pytest.mark.parametrize("fault", ["silence", "late", "truncate", "duplicate", "garble", "reset", "wrong serial"])
def test_a_fault_on_the_wire_is_never_a_value(model: str, fault: str) -> None:
    with alone(model, serial=SERIAL) as lone:
        lone.driver.recognise(Identity(manufacturer="", model="", serial=SERIAL))
        lone.driver.prepare()
        lone.fault(fault, after=1, times=1)
        for _ in range(3):
            try:
                lone.driver.recognise(Identity(manufacturer="", model="", serial=SERIAL))
                WORKS[model](lone.driver)  # whose values are checked there
                break
            except InstrumentError:
                recovered(lone)
        else:
            pytest.fail("it did not come back")


def recovered(lone: LoneInstrument) -> None:
    for _ in range(10):
        try:
            lone.driver.recover()
            lone.driver.prepare()
        except (TransportError, InstrumentReported):
            lone.clock.wait(10.0)  # a late answer holds up those after it
        else:
            return
    pytest.fail("it could not be recovered")


def test_a_drive_that_hears_nothing_stops_the_pump_by_itself() -> None:
    with alone("abb/ACS580") as lone:
        drive = lone.driver
        assert isinstance(drive, ACS580)
        drive.prepare()
        drive.arm_watchdog()
        drive.set_flow(Quantity.of(10, "m³/h"))
        for _ in range(10):
            lone.clock.wait(1.0)
            drive.keep_alive()
        assert lone.state()["energised"]
        lone.clock.wait(3.1)
        assert not lone.state()["energised"]
        assert lone.state()["fault"] == 0x6681
        with pytest.raises(InstrumentReported, match="6681"):
            drive.set_flow(Quantity.of(10, "m³/h"))
        drive.prepare()
        drive.set_flow(Quantity.of(10, "m³/h"))


@pytest.mark.parametrize("model", ["abb/ACS580", "generic/flow-rig-io"])
def test_the_safe_bytes_work_at_once_and_after_half_a_message(model: str) -> None:
    with alone(model, wire="modbus") as lone:
        driver = lone.driver
        driver.prepare()
        if isinstance(driver, ACS580):
            driver.set_flow(Quantity.of(10, "m³/h"))
        assert lone.state()["energised"]
        driver.make_safe()
        assert not lone.state()["energised"]
        lone.clock.wait(3.0)
        assert driver.confirm_safe()


def test_a_station_that_hears_nothing_lets_its_outputs_fall() -> None:
    with alone("generic/flow-rig-io") as lone:
        rig = lone.driver
        assert isinstance(rig, FlowRigIO)
        rig.prepare()
        rig.arm_watchdog()
        lone.clock.wait(3.1)
        assert lone.state() == {
            "energised": False,
            "line": False,
            "drain": True,
            "tank": False,
            "filling": False,
            "fillings": 0,
            "watchdog": True,
        }


def calibrated(hall: Hall) -> list[Event]:
    """Let everything in the hall take part once, and return what the journal would hold."""
    hall.pump.set_flow(Quantity.of(9, "m³/h"))
    hall.wait(40.0)
    hall.master.mass_flow()
    hall.electromagnetic.flow()
    hall.line.temperature()
    hall.line.pressure()
    hall.tank.temperature()
    hall.rig.fill_for(Quantity.of(2.5, "s"))
    hall.rig.filling_time()
    hall.rig.pulse_time()
    hall.unit.gated_pulses()
    hall.balance.mass()
    hall.pump.set_flow(Quantity.of(3, "m³/h"))
    hall.pump.stand_by()
    hall.rig.stand_by()
    assert hall.pump.confirm_safe()
    assert hall.rig.confirm_safe()
    return hall.memory.events


def test_the_whole_rig_on_real_wires_gives_the_same_events() -> None:
    bench = bench_of(STATION, seed=7)
    served = bench.serve()
    clock = BorrowedClock(bench.control)
    try:
        station = with_endpoints(STATION, {"instruments": served, "control": bench.control})
        hall = Hall.of(
            bench, clock, lambda key: open_transport(station.instruments[key].address, instrument=key, clock=clock)
        )
        events = calibrated(hall)
        for each in hall.drivers.values():
            each.wire.close()
    finally:
        clock.close()
        bench.stop()
    assert events == calibrated(Hall.within_this_process(seed=7))
    assert {each.of for each in events if isinstance(each, IndicationTaken)} >= {"unit", "rig", "master", "balance"}
