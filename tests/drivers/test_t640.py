"""Teledyne T640: Modbus messages by the public register list (input registers, f32, upper word first)."""

import pytest

from labctl.errors import InstrumentReported, LimitExceeded, ReplyError, WrongIdentity
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.testing import Conversation, complaints
from labctl_drivers.teledyne.t640 import T640


def asked(address: int, value: str) -> tuple[bytes, bytes]:
    return bytes.fromhex(f"04 {address:04x} 0002"), bytes.fromhex(f"04 04 {value}")


def test_each_fraction_stands_in_its_own_registers() -> None:
    with Conversation(asked(8, "42 96 00 00"), asked(6, "42 c8 00 00"), asked(64, "42 48 00 00")) as wire:
        monitor = T640(wire)
        assert monitor.mass_concentration().quantity == Quantity.of(75, "µg/m³")
        assert monitor.mass_concentration_up_to(Quantity.of(10, "µm")).quantity == Quantity.of(100, "µg/m³")
        assert monitor.mass_concentration_up_to(Quantity.of(1, "µm")).quantity == Quantity.of(50, "µg/m³")
        with pytest.raises(LimitExceeded):
            monitor.mass_concentration_up_to(Quantity.of(4, "µm"))


def test_the_state_of_its_air_is_read_too() -> None:
    with Conversation(
        asked(46, "40 a0 00 00"), asked(34, "44 7d 20 00"), asked(36, "42 0c 00 00"), asked(40, "41 a0 00 00")
    ) as wire:
        monitor = T640(wire)
        assert monitor.flow().quantity == Quantity.of(5, "L/min")
        assert monitor.pressure().quantity == Quantity.of(1012.5, "hPa")
        assert monitor.humidity().quantity == Quantity.of(35, "%")
        assert monitor.temperature().quantity == Quantity.of(20, "°C")


def test_no_number_is_no_indication() -> None:
    with Conversation(asked(8, "7f c0 00 00")) as wire, pytest.raises(ReplyError):
        T640(wire).mass_concentration()
    with (
        Conversation((asked(8, "")[0], b"\x84\x04")) as wire,
        pytest.raises(InstrumentReported, match="device failure"),
    ):
        T640(wire).mass_concentration()


def test_an_instrument_with_another_map_is_not_taken_for_it() -> None:
    expected = Identity(manufacturer="Teledyne", model="T640", serial="123")
    with Conversation(asked(38, "42 0c 00 00"), asked(64, "42 48 00 00")) as wire:
        assert T640(wire).recognise(expected).serial == ""  # its map does not tell
    with Conversation((asked(38, "")[0], b"\x84\x02")) as wire, pytest.raises(WrongIdentity):
        T640(wire).recognise(expected)


def test_it_keeps_the_rules_of_every_driver() -> None:
    assert complaints(T640) == []
