"""HiSLIP (IVI-6.1) and VXI-11 as channels, through PyVISA with its Python backend.

The backend spins for a second and longer when the other end goes away, so its socket is replaced by a watched one.
"""

import socket
from contextlib import suppress
from typing import Any, Final, TypeGuard

from attrs import define, field
from pyvisa.constants import StatusCode

from labctl.clock import WallClock
from labctl.transport.hislip_message import Kind, Message, Reader, TooLarge
from labctl.transport.stream import PeerGone
from labctl.transport.visa import OPEN, VisaChannel, opened, session_of, translated
from labctl.transport.watched import WatchedSocket

_MESSAGE: Final = 5.0  # seconds for the rest of a message that has begun, as long as something comes
_LOOK: Final = 0.05  # seconds between two looks at whether the other end is there
_LONGEST: Final = 1 << 16  # bytes fetched at once
_LARGEST: Final = 1 << 24  # bytes of one message
_PORTMAPPER: Final = 111
_ANY: Final = 0xFFFF_FFFF  # number of a message that answers whatever was asked


@define(eq=False)
class LanChannel(VisaChannel):
    """A session over one connection that can be watched."""

    session: Any
    connection: WatchedSocket
    _clock: WallClock = field(factory=WallClock, init=False)

    def _allow(self, seconds: float) -> None:
        super()._allow(seconds)
        self.connection.allow(seconds + _MESSAGE)

    def _wait_in_vain(self, within: float) -> None:
        """Let the time pass; notice when the other end goes away."""
        deadline = self._clock.monotonic() + within
        while (remaining := deadline - self._clock.monotonic()) > 0:
            if self.connection.arrives(min(remaining, _LOOK)):
                self._clock.wait(min(remaining, _LOOK))  # bytes of an older answer; the next question drops them


@define(eq=False)
class HislipChannel(LanChannel):
    """HiSLIP: messages are numbered, and what answers an older one is dropped.

    Messages are taken off the wire here: the backend loses its place in one that stops in the middle, and waits behind
    an older one for less time than the answer may take.
    """

    _reader: Reader = field(factory=lambda: Reader(_LARGEST), init=False)

    def _fetched(self, within: float) -> tuple[bytes, bool]:
        deadline = self._clock.monotonic() + within
        while self.connection.arrives(max(deadline - self._clock.monotonic(), 0.0)):
            received = b""
            for message in self._reader.messages(self._arrived()):
                if self._answers(message):
                    received += message.payload
                    if message.kind == Kind.DATA_END:  # what follows was asked for by nobody
                        self.session.interface._rmt = 1  # noqa: SLF001  (delivered; told with what is sent next)
                        return received, True
            if received:
                return received, False
        return b"", False

    def clear(self) -> bool:
        """Do a device clear; what has arrived would be in its way."""
        with translated():
            while self.connection.arrives(0.0):
                self._arrived()
        self._reader = Reader(_LARGEST)
        return super().clear()

    def _arrived(self) -> bytes:
        self.connection.allow(_MESSAGE)
        return self.connection.recv(_LONGEST)

    def _answers(self, message: Message | TooLarge) -> TypeGuard[Message]:
        if isinstance(message, TooLarge):
            raise PeerGone(f"more than {_LARGEST} bytes in one message")
        if message.kind == Kind.FATAL_ERROR:
            raise PeerGone(message.payload.decode("latin-1"))
        newest = self.session.interface.last_message_id
        return message.kind in {Kind.DATA, Kind.DATA_END} and message.parameter in {newest, _ANY}


class Vxi11Channel(LanChannel):
    """VXI-11: the instrument is asked for its answer, and says itself when it has none in time."""

    def _fetched(self, within: float) -> tuple[bytes, bool]:
        self._allow(within)
        received, status = self.session.read(_LONGEST)  # a time-out loses nothing of what came before it
        if status == StatusCode.error_timeout:
            return bytes(received), False
        if status < 0:
            raise PeerGone("the instrument does not say any more whether it has an answer")
        return bytes(received), status != StatusCode.success_max_count_read

    def close(self) -> None:
        """Close the link; take leave only where the instrument owes nothing, because it may not answer any more."""
        if self._owed:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        super().close()


def connect_hislip(host: str, port: int, device: str) -> HislipChannel:
    """Open a HiSLIP session; OSError or PeerGone if it does not come about."""
    _knock(host, port)
    resource = opened(f"TCPIP::{host}::{device},{port}::INSTR")
    session = session_of(resource)
    connection = session.interface._sync = WatchedSocket.of(session.interface._sync)  # noqa: SLF001
    return HislipChannel(resource, session, connection)


def connect_vxi11(host: str, port: int | None, device: str) -> Vxi11Channel:
    """Open a VXI-11 link; OSError or PeerGone if it does not come about.

    Args:
        host: name or address.
        port: of the core channel; None: the portmapper is asked for it.
        device: "inst0".
    """
    _knock(host, port or _PORTMAPPER)
    resource = opened(f"TCPIP::{host},{port}::{device}::INSTR" if port else f"TCPIP::{host}::{device}::INSTR")
    session = session_of(resource)
    connection = session.interface.sock = WatchedSocket.of(session.interface.sock)
    return Vxi11Channel(resource, session, connection)


def _knock(host: str, port: int) -> None:
    """See whether somebody listens: the backend leaves a socket behind where nobody does, or finds out much later."""
    socket.create_connection((host, port), OPEN).close()
