"""The server's side of a Prologix adapter: lines cut anywhere, escapes, reads of the bus (manual, section 8)."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labctl.clock import WallClock
from labctl.transport.prologix_line import Line, Lines, escaped
from labctl.transport.serve import Server
from tests.transport.cuts import CUTS, broken, pieces, read_exactly
from tests.transport.talkers import Bench

SAID = st.lists(
    st.sampled_from(
        [
            (b"++auto 0\n++addr 22\r\n", b""),
            (b"ECHO? 1\n++read eoi\n", b"1\n"),
            (b"ECHO? \x1b+1.5\x1b\n\r\n++read 10\r", b"+1.5\n"),
            (b"ECHO? 1\n++addr 7\nECHO? 7\n++addr 22\n++read eoi\n", b"1\n"),
            (b"OPER\n\n++addr\n", b"22\r\n"),
            (b"ECHO? void\nECHO? 3\n++read eoi\n++eos\n", b"3\n3\r\n"),
            (b"++auto 1\nECHO? 4\nECHO? 5\n++auto 0\n", b"4\n5\n"),
        ]
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def lasting() -> Iterator[Bench]:
    with Server() as server:
        yield Bench(server).serve()


def connected(bench: Bench) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", bench.port("prologix")), 5.0)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(b"++eos 3\n++read_tmo_ms 100\n")
    return connection


@pytest.fixture
def client(bench: Bench) -> Iterator[socket.socket]:
    with connected(bench) as connection:
        yield connection


def told(client: socket.socket, said: bytes, heard: bytes) -> bool:
    client.sendall(said)
    return read_exactly(client.recv, len(heard)) == heard


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=SAID, cuts=CUTS)
def test_an_adapter_does_not_mind_how_bytes_are_cut(
    lasting: Bench, said: list[tuple[bytes, bytes]], cuts: list[int]
) -> None:
    with connected(lasting) as client:
        for piece in pieces(b"".join(each for each, _ in said), cuts):
            client.sendall(piece)
        wanted = b"".join(each for _, each in said)
        assert read_exactly(client.recv, len(wanted)) == wanted


@given(messages=st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=4), cuts=CUTS)
def test_what_is_escaped_arrives_as_it_was(messages: list[bytes], cuts: list[int]) -> None:
    lines = Lines()
    stream = b"".join(escaped(each) + b"\n" for each in messages)
    assert [line for piece in pieces(stream, cuts) for line in lines.lines(piece)] == [
        Line(each, command=False) for each in messages
    ]


def test_byte_by_byte_and_half_a_command(bench: Bench, client: socket.socket) -> None:
    for each in b"ECHO? 1\n++read eoi\n":
        client.sendall(bytes([each]))
    assert read_exactly(client.recv, 2) == b"1\n"
    client.sendall(b"ECHO? half")
    client.close()
    assert bench.until(lambda: bench.talkers[-1].gone)
    assert bench.talkers[-1].heard == [b"ECHO? 1"]
    with connected(bench) as other:
        assert told(other, b"ECHO? 2\n++read eoi\n", b"2\n")


@pytest.mark.parametrize(("eos", "added"), list(enumerate([b"\r\n", b"\r", b"\n", b""])))
def test_what_is_added_to_a_message_is_as_set(bench: Bench, client: socket.socket, eos: int, added: bytes) -> None:
    assert told(client, b"++eos %d\n++eoi 0\nhalf\n++addr\n" % eos, b"22\r\n")
    talker = bench.talkers[-1]
    heard = b"".join(each + b"\n" for each in talker.heard) + talker.half
    assert heard == b"half" + added


def test_where_nobody_sits_is_silence(client: socket.socket) -> None:
    """A read there ends by its time; a poll of the bus has no answer."""
    started = WallClock().monotonic()
    assert told(client, b"++addr 9\nECHO? 1\n++read eoi\n++spoll\n++clr\n++addr 9 96\n++addr\n", b"9 96\r\n")
    assert 0.1 <= WallClock().monotonic() - started < 1.0
    assert told(client, b"++addr 31\n++addr 9 95\n++addr\n", b"9 96\r\n")


def test_a_read_ends_as_it_was_asked_to(bench: Bench, client: socket.socket) -> None:
    assert told(client, b"ECHO? 1,2;3\n++read 44\n++addr\n", b"1,22\r\n")
    assert told(client, b"++read eoi\n++addr\n", b"2;3\n22\r\n")
    assert told(client, b"++eot_enable 1\n++eot_char 64\nECHO? 4\n++read eoi\n++addr\n", b"4\n@22\r\n")
    started = WallClock().monotonic()
    assert told(client, b"++eot_enable 0\nLATE? 5\n++read_tmo_ms 300\n++read\n++addr\n", b"5\n22\r\n")
    assert WallClock().monotonic() - started > 0.4  # the answer after 0.15 s, then silence for 0.3 s
    assert told(client, b"SLOWLY? 6.25\n++read 10\n++addr\n", b"6.25\n22\r\n")
    assert bench.talkers[-1].heard[-1] == b"SLOWLY? 6.25"


def test_settings_are_told_and_nonsense_is_not_taken(client: socket.socket) -> None:
    assert told(client, b"++read_tmo_ms 3001\n++read_tmo_ms\n", b"100\r\n")
    assert told(client, b"++mode\n++auto\n++eoi\n++savecfg\n++lon\n++eot_char\n", b"1\r\n0\r\n1\r\n1\r\n0\r\n0\r\n")
    assert told(client, b"++nonsense\n++\n", b"Unrecognized command\r\n" * 2)
    client.sendall(b"++ver\n++help\n++ifc\n++loc\n++llo\n++addr\n")
    heard = b""
    while not heard.endswith(b"\r\n22\r\n"):
        heard += client.recv(4096)
    assert heard.startswith(b"Prologix GPIB-ETHERNET Controller version")
    assert b"++read_tmo_ms\r\n" in heard


def test_the_bus_has_polls_triggers_and_clears(bench: Bench, client: socket.socket) -> None:
    assert told(client, b"++spoll\n++srq\n", b"69\r\n1\r\n")
    assert told(client, b"ECHO? 1\n++spoll 22\n", b"85\r\n")
    assert told(client, b"++trg\n++trg 22 7\n++trg 7\n++clr\n++spoll\n", b"69\r\n")  # the answer is void
    talker = bench.talkers[-1]
    assert (talker.heard, talker.cleared) == ([b"ECHO? 1", b"*TRG", b"*TRG"], 1)


def test_no_controller_speaks_to_no_instrument(bench: Bench, client: socket.socket) -> None:
    assert told(client, b"++mode 0\nECHO? 1\n++read eoi\n++mode 1\nECHO? 2\n++read eoi\n", b"2\n")
    assert bench.talkers[-1].heard == [b"ECHO? 2"]


def test_a_reset_of_the_adapter_breaks_the_connection(bench: Bench, client: socket.socket) -> None:
    client.sendall(b"++rst\n")
    assert broken(lambda: client.recv(1))
    assert bench.until(lambda: bench.talkers[-1].gone)


def test_a_client_that_reads_nothing_is_dropped_in_the_end(client: socket.socket) -> None:
    question = b"ECHO? " + b"x" * 60_000 + b"\n++read eoi\n"
    assert broken(lambda: question[client.send(question) :] or b"more", times=10_000)


def test_a_line_without_end_is_given_up(client: socket.socket) -> None:
    assert broken(lambda: b"x" * client.send(b"x" * 4096), times=20) or broken(lambda: client.recv(1))


def test_what_a_session_raises_breaks_its_connection_and_is_raised_at_the_end(
    bench: Bench, client: socket.socket
) -> None:
    client.sendall(b"WRONG\n")
    assert broken(lambda: client.recv(1))
    with pytest.raises(ArithmeticError):
        bench.server.stop()
    bench.server.failures.clear()


def test_clients_of_one_adapter_do_not_disturb_each_other(bench: Bench) -> None:
    clients = [connected(bench) for _ in range(4)]
    for number, each in enumerate(clients):
        each.sendall(b"++auto %d\nECHO? %d\n" % (number % 2, number))
    for number, each in enumerate(clients):
        assert told(each, b"" if number % 2 else b"++read eoi\n", b"%d\n" % number)
        each.close()
