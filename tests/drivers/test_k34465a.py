"""Keysight 34465A: the conversations of its manual (Truevolt Operating and Service Guide, SCPI reference)."""

from datetime import UTC, datetime

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import (
    InstrumentReported,
    LimitExceeded,
    NotReady,
    Overload,
    ReplyError,
    TransportPoisoned,
    TransportTimeout,
)
from labctl.events.kinds import CallFailed, CommandIntended, IndicationTaken, SettingMade
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Exchange, Indication
from labctl.testing import SILENCE, Conversation, Memory
from labctl_drivers.keysight.k34465a import K34465A

FINE = (b"SYST:ERR?\n", b'+0,"No error"\n')
RANGE_10 = (b"SENS:VOLT:DC:RANG 10\n", b""), FINE, (b"SENS:VOLT:DC:RANG?\n", b"+1.00000000E+01\n")
WHEN = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


def test_an_indication_keeps_what_the_meter_said() -> None:
    memory = Memory()
    with Conversation(*RANGE_10, (b"READ?\n", b"+9.99998760E+00\n")) as wire:
        meter = K34465A(wire, name="meter", witness=memory, clock=SimulatedClock(started=WHEN))
        meter.set_dc_voltage_range(Quantity.of(10, "V"))
        shown = meter.dc_voltage()
    assert shown == Indication(
        quantity=Quantity.of(9.9999876, "V"), reply=b"+9.99998760E+00\n", taken_at=WHEN, of="meter"
    )
    intended, made, taken = memory.events
    assert isinstance(intended, CommandIntended)
    assert isinstance(made, SettingMade)
    assert (made.method, made.arguments, made.quantity) == ("set_dc_voltage_range", (Quantity.of(10, "V"),), None)
    assert isinstance(taken, IndicationTaken)
    assert taken.exchanges == (Exchange(sent=b"READ?\n", received=b"+9.99998760E+00\n"),)
    assert taken.resolution == Quantity.of(10, "µV")  # 6½ digits at ten power line cycles
    assert (taken.method, taken.arguments, taken.quantity, taken.reply) == (
        "dc_voltage", (), shown.quantity, shown.reply
    )  # fmt: skip


def test_an_unknown_range_is_asked_for() -> None:
    memory = Memory()
    with Conversation((b"SENS:VOLT:DC:RANG?\n", b"+1.00000000E-01\n"), (b"READ?\n", b"-1.2E-06\n")) as wire:
        K34465A(wire, witness=memory).dc_voltage()
    (taken,) = memory.events
    assert isinstance(taken, IndicationTaken)
    assert taken.resolution == Quantity.of(0.1, "µV")


@pytest.mark.parametrize("reply", [b"+9.90000000E+37\n", b"-9.90000000E+37\n"])
def test_overload_is_not_mistaken_for_a_number(reply: bytes) -> None:
    memory = Memory()
    with Conversation(*RANGE_10, (b"READ?\n", reply)) as wire:
        meter = K34465A(wire, witness=memory)
        meter.set_dc_voltage_range(Quantity.of(10, "V"))
        with pytest.raises(Overload):
            meter.dc_voltage()
    assert isinstance(memory.events[-1], CallFailed)
    assert not any(isinstance(each, IndicationTaken) for each in memory.events)


@pytest.mark.parametrize(
    "reply", [b"NAN\n", b"+9.91E+37\n", b"inf\n", b"+1.0,+2.0\n", b"+1.0E+00 V\n", b"\n", b"+1.\xb50E+00\n", b"1_0\n"]
)
def test_anything_but_a_number_is_refused(reply: bytes) -> None:
    with (
        Conversation((b"SENS:VOLT:DC:RANG?\n", b"+1.0E+01\n"), (b"READ?\n", reply)) as wire,
        pytest.raises((ReplyError, Overload)),
    ):
        K34465A(wire).dc_voltage()


def test_after_a_time_out_the_wire_is_refused() -> None:
    with Conversation((b"SENS:VOLT:DC:RANG?\n", b"+1.0E+01\n"), (b"READ?\n", SILENCE)) as wire:
        meter = K34465A(wire)
        with pytest.raises(TransportTimeout):
            meter.dc_voltage()
        with pytest.raises(TransportPoisoned):
            meter.dc_voltage()


def test_a_range_that_the_meter_lacks_is_refused_before_the_wire() -> None:
    with Conversation() as wire, pytest.raises(LimitExceeded, match=r"20 V was asked, 0\.1 V, 1 V, 10 V"):
        K34465A(wire).set_dc_voltage_range(Quantity.of(20, "V"))


def test_a_range_that_the_meter_did_not_take_is_refused() -> None:
    with (
        Conversation(*RANGE_10[:2], (b"SENS:VOLT:DC:RANG?\n", b"+1.00000000E+02\n")) as wire,
        pytest.raises(NotReady),
    ):
        K34465A(wire).set_dc_voltage_range(Quantity.of(10, "V"))


def test_a_run_starts_at_ten_power_line_cycles_on_the_highest_range() -> None:
    with Conversation(
        (b"*CLS\n", b""),
        (b"*RST\n", b""), FINE,
        (b"CONF:VOLT:DC 1000\n", b""), FINE,
        (b"SENS:VOLT:DC:ZERO:AUTO ON\n", b""), FINE,
        (b"SENS:VOLT:DC:NPLC 10\n", b""), FINE,
    ) as wire:  # fmt: skip
        K34465A(wire).prepare()


def test_an_adjustment_unsecures_the_meter_for_one_step() -> None:
    memory = Memory()
    steps = (
        (b"CAL:SEC:STAT OFF,AT34465A\n", b""), FINE,
        (b"CONF:VOLT:DC 10\n", b""), FINE,
        (b"CAL:VAL 10\n", b""), FINE,
    )  # fmt: skip
    secured = ((b"CAL:SEC:STAT ON,AT34465A\n", b""), FINE)
    with Conversation(*steps, (b"CAL?\n", b"+0\n"), FINE, (b"CAL:STOR\n", b""), FINE, *secured) as wire:
        meter = K34465A(wire, witness=memory)
        step = meter.dc_voltage_adjustments()[2]
        meter.adjust_dc_voltage(step)
    made = memory.events[-1]
    assert isinstance(made, SettingMade)
    assert made.arguments == ("DC voltage 10 V", Quantity.of(10, "V"))  # the step's fields, in order
    failed = (b"SYST:ERR?\n", b'+742,"Calibration failed"\n')
    with (
        Conversation(*steps, (b"CAL?\n", b"+1\n"), failed, FINE, *secured) as wire,
        pytest.raises(InstrumentReported, match="742"),
    ):
        K34465A(wire).adjust_dc_voltage(step)


@pytest.mark.parametrize(
    ("name", "function", "top", "written", "unit"),
    [
        ("ac_voltage", "VOLT:AC", Quantity.of(100, "mV"), "0.1", "V"),
        ("dc_current", "CURR:DC", Quantity.of(10, "µA"), "0.00001", "A"),
        ("ac_current", "CURR:AC", Quantity.of(3, "A"), "3", "A"),
        ("two_wire_resistance", "RES", Quantity.of(1, "GΩ"), "1000000000", "Ω"),
        ("four_wire_resistance", "FRES", Quantity.of(10, "kΩ"), "10000", "Ω"),
    ],
)
def test_a_range_selects_its_function(name: str, function: str, top: Quantity, written: str, unit: str) -> None:
    """Operating and Service Guide, SCPI reference: SENSe subsystems of each function."""
    with Conversation(
        (f'SENS:FUNC "{function}"\n'.encode(), b""), FINE,
        (f"SENS:{function}:RANG {written}\n".encode(), b""), FINE,
        (f"SENS:{function}:RANG?\n".encode(), f"{float(written):+.8E}\n".encode()),
        (b"READ?\n", b"+1.00000000E-02\n"),
    ) as wire:  # fmt: skip
        meter = K34465A(wire)
        getattr(meter, f"set_{name}_range")(top)
        assert getattr(meter, name)().quantity == Quantity.of(0.01, unit)


def test_a_direct_voltage_is_not_read_while_another_function_is_selected() -> None:
    with Conversation(
        (b'SENS:FUNC "VOLT:AC"\n', b""), FINE, (b"SENS:VOLT:AC:RANG 10\n", b""), FINE,
        (b"SENS:VOLT:AC:RANG?\n", b"+1.0E+01\n"), (b'SENS:FUNC "VOLT:DC"\n', b""), FINE, *RANGE_10,
        (b"READ?\n", b"+1.0E+00\n"),
    ) as wire:  # fmt: skip
        meter = K34465A(wire)
        meter.set_ac_voltage_range(Quantity.of(10, "V"))
        with pytest.raises(NotReady):
            meter.dc_voltage()
        meter.set_dc_voltage_range(Quantity.of(10, "V"))
        meter.dc_voltage()


def test_the_bandwidth_belongs_to_both_alternating_functions() -> None:
    with Conversation(
        (b"SENS:VOLT:AC:BAND 200\n", b""), FINE, (b"SENS:CURR:AC:BAND 200\n", b""), FINE,
        (b"SENS:VOLT:AC:BAND?\n", b"+2.00000000E+02\n"), (b"ROUT:TERM?\n", b"REAR\n"),
    ) as wire:  # fmt: skip
        meter = K34465A(wire)
        meter.set_lowest_frequency(Quantity.of(1, "kHz"))
        assert meter.terminals() == "REAR"
    with Conversation() as wire, pytest.raises(LimitExceeded, match="from 3 Hz"):
        K34465A(wire).set_lowest_frequency(Quantity.of(1, "Hz"))
