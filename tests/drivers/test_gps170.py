"""Meinberg GPS170: its standard time string, framed by STX and ETX, as its maker describes it."""

import pytest

from labctl.errors import NotReady, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.testing import Conversation, alone, complaints
from labctl_drivers.meinberg.gps170 import GPS170

GOOD = b"\x02D:28.11.26;T:6;U:14.05.07;  U \x03"


def test_the_time_is_that_since_midnight() -> None:
    with Conversation((b"?", GOOD)) as wire:
        shown = GPS170(wire).clock_time()
    assert shown.quantity == Quantity.of((14 * 60 + 5) * 60 + 7, "s")


@pytest.mark.parametrize(("flags", "found"), [(b"# ", "never synchronised"), (b" *", "free running")])
def test_a_clock_that_does_not_follow_the_satellites_is_refused(flags: bytes, found: str) -> None:
    with Conversation((b"?", GOOD.replace(b";  U", b";" + flags + b"U"))) as wire, pytest.raises(NotReady, match=found):
        GPS170(wire).clock_time()


@pytest.mark.parametrize("reply", [b"\x02D:28.11.26;T:6;U:14.05\x03", b"\x02$GPRMC,140507\x03"])
def test_another_string_is_no_time_and_no_identity(reply: bytes) -> None:
    with Conversation((b"?", reply)) as wire, pytest.raises(ReplyError):
        GPS170(wire).clock_time()
    with Conversation((b"?", reply)) as wire, pytest.raises(ReplyError):
        GPS170(wire).identify()


def test_the_simulated_one_tells_the_time_of_its_world_on_every_wire() -> None:
    for wire in ("loopback", "serial"):
        with alone("meinberg/GPS170", wire=wire) as it:
            assert isinstance(it.driver, GPS170)
            assert it.driver.recognise(Identity(manufacturer="", model="", serial="ANY")).model == "GPS170"
            before = it.driver.clock_time().quantity
            it.clock.wait(60)
            assert (it.driver.clock_time().quantity - before).value_in("s") == pytest.approx(60, abs=1)
    assert complaints(GPS170) == []
