"""Every driver of the thermometer bench and its simulator understand each other, on loopback and real wires alike."""

from itertools import pairwise

import pytest

from labctl.app.simulate import bench_of
from labctl.app.station import with_endpoints
from labctl.clock import WallClock
from labctl.errors import InstrumentError
from labctl.events.kinds import Event, IndicationTaken
from labctl.instruments.channel import ResistiveSensor
from labctl.metrology.quantity import Quantity
from labctl.testing import alone
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.connect import open_transport
from labctl_drivers.fluke.f1529 import F1529
from labctl_drivers.fluke.f7341 import F7341
from labctl_drivers.julabo.fp50_hl import FP50HL
from tests.simulators.thermometers import STATION, Laboratory


def calibrated(laboratory: Laboratory) -> list[Event]:
    """Let everything on the bench take part once, and return what the journal would hold."""
    bath, circulator = laboratory.driver("bath"), laboratory.driver("circulator")
    assert isinstance(bath, F7341)
    assert isinstance(circulator, FP50HL)
    bath.set_temperature(Quantity.of(40, "°C"))
    circulator.set_temperature(Quantity.of(30, "°C"))
    laboratory.clock.wait(3600)
    bath.temperature()
    circulator.temperature()
    for key in ("sprt", "unit1", "unit12", "thermistor", "working"):
        sensor = laboratory.driver(key)
        assert isinstance(sensor, ResistiveSensor)
        sensor.resistance()
    for key in ("tc_s", "tc_k"):
        laboratory.driver(key).thermovoltage()  # type: ignore[attr-defined]
    laboratory.driver("working").temperature()  # type: ignore[attr-defined]
    bath.stand_by()
    circulator.stand_by()
    assert bath.confirm_safe()
    assert circulator.confirm_safe()
    return laboratory.memory.events


def test_real_wires_give_the_same_events() -> None:
    bench = bench_of(STATION, seed=7)
    served = bench.serve()
    clock = BorrowedClock(bench.control)
    try:
        station = with_endpoints(STATION, {"instruments": served, "control": bench.control})
        wires = {
            key: open_transport(each.address, instrument=key, clock=clock)
            for key, each in station.instruments.items()
            if not each.address.startswith(("channel:", "tcp://operator"))
        }
        laboratory = Laboratory(bench, clock, addresses=wires)
        events = calibrated(laboratory)
        for each in wires.values():
            each.close()
    finally:
        clock.close()
        bench.stop()
    within = Laboratory.within_this_process(seed=7)
    assert events == calibrated(within)
    assert {each.of for each in events if isinstance(each, IndicationTaken)} >= {"sprt", "unit12", "tc_k", "bath"}


@pytest.mark.parametrize("fault", ["silence", "late", "truncate", "delay", "duplicate", "garble", "reset"])
@pytest.mark.parametrize(
    ("key", "on", "right"),
    [("fluke/7341", "t", 20), ("julabo/FP50-HL", "IN_PV", 20), ("fluke/9103", "t", 20)],
)
def test_after_a_fault_on_the_wire_the_next_temperature_is_the_right_one(
    fault: str, key: str, on: str, right: float
) -> None:
    with alone(key) as heater:
        driver = heater.driver
        driver.identify()
        driver.prepare()
        heater.fault(fault, on=on, times=1)
        shown: list[float] = []
        for _ in range(6):
            try:
                shown.append(driver.temperature().quantity.value)  # type: ignore[attr-defined]
            except InstrumentError:
                driver.recover()
                driver.prepare()
        assert len(shown) >= 3
        assert all(abs(each - right) < 0.3 for each in shown)


def test_a_stuck_readout_is_found_by_its_stamp() -> None:
    laboratory = Laboratory.within_this_process()
    readout = laboratory.driver("readout")
    assert isinstance(readout, F1529)
    taken = [readout.temperature_on(2).taken_at for _ in range(3)]
    assert all((b - a).total_seconds() > 0.5 for a, b in pairwise(taken))


@pytest.mark.parametrize("fault", ["silence", "late", "truncate", "delay", "duplicate", "garble", "reset"])
@pytest.mark.parametrize(
    ("key", "readout", "on", "right", "within"),
    [
        ("unit1", "scanner", "SENSE", 107.79, 0.1),
        ("working", "readout", "FETC", 107.79, 0.05),
        ("working", "readout", "SENS2", 107.79, 0.05),
        ("sprt", "bridge", "FETC", 27.526, 0.01),
        ("sprt", "bridge", "ROUT", 27.526, 0.01),
    ],
)
def test_after_a_fault_on_a_readout_s_wire_no_sensor_shows_a_wrong_value(
    fault: str, key: str, readout: str, on: str, right: float, within: float
) -> None:
    laboratory = Laboratory.within_this_process()
    sensor = laboratory.driver(key)
    assert isinstance(sensor, ResistiveSensor)
    sensor.resistance()
    laboratory.bench.fault(readout, fault, on=on, times=1)
    shown: list[float] = []
    for _ in range(6):
        try:
            shown.append(sensor.resistance().quantity.value)
        except InstrumentError:
            sensor.recover()
    assert len(shown) >= 3
    assert all(abs(each - right) < within for each in shown)


def test_six_hours_of_a_bath_over_its_real_wire_pass_two_thousand_times_as_fast() -> None:
    began = WallClock().monotonic()
    with alone("fluke/7341", wire="serial") as heater:
        bath = heater.driver
        assert isinstance(bath, F7341)
        bath.identify()
        bath.prepare()
        bath.set_temperature(Quantity.of(60, "°C"))
        shown = [0.0]
        while heater.clock.monotonic() < 6 * 3600:
            shown.append(bath.temperature().quantity.value)
            heater.clock.wait(10)
    assert len(shown) > 2000
    assert shown[-1] == pytest.approx(60, abs=0.1)
    assert 6 * 3600 / (WallClock().monotonic() - began) > 2000
