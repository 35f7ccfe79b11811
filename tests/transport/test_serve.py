"""The server's side: cut anywhere, many at a time, broken and mended."""

import asyncio
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
import pyvisa
from hypothesis import HealthCheck, given, settings
from pyvisa.resources import MessageBasedResource

from labctl.clock import WallClock
from labctl.transport.hislip_message import HEADER, Fatal, Kind, Message, NonFatal, Reader
from labctl.transport.serve import Server
from tests.transport.cuts import CUTS, LINES, broken, expected, pieces, read_exactly
from tests.transport.talkers import Bench


@pytest.fixture(scope="module")
def lasting() -> Iterator[Bench]:
    with Server() as server:
        yield Bench(server).serve()


# --- however the bytes are cut, the answers are the same -------------------------------------------------------------


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, cuts=CUTS)
def test_a_socket_does_not_mind_how_bytes_are_cut(lasting: Bench, lines: list[bytes], cuts: list[int]) -> None:
    with socket.create_connection(("127.0.0.1", lasting.port("tcp")), 5.0) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces(b"".join(line + b"\n" for line in lines), cuts):
            client.sendall(piece)
        assert read_exactly(client.recv, len(expected(lines))) == expected(lines)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, cuts=CUTS)
def test_a_terminal_does_not_mind_how_bytes_are_cut(lasting: Bench, lines: list[bytes], cuts: list[int]) -> None:
    path = lasting.addresses["serial"].removeprefix("serial://").partition("?")[0]
    line = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        for piece in pieces(b"".join(each + b"\n" for each in lines), cuts):
            os.write(line, piece)
        assert read_exactly(lambda size: os.read(line, size), len(expected(lines))) == expected(lines)
    finally:
        os.close(line)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, messages=CUTS, cuts=CUTS)
def test_hislip_does_not_mind_how_messages_and_bytes_are_cut(
    lasting: Bench, lines: list[bytes], messages: list[int], cuts: list[int]
) -> None:
    with Raw(lasting) as client:
        said = pieces(b"".join(line + b"\n" for line in lines), messages)
        kinds = [Kind.DATA] * (len(said) - 1) + [Kind.DATA_END]
        frames = b"".join(
            Message(kind, 0, number, each).encode() for number, (kind, each) in enumerate(zip(kinds, said, strict=True))
        )
        for piece in pieces(frames, cuts):
            client.synchronous.sendall(piece)
        answers = b""
        while len(answers) < len(expected(lines)):
            answers += client.hear().payload
        assert answers == expected(lines)


class Raw:
    """A HiSLIP client that says whatever it likes."""

    def __init__(self, bench: Bench) -> None:
        self.place = ("127.0.0.1", bench.port("hislip"))
        self.synchronous = socket.create_connection(self.place, 5.0)
        self.asynchronous = socket.create_connection(self.place, 5.0)
        self.say(Message(Kind.INITIALIZE, 0, 0x0100_0000, b"hislip0"))
        answer = self.hear()
        assert answer.kind == Kind.INITIALIZE_RESPONSE
        self.say(Message(Kind.ASYNC_INITIALIZE, 0, answer.parameter & 0xFFFF), self.asynchronous)
        assert self.hear(self.asynchronous).kind == Kind.ASYNC_INITIALIZE_RESPONSE

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.synchronous.close()
        self.asynchronous.close()

    def say(self, message: Message, channel: socket.socket | None = None) -> None:
        (channel or self.synchronous).sendall(message.encode())

    def hear(self, channel: socket.socket | None = None) -> Message:
        channel = channel or self.synchronous
        prologue, kind, control, parameter, length = HEADER.unpack(read_exactly(channel.recv, HEADER.size))
        assert prologue == b"HS"
        return Message(kind, control, parameter, read_exactly(channel.recv, length) if length else b"")


# --- sockets and terminals -------------------------------------------------------------------------------------------


def test_many_clients_of_one_socket_do_not_disturb_each_other(bench: Bench) -> None:
    clients = [socket.create_connection(("127.0.0.1", bench.port("tcp")), 5.0) for _ in range(5)]
    for number, client in enumerate(clients):
        client.sendall(b"ECHO? %d" % number)
    for client in clients[:2]:
        client.close()  # with half a command said
    for client in reversed(clients[2:]):
        client.sendall(b"!\n")
    for number, client in list(enumerate(clients))[2:]:
        assert read_exactly(client.recv, 3) == b"%d!\n" % number
        client.close()
    assert bench.until(lambda: all(each.gone for each in bench.talkers if each.address.startswith("tcp")))


def test_who_waits_hears_of_a_new_connection_at_once(bench: Bench) -> None:
    """A borrower of the time has opened its wire, and nobody has said anything yet."""
    clock = WallClock()
    started = clock.monotonic()
    known = len(bench.talkers)
    wait = bench.server.until(lambda: len(bench.talkers) > known)
    waiting = asyncio.run_coroutine_threadsafe(wait, bench.server.loop)
    bench.server.run(lambda: None)  # it waits by now
    with socket.create_connection(("127.0.0.1", bench.port("tcp")), 5.0):
        assert waiting.result()
    assert clock.monotonic() - started < 4.0


def test_a_client_that_reads_nothing_is_dropped_in_the_end(bench: Bench) -> None:
    with socket.create_connection(("127.0.0.1", bench.port("tcp")), 5.0) as client:
        question = b"ECHO? " + b"x" * 60_000 + b"\n"
        assert broken(lambda: question[client.send(question) :] or b"more", times=10_000)


def test_a_broken_line_comes_back_under_the_same_name(bench: Bench) -> None:
    path = Path(bench.addresses["serial"].removeprefix("serial://").partition("?")[0])
    before = path.readlink()
    first = bench.talkers[0]
    line = os.open(path, os.O_RDWR | os.O_NOCTTY)
    bench.server.run(first.peer.hang_up)
    assert broken(lambda: os.read(line, 1))
    assert first.gone
    assert bench.until(lambda: path.exists() and path.readlink() != before)
    os.close(line)
    bench.server.stop()
    assert not path.parent.exists()


def test_answers_that_nobody_reads_do_not_stop_the_others(bench: Bench) -> None:
    path = bench.addresses["serial"].removeprefix("serial://").partition("?")[0]
    line = os.open(path, os.O_RDWR | os.O_NOCTTY)
    for _ in range(40):
        os.write(line, b"ECHO? " + b"y" * 3000 + b"\n")
    with socket.create_connection(("127.0.0.1", bench.port("tcp")), 5.0) as client:
        client.sendall(b"ECHO? alive\n")
        assert read_exactly(client.recv, 6) == b"alive\n"
    os.close(line)


def test_what_a_session_raises_breaks_its_connection_and_is_raised_at_the_end(bench: Bench) -> None:
    with socket.create_connection(("127.0.0.1", bench.port("tcp")), 5.0) as client:
        client.sendall(b"WRONG\n")
        assert broken(lambda: client.recv(1))
    with pytest.raises(ArithmeticError):
        bench.server.stop()
    bench.server.failures.clear()


# --- HiSLIP as IVI-6.1 has it ----------------------------------------------------------------------------------------


def test_half_a_message_goes_with_a_device_clear(bench: Bench) -> None:
    with Raw(bench) as client:
        client.say(Message(Kind.DATA, 0, 2, b"ECHO? half"))
        assert bench.until(lambda: bench.talkers[-1].half == b"ECHO? half")
        client.say(Message(Kind.ASYNC_DEVICE_CLEAR), client.asynchronous)
        assert client.hear(client.asynchronous).kind == Kind.ASYNC_DEVICE_CLEAR_ACKNOWLEDGE
        client.say(Message(Kind.DATA_END, 0, 4, b"ECHO? dropped\n"))  # was on its way
        client.say(Message(Kind.DEVICE_CLEAR_COMPLETE))
        assert client.hear().kind == Kind.DEVICE_CLEAR_ACKNOWLEDGE
        client.say(Message(Kind.DATA_END, 0, 6, b"ECHO? whole\n"))
        assert client.hear() == Message(Kind.DATA_END, 0, 6, b"whole\n")


def test_the_end_of_a_message_ends_a_command_without_terminator(bench: Bench) -> None:
    with Raw(bench) as client:
        client.say(Message(Kind.DATA_END, 0, 2, b"ECHO? 1"))
        assert client.hear() == Message(Kind.DATA_END, 0, 2, b"1\n")


def test_an_answer_bears_the_number_of_its_question(bench: Bench) -> None:
    with Raw(bench) as client:
        client.say(Message(Kind.DATA_END, 0, 2, b"LATE? old\n"))
        client.say(Message(Kind.DATA_END, 0, 4, b"ECHO? new\n"))
        assert client.hear() == Message(Kind.DATA_END, 0, 4, b"new\n")
        assert client.hear() == Message(Kind.DATA_END, 0, 2, b"old\n")


def test_a_long_answer_comes_in_messages_of_the_size_agreed(bench: Bench) -> None:
    with Raw(bench) as client:
        client.say(Message(Kind.ASYNC_MAXIMUM_MESSAGE_SIZE, 0, 0, struct.pack(">Q", 256)), client.asynchronous)
        assert client.hear(client.asynchronous).kind == Kind.ASYNC_MAXIMUM_MESSAGE_SIZE_RESPONSE
        client.say(Message(Kind.DATA_END, 0, 2, b"ECHO? " + b"z" * 600 + b"\n"))
        parts = [client.hear() for _ in range(3)]
        assert [each.kind for each in parts] == [Kind.DATA, Kind.DATA, Kind.DATA_END]
        assert b"".join(each.payload for each in parts) == b"z" * 600 + b"\n"


def test_status_locks_and_remote_are_answered(bench: Bench) -> None:
    with Raw(bench) as client:
        for asked, answered in (
            (Message(Kind.ASYNC_STATUS_QUERY), Message(Kind.ASYNC_STATUS_RESPONSE, 0x45)),
            (Message(Kind.ASYNC_LOCK, 1, 1000), Message(Kind.ASYNC_LOCK_RESPONSE, 1)),
            (Message(Kind.ASYNC_LOCK_INFO), Message(Kind.ASYNC_LOCK_INFO_RESPONSE, 1, 1)),
            (Message(Kind.ASYNC_LOCK, 0), Message(Kind.ASYNC_LOCK_RESPONSE, 1)),
            (Message(Kind.ASYNC_LOCK_INFO), Message(Kind.ASYNC_LOCK_INFO_RESPONSE, 0, 0)),
            (Message(Kind.ASYNC_REMOTE_LOCAL_CONTROL, 1), Message(Kind.ASYNC_REMOTE_LOCAL_RESPONSE)),
        ):
            client.say(asked, client.asynchronous)
            assert client.hear(client.asynchronous) == answered


def test_a_message_is_available_until_the_client_says_that_it_was_delivered(bench: Bench) -> None:
    """RMT-delivered of IVI-6.1: without it a client that polls for MAV would wait for ever."""

    def status(delivered: int) -> int:
        client.say(Message(Kind.ASYNC_STATUS_QUERY, delivered), client.asynchronous)
        return client.hear(client.asynchronous).control

    with Raw(bench) as client:
        client.say(Message(Kind.DATA_END, 0, 2, b"ECHO? 1\n"))
        assert client.hear().payload == b"1\n"
        assert status(delivered=0) == 0x55
        assert status(delivered=1) == 0x45
        client.say(Message(Kind.TRIGGER, 0, 4))
        assert bench.until(lambda: bench.talkers[-1].heard[-1] == b"*TRG")


def test_what_cannot_be_taken_is_refused_and_the_connection_goes_on(bench: Bench) -> None:
    with Raw(bench) as client:
        client.say(Message(77, 0, 0, b"?"))
        refused = client.hear()
        assert (refused.kind, refused.control) == (Kind.ERROR, NonFatal.UNRECOGNIZED_TYPE)
        client.say(Message(Kind.DATA_END, 0, 2, bytes(1 << 21)))
        refused = client.hear()
        assert (refused.kind, refused.control) == (Kind.ERROR, NonFatal.TOO_LARGE)
        client.say(Message(Kind.DATA_END, 0, 4, b"ECHO? on\n"))
        assert client.hear().payload == b"on\n"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", Fatal.POORLY_FORMED_HEADER),
        (Message(Kind.DATA_END, 0, 2, b"*IDN?\n").encode(), Fatal.INVALID_INITIALIZATION),
        (Message(Kind.INITIALIZE, 0, 0x0100_0000, b"inst7").encode(), Fatal.INVALID_INITIALIZATION),
        (Message(Kind.ASYNC_INITIALIZE, 0, 999).encode(), Fatal.INVALID_INITIALIZATION),
        (
            Message(Kind.INITIALIZE, 0, 0x0100_0000, b"hislip0").encode() + Message(Kind.DATA_END, 0, 2, b"A").encode(),
            Fatal.CHANNELS_INCOMPLETE,
        ),
    ],
)
def test_garbage_is_a_fatal_error_and_hurts_nobody_else(bench: Bench, said: bytes, code: Fatal) -> None:
    with Raw(bench) as other:
        with socket.create_connection(other.place, 5.0) as garbage:
            garbage.sendall(said)
            heard = b""
            while part := garbage.recv(4096):
                heard += part
        *_, last = Reader(1 << 16).messages(heard)
        assert isinstance(last, Message)
        assert (last.kind, last.control) == (Kind.FATAL_ERROR, code)
        other.say(Message(Kind.DATA_END, 0, 2, b"ECHO? well\n"))
        assert other.hear().payload == b"well\n"


def test_both_channels_end_together(bench: Bench) -> None:
    with Raw(bench) as client:
        client.say(Message(Kind.DATA, 0, 2, b"ECHO? half"))
        client.asynchronous.close()
        assert broken(lambda: client.synchronous.recv(1))

        assert bench.until(lambda: bench.talkers[-1].gone)


def test_an_unmodified_client_is_content(bench: Bench) -> None:
    def opened() -> MessageBasedResource:
        name = f"TCPIP::127.0.0.1::hislip0,{bench.port('hislip')}::INSTR"
        resource = pyvisa.ResourceManager("@py").open_resource(name, write_termination="\n")
        assert isinstance(resource, MessageBasedResource)
        return resource

    first, second = opened(), opened()
    first.write("ECHO? half")
    assert first.read() == "half\n"
    first.write_raw(b"ECHO? 1\n")
    assert first.read_stb() == 0x55
    assert first.read() == "1\n"
    first.clear()
    assert bench.talkers[-2].cleared
    assert second.query("ECHO? 2") == "2\n"
    assert first.query("ECHO? 3") == "3\n"
    first.close()
    second.close()
