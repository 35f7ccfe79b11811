"""Alicat MC: the data frames of its manual (MC-series operating manual, pages 36 to 43)."""

import pytest

from labctl.errors import InstrumentReported, LimitExceeded, NotReady, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.alicat.mc100slpm import MC100SLPM

FRAME = b"A +014.70 +025.00 +002.00 +002.10 +002.50 N2\r"  # page 36
ALSO = b"A +13.60 +24.38 +16.67 +15.44 +15.44 Air\r"  # page 41
CLOSED = b"A +014.70 +025.00 +000.00 +000.00 +000.00 Air HLD\r"
MAKER = (
    b"A M00 Alicat Scientific\rA M01 www.alicat.com\rA M02 Ph   520-290-6060\rA M03 info@alicat.com\r"
    b"A M04 Model Number MC-100SLPM-D\rA M05 Serial Number 123456\rA M06 Date Manufactured 01/01/2015\r"
    b"A M07 Date Calibrated   01/01/2015\rA M08 Calibrated By         QC\rA M09 Software Revision 6v10.0-R22\r"
)


def test_each_quantity_is_taken_from_the_whole_frame() -> None:
    with Conversation((b"A\r", FRAME), (b"A\r", FRAME), (b"A\r", FRAME), (b"A\r", ALSO)) as wire:
        controller = MC100SLPM(wire)
        assert controller.flow().quantity == Quantity.of(2.1, "L/min")
        assert controller.temperature().quantity == Quantity.of(25, "°C")
        assert controller.pressure().quantity == Quantity.of(14.7, "psi")
        assert controller.flow().quantity == Quantity.of(15.44, "L/min")


@pytest.mark.parametrize(
    "reply",
    [
        b"A +014.70 +025.00 +128.00 +128.00 +100.00 Air MOV\r",  # mass flow over range
        b"A +014.70 +025.00 +002.00 +---.-- +002.50 Air\r",
        b"B +014.70 +025.00 +002.00 +002.10 +002.50 N2\r",  # another unit of the line
        b"+025.00 +002.00 +002.10 +002.50 N2\r",
    ],
)
def test_a_frame_with_anything_amiss_is_refused(reply: bytes) -> None:
    with Conversation((b"A\r", reply)) as wire, pytest.raises(ReplyError):
        MC100SLPM(wire).flow()


def test_a_set_point_is_read_back_and_the_valve_let_go() -> None:
    held = b"A +014.70 +025.00 +000.00 +000.00 +002.50 Air HLD\r"
    with Conversation((b"AS2.5\r", held), (b"AC\r", held.replace(b" HLD", b""))) as wire:
        setting = MC100SLPM(wire).set_flow(Quantity.of(2500, "mL/min"))
    assert (setting.quantity, setting.command) == (Quantity.of(2500, "mL/min"), b"AS2.5\r")
    with Conversation((b"AS2.5\r", held.replace(b"+002.50", b"+002.00"))) as wire, pytest.raises(NotReady):
        MC100SLPM(wire).set_flow(Quantity.of(2.5, "L/min"))
    with Conversation((b"AS2.5\r", b"A ?\r")) as wire, pytest.raises(InstrumentReported):
        MC100SLPM(wire).set_flow(Quantity.of(2.5, "L/min"))


def test_a_flow_beyond_its_range_is_refused_before_the_wire() -> None:
    with Conversation() as wire, pytest.raises(LimitExceeded):
        MC100SLPM(wire).set_flow(Quantity.of(101, "L/min"))


def test_safe_is_a_valve_that_is_held_closed() -> None:
    with Conversation(
        (b"AHC\r", CLOSED.replace(b"+000.00 Air", b"+002.50 Air")), (b"AS0\r", CLOSED), (b"A\r", CLOSED)
    ) as wire:
        controller = MC100SLPM(wire)
        controller.stand_by()
        assert controller.confirm_safe()
    with Conversation((b"A\r", FRAME), (b"A\r", b"A +014.70 +025.00 +009.10 +009.00 +000.00 Air HLD\r")) as wire:
        controller = MC100SLPM(wire)
        assert not controller.confirm_safe()
        assert not controller.confirm_safe()  # what flows has not ended yet
    with Conversation((b"\r", b""), (b"AHC\r", b""), (b"AS0\r", b"")) as wire:
        MC100SLPM(wire).make_safe()


def test_the_manufacturers_lines_tell_who_it_is() -> None:
    with Conversation((b"A??M*\r", MAKER)) as wire:
        identity = MC100SLPM(wire).identify()
    assert (identity.model, identity.serial, identity.firmware) == ("MC-100SLPM-D", "123456", "6v10.0-R22")


def test_it_keeps_the_rules_of_every_driver() -> None:
    assert complaints(MC100SLPM) == []
