"""The server side of every wire, for simulated instruments: endpoints on free ports and terminals of this machine."""

from collections.abc import Awaitable, Callable

from labctl.transport.reactor import Reactor
from labctl.transport.serve_control import Request, serve_control
from labctl.transport.serve_hislip import serve_hislip
from labctl.transport.serve_modbus import serve_modbus, serve_modbus_rtu
from labctl.transport.serve_prologix import serve_prologix
from labctl.transport.serve_pty import serve_pty
from labctl.transport.serve_socket import serve_socket
from labctl.transport.serve_vxi11 import serve_vxi11
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

    def add_vxi11(self, sessions: SessionFactory, port: int = 0) -> str:
        """Serve VXI-11, many clients at a time: `vxi11://127.0.0.1:PORT/inst0`. Its abort channel is on a free port."""
        return self.completed(serve_vxi11(self, sessions, port))

    def add_prologix(self, sessions: SessionFactory, gpib_address: int = 22, port: int = 0) -> str:
        """Serve GPIB behind a Prologix adapter, many clients at a time: `prologix://127.0.0.1:PORT/22`."""
        return self.completed(serve_prologix(self, sessions, gpib_address, port))

    def add_pty(self, sessions: SessionFactory, settings: str = "baud=9600") -> str:
        """Serve a pseudo-terminal, for one client at a time: `serial:///…?baud=9600`. POSIX only.

        Of the settings of the instrument's port, `baud=4800&bits=7&parity=even`, the terminal has the speed alone.

        The name stays the same when the line is broken and mended, and is gone when the server stops.
        """
        return self.completed(serve_pty(self, sessions, settings))

    def add_modbus(self, sessions: SessionFactory, unit: int = 1, port: int = 0) -> str:
        """Serve Modbus TCP, many clients at a time: `modbus://127.0.0.1:PORT?unit=1`; a session hears messages."""
        return self.completed(serve_modbus(self, sessions, unit, port))

    def add_modbus_rtu(self, sessions: SessionFactory, unit: int = 1, settings: str = "baud=19200") -> str:
        """Serve Modbus RTU on a pseudo-terminal: `modbus+rtu:///…?baud=19200&parity=none&unit=1`. POSIX only."""
        return self.completed(serve_modbus_rtu(self, sessions, unit, settings))

    def add_control(self, on_request: Callable[[Request], Request | Awaitable[Request]], port: int = 0) -> str:
        """Serve JSON lines, one answer for each request of a client, in order: `tcp://127.0.0.1:PORT`.

        Args:
            on_request: returns the answer, or an awaitable of it that may wait with `until`. What it raises of
                `LabctlError`, `ValueError` and `LookupError` is answered as `{"error": "…"}`.
            port: 0 for a free one.
        """
        return self.completed(serve_control(self, on_request, port))
