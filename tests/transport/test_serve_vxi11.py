"""The server's side of VXI-11: ONC RPC cut anywhere, links, locks, reads that wait."""

import select
import socket
from collections.abc import Iterator
from typing import Self

import pytest
from hypothesis import HealthCheck, given, settings

from labctl.clock import WallClock
from labctl.transport.rpc_message import NoCall, Reading, Records, opaque, words
from labctl.transport.serve import Server
from tests.transport.cuts import CUTS, LINES, broken, expected, pieces, read_exactly
from tests.transport.talkers import Bench

CORE, ABORT = 0x0607AF, 0x0607B0
CREATE, WRITE, READ, STATUS, TRIGGER, CLEAR, REMOTE, LOCAL, LOCK, UNLOCK = range(10, 20)
SERVICE, COMMAND, DESTROY, INTERRUPTS, NO_INTERRUPTS = 20, 22, 23, 25, 26
END, WAIT, TERMINATED = 8, 1, 128
UNIX = 1, words(0) + opaque(b"bench") + words(0, 0, 0)
"""Credentials that a client may give."""


class Raw:
    """A client that calls whatever it likes."""

    def __init__(self, port: int, program: int = CORE) -> None:
        self.program = program
        self.connection = socket.create_connection(("127.0.0.1", port), 5.0)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.transaction = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def record(self, procedure: int, arguments: bytes = b"", *, version: int = 1, rpc: int = 2) -> bytes:
        self.transaction += 1
        head = words(self.transaction, 0, rpc, self.program, version, procedure)
        return head + words(UNIX[0]) + opaque(UNIX[1]) + words(0, 0) + arguments

    def say(self, *fragments: bytes) -> None:
        for each in fragments[:-1]:
            self.connection.sendall(words(len(each)) + each)
        self.connection.sendall(words(1 << 31 | len(fragments[-1])) + fragments[-1])

    def hear(self) -> Reading:
        head = Reading(read_exactly(self.connection.recv, 4)).word()
        assert head >> 31, "one fragment is enough for us"
        return Reading(read_exactly(self.connection.recv, head & ~(1 << 31)))

    def call(self, procedure: int, arguments: bytes = b"") -> Reading:
        self.say(self.record(procedure, arguments))
        return self.result()

    def result(self) -> Reading:
        reading = self.hear()
        assert reading.words(6) == [self.transaction, 1, 0, 0, 0, 0]
        return reading

    def link(self, *, lock: bool = False, device: bytes = b"inst0", timeout: int = 0) -> tuple[int, int, int, int]:
        error, number, port, longest = self.call(CREATE, words(7, int(lock), timeout) + opaque(device)).words(4)
        return error, number, port, longest

    def write(self, link: int, content: bytes, flags: int = END) -> int:
        error, size = self.call(WRITE, words(link, 1000, 0, flags) + opaque(content)).words(2)
        assert size == (0 if error else len(content))
        return error

    def read(self, link: int, most: int = 4096, within: int = 2000, stop: int | None = None) -> tuple[int, int, bytes]:
        flags = 0 if stop is None else TERMINATED
        reading = self.call(READ, words(link, most, within, 0, flags, stop or 0))
        error, reason = reading.words(2)
        return error, reason, reading.opaque()

    def error(self, procedure: int, *arguments: int) -> int:
        return self.call(procedure, words(*arguments)).word()


@pytest.fixture
def client(bench: Bench) -> Iterator[Raw]:
    with Raw(bench.port("vxi11")) as raw:
        yield raw


@pytest.fixture(scope="module")
def lasting() -> Iterator[Bench]:
    with Server() as server:
        yield Bench(server).serve()


# --- messages --------------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, writes=CUTS, fragments=CUTS, cuts=CUTS)
def test_vxi11_does_not_mind_how_writes_records_and_bytes_are_cut(
    lasting: Bench, lines: list[bytes], writes: list[int], fragments: list[int], cuts: list[int]
) -> None:
    with Raw(lasting.port("vxi11")) as client:
        _, link, _, _ = client.link()
        said = pieces(b"".join(line + b"\n" for line in lines), writes)
        stream = b""
        for number, each in enumerate(said, 1):
            record = client.record(WRITE, words(link, 0, 0, END * (number == len(said))) + opaque(each))
            *first, last = pieces(record, fragments)
            stream += b"".join(words(len(part)) + part for part in first) + words(1 << 31 | len(last)) + last
        for piece in pieces(stream, cuts):
            client.connection.sendall(piece)
        for each in said:
            assert client.hear().words(8)[6:] == [0, len(each)]
        answers = b""
        while len(answers) < len(expected(lines)):
            error, reason, part = client.read(link)
            assert (error, reason) == (0, 4)
            answers += part
        assert answers == expected(lines)
        assert client.read(link, within=0)[0] == 15


def test_a_read_waits_until_the_answer_comes_or_its_time_is_over(bench: Bench, client: Raw) -> None:
    _, link, _, _ = client.link()
    started = WallClock().monotonic()
    assert client.read(link, within=60) == (15, 0, b"")
    assert client.write(link, b"LATE? 1\n") == 0
    assert client.read(link) == (0, 4, b"1\n")
    assert 0.2 < WallClock().monotonic() - started < 1.5
    assert bench.talkers[-1].heard == [b"LATE? 1"]


def test_a_piece_of_an_answer_says_why_it_ends(client: Raw) -> None:
    _, link, _, _ = client.link()
    client.write(link, b"ECHO? 1,2;3", END)
    assert client.read(link, most=2) == (0, 1, b"1,")
    assert client.read(link, stop=ord(";")) == (0, 2, b"2;")
    assert client.read(link, stop=ord("\n")) == (0, 4 | 2, b"3\n")


def test_a_new_message_makes_what_was_not_fetched_void(bench: Bench, client: Raw) -> None:
    _, link, _, _ = client.link()
    client.write(link, b"LATE? old\n")
    client.write(link, b"TWICE? new\n")
    assert client.read(link) == (0, 4, b"new\n")
    client.write(link, b"ECHO? newer\n")
    assert client.read(link) == (0, 4, b"newer\n")
    bench.server.call_later(0.2, lambda: bench.talkers[-1].peer.send(b"end\n"))
    assert client.read(link) == (0, 4, b"end\n")  # the old answer came before it


def test_calls_are_carried_out_in_their_order(client: Raw) -> None:
    """Those behind a read that waits wait too; nobody is confused by it."""
    _, link, _, _ = client.link()
    client.write(link, b"LATE? 1\n")
    client.say(client.record(READ, words(link, 100, 2000, 0, 0, 0)))
    client.say(client.record(STATUS, words(link, 0, 0, 0)))
    first, second = client.hear(), client.hear()
    assert first.words(8)[0] == client.transaction - 1
    assert first.opaque() == b"1\n"
    assert second.words(8) == [client.transaction, 1, 0, 0, 0, 0, 0, 0x45]


def test_a_status_poll_sees_an_answer_that_was_not_fetched(client: Raw) -> None:
    _, link, _, _ = client.link()
    assert client.call(STATUS, words(link, 0, 0, 0)).words(2) == [0, 0x45]
    client.write(link, b"ECHO? 1\n")
    assert client.call(STATUS, words(link, 0, 0, 0)).words(2) == [0, 0x55]


def test_clear_drops_half_a_command_and_the_answers(bench: Bench, client: Raw) -> None:
    _, link, _, _ = client.link()
    client.write(link, b"ECHO? void\nECHO? ha", 0)
    assert client.error(CLEAR, link, 0, 0, 0) == 0
    assert bench.talkers[-1].cleared == 1
    assert client.read(link, within=0)[0] == 15
    client.write(link, b"ECHO? whole\n")
    assert client.read(link) == (0, 4, b"whole\n")


def test_trigger_remote_and_local(bench: Bench, client: Raw) -> None:
    _, link, _, _ = client.link()
    for procedure in (TRIGGER, REMOTE, LOCAL):
        assert client.error(procedure, link, 0, 0, 0) == 0
    assert bench.talkers[-1].heard == [b"*TRG"]


def test_an_abort_ends_a_read_that_waits(bench: Bench, client: Raw) -> None:
    _, link, port, _ = client.link()
    client.say(client.record(READ, words(link, 100, 60_000, 0, 0, 0)))
    with Raw(port, ABORT) as other:
        while not select.select([client.connection], [], [], 0.05)[0]:  # the read may still be on its way
            assert other.error(1, link) == 0
        assert other.error(1, 99) == 4
    assert client.result().words(2) == [23, 0]
    client.write(link, b"ECHO? on\n")
    assert client.read(link) == (0, 4, b"on\n")
    assert not bench.talkers[-1].gone


# --- links and locks -------------------------------------------------------------------------------------------------


def test_a_link_is_a_session_and_ends_with_its_connection(bench: Bench, client: Raw) -> None:
    error, first, port, longest = client.link()
    assert (error, port, longest) == (0, port, 1 << 16)
    assert client.link(device=b"gpib0,5") == (3, 0, 0, 0)
    _, second, _, _ = client.link(device=b"INST0")
    one, two = bench.talkers[-2:]
    client.write(second, b"ECHO? 2\n")
    client.write(first, b"half", 0)
    assert client.error(DESTROY, first) == 0
    assert one.gone
    assert one.half == b"half"
    assert client.error(DESTROY, first) == 4
    assert client.read(second) == (0, 4, b"2\n")
    client.write(second, b"half a command", 0)
    client.connection.close()
    assert bench.until(lambda: two.gone)


def test_a_link_is_of_no_use_to_others(bench: Bench, client: Raw) -> None:
    _, link, _, _ = client.link()
    with Raw(bench.port("vxi11")) as other:
        assert other.write(link, b"ECHO? 1\n") == 4
        assert other.read(link) == (4, 0, b"")
        assert other.error(CLEAR, link, 0, 0, 0) == 4


def test_a_lock_keeps_the_others_out(bench: Bench, client: Raw) -> None:
    _, mine, _, _ = client.link()
    with Raw(bench.port("vxi11")) as other:
        _, theirs, _, _ = other.link()
        assert client.error(UNLOCK, mine) == 12
        assert client.error(LOCK, mine, 0, 0) == 0
        assert client.error(LOCK, mine, 0, 0) == 11
        assert other.error(LOCK, theirs, 0, 0) == 11
        assert other.write(theirs, b"OUT 1\n") == 11
        assert other.read(theirs) == (11, 0, b"")
        assert other.link(lock=True, timeout=20) == (11, 0, 0, 0)
        other.say(other.record(WRITE, words(theirs, 0, 5000, END | WAIT) + opaque(b"ECHO? 1\n")))
        assert client.error(UNLOCK, mine) == 0
        assert other.result().words(2) == [0, 8]
        assert other.read(theirs) == (0, 4, b"1\n")
        error, locked, _, _ = other.link(lock=True)
        assert error == 0
        assert client.write(mine, b"OUT 1\n") == 11
    assert bench.until(lambda: bench.talkers[-1].gone)  # and the lock with it
    assert client.write(mine, b"OUT 1\n") == 0
    assert locked


def test_what_this_instrument_does_not_do_is_refused(client: Raw) -> None:
    _, link, _, _ = client.link()
    assert client.call(SERVICE, words(link, 1) + opaque(b"handle")).word() == 8
    assert client.error(INTERRUPTS, 0x7F000001, 1024, 0x0607B1, 1, 0) == 8
    assert client.error(NO_INTERRUPTS) == 8
    assert client.call(COMMAND, words(link, 0, 0, 0, 0x20000, 1, 0) + opaque(b"")).words(2) == [8, 0]
    assert client.write(link, bytes((1 << 16) + 1)) == 5


# --- remote procedure calls (RFC 5531) -------------------------------------------------------------------------------


def test_what_is_not_there_is_told_apart(client: Raw) -> None:
    def status(record: bytes) -> list[int]:
        client.say(record)
        heard = client.hear()
        return heard.words(len(heard.content) // 4)[1:]

    assert status(client.record(0)) == [1, 0, 0, 0, 0]
    client.program = 100_000
    assert status(client.record(0)) == [1, 0, 0, 0, 1]
    client.program = CORE
    assert status(client.record(CREATE, version=2)) == [1, 0, 0, 0, 2, 1, 1]
    assert status(client.record(21)) == [1, 0, 0, 0, 3]
    assert status(client.record(WRITE, words(1))) == [1, 0, 0, 0, 4]
    assert status(client.record(CREATE, words(7, 0, 0, 99))) == [1, 0, 0, 0, 4]
    assert status(client.record(0, rpc=3)) == [1, 1, 0, 2, 2]
    assert client.link()[0] == 0


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", words(1 << 31 | 8, 1, 1), words(1 << 31 | 4, 1)])
def test_what_is_no_call_ends_the_connection_and_hurts_nobody_else(bench: Bench, client: Raw, garbage: bytes) -> None:
    _, link, _, _ = client.link()
    with socket.create_connection(("127.0.0.1", bench.port("vxi11")), 5.0) as other:
        other.sendall(garbage)
        assert broken(lambda: other.recv(1))
    client.write(link, b"ECHO? well\n")
    assert client.read(link) == (0, 4, b"well\n")


def test_a_record_without_end_is_given_up() -> None:
    with pytest.raises(NoCall):
        Records(100).records(b"".join(words(60) + bytes(60) for _ in range(2)))


def test_a_client_that_fetches_nothing_is_dropped_in_the_end(client: Raw) -> None:
    _, link, _, _ = client.link()

    def flood() -> None:
        for _ in range(40):
            client.write(link, b"ECHO? " + b"x" * 60_000 + b"\n", 0)

    with pytest.raises((OSError, AssertionError)):  # of who hears of it first
        flood()


def test_what_a_session_raises_breaks_its_connection_and_is_raised_at_the_end(bench: Bench, client: Raw) -> None:
    _, link, _, _ = client.link()
    client.say(client.record(WRITE, words(link, 0, 0, END) + opaque(b"WRONG\n")))
    assert broken(lambda: client.connection.recv(1))
    with pytest.raises(ArithmeticError):
        bench.server.stop()
    bench.server.failures.clear()
