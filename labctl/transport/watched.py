"""A socket for libraries that wait too long: it says at once that the other end is gone, and knows a deadline."""

import select
import socket
from typing import Any, Final

from labctl.clock import WallClock

_PAUSE: Final = 1.0  # seconds without a byte after which the rest of a message is not waited for


class WatchedSocket(socket.socket):
    """A connected socket, taken over from whoever opened it."""

    _deadline: float = 0.0

    @classmethod
    def of(cls, connection: socket.socket) -> "WatchedSocket":
        """Return the same connection as a watched one; what was given is closed."""
        patience = connection.gettimeout()
        watched = cls(connection.family, connection.type, connection.proto, fileno=connection.detach())
        watched.settimeout(patience)
        watched.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        watched.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return watched

    def allow(self, seconds: float) -> None:
        """Give what is received from now on so many seconds in all."""
        self._deadline = WallClock().monotonic() + seconds

    def arrives(self, within: float) -> bool:
        """Wait for a byte without taking it.

        Raises:
            ConnectionResetError: the other end closed it.
        """
        if not select.select([self], [], [], within)[0]:
            return False
        if not super().recv(1, socket.MSG_PEEK):
            raise _closed()
        return True

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Receive some bytes."""
        self._await()
        received = super().recv(size, flags)
        if not received:
            raise _closed()
        return received

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:  # noqa: ANN401  (as sockets have it)
        """Receive some bytes into a buffer."""
        self._await()
        received = super().recv_into(buffer, nbytes, flags)
        if not received:
            raise _closed()
        return received

    def _await(self) -> None:
        remaining = self._deadline - WallClock().monotonic()
        if remaining <= 0 or not select.select([self], [], [], min(remaining, _PAUSE))[0]:
            raise TimeoutError("the rest of a message did not come in time")


def _closed() -> ConnectionResetError:
    return ConnectionResetError("the other end closed it")
