"""Julabo circulators: the conversations of their manuals, chapter remote control (SL series, page 82)."""

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import InstrumentReported, LimitExceeded, NotReady, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.testing import Conversation
from labctl_drivers.julabo.fp50_hl import FP50HL

FINE = (b"STATUS\r", b"03 REMOTE START\n")
STOPPED = (b"STATUS\r", b"02 REMOTE STOP\n")
WARM = Quantity.of(55.5, "°C")


def test_a_working_temperature_is_set_read_back_and_started_with_rests_between() -> None:
    clock = SimulatedClock()
    told = (b"OUT_SP_00 55.5\r", b"")
    asked = (b"IN_SP_00\r", b"55.50\n")
    with Conversation(told, STOPPED, asked, (b"OUT_MODE_05 1\r", b""), FINE, (b"IN_MODE_05\r", b"1\n")) as wire:
        setting = FP50HL(wire, name="bath", clock=clock).set_temperature(WARM)
    assert (setting.quantity, setting.command) == (WARM, b"OUT_SP_00 55.5\r")
    assert clock.elapsed == pytest.approx(2 * 0.25 + 3 * 0.01)  # no rest is waited for after the last


def test_a_warning_is_an_error_of_the_command_before_it() -> None:
    refused = (b"STATUS\r", b"-11 VALUE TOO LARGE\n")
    with (
        Conversation((b"OUT_SP_00 55.5\r", b""), refused) as wire,
        pytest.raises(InstrumentReported, match="VALUE TOO LARGE") as raised,
    ):
        FP50HL(wire, clock=SimulatedClock()).set_temperature(WARM)
    assert raised.value.code == -11


def test_under_manual_control_it_is_not_ready() -> None:
    with Conversation((b"STATUS\r", b"00 MANUAL STOP\n")) as wire, pytest.raises(NotReady, match="MANUAL"):
        FP50HL(wire, clock=SimulatedClock()).prepare()


def test_a_complaint_about_an_earlier_command_is_let_go_and_an_alarm_is_not() -> None:
    complaint, alarm = (b"STATUS\r", b"-08 INVALID COMMAND\n"), (b"STATUS\r", b"-01 LOW LEVEL ALARM\n")
    with Conversation(complaint, STOPPED, alarm, alarm) as wire:
        bath = FP50HL(wire, clock=SimulatedClock())
        bath.prepare()
        with pytest.raises(NotReady, match="LOW LEVEL"):
            bath.prepare()


def test_another_working_temperature_than_the_one_asked_for_is_refused() -> None:
    told = (b"OUT_SP_00 55.5\r", b"")
    with Conversation(told, STOPPED, (b"IN_SP_00\r", b"20.00\n")) as wire, pytest.raises(ReplyError):
        FP50HL(wire, clock=SimulatedClock()).set_temperature(WARM)


def test_no_byte_leaves_beyond_the_range() -> None:
    with Conversation() as wire, pytest.raises(LimitExceeded):
        FP50HL(wire).set_temperature(Quantity.of(201, "°C"))


def test_it_is_stopped_and_says_so() -> None:
    assert FP50HL.safe is not None
    with Conversation(
        (b"!\r", b""), (b"OUT_MODE_05 0\r", b""), (b"IN_MODE_05\r", b"0\n"), (b"OUT_MODE_05 0\r", b""),
        (b"IN_MODE_05\r", b"1\n"),
    ) as wire:  # fmt: skip
        bath = FP50HL(wire, clock=SimulatedClock())
        bath.make_safe()
        assert bath.confirm_safe()
        with pytest.raises(NotReady):
            bath.stand_by()


def test_temperatures_and_identity_are_read() -> None:
    with Conversation(
        (b"IN_PV_00\r", b"55.48\n"), (b"IN_PV_01\r", b"-12.5\n"), (b"VERSION\r", b"JULABO FP50-HL V 4.02\n")
    ) as wire:
        bath = FP50HL(wire, clock=SimulatedClock())
        assert bath.temperature().quantity == Quantity.of(55.48, "°C")
        assert bath.heating_power() == -12.5
        found = bath.recognise(Identity(manufacturer="Julabo", model="FP50-HL", serial="10234"))
    assert found == Identity(manufacturer="Julabo", model="FP50-HL", serial="", firmware="4.02")


@pytest.mark.parametrize("reply", [b"---.--\n", b"\x1155.48\n", b"55,48\n", b"02 REMOTE STOP\n"])
def test_what_is_no_temperature_is_refused(reply: bytes) -> None:
    with Conversation((b"IN_PV_02\r", reply)) as wire, pytest.raises(ReplyError):
        FP50HL(wire, clock=SimulatedClock()).external_temperature()
