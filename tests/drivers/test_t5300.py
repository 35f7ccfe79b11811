"""TSI 5300: the conversations of its manual (ASCII Command Set, P/N 6011697; error codes of P/N 1980340)."""

import pytest

from labctl.errors import InstrumentReported, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.tsi.t5300 import T5300

ASK = b"DAFTP0001\r"
READING = (ASK, b"OK\r\n16.67,23.45,101.33\r\n")  # pages 16 and 25: acknowledged, then data in one line


def test_each_quantity_is_taken_from_the_whole_reading() -> None:
    with Conversation(READING, READING, READING) as wire:
        meter = T5300(wire)
        shown = meter.flow()
        assert meter.temperature().quantity == Quantity.of(23.45, "°C")
        assert meter.pressure().quantity == Quantity.of(101.33, "kPa")
    assert shown.quantity == Quantity.of(16.67, "L/min")
    assert shown.reply == READING[1]


def test_a_refused_command_is_told_by_its_code() -> None:
    """Series 4000 manual, page 62."""
    with Conversation((ASK, b"ERR4\r\n")) as wire, pytest.raises(InstrumentReported, match="command not possible"):
        T5300(wire).flow()
    with Conversation((b"SUV\r", b"ERR1\r\n")) as wire, pytest.raises(InstrumentReported, match="unrecognizable"):
        T5300(wire).prepare()


@pytest.mark.parametrize(
    "reply",
    [
        b"OK\r\n16.67,23.45\r\n",
        b"OK\r\n---.--,23.45,101.33\r\n",
        b"OK\r\n16.67,2#.45,101.33\r\n",
        b"16.67,23.45,101.33\r\n",
    ],
)
def test_anything_but_a_whole_reading_is_refused(reply: bytes) -> None:
    with Conversation((ASK, reply)) as wire, pytest.raises(ReplyError):
        T5300(wire).flow()


def test_it_is_prepared_for_air_as_it_flows() -> None:
    with Conversation((b"SUV\r", b"OK\r\n"), (b"SG0\r", b"OK\r\n")) as wire:
        T5300(wire).prepare()


def test_model_serial_number_and_firmware_are_asked() -> None:
    asked = (b"MN\r", b"5300\r\n"), (b"SN\r", b"53001912001\r\n"), (b"REV\r", b"1.05\r\n")
    with Conversation(*asked) as wire:
        identity = T5300(wire).identify()
    assert (identity.model, identity.serial, identity.firmware) == ("5300", "53001912001", "1.05")


def test_it_keeps_the_rules_of_every_driver() -> None:
    assert complaints(T5300) == []
