"""34401A: the conversations of its User's Guide (chapter 4: SCPI and RS-232; chapter 5: error messages)."""

import pytest

from labctl.errors import InstrumentReported, NotReady, Overload, ReplyError, TransportTimeout, WrongIdentity
from labctl.events.kinds import IndicationTaken
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.testing import SILENCE, Conversation, Memory
from labctl_drivers.keysight.k34401a import K34401A

FINE = (b"SYST:ERR?\n", b'+0,"No error"\r\n')
EXPECTED = Identity(manufacturer="Keysight", model="34401A", serial="MY41000001")


def test_a_meter_that_tells_no_serial_number_is_known_by_its_model() -> None:
    me = (b"*IDN?\n", b"HEWLETT-PACKARD,34401A,0,11-5-2\r\n")
    with Conversation(me) as wire:
        assert K34401A(wire).recognise(EXPECTED).firmware == "11-5-2"


def test_another_model_or_serial_number_is_refused() -> None:
    for said in (b"HEWLETT-PACKARD,34401A,MY41000002,11-5-2\r\n", b"HEWLETT-PACKARD,34420A,0,11-5-2\r\n"):
        with Conversation((b"*IDN?\n", said)) as wire, pytest.raises(WrongIdentity):
            K34401A(wire).recognise(EXPECTED)


def test_a_run_starts_in_remote_whatever_the_wire() -> None:
    """On the bus `SYSTem:REMote` is error 514 (chapter 5); the queue is cleared after it."""
    with Conversation(
        (b"SYST:REM\n", b""), (b"*CLS\n", b""), (b"*RST\n", b""), FINE, (b"CONF:VOLT:DC 1000\n", b""), FINE,
        (b"SENS:ZERO:AUTO ON\n", b""), FINE, (b"SENS:VOLT:DC:NPLC 10\n", b""), FINE,
    ) as wire:  # fmt: skip
        K34401A(wire).prepare()


def test_a_range_selects_its_function_and_a_measurement_does_not() -> None:
    memory = Memory()
    with Conversation(
        (b'SENS:FUNC "VOLT:AC"\n', b""), FINE, (b"SENS:VOLT:AC:RANG 10\n", b""), FINE,
        (b"SENS:VOLT:AC:RANG?\n", b"+1.00000000E+01\r\n"), (b"READ?\n", b"+9.99876000E+00\r\n"),
    ) as wire:  # fmt: skip
        meter = K34401A(wire, witness=memory)
        meter.set_ac_voltage_range(Quantity.of(10, "V"))
        assert meter.ac_voltage().quantity == Quantity.of(9.99876, "V")
        with pytest.raises(NotReady, match="VOLT:DC was asked"):
            meter.dc_voltage()
    taken = memory.events[-2]
    assert isinstance(taken, IndicationTaken)
    assert taken.resolution == Quantity.of(10, "µV")


def test_a_function_that_may_have_changed_is_asked_for() -> None:
    with Conversation((b'SENS:FUNC "FRES"\n', b""), (b"SYST:ERR?\n", SILENCE)) as wire:
        meter = K34401A(wire)
        with pytest.raises(TransportTimeout):
            meter.set_four_wire_resistance_range(Quantity.of(10, "kΩ"))
    with Conversation(
        (b"SENS:FUNC?\n", b'"FRES"\r\n'), (b"SENS:FUNC?\n", b'"VOLT"\r\n'),
        (b"SENS:VOLT:DC:RANG?\n", b"+1.0E+01\r\n"), (b"READ?\n", b"+1.0E+00\r\n"),
    ) as meter.wire:  # fmt: skip
        with pytest.raises(NotReady, match="FRES"):
            meter.dc_voltage()
        assert meter.dc_voltage().quantity == Quantity.of(1, "V")


def test_frequency_is_measured_in_one_question() -> None:
    with Conversation((b"MEAS:FREQ?\n", b"+1.00001000E+03\r\n"), (b"SENS:FUNC?\n", b'"FREQ"\r\n')) as wire:
        meter = K34401A(wire)
        assert meter.frequency().quantity == Quantity.of(1000.01, "Hz")
        with pytest.raises(NotReady):
            meter.ac_voltage()


def test_the_filter_is_the_next_lower_one_and_read_back() -> None:
    with Conversation(
        (b"SENS:DET:BAND 20\n", b""), FINE, (b"SENS:DET:BAND?\n", b"+2.00000000E+01\r\n"),
        (b"SENS:DET:BAND 3\n", b""), FINE, (b"SENS:DET:BAND?\n", b"+2.00000000E+01\r\n"),
    ) as wire:  # fmt: skip
        meter = K34401A(wire)
        meter.set_lowest_frequency(Quantity.of(50, "Hz"))
        with pytest.raises(NotReady, match="a filter from 3 Hz"):
            meter.set_lowest_frequency(Quantity.of(10, "Hz"))


@pytest.mark.parametrize("reply", [b"+9.90000000E+37\r\n", b"-9.90000000E+37\r\n"])
def test_overload_is_not_mistaken_for_a_number(reply: bytes) -> None:
    with (
        Conversation((b"SENS:VOLT:DC:RANG?\n", b"+1.0E+01\r\n"), (b"READ?\n", reply)) as wire,
        pytest.raises(Overload),
    ):
        K34401A(wire).dc_voltage()


def test_two_readings_are_no_reading() -> None:
    with (
        Conversation((b"SENS:VOLT:DC:RANG?\n", b"+1.0E+01\r\n"), (b"READ?\n", b"+1.0E+00,+1.0E+00\r\n")) as wire,
        pytest.raises(ReplyError),
    ):
        K34401A(wire).dc_voltage()


def test_in_local_it_reports_why_it_does_not_obey() -> None:
    local = (b"SYST:ERR?\n", b'+550,"Command not allowed in local"\r\n')
    with (
        Conversation((b"SENS:VOLT:DC:RANG 10\n", b""), local, FINE) as wire,
        pytest.raises(InstrumentReported, match="550"),
    ):
        K34401A(wire).set_dc_voltage_range(Quantity.of(10, "V"))
