"""Mettler-Toledo ICS685: the conversations of the MT-SICS Reference Manual, chapters 3 and 4."""

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import InstrumentReported, LabctlError, NotReady, Overload, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.mettler.ics685 import ICS685

INQUIRIES = (
    (b"I2\r\n", b'I2 A "ICS685 Standard 150.000 kg"\r\n'),
    (b"I4\r\n", b'I4 A "B021002593"\r\n'),
    (b"I3\r\n", b'I3 A "2.10 10.28.0.493.142"\r\n'),
)
CALM = (b"SI\r\n", b"S S    100.000 kg\r\n")
MOVING = (b"SI\r\n", b"S D     98.500 kg\r\n")


def test_it_keeps_the_rules() -> None:
    assert complaints(ICS685) == []


def test_inquiries_tell_who_it_is() -> None:
    with Conversation(*INQUIRIES) as wire:
        identity = ICS685(wire).identify()
    assert (identity.model, identity.serial, identity.firmware) == ("ICS685", "B021002593", "2.10 10.28.0.493.142")


def test_a_stable_weight_in_ten_characters() -> None:
    """`S S     100.00 g` of the manual, here in kilograms."""
    with Conversation(CALM, (b"S\r\n", b"S S    100.002 kg\r\n")) as wire:
        shown = ICS685(wire).stable_mass()
    assert shown.quantity == Quantity.of(100.002, "kg")
    assert shown.reply == b"S S    100.002 kg\r\n"


def test_a_stable_weight_is_waited_for_without_an_answer_that_is_owed() -> None:
    with Conversation(MOVING, MOVING, CALM, (b"S\r\n", b"S S    100.002 kg\r\n")) as wire:
        assert ICS685(wire, clock=SimulatedClock()).stable_mass().quantity == Quantity.of(100.002, "kg")


def test_a_weight_that_never_becomes_stable_is_given_up() -> None:
    wire = Conversation(*[MOVING] * 300)
    with pytest.raises(NotReady):
        ICS685(wire, clock=SimulatedClock()).stable_mass()


@pytest.mark.parametrize(
    ("reply", "refusal"), [(b"S +\r\n", Overload), (b"S I\r\n", NotReady), (b"S # 1.0 kg\r\n", ReplyError)]
)
def test_what_is_no_weight_is_not_waited_for(reply: bytes, refusal: type[LabctlError]) -> None:
    with Conversation((b"SI\r\n", reply)) as wire, pytest.raises(refusal):
        ICS685(wire).stable_mass()


@pytest.mark.parametrize("status", [b"S", b"D"])
def test_a_weight_at_once_may_be_dynamic(status: bytes) -> None:
    with Conversation((b"SI\r\n", b"S " + status + b"     -0.014 kg\r\n")) as wire:
        assert ICS685(wire).mass().quantity == Quantity.of(-0.014, "kg")


@pytest.mark.parametrize(
    ("reply", "refusal"),
    [
        (b"S D     12.500 kg\r\n", ReplyError),  # asked for a stable one
        (b"S I\r\n", NotReady),
        (b"S +\r\n", Overload),
        (b"S -\r\n", Overload),
        (b"ES\r\n", InstrumentReported),
        (b"ET\r\n", InstrumentReported),
        (b"EL\r\n", InstrumentReported),
        (b"S S     12.500 g\r\n", ReplyError),  # switched to another unit
        (b"S S     12.#00 kg\r\n", ReplyError),
        (b"S S\r\n", ReplyError),
        (b"T S     12.500 kg\r\n", ReplyError),  # the answer to something else
    ],
)
def test_nothing_but_a_stable_weight_is_believed(reply: bytes, refusal: type[LabctlError]) -> None:
    with Conversation(CALM, (b"S\r\n", reply)) as wire, pytest.raises(refusal):
        ICS685(wire).stable_mass()


def test_zero_tare_and_reset_are_acknowledged() -> None:
    with Conversation(
        (b"@\r\n", b'I4 A "B021002593"\r\n'), (b"Z\r\n", b"Z A\r\n"), (b"T\r\n", b"T S     12.500 kg\r\n")
    ) as wire:
        balance = ICS685(wire)
        balance.prepare()
        balance.set_zero()
        balance.tare()


@pytest.mark.parametrize("reply", [b"Z I\r\n", b"Z +\r\n", b"Z -\r\n"])
def test_a_zero_that_was_not_set_is_told(reply: bytes) -> None:
    with Conversation((b"Z\r\n", reply)) as wire, pytest.raises(NotReady):
        ICS685(wire).set_zero()
