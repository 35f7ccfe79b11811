"""Modbus as a channel of messages: what goes up and down is the protocol data unit alone (function code and data).

Unit identifier, transaction number, length and check value belong to the wire and are added and taken off here, with
pymodbus' framers. So one driver speaks over TCP and over a serial line alike, its recorded exchanges do not depend on
transaction numbers, and a safe command is the same bytes whatever unit it goes to. A channel hands over one answer at
a time. Imported only where an address asks for it.
"""

from collections.abc import Callable
from typing import Final

from attrs import define, field
from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU

from labctl.clock import WallClock
from labctl.language import Text
from labctl.transport.serial import Line, connect_serial
from labctl.transport.shared import Share, shared
from labctl.transport.stream import Channel, Damaged
from labctl.transport.tcp import connect_tcp

BROADCAST: Final = 0  # every unit carries it out, none answers
_HEADER: Final = 6  # bytes before those that the length counts
_LENGTHS: Final = range(3, 255)  # of a frame over TCP as its header counts: the unit, and two to 253 bytes of message
_LONGEST_RTU: Final = 256
_CHECK: Final = 2
_TURNAROUND: Final = 0.1  # seconds for the answer to a command that nobody waits for, before the line is used again
_BITS: Final = 11  # of one character on a serial line, start, parity and stop included
_FAST: Final = 19200  # above it the silence between frames is fixed (Modbus over Serial Line V1.02, 2.5.1.1)

Note = Callable[[str], None]
"""Takes a remark for the transcript: what was dropped, and why."""


@define(eq=False)
class TcpFrames:
    """Modbus TCP: answers of another transaction or another unit are dropped.

    Args:
        inner: the connection.
        unit: who is spoken to.
        note: hears of what is dropped.
    """

    inner: Channel
    unit: int
    note: Note
    _framer: FramerSocket = field(factory=lambda: FramerSocket(DecodePDU(is_server=False)), init=False)
    _number: int = field(default=0, init=False)
    _awaited: bool = field(default=False, init=False)
    _raw: bytes = field(default=b"", init=False)

    def send(self, message: bytes, within: float) -> None:
        """Send a message in its frame."""
        self._number = self._number % 0xFFFF + 1
        self.inner.send(self._framer.encode(message, self.unit, self._number), within)
        self._awaited = self.unit != BROADCAST

    def receive(self, within: float) -> bytes:
        """Return the answer to the newest message, waiting for it; nothing else is ever handed over."""
        if within <= 0:  # whoever does not wait looks for what nobody asked for: the number will tell
            self._raw += self.inner.receive(0.0)
            return b""
        return _awaited(self._more, self._answer, within)

    def clear(self) -> bool:
        """Return false: there is no device clear."""
        return False

    def close(self) -> None:
        """Close the connection."""
        self.inner.close()

    def _more(self, within: float) -> bool:
        part = self.inner.receive(within)
        self._raw += part
        return bool(part)

    def _answer(self) -> bytes:
        while frame := self._frame():
            _, unit, number, message = self._framer.decode(frame)
            if self._awaited and number == self._number and unit == self.unit:
                self._awaited = False
                return message
            self.note(f"dropped {frame.hex(' ')}: not the answer of unit {self.unit} to transaction {self._number}")
        return b""

    def _frame(self) -> bytes:
        if len(self._raw) < _HEADER:
            return b""
        protocol, length = int.from_bytes(self._raw[2:4]), int.from_bytes(self._raw[4:_HEADER])
        if protocol or length not in _LENGTHS:
            received, self._raw = self._raw, b""
            raise Damaged(received, Text("that is no Modbus TCP header", zh="不是 Modbus TCP 报文头"))
        end = _HEADER + length
        if len(self._raw) < end:
            return b""
        frame, self._raw = self._raw[:end], self._raw[end:]
        return frame


@define(eq=False)
class RtuFrames:
    """Modbus RTU: a frame with a wrong check value or of another unit is refused.

    Nothing numbers the frames of a serial line, so the line is silent for 3.5 characters before a request, and after
    a command whose answer nobody read the answer is waited for before anything else is said, to whichever unit.

    Args:
        inner: the serial line.
        unit: who is spoken to.
        note: hears of what is dropped.
        silence: wall seconds between frames; none where the time is simulated.
    """

    inner: Share
    unit: int
    note: Note
    silence: float
    _decoder: DecodePDU = field(factory=lambda: DecodePDU(is_server=False), init=False)
    _framer: FramerRTU = field(init=False)
    _raw: bytes = field(default=b"", init=False)

    def __attrs_post_init__(self) -> None:
        """Share the decoder with the framer."""
        self._framer = FramerRTU(self._decoder)

    def send(self, message: bytes, within: float) -> None:
        """Send a message in its frame, after the silence."""
        line = self.inner.line
        with line.turn:
            if line.awaited:
                self._let_pass()
            if self._raw:
                self.note(f"dropped {self._raw.hex(' ')}: there before it was asked")
                self._raw = b""
            WallClock().wait(line.active + self.silence - WallClock().monotonic())
            self.inner.send(self._framer.encode(message, self.unit, 0), within)
            line.active = WallClock().monotonic()
            line.awaited = self.unit != BROADCAST

    def receive(self, within: float) -> bytes:
        """Return the next answer of the line, waiting for it.

        Raises:
            Damaged: its check value is wrong, or another unit sent it.
        """
        return _awaited(self._more, self._answer, within)

    def clear(self) -> bool:
        """Return false: there is no device clear."""
        return False

    def close(self) -> None:
        """Close the line."""
        self.inner.close()

    def _let_pass(self) -> None:
        try:
            dropped = self.receive(_TURNAROUND)
        except Damaged as damage:
            dropped = damage.received
        self.note(f"dropped {dropped.hex(' ')}: nobody waited for it")
        self.inner.line.awaited = False

    def _more(self, within: float) -> bool:
        part = self.inner.receive(within)
        self._raw += part
        if part:
            self.inner.line.active = WallClock().monotonic()
        return bool(part)

    def _answer(self) -> bytes:
        size = self._size()
        if not size or len(self._raw) < size:
            return b""
        frame, self._raw = self._raw[:size], self._raw[size:]
        if not _is_sound(frame):
            received, self._raw = frame + self._raw, b""
            raise Damaged(received, Text("the check value is wrong", zh="校验值错误"))
        if frame[0] != self.unit:
            raise Damaged(
                frame,
                Text("unit {found} answers, not {unit}", zh="应答来自从站 {found}，而非 {unit}").filled(
                    found=frame[0], unit=self.unit
                ),
            )
        self.inner.line.awaited = False
        return frame[1:-_CHECK]

    def _size(self) -> int:
        """Return the bytes of the frame that begins to arrive, 0 while that cannot be told."""
        if len(self._raw) < FramerRTU.MIN_SIZE:
            return 0
        if len(self._raw) > _LONGEST_RTU:
            return _LONGEST_RTU  # no frame is that long, so its check value is wrong
        try:
            kind = self._decoder.lookupPduClass(self._raw)
            if kind is not None:
                return kind.calculateRtuFrameSize(self._raw)
        except IndexError:  # of a function whose length stands further on
            return 0
        return len(self._raw) if _is_sound(self._raw) else 0  # an unknown function ends where its check value is right


def connect_modbus_tcp(host: str, port: int, unit: int, note: Note) -> TcpFrames:
    """Connect to a Modbus TCP server; OSError if nothing listens there."""
    return TcpFrames(connect_tcp(host, port), unit, note)


def connect_modbus_rtu(line: Line, unit: int, note: Note, *, simulated: bool) -> RtuFrames:
    """Open a serial line for Modbus RTU, which units share.

    Raises OSError if it cannot be opened, ValueError for settings that do not exist.
    """
    channel = shared(line.port, unit, line, lambda: connect_serial(line))
    return RtuFrames(channel, unit, note, 0.0 if simulated else silence(line.baud))


def silence(baud: int) -> float:
    """Return the seconds of silence between frames: 3.5 characters.

    >>> round(silence(9600) * 1000, 2), silence(115200) * 1000
    (4.01, 1.75)
    """
    return 0.00175 if baud > _FAST else 3.5 * _BITS / baud


def _is_sound(frame: bytes) -> bool:
    return FramerRTU.check_CRC(frame[:-_CHECK], int.from_bytes(frame[-_CHECK:]))


def _awaited(more: Callable[[float], bool], answer: Callable[[], bytes], within: float) -> bytes:
    """Receive until there is an answer or the wall seconds have passed."""
    clock = WallClock()
    deadline = clock.monotonic() + within
    while not (found := answer()):
        remaining = deadline - clock.monotonic()
        if not more(max(remaining, 0.0)) and remaining <= 0:
            return b""
    return found
