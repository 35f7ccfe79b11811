"""A raw socket as a channel: no delay, and a closed connection is noticed at once."""

import socket
from typing import Final

from attrs import define

from labctl.transport.stream import PeerGone

_CONNECT: Final = 3.0  # seconds for a connection to come about
_BLOCK: Final = 65536


@define(eq=False)
class TcpChannel:
    """One open connection."""

    connection: socket.socket

    def send(self, message: bytes, within: float) -> None:
        """Send all of a message."""
        self.connection.settimeout(within)
        self.connection.sendall(message)

    def receive(self, within: float) -> bytes:
        """Return what has arrived, waiting for the first byte."""
        self.connection.settimeout(within)
        try:
            received = self.connection.recv(_BLOCK)
        except (TimeoutError, BlockingIOError):
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


def connect_tcp(host: str, port: int) -> TcpChannel:
    """Connect to a raw socket; OSError if nothing listens there."""
    connection = socket.create_connection((host, port), _CONNECT)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # two writes in a row would wait 40 ms otherwise
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return TcpChannel(connection)
