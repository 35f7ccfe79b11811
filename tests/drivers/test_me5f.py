"""Sartorius ME5-F: the data formats of its manual (ME operating instructions, pages 135 and 136)."""

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import NotReady, Overload, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.sartorius.me5f import ME5F

ASK = b"\x1bP\r\n"
EXAMPLE = b"+111.25507 mg \r\n"  # page 135: sixteen characters, positions 1 to 16
UNSTABLE = b"+111.25500    \r\n"  # without stability there is no unit
LONG = b"N     +111.25507 mg \r\n"  # twenty-two


@pytest.mark.parametrize("reply", [EXAMPLE, LONG])
def test_a_weight_comes_with_sixteen_or_twenty_two_characters(reply: bytes) -> None:
    with Conversation((ASK, reply)) as wire:
        shown = ME5F(wire).stable_mass()
    assert shown.quantity == Quantity.of(111.25507, "mg")
    assert shown.reply == reply


def test_a_stable_weight_is_waited_for() -> None:
    clock = SimulatedClock()
    with Conversation((ASK, UNSTABLE), (ASK, UNSTABLE), (ASK, EXAMPLE), (ASK, UNSTABLE)) as wire:
        balance = ME5F(wire, clock=clock)
        assert balance.stable_mass().quantity == Quantity.of(111.25507, "mg")
        assert clock.elapsed == 1.0
        assert balance.mass().quantity == Quantity.of(111.255, "mg")


def test_one_that_never_comes_is_given_up() -> None:
    with Conversation(*((ASK, UNSTABLE),) * 241) as wire, pytest.raises(NotReady):
        ME5F(wire, clock=SimulatedClock()).stable_mass()


@pytest.mark.parametrize("reply", [b"      H       \r\n", b"      L       \r\n"])
def test_over_and_underload_are_no_weights(reply: bytes) -> None:
    with Conversation((ASK, reply)) as wire, pytest.raises(Overload):
        ME5F(wire).mass()


@pytest.mark.parametrize(
    "reply",
    [
        b"   Err 054    \r\n",
        b"+111.25507 g  \r\n",  # set to another unit
        b"111.25507 mg \r\n",  # a character was lost
        b"+111.2#507 mg \r\n",
        b"      C       \r\n",  # it adjusts itself
    ],
)
def test_anything_but_a_weight_is_refused(reply: bytes) -> None:
    with Conversation((ASK, reply)) as wire, pytest.raises(ReplyError):
        ME5F(wire).mass()


def test_a_zero_is_seen_before_it_counts() -> None:
    with Conversation(
        (b"\x1bV\r\n", b""), (ASK, b"+  0.01200    \r\n"), (ASK, b"+  0.01200 mg \r\n"), (ASK, b"-  0.00001 mg \r\n")
    ) as wire:
        ME5F(wire, clock=SimulatedClock()).set_zero()


def test_model_and_serial_number_stand_last_in_their_lines() -> None:
    with Conversation(
        (b"\x1bx1_\r\n", b"Mod.           ME5-F\r\n"),
        (b"\x1bx2_\r\n", b"S/N         12345678\r\n"),
        (b"\x1bx3_\r\n", b"Vers.       01-37-05\r\n"),
    ) as wire:
        identity = ME5F(wire).identify()
    assert (identity.model, identity.serial, identity.firmware) == ("ME5-F", "12345678", "01-37-05")


def test_it_keeps_the_rules_of_every_driver() -> None:
    assert complaints(ME5F) == []
