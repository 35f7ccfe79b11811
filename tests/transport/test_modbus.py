"""Modbus on both ends, over real sockets and terminals, whatever way the bytes are cut.

Frames are written out by hand here, from MODBUS Messaging on TCP/IP V1.0b (3.1.3) and MODBUS over Serial Line V1.02
(2.5.1); the check values were calculated by a third program.
"""

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import serial
from attrs import define, field
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labctl.clock import WallClock
from labctl.errors import (
    ConnectFailed,
    FrameDamaged,
    InstrumentError,
    TransportClosed,
    TransportPoisoned,
    TransportTimeout,
    UnaskedBytes,
)
from labctl.transport.base import Transport, Whole
from labctl.transport.connect import open_transport
from labctl.transport.serve import Peer, Server
from labctl.transport.transcript import Transcript, read_transcript

UNIT = 17
READ = bytes.fromhex("03 006b 0001")
STOP = bytes.fromhex("06 0000 0476")
ANSWER = bytes.fromhex("03 02 022b")
SOUND = bytes.fromhex("11 03 02 022b 38f8")  # ANSWER on a serial line


@define(eq=False)
class Echoing:
    """Answers every message with itself, turned round behind its function code."""

    peer: Peer
    address: str
    heard: list[bytes] = field(factory=list)
    gone: bool = False

    def receive(self, received: bytes, *, end: bool = False) -> None:
        assert end
        self.heard.append(received)
        self.peer.send(received[:1] + received[:0:-1])

    def clear(self) -> None:
        pass

    def status_byte(self, *, unread: bool = False) -> int:
        return int(unread)

    def trigger(self) -> None:
        pass

    def closed(self) -> None:
        self.gone = True


@define(eq=False)
class Served:
    """A server with one endpoint of each kind."""

    server: Server
    sessions: list[Echoing] = field(factory=list)
    tcp: str = ""
    rtu: str = ""

    def session(self, peer: Peer, address: str) -> Echoing:
        self.sessions.append(Echoing(peer, address))
        return self.sessions[-1]

    def until(self, holds: Callable[[], bool]) -> bool:
        return self.server.completed(self.server.until(holds))


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Server() as server:
        served = Served(server)
        served.tcp = server.add_modbus(served.session, UNIT)
        served.rtu = server.add_modbus_rtu(served.session, UNIT)
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[socket.socket]:
    with _connected(served) as connection:
        yield connection


@pytest.fixture
def line(served: Served) -> Iterator[serial.Serial]:
    with serial.Serial(urlsplit(served.rtu).path, 19200, timeout=5) as port:
        yield port


def _connected(served: Served) -> socket.socket:
    place = urlsplit(served.tcp)
    return socket.create_connection((place.hostname, place.port or 0), 5)


def _frame(number: int, message: bytes, unit: int = UNIT) -> bytes:
    return number.to_bytes(2) + b"\0\0" + (len(message) + 1).to_bytes(2) + bytes([unit]) + message


def _turned(message: bytes) -> bytes:
    return message[:1] + message[:0:-1]


def _taken(connection: socket.socket, size: int) -> bytes:
    taken = b""
    while len(taken) < size and (part := connection.recv(size - len(taken))):
        taken += part
    return taken


def _checked(frame: bytes) -> bytes:
    """Return a frame with its check value, bit by bit as the specification draws it (6.2.2)."""
    register = 0xFFFF
    for byte in frame:
        for bit in range(8):
            odd = (register ^ byte >> bit) & 1
            register = register >> 1 ^ (0xA001 if odd else 0)
    return frame + register.to_bytes(2, "little")


def _pieces(whole: bytes, cuts: Sequence[int]) -> Iterator[bytes]:
    ends = sorted({each % len(whole) for each in cuts} | {len(whole)})
    for start, end in zip([0, *ends], ends, strict=False):
        yield whole[start:end]


# --- the server ------------------------------------------------------------------------------------------------------


def test_the_addresses_are_what_a_station_writes(served: Served) -> None:
    assert served.tcp.startswith("modbus://127.0.0.1:")
    assert served.tcp.endswith("?unit=17")
    assert served.rtu.startswith("modbus+rtu:///")
    assert served.rtu.endswith("?baud=19200&parity=none&unit=17")


def test_bytes_one_by_one_are_one_request(client: socket.socket) -> None:
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for each in _frame(0x1234, READ):
        client.sendall(bytes([each]))
    assert _taken(client, 12) == _frame(0x1234, _turned(READ))


def test_pipelined_requests_are_all_answered_in_order_under_their_own_numbers(client: socket.socket) -> None:
    requests = [(n * 257, bytes([3, 0, n, 0, 1])) for n in range(50)]
    client.sendall(b"".join(_frame(*each) for each in requests))
    expected = b"".join(_frame(number, _turned(message)) for number, message in requests)
    assert _taken(client, len(expected)) == expected


def test_half_a_request_and_a_disconnect_disturb_nobody(served: Served, client: socket.socket) -> None:
    before = len(served.sessions)
    with _connected(served) as other:
        other.sendall(_frame(1, READ)[:9])
    assert served.until(lambda: len(served.sessions) > before and served.sessions[-1].gone)
    assert served.sessions[-1].heard == []
    client.sendall(_frame(2, READ))
    assert _taken(client, 12) == _frame(2, _turned(READ))


def test_another_unit_is_answered_for_as_a_gateway_would(served: Served, client: socket.socket) -> None:
    client.sendall(_frame(7, READ, unit=18) + _frame(8, READ))
    assert _taken(client, 9) == _frame(7, b"\x83\x0b", unit=18)
    assert _taken(client, 12) == _frame(8, _turned(READ))
    assert served.sessions[-1].heard == [READ]


def test_a_broadcast_is_carried_out_and_never_answered(served: Served, client: socket.socket) -> None:
    write = bytes.fromhex("06 0001 0003")
    client.sendall(_frame(1, write, unit=0) + _frame(2, READ, unit=0) + _frame(3, READ))
    assert _taken(client, 12) == _frame(3, _turned(READ))
    assert served.sessions[-1].heard == [write, READ]


def test_a_frame_of_another_protocol_is_passed_over(client: socket.socket) -> None:
    foreign = bytearray(_frame(1, READ))
    foreign[3] = 1
    client.sendall(bytes(foreign) + _frame(2, READ))
    assert _taken(client, 12) == _frame(2, _turned(READ))


@pytest.mark.parametrize("length", [0, 1, 255, 0xFFFF])
def test_a_length_that_no_frame_has_ends_the_connection(client: socket.socket, length: int) -> None:
    client.sendall(b"\0\1\0\0" + length.to_bytes(2) + b"\x11\x03")
    try:
        assert client.recv(1) == b""
    except ConnectionResetError:
        return  # an end as good as any


def test_a_request_on_a_serial_line_in_pieces(line: serial.Serial) -> None:
    for each in bytes.fromhex("11 03 006b 0001 f746"):
        line.write(bytes([each]))
    assert line.read(8) == _checked(b"\x11" + _turned(READ))


def test_a_serial_line_is_silent_to_other_units_and_to_damaged_requests(served: Served, line: serial.Serial) -> None:
    heard = served.sessions[0].heard
    before = len(heard)
    line.write(_checked(b"\x12" + READ))
    line.write(bytes.fromhex("11 03 006b 0001 f747"))
    line.write(_checked(b"\x00" + READ))
    line.write(_checked(b"\x00\x06\x00\x01\x00\x03"))
    line.write(_checked(b"\x11" + READ))
    assert line.read(8) == _checked(b"\x11" + _turned(READ))
    assert heard[before:] == [bytes.fromhex("06 0001 0003"), READ]
    line.timeout = 0.05
    assert line.read(1) == b""


def test_half_a_request_before_a_silence_is_forgotten(line: serial.Serial) -> None:
    line.write(_checked(b"\x11" + READ)[:5])
    WallClock().wait(0.1)
    line.write(_checked(b"\x11" + READ))
    assert line.read(8) == _checked(b"\x11" + _turned(READ))


def test_an_unknown_function_ends_where_its_check_value_is_right(line: serial.Serial) -> None:
    message = bytes.fromhex("64 01 02 03 04 05 06 07")
    line.write(_checked(b"\x11" + message))
    assert line.read(11) == _checked(b"\x11" + _turned(message))


def _joined(*parts: bytes) -> bytes:
    return b"".join(parts)


def _counted(head: bytes, middle: bytes, data: bytes) -> bytes:
    return head + middle + bytes([len(data)]) + data


def _some(least: int, most: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=least, max_size=most)


_MESSAGES = st.one_of(
    st.builds(_joined, st.sampled_from([b"\1", b"\2", b"\3", b"\4", b"\5", b"\6", b"\x08"]), _some(4, 4)),
    st.builds(_counted, st.sampled_from([b"\x0f", b"\x10"]), _some(4, 4), _some(0, 246)),
    st.builds(_counted, st.just(b"\x17"), _some(8, 8), _some(0, 242)),
    st.builds(_joined, st.just(b"\x16"), _some(6, 6)),
    st.builds(_joined, st.just(b"\x2b\x0e"), _some(2, 2)),
)
_CUTS = st.lists(st.integers(0, 5000), max_size=8)


@given(messages=st.lists(_MESSAGES, min_size=1, max_size=12), cuts=_CUTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_requests_are_cut_each_is_answered(
    client: socket.socket, messages: list[bytes], cuts: list[int]
) -> None:
    for piece in _pieces(b"".join(_frame(n, each) for n, each in enumerate(messages)), cuts):
        client.sendall(piece)
    expected = b"".join(_frame(n, _turned(each)) for n, each in enumerate(messages))
    assert _taken(client, len(expected)) == expected


@given(messages=st.lists(_MESSAGES, min_size=1, max_size=4), cuts=_CUTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_requests_on_a_line_are_cut_each_is_answered(
    line: serial.Serial, messages: list[bytes], cuts: list[int]
) -> None:
    for piece in _pieces(b"".join(_checked(b"\x11" + each) for each in messages), cuts):
        line.write(piece)
    expected = b"".join(_checked(b"\x11" + _turned(each)) for each in messages)
    assert line.read(len(expected)) == expected


# --- the client ------------------------------------------------------------------------------------------------------


@define(eq=False)
class Scripted:
    """Answers with frames as they are, one list of pieces for each time that something arrives."""

    peer: Peer
    pieces: list[bytes]
    server: Server
    number: bytes = b""  # of the transaction, on TCP

    def receive(self, received: bytes, *, end: bool = False) -> None:  # noqa: ARG002
        self.number = received[:2]
        self.say(0)

    def say(self, n: int) -> None:
        if n < len(self.pieces):
            if self.pieces[n] == b"BREAK":
                self.peer.hang_up()
                return
            self.peer.send(self.pieces[n].replace(b"NO", self.number))
            self.server.call_later(0.001, lambda: self.say(n + 1))

    def clear(self) -> None:
        pass

    def status_byte(self, *, unread: bool = False) -> int:
        return int(unread)

    def trigger(self) -> None:
        pass

    def closed(self) -> None:
        pass


@pytest.fixture
def speak() -> Iterator[Callable[..., Transport]]:
    """Return what opens a transport to an instrument that answers with these pieces."""
    opened: list[Transport] = []
    with Server() as server:

        def to(wire: str, *pieces: bytes, transcript: Transcript | None = None) -> Transport:
            def session(peer: Peer, _: str) -> Scripted:
                return Scripted(peer, list(pieces), server)

            if wire == "tcp":
                address = server.add_socket(session).replace("tcp://", "modbus://") + "?unit=17"
            else:
                address = server.add_pty(session).replace("serial://", "modbus+rtu://") + "&parity=none&unit=17"
            transport = open_transport(address, instrument="meter", clock=WallClock(), transcript=transcript)
            transport.open()
            opened.append(transport)
            return transport

        yield to
        for each in opened:
            each.close()


def _asked(transport: Transport, within: float = 2.0) -> bytes:
    transport.write(READ)
    return transport.read(Whole(), within)


GOOD = b"NO\0\0\0\x05\x11" + ANSWER


def test_one_driver_sends_and_hears_the_same_bytes_on_every_wire(speak: Callable[..., Transport]) -> None:
    assert _asked(speak("tcp", GOOD)) == ANSWER
    assert _asked(speak("rtu", SOUND)) == ANSWER


def test_frames_may_come_byte_by_byte(speak: Callable[..., Transport]) -> None:
    assert _asked(speak("tcp", b"NO", *(bytes([each]) for each in GOOD[2:]))) == ANSWER
    assert _asked(speak("rtu", *(bytes([each]) for each in SOUND))) == ANSWER


def test_other_transactions_and_other_units_are_dropped_and_noted(
    speak: Callable[..., Transport], tmp_path: Path
) -> None:
    stale = b"\x77\x77\0\0\0\x05\x11" + b"\x03\x02\xde\xad"
    foreign = b"NO\0\0\0\x05\x12" + b"\x03\x02\xbe\xef"
    with closing(Transcript(tmp_path / "wire.transcript", WallClock())) as transcript:
        wire = speak("tcp", stale + foreign + GOOD + stale, transcript=transcript)
        assert _asked(wire) == ANSWER
        assert _asked(wire) == ANSWER
    said = [each.content for each in read_transcript(tmp_path / "wire.transcript")]
    assert sum(each.startswith(b"dropped") for each in said) >= 3


@pytest.mark.parametrize(
    ("wire", "pieces"),
    [
        ("rtu", [SOUND[:-1] + b"\xf9"]),  # the check value
        ("rtu", [SOUND[:3] + b"\x03" + SOUND[4:]]),  # a byte of the value
        ("rtu", [_checked(b"\x12" + ANSWER)]),  # another unit
        ("rtu", [b"\x83" * 300]),
        ("tcp", [GOOD[:3] + b"\x01" + GOOD[4:]]),  # the protocol
        ("tcp", [GOOD[:4] + b"\x13\x88" + GOOD[6:]]),  # the length
    ],
)
def test_a_damaged_frame_is_refused_at_once(speak: Callable[..., Transport], wire: str, pieces: list[bytes]) -> None:
    transport = speak(wire, *pieces)
    with pytest.raises(FrameDamaged) as refused:
        _asked(transport, within=30.0)
    assert refused.value.query == READ
    with pytest.raises(TransportPoisoned):
        transport.write(READ)
    transport.open()


@pytest.mark.parametrize(("wire", "whole"), [("tcp", GOOD), ("rtu", SOUND)])
def test_a_cut_frame_is_no_answer(speak: Callable[..., Transport], wire: str, whole: bytes) -> None:
    for missing in range(1, len(whole) - 1):
        transport = speak(wire, whole[:-missing])
        with pytest.raises(TransportTimeout):
            _asked(transport, within=0.03)


def test_a_second_answer_is_never_taken_for_the_next_one(speak: Callable[..., Transport]) -> None:
    twice = speak("rtu", SOUND + SOUND)
    assert _asked(twice) == ANSWER
    with pytest.raises(UnaskedBytes):
        _asked(twice)
    numbered = speak("tcp", GOOD + GOOD)
    assert [_asked(numbered) for _ in range(3)] == [ANSWER] * 3


def test_a_peer_that_goes_away_is_noticed_at_once(speak: Callable[..., Transport]) -> None:
    with pytest.raises(TransportClosed):
        _asked(speak("tcp", GOOD[:5], b"BREAK"), within=30.0)


def test_a_safe_command_needs_no_reader(served: Served) -> None:
    """What nobody waits for is off the wire before the next request, so that a guardian may write and write."""
    for address in (served.tcp, served.rtu):
        wire = open_transport(address, instrument="pump", clock=WallClock(), claim=False)
        known = len(served.sessions)
        wire.open()
        accepted = known + (address == served.tcp)  # a line has one session for its life
        assert served.until(lambda accepted=accepted: len(served.sessions) == accepted)  # type: ignore[misc]
        heard = served.sessions[-1 if address == served.tcp else 0].heard
        before = len(heard)
        for _ in range(3):
            wire.write(b"")
            wire.write(STOP)
            wire.write(STOP)
        assert served.until(lambda heard=heard, before=before: heard[before:] == [STOP] * 6)  # type: ignore[misc]
        wire.close()


def test_the_line_is_silent_for_three_and_a_half_characters(speak: Callable[..., Transport]) -> None:
    slow = speak("rtu", SOUND)
    slow.close()
    address = slow.address.replace("baud=9600", "baud=1200")
    wire = open_transport(address, instrument="meter", clock=WallClock())
    wire.open()
    try:
        started = WallClock().monotonic()
        for _ in range(4):
            assert _asked(wire) == ANSWER
        assert WallClock().monotonic() - started >= 3 * 3.5 * 11 / 1200
    finally:
        wire.close()


@given(st.lists(st.sampled_from(["good", "stale", "foreign", "wrong"]), min_size=1, max_size=4), _CUTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_only_the_answer_is_taken(
    speak: Callable[..., Transport], kinds: list[str], cuts: list[int]
) -> None:
    lies = {
        "good": GOOD,
        "stale": b"\x77\x77\0\0\0\x05\x11\x03\x02\xde\xad",
        "foreign": b"NO\0\0\0\x05\x12\x03\x02\xde\xad",
        "wrong": GOOD[:2] + b"\x00\x09" + GOOD[4:],
    }
    said = b"".join(lies[each] for each in kinds)
    numbers = {n + 1 for n in range(len(said)) if said[n : n + 2] == b"NO"}  # put in by the piece
    wire = speak("tcp", *_pieces(said, [each for each in cuts if each % len(said) not in numbers]))
    try:
        assert _asked(wire, within=0.05) == ANSWER
    except InstrumentError:
        assert "wrong" in kinds or "good" not in kinds


@pytest.mark.parametrize(
    "address",
    [
        "modbus://?unit=1",
        "modbus://host?unit=256",
        "modbus://host?unit=one",
        "modbus://host?unit=1&unit=2",
        "modbus://host?baud=9600",
        "modbus://host/path",
        "modbus+rtu://?unit=1",
        "modbus+rtu:///dev/ttyS0?speed=9600",
        "modbus+rtu:///dev/ttyS0?baud=9600&unit=-1",
    ],
)
def test_an_address_that_cannot_be_read_says_how_it_is_written(address: str) -> None:
    with pytest.raises(ConnectFailed, match="write it like modbus"):
        open_transport(address, instrument="meter", clock=WallClock())


def test_nobody_there_is_a_connection_that_failed(tmp_path: Path) -> None:
    for address in ("modbus://127.0.0.1:1", f"modbus+rtu://{tmp_path / os.devnull.strip('/')}"):
        with pytest.raises(ConnectFailed):
            open_transport(address, instrument="meter", clock=WallClock()).open()
