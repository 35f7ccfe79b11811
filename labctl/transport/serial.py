"""A serial line as a channel, through pySerial; one process at a time holds it."""

import sys
from typing import Final

import serial
from attrs import define, frozen

from labctl.transport.stream import PeerGone

_CHUNK: Final = 4096


@frozen(kw_only=True)
class Line:
    """How a serial line is set, as the instrument's manual asks for it."""

    port: str  # "/dev/ttyUSB0", "COM3"
    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop: float = 1
    flow: str = "none"  # "none", "rtscts", "xonxoff"


@define(eq=False)
class SerialChannel:
    """One open port."""

    port: serial.Serial

    def send(self, message: bytes, within: float) -> None:
        """Send all of a message."""
        self.port.write_timeout = within
        try:
            self.port.write(message)
        except serial.SerialTimeoutException as error:
            raise TimeoutError(str(error)) from error
        except serial.SerialException as error:
            raise PeerGone(str(error)) from error

    def receive(self, within: float) -> bytes:
        """Return what has arrived, waiting for the first byte."""
        try:
            waiting = self.port.in_waiting
            if waiting:
                return bytes(self.port.read(min(waiting, _CHUNK)))
            if within <= 0:
                return b""
            self.port.timeout = within
            first = bytes(self.port.read(1))
            waiting = self.port.in_waiting if first else 0
            return first + bytes(self.port.read(min(waiting, _CHUNK))) if waiting else first
        except (serial.SerialException, TypeError) as error:  # a port closed by its driver has no file any more
            raise PeerGone(str(error)) from error

    def clear(self) -> bool:
        """Return false: a stream of bytes has no device clear."""
        return False

    def close(self) -> None:
        """Close the port."""
        self.port.close()


def connect_serial(line: Line) -> SerialChannel:
    """Open a port for this process alone; OSError if it cannot be, ValueError for settings that do not exist.

    Advisory locks hold back well-behaved programs only; every labctl process is one.
    """
    port = serial.Serial(
        line.port,
        baudrate=line.baud,
        bytesize=line.bits,
        parity=line.parity,
        stopbits=line.stop,
        xonxoff=line.flow == "xonxoff",
        rtscts=line.flow == "rtscts",
        timeout=0,
    )
    try:
        if sys.platform != "win32":  # Windows opens a port once only
            import fcntl

            fcntl.flock(port.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        port.close()
        raise OSError(f"{line.port} is in use by another program") from error
    port.reset_input_buffer()
    return SerialChannel(port)


def serial_ports() -> list[tuple[str, str]]:
    """Return the serial ports of this machine, each with what the system says of it."""
    from serial.tools.list_ports import comports

    return [(str(each.device), str(each.description)) for each in sorted(comports(), key=lambda each: each.device)]
