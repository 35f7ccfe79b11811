import subprocess
import sys

import pytest

from labctl.clock import WallClock
from labctl.errors import ConnectFailed
from labctl.language import Language
from labctl.transport.connect import open_transport


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("telnet://meter/5", "no kind of wire"),
        ("", "no kind of wire"),
        ("/dev/ttyUSB0", "no kind of wire"),
        ("tcp://192.168.1.20", "port is missing"),
        ("tcp://:5025", "host is missing"),
        ("tcp://meter:many", "Port could not be cast"),
        ("tcp://meter:70000", "Port out of range"),
        ("tcp://meter:5025/path", "'path' has no meaning"),
        ("tcp://meter:5025?nodelay=1", "'nodelay=1' has no meaning"),
        ("tcp://[::1:5025", "Invalid IPv6"),
        ("hislip://", "host is missing"),
        ("hislip://meter/hislip0?x=1", "has no meaning"),
        ("vxi11:///inst0", "host is missing"),
        ("vxi11://meter/inst0#1", "'1' has no meaning"),
        ("gpib://0/31", "'31' is no GPIB address"),
        ("gpib://0", "'' is no GPIB address"),
        ("gpib://0/5/6/7", "'5/6/7' is no GPIB address"),
        ("gpib:///5", "board is missing"),
        ("usbtmc://2A8D:0101", "serial number is missing"),
        ("usbtmc://meter:0101:MY1", "no hexadecimal code"),
        ("prologix://adapter", "'' is no GPIB address"),
        ("prologix:///22", "host is missing"),
        ("prologix://adapter/22?auto=1", "'auto=1' has no meaning"),
        ("prologix+serial:///dev/ttyUSB0", "'' is no GPIB address"),
        ("prologix+serial:#22", "port is missing"),
        ("serial://", "port is missing"),
        ("serial:///dev/ttyS0?baud=fast", "baud=fast cannot be set"),
        ("serial:///dev/ttyS0?speed=9600", "speed=9600 cannot be set"),
        ("serial:///dev/ttyS0?parity=perhaps", "parity=perhaps cannot be set"),
        ("serial:///dev/ttyS0?flow=", "flow= cannot be set"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_with_the_reason(address: str, problem: str) -> None:
    with pytest.raises(ConnectFailed, match=problem) as caught:
        open_transport(address, instrument="meter", clock=WallClock())
    assert "None" not in caught.value.within(Language.CHINESE)


@pytest.mark.parametrize(
    "address",
    [
        "tcp://192.168.1.20:5025",
        "tcp://[::1]:5025",
        "hislip://meter",
        "hislip://meter:4881/hislip0",
        "vxi11://192.168.1.20/inst0",
        "vxi11://meter:1024",
        "gpib://0/22",
        "gpib://1/9/30",
        "usbtmc://0x2A8D:0101:MY12345678",
        "prologix://192.168.1.20/22",
        "prologix://adapter:1234/9/0",
        "prologix+serial:///dev/ttyUSB0?baud=9600#22",
        "serial:///dev/ttyUSB0?baud=9600&parity=even&bits=7&stop=1&flow=rtscts",
        "serial:COM3?baud=4800",
        "serial://COM3",
    ],
)
def test_an_address_is_kept_as_the_station_writes_it(address: str) -> None:
    transport = open_transport(address, instrument="meter", clock=WallClock())
    assert transport.address == address
    assert not transport.poisoned


def test_settings_that_no_port_has_are_refused_when_it_is_opened() -> None:
    transport = open_transport("serial:///dev/null?bits=11", instrument="meter", clock=WallClock())
    with pytest.raises(ConnectFailed, match="byte size"):
        transport.open()


def test_a_wire_that_nobody_asked_for_is_not_imported() -> None:
    """PyVISA takes a tenth of a second to import; a bench without HiSLIP does not pay for it."""
    program = "import labctl.transport.connect, sys; sys.exit('pyvisa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
