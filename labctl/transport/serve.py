"""The server side of every wire, for simulated instruments: endpoints on free ports and terminals of this machine."""

from collections.abc import Awaitable, Callable

from labctl.transport.reactor import Reactor
from labctl.transport.serve_control import Request, serve_control
from labctl.transport.serve_hislip import serve_hislip
from labctl.transport.serve_pty import serve_pty
from labctl.transport.serve_socket import serve_socket
from labctl.transport.session import Peer, Session, SessionFactory

__all__ = ["Peer", "Request", "Server", "Session", "SessionFactory"]


class Server(Reactor):
    """Serves simulated instruments; every method that adds an endpoint returns its address as a station writes it.

    Whatever it calls, sessions and control requests alike, it calls in its own thread, one at a time. Sessions
    send in that thread only: in answer to bytes, from `call_later`, or from a control request.
    """

    def add_socket(self, sessions: SessionFactory, port: int = 0) -> str:
        """Serve a raw socket, many clients at a time: `tcp://127.0.0.1:PORT`."""
        return self.completed(serve_socket(self, sessions, port))

    def add_hislip(self, sessions: SessionFactory, port: int = 0) -> str:
        """Serve HiSLIP (IVI-6.1), many clients at a time: `hislip://127.0.0.1:PORT/hislip0`."""
        return self.completed(serve_hislip(self, sessions, port))

    def add_pty(self, sessions: SessionFactory, settings: str = "baud=9600") -> str:
        """Serve a pseudo-terminal, for one client at a time: `serial:///…?baud=9600`. POSIX only.

        Of the settings of the instrument's port, `baud=4800&bits=7&parity=even`, the terminal has the speed alone.

        The name stays the same when the line is broken and mended, and is gone when the server stops.
        """
        return self.completed(serve_pty(self, sessions, settings))

    def add_control(self, on_request: Callable[[Request], Request | Awaitable[Request]], port: int = 0) -> str:
        """Serve JSON lines, one answer for each request of a client, in order: `tcp://127.0.0.1:PORT`.

        Args:
            on_request: returns the answer, or an awaitable of it that may wait with `until`. What it raises of
                `LabctlError`, `ValueError` and `LookupError` is answered as `{"error": "…"}`.
            port: 0 for a free one.
        """
        return self.completed(serve_control(self, on_request, port))
