"""Fluke 1529: the conversations of its manual (technical manual, FETCh?, page 87; SENSe:DATA?, page 90)."""

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import ConnectFailed, NotReady, Overload, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, Memory
from labctl_drivers.fluke.f1529 import F1529, FRESH, POLL

OLD = (b"FETC? 2\n", b"0,2,25.0011,C,14,5,35,2000,9,5\r\n")
NEW = (b"FETC? 2\n", b"1,2,25.0013,C,14,5,36,2000,9,5\r\n")
FINE = (b"SYST:ERR?\n", b'0,"No error"\r\n')


def test_a_reading_that_was_read_before_is_waited_out() -> None:
    clock, memory = SimulatedClock(), Memory()
    with Conversation(OLD, OLD, NEW) as wire:
        readout = F1529(wire, name="readout", clock=clock, witness=memory)
        readout.sensors[2] = "probe"
        shown = readout.temperature_on(2)
    assert (shown.quantity, shown.of) == (Quantity.of(25.0013, "°C"), "probe")
    assert clock.elapsed == pytest.approx(2 * POLL)
    assert len(memory.events) == 1  # one call, one indication, and every byte of it


def test_a_readout_that_makes_no_new_reading_is_not_ready() -> None:
    looks = round(FRESH / POLL) + 1
    with Conversation(*[OLD] * looks) as wire, pytest.raises(NotReady):
        F1529(wire, clock=SimulatedClock()).temperature_on(2)


@pytest.mark.parametrize(
    "reply",
    [
        b"1,2,0.0011,mV,14,5,35,2000,9,5\r\n",  # page 87: a thermocouple's voltage, no temperature
        b"1,3,25.0013,C,14,5,36,2000,9,5\r\n",  # another channel
        b"1,2,25.0013,F,14,5,36,2000,9,5\r\n",
        b"25.0013\r\n",  # the stamp is off
        b"1,2,25.0013,C,14,5,36\r\n",  # cut
    ],
)
def test_a_reading_that_is_not_what_was_asked_for_is_refused(reply: bytes) -> None:
    with Conversation((b"FETC? 2\n", reply)) as wire, pytest.raises(ReplyError):
        F1529(wire, clock=SimulatedClock()).temperature_on(2)


def test_an_open_channel_is_an_overload() -> None:
    with Conversation((b"FETC? 2\n", b"1,2,9.9E+37,C,14,5,36,2000,9,5\r\n")) as wire, pytest.raises(Overload):
        F1529(wire, clock=SimulatedClock()).temperature_on(2)


def test_the_input_value_is_that_of_a_new_reading() -> None:
    old, new = (b"FETC? 3\n", b"0,3,0.1,C,1,2,3,2000,9,5\r\n"), (b"FETC? 3\n", b"1,3,0.1,C,1,2,4,2000,9,5\r\n")
    with Conversation(old, new, (b"SENS3:DATA?\n", b"100.0291, 0.0000\r\n")) as wire:
        readout = F1529(wire, name="readout", clock=SimulatedClock())
        shown = readout.resistance_on(3)
    assert (shown.quantity, shown.of) == (Quantity.of(100.0291, "Ω"), "readout/3")


def test_it_is_prepared_to_say_what_is_new_and_has_four_channels() -> None:
    with Conversation((b"*CLS\n", b""), (b"FORM:STAM ON\n", b""), FINE, (b"UNIT:TEMP C\n", b""), FINE) as wire:
        readout = F1529(wire, clock=SimulatedClock())
        readout.prepare()
        with pytest.raises(ConnectFailed, match="1, 2, 3, 4"):
            readout.temperature_on(5)
