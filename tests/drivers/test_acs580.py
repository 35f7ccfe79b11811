"""ABB ACS580: messages of the ABB Drives profile as its manual has them (start sequence, parameters as registers)."""

import pytest

from labctl.errors import InstrumentReported, LimitExceeded, NotArmed, NotReady, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.abb.acs580 import ACS580

STATUS = bytes.fromhex("03 0003 0001")
FAULT_CODE = bytes.fromhex("03 0190 0001")  # 04.01 at 400401
SCALE = (bytes.fromhex("03 6d7b 0002"), bytes.fromhex("03 04 000007d0"))  # 40.14 at 428028: 20.00 m³/h
OFF, READY, SWITCHED_ON, RUNNING = 0x0270, 0x0231, 0x0233, 0x0237
TRIPPED = 0x0238


def status(word: int) -> tuple[bytes, bytes]:
    return STATUS, b"\x03\x02" + word.to_bytes(2)


def write(address: int, value: int) -> tuple[bytes, bytes]:
    message = b"\x06" + address.to_bytes(2) + (value & 0xFFFF).to_bytes(2)
    return message, message


def held(address: int, value: int) -> tuple[bytes, bytes]:
    return b"\x03" + address.to_bytes(2) + b"\x00\x01", b"\x03\x02" + (value & 0xFFFF).to_bytes(2)


def test_it_keeps_the_rules() -> None:
    assert complaints(ACS580) == []
    assert ACS580.safe is not None
    assert ACS580.safe.commands == (bytes.fromhex("06 0000 0474"),)  # OFF2: coast
    assert ACS580.safe.energy


def test_the_start_sequence_is_that_of_the_profile() -> None:
    """0x0476, 0x0477, 0x047F, each with its bit of the status word; REF1 of ±20000 is ±100 %."""
    with Conversation(
        SCALE,
        write(1, 10000),
        status(OFF),
        held(1, 10000),
        status(OFF),
        write(0, 0x0476),
        status(READY),
        status(READY),
        write(0, 0x0477),
        status(SWITCHED_ON),
        status(SWITCHED_ON),
        write(0, 0x047F),
        status(RUNNING),
        status(RUNNING),
    ) as wire:
        setting = ACS580(wire).set_flow(Quantity.of(10, "m³/h"))
    assert setting.quantity == Quantity.of(10, "m³/h")
    assert setting.command == bytes.fromhex("06 0001 2710")


def test_a_running_pump_gets_a_new_reference_alone() -> None:
    with Conversation(SCALE, write(1, 5000), status(RUNNING), held(1, 5000), status(RUNNING)) as wire:
        ACS580(wire).set_flow(Quantity.of(5, "m³/h"))


@pytest.mark.parametrize("flow", ["25 m³/h", "-1 m³/h"])
def test_what_the_pump_cannot_is_refused_before_a_register_is_written(flow: str) -> None:
    value, unit = flow.split(" ")
    conversation = (SCALE,) if value == "25" else ()
    with Conversation(*conversation) as wire, pytest.raises(LimitExceeded):
        ACS580(wire).set_flow(Quantity.of(float(value), unit))


def test_a_reference_that_arrived_otherwise_starts_nothing() -> None:
    with (
        Conversation(SCALE, write(1, 10000), status(OFF), held(1, 1000)) as wire,
        pytest.raises(ReplyError),
    ):
        ACS580(wire).set_flow(Quantity.of(10, "m³/h"))


def test_a_trip_is_told_with_its_code() -> None:
    with (
        Conversation(SCALE, write(1, 10000), status(TRIPPED), (FAULT_CODE, bytes.fromhex("03 02 6681"))) as wire,
        pytest.raises(InstrumentReported, match="6681"),
    ):
        ACS580(wire).set_flow(Quantity.of(10, "m³/h"))


def test_the_watchdog_is_set_to_fault_and_read_back() -> None:
    """58.15 any message, 58.16 3.0 s, 58.14 fault: registers 405815, 405816 and 405814."""
    with Conversation(
        write(5814, 1),
        status(READY),
        write(5815, 30),
        status(READY),
        write(5813, 1),
        status(READY),
        held(5813, 1),
        held(5814, 1),
        held(5815, 30),
    ) as wire:
        ACS580(wire).arm_watchdog()


def test_a_watchdog_that_would_let_the_pump_run_on_is_refused() -> None:
    with (
        Conversation(
            write(5814, 1),
            status(READY),
            write(5815, 30),
            status(READY),
            write(5813, 1),
            status(READY),
            held(5813, 2),  # last speed
            held(5814, 1),
            held(5815, 30),
        ) as wire,
        pytest.raises(NotArmed, match=r"58\.14 = 2"),
    ):
        ACS580(wire).arm_watchdog()


def test_a_drive_that_refuses_its_watchdog_is_not_armed() -> None:
    """Exception 03: parameter write not allowed while the drive runs."""
    sent, _ = write(5814, 1)
    with Conversation((sent, bytes.fromhex("86 03"))) as wire, pytest.raises(NotArmed):
        ACS580(wire).arm_watchdog()


def test_preparation_acknowledges_a_fault_and_waits_for_standstill() -> None:
    with Conversation(
        status(TRIPPED),
        write(0, 0x0476),
        write(0, 0x04F6),
        write(0, 0x0476),
        status(READY),
        write(1, 0),
        status(READY),
        status(READY),
        held(4006, 1),
        status(READY),
        held(4, 12),
    ) as wire:
        ACS580(wire).prepare()


def test_a_drive_under_local_control_is_not_used() -> None:
    local = READY & ~0x0200
    with (
        Conversation(status(local), write(0, 0x0476), status(local), write(1, 0), status(local), status(local)) as wire,
        pytest.raises(NotReady, match="local"),
    ):
        ACS580(wire).prepare()


def test_the_flow_is_the_feedback_of_the_controller() -> None:
    with Conversation((bytes.fromhex("03 6d63 0002"), bytes.fromhex("03 04 000003e7"))) as wire:
        assert ACS580(wire).flow().quantity == Quantity.of(9.99, "m³/h")
