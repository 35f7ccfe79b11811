"""Flowmeters over Modbus: registers as the manuals number them, orders of bytes, values that are none."""

import struct

import pytest

from labctl.errors import NotReady, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.emerson.mm2700 import MM2700
from labctl_drivers.siemens.mag6000 import MAG6000

NAN = bytes.fromhex("7fc00000")


def read(address: int, count: int, answer: bytes) -> tuple[bytes, bytes]:
    return b"\x03" + address.to_bytes(2) + count.to_bytes(2), bytes([3, len(answer)]) + answer


def ordered(content: bytes, order: str) -> bytes:
    words = [content[n : n + 2] for n in range(0, len(content), 2)]
    if order in {"BADC", "DCBA"}:
        words = [each[::-1] for each in words]
    return b"".join(reversed(words) if order in {"CDAB", "DCBA"} else words)


def test_they_keep_the_rules() -> None:
    assert complaints(MM2700) == []
    assert complaints(MAG6000) == []


@pytest.mark.parametrize(("code", "order"), [(0, "CDAB"), (1, "DCBA"), (2, "BADC"), (3, "ABCD")])
def test_the_electromagnetic_meter_is_asked_for_its_order(code: int, order: str) -> None:
    """SFIDK.PS.023.D2.02, page 14: volume flow at 4:03003, totaliser 1 at 4:03015; byte order at 527."""
    flow = ordered(struct.pack(">f", 0.0025), order)
    total = ordered(struct.pack(">d", 123.456), order)
    with Conversation(
        read(527, 1, bytes([0, code])), read(3002, 2, flow), read(527, 1, bytes([0, code])), read(3014, 4, total)
    ) as wire:
        meter = MAG6000(wire)
        assert meter.flow().quantity.value_in("m³/s") == pytest.approx(0.0025, rel=1e-7)
        assert meter.volume_total().quantity == Quantity.of(123.456, "m³")


def test_an_unknown_order_is_no_guess() -> None:
    with Conversation(read(527, 1, b"\0\x07")) as wire, pytest.raises(NotReady):
        MAG6000(wire).flow()


def test_the_electromagnetic_meter_says_who_it_is() -> None:
    """Page 15: product code 24 at 4:00603, revision 0x0201 is v2.01, TAG at 4:00641."""
    with Conversation(read(602, 1, b"\0\x18"), read(605, 1, b"\x02\x01"), read(640, 9, b"MAG-00417".ljust(18))) as wire:
        identity = MAG6000(wire).identify()
    assert (identity.model, identity.serial, identity.firmware) == ("MAG6000", "MAG-00417", "2.01")


@pytest.mark.parametrize(("code", "order"), [(0, "ABCD"), (1, "CDAB"), (2, "BADC"), (3, "DCBA")])
def test_the_coriolis_meter_counts_its_registers_from_one(code: int, order: str) -> None:
    """P/N 20001741: mass flow 0247, density 0249, order 0521."""
    with Conversation(
        read(520, 1, bytes([0, code])),
        read(246, 2, ordered(struct.pack(">f", 9998.5), order)),
        read(520, 1, bytes([0, code])),
        read(248, 2, ordered(struct.pack(">f", 998.25), order)),
    ) as wire:
        meter = MM2700(wire)
        assert meter.mass_flow().quantity == Quantity.of(9998.5, "kg/h")
        assert meter.density().quantity == Quantity.of(998.25, "kg/m³")


@pytest.mark.parametrize("method", ["mass_flow", "flow", "density", "temperature", "mass_total", "volume_total"])
def test_no_number_is_no_value(method: str) -> None:
    addresses = {"mass_flow": 246, "density": 248, "temperature": 250, "flow": 252, "mass_total": 258}
    address = addresses.get(method, 260)
    with Conversation(read(520, 1, b"\0\0"), read(address, 2, NAN)) as wire, pytest.raises(ReplyError):
        getattr(MM2700(wire), method)()


def test_a_coriolis_meter_in_other_units_is_not_used() -> None:
    with Conversation(read(38, 1, b"\0\x49")) as wire, pytest.raises(NotReady, match="39"):  # kg/s
        MM2700(wire).prepare()


def test_the_zero_is_waited_for() -> None:
    """Coil 0005 begins, and is on as long as it goes on."""
    begun = bytes.fromhex("05 0004 ff00")
    with Conversation((begun, begun), (bytes.fromhex("01 0004 0001"), bytes.fromhex("01 01 00"))) as wire:
        MM2700(wire).set_zero()


def test_each_total_has_its_coil() -> None:
    mass, volume = bytes.fromhex("05 0037 ff00"), bytes.fromhex("05 0038 ff00")
    with Conversation((mass, mass), (volume, volume)) as wire:
        meter = MM2700(wire)
        meter.reset_mass_total()
        meter.reset_volume_total()
