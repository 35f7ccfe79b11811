"""A raw socket that serves a simulated instrument: bytes to a session, answers back."""

import asyncio
from typing import Final, cast

from attrs import define, field

from labctl.transport.reactor import Reactor
from labctl.transport.session import Session, SessionFactory

HOST: Final = "127.0.0.1"
PATIENCE: Final = 1 << 20  # bytes of answers that a client may leave unread


@define(eq=False)
class SocketConnection(asyncio.Protocol):
    """One client; the peer of its session."""

    reactor: Reactor
    sessions: SessionFactory
    address: str
    open_ones: "set[SocketConnection]"
    asked: int = field(default=0, init=False)
    _session: Session | None = field(default=None, init=False)
    _transport: asyncio.Transport | None = field(default=None, init=False)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a session."""
        self._transport = cast("asyncio.Transport", transport)
        if self.reactor.stopping:
            self._transport.abort()
            return
        self.open_ones.add(self)
        self._session = self.reactor.begin(self.sessions, self, self.address)

    def data_received(self, data: bytes) -> None:
        """Hand the bytes over."""
        session = self._session
        self.asked += 1
        if session is not None and not self.reactor.tell(lambda: session.receive(data)):
            self.hang_up()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (however it ended)
        """End the session."""
        self.open_ones.discard(self)
        session, self._session, self._transport = self._session, None, None
        if session is not None:
            self.reactor.tell(session.closed)

    def send(self, reply: bytes, *, asked: int | None = None) -> None:  # noqa: ARG002  (a stream has no numbers)
        """Put an answer on the wire; a client that reads nothing is dropped in the end."""
        if self._transport is None:
            return
        self._transport.write(reply)
        if self._transport.get_write_buffer_size() > PATIENCE:
            self.hang_up()

    def hang_up(self) -> None:
        """Break the connection at once."""
        if self._transport is not None:
            self._transport.abort()


async def serve_socket(reactor: Reactor, sessions: SessionFactory, port: int) -> str:
    """Listen, and return the address."""
    open_ones: set[SocketConnection] = set()
    address = ""

    def connection() -> SocketConnection:
        return SocketConnection(reactor, sessions, address, open_ones)

    server = await reactor.loop.create_server(connection, HOST, port)
    address = f"tcp://{HOST}:{server.sockets[0].getsockname()[1]}"

    def close() -> None:
        server.close()
        for each in list(open_ones):
            each.hang_up()

    reactor.on_stop(close)
    return address
