"""Our own profiles for a flow rig: every message as the driver's documentation states it."""

import struct

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import LimitExceeded, NotArmed, NotReady, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.generic.flow_rig_io import FlowRigIO
from labctl_drivers.generic.transmitter import LineTransmitter, TankThermometer

START = bytes.fromhex("05 0003 ff00")
IDLE, FILLING, DONE, BROKEN_OFF = range(4)


def entry(address: int, value: int) -> tuple[bytes, bytes]:
    return b"\x04" + address.to_bytes(2) + b"\0\1", b"\x04\x02" + value.to_bytes(2)


def switch(address: int, *, on: bool) -> tuple[bytes, bytes]:
    return b"\x02" + address.to_bytes(2) + b"\0\1", bytes([2, 1, on])


def long_entry(address: int, value: int) -> tuple[bytes, bytes]:
    return b"\x04" + address.to_bytes(2) + b"\0\2", b"\x04\x04" + value.to_bytes(4)


def preset(milliseconds: int) -> tuple[bytes, bytes]:
    return b"\x10\0\0\0\2\4" + milliseconds.to_bytes(4), b"\x10\0\0\0\2"


def test_they_keep_the_rules() -> None:
    assert complaints(FlowRigIO) == []
    assert complaints(LineTransmitter) == []
    assert complaints(TankThermometer) == []
    assert FlowRigIO.safe is not None
    assert not FlowRigIO.safe.energy  # the pump comes first
    assert FlowRigIO.safe.commands == (bytes.fromhex("0f 0000 0004 01 02"),)


def test_a_filling_is_timed_by_the_rig() -> None:
    with Conversation(
        entry(1, 6),
        entry(0, IDLE),
        switch(3, on=True),
        preset(40_000),
        (START, START),
        entry(0, DONE),
        entry(0, DONE),
        entry(1, 7),
        switch(5, on=True),
        entry(1, 7),
        entry(0, DONE),
        long_entry(2, 40_000_123),
        entry(1, 7),
        entry(0, DONE),
        long_entry(4, 39_999_871),
        long_entry(4, 39_999_871),
    ) as wire:
        rig = FlowRigIO(wire)
        rig.fill_for(Quantity.of(40, "s"))
        assert rig.filling_time().quantity == Quantity.of(40.000123, "s")
        assert rig.pulse_time().quantity == Quantity.of(39.999871, "s")


def test_the_stream_is_let_into_the_bypass() -> None:
    outputs = (bytes.fromhex("0f 0000 0004 01 01"), bytes.fromhex("0f 0000 0004"))
    with Conversation(outputs, switch(0, on=True), switch(3, on=True), switch(5, on=True)) as wire:
        FlowRigIO(wire).open_line()


@pytest.mark.parametrize("method", ["filling_time", "pulse_time"])
def test_a_filling_that_was_read_is_not_read_again(method: str) -> None:
    with Conversation(entry(1, 0)) as wire, pytest.raises(NotReady):
        getattr(FlowRigIO(wire), method)()


def test_no_pulses_have_no_time() -> None:
    with Conversation(entry(1, 1), entry(0, DONE), long_entry(4, 0)) as wire, pytest.raises(NotReady, match="pulses"):
        FlowRigIO(wire).pulse_time()


def test_a_filling_that_was_broken_off_is_none() -> None:
    with (
        Conversation(
            entry(1, 0),
            entry(0, IDLE),
            switch(3, on=True),
            preset(40_000),
            (START, START),
            entry(0, BROKEN_OFF),
            entry(0, BROKEN_OFF),
            switch(6, on=True),
        ) as wire,
        pytest.raises(NotReady, match="tank full"),
    ):
        FlowRigIO(wire).fill_for(Quantity.of(40, "s"))


def test_an_open_tank_is_not_filled() -> None:
    with Conversation(entry(1, 0), entry(0, IDLE), switch(3, on=False)) as wire, pytest.raises(NotReady):
        FlowRigIO(wire).fill_for(Quantity.of(40, "s"))


def test_a_filling_of_no_time_is_refused_before_the_wire() -> None:
    with Conversation() as wire, pytest.raises(LimitExceeded):
        FlowRigIO(wire).fill_for(Quantity.of(0.1, "s"))


def test_a_watchdog_that_is_not_read_back_is_not_armed() -> None:
    armed = bytes.fromhex("06 0002 001e")
    read = bytes.fromhex("03 0002 0001")
    with Conversation((armed, armed), (read, bytes.fromhex("03 02 001e"))) as wire:
        FlowRigIO(wire).arm_watchdog()
    with Conversation((armed, armed), (read, bytes.fromhex("03 02 0000"))) as wire, pytest.raises(NotArmed):
        FlowRigIO(wire).arm_watchdog()


def test_every_indication_is_of_another_conversion() -> None:
    temperature = (bytes.fromhex("04 0000 0002"), b"\x04\x04" + struct.pack(">f", 20.125))
    pressure = (bytes.fromhex("04 0002 0002"), b"\x04\x04" + struct.pack(">f", 251.5))
    with Conversation(entry(4, 11), temperature, entry(4, 11), entry(4, 12), pressure) as wire:
        line = LineTransmitter(wire, clock=SimulatedClock())
        assert line.temperature().quantity == Quantity.of(20.125, "°C")
        assert line.pressure().quantity == Quantity.of(251.5, "kPa")


def test_a_broken_sensor_has_no_value() -> None:
    with (
        Conversation(entry(4, 11), (bytes.fromhex("04 0000 0002"), bytes.fromhex("04 04 7fc00000"))) as wire,
        pytest.raises(ReplyError),
    ):
        TankThermometer(wire).temperature()
