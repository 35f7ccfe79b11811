"""Vaisala PTU300: the conversations of its manual (User's Guide M210796EN, serial line communication)."""

import pytest

from labctl.errors import ReplyError, TransportTimeout
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation
from labctl_drivers.vaisala.ptu300 import PTU300

READING = (b"SEND\r", b"P= 1013.2 hPa T= 31.1 'C RH= 38.3 %RH\r\n")  # page 105
LISTING = (
    b"PTU300 / 2.01\r\nSerial number   : P4040154\r\nBatch number    : P4030123\r\nSerial mode     : STOP\r\n"
    b"Module 1        : BARO-1\r\nModule 2        : not installed\r\n"
)


def test_each_quantity_is_taken_from_the_whole_reading() -> None:
    with Conversation(READING, READING, READING) as wire:
        room = PTU300(wire, name="room")
        assert room.temperature().quantity == Quantity.of(31.1, "°C")
        assert room.humidity().quantity == Quantity.of(38.3, "%")
        shown = room.pressure()
    assert shown.quantity == Quantity.of(1013.2, "hPa")
    assert shown.reply == READING[1]


@pytest.mark.parametrize(
    "reply",
    [
        b"P= 1013.2 hPa T= ***** 'C RH= 38.3 %RH\r\n",  # a sensor is missing
        b"P= 1013.2 hPa T= 88.0 'F RH= 38.3 %RH\r\n",  # set to other units
        b"T= 31.1 'C RH= 38.3 %RH\r\n",  # the tail of a reading that was cut
        b"Unknown command\r\n",
    ],
)
def test_a_reading_with_anything_amiss_is_refused_as_a_whole(reply: bytes) -> None:
    with Conversation((b"SEND\r", reply)) as wire, pytest.raises(ReplyError):
        PTU300(wire).temperature()


def test_the_listing_tells_who_it_is() -> None:
    with Conversation((b"?\r", LISTING)) as wire:
        room = PTU300(wire)
        identity = room.identify()
    assert (identity.model, identity.serial, identity.firmware) == ("PTU300", "P4040154", "2.01")
    (exchange,) = room.last_exchanges
    assert (exchange.sent, exchange.received) == (b"?\r", LISTING)


def test_a_listing_that_breaks_off_is_no_identity() -> None:
    with Conversation((b"?\r", LISTING[:60])) as wire, pytest.raises(TransportTimeout):
        PTU300(wire).identify()
