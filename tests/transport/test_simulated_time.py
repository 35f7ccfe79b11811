"""A claimed wire moves a simulated time, over every wire and in one process alike; nobody waits for silence."""

from collections import deque
from collections.abc import Callable, Iterator

import pytest
from attrs import define, field

from labctl.clock import SimulatedClock, WallClock
from labctl.errors import ConnectFailed, ReplyError, TransportClosed, TransportTimeout
from labctl.transport.base import Transport
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.connect import open_transport
from labctl.transport.loopback import LoopbackTransport
from labctl.transport.serve import Peer, Request, Server, SessionFactory

TAKES = 1.5  # simulated seconds to an answer


@define(eq=False)
class Slow:
    """Owes an answer to each line, some time after it."""

    world: "TinyWorld"
    peer: Peer
    received: int = 0
    half: bytes = b""
    owes: deque[tuple[float, bytes]] = field(factory=deque)
    up: bool = True

    def receive(self, received: bytes, *, end: bool = False) -> None:  # noqa: ARG002
        self.received += len(received)
        *lines, self.half = (self.half + received).split(b"\n")
        for line in lines:
            if line == b"BREAK?":
                self.peer.hang_up()
            elif line.endswith(b"?"):
                self.owes.append((self.world.clock.monotonic() + TAKES, b"told " + line + b"\nand more\n"))

    def clear(self) -> None:
        self.received, self.half = 0, b""
        self.owes.clear()

    def status_byte(self, *, unread: bool = False) -> int:
        return 16 * unread

    def trigger(self) -> None:
        """Wait for none."""

    def closed(self) -> None:
        self.up = False


@define(eq=False)
class TinyWorld:
    """The least that owns a time."""

    server: Server | None = None
    clock: SimulatedClock = field(factory=SimulatedClock)
    claimed: set[str] = field(factory=set)
    newest: dict[str, Slow] = field(factory=dict)
    lent: dict[str, Slow] = field(factory=dict)

    def session(self, peer: Peer, address: str) -> Slow:
        session = self.newest[address] = Slow(self, peer)
        if address in self.claimed and not address.startswith("serial"):
            self.lent[address] = session
        return session

    def claim(self, address: str) -> None:
        self.claimed.add(address)
        self.lent.pop(address, None)  # that is the connection before
        if address.startswith("serial"):  # it is there already
            self.lent[address] = self.newest[address]
            self.lent[address].clear()

    def arrived(self, address: str, sent: int) -> bool:
        session = self.lent.get(address)
        return session is not None and (session.received >= sent or not session.up)

    def owed(self, address: str, sent: int, deadline: float) -> bool:
        session = self.lent[address]
        if not session.up:
            return True
        if session.received >= sent and session.owes and session.owes[0][0] <= deadline:
            due, answer = session.owes.popleft()
            self.clock.move_to(due)
            session.peer.send(answer)
            return True
        self.clock.move_to(deadline)
        return False

    def pass_on(self) -> None:
        """Hold everything back until it is owed."""

    async def answer(self, request: Request) -> Request:
        answer: Request = {}
        match request:
            case {"do": "wait", "seconds": seconds}:
                self.clock.wait(seconds)
            case {"do": "claim", "address": address}:
                self.claim(address)
            case {"do": "owed", "address": address, "sent": sent, "deadline": deadline}:
                assert self.server is not None
                await self.server.until(lambda: self.arrived(address, sent))
                answer = {"owed": self.owed(address, sent, deadline)}
            case {"do": "now"}:
                pass
            case _:
                raise LookupError(request.get("do"))
        return answer | {"now": self.clock.now().isoformat(), "monotonic": self.clock.monotonic()}


@pytest.fixture
def world() -> Iterator[TinyWorld]:
    with Server() as server:
        tiny = TinyWorld(server)
        tiny.clock.world = tiny
        yield tiny


@pytest.fixture(params=["tcp", "hislip", "vxi11", "prologix", "serial", "loopback"])
def transport(request: pytest.FixtureRequest, world: TinyWorld) -> Iterator[Transport]:
    assert world.server is not None
    if request.param == "loopback":
        wire: Transport = LoopbackTransport(world.session, address="loopback://x", instrument="x", clock=world.clock)
        yield wire
        wire.close()
    else:
        add: dict[str, Callable[[SessionFactory], str]] = {
            "tcp": world.server.add_socket,
            "hislip": world.server.add_hislip,
            "vxi11": world.server.add_vxi11,
            "prologix": world.server.add_prologix,
            "serial": world.server.add_pty,
        }
        address = add[request.param](world.session)
        clock = BorrowedClock(world.server.add_control(world.answer))
        wire = open_transport(address, instrument="x", clock=clock)
        yield wire
        wire.close()
        clock.close()


def asked(transport: Transport, question: bytes) -> bytes:
    transport.write(question)
    return transport.read(b"\n", 5.0)


def test_time_moves_to_the_instant_at_which_an_answer_is_due(world: TinyWorld, transport: Transport) -> None:
    transport.open()
    assert world.claimed == {transport.address}
    for turn in range(1, 4):
        transport.write(b"READ?\n")
        assert transport.read(b"\n", 5.0) == b"told READ?\n"
        assert world.clock.monotonic() == TAKES * turn
        assert transport.read(b"\n", 5.0) == b"and more\n"
        assert world.clock.monotonic() == TAKES * turn


def test_silence_costs_simulated_time_and_no_other(world: TinyWorld, transport: Transport) -> None:
    transport.open()
    started = WallClock().monotonic()
    transport.write(b"OPER\n")
    with pytest.raises(TransportTimeout):
        transport.read(b"\n", 600.0)
    assert world.clock.monotonic() == 600.0
    assert WallClock().monotonic() - started < 5.0
    transport.open()
    transport.write(b"READ?\n")
    assert transport.read(b"\n", 5.0) == b"told READ?\n"


def test_an_answer_due_after_the_deadline_is_a_time_out_at_the_deadline(world: TinyWorld, transport: Transport) -> None:
    transport.open()
    transport.write(b"READ?\n")
    with pytest.raises(TransportTimeout):
        transport.read(b"\n", 1.0)
    assert world.clock.monotonic() == 1.0
    assert transport.poisoned


def test_bytes_are_counted_anew_after_a_device_clear(world: TinyWorld, transport: Transport) -> None:
    transport.open()
    transport.write(b"half a command")
    transport.clear()
    transport.write(b"\nREAD?\n")
    assert transport.read(b"\n", 5.0) == b"told READ?\n"
    assert world.clock.monotonic() == TAKES


def test_a_connection_broken_by_the_world_is_noticed(transport: Transport) -> None:
    transport.open()
    with pytest.raises(TransportClosed):  # by the first of the two on a wire that confirms what was written
        asked(transport, b"BREAK?\n")


# --- the clock alone -------------------------------------------------------------------------------------------------


def test_a_borrowed_clock_is_the_worlds(world: TinyWorld) -> None:
    assert world.server is not None
    clock = BorrowedClock(world.server.add_control(world.answer))
    assert clock.simulated
    assert clock.now() == world.clock.now()
    clock.wait(3600.0)
    assert clock.monotonic() == world.clock.monotonic() == 3600.0
    with pytest.raises(ReplyError, match="fly"):
        clock.ask({"do": "fly"})
    assert clock.monotonic() == 3600.0
    clock.close()
    assert clock.monotonic() == 3600.0
    world.server.stop()
    with pytest.raises(TransportClosed):
        clock.monotonic()
    with pytest.raises(ConnectFailed):
        clock.monotonic()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1", "nonsense", "tcp://127.0.0.1:x"])
def test_a_clock_that_cannot_be_reached_is_refused(address: str) -> None:
    with pytest.raises(ConnectFailed):
        BorrowedClock(address).now()
