"""HiSLIP (IVI-6.1) and VXI-11 as channels, through PyVISA with its Python backend.

The backend spins for a second and longer when the other end goes away, so its socket is replaced by a watched one.
"""

import socket
from contextlib import suppress
from typing import Any, Final

from attrs import define, field
from pyvisa.constants import StatusCode

from labctl.clock import WallClock
from labctl.transport.stream import PeerGone
from labctl.transport.visa import OPEN, VisaChannel, opened, session_of
from labctl.transport.watched import WatchedSocket

_MESSAGE: Final = 5.0  # seconds for the rest of a message that has begun, as long as something comes
_LOOK: Final = 0.05  # seconds between two looks at whether the other end is there
_LONGEST: Final = 1 << 16  # bytes fetched at once
_PORTMAPPER: Final = 111


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

    def _read(self) -> tuple[bytes, StatusCode]:
        """Read with the backend's own session: a time-out loses nothing of what came before it."""
        received, status = self.session.read(_LONGEST)
        return bytes(received), status


class HislipChannel(LanChannel):
    """HiSLIP: messages are numbered, and what answers an older one is dropped."""

    def _fetched(self, within: float) -> tuple[bytes, bool]:
        if not self.connection.arrives(within):  # a message that stops in the middle would lose the place
            return b"", False
        self._allow(_MESSAGE)
        received, status = self._read()
        if status < 0:
            raise TimeoutError("an answer stopped in the middle")
        return received, status != StatusCode.success_max_count_read


class Vxi11Channel(LanChannel):
    """VXI-11: the instrument is asked for its answer, and says itself when it has none in time."""

    def _fetched(self, within: float) -> tuple[bytes, bool]:
        self._allow(within)
        received, status = self._read()
        if status == StatusCode.error_timeout:
            return received, False
        if status < 0:
            raise PeerGone("the instrument does not say any more whether it has an answer")
        return received, status != StatusCode.success_max_count_read

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
