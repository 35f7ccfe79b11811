"""3458A: the conversations of its User's Guide (chapter 6; errors: page 48, status byte: page 52)."""

import pytest

from labctl.errors import (
    InstrumentReported,
    LimitExceeded,
    NotReady,
    Overload,
    ReplyError,
    TransportPoisoned,
    TransportTimeout,
    WrongIdentity,
)
from labctl.events.kinds import IndicationTaken
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.testing import SILENCE, Conversation, Memory
from labctl_drivers.keysight.k3458a import K3458A

FINE = (b"ERRSTR?\n", b'0,"NO ERROR"\r\n')
ME = (b"ID?\n", b"HP3458A\r\n")
EXPECTED = Identity(manufacturer="Keysight", model="3458A", serial="2823A01234")
TEN = (b"DCV 10\n", b""), FINE, (b"RANGE?\n", b" 1.000000000E+01\r\n")


def test_it_is_known_by_its_model_and_by_the_number_that_the_laboratory_wrote_into_it() -> None:
    mine = (b"CALSTR?\n", b'"SN 2823A01234 CAL 2026-01"\r\n')
    with Conversation(ME, mine) as wire:
        assert K3458A(wire).recognise(EXPECTED).serial == "2823A01234"
    blank = (b"CALSTR?\n", b'""\r\n')
    with Conversation(ME, blank) as wire:
        assert K3458A(wire).recognise(EXPECTED).serial == ""
    other = (b"CALSTR?\n", b'"SN 2823A09999"\r\n')
    with Conversation(ME, other) as wire, pytest.raises(WrongIdentity):
        K3458A(wire).recognise(EXPECTED)
    with Conversation((b"ID?\n", b"1.0E+1\r\n")) as wire, pytest.raises(ReplyError, match="HP3458A"):
        K3458A(wire).identify()


def test_a_run_starts_with_its_trigger_held_and_its_error_registers_empty() -> None:
    quiet = [(each, b"") for each in (b"TARM HOLD\n", b"PRESET NORM\n", b"TARM HOLD\n", b"END ALWAYS\n")]
    further = (
        b"TRIG AUTO\n", b"OFORMAT ASCII\n", b"INBUF ON\n", b"NPLC 100\n", b"NDIG 8\n", b"AZERO ON\n", b"ACBAND 20\n",
        b"DCV 1000\n",
    )  # fmt: skip
    checked = [exchange for each in further for exchange in ((each, b""), FINE)]
    with Conversation(*quiet, (b"ERR?\n", b"8\r\n"), (b"AUXERR?\n", b"0\r\n"), *checked) as wire:
        K3458A(wire).prepare()


def test_a_reading_is_armed_by_its_own_question() -> None:
    """A reading is sent as ` 1.000000123E+00` and CR LF (chapter 6, OFORMAT)."""
    memory = Memory()
    with Conversation(*TEN, (b"TARM SGL\n", b" 1.000000123E+00\r\n")) as wire:
        meter = K3458A(wire, witness=memory)
        meter.set_dc_voltage_range(Quantity.of(10, "V"))
        assert meter.dc_voltage().quantity == Quantity.of(1.000000123, "V")
    taken = memory.events[-1]
    assert isinstance(taken, IndicationTaken)
    assert taken.resolution == Quantity.of(1e-7, "V")


@pytest.mark.parametrize("reply", [b" 1.000000000E+38\r\n", b"-1.000000000E+38\r\n"])
def test_overload_is_not_mistaken_for_a_number(reply: bytes) -> None:
    with Conversation(*TEN, (b"TARM SGL\n", reply)) as wire:
        meter = K3458A(wire)
        meter.set_dc_voltage_range(Quantity.of(10, "V"))
        with pytest.raises(Overload):
            meter.dc_voltage()


def test_after_a_time_out_the_wire_is_refused_and_the_function_counts_as_unknown() -> None:
    with Conversation(*TEN, (b"OHMF 10000\n", b""), (b"ERRSTR?\n", SILENCE)) as wire:
        meter = K3458A(wire)
        meter.set_dc_voltage_range(Quantity.of(10, "V"))
        with pytest.raises(TransportTimeout):
            meter.set_four_wire_resistance_range(Quantity.of(10, "kΩ"))
        with pytest.raises(TransportPoisoned):
            meter.dc_voltage()
    with Conversation((b"FUNC?\n", b" 5, 1.000000000E+04\r\n")) as meter.wire, pytest.raises(NotReady, match="OHMF"):
        meter.dc_voltage()


def test_errors_come_one_bit_at_a_time_and_the_first_is_raised() -> None:
    """`ERRSTR?` gives one error a call, the auxiliary register first, and clears it (page 48)."""
    first, second = (b"ERRSTR?\n", b'106,"PARAMETER OUT OF RANGE"\r\n'), (b"ERRSTR?\n", b'108,"PARAMETER IGNORED"\r\n')
    with (
        Conversation((b"ACV 10\n", b""), first, second, FINE) as wire,
        pytest.raises(InstrumentReported, match="106: PARAMETER OUT OF RANGE"),
    ):
        K3458A(wire).set_ac_voltage_range(Quantity.of(10, "V"))


def test_every_function_has_its_word_and_its_ranges() -> None:
    for method, top, command in (
        ("set_ac_voltage_range", Quantity.of(1, "V"), b"ACV 1\n"),
        ("set_dc_current_range", Quantity.of(10, "µA"), b"DCI 0.00001\n"),
        ("set_ac_current_range", Quantity.of(100, "mA"), b"ACI 0.1\n"),
        ("set_two_wire_resistance_range", Quantity.of(1, "GΩ"), b"OHM 1000000000\n"),
        ("set_four_wire_resistance_range", Quantity.of(10, "Ω"), b"OHMF 10\n"),
    ):
        confirmed = (b"RANGE?\n", f" {float(command.split()[1]):.9E}\r\n".encode())
        with Conversation((command, b""), FINE, confirmed) as wire:
            getattr(K3458A(wire), method)(top)
    with Conversation() as wire, pytest.raises(LimitExceeded, match="20 V was asked"):
        K3458A(wire).set_dc_voltage_range(Quantity.of(20, "V"))


def test_a_meter_tells_whether_it_has_warmed_up_and_where_its_leads_go() -> None:
    with Conversation((b"TEMP?\n", b" 35.2\r\n"), (b"TERM?\n", b"1\r\n")) as wire:
        meter = K3458A(wire)
        assert meter.internal_temperature().quantity == Quantity.of(35.2, "°C")
        assert meter.terminals() == "FRON"
