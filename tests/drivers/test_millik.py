"""Isotech milliK: conversations in the form in which public drivers hold them; the manual was not at hand."""

import pytest

from labctl.errors import LimitExceeded, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.testing import Conversation
from labctl_drivers.isotech.millik import MilliK

OHMS = b"SENSE:FUNCTION RESISTANCE;SENSE:RESISTANCE:RANGE %s;SENSE:RESISTANCE:WIRES 4;SENSE:CURRENT %s;READ?\r"


def test_it_is_taken_under_remote_control_in_the_line_that_asks_who_it_is() -> None:
    asked = (b"MILLIK:REMOTE;*IDN?\r", b"Isothermal Technology,milliK,21-P2460,4.0.0\r")
    with Conversation(asked) as wire:
        found = MilliK(wire).recognise(Identity(manufacturer="Isotech", model="milliK", serial="21-P2460"))
    assert (found.manufacturer, found.serial) == ("Isothermal Technology", "21-P2460")


def test_everything_about_a_reading_goes_in_one_line() -> None:
    first = (b"SENSE:CHANNEL 12;" + OHMS % (b"400", b"NORMAL"), b"107.76838\r")
    raised = (b"SENSE:CURRENT ROOT2\r", b"")
    range_ = (b"SENSE:RESISTANCE:RANGE 130\r", b"")
    second = (b"SENSE:CHANNEL 12;" + OHMS % (b"130", b"ROOT2"), b"107.76911\r")
    with Conversation(first, raised, range_, second) as wire:
        scanner = MilliK(wire)
        scanner.sensors[12] = "unit3"
        assert scanner.resistance_on(12).quantity == Quantity.of(107.76838, "Ω")
        scanner.set_current(Quantity.of(1.414, "mA"))
        scanner.set_highest_resistance(Quantity.of(130, "Ω"))
        assert scanner.resistance_on(12).of == "unit3"


def test_a_thermocouple_is_read_without_compensation() -> None:
    line = b"SENSE:CHANNEL 1;SENSE:FUNCTION VOLTAGE;SENSE:PROBE NONE;SENSE:RJC NONE;READ?\r"
    with Conversation((line, b"0.004096023\r")) as wire:
        assert MilliK(wire).thermovoltage_on(1).quantity == Quantity.of(0.004096023, "V")


@pytest.mark.parametrize("reply", [b"OVERRANGE\r", b"107.1,107.2\r", b"\r"])
def test_what_is_no_single_number_is_refused(reply: bytes) -> None:
    with Conversation((b"SENSE:CHANNEL 1;" + OHMS % (b"400", b"NORMAL"), reply)) as wire, pytest.raises(ReplyError):
        MilliK(wire).resistance_on(1)


def test_the_chain_lists_its_scanners_and_then_itself() -> None:
    lines = b"Isothermal Technology,millisKanner,21-P2593,2.01\rIsothermal Technology,milliK,21-P2460,4.0.0\r"
    with Conversation((b"mill:list?\r", lines)) as wire:
        assert MilliK(wire).devices() == ["millisKanner", "milliK"]


def test_currents_that_it_has_not_are_refused() -> None:
    with Conversation() as wire, pytest.raises(LimitExceeded):
        MilliK(wire).set_current(Quantity.of(2, "mA"))
