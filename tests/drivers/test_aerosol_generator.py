"""The aerosol generator by labctl's own profile of SCPI."""

import pytest

from labctl.errors import InstrumentReported, LimitExceeded, NotReady
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.generic.aerosol_generator import AerosolGenerator

FINE = (b"SYST:ERR?\n", b'+0,"No error"\n')
SET = (b"SOUR:CONC 75\n", b""), FINE, (b"SOUR:CONC?\n", b"75.0\n"), (b"OUTP ON\n", b""), FINE
AIR = Quantity.of(75, "µg/m³")


def test_a_concentration_is_read_back_before_it_is_switched_on() -> None:
    with Conversation(*SET, (b"STAT:QUES?\n", b"0\n"), (b"OUTP?\n", b"1\n")) as wire:
        setting = AerosolGenerator(wire).set_mass_concentration(Quantity.of(0.075, "mg/m³"))
    assert setting.quantity == Quantity.of(0.075, "mg/m³")
    with Conversation(*SET[:2], (b"SOUR:CONC?\n", b"57.0\n")) as wire, pytest.raises(NotReady):
        AerosolGenerator(wire).set_mass_concentration(AIR)


def test_a_clogged_nozzle_is_told() -> None:
    with Conversation(*SET, (b"STAT:QUES?\n", b"2\n")) as wire, pytest.raises(InstrumentReported, match="clogged"):
        AerosolGenerator(wire).set_mass_concentration(AIR)


def test_beyond_its_limits_nothing_is_sent() -> None:
    with Conversation() as wire, pytest.raises(LimitExceeded):
        AerosolGenerator(wire).set_mass_concentration(Quantity.of(2, "mg/m³"))


def test_safe_is_off() -> None:
    with Conversation((b"OUTP OFF\n", b""), FINE, (b"OUTP?\n", b"0\n"), (b"OUTP?\n", b"0\n")) as wire:
        generator = AerosolGenerator(wire)
        generator.stand_by()
        assert generator.confirm_safe()


def test_it_keeps_the_rules_of_every_driver() -> None:
    assert complaints(AerosolGenerator) == []
