"""Druck PACE5000: exchanges as its manual prints them (K0472 revision A; pages stand with the tests)."""

import pytest

from labctl.errors import InstrumentReported, LimitExceeded, NotReady, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.testing import Conversation, complaints
from labctl_drivers.druck.pace5000 import PACE5000

FINE = (b":SYST:ERR?\n", b':SYST:ERR 0,"No error"\n')
OFF, ON = (b":OUTP:STAT?\n", b":OUTP:STAT 0\n"), (b":OUTP:STAT?\n", b":OUTP:STAT 1\n")  # page 4-32
AIM = b":SOUR:PRES:LEV:IMM:AMPL"


def test_it_says_who_it_is_with_or_without_its_header() -> None:
    """Page 4-71."""
    told = b"GE Druck,Pace5000 User Interface,58784,01.05.04\n"
    for header in (b"*IDN ", b""):
        with Conversation((b"*IDN?\n", header + told)) as wire:
            found = PACE5000(wire).recognise(Identity(manufacturer="", model="", serial="58784"))
        assert (found.manufacturer, found.firmware) == ("GE Druck", "01.05.04")


def test_a_reading_repeats_the_header_that_was_asked_for() -> None:
    with Conversation((b":SENS:PRES?\n", b":SENS:PRES 12.345\n")) as wire:
        assert PACE5000(wire).pressure().quantity == Quantity.of(12.345, "kPa")


@pytest.mark.parametrize("reply", [b":SENS:PRES2 12.345\n", b"12.345\n", b":SENS:PRES \n", b":OUTP:STAT 1\n"])
def test_the_answer_to_another_question_is_no_reading(reply: bytes) -> None:
    with Conversation((b":SENS:PRES?\n", reply)) as wire, pytest.raises(ReplyError):
        PACE5000(wire).pressure()


def test_a_set_point_and_the_controller_are_read_back() -> None:
    """Pages 4-87 and 4-32."""
    aim, back = (AIM + b" 500\n", b""), (AIM + b"?\n", AIM + b" 500.000\n")
    with Conversation(aim, FINE, back, (b":OUTP:STAT 1\n", b""), FINE, ON) as wire:
        setting = PACE5000(wire).set_pressure(Quantity.of(0.5, "MPa"))
    assert setting.command == AIM + b" 500\n"
    another = (AIM + b"?\n", AIM + b" 50.000\n")
    with Conversation(aim, FINE, another) as wire, pytest.raises(NotReady):
        PACE5000(wire).set_pressure(Quantity.of(0.5, "MPa"))
    with Conversation(aim, FINE, back, (b":OUTP:STAT 1\n", b""), FINE, OFF) as wire, pytest.raises(NotReady):
        PACE5000(wire).set_pressure(Quantity.of(0.5, "MPa"))


def test_what_it_refuses_is_raised_and_what_is_beyond_it_never_sent() -> None:
    beyond = (b":SYST:ERR?\n", b':SYST:ERR -222,"Data out of range"\n')
    with Conversation((AIM + b" 5000\n", b""), beyond, FINE) as wire, pytest.raises(InstrumentReported):
        PACE5000(wire).set_pressure(Quantity.of(5, "MPa"))
    with Conversation() as wire, pytest.raises(LimitExceeded):
        PACE5000(wire).set_pressure(Quantity.of(22, "MPa"))


def test_safe_is_off_and_vented_and_a_vent_in_progress_is_not() -> None:
    """Page 4-89: 1 is a vent in progress."""
    vent = AIM + b":VENT"
    in_progress = (vent + b"?\n", vent + b" 1\n")
    with Conversation((b"\n", b""), (b":OUTP:STAT 0\n", b""), (vent + b" 1\n", b"")) as wire:
        PACE5000(wire).make_safe()
    with Conversation(ON, OFF, in_progress) as wire:
        controller = PACE5000(wire)
        assert [controller.confirm_safe() for _ in range(2)] == [False, False]


@pytest.mark.parametrize(("unit", "shown", "safe"), [(b"MBAR", b"20.00", True), (b"KPA", b"20.00", False)])
def test_what_is_left_is_judged_in_the_unit_that_is_in_use(unit: bytes, shown: bytes, *, safe: bool) -> None:
    completed, in_use = (AIM + b":VENT?\n", AIM + b":VENT 2\n"), (b":UNIT:PRES?\n", b":UNIT:PRES " + unit + b"\n")
    with Conversation(OFF, completed, in_use, (b":SENS:PRES?\n", b":SENS:PRES " + shown + b"\n")) as wire:
        assert PACE5000(wire).confirm_safe() is safe


def test_it_begins_in_kilopascals_and_keeps_the_rules() -> None:
    start = ((b"*CLS\n", b""), (b":OUTP:STAT 0\n", b""), FINE, (b":UNIT:PRES KPA\n", b""), FINE)
    over = ((b":SOUR:PRES:SLEW:OVER 0\n", b""), FINE)
    with Conversation(*start, (b":UNIT:PRES?\n", b":UNIT:PRES KPA\n"), *over) as wire:
        PACE5000(wire).prepare()
    with Conversation(*start, (b":UNIT:PRES?\n", b":UNIT:PRES MBAR\n")) as wire, pytest.raises(ReplyError):
        PACE5000(wire).prepare()
    assert complaints(PACE5000) == []
