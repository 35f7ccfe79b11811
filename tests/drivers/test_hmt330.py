"""Vaisala HMT330: the conversations of its manual (User's Guide M210566EN), on its serial line and over Modbus."""

import pytest

from labctl.errors import InstrumentReported, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.vaisala.hmt330 import FORMAT, HMT330
from labctl_drivers.vaisala.hmt330_modbus import HMT330Modbus

LISTING = (
    b"HMT330 / 5.16\r\nSerial number  : E0610005\r\nBatch number   : D4310012\r\nOutput mode    : STOP\r\n"
    b"Module 1       : not installed\r\nModule 2       : not installed\r\n"
)


def reading(text: bytes) -> bytes:
    """The output in the driver's format, with the checksum of table 27: modulo 65536 of what was sent before."""
    return text + f"{sum(text) % 65536:04X}\r\n".encode()


SENT = reading(b"RH= 16.03 %RH T= 24.66 'C ")


def test_both_quantities_come_from_an_output_whose_checksum_is_right() -> None:
    with Conversation((b"SEND\r", SENT), (b"SEND\r", SENT)) as wire:
        room = HMT330(wire)
        assert room.humidity().quantity == Quantity.of(16.03, "%")
        assert room.temperature().quantity == Quantity.of(24.66, "°C")


@pytest.mark.parametrize(
    "reply",
    [
        SENT.replace(b"16.03", b"16.08"),  # one bit of the line
        SENT.replace(b"24.66", b"*****"),
        b"RH= 98.4 %RH T= 31.1 'C\r\n",  # as delivered, page 102: no checksum
    ],
)
def test_a_digit_that_the_line_changed_is_found(reply: bytes) -> None:
    with Conversation((b"SEND\r", reply)) as wire, pytest.raises(ReplyError):
        HMT330(wire).humidity()


def test_its_format_is_set_for_a_run_and_its_errors_are_read() -> None:
    form = f"FORM {FORMAT}\r".encode()
    with Conversation((form, b"OK\r\n"), (b"ERRS\r", b"No errors\r\n")) as wire:
        HMT330(wire).prepare()
    with (
        Conversation((form, b"OK\r\n"), (b"ERRS\r", b"E3 Humidity sensor failure\r\n")) as wire,
        pytest.raises(InstrumentReported, match="Humidity sensor"),
    ):
        HMT330(wire).prepare()


class OnTheBus(HMT330):
    """One of several transmitters on a line."""

    bus_address = 2


def test_on_a_bus_it_is_spoken_to_by_its_address() -> None:
    with Conversation(
        (b"OPEN 2\r", b"HMT330 2 line opened for operator commands\r\n"),
        (b"?\r", LISTING),
        (b"CLOSE\r", b"line closed\r\n"),
        (b"SEND 2\r", SENT),
    ) as wire:
        room = OnTheBus(wire)
        assert room.identify().serial == "E0610005"
        room.temperature()


def test_over_modbus_floats_have_their_lower_word_first() -> None:
    """Table 41: humidity in registers 0001 and 0002, temperature in 0003 and 0004."""
    with Conversation(
        (bytes.fromhex("03 0000 0002"), bytes.fromhex("03 04 3d71 4180")),  # 16.03
        (bytes.fromhex("03 0002 0002"), bytes.fromhex("03 04 47ae 41c5")),  # 24.66
    ) as wire:
        room = HMT330Modbus(wire)
        assert room.humidity().quantity.value == pytest.approx(16.03, abs=1e-4)
        assert room.temperature().quantity.value == pytest.approx(24.66, abs=1e-4)


def test_over_modbus_a_fault_is_told_by_its_bit() -> None:
    """Table 42: 0513 fault status, 0516 error code."""
    with (
        Conversation(
            (bytes.fromhex("03 0200 0001"), bytes.fromhex("03 02 0000")),
            (bytes.fromhex("03 0203 0001"), bytes.fromhex("03 02 0008")),
        ) as wire,
        pytest.raises(InstrumentReported) as caught,
    ):
        HMT330Modbus(wire).check_errors()
    assert caught.value.code == 3


def test_both_keep_the_rules_of_every_driver() -> None:
    assert complaints(HMT330) == []
    assert complaints(HMT330Modbus) == []
