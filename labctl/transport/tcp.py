"""A raw socket as a channel: no delay, and a closed connection is noticed at once."""

import select
import socket
from collections.abc import Callable
from typing import Final

from attrs import define, field

from labctl.clock import WallClock
from labctl.transport.stream import PeerGone

_CONNECT: Final = 3.0  # seconds for a connection to come about
_BLOCK: Final = 65536


@define(eq=False)
class TcpChannel:
    """One open connection, which never blocks: an exchange has as few calls of the system as can be."""

    connection: socket.socket
    _arrives: Callable[[float], bool] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Set the connection up."""
        self.connection.settimeout(0.0)
        self._arrives = watch(self.connection)

    def send(self, message: bytes, within: float) -> None:
        """Send all of a message."""
        try:
            sent = self.connection.send(message)
        except BlockingIOError:
            sent = 0
        if sent < len(message):
            self._send_rest(message[sent:], within)

    def receive(self, within: float) -> bytes:
        """Return what has arrived, waiting for the first byte."""
        if not self._arrives(within):
            return b""
        try:
            received = self.connection.recv(_BLOCK)
        except BlockingIOError:
            return b""
        if not received:
            raise PeerGone("the other end closed it")
        return received

    def clear(self) -> bool:
        """Return false: a stream of bytes has no device clear."""
        return False

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _send_rest(self, message: bytes, within: float) -> None:
        """Send what the system does not take at once."""
        clock = WallClock()
        deadline = clock.monotonic() + within
        while message:
            remaining = deadline - clock.monotonic()
            if remaining <= 0 or not select.select([], [self.connection], [], remaining)[1]:
                raise TimeoutError("the other end takes no bytes")
            message = message[self.connection.send(message) :]


def watch(connection: socket.socket) -> Callable[[float], bool]:
    """Return what waits for the first byte on a connection, or its end, up to so many seconds."""
    if not hasattr(select, "poll"):  # Windows
        return lambda within: bool(select.select([connection], [], [], within)[0])
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return lambda within: bool(poll.poll(max(within, 0.0) * 1000))


def connect_tcp(host: str, port: int) -> TcpChannel:
    """Connect to a raw socket; OSError if nothing listens there."""
    connection = socket.create_connection((host, port), _CONNECT)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # two writes in a row would wait 40 ms otherwise
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return TcpChannel(connection)
