"""A simulated instrument on the bus of a simulated GPIB-Ethernet adapter of the Prologix kind, in controller mode.

Source: Prologix GPIB-USB Controller User Manual, section 8, whose commands the GPIB-ETHERNET shares. [K]: the answers
of `++ver`, and of a command that it does not know, and that an address without an instrument gives silence.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, cast

from attrs import define, field

from labctl.transport.output_queue import OutputQueue
from labctl.transport.prologix_line import COMMAND, Line, Lines
from labctl.transport.reactor import Reactor
from labctl.transport.serve_socket import HOST, PATIENCE
from labctl.transport.session import Session, SessionFactory

_VERSION: Final = "Prologix GPIB-ETHERNET Controller version 01.06.06.00"
_LONGEST: Final = 1 << 16  # bytes of a line
_LINES: Final = 1024  # that may wait behind a read
_EVERYTHING: Final = 1 << 20
_REQUEST: Final = 64  # bit of the status byte: service is requested
_SECONDARY: Final = range(96, 127)
_EOS: Final = (b"\r\n", b"\r", b"\n", b"")
_LIMITS: Final = {  # settings, and the values they take
    "mode": range(2),
    "auto": range(2),
    "eoi": range(2),
    "eos": range(4),
    "eot_enable": range(2),
    "eot_char": range(256),
    "read_tmo_ms": range(1, 3001),
    "savecfg": range(2),
    "lon": range(2),
}


@define(eq=False)
class Adapter(asyncio.Protocol):
    """One client's adapter, and the peer of the instrument's session.

    Its settings are those of one connection: clients of one instrument do not disturb each other.
    """

    reactor: Reactor
    sessions: SessionFactory
    address: str
    instrument: int  # the address at which it sits
    open_ones: "set[Adapter]"
    output: OutputQueue = field(factory=OutputQueue, init=False)
    settings: dict[str, int] = field(init=False)
    addressed: tuple[int, ...] = field(init=False)
    _session: Session | None = field(default=None, init=False)
    _transport: asyncio.Transport | None = field(default=None, init=False)
    _heard: Lines = field(factory=Lines, init=False)
    _lines: deque[Line] = field(factory=deque, init=False)
    _reading: str = field(default="", init=False)  # until "eoi", a character's code, or "quiet"
    _timer: asyncio.TimerHandle | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """Set the adapter as delivered, the instrument's address kept in it."""
        self.addressed = (self.instrument,)
        self.settings = dict.fromkeys(_LIMITS, 0) | {"mode": 1, "eoi": 1, "read_tmo_ms": 200, "savecfg": 1}

    # --- the client's connection -------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a session."""
        self._transport = cast("asyncio.Transport", transport)
        if self.reactor.stopping:
            self._transport.abort()
            return
        self.open_ones.add(self)
        self._session = self.reactor.begin(self.sessions, self, self.address)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (however it ended)
        """End the session."""
        self.open_ones.discard(self)
        self._stop_reading()
        session, self._session, self._transport = self._session, None, None
        if session is not None:
            self.reactor.tell(session.closed)

    def data_received(self, data: bytes) -> None:
        """Carry out the lines that the bytes complete."""
        self._lines.extend(self._heard.lines(data))
        if len(self._heard) > _LONGEST or len(self._lines) > _LINES:
            self.hang_up()
        self._work()

    # --- the session's peer ------------------------------------------------------------------------------------------

    @property
    def asked(self) -> int:
        """Return the number of the client's newest message."""
        return self.output.asked

    def send(self, reply: bytes, *, asked: int | None = None) -> None:
        """Keep an answer until it is read from the bus; a client that reads nothing is dropped in the end."""
        self.output.put(reply, asked)
        if self.output.overrun:
            self.hang_up()
        elif self._reading:
            self._forward()
            self._work()

    def hang_up(self) -> None:
        """Break the connection at once."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    # --- lines -------------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while self._lines and not self._reading and self._transport is not None:
            line = self._lines.popleft()
            if line.command:
                self._carry_out(line.content)
            else:
                self._pass_on(line.content)

    def _pass_on(self, content: bytes) -> None:
        """Put data on the bus; where nobody listens it is lost."""
        if not self.settings["mode"]:
            return
        if self._present(self.addressed):
            end = bool(self.settings["eoi"])
            message = content + _EOS[self.settings["eos"]]
            self.output.begin()
            self._tell(lambda session: session.receive(message, end=end))
        if self.settings["auto"]:
            self._read("eoi")

    def _carry_out(self, content: bytes) -> None:
        word, *given = content.removeprefix(COMMAND).decode("latin-1").lower().split() or [""]
        action = _ACTIONS.get(word)
        if action is not None:
            action(self, given)
        elif word in _LIMITS:
            self._setting(word, given)
        else:
            self._say("Unrecognized command")

    def _setting(self, name: str, given: list[str]) -> None:
        if not given:
            self._say(str(self.settings[name]))
        elif given[0].isdecimal() and int(given[0]) in _LIMITS[name]:
            self.settings[name] = int(given[0])

    # --- commands to the adapter -------------------------------------------------------------------------------------

    def address_device(self, given: list[str]) -> None:
        """Set or tell the primary and secondary address that everything is meant for."""
        if not given:
            self._say(" ".join(map(str, self.addressed)))
            return
        place = _place(given)
        if place:
            self.addressed = place

    def read(self, given: list[str]) -> None:
        """Let the instrument talk, until it ends, a character comes, or nothing more comes."""
        if self.settings["mode"]:
            self._read(given[0] if given and (given[0] == "eoi" or given[0].isdecimal()) else "quiet")

    def poll(self, given: list[str]) -> None:
        """Tell the status byte of an instrument."""
        byte = self._status(_place(given) if given else self.addressed)
        if byte is not None:
            self._say(str(byte))

    def request(self, _: list[str]) -> None:
        """Tell whether an instrument requests service."""
        self._say(str(int(bool((self._status((self.instrument,)) or 0) & _REQUEST))))

    def clear(self, _: list[str]) -> None:
        """Clear the addressed instrument."""
        if self._present(self.addressed):
            self.output.begin()
            self._tell(lambda session: session.clear())

    def trigger(self, given: list[str]) -> None:
        """Trigger the addressed instrument, or those given."""
        places: list[tuple[int, ...]] = [(int(each),) for each in given if each.isdecimal()] or [self.addressed]
        if any(self._present(each) for each in places):
            self.output.begin()
            self._tell(lambda session: session.trigger())

    def tell_version(self, _: list[str]) -> None:
        """Tell what this is."""
        self._say(_VERSION)

    def help(self, _: list[str]) -> None:
        """List the commands."""
        for each in sorted({*_ACTIONS, *_LIMITS}):
            self._say(f"++{each}")

    def reset(self, _: list[str]) -> None:
        """Start anew, which breaks the connection."""
        self.hang_up()

    def pass_over(self, _: list[str]) -> None:
        """Do nothing that shows: no line of the bus and no front panel is here."""

    # --- reading the bus ---------------------------------------------------------------------------------------------

    def _read(self, until: str) -> None:
        self._reading = until
        self._restart()
        self._forward()

    def _forward(self) -> None:
        """Pass on what the instrument says, as far as this read goes."""
        stop = int(self._reading) & 0xFF if self._reading.isdecimal() else None
        while self.output and self._reading:
            piece = self.output.fetch(_EVERYTHING, stop)
            end = bytes([self.settings["eot_char"]]) if piece.ended and self.settings["eot_enable"] else b""
            self._write(piece.content + end)
            if piece.matched or (piece.ended and self._reading == "eoi"):
                self._stop_reading()
            else:
                self._restart()

    def _restart(self) -> None:
        """Give the instrument its time again until it says something more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.reactor.loop.call_later(self.settings["read_tmo_ms"] / 1000, self._expire)

    def _expire(self) -> None:
        self._stop_reading()
        self._work()

    def _stop_reading(self) -> None:
        self._reading = ""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- inside ------------------------------------------------------------------------------------------------------

    def _present(self, place: tuple[int, ...]) -> bool:
        return place == (self.instrument,)

    def _status(self, place: tuple[int, ...]) -> int | None:
        if self._session is None or not self._present(place):
            return None
        return self._session.status_byte(unread=bool(self.output))

    def _tell(self, action: Callable[[Session], None]) -> None:
        session = self._session
        if session is not None and not self.reactor.tell(lambda: action(session)):
            self.hang_up()

    def _say(self, words: str) -> None:
        self._write(words.encode() + b"\r\n")

    def _write(self, content: bytes) -> None:
        if self._transport is None:
            return
        self._transport.write(content)
        if self._transport.get_write_buffer_size() > PATIENCE:
            self.hang_up()


_ACTIONS: Final[dict[str, Callable[[Adapter, list[str]], None]]] = {
    "addr": Adapter.address_device,
    "clr": Adapter.clear,
    "help": Adapter.help,
    "ifc": Adapter.pass_over,
    "llo": Adapter.pass_over,
    "loc": Adapter.pass_over,
    "read": Adapter.read,
    "rst": Adapter.reset,
    "spoll": Adapter.poll,
    "srq": Adapter.request,
    "trg": Adapter.trigger,
    "ver": Adapter.tell_version,
}


def _place(given: list[str]) -> tuple[int, ...]:
    """Return a primary and perhaps a secondary address; nothing where there can be none."""
    numbers = tuple(int(each) for each in given[:2] if each.isdecimal())
    if not numbers or numbers[0] > 30 or any(each not in _SECONDARY for each in numbers[1:]):  # noqa: PLR2004
        return ()
    return numbers


async def serve_prologix(reactor: Reactor, sessions: SessionFactory, gpib_address: int, port: int) -> str:
    """Listen, and return the address."""
    open_ones: set[Adapter] = set()
    address = ""
    server = await reactor.loop.create_server(
        lambda: Adapter(reactor, sessions, address, gpib_address, open_ones), HOST, port
    )
    address = f"prologix://{HOST}:{server.sockets[0].getsockname()[1]}/{gpib_address}"

    def close() -> None:
        server.close()
        for each in list(open_ones):
            each.hang_up()

    reactor.on_stop(close)
    return address
