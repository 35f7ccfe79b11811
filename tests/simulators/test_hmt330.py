"""The simulated transmitters of Vaisala by themselves: formats, modes, a bus, Modbus."""

import pytest

from labctl.errors import InstrumentReported, ReplyError, TransportTimeout
from labctl.testing import LoneInstrument, alone
from labctl_drivers.vaisala.hmt330 import HMT330
from labctl_drivers.vaisala.hmt330_modbus import HMT330Modbus

MODEL = "vaisala/HMT330"


def ask(lone: LoneInstrument, command: str) -> str:
    wire = lone.bench.loopback("instrument")
    wire.open()
    wire.write(command.encode() + b"\r")
    return wire.read(b"\r\n", 10.0).decode().strip()


def silent(lone: LoneInstrument, command: str) -> bool:
    try:
        ask(lone, command)
    except TransportTimeout:
        return True
    return False


def test_its_output_takes_the_form_that_it_is_told() -> None:
    """PTU300 User's Guide M210796EN-G, table 30: three kinds of checksum of what was sent before."""
    with alone(MODEL) as lone:
        assert ask(lone, 'FORM "RH=" 4.2 rh U5 #t "T=" t U3 #r #n') == "OK"
        assert ask(lone, "FORM") == '"RH=" 4.2 rh U5 \\t "T=" t U3 \\r \\n'
        assert ask(lone, "SEND").startswith("RH=")
        assert ask(lone, 'FORM "123" CS2 "," CSX #r #n') == "OK"
        assert ask(lone, "SEND").startswith("12396,")
        assert ask(lone, "FORM 3.1 nonsense") == "Invalid format"
        assert ask(lone, "FORM /") == "OK"
        assert ask(lone, "SEND").endswith("'C")


def test_while_it_talks_by_itself_it_hears_s_alone() -> None:
    with alone(MODEL) as lone:
        assert isinstance(lone.driver, HMT330)
        assert ask(lone, "INTV 5 S") == "Output interval: 5 S"
        assert ask(lone, "R").startswith("RH=")
        assert ask(lone, "?").startswith("RH=")  # the next output, for it did not hear the question
        with pytest.raises(TransportTimeout):
            lone.driver.identify()
        assert lone.driver.recover().serial == "SIM0001"
        lone.driver.prepare()
        lone.driver.temperature()


def test_on_a_bus_it_hears_its_own_address_alone() -> None:
    with alone(MODEL) as lone:
        assert ask(lone, "ADDR 2") == "Address : 2"
        assert ask(lone, "SMODE POLL") == "Output mode : POLL"
        assert silent(lone, "SEND")
        assert silent(lone, "SEND 3")
        assert silent(lone, "?")
        assert ask(lone, "SEND 2").startswith("RH=")
        assert "opened" in ask(lone, "OPEN 2")
        assert ask(lone, "ERRS") == "No errors"
        assert ask(lone, "CLOSE") == "line closed"
        assert silent(lone, "ERRS")


def test_a_sensor_without_a_number_is_told_by_both_of_its_ports() -> None:
    with alone(MODEL) as lone:
        assert isinstance(lone.driver, HMT330)
        lone.driver.prepare()
        lone.fault("nan")
        with pytest.raises(ReplyError):
            lone.driver.humidity()
        with pytest.raises(InstrumentReported, match="sensor"):
            lone.driver.check_errors()


@pytest.mark.parametrize("wire", ["loopback", "modbus", "modbus+rtu"])
def test_over_modbus_it_tells_the_same_air(wire: str) -> None:
    with alone("vaisala/HMT330-MODBUS", wire=wire) as lone:
        room = lone.driver
        assert isinstance(room, HMT330Modbus)
        assert room.identify().serial == "SIM0001"
        room.prepare()
        assert room.temperature().quantity.value == pytest.approx(20.0, abs=0.3)
        assert room.humidity().quantity.value == pytest.approx(50.0, abs=1.5)
        lone.fault("nan")
        with pytest.raises(ReplyError):
            room.humidity()
        with pytest.raises(InstrumentReported):
            room.check_errors()
