"""Electrical drivers and simulators, written from the manuals twice, understand each other on every wire they have."""

from collections.abc import Callable

import pytest

from labctl.app.simulate import bench_of
from labctl.app.station import shipped_benches
from labctl.app.station.reader import read_station
from labctl.errors import InstrumentReported, NotReady, Overload, WrongIdentity
from labctl.events.kinds import CallFailed, Event, IndicationTaken, InstrumentOpened, SettingMade
from labctl.instruments.driver import Driver
from labctl.instruments.replay import Replay
from labctl.metrology.quantity import Quantity
from labctl.packs import drivers, simulators
from labctl.records.equipment import Identity
from labctl.simulation.host import Bench
from labctl.testing import LoneInstrument, Memory, alone
from labctl_drivers.electrics.scpi_multimeter import ScpiMultimeter
from labctl_drivers.fluke.calibrator import FlukeCalibrator
from labctl_drivers.fluke.f5522a import F5522A
from labctl_drivers.fluke.f5730a import F5730A
from labctl_drivers.keysight.k3458a import K3458A

MODELS = ("fluke/5522A", "fluke/5730A", "fluke/8588A", "keysight/34401A", "keysight/34465A", "keysight/3458A")
WIRES = [(model, wire) for model in MODELS for wire in simulators().found[model].wires]
METERS = ("meter", "second_meter", "reference", "transfer")
SOURCES = ("calibrator", "reference_calibrator")


def ask_everything(lone: LoneInstrument) -> list[Event]:
    driver = lone.driver
    identity = driver.recognise(Identity(manufacturer="", model="", serial="SIM0001"))
    lone.memory.append(
        InstrumentOpened(
            at=lone.clock.now(),
            instrument=driver.name,
            role="",
            driver="",
            address="",
            identity=identity,
            exchanges=driver.last_exchanges,
        )
    )
    driver.prepare()
    if isinstance(driver, ScpiMultimeter | K3458A):
        measure(driver)
    else:
        assert isinstance(driver, F5522A | F5730A)
        present(driver)
    driver.wire.close()
    return lone.memory.events


def measure(meter: ScpiMultimeter | K3458A) -> None:
    meter.set_ac_voltage_range(Quantity.of(10, "V"))
    assert abs(meter.ac_voltage().quantity.value) < 0.01
    meter.set_dc_current_range(Quantity.of(100, "mA"))
    assert abs(meter.dc_current().quantity.value) < 1e-4
    meter.set_ac_current_range(Quantity.of(1, "A"))
    meter.ac_current()
    meter.set_two_wire_resistance_range(Quantity.of(1, "MΩ"))
    with pytest.raises(Overload):  # nothing is connected
        meter.two_wire_resistance()
    meter.set_lowest_frequency(Quantity.of(100, "Hz"))
    meter.set_dc_voltage_range(Quantity.of(1, "V"))
    assert abs(meter.dc_voltage().quantity.value) < 1e-4
    assert meter.terminals() == "FRON"


def present(source: F5522A | F5730A) -> None:
    source.source_dc_voltage(Quantity.of(-10, "V"))
    source.source_ac_voltage(Quantity.of(100, "V"), Quantity.of(1, "kHz"))
    source.source_dc_current(Quantity.of(10, "mA"))
    source.source_ac_current(Quantity.of(1, "A"), Quantity.of(50, "Hz"))
    resistance = source.source_resistance(Quantity.of(10, "kΩ"))
    assert resistance.quantity.value_in("Ω") == pytest.approx(10e3, rel=1e-4)
    source.stand_by()
    assert source.confirm_safe()


@pytest.mark.parametrize(("model", "wire"), WIRES)
def test_a_real_wire_gives_the_same_events_as_the_loopback(model: str, wire: str) -> None:
    with alone(model, like=wire, seed=5) as lone:
        expected = ask_everything(lone)
    with alone(model, wire=wire, seed=5) as lone:
        assert ask_everything(lone) == expected


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("fault", ["wrong identity", "wrong serial"])
def test_a_stranger_is_not_taken_for_the_instrument(model: str, fault: str) -> None:
    with alone(model) as lone:
        lone.fault(fault)
        with pytest.raises(WrongIdentity):
            lone.driver.recognise(Identity(manufacturer="", model="", serial="SIM0001"))


@pytest.mark.parametrize("model", MODELS)
def test_every_call_can_be_replayed(model: str) -> None:
    with alone(model) as lone:
        events = ask_everything(lone)
        kind = type(lone.driver)
    begun, *further = events
    assert isinstance(begun, InstrumentOpened)
    replay = Replay.of(kind, begun)
    for event in further:
        if isinstance(event, SettingMade | IndicationTaken):
            assert replay.repeat(event) == event


# --- the coupled bench -----------------------------------------------------------------------------------------------


class Station:
    """The electrical bench with a driver on every instrument, on loopback."""

    def __init__(self, seed: int) -> None:
        station = read_station(shipped_benches()["electrical"])
        self.memory = Memory()
        self.bench: Bench = bench_of(station, seed=seed)
        self.drivers: dict[str, Driver] = {}
        for key, each in station.instruments.items():
            kind = drivers().found[each.driver]
            driver = kind(self.bench.loopback(key), name=key, witness=self.memory, clock=self.bench.clock)
            driver.wire.open()
            driver.recognise(each.asset.identity)
            driver.prepare()
            self.drivers[key] = driver

    def meter(self, key: str) -> ScpiMultimeter | K3458A:
        found = self.drivers[key]
        assert isinstance(found, ScpiMultimeter | K3458A)
        return found

    def source(self, key: str) -> F5522A | F5730A:
        found = self.drivers[key]
        assert isinstance(found, F5522A | F5730A)
        return found

    def act(self, *actions: str) -> None:
        for each in actions:
            self.bench.act(each)

    def settled(self, reading: Callable[[], object], seconds: float = 30.0) -> float:
        self.bench.clock.wait(seconds)
        shown = reading()
        return float(getattr(shown, "quantity").value)  # noqa: B009  (an Indication)


@pytest.fixture
def station() -> Station:
    return Station(seed=3)


@pytest.mark.parametrize("source_key", SOURCES)
@pytest.mark.parametrize("meter_key", METERS)
def test_a_meter_shows_what_a_source_truly_presents_and_its_own_error(
    station: Station, source_key: str, meter_key: str
) -> None:
    source, meter, bench = station.source(source_key), station.meter(meter_key), station.bench
    station.act(f"connect {source_key} to {meter_key}")

    def expected(quantity: str, at: float, top: float) -> float:
        name = "" if quantity == "DC voltage" else f"{quantity} "
        return bench.truth(source_key, f"{name}output", at=at) + bench.truth(
            meter_key, f"{name}error", at=at, range=top
        )

    meter.set_dc_voltage_range(Quantity.of(10, "V"))
    source.source_dc_voltage(Quantity.of(10, "V"))
    emf = bench.truth("electrical", "thermal EMF")
    assert station.settled(meter.dc_voltage, 900) == pytest.approx(expected("DC voltage", 10, 10) + emf, abs=20e-6)
    meter.set_ac_voltage_range(Quantity.of(10, "V"))
    source.source_ac_voltage(Quantity.of(10, "V"), Quantity.of(1, "kHz"))
    assert station.settled(meter.ac_voltage) == pytest.approx(expected("AC voltage", 10, 10), abs=300e-6)
    if isinstance(meter, ScpiMultimeter):
        assert meter.frequency().quantity.value == pytest.approx(1000, rel=1e-4)
    source.stand_by()  # nobody puts a source of volts across a shunt
    station.act(f"connect {source_key} to {meter_key} current", "open")
    station.act(f"connect {source_key} to {meter_key} current")
    meter.set_dc_current_range(Quantity.of(100, "mA"))
    source.source_dc_current(Quantity.of(100, "mA"))
    assert station.settled(meter.dc_current) == pytest.approx(expected("DC current", 0.1, 0.1), abs=2e-6)
    meter.set_ac_current_range(Quantity.of(1, "A"))
    source.source_ac_current(Quantity.of(1, "A"), Quantity.of(50, "Hz"))
    assert station.settled(meter.ac_current) == pytest.approx(expected("AC current", 1, 1), abs=200e-6)


def test_four_wires_leave_the_leads_out_and_two_do_not(station: Station) -> None:
    source, meter, bench = station.source("calibrator"), station.meter("meter"), station.bench
    assert isinstance(source, F5522A)
    leads = bench.truth("electrical", "lead resistance")
    assert 0 < leads <= 0.1
    station.act("connect calibrator to meter four-wire")
    source.source_resistance(Quantity.of(100, "Ω"))
    true = bench.truth("calibrator", "resistance output", at=100)

    def shown(name: str) -> float:
        getattr(meter, f"set_{name}_resistance_range")(Quantity.of(100, "Ω"))
        reading = station.settled(getattr(meter, f"{name}_resistance"), 900)
        return reading - bench.truth("meter", f"{name.replace('_', '-')} resistance error", at=100, range=100)

    emf = bench.truth("electrical", "thermal EMF") / 1e-3
    assert shown("four_wire") == pytest.approx(true + emf, abs=2e-3)
    assert shown("two_wire") == pytest.approx(true + emf + leads, abs=2e-3)
    source.set_lead_compensation(2)
    assert shown("two_wire") == pytest.approx(true + emf, abs=2e-3)
    station.act("connect calibrator to meter")  # the sense terminals are left open
    with pytest.raises(Overload):
        shown("four_wire")


def test_a_calibrator_is_held_against_a_zener_reference_by_transfer(station: Station) -> None:
    """E = V_z + (V_x - V_zr) - V_nom, the transfer meter's own error cancels; reversing removes the thermal EMF."""
    source, meter, bench = station.source("calibrator"), station.meter("reference"), station.bench
    meter.set_dc_voltage_range(Quantity.of(10, "V"))
    station.act("connect zener to reference")
    zener = station.settled(meter.dc_voltage, 900)
    source.source_dc_voltage(Quantity.of(10, "V"))
    station.act("connect calibrator to reference")
    output = station.settled(meter.dc_voltage, 900)
    found = bench.truth("electrical", "zener") + output - zener
    assert found == pytest.approx(bench.truth("calibrator", "output", at=10), abs=1.5e-6)
    station.act("reverse reference")
    assert station.settled(meter.dc_voltage) == pytest.approx(-10, abs=1e-3)


def test_a_fresh_connection_is_warm_for_some_minutes(station: Station) -> None:
    meter = station.meter("reference")
    meter.set_dc_voltage_range(Quantity.of(100, "mV"))
    station.act("connect calibrator to reference")
    shown = [station.settled(meter.dc_voltage, seconds) for seconds in (5, 55, 900)]
    warmth = shown[0] - shown[2]
    assert 0.05e-6 < abs(warmth) < 3e-6
    assert (shown[1] - shown[2]) / warmth == pytest.approx(0.37, abs=0.15)  # a minute later


def test_a_current_without_a_way_trips_and_says_so(station: Station) -> None:
    source = station.source("calibrator")
    station.act("connect calibrator")  # at the voltage terminals
    with pytest.raises(InstrumentReported, match="1503"):
        source.source_dc_current(Quantity.of(10, "mA"))
    assert not station.bench.state("calibrator")["energised"]


def test_a_voltage_across_a_shunt_trips(station: Station) -> None:
    source = station.source("calibrator")
    station.act("connect calibrator to meter current")
    with pytest.raises(InstrumentReported, match="1503"):
        source.source_dc_voltage(Quantity.of(10, "V"))


def test_a_meter_switched_to_its_other_terminals_or_with_a_blown_fuse_sees_nothing(station: Station) -> None:
    source, meter = station.source("calibrator"), station.meter("second_meter")
    station.act("connect calibrator to second_meter", "rear second_meter")
    source.source_dc_voltage(Quantity.of(10, "V"))
    meter.set_dc_voltage_range(Quantity.of(10, "V"))
    assert station.settled(meter.dc_voltage) < 0.1
    assert meter.terminals() == "REAR"
    source.stand_by()
    station.act("front second_meter", "connect calibrator current")
    meter.set_dc_current_range(Quantity.of(3, "A"))
    source.source_dc_current(Quantity.of(10, "A"))  # through the fuse of 3.5 A; the others are in series
    assert abs(station.settled(meter.dc_current)) < 0.01
    source.stand_by()
    station.act("replace fuse second_meter")
    source.source_dc_current(Quantity.of(1, "A"))
    assert station.settled(meter.dc_current) == pytest.approx(1, rel=1e-3)
    station.act("blow fuse second_meter")
    assert abs(station.settled(meter.dc_current)) < 0.01
    station.act("replace fuse second_meter", "standby calibrator")
    assert abs(station.settled(meter.dc_current)) < 0.01
    assert source.confirm_safe()


def test_a_filter_too_high_loses_part_of_a_slow_signal(station: Station) -> None:
    source, meter = station.source("calibrator"), station.meter("meter")
    meter.set_ac_voltage_range(Quantity.of(10, "V"))
    source.source_ac_voltage(Quantity.of(10, "V"), Quantity.of(10, "Hz"))
    shown: list[float] = []
    for lowest in (10, 200):
        meter.set_lowest_frequency(Quantity.of(lowest, "Hz"))
        shown.append(station.settled(meter.ac_voltage))
    assert shown[0] == pytest.approx(10, rel=2e-3)
    assert shown[1] < 0.6 * shown[0]


def test_another_function_than_the_selected_one_is_never_read(station: Station) -> None:
    for key in METERS:
        meter = station.meter(key)
        meter.set_ac_voltage_range(Quantity.of(10, "V"))
        with pytest.raises(NotReady):
            meter.dc_voltage()
    assert sum(isinstance(each, CallFailed) for each in station.memory.events) == len(METERS)


def test_the_same_seed_gives_the_same_events() -> None:
    def happened(seed: int) -> list[Event]:
        station = Station(seed)
        for key in METERS:
            meter = station.meter(key)
            station.act(f"connect calibrator to {key}")
            meter.set_dc_voltage_range(Quantity.of(1, "V"))
            station.source("calibrator").source_dc_voltage(Quantity.of(1, "V"))
            station.settled(meter.dc_voltage)
        return station.memory.events

    first = happened(11)
    assert happened(11) == first
    assert happened(12) != first


def test_calibrators_are_taken_to_standby_by_their_safe_bytes_after_half_a_command(station: Station) -> None:
    for key in SOURCES:
        source = station.source(key)
        source.source_dc_voltage(Quantity.of(20, "V"))
        source.wire.write(b"OUT 1")
        assert isinstance(source, FlukeCalibrator)
        source.make_safe()
        assert not station.bench.state(key)["energised"]
