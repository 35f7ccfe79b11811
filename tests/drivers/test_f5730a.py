"""Fluke 5730A: the conversations of its Operators Manual (chapters 5 and 6; status register: page 176)."""

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import InstrumentReported, LimitExceeded, ReplyError
from labctl.instruments.limits import Limit
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation
from labctl_drivers.fluke.f5730a import F5730A

FINE = (b"ERR?\r\n", b'0,"No Error"\r\n')
OPER = (b"OPER\r\n", b"")
SETTLED = (b"ISR?\r\n", b"6145\r\n")  # bits 12 settled, 11 remote, 0 operate
MOVING = (b"ISR?\r\n", b"2049\r\n")


def test_a_voltage_is_sent_read_back_put_to_operate_and_waited_for() -> None:
    is_out = (b"OUT?\r\n", b"1.0000000E+01,V,0.00000E+00\r\n")
    with Conversation((b"OUT 10 V\r\n", b""), FINE, is_out, OPER, FINE, MOVING, SETTLED) as wire:
        setting = F5730A(wire, clock=SimulatedClock()).source_dc_voltage(Quantity.of(10, "V"))
    assert setting.quantity == Quantity.of(10, "V")


def test_after_an_alternating_output_a_direct_one_says_its_frequency() -> None:
    """`OUT 15.2 V` keeps the frequency that is set (chapter 6, OUT)."""
    with Conversation(
        (b"OUT 1 V, 20000 HZ\r\n", b""), FINE, (b"OUT?\r\n", b"1.0000000E+00,V,2.00000E+04\r\n"), OPER, FINE, SETTLED,
        (b"OUT 0.01 A, 0 HZ\r\n", b""), FINE, (b"OUT?\r\n", b"1.0000000E-02,A,0.00000E+00\r\n"), OPER, FINE, SETTLED,
        (b"OUT 0.02 A\r\n", b""), FINE, (b"OUT?\r\n", b"2.0000000E-02,A,0.00000E+00\r\n"), OPER, FINE, SETTLED,
    ) as wire:  # fmt: skip
        calibrator = F5730A(wire)
        calibrator.source_ac_voltage(Quantity.of(1, "V"), Quantity.of(20, "kHz"))
        calibrator.source_dc_current(Quantity.of(10, "mA"))
        calibrator.source_dc_current(Quantity.of(20, "mA"))


def test_a_resistance_is_the_value_of_the_resistor_that_is_there() -> None:
    with Conversation(
        (b"OUT 10000 OHM\r\n", b""), FINE, (b"OUT?\r\n", b"1.0000123E+04,OHM,0.00000E+00\r\n"), OPER, FINE, SETTLED
    ) as wire:
        assert F5730A(wire).source_resistance(Quantity.of(10, "kΩ")).quantity == Quantity.of(10000.123, "Ω")


def test_a_resistor_that_it_has_not_is_refused() -> None:
    other = (b"OUT?\r\n", b"1.9000021E+04,OHM,0.00000E+00\r\n")
    with Conversation((b"OUT 15000 OHM\r\n", b""), FINE, other) as wire, pytest.raises(ReplyError, match="15 kΩ"):
        F5730A(wire).source_resistance(Quantity.of(15, "kΩ"))
    refused = (b"ERR?\r\n", b'1306,"Bad parameter value"\r\n')
    with Conversation((b"OUT 15000 OHM\r\n", b""), refused, FINE) as wire, pytest.raises(InstrumentReported):
        F5730A(wire).source_resistance(Quantity.of(15, "kΩ"))


def test_another_frequency_than_the_one_asked_for_is_refused() -> None:
    with (
        Conversation(
            (b"OUT 1 V, 1000 HZ\r\n", b""), FINE, (b"OUT?\r\n", b"1.0000000E+00,V,1.00000E+05\r\n")
        ) as wire,
        pytest.raises(ReplyError, match="1 V at 1 kHz"),
    ):  # fmt: skip
        F5730A(wire).source_ac_voltage(Quantity.of(1, "V"), Quantity.of(1, "kHz"))


def test_beyond_the_limits_nothing_is_sent() -> None:
    with Conversation() as wire:
        calibrator = F5730A(wire, limits={"AC voltage": Limit.symmetric(Quantity.of(42, "V"))})
        with pytest.raises(LimitExceeded):
            calibrator.source_dc_voltage(Quantity.of(1101, "V"))
        with pytest.raises(LimitExceeded):
            calibrator.source_ac_voltage(Quantity.of(50, "V"), Quantity.of(1, "kHz"))
        with pytest.raises(LimitExceeded, match="2 MHz"):
            calibrator.source_ac_voltage(Quantity.of(1, "V"), Quantity.of(2, "MHz"))
        with pytest.raises(LimitExceeded):
            calibrator.source_dc_current(Quantity.of(2.3, "A"))


def test_guard_compensation_standby_and_safe_state() -> None:
    with Conversation(
        (b"EXTGUARD ON\r\n", b""), FINE, (b"RCOMP OFF\r\n", b""), FINE, (b"STBY\r\n", b""), FINE,
        (b"OPER?\r\n", b"0\r\n"),
        (b"\r\n", b""), (b"STBY\r\n", b""), (b"OPER?\r\n", b"0\r\n"), (b"ISR?\r\n", b"4096\r\n"),
    ) as wire:  # fmt: skip
        calibrator = F5730A(wire)
        calibrator.set_external_guard(True)
        calibrator.set_lead_compensation(False)
        calibrator.stand_by()
        calibrator.make_safe()
        assert calibrator.confirm_safe()
