"""A simulated instrument served over VXI-11 (TCP/IP Instrument Protocol, revision 1.0): core and abort channel."""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from attrs import define, field

from labctl.transport.output_queue import OutputQueue
from labctl.transport.reactor import Reactor
from labctl.transport.rpc_message import Reading, opaque, words
from labctl.transport.rpc_server import Outcome, Program, RpcConnection, Wait
from labctl.transport.serve_socket import HOST
from labctl.transport.session import Session, SessionFactory

_DEVICE: Final = b"inst0"
_LONGEST: Final = 1 << 16  # bytes that we take in one write
_LINKS: Final = 64

# flags of an operation
_WAIT_FOR_LOCK: Final = 1
_END: Final = 8
_TERMINATED: Final = 128

# reasons why a read ends
_COUNT: Final = 1
_CHARACTER: Final = 2
_ENDED: Final = 4


class Fault(IntEnum):
    """Error codes of operations."""

    NONE = 0
    NOT_ACCESSIBLE = 3
    INVALID_LINK = 4
    PARAMETER = 5
    NOT_SUPPORTED = 8
    OUT_OF_RESOURCES = 9
    LOCKED = 11
    NO_LOCK = 12
    TIMEOUT = 15
    ABORTED = 23


@define(eq=False)
class Vxi11Endpoint:
    """What all clients of one instrument share."""

    reactor: Reactor
    sessions: SessionFactory
    address: str = ""
    abort_port: int = 0
    links: "dict[int, Vxi11Link]" = field(factory=dict)
    open_ones: set[RpcConnection] = field(factory=set[RpcConnection])
    holder: "Vxi11Link | None" = None  # of the lock
    _last: int = 0

    def new_link(self, connection: RpcConnection) -> "Vxi11Link":
        """Return the link of a new client, and begin its session."""
        self._last += 1
        link = self.links[self._last] = Vxi11Link(self, self._last, connection)
        link.session = self.reactor.begin(self.sessions, link, self.address)
        return link

    def look(self) -> None:
        """Let everybody look who waits for an answer or the lock."""
        for each in list(self.open_ones):
            each.look()


@define(eq=False)
class Vxi11Link:
    """One client's link: its session, whose peer this is, and what the session has to say."""

    endpoint: Vxi11Endpoint
    number: int
    connection: RpcConnection
    session: Session | None = field(default=None, init=False)
    output: OutputQueue = field(factory=OutputQueue, init=False)
    between: bool = field(default=True, init=False)  # two messages of the client, no half one
    aborted: bool = field(default=False, init=False)

    @property
    def asked(self) -> int:
        """Return the number of the client's newest message."""
        return self.output.asked

    @property
    def free(self) -> bool:
        """Return whether nobody else holds the lock."""
        return self.endpoint.holder in {None, self}

    def send(self, reply: bytes, *, asked: int | None = None) -> None:
        """Keep an answer until it is fetched; a client that fetches nothing is dropped in the end."""
        self.output.put(reply, asked)
        if self.output.overrun:
            self.hang_up()
        else:
            self.endpoint.look()

    def hang_up(self) -> None:
        """Break the connection at once."""
        self.connection.abort()

    def take(self, content: bytes, *, end: bool) -> None:
        """Hand over what the client wrote."""
        if self.between:
            self.output.begin()
        self.between = end
        self.tell(lambda session: session.receive(content, end=end))

    def tell(self, action: Callable[[Session], None]) -> None:
        """Tell the session something; what it cannot take breaks the connection."""
        session = self.session
        if session is not None and not self.endpoint.reactor.tell(lambda: action(session)):
            self.hang_up()

    def destroy(self) -> None:
        """End the session and give the lock back."""
        self.endpoint.links.pop(self.number, None)
        session, self.session = self.session, None
        if session is not None:
            self.endpoint.reactor.tell(session.closed)
        if self.endpoint.holder is self:
            self.endpoint.holder = None
            self.endpoint.look()


@define(eq=False)
class CoreChannel:
    """One client's core channel: the procedures of the instrument."""

    endpoint: Vxi11Endpoint
    connection: RpcConnection

    def closed(self) -> None:
        """Destroy the links of a client that went away."""
        for each in [each for each in self.endpoint.links.values() if each.connection is self.connection]:
            each.destroy()

    # --- links and locks ---------------------------------------------------------------------------------------------

    def create_link(self, arguments: Reading) -> Outcome:
        """Begin a session, with the lock where that is asked for."""
        _, lock, timeout = arguments.words(3)
        if arguments.opaque().lower() != _DEVICE:
            return words(Fault.NOT_ACCESSIBLE, 0, 0, 0)
        if len(self.endpoint.links) >= _LINKS:
            return words(Fault.OUT_OF_RESOURCES, 0, 0, 0)

        def linked() -> bytes:
            link = self.endpoint.new_link(self.connection)
            if lock:
                self.endpoint.holder = link
            return words(Fault.NONE, link.number, self.endpoint.abort_port, _LONGEST)

        if lock and self.endpoint.holder is not None:
            return Wait(
                lambda: linked() if self.endpoint.holder is None else None, words(Fault.LOCKED, 0, 0, 0), timeout / 1000
            )
        return linked()

    def destroy_link(self, arguments: Reading) -> Outcome:
        """End a session."""
        link = self._link(arguments)
        if link is None:
            return words(Fault.INVALID_LINK)
        link.destroy()
        return words(Fault.NONE)

    def lock(self, arguments: Reading) -> Outcome:
        """Keep every other link out."""
        link = self._link(arguments)
        flags, timeout = arguments.words(2)

        def locked(link: Vxi11Link) -> bytes:
            if self.endpoint.holder is link:
                return words(Fault.LOCKED)
            self.endpoint.holder = link
            return words(Fault.NONE)

        return self._when_free(link, flags, timeout, locked, b"")

    def unlock(self, arguments: Reading) -> Outcome:
        """Let the others in again."""
        link = self._link(arguments)
        if link is None:
            return words(Fault.INVALID_LINK)
        if self.endpoint.holder is not link:
            return words(Fault.NO_LOCK)
        self.endpoint.holder = None
        self.endpoint.look()
        return words(Fault.NONE)

    # --- messages ----------------------------------------------------------------------------------------------------

    def write(self, arguments: Reading) -> Outcome:
        """Hand bytes to the session; a message ends where the client says so."""
        link = self._link(arguments)
        _, timeout, flags = arguments.words(3)
        content = arguments.opaque()
        if len(content) > _LONGEST:
            return words(Fault.PARAMETER, 0)

        def written(link: Vxi11Link) -> bytes:
            link.take(content, end=bool(flags & _END))
            return words(Fault.NONE, len(content))

        return self._when_free(link, flags, timeout, written, words(0))

    def read(self, arguments: Reading) -> Outcome:
        """Return what the session says, once it says something."""
        link = self._link(arguments)
        most, patience, timeout, flags, stop = arguments.words(5)
        wanted = stop & 0xFF if flags & _TERMINATED else None

        def fetched(link: Vxi11Link) -> bytes | None:
            if link.aborted:
                link.aborted = False
                return words(Fault.ABORTED, 0) + opaque(b"")
            if not link.output:
                return None
            piece = link.output.fetch(most, wanted)
            reason = _ENDED * piece.ended | _CHARACTER * piece.matched | _COUNT * (len(piece.content) == most)
            return words(Fault.NONE, reason) + opaque(piece.content)

        def begun(link: Vxi11Link) -> Outcome:
            link.aborted = False
            nothing = words(Fault.TIMEOUT, 0) + opaque(b"")
            return fetched(link) or Wait(lambda: fetched(link), nothing, patience / 1000)

        return self._when_free(link, flags, timeout, begun, words(0) + opaque(b""))

    def status(self, arguments: Reading) -> Outcome:
        """Return the status byte."""

        def polled(link: Vxi11Link) -> bytes:
            byte = link.session.status_byte(unread=bool(link.output)) if link.session is not None else 0
            return words(Fault.NONE, byte)

        return self._generic(arguments, polled, words(0))

    def trigger(self, arguments: Reading) -> Outcome:
        """Do a group execute trigger."""

        def triggered(link: Vxi11Link) -> bytes:
            link.output.begin()
            link.tell(lambda session: session.trigger())
            return words(Fault.NONE)

        return self._generic(arguments, triggered)

    def clear(self, arguments: Reading) -> Outcome:
        """Forget what is half said, on both sides."""

        def cleared(link: Vxi11Link) -> bytes:
            link.output.begin()
            link.between = True
            link.tell(lambda session: session.clear())
            return words(Fault.NONE)

        return self._generic(arguments, cleared)

    def control(self, arguments: Reading) -> Outcome:
        """Agree to be remote or local; no front panel is here to be locked."""
        return self._generic(arguments, lambda _: words(Fault.NONE))

    # --- what this instrument does not do ----------------------------------------------------------------------------

    def refuse(self, _: Reading) -> Outcome:
        """Refuse service requests and their channel: an instrument may be without."""
        return words(Fault.NOT_SUPPORTED)

    def refuse_command(self, _: Reading) -> Outcome:
        """Refuse commands to an interface, which an instrument is not."""
        return words(Fault.NOT_SUPPORTED) + opaque(b"")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _link(self, arguments: Reading) -> Vxi11Link | None:
        link = self.endpoint.links.get(arguments.word())
        return link if link is not None and link.connection is self.connection else None

    def _generic(self, arguments: Reading, operation: Callable[[Vxi11Link], Outcome], empty: bytes = b"") -> Outcome:
        link = self._link(arguments)
        flags, timeout, _ = arguments.words(3)
        return self._when_free(link, flags, timeout, operation, empty)

    def _when_free(
        self,
        link: Vxi11Link | None,
        flags: int,
        timeout: int,
        operation: Callable[[Vxi11Link], Outcome],
        empty: bytes,
    ) -> Outcome:
        """Carry out an operation, or wait first for the lock; `empty` is what follows the error of a refusal."""
        if link is None:
            return words(Fault.INVALID_LINK) + empty
        if link.free:
            return operation(link)
        locked = words(Fault.LOCKED) + empty
        if not flags & _WAIT_FOR_LOCK:
            return locked
        return Wait(lambda: operation(link) if link.free else None, locked, timeout / 1000)


@define(eq=False)
class AbortChannel:
    """A client's other channel, on which it can end a read that waits."""

    endpoint: Vxi11Endpoint

    def closed(self) -> None:
        """Do nothing: links end with their core channel."""

    def abort(self, arguments: Reading) -> Outcome:
        """End the operation that a link is in."""
        link = self.endpoint.links.get(arguments.word())
        if link is None:
            return words(Fault.INVALID_LINK)
        link.aborted = True
        link.connection.look()
        return words(Fault.NONE)


_CORE: Final = Program(
    0x0607AF,
    1,
    {
        10: CoreChannel.create_link,
        11: CoreChannel.write,
        12: CoreChannel.read,
        13: CoreChannel.status,
        14: CoreChannel.trigger,
        15: CoreChannel.clear,
        16: CoreChannel.control,
        17: CoreChannel.control,
        18: CoreChannel.lock,
        19: CoreChannel.unlock,
        20: CoreChannel.refuse,
        22: CoreChannel.refuse_command,
        23: CoreChannel.destroy_link,
        25: CoreChannel.refuse,
        26: CoreChannel.refuse,
    },
)
_ABORT: Final = Program(0x0607B0, 1, {1: AbortChannel.abort})


async def serve_vxi11(reactor: Reactor, sessions: SessionFactory, port: int) -> str:
    """Listen, and return the address; without a portmapper, whose port is not everybody's to open."""
    endpoint = Vxi11Endpoint(reactor, sessions)
    core = await reactor.loop.create_server(
        lambda: RpcConnection(reactor, _CORE, lambda it: CoreChannel(endpoint, it), endpoint.open_ones), HOST, port
    )
    abort = await reactor.loop.create_server(
        lambda: RpcConnection(reactor, _ABORT, lambda _: AbortChannel(endpoint), endpoint.open_ones), HOST, 0
    )
    endpoint.abort_port = abort.sockets[0].getsockname()[1]
    endpoint.address = f"vxi11://{HOST}:{core.sockets[0].getsockname()[1]}/{_DEVICE.decode()}"

    def close() -> None:
        core.close()
        abort.close()
        for each in list(endpoint.open_ones):
            each.abort()

    reactor.on_stop(close)
    return endpoint.address
