"""A wire that is a stream of bytes: answers cut out of it where they end, never a late one for a new question."""

import math
from collections.abc import Callable
from typing import Final, Protocol

from attrs import define, field

from labctl.clock import Clock, WallClock
from labctl.errors import (
    ConnectFailed,
    FrameDamaged,
    TransportClosed,
    TransportPoisoned,
    TransportTimeout,
    UnaskedBytes,
    WaitGivenUp,
)
from labctl.language import Text
from labctl.transport.base import Ending, end_of
from labctl.transport.transcript import Direction, Transcript

_ON_ITS_WAY: Final = 5.0  # wall seconds for bytes that a simulated world has put on the wire already
_REST: Final = 0.05  # wall seconds for the rest of what has begun to arrive
_LOOK: Final = 0.1  # wall seconds between two looks at whether to give up
_WRITE: Final = 5.0  # wall seconds after which a wire that takes no bytes counts as stuck
_LONGEST: Final = 1 << 24  # bytes of one answer; more is noise without an end


class PeerGone(Exception):
    """The other end of a channel went away."""


class Damaged(Exception):
    """A channel that cuts frames received one that is not right."""

    def __init__(self, received: bytes, problem: Text) -> None:
        super().__init__(problem.en)
        self.received = received
        self.problem = problem


class Channel(Protocol):
    """An open stream to one instrument; errors are PeerGone, Damaged or OSError."""

    def send(self, message: bytes, within: float) -> None:
        """Send all of a message. Raises TimeoutError when the wire does not take it in time."""
        ...

    def receive(self, within: float) -> bytes:
        """Return what has arrived, waiting up to so many wall seconds for the first byte; empty: nothing came."""
        ...

    def clear(self) -> bool:
        """Do a device clear, which drops what is half said on both sides; return whether this wire has one."""
        ...

    def close(self) -> None:
        """Close the stream."""
        ...


@define(eq=False)
class StreamTransport:
    """A Transport over any channel.

    Bytes that lie on the wire before a question is written were asked for by nobody: they are dropped, and the next
    answer is refused, because nobody can tell how many answers the stream is out of step. A socket opened again is a
    new stream; a serial line is not, so whoever opens it after a failure listens until it is quiet.

    Args:
        address: as the station writes it.
        instrument: its name on the bench, for errors.
        clock: of the run; deadlines are given on it.
        connect: opens a channel; OSError or ValueError if it cannot.
        transcript: keeps every byte, where there is one.
        claim: whether answers on this wire move a simulated time; the engine's do, an observer's do not.
        interrupted: asked after every tenth of a second of silence; true: give up, because the bench has to be left.
            What answers at once is heard all the same, so that an instrument can still confirm that it is safe.
        at_once: what a simulated world has put on the wire can be read in the same instant.
        meanwhile: called in the silence of a wait, so that other wires get their due; returns the seconds until it
            wants to be called again. It never raises: the exchange on this wire has to end first.
    """

    address: str
    instrument: str
    clock: Clock
    connect: Callable[[], Channel]
    transcript: Transcript | None = None
    claim: bool = True
    interrupted: Callable[[], bool] | None = None
    at_once: bool = False
    meanwhile: Callable[[], float] = lambda: math.inf
    poisoned: bool = field(default=False, init=False)
    _channel: Channel | None = field(default=None, init=False)
    _received: bytes = field(default=b"", init=False)
    _sent: int = field(default=0, init=False)
    _asked: bytes = field(default=b"", init=False)
    _unasked: bytes = field(default=b"", init=False)
    _answered: bool = field(default=False, init=False)

    def open(self) -> None:
        """Open the wire, or open it again; what was buffered is dropped.

        Raises:
            ConnectFailed: nothing answers at the address.
        """
        self.close()
        if self.claim:
            self.clock.claim(self.address)
        try:
            self._channel = self.connect()
        except (OSError, ValueError, PeerGone) as error:
            self._note(f"cannot open: {error}")
            raise ConnectFailed(instrument=self.instrument, address=self.address, reason=spoken(error)) from error
        self._received = self._asked = self._unasked = b""
        self._sent = 0
        self._answered = False
        self.poisoned = False
        self._note("open")

    def close(self) -> None:
        """Close the wire; closing twice is allowed."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
            self._note("closed")

    def write(self, message: bytes) -> None:
        """Write a whole message; an empty one is none, as where a wire needs nothing to clear it.

        Raises:
            TransportPoisoned: after a time-out, until the wire is opened again.
            TransportClosed: the wire is not open, or the other end went away.
            TransportTimeout: the wire does not take the bytes.
        """
        channel = self._usable()
        if not message:
            return
        try:
            self._drop_unasked(channel)
            self._keep(Direction.OUT, message)
            channel.send(message, _WRITE)
        except TimeoutError as error:
            raise self._timed_out(_WRITE, message) from error
        except (OSError, PeerGone) as error:
            raise self._lost(error) from error
        self._sent += len(message)
        if self.claim:
            self.clock.sent(self.address, self._sent)
        self._asked = message
        self._answered = False

    def read(self, ending: bytes | Ending, within: float) -> bytes:
        """Return one answer, its terminator or marks included.

        Args:
            ending: the bytes that terminate an answer, or how else it ends.
            within: seconds on the clock of the run.

        Raises:
            TransportTimeout: the answer was not complete in time; the stream is poisoned now.
            TransportClosed: the other end went away.
            TransportPoisoned: after a time-out, until the wire is opened again.
            WaitGivenUp: the bench had to be left; the stream is poisoned now.
            UnaskedBytes: something had arrived before the question was asked; the stream is poisoned now.
            FrameDamaged: a check value or address of the wire's own frame is wrong; the stream is poisoned now.
        """
        channel = self._usable()
        if self._unasked:
            self.poisoned = True
            raise UnaskedBytes(instrument=self.instrument, address=self.address, received=self._unasked)
        try:
            if end_of(self._received, ending) < 0:
                self._await(channel, ending, within)
        except Damaged as damage:
            raise self._damaged(damage) from damage
        except (OSError, PeerGone) as error:
            raise self._lost(error) from error
        end = end_of(self._received, ending)
        answer, self._received = self._received[:end], self._received[end:]
        self._answered = True
        return answer

    def clear(self) -> None:
        """Clear a half-sent command by the means of this wire; a plain stream has none.

        Raises:
            TransportClosed: the other end went away.
        """
        channel = self._usable()
        try:
            cleared = channel.clear()
        except (OSError, PeerGone) as error:
            raise self._lost(error) from error
        if not cleared:
            return
        self._sent = 0
        if self.claim:
            self.clock.sent(self.address, 0)
        self._received = self._unasked = b""
        self._note("device clear")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _await(self, channel: Channel, ending: bytes | Ending, within: float) -> None:
        """Receive until an answer is complete."""
        if not (self.clock.simulated and self.claim):
            wall = WallClock()
            if not self._arrives(channel, ending, wall.monotonic() + within):
                raise self._timed_out(within)
            return
        deadline = self.clock.monotonic() + within
        if (self._received or self._answered) and self._arrives_soon(channel, ending, _REST):
            return  # more of what was put on the wire before: the world owes nothing for it
        owed = self._owed(deadline)
        if not self._arrives_soon(channel, ending, _ON_ITS_WAY if owed else _REST):
            raise self._timed_out(within)

    def _owed(self, deadline: float) -> bool:
        """Let a simulated time pass until an answer is due, with a look at the other wires wherever they want one."""
        while math.isfinite(due := self.meanwhile()) and self.clock.monotonic() + due < deadline:
            if self.clock.owed(self.address, self._sent, self.clock.monotonic() + due):
                return True
        return self.clock.owed(self.address, self._sent, deadline)

    def _arrives_soon(self, channel: Channel, ending: bytes | Ending, seconds: float) -> bool:
        return self._arrives(channel, ending, WallClock().monotonic() + (0.0 if self.at_once else seconds))

    def _arrives(self, channel: Channel, ending: bytes | Ending, deadline: float) -> bool:
        wall = WallClock()
        while end_of(self._received, ending) < 0:
            remaining = max(deadline - wall.monotonic(), 0.0)
            looking = self.interrupted is not None or math.isfinite(self.meanwhile())
            part = channel.receive(min(remaining, _LOOK) if looking else remaining)
            if part:
                self._keep(Direction.IN, part)
                self._received += part
                if len(self._received) > _LONGEST:
                    return False
            elif wall.monotonic() >= deadline:
                return False
            elif self.interrupted is not None and self.interrupted():
                raise self._given_up()
        return True

    def _drop_unasked(self, channel: Channel) -> None:
        dropped = self._received
        self._received = b""
        while part := _whatever_came(channel):
            self._keep(Direction.IN, part)
            dropped += part
            if len(dropped) > _LONGEST:
                break
        if dropped:
            self._note(f"nobody asked for {dropped!r}")
            self._unasked += dropped

    def _usable(self) -> Channel:
        if self.poisoned:
            raise TransportPoisoned(instrument=self.instrument, address=self.address)
        if self._channel is None:
            raise TransportClosed(instrument=self.instrument, address=self.address, reason="not open")
        return self._channel

    def _timed_out(self, waited: float, asked: bytes | None = None) -> TransportTimeout:
        self.poisoned = True
        asked = self._asked if asked is None else asked
        self._note(f"no complete answer to {asked!r} within {waited:g} s, received {self._received!r}")
        return TransportTimeout(
            instrument=self.instrument, address=self.address, waited=waited, query=asked, received=self._received
        )

    def _damaged(self, damage: Damaged) -> FrameDamaged:
        self.poisoned = True
        self._note(f"refused {damage.received!r}: {damage}")
        return FrameDamaged(
            instrument=self.instrument,
            address=self.address,
            query=self._asked,
            received=damage.received,
            problem=damage.problem,
        )

    def _given_up(self) -> WaitGivenUp:
        self.poisoned = True
        self._note(f"gave up waiting for the answer to {self._asked!r}, received {self._received!r}")
        return WaitGivenUp(instrument=self.instrument, address=self.address, query=self._asked, received=self._received)

    def _lost(self, error: Exception) -> TransportClosed:
        self.poisoned = True
        self._note(f"lost: {error}; received {self._received!r}")
        self.close()
        return TransportClosed(instrument=self.instrument, address=self.address, reason=spoken(error))

    def _keep(self, direction: Direction, content: bytes) -> None:
        if self.transcript is not None:
            self.transcript.record(self.address, direction, content)

    def _note(self, note: str) -> None:
        self._keep(Direction.NOTE, note.encode())


def _whatever_came(channel: Channel) -> bytes:
    try:
        return channel.receive(0.0)
    except Damaged as damage:
        return damage.received


def spoken(error: Exception) -> str:
    """Return what the system says of an error, in one line."""
    return " ".join(str(error.strerror if isinstance(error, OSError) and error.strerror else error).split())
