"""HiSLIP (IVI-6.1) as a channel, through PyVISA with its Python backend.

Imported only where an address asks for it: PyVISA is slow to import, and the guardian has to have it beforehand.
"""

import select
import socket
from typing import Any, Final, cast

import pyvisa
import pyvisa_py  # type: ignore[import-untyped]  # noqa: F401  # pyright: ignore[reportUnusedImport]  (the backend, before it is needed)
from attrs import define, field
from pyvisa.constants import StatusCode
from pyvisa.errors import VisaIOError
from pyvisa.resources import MessageBasedResource

from labctl.clock import WallClock
from labctl.transport.stream import PeerGone

_OPEN: Final = 3.0  # seconds for a connection to come about
_LOOK: Final = 0.05  # seconds between two looks at whether the other end is there
_MESSAGE: Final = 5.0  # seconds for the rest of a message that has begun
_LONGEST: Final = 1 << 20  # bytes read at once


@define(eq=False)
class HislipChannel:
    """One open session; PyVISA drops what answers an older message."""

    resource: MessageBasedResource
    _ended: bool = field(default=True, init=False)  # the answer was complete: nothing more comes unasked

    def send(self, message: bytes, within: float) -> None:
        """Send a message as a whole."""
        try:
            self.resource.timeout = within * 1000
            self.resource.write_raw(message)
        except (VisaIOError, RuntimeError) as error:
            raise _translated(error) from error
        self._ended = False

    def receive(self, within: float) -> bytes:
        """Return an answer as a whole; bytes without a question are dropped by their message identity."""
        if within <= 0:
            return b""
        if self._ended:
            self._wait_in_vain(within)
            return b""
        if not _readable(self.resource, within):
            return b""
        try:
            self.resource.timeout = _MESSAGE * 1000
            received = bytes(self.resource.read_raw(_LONGEST))
        except (VisaIOError, RuntimeError) as error:  # the latter for a connection that ended
            raise _translated(error) from error
        self._ended = True
        return received

    def _wait_in_vain(self, within: float) -> None:
        """Let the time pass in which nothing can come; notice when the other end goes away."""
        clock = WallClock()
        deadline = clock.monotonic() + within
        while (remaining := deadline - clock.monotonic()) > 0:
            if _readable(self.resource, min(remaining, _LOOK)):
                if not _connection(self.resource).recv(1, socket.MSG_PEEK):
                    raise PeerGone("the other end closed it")
                clock.wait(min(remaining, _LOOK))  # bytes of an older answer; the next question drops them

    def clear(self) -> bool:
        """Do a device clear."""
        try:
            self.resource.clear()
        except (VisaIOError, RuntimeError) as error:
            raise _translated(error) from error
        self._ended = True
        return True

    def close(self) -> None:
        """Close the session."""
        try:
            self.resource.close()
        except (VisaIOError, OSError):
            return  # it is gone either way


def connect_hislip(host: str, port: int, device: str) -> HislipChannel:
    """Open a session; OSError or PeerGone if it does not come about."""
    socket.create_connection((host, port), _OPEN).close()  # the backend leaves a socket behind when nobody listens
    name = f"TCPIP::{host}::{device},{port}::INSTR"
    try:
        resource = pyvisa.ResourceManager("@py").open_resource(name, open_timeout=round(_OPEN * 1000))
    except VisaIOError as error:
        raise _translated(error) from error
    return HislipChannel(cast("MessageBasedResource", resource))


def _readable(resource: MessageBasedResource, within: float) -> bool:
    """Wait for the first byte without taking it: the backend loses its place when a message stops in the middle."""
    return bool(select.select([_connection(resource)], [], [], within)[0])


def _connection(resource: MessageBasedResource) -> socket.socket:
    session = cast("Any", resource.visalib).sessions[resource.session]
    return cast("socket.socket", session.interface._sync)  # noqa: SLF001  (nothing public waits)


def _translated(error: Exception) -> Exception:
    if isinstance(error, VisaIOError) and error.error_code == StatusCode.error_timeout:
        return TimeoutError(str(error))
    cause = error.__context__ if isinstance(error, VisaIOError) else None
    return PeerGone(str(cause or error))
