"""Met One BAM-1020: the conversations of its manual (BAM 1020 Operation Manual, revision W)."""

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import InstrumentReported, NotReady, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.metone.bam1020 import BAM1020

PROMPT = (b"\r\r\r", b"*")  # page 86, step 1
ASK = b"\x1bQ\r"  # page 94
TWO = b"03/28/07 02:00:00, +00.031,+0.834\r\n"
THREE = b"03/28/07 03:00:00, +00.027,+0.834\r\n"  # page 90
REPORT = (
    b"BAM 1020 Settings Report\r\n03/28/2007 03:24:01\r\nStation ID,    5\r\nSerial Number, H1234\r\n"
    b"Firmware, 3236-07 V3.6.3\r\n*"
)


def test_a_value_is_taken_once_its_record_is_new() -> None:
    clock = SimulatedClock()
    with Conversation((ASK, TWO), (ASK, TWO), (ASK, TWO), (ASK, THREE), (ASK, THREE)) as wire:
        shown = BAM1020(wire, clock=clock).mass_concentration()
    assert shown.quantity == Quantity.of(27, "µg/m³")
    assert shown.reply == THREE
    assert clock.elapsed == 120.0


def test_the_next_call_takes_no_record_twice() -> None:
    four = THREE.replace(b"03:00:00, +00.027", b"04:00:00, -00.003")
    with Conversation(
        (ASK, TWO), (ASK, THREE), (ASK, THREE), (ASK, THREE), (ASK, four), (ASK, four), (ASK, four), (ASK, four)
    ) as wire:
        monitor = BAM1020(wire, clock=SimulatedClock())
        monitor.mass_concentration()
        assert monitor.mass_concentration().quantity == Quantity.of(-3, "µg/m³")
        with pytest.raises(AssertionError):  # the record of four o'clock is asked for again and again
            monitor.mass_concentration()


def test_records_that_stand_still_are_given_up() -> None:
    clock = SimulatedClock()
    with Conversation(*((ASK, TWO),) * 127) as wire, pytest.raises(NotReady):
        BAM1020(wire, clock=clock).mass_concentration()


def test_an_alarm_refuses_the_whole_record() -> None:
    channels = b", 0.000, 0.000, 0.000, 0.000, 0.000, 0.000"
    broken = b"03/28/07 03:00:00, +00.985,+0.700" + channels + b",0,0,0,0,0,0,0,0,0,0,0,1\r\n"
    with (
        Conversation((ASK, TWO), (ASK, broken)) as wire,
        pytest.raises(InstrumentReported, match="alarm T"),
    ):
        BAM1020(wire, clock=SimulatedClock()).mass_concentration()


@pytest.mark.parametrize("reply", [b"03/28/07 03:00:00, +0#.027,+0.834\r\n", b"03/28/07 03:00:00, *******,+0.834\r\n"])
def test_anything_but_a_record_is_refused(reply: bytes) -> None:
    with Conversation((ASK, reply)) as wire, pytest.raises(ReplyError):
        BAM1020(wire).mass_concentration()


def test_the_settings_report_tells_who_it_is() -> None:
    with Conversation(PROMPT, (b"4", REPORT)) as wire:
        identity = BAM1020(wire).identify()
    assert (identity.model, identity.serial, identity.firmware) == ("BAM-1020", "H1234", "3236-07 V3.6.3")


def test_the_clock_is_read_as_seconds_since_midnight() -> None:
    with Conversation(PROMPT, (b"5", b"03/28/2007 03:24:01\r\n*")) as wire:
        assert BAM1020(wire).clock_time().quantity == Quantity.of(3 * 3600 + 24 * 60 + 1, "s")


def test_it_keeps_the_rules_of_every_driver() -> None:
    assert complaints(BAM1020) == []
