"""A simulated instrument served over HiSLIP (IVI-6.1) in synchronised mode: two channels that make one session."""

import asyncio
from collections.abc import Callable
from typing import Final, cast

from attrs import define, field

from labctl.transport.hislip_message import VERSION, Fatal, Kind, Message, NonFatal, PoorlyFormed, Reader, TooLarge
from labctl.transport.reactor import Reactor
from labctl.transport.serve_socket import HOST, PATIENCE
from labctl.transport.session import Session, SessionFactory

_DEVICE: Final = b"hislip0"
_LONGEST: Final = 1 << 20  # bytes of payload that we take in one message
_SHORTEST: Final = 256  # no client can ask for smaller messages
_VENDOR: Final = int.from_bytes(b"LC")
_CLIENTS: Final = 64
_GRANTED: Final = 1  # also the answer to a release of an exclusive lock
_DELIVERED: Final = 1  # the client has taken the answer (RMT-delivered)


@define(eq=False)
class HislipEndpoint:
    """What all clients of one instrument share."""

    reactor: Reactor
    sessions: SessionFactory
    address: str = ""
    links: "dict[int, HislipLink]" = field(factory=dict)
    open_ones: "set[HislipChannel]" = field(factory=set)
    _last: int = 0

    def new_link(self, channel: "HislipChannel") -> "HislipLink | None":
        """Return the link of a new client, if there is room."""
        if len(self.links) >= _CLIENTS:
            return None
        self._last = self._last % 0xFFFF + 1
        link = self.links[self._last] = HislipLink(self, self._last, channel)
        return link


@define(eq=False)
class HislipLink:
    """One client: its two channels and its session, whose peer this is."""

    endpoint: HislipEndpoint
    number: int
    synchronous: "HislipChannel"
    asynchronous: "HislipChannel | None" = None
    asked: int = field(default=0, init=False)  # the message identity that the client gave
    session: Session | None = field(default=None, init=False)
    largest: int = field(default=_LONGEST, init=False)  # bytes of payload that the client takes
    unread: bool = field(default=False, init=False)  # an answer that the client has not confirmed yet
    clearing: bool = field(default=False, init=False)
    locked: bool = field(default=False, init=False)

    def complete(self, channel: "HislipChannel") -> None:
        """Join the second channel; from here on there is a session."""
        self.asynchronous = channel
        self.session = self.endpoint.reactor.begin(self.endpoint.sessions, self, self.endpoint.address)

    # --- the session's peer ------------------------------------------------------------------------------------------

    def send(self, reply: bytes, *, asked: int | None = None) -> None:
        """Put an answer on the wire, in as many messages as the client's size asks for."""
        if self.clearing:
            return
        identity = self.asked if asked is None else asked
        self.unread = identity == self.asked  # an older one is dropped by the client
        while len(reply) > self.largest:
            self.synchronous.write(Message(Kind.DATA, 0, identity, reply[: self.largest]))
            reply = reply[self.largest :]
        self.synchronous.write(Message(Kind.DATA_END, 0, identity, reply))

    def hang_up(self) -> None:
        """Break both channels at once."""
        self.endpoint.links.pop(self.number, None)
        for each in (self.synchronous, self.asynchronous):
            if each is not None:
                each.abort()
        session, self.session = self.session, None
        if session is not None:
            self.endpoint.reactor.tell(session.closed)

    # --- what the client says ----------------------------------------------------------------------------------------

    def heard(self, message: Message) -> Message | None:
        """Take a message of either channel, and return what is answered on the same one."""
        session = self.session
        if session is None:
            return Message(Kind.FATAL_ERROR, Fatal.CHANNELS_INCOMPLETE, 0, b"both channels are needed first")
        answer = _ANSWERS.get(message.kind)
        if answer is None:
            return Message(Kind.ERROR, NonFatal.UNRECOGNIZED_TYPE, 0, b"unrecognised message type")
        return answer(self, session, message)

    def take(self, session: Session, message: Message) -> None:
        """Hand over what the client sent."""
        if self.clearing:
            return  # on its way when the client cleared
        self.asked = message.parameter
        self.unread = False  # what was not taken is void now (IEEE 488.2, 6.3.2.3)
        end = message.kind == Kind.DATA_END
        triggered = message.kind == Kind.TRIGGER
        self._tell(session.trigger if triggered else lambda: session.receive(message.payload, end=end))

    def begin_clear(self, session: Session, _: Message) -> Message:
        """Forget what is half said, and take nothing until the client has forgotten it too."""
        self.clearing = True
        self._clear(session)
        return Message(Kind.ASYNC_DEVICE_CLEAR_ACKNOWLEDGE)

    def complete_clear(self, session: Session, _: Message) -> Message:
        """Begin anew."""
        self._clear(session)
        self.clearing = False
        return Message(Kind.DEVICE_CLEAR_ACKNOWLEDGE)

    def status(self, session: Session, message: Message) -> Message:
        """Return the status byte."""
        if message.control & _DELIVERED:
            self.unread = False
        return Message(Kind.ASYNC_STATUS_RESPONSE, session.status_byte(unread=self.unread))

    def agree_on_size(self, _: Session, message: Message) -> Message:
        """Take the largest message of the client and return ours."""
        self.largest = min(max(int.from_bytes(message.payload[:8]), _SHORTEST), _LONGEST)
        return Message(Kind.ASYNC_MAXIMUM_MESSAGE_SIZE_RESPONSE, 0, 0, _LONGEST.to_bytes(8))

    def lock(self, _: Session, message: Message) -> Message:
        """Grant or release a lock; a simulated instrument refuses nobody."""
        self.locked = bool(message.control)
        return Message(Kind.ASYNC_LOCK_RESPONSE, _GRANTED)

    def tell_locks(self, _: Session, __: Message) -> Message:
        """Return how many clients hold a lock."""
        holders = sum(each.locked for each in self.endpoint.links.values())
        return Message(Kind.ASYNC_LOCK_INFO_RESPONSE, int(holders > 0), holders)

    def go_remote(self, _: Session, __: Message) -> Message:
        """Agree to be local or remote; no front panel is here to be locked."""
        return Message(Kind.ASYNC_REMOTE_LOCAL_RESPONSE)

    def pass_over(self, _: Session, __: Message) -> None:
        """Do nothing about an error that the client can live with."""

    def leave(self, _: Session, __: Message) -> None:
        """End, because the client says that it cannot go on."""
        self.hang_up()

    def _clear(self, session: Session) -> None:
        self.unread = False
        self._tell(session.clear)

    def _tell(self, action: Callable[[], None]) -> None:
        if not self.endpoint.reactor.tell(action):
            self.hang_up()


_ANSWERS: Final[dict[int, Callable[[HislipLink, Session, Message], Message | None]]] = {
    Kind.DATA: HislipLink.take,
    Kind.DATA_END: HislipLink.take,
    Kind.TRIGGER: HislipLink.take,
    Kind.DEVICE_CLEAR_COMPLETE: HislipLink.complete_clear,
    Kind.ASYNC_DEVICE_CLEAR: HislipLink.begin_clear,
    Kind.ASYNC_STATUS_QUERY: HislipLink.status,
    Kind.ASYNC_MAXIMUM_MESSAGE_SIZE: HislipLink.agree_on_size,
    Kind.ASYNC_LOCK: HislipLink.lock,
    Kind.ASYNC_LOCK_INFO: HislipLink.tell_locks,
    Kind.ASYNC_REMOTE_LOCAL_CONTROL: HislipLink.go_remote,
    Kind.FATAL_ERROR: HislipLink.leave,
    Kind.ERROR: HislipLink.pass_over,
}


@define(eq=False)
class HislipChannel(asyncio.Protocol):
    """One of the two connections of a client; its first message says which."""

    endpoint: HislipEndpoint
    _reader: Reader = field(factory=lambda: Reader(_LONGEST), init=False)
    _link: HislipLink | None = field(default=None, init=False)
    _transport: asyncio.Transport | None = field(default=None, init=False)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first message."""
        self._transport = cast("asyncio.Transport", transport)
        if self.endpoint.reactor.stopping:
            self._transport.abort()
            return
        self.endpoint.open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (however it ended)
        """End the session: one channel is of no use."""
        self._transport = None
        self.endpoint.open_ones.discard(self)
        if self._link is not None:
            self._link.hang_up()

    def data_received(self, data: bytes) -> None:
        """Take what the bytes complete."""
        try:
            messages = self._reader.messages(data)
        except PoorlyFormed:
            self._refuse(Fatal.POORLY_FORMED_HEADER, b"a message begins with HS")
            return
        for message in messages:
            if self._transport is None:
                return
            self._take(message)

    def write(self, message: Message) -> None:
        """Put a message on the wire; a client that reads nothing is dropped in the end."""
        if self._transport is None:
            return
        self._transport.write(message.encode())
        if self._transport.get_write_buffer_size() > PATIENCE:
            self.abort()

    def abort(self) -> None:
        """Break the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _take(self, message: Message | TooLarge) -> None:
        if isinstance(message, TooLarge):
            self.write(Message(Kind.ERROR, NonFatal.TOO_LARGE, 0, b"message too large"))
        elif self._link is None:
            self._begin(message)
        else:
            answer = self._link.heard(message)
            if answer is not None:
                self.write(answer)
                if answer.kind == Kind.FATAL_ERROR:
                    self._end()

    def _begin(self, message: Message) -> None:
        match message.kind:
            case Kind.INITIALIZE if message.payload.lower() == _DEVICE:
                self._link = self.endpoint.new_link(self)
                if self._link is None:
                    self._refuse(Fatal.TOO_MANY_CLIENTS, b"too many clients")
                else:
                    self.write(Message(Kind.INITIALIZE_RESPONSE, 0, VERSION << 16 | self._link.number))
            case Kind.ASYNC_INITIALIZE:
                link = self.endpoint.links.get(message.parameter)
                if link is None or link.asynchronous is not None:
                    self._refuse(Fatal.INVALID_INITIALIZATION, b"no such session")
                    return
                self._link = link
                link.complete(self)
                self.write(Message(Kind.ASYNC_INITIALIZE_RESPONSE, 0, _VENDOR))
            case Kind.INITIALIZE:
                self._refuse(Fatal.INVALID_INITIALIZATION, b"no such device, try hislip0")
            case _:
                self._refuse(Fatal.INVALID_INITIALIZATION, b"initialise first")

    def _refuse(self, code: Fatal, words: bytes) -> None:
        self.write(Message(Kind.FATAL_ERROR, code, 0, words))
        self._end()

    def _end(self) -> None:
        """Close after what was written."""
        if self._transport is not None:
            self._transport.close()


async def serve_hislip(reactor: Reactor, sessions: SessionFactory, port: int) -> str:
    """Listen, and return the address."""
    endpoint = HislipEndpoint(reactor, sessions)
    server = await reactor.loop.create_server(lambda: HislipChannel(endpoint), HOST, port)
    endpoint.address = f"hislip://{HOST}:{server.sockets[0].getsockname()[1]}/{_DEVICE.decode()}"

    def close() -> None:
        server.close()
        for each in list(endpoint.open_ones):
            each.abort()

    reactor.on_stop(close)
    return endpoint.address
