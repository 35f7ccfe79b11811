"""Modbus TCP and RTU on the server's side: frames taken off the bytes of a socket or terminal, and put on again.

A session hears messages without their frames, one call for each, and answers them by their number. To a unit identifier
that is not its own a TCP endpoint answers exception 0B, as a gateway does whose device is missing, so that the client
learns at once that it asked the wrong one; on a serial line there is silence, because another unit may answer there.
What is written to unit 0 is carried out and never answered; what is read from unit 0 is nobody's.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

from attrs import define, field, frozen

from labctl.transport.reactor import Reactor
from labctl.transport.serve_pty import serve_pty
from labctl.transport.serve_socket import serve_socket
from labctl.transport.session import Peer, Session, SessionFactory

BROADCAST: Final = 0
_HEADER: Final = 6
_LENGTHS: Final = range(2, 255)  # as the header of a request counts: the unit, and one to 253 bytes of message
_LONGEST_RTU: Final = 256
_SHORTEST_RTU: Final = 4  # unit, function and check value
_CHECK: Final = 2
_READING: Final = frozenset({0x01, 0x02, 0x03, 0x04, 0x07, 0x0B, 0x0C, 0x11, 0x14, 0x17, 0x18, 0x2B})
_EXCEPTION: Final = 0x80
_GATEWAY: Final = 0x0B  # target device failed to respond
_KEPT: Final = 256  # requests whose answer may still come
_GAP: Final = 0.05  # seconds after which what is half said on a serial line is forgotten; ptys stutter, lines do not


@frozen
class Counted:
    """Frames that hold the number of their data bytes at a place, beside so many others."""

    place: int
    others: int


_SIZES: Final[dict[int, int | Counted]] = {  # bytes of a request on a serial line, unit and check value included
    **dict.fromkeys((0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x08), 8),
    **dict.fromkeys((0x07, 0x0B, 0x0C, 0x11), 4),
    **dict.fromkeys((0x0F, 0x10), Counted(place=6, others=9)),
    0x16: 10,
    0x17: Counted(place=10, others=13),
    0x2B: 7,
}


@define
class Request:
    """One request as it came."""

    unit: int
    message: bytes
    transaction: int = 0

    @property
    def answered(self) -> bool:
        """Return whether the wire carries an answer."""
        return self.unit != BROADCAST

    @property
    def is_nobodys(self) -> bool:
        """Return whether it asks everybody something, which nobody can answer."""
        return self.unit == BROADCAST and self.message[0] in _READING


@define(eq=False)
class FramedEnd(ABC):
    """Between a wire and a session: the session of the one, the peer of the other; subclasses know the frame."""

    peer: Peer
    unit: int
    checked: bool = field(default=False, init=False)  # whether its frames hold a check value
    asked: int = field(default=0, init=False)
    session: Session | None = field(default=None, init=False)
    _raw: bytes = field(default=b"", init=False)
    _requests: dict[int, Request] = field(factory=dict[int, Request], init=False)

    # --- what the wire tells -----------------------------------------------------------------------------------------

    def receive(self, received: bytes, *, end: bool = False) -> None:  # noqa: ARG002  (the frame tells)
        """Hand over what these bytes complete, each message by itself."""
        self._raw += received
        while self.session is not None and (request := self.next_request()) is not None:
            if request.unit not in {self.unit, BROADCAST}:
                self.refuse(request)
            elif not request.is_nobodys:
                self.asked += 1
                self._requests[self.asked] = request
                self._requests.pop(self.asked - _KEPT, None)
                self.session.receive(request.message, end=True)

    def clear(self) -> None:
        """Forget what is half said."""
        self._raw = b""
        if self.session is not None:
            self.session.clear()

    def status_byte(self, *, unread: bool = False) -> int:
        """Return nothing to be polled."""
        return self.session.status_byte(unread=unread) if self.session is not None else 0

    def trigger(self) -> None:  # noqa: B027  (no frame has one)
        """Do nothing: this wire has no trigger."""

    def closed(self) -> None:
        """End the session."""
        session, self.session = self.session, None
        if session is not None:
            session.closed()

    # --- what the session says ---------------------------------------------------------------------------------------

    def send(self, reply: bytes, *, asked: int | None = None) -> None:
        """Put an answer on the wire, if the request it answers wants one."""
        self.send_frame(reply, asked=asked)

    def send_frame(self, reply: bytes, *, asked: int | None = None, missing: int = 0, sound: bool = True) -> None:
        """Put an answer on the wire with a fault in its frame.

        Args:
            reply: the message.
            asked: the number of the request that it answers, where it is not the newest.
            missing: bytes at its end that do not come.
            sound: whether the check value is right, where there is one.
        """
        request = self._requests.get(self.asked if asked is None else asked)
        if request is not None and request.answered:
            self.peer.send(self.framed(reply, request, missing=missing, sound=sound))

    def hang_up(self) -> None:
        """Break the connection."""
        self.peer.hang_up()

    # --- the frame ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def next_request(self) -> Request | None:
        """Return the next whole request and take it off what was received."""

    @abstractmethod
    def framed(self, reply: bytes, request: Request, *, missing: int = 0, sound: bool = True) -> bytes:
        """Return the frame of an answer."""

    @abstractmethod
    def refuse(self, request: Request) -> None:
        """Deal with a request to another unit."""


@define(eq=False)
class TcpEnd(FramedEnd):
    """One client of Modbus TCP."""

    def next_request(self) -> Request | None:
        """Return the next request; a client whose header cannot be read is out of step and loses its connection."""
        while len(self._raw) > _HEADER:
            protocol, length = int.from_bytes(self._raw[2:4]), int.from_bytes(self._raw[4:_HEADER])
            if length not in _LENGTHS:
                self._raw = b""
                self.peer.hang_up()
                return None
            if len(self._raw) < _HEADER + length:
                return None
            frame, self._raw = self._raw[: _HEADER + length], self._raw[_HEADER + length :]
            if not protocol:  # of another protocol: passed over, as the implementation guide asks
                return Request(frame[_HEADER], frame[_HEADER + 1 :], int.from_bytes(frame[:2]))
        return None

    def framed(self, reply: bytes, request: Request, *, missing: int = 0, sound: bool = True) -> bytes:  # noqa: ARG002  (has no check value)
        """Return the frame of an answer, under the number of its request.

        TCP loses nothing, so of an answer cut short the length is right: a gateway passed on what it had.
        """
        reply = reply[: max(len(reply) - missing, 1)]
        head = request.transaction.to_bytes(2) + b"\0\0" + (len(reply) + 1).to_bytes(2)
        return head + bytes([request.unit]) + reply

    def refuse(self, request: Request) -> None:
        """Answer for a unit that is not there."""
        self.peer.send(self.framed(bytes([request.message[0] | _EXCEPTION, _GATEWAY]), request))


@define(eq=False)
class RtuEnd(FramedEnd):
    """One terminal of Modbus RTU."""

    now: Callable[[], float]
    checked: bool = field(default=True, init=False)
    _heard: float = field(default=0.0, init=False)

    def receive(self, received: bytes, *, end: bool = False) -> None:
        """Hand over what these bytes complete; what was half said before a silence is forgotten."""
        now = self.now()
        if now - self._heard > _GAP:
            self._raw = b""
        self._heard = now
        super(RtuEnd, self).receive(received, end=end)  # noqa: UP008  (attrs makes another class of this one)

    def next_request(self) -> Request | None:
        """Return the next sound request; what stands before it is passed over."""
        size = _request_size(self._raw)
        if len(self._raw) < max(size or 0, _SHORTEST_RTU) or size is None:
            return None
        for start in range(len(self._raw) - _SHORTEST_RTU + 1):
            frame = self._frame_at(start)
            if frame:
                self._raw = self._raw[start + len(frame) :]
                return Request(frame[0], frame[1:-_CHECK])
        self._raw = self._raw[-_LONGEST_RTU:]
        return None

    def _frame_at(self, start: int) -> bytes:
        """Return the sound frame that begins there, if one does; in the midst of noise only one that is for us."""
        if start and self._raw[start] not in {self.unit, BROADCAST}:
            return b""
        size = _request_size(self._raw[start:])
        if not size and start:
            return b""
        frame = self._raw[start : start + size] if size else self._raw
        return frame if len(frame) >= (size or 0) and _is_sound(frame) else b""

    def framed(self, reply: bytes, request: Request, *, missing: int = 0, sound: bool = True) -> bytes:
        """Return the frame of an answer, with its check value or a wrong one."""
        frame = bytes([request.unit]) + reply
        check = _check(frame)
        frame += check if sound else bytes([check[0] ^ 0x01, check[1]])
        return frame[: max(len(frame) - missing, 0)]

    def refuse(self, request: Request) -> None:
        """Be silent: the unit that was asked may hang on the same line."""


async def serve_modbus(reactor: Reactor, sessions: SessionFactory, unit: int, port: int) -> str:
    """Listen, and return the address."""

    def named(address: str) -> str:
        return f"{address.replace('tcp://', 'modbus://')}?unit={unit}"

    def begin(peer: Peer, address: str) -> Session:
        end = TcpEnd(peer, unit)
        end.session = sessions(end, named(address))
        return end

    return named(await serve_socket(reactor, begin, port))


async def serve_modbus_rtu(reactor: Reactor, sessions: SessionFactory, unit: int, settings: str) -> str:
    """Make a terminal, and return its address."""

    def named(address: str) -> str:
        return f"{address.replace('serial://', 'modbus+rtu://')}&parity=none&unit={unit}"

    def begin(peer: Peer, address: str) -> Session:
        end = RtuEnd(peer, unit, reactor.loop.time)
        end.session = sessions(end, named(address))
        return end

    return named(await serve_pty(reactor, begin, settings))


# --- frames of a serial line (MODBUS over Serial Line V1.02, 2.5.1) -------------------------------------------------


def _request_size(raw: bytes) -> int | None:
    """Return the bytes of the frame that begins here, which only its function tells.

    None while too little has come to tell, 0 for a function that is not known: its frame ends where the check value is
    right.
    """
    if len(raw) < _SHORTEST_RTU:
        return None
    size = _SIZES.get(raw[1], 0)
    if not isinstance(size, Counted):
        return size
    return size.others + raw[size.place] if len(raw) > size.place else None


def _is_sound(frame: bytes) -> bool:
    return _check(frame[:-_CHECK]) == frame[-_CHECK:]


def _check(frame: bytes) -> bytes:
    """Return the check value as it goes over the wire, the lower byte first (6.2.2).

    >>> _check(bytes.fromhex("01 03 00 6b 00 03")).hex()
    '7417'
    """
    register = 0xFFFF
    for each in frame:
        register = register >> 8 ^ _TABLE[(register ^ each) & 0xFF]
    return register.to_bytes(2, "little")


def _shifted(register: int) -> int:
    for _ in range(8):
        register = register >> 1 ^ 0xA001 if register & 1 else register >> 1
    return register


_TABLE: Final = tuple(_shifted(each) for each in range(256))
