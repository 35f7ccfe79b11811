"""Fluke 5522A: the conversations of its manual (Operators Manual, chapters 5 and 6)."""

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import (
    InstrumentReported,
    LimitExceeded,
    NotReady,
    ReplyError,
    TransportClosed,
    TransportTimeout,
    WrongIdentity,
)
from labctl.events.kinds import CallFailed, CommandIntended, SettingMade
from labctl.instruments.limits import Limit
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.testing import SILENCE, Conversation, Memory
from labctl_drivers.fluke.f5522a import F5522A

FINE = (b"ERR?\r\n", b'0,"No Error"\r\n')
ME = (b"*IDN?\r\n", b"FLUKE,5522A,1234567,1.0+1.2+1.3+*\r\n")
TEN_VOLTS = Quantity.of(10, "V")
OUT = (b"OUT 10 V\r\n", b"")
IS_OUT = (b"OUT?\r\n", b"1.000000E+01,V,0E+00,0,0.00E+00\r\n")
OPER = (b"OPER\r\n", b"")


def test_a_voltage_is_sent_read_back_put_to_operate_and_waited_for() -> None:
    clock, memory = SimulatedClock(), Memory()
    moving, settled = (b"ISR?\r\n", b"2049\r\n"), (b"ISR?\r\n", b"6145\r\n")
    with Conversation(OUT, FINE, IS_OUT, OPER, FINE, moving, moving, settled) as wire:
        setting = F5522A(wire, name="calibrator", witness=memory, clock=clock).source_dc_voltage(TEN_VOLTS)
    assert setting.quantity == TEN_VOLTS
    assert setting.command == b"OUT 10 V\r\n"
    assert setting.of == "calibrator"
    assert clock.elapsed == pytest.approx(0.2)  # two looks apart, on the run's own clock
    intended, operate, made = memory.events
    assert isinstance(intended, CommandIntended)
    assert (intended.method, intended.arguments, intended.command) == ("source_dc_voltage", (TEN_VOLTS,), OUT[0])
    assert isinstance(operate, CommandIntended)
    assert isinstance(made, SettingMade)
    assert made.quantity == TEN_VOLTS
    assert [(each.sent, each.received) for each in made.exchanges] == [
        OUT, FINE, IS_OUT, OPER, FINE, moving, moving, settled
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "command", "answer"),
    [
        (Quantity.of(-95, "mV"), b"OUT -0.095 V\r\n", b"-9.500000E-02,V,0E+00,0,0.00E+00\r\n"),
        (Quantity.of(1.02, "kV"), b"OUT 1020 V\r\n", b"1.020000E+03,V,0E+00,0,0.00E+00\r\n"),
        (Quantity.of(-0.0, "V"), b"OUT 0 V\r\n", b"0.000000E+00,V,0E+00,0,0.00E+00\r\n"),
    ],
)
def test_amounts_are_written_in_volts_without_exponent(asked: Quantity, command: bytes, answer: bytes) -> None:
    with Conversation((command, b""), FINE, (b"OUT?\r\n", answer), OPER, FINE, (b"ISR?\r\n", b"4097\r\n")) as wire:
        F5522A(wire).source_dc_voltage(asked)


def test_beyond_the_limits_nothing_is_sent() -> None:
    memory = Memory()
    with Conversation() as wire:
        narrow = {"DC voltage": Limit.symmetric(Quantity.of(100, "V"))}
        calibrator = F5522A(wire, witness=memory, limits=narrow)
        with pytest.raises(LimitExceeded, match=r"100\.5 V was asked"):
            calibrator.source_dc_voltage(Quantity.of(100.5, "V"))
        with pytest.raises(LimitExceeded):
            F5522A(wire).source_dc_voltage(Quantity.of(-1021, "V"))
    assert [type(each) for each in memory.events] == [CallFailed]


def test_the_oldest_error_is_raised_and_the_queue_emptied() -> None:
    refused, next_one = (b"ERR?\r\n", b'505,"Setting is out of range"\r\n'), (b"ERR?\r\n", b'100,"Bad"\r\n')
    with (
        Conversation(OUT, refused, next_one, FINE) as wire,
        pytest.raises(InstrumentReported, match=r"after b'OUT 10 V.*505: Setting is out of range"),
    ):
        F5522A(wire).source_dc_voltage(TEN_VOLTS)


def test_another_amplitude_than_the_one_asked_for_is_refused() -> None:
    with (
        Conversation(OUT, FINE, (b"OUT?\r\n", b"1.800000E+01,V,0E+00,0,0.00E+00\r\n")) as wire,
        pytest.raises(ReplyError, match="expected 10 V"),
    ):
        F5522A(wire).source_dc_voltage(TEN_VOLTS)


def test_an_output_that_leaves_operate_ends_on_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(F5522A, "settling", 0.25)
    overload = (b"ISR?\r\n", b"4096\r\n")  # settled, but not in operate any more
    with (
        Conversation(OUT, FINE, IS_OUT, OPER, FINE, overload, overload, overload, overload, FINE) as wire,
        pytest.raises(NotReady, match=r"10 V, settled and in operate was asked, after 0\.3 s it reports ISR 0x1000"),
    ):
        F5522A(wire, clock=SimulatedClock()).source_dc_voltage(TEN_VOLTS)


def test_a_silent_calibrator_poisons_the_wire_and_the_intent_is_kept() -> None:
    memory = Memory()
    with Conversation(OUT, (b"ERR?\r\n", SILENCE)) as wire:
        with pytest.raises(TransportTimeout):
            F5522A(wire, witness=memory).source_dc_voltage(TEN_VOLTS)
        assert wire.poisoned
    intended, failed = memory.events
    assert isinstance(intended, CommandIntended)
    assert isinstance(failed, CallFailed)
    assert failed.error == "TransportTimeout"
    assert [each.sent for each in failed.exchanges] == [b"OUT 10 V\r\n", b"ERR?\r\n"]


def test_the_safe_bytes_are_written_without_asking_and_confirmed_by_asking() -> None:
    with Conversation((b"\r\n", b""), (b"STBY\r\n", b""), (b"OPER?\r\n", b"0\r\n"), (b"ISR?\r\n", b"4096\r\n")) as wire:
        calibrator = F5522A(wire)
        assert [each.sent for each in calibrator.make_safe()] == [b"\r\n", b"STBY\r\n"]
        assert calibrator.confirm_safe()
        assert [each.sent for each in calibrator.last_exchanges] == [b"OPER?\r\n", b"ISR?\r\n"]


def test_the_safe_bytes_get_through_on_a_new_connection() -> None:
    class Cut(Conversation):
        """A wire whose other end has gone away until it is opened again."""

        def write(self, message: bytes) -> None:
            if not self.opened:
                raise TransportClosed(address=self.address)
            super().write(message)

    wire = Cut((b"\r\n", b""), (b"STBY\r\n", b""))
    assert len(F5522A(wire).make_safe()) == 2
    wire.finish()


def test_standby_is_confirmed() -> None:
    with Conversation((b"STBY\r\n", b""), FINE, (b"OPER?\r\n", b"1\r\n")) as wire, pytest.raises(NotReady):
        F5522A(wire).stand_by()


def test_a_run_starts_from_reset_with_the_stations_limits() -> None:
    narrow = {"DC voltage": Limit.symmetric(Quantity.of(100, "V"))}
    start = [(b"*CLS\r\n", b""), (b"*RST\r\n", b""), FINE]
    with Conversation(*start, (b"LIMIT 100 V, -100 V\r\n", b""), FINE) as wire:
        F5522A(wire, limits=narrow).prepare()
    with Conversation(*start) as wire:
        F5522A(wire).prepare()


def test_another_serial_number_is_another_calibrator() -> None:
    expected = Identity(manufacturer="Fluke", model="5522A", serial="7654321")
    with (
        Conversation(ME) as wire,
        pytest.raises(WrongIdentity, match="expects Fluke 5522A 7654321, found FLUKE 5522A 1234567"),
    ):
        F5522A(wire).recognise(expected)


def test_recovery_opens_anew_clears_and_recognises() -> None:
    with Conversation(ME, (b"\r\n", b""), ME) as wire:
        calibrator = F5522A(wire)
        calibrator.recognise(Identity(manufacturer="Fluke", model="5522A", serial=""))
        opened = wire.opened
        assert calibrator.recover().serial == "1234567"
        assert (wire.opened - opened, wire.cleared) == (4, 1)
    other = (b"*IDN?\r\n", b"FLUKE,5522A,7654321,1.0\r\n")
    with Conversation(ME, (b"\r\n", b""), other) as wire:
        calibrator = F5522A(wire)
        calibrator.recognise(Identity(manufacturer="Fluke", model="5522A", serial=""))
        with pytest.raises(WrongIdentity):
            calibrator.recover()


AT_ONCE = (b"ISR?\r\n", b"4097\r\n")


@pytest.mark.parametrize(
    ("method", "arguments", "command", "answer"),
    [
        (
            "source_ac_voltage",
            (Quantity.of(10, "V"), Quantity.of(1, "kHz")),
            b"OUT 10 V, 1000 HZ\r\n",
            b"1.000000E+01,V,0E+00,0,1.00E+03\r\n",
        ),
        ("source_dc_current", (Quantity.of(-5, "mA"),), b"OUT -0.005 A\r\n", b"-5.000000E-03,A,0E+00,0,0.00E+00\r\n"),
        (
            "source_ac_current",
            (Quantity.of(1, "A"), Quantity.of(50, "Hz")),
            b"OUT 1 A, 50 HZ\r\n",
            b"1.000000E+00,A,0E+00,0,5.00E+01\r\n",
        ),
        (
            "source_resistance",
            (Quantity.of(1.9, "MΩ"),),
            b"OUT 1900000 OHM\r\n",
            b"1.900000E+06,OHM,0E+00,0,0.00E+00\r\n",
        ),
    ],
)
def test_every_function_is_presented_the_same_way(
    method: str, arguments: tuple[Quantity, ...], command: bytes, answer: bytes
) -> None:
    """Operators Manual, chapter 6, OUT: units V, A, OHM, HZ; `OUT?` names unit and frequency."""
    with Conversation((command, b""), FINE, (b"OUT?\r\n", answer), OPER, FINE, AT_ONCE) as wire:
        assert getattr(F5522A(wire), method)(*arguments).quantity == arguments[0]


def test_after_an_alternating_output_a_direct_one_says_its_frequency() -> None:
    with Conversation(
        (b"OUT 1 V, 60 HZ\r\n", b""), FINE, (b"OUT?\r\n", b"1.000000E+00,V,0E+00,0,6.00E+01\r\n"), OPER, FINE, AT_ONCE,
        (b"OUT 10 V, 0 HZ\r\n", b""), FINE, IS_OUT, OPER, FINE, AT_ONCE,
        OUT, FINE, IS_OUT, OPER, FINE, AT_ONCE,
    ) as wire:  # fmt: skip
        calibrator = F5522A(wire)
        calibrator.source_ac_voltage(Quantity.of(1, "V"), Quantity.of(60, "Hz"))
        calibrator.source_dc_voltage(TEN_VOLTS)
        calibrator.source_dc_voltage(TEN_VOLTS)


def test_an_alternating_output_is_no_direct_voltage() -> None:
    with (
        Conversation(OUT, FINE, (b"OUT?\r\n", b"1.000000E+01,V,0E+00,0,5.00E+01\r\n")) as wire,
        pytest.raises(ReplyError),
    ):
        F5522A(wire).source_dc_voltage(TEN_VOLTS)
    milliampere = (b"OUT?\r\n", b"1.000000E+01,A,0E+00,0,0.00E+00\r\n")
    with Conversation(milliampere) as wire, pytest.raises(ReplyError, match="a DC voltage"):
        F5522A(wire).output_voltage()


def test_leads_are_compensated_and_the_choice_is_read_back() -> None:
    refused = (b"ERR?\r\n", b'539,"Can\'t change compensation now"\r\n')
    with Conversation(
        (b"ZCOMP WIRE4\r\n", b""), FINE, (b"ZCOMP?\r\n", b"WIRE4\r\n"), (b"ZCOMP WIRE2\r\n", b""), refused, FINE
    ) as wire:
        calibrator = F5522A(wire)
        calibrator.set_lead_compensation(4)
        with pytest.raises(InstrumentReported, match="539"):
            calibrator.set_lead_compensation(2)
        with pytest.raises(LimitExceeded):
            calibrator.set_lead_compensation(3)


def test_a_frequency_beyond_any_output_is_refused_before_the_wire() -> None:
    with Conversation() as wire, pytest.raises(LimitExceeded, match="1 MHz"):
        F5522A(wire).source_ac_voltage(Quantity.of(1, "V"), Quantity.of(1, "MHz"))
