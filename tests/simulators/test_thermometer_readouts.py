"""Thermometer readouts by themselves and with sensors: what they answer, and what they refuse."""

import math

import pytest

from labctl.errors import InstrumentReported, NotReady, Overload, ReplyError, TransportTimeout
from labctl.events.kinds import Event
from labctl.metrology.physics import iec60584
from labctl.metrology.quantity import Quantity
from labctl.testing import LoneInstrument, alone
from labctl.transport.base import Transport
from labctl_drivers.fluke.f1529 import F1529
from labctl_drivers.fluke.f1594a import F1594A
from labctl_drivers.isotech.millik import MilliK
from labctl_simulators.thermal.curves import standard_platinum, thermistor, thermocouple
from tests.simulators.thermometers import Laboratory


def told(wire: Transport, *commands: str, end: bytes = b"\n") -> None:
    for each in commands:
        wire.write(each.encode() + end)


def asked(wire: Transport, query: str, end: bytes = b"\n", answer_end: bytes = b"\n") -> str:
    told(wire, query, end=end)
    return wire.read(answer_end, 10.0).decode().strip()


def silent(alone_: LoneInstrument, query: str) -> bool:
    wire = alone_.driver.wire
    told(wire, query)
    try:
        wire.read(b"\n", 1.0)
    except TransportTimeout:
        wire.open()
        return True
    return False


# --- 1529 ------------------------------------------------------------------------------------------------------------


def test_a_readout_with_nothing_plugged_in_shows_that() -> None:
    with alone("fluke/1529", serial="A0C107") as it:
        assert isinstance(it.driver, F1529)
        assert it.driver.identify().serial == "A0C107"
        it.driver.prepare()
        with pytest.raises(Overload):
            it.driver.temperature_on(1)
        with pytest.raises(Overload):
            it.driver.resistance_on(1)


def test_a_stamp_tells_new_from_old_and_the_time_of_the_reading() -> None:
    laboratory = Laboratory.within_this_process()
    wire = laboratory.driver("readout").wire
    first, second = asked(wire, "FETC? 2"), asked(wire, "FETC? 2")
    assert (first[0], second[0]) == ("1", "0")
    assert first[2:].split(",")[:3:2] == ["2", "C"]
    assert first[1:] == second[1:]
    assert asked(wire, "STAT:MEAS? 2") == "0"
    laboratory.clock.wait(1.0)
    assert asked(wire, "STAT:MEAS? 2") == "1"
    assert asked(wire, "READ? 2").split(",")[0] == "1"
    assert asked(wire, "meas? 2").split(",")[0] == "0"
    assert asked(wire, "FETC? 2").split(",")[4:7] == ["0", "30", "1"]  # 5 January 2026, 0:30:01
    told(wire, "FORM:STAM OFF")
    assert len(asked(wire, "FETC? 2").split(",")) == 1


def test_compound_commands_and_missing_channels_are_refused() -> None:
    with alone("fluke/1529") as it:
        wire = it.driver.wire
        told(wire, "FORM:STAM ON;UNIT:TEMP F", "SENS:DATA?", "UNIT:TEMP X", "FETC? 7")
        errors = [asked(wire, "SYST:ERR?") for _ in range(5)]
        assert [each.split(",")[0] for each in errors] == ["-102", "-114", "-224", "-222", "+0"]
        assert asked(wire, "FORM:STAM?") == "0"
        assert asked(wire, "UNIT:TEMP?") == "C"


# --- 1594A -----------------------------------------------------------------------------------------------------------


def test_words_count_by_their_first_letters() -> None:
    with alone("fluke/1594A") as it:
        wire = it.driver.wire
        told(wire, "calculate2:type rat", "Calc3:Type TEMPERATURE", "SENSE1:CURRENT 1.414")
        assert [asked(wire, f"CALC{n}:TYPE?") for n in (1, 2, 3)] == ["RES", "RAT", "TEMP"]
        assert asked(wire, "SENS1:CURR?") == "1.414"
        assert asked(wire, "INITIATE:CONTINUOUS?") == "1"
        told(wire, "CALC:TYPE RES", "CALC9:TYPE RES", "SENS1:CURR 99", "NONS:ENSE", "CALC1:TYPE XYZ")
        errors = [asked(wire, "SYST:ERR?").split(",")[0] for _ in range(6)]
        assert errors == ["-114", "-114", "-222", "-113", "-224", "0"]


def test_a_measurement_is_new_once_and_takes_its_time() -> None:
    laboratory = Laboratory.within_this_process()
    wire = laboratory.driver("bridge").wire
    told(wire, "ROUT:CLOS 1")
    assert asked(wire, "STAT:OPER?") == "0"
    laboratory.clock.wait(2.1)
    assert asked(wire, "STAT:OPER:COND?") == "16"
    assert asked(wire, "STAT:OPER?") == "16"
    first = asked(wire, "FETC?")
    assert asked(wire, "STAT:OPER?") == "0"
    assert asked(wire, "FETC?") == first
    laboratory.clock.wait(2.0)
    assert asked(wire, "STAT:OPER?") == "16"
    assert asked(wire, "FETC?") != first


def test_an_open_channel_is_no_measurement() -> None:
    with alone("fluke/1594A") as it:
        assert isinstance(it.driver, F1594A)
        it.driver.prepare()
        assert silent(it, "FETC?")
        with pytest.raises(InstrumentReported, match="corrupt or stale"):
            it.driver.check_errors()


def test_the_probe_library_knows_the_plugged_sensors() -> None:
    laboratory = Laboratory.within_this_process()
    bridge = laboratory.driver("bridge")
    assert isinstance(bridge, F1594A)
    curve = standard_platinum(25.49872, -1.8e-4, -6e-6)
    found = bridge.converted("SIMSPRT001", Quantity.of(round(curve.value(231.928), 6), "Ω"))
    assert found == Quantity.of(231.928, "°C")
    assert bridge.ratio_on(1).quantity.value == pytest.approx(curve.value(20) / 100, abs=1e-5)
    bridge.set_current(Quantity.of(2, "mA"))
    heated = bridge.resistance_on(1).quantity.value
    bridge.set_current(Quantity.of(1, "mA"))
    assert 3e-4 < heated - bridge.resistance_on(1).quantity.value < 8e-4  # 6 mK more at 0.1 Ω/K


# --- milliK ----------------------------------------------------------------------------------------------------------


def test_under_local_control_it_answers_only_who_it_is() -> None:
    with alone("isotech/milliK", serial="21-P2460") as it:
        wire = it.driver.wire
        told(wire, "READ?", end=b"\r")
        with pytest.raises(TransportTimeout):
            wire.read(b"\r", 3.0)
        wire.open()
        assert asked(wire, "*IDN?", b"\r", b"\r") == "Isothermal Technology,milliK,21-P2460,4.0.0"
        assert isinstance(it.driver, MilliK)
        assert it.driver.devices() == ["millisKanner"] * 4 + ["milliK"]
        it.driver.identify()
        with pytest.raises(ReplyError):
            it.driver.resistance_on(10)  # nothing is there


def test_several_readings_of_a_line_are_joined_by_commas_and_take_a_second_each() -> None:
    laboratory = Laboratory.within_this_process()
    wire = laboratory.driver("scanner").wire
    started = laboratory.clock.monotonic()
    line = (
        "SENS:CHAN 10;SENSE:FUNCTION RES;SENSE:RESISTANCE:RANGE 130;SENSE:RESISTANCE:WIRES 4;SENSE:CURRENT NORM;READ? 5"
    )
    readings = [float(each) for each in asked(wire, line, b"\r", b"\r").split(",")]
    assert len(set(readings)) == 5
    assert max(readings) - min(readings) < 0.002
    assert laboratory.clock.monotonic() - started == pytest.approx(5, abs=0.1)
    assert asked(wire, "SENSE:FUNCTION?", b"\r", b"\r") == "RESISTANCE"


@pytest.mark.parametrize(
    ("key", "wire"),
    [
        ("fluke/1529", "serial"),
        ("fluke/1594A", "serial"),
        ("fluke/1594A", "tcp"),
        ("isotech/milliK", "serial"),
        ("isotech/milliK", "tcp"),
    ],
)
def test_over_each_of_its_wires_a_readout_says_the_same_as_within_the_process(key: str, wire: str) -> None:
    heard: list[list[Event]] = []
    for reached in ("loopback", wire):
        with alone(key, wire=reached, serial="4711") as it:
            assert it.driver.identify().serial == "4711"
            it.driver.prepare()
            with pytest.raises((Overload, ReplyError, NotReady, TransportTimeout)):
                it.driver.resistance_on(1)  # type: ignore[attr-defined]
            heard.append(it.memory.events)
    assert len(heard[0]) == len(heard[1])
    assert [type(each) for each in heard[0]] == [type(each) for each in heard[1]]


# --- curves ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["B", "C", "E", "J", "K", "N", "R", "S", "T"])
def test_the_fast_curve_of_a_thermocouple_is_the_reference_function(kind: str) -> None:
    curve = thermocouple(kind)
    low, high = iec60584.temperature_range(kind)
    for share in (0.05, 0.123, 0.5, 0.777, 0.95):
        t = low + share * (high - low)
        assert curve.value(t) == pytest.approx(float(iec60584.e(kind, t)), abs=1e-10)
    middle = low + 0.7 * (high - low)
    assert curve.inverse(curve.value(middle), middle + 5) == pytest.approx(middle, abs=1e-6)


@pytest.mark.parametrize(("t", "millivolts"), [(1000, 16.128), (2500, 33.640)])
def test_type_a_is_what_its_table_prints(t: float, millivolts: float) -> None:
    assert thermocouple("A").value(t) * 1e3 == pytest.approx(millivolts, abs=5e-4)


def test_a_thermistor_falls_by_some_four_percent_a_kelvin() -> None:
    curve = thermistor(10_000.0, 3435.0)
    value, slope = curve.at(25.0)
    assert value == pytest.approx(10_000, rel=1e-9)
    assert -0.045 < slope / value < -0.03
    assert math.log(curve.value(25) / curve.value(85)) / (1 / 298.15 - 1 / 358.15) == pytest.approx(3435, rel=1e-6)
