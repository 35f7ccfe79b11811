"""Several instruments on one line: units of Modbus on a serial port, GPIB addresses behind one adapter."""

import socket
import threading
from collections.abc import Iterator

import pytest
from attrs import define, field

from labctl.clock import WallClock
from labctl.errors import ConnectFailed, TransportTimeout
from labctl.transport.base import Transport, Whole
from labctl.transport.connect import open_transport
from labctl.transport.prologix_line import Lines
from labctl.transport.serve import Peer, Server, Session
from labctl.transport.serve_modbus import RtuEnd

READ = bytes.fromhex("04 0000 0001")


@define(eq=False)
class Unit:
    """Answers every request with its own number in a register."""

    number: int
    peer: Peer
    silent: bool = False
    heard: int = 0

    def receive(self, received: bytes, *, end: bool = False) -> None:
        assert end
        assert received == READ
        self.heard += 1
        if not self.silent:
            self.peer.send(bytes([0x04, 0x02]) + self.number.to_bytes(2))

    def clear(self) -> None:
        pass

    def status_byte(self, *, unread: bool = False) -> int:
        return int(unread)

    def trigger(self) -> None:
        pass

    def closed(self) -> None:
        pass


@define(eq=False)
class Rs485(Unit):
    """Two units on a terminal: each hears everything, and answers what is meant for it."""

    ends: list[RtuEnd] = field(factory=list[RtuEnd])

    def receive(self, received: bytes, *, end: bool = False) -> None:
        for each in self.ends:
            each.receive(received, end=end)


@define
class Line:
    """The line, and its units by number."""

    address: str = ""
    units: dict[int, Unit] = field(factory=dict[int, Unit])

    def session(self, server: Server, peer: Peer) -> Session:
        ends = [RtuEnd(peer, number, server.loop.time) for number in (1, 2)]
        for end in ends:
            end.session = self.units[end.unit] = Unit(end.unit, end)
        return Rs485(0, peer, ends=ends)


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    with Server() as server:
        made.address = server.add_pty(lambda peer, _: made.session(server, peer)).replace("serial:", "modbus+rtu:")
        yield made


def opened(address: str, name: str = "") -> Transport:
    wire = open_transport(address, instrument=name or address, clock=WallClock(), claim=False)
    wire.open()
    return wire


def unit(line: Line, number: int, settings: str = "&parity=none") -> Transport:
    return opened(f"{line.address}{settings}&unit={number}")


def asked(wire: Transport, within: float = 2.0) -> int:
    wire.write(READ)
    return int.from_bytes(wire.read(Whole(), within)[2:])


def test_units_on_one_port_answer_in_turn_and_the_last_to_leave_closes_it(line: Line) -> None:
    first, second = unit(line, 1), unit(line, 2)
    assert [asked(each) for each in (first, second, second, first)] == [1, 2, 2, 1]
    first.close()
    first.close()
    assert asked(second) == 2
    first.open()
    assert [asked(first), asked(second)] == [1, 2]
    for each in (first, second):
        each.close()
    again = unit(line, 2, settings="&parity=none&stop=2")  # nobody holds it any more, so it may be set otherwise
    assert asked(again) == 2
    again.close()


def test_a_silent_unit_holds_up_no_other(line: Line) -> None:
    first, second = unit(line, 1), unit(line, 2)
    line.units[1].silent = True
    with pytest.raises(TransportTimeout):
        asked(first, within=0.05)
    assert asked(second) == 2
    line.units[1].silent = False
    first.open()
    assert [asked(first), asked(second)] == [1, 2]
    for each in (first, second):
        each.close()


def test_commands_that_nobody_waits_for_follow_each_other_on_the_line(line: Line) -> None:
    """As a guardian writes them: each wire from a thread of its own, no answer read, no two frames at once."""
    first, second = unit(line, 1), unit(line, 2)
    failures: list[Exception] = []

    def told(wire: Transport) -> None:
        try:
            for _ in range(5):
                wire.write(READ)
        except Exception as error:  # noqa: BLE001  (the test raises it)
            failures.append(error)

    threads = [threading.Thread(target=told, args=(each,)) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    deadline = WallClock().monotonic() + 5.0
    while any(line.units[number].heard < 5 for number in (1, 2)) and WallClock().monotonic() < deadline:
        WallClock().wait(0.01)
    assert [line.units[number].heard for number in (1, 2)] == [5, 5]
    for each in (first, second):
        each.close()


def test_one_port_has_one_setting_and_each_unit_one_user(line: Line) -> None:
    first = unit(line, 1)
    with pytest.raises(ConnectFailed, match="other settings"):
        unit(line, 2, settings="&parity=none&stop=2")
    with pytest.raises(ConnectFailed, match="in use"):
        unit(line, 1)
    assert asked(first) == 1
    first.close()


# --- an adapter whose address is one for all, as that of the real one is ----------------------------------------------


class OldAdapter:
    """Takes one connection; GPIB addresses 5 and 22 answer with their number, 5 only when the read is half over."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.connections = 0
        self.late = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        return f"prologix://127.0.0.1:{self.listening.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            self.connections += 1
            self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        lines, addressed, waiting = Lines(), "0", dict[str, bytes]()
        while received := connection.recv(4096):
            for each in lines.lines(received):
                words = each.content.decode().split()
                if not each.command:
                    waiting[addressed] = each.content
                elif words[0] == "++addr" and words[1:]:
                    addressed = words[1]
                elif words[0] == "++addr":
                    connection.sendall(addressed.encode() + b"\r\n")
                elif words[0] == "++clr":
                    waiting.pop(addressed, b"")
                elif words[0] == "++read" and waiting.pop(addressed, b""):
                    if addressed == "5" and self.late.is_set():
                        WallClock().wait(0.3)
                    connection.sendall(f"I am {addressed}\n".encode())
        connection.close()


@pytest.fixture
def adapter() -> Iterator[OldAdapter]:
    made = OldAdapter()
    yield made
    made.listening.close()


def who(wire: Transport, within: float = 2.0) -> bytes:
    wire.write(b"*IDN?\n")
    return wire.read(b"\n", within)


def test_addresses_behind_one_adapter_share_its_connection(adapter: OldAdapter) -> None:
    first, second = opened(f"{adapter.address}/5"), opened(f"{adapter.address}/22")
    assert [who(each) for each in (first, second, first, first)] == [
        b"I am 5\n",
        b"I am 22\n",
        b"I am 5\n",
        b"I am 5\n",
    ]
    assert adapter.connections == 1
    first.close()
    assert who(second) == b"I am 22\n"
    second.close()


def test_a_late_answer_of_one_address_is_not_taken_for_another_s(adapter: OldAdapter) -> None:
    first, second = opened(f"{adapter.address}/5"), opened(f"{adapter.address}/22")
    adapter.late.set()
    with pytest.raises(TransportTimeout):
        who(first, within=0.1)  # the adapter still reads
    assert who(second) == b"I am 22\n"
    adapter.late.clear()
    first.open()
    assert who(first) == b"I am 5\n"
    for each in (first, second):
        each.close()
