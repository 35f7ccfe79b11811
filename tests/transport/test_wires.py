"""Every wire an engine opens, over real sockets and terminals, against an instrument that misbehaves."""

import gc
import socket
import threading
from pathlib import Path

import pytest
import pyvisa

from labctl.clock import WallClock
from labctl.errors import (
    ConnectFailed,
    TransportClosed,
    TransportError,
    TransportPoisoned,
    TransportTimeout,
    UnaskedBytes,
    WaitGivenUp,
)
from labctl.transport.base import Transport
from labctl.transport.connect import open_transport
from labctl.transport.transcript import Direction, Transcript, read_transcript
from tests.transport.relay import Relay
from tests.transport.talkers import Bench

CLOCK = WallClock()
WRITTEN = {"tcp": 0, "hislip": 0, "vxi11": 36, "prologix": 0}
"""Bytes by which a wire confirms what was written to it."""


def listen_until_quiet(transport: Transport) -> None:
    try:
        while transport.read(b"\n", 0.1):
            pass
    except TransportTimeout:
        transport.open()


def opened(bench: Bench, wire: str) -> Transport:
    transport = open_transport(bench.addresses[wire], instrument="meter", clock=CLOCK)
    transport.open()
    return transport


def asked(transport: Transport, command: bytes, within: float = 2.0) -> bytes:
    transport.write(command)
    return transport.read(b"\n", within)


def test_an_answer_comes_back_whole(bench: Bench, wire: str) -> None:
    transport = opened(bench, wire)
    assert asked(transport, b"ECHO? +1.00000000E+00\n") == b"+1.00000000E+00\n"
    transport.close()
    transport.close()


@pytest.mark.parametrize("wire", ["tcp", "serial"])
def test_an_answer_may_come_byte_by_byte(bench: Bench, wire: str) -> None:
    transport = opened(bench, wire)
    assert asked(transport, b"SLOWLY? 20.3 'C\n") == b"20.3 'C\n"
    transport.close()


def test_silence_ends_in_a_poisoned_wire_until_it_is_opened_again(bench: Bench, wire: str) -> None:
    transport = opened(bench, wire)
    with pytest.raises(TransportTimeout) as caught:
        asked(transport, b"NOTHING?\n", within=0.05)
    assert caught.value.query == b"NOTHING?\n"
    assert transport.poisoned
    with pytest.raises(TransportPoisoned):
        transport.write(b"ECHO? 1\n")
    with pytest.raises(TransportPoisoned):
        transport.read(b"\n", 0.1)
    with pytest.raises(TransportPoisoned):
        transport.clear()
    transport.open()
    assert not transport.poisoned
    assert asked(transport, b"ECHO? again\n") == b"again\n"
    transport.close()


def test_a_late_answer_is_never_taken_for_the_next_one(bench: Bench, wire: str) -> None:
    transport = opened(bench, wire)
    with pytest.raises(TransportTimeout):
        asked(transport, b"LATE? old\n", within=0.02)
    transport.open()
    if wire == "serial":  # a line has no connections: whoever opens it again listens until it is quiet
        assert transport.read(b"\n", 2.0) == b"old\n"
        assert asked(transport, b"ECHO? new\n") == b"new\n"
        transport.close()
        return
    for attempt in range(20):
        assert asked(transport, b"ECHO? new%d\n" % attempt) == b"new%d\n" % attempt
        CLOCK.wait(0.01)
    transport.close()


def test_an_answer_cut_short_is_no_answer(bench: Bench, wire: str) -> None:
    transport = opened(bench, wire)
    with pytest.raises(TransportTimeout) as caught:
        asked(transport, b"HALF? +9.87\n", within=0.1)
    assert caught.value.received == b"+9.87"
    transport.close()


def test_a_connection_broken_in_the_middle_of_an_answer_is_noticed_at_once(bench: Bench, wire: str) -> None:
    transport = opened(bench, wire)
    started = CLOCK.monotonic()
    with pytest.raises((TransportClosed, TransportTimeout)) as caught:
        asked(transport, b"BREAK? +9.8\n", within=20.0)
    assert isinstance(caught.value, TransportClosed)
    assert CLOCK.monotonic() - started < 2.0
    with pytest.raises(TransportError):
        transport.write(b"ECHO? 1\n")
    reopened(transport)
    assert asked(transport, b"ECHO? back\n") == b"back\n"
    transport.close()


def reopened(transport: Transport) -> None:
    """Open again; a serial line needs a moment until it is plugged in again."""
    deadline = CLOCK.monotonic() + 5.0
    while True:
        try:
            transport.open()
        except ConnectFailed:
            assert CLOCK.monotonic() < deadline
        else:
            return


@pytest.mark.parametrize("wire", ["tcp", "serial"])
def test_an_answer_that_came_twice_makes_the_next_one_untrusted(bench: Bench, wire: str) -> None:
    transport = opened(bench, wire)
    assert asked(transport, b"TWICE? 1\n") == b"1\n"
    transport.write(b"STBY\n")  # writing is never refused: the safe state has to get out
    assert bench.until(lambda: bench.talkers[-1].heard[-1] == b"STBY" or bench.talkers[0].heard[-1] == b"STBY")
    transport.write(b"ECHO? 2\n")
    with pytest.raises(UnaskedBytes) as caught:
        transport.read(b"\n", 1.0)
    assert caught.value.received == b"1\n"
    assert transport.poisoned
    transport.open()
    if wire == "serial":  # a line has no connections: whoever opens it again listens until it is quiet
        listen_until_quiet(transport)
    assert asked(transport, b"ECHO? 3\n") == b"3\n"
    transport.close()


@pytest.mark.parametrize("wire", ["hislip", "vxi11", "prologix"])
def test_a_wire_of_messages_is_protected_from_an_answer_that_came_twice(bench: Bench, wire: str) -> None:
    """By message numbers (HiSLIP), or because a new question makes what was not fetched void (IEEE 488.2)."""
    transport = opened(bench, wire)
    assert asked(transport, b"TWICE? 1\n") == b"1\n"
    assert asked(transport, b"ECHO? 2\n") == b"2\n"
    transport.close()


@pytest.mark.parametrize("wire", ["hislip", "vxi11", "prologix"])
def test_behind_an_answer_that_came_twice_the_next_may_take_its_time(bench: Bench, wire: str) -> None:
    """An adapter gives up after half a second, and is told to go on."""
    transport = opened(bench, wire)
    assert asked(transport, b"TWICE? 1\n") == b"1\n"
    transport.write(b"*TRG\n")
    talker = bench.talkers[-1]
    bench.server.call_later(1.3, lambda: talker.peer.send(b"2\n"))
    assert transport.read(b"\n", 5.0) == b"2\n"
    transport.close()


def test_a_long_answer_over_hislip_comes_whole(bench: Bench) -> None:
    transport = opened(bench, "hislip")
    many = b"+1.00000000E+00," * 20_000
    assert asked(transport, b"ECHO? " + many + b"\n") == many + b"\n"
    assert asked(transport, b"ECHO? 2\n") == b"2\n"
    transport.close()


@pytest.mark.parametrize("wire", ["hislip", "vxi11", "prologix"])
def test_device_clear_drops_half_a_command_where_the_wire_has_one(bench: Bench, wire: str) -> None:
    transport = opened(bench, wire)
    transport.write(b"ECHO? whole\n")
    assert transport.read(b"\n", 1.0) == b"whole\n"
    transport.clear()
    assert bench.talkers[-1].cleared
    assert asked(transport, b"ECHO? after\n") == b"after\n"
    transport.close()


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1:{port}",
        "hislip://127.0.0.1:{port}/hislip0",
        "vxi11://127.0.0.1:{port}/inst0",
        "vxi11://127.0.0.1/inst0",  # nobody here has a portmapper
        "prologix://127.0.0.1:{port}/22",
        "serial:///dev/none",
        "prologix+serial:///dev/none#22",
        "gpib://0/22",
        "usbtmc://2A8D:0101:MY00000000",
    ],
)
def test_nothing_at_the_address_is_said_when_it_is_opened(address: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = address.format(port=free.getsockname()[1])
        transport = open_transport(address, instrument="meter", clock=CLOCK)
        with pytest.raises(ConnectFailed) as caught:
            transport.open()
    assert "meter" in str(caught.value)
    assert address in str(caught.value)
    with pytest.raises(TransportClosed):
        transport.write(b"*IDN?\n")


def test_gpib_is_spoken_through_a_visa_library(bench: Bench) -> None:
    """The library's GPIB goes to our adapter here; its board stays with whoever opened it."""
    board = pyvisa.ResourceManager("@py").open_resource(f"PRLGX-TCPIP3::127.0.0.1::{bench.port('prologix')}::INTFC")
    board.timeout = 100
    transport = open_transport("gpib://3/22", instrument="meter", clock=CLOCK)
    transport.open()
    for attempt in range(3):
        assert asked(transport, b"ECHO? +1.%d\n" % attempt) == b"+1.%d\n" % attempt
    started = CLOCK.monotonic()
    with pytest.raises(TransportTimeout):
        asked(transport, b"LATE? old\n", within=0.05)
    assert CLOCK.monotonic() - started < 1.0
    transport.open()
    assert bench.until(lambda: bench.talkers[-1].cleared == 2)
    assert asked(transport, b"ECHO? new\n") == b"new\n"
    transport.close()
    board.close()


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # PyVISA's backend leaves its socket behind
@pytest.mark.parametrize("device", ["hislip", "vxi11"])
def test_another_device_than_the_instruments_is_refused(bench: Bench, device: str) -> None:
    address = bench.addresses[device].rpartition("/")[0] + "/nobody"
    with pytest.raises(ConnectFailed):
        open_transport(address, instrument="meter", clock=CLOCK).open()
    gc.collect()


def test_a_socket_that_is_no_adapter_is_found_out_when_it_is_opened(bench: Bench) -> None:
    address = bench.addresses["tcp"].replace("tcp", "prologix") + "/22"
    with pytest.raises(ConnectFailed, match=r"\+\+addr"):
        open_transport(address, instrument="meter", clock=CLOCK).open()


@pytest.mark.parametrize("wire", ["tcp", "hislip", "vxi11", "prologix"])
@pytest.mark.parametrize(("through", "breaks"), [(0, True), (1, True), (17, True), (30, True), (0, False), (17, False)])
def test_a_cable_cut_or_dead_in_the_middle_of_an_answer_costs_no_more_than_the_deadline(
    bench: Bench, wire: str, through: int, *, breaks: bool
) -> None:
    with Relay(bench.port(wire)) as relay:
        address = bench.addresses[wire].replace(str(bench.port(wire)), str(relay.port))
        transport = open_transport(address, instrument="meter", clock=CLOCK)
        transport.open()
        assert asked(transport, b"ECHO? 1\n") == b"1\n"
        assert asked(transport, b"ECHO? 2\n") == b"2\n"
        relay.left, relay.breaks = through + WRITTEN[wire], breaks
        started = CLOCK.monotonic()
        with pytest.raises((TransportTimeout, TransportClosed)):
            asked(transport, b"ECHO? " + b"1.00000000" * 10 + b"\n", within=0.2)
        transport.close()
        assert CLOCK.monotonic() - started < 2.0


def test_a_serial_line_is_held_by_one_alone(bench: Bench) -> None:
    first = opened(bench, "serial")
    with pytest.raises(ConnectFailed, match="in use"):
        opened(bench, "serial")
    first.close()
    opened(bench, "serial").close()


def test_a_wait_ends_when_the_bench_has_to_be_left(bench: Bench, wire: str) -> None:
    leave = threading.Event()
    transport = open_transport(bench.addresses[wire], instrument="meter", clock=CLOCK, interrupted=leave.is_set)
    transport.open()
    assert asked(transport, b"ECHO? 1\n") == b"1\n"
    bench.server.call_later(0.05, leave.set)
    started = CLOCK.monotonic()
    with pytest.raises(WaitGivenUp):
        asked(transport, b"NOTHING?\n", within=60.0)
    assert CLOCK.monotonic() - started < 1.0
    assert transport.poisoned
    transport.open()
    assert asked(transport, b"ECHO? safe\n") == b"safe\n"  # what answers at once is heard all the same
    transport.close()


def test_an_instrument_switched_off_closes_its_wire(bench: Bench, wire: str) -> None:
    transport = opened(bench, wire)
    bench.server.stop()
    with pytest.raises(TransportClosed):
        asked(transport, b"ECHO? 1\n")
    with pytest.raises(ConnectFailed):
        transport.open()


def test_the_transcript_holds_every_byte_and_every_failure(bench: Bench, wire: str, tmp_path: Path) -> None:
    transcript = Transcript(tmp_path / "run.transcript", CLOCK)
    transport = open_transport(bench.addresses[wire], instrument="meter", clock=CLOCK, transcript=transcript)
    transport.open()
    asked(transport, b"ECHO? 1\n")
    with pytest.raises(TransportTimeout):
        asked(transport, b"HALF? 2\n", within=0.05)
    transport.close()
    frames = list(read_transcript(transcript.path, transcript.seal()))
    transcript.close()
    assert {each.wire for each in frames} == {bench.addresses[wire]}
    assert b"".join(each.content for each in frames if each.direction is Direction.OUT) == b"ECHO? 1\nHALF? 2\n"
    assert b"".join(each.content for each in frames if each.direction is Direction.IN) == b"1\n2"
    notes = [each.content for each in frames if each.direction is Direction.NOTE]
    assert notes[0] == b"open"
    assert notes[-1] == b"closed"
    assert any(b"no complete answer" in each and b"received b'2'" in each for each in notes)
