"""A wire within one process: the same bytes and the same sessions as over a socket, without one."""

import threading
from collections import deque
from typing import Final

from attrs import define, field

from labctl.clock import Clock
from labctl.metrology.many import Members
from labctl.transport.base import wire_kind
from labctl.transport.session import Session, SessionFactory
from labctl.transport.stream import PeerGone, StreamTransport
from labctl.transport.transcript import Transcript

_NUMBERED: Final = ("hislip", "vxi11", "modbus")
"""Wires whose clients throw away what answers an earlier message."""


@define(eq=False)
class LoopbackPeer:
    """The session's end: what it sends waits here until the client reads it.

    Args:
        numbered: whether this stands for a wire on which an answer bears the number of its question.
    """

    numbered: bool = False
    asked: int = field(default=0, init=False)
    session: Session | None = field(default=None, init=False)
    _sent: deque[bytes] = field(factory=deque[bytes], init=False)
    _changed: threading.Condition = field(factory=threading.Condition, init=False)

    def send(self, reply: bytes, *, asked: int | None = None) -> None:
        """Put an answer on the wire."""
        if self.numbered and asked not in {None, self.asked}:
            return
        with self._changed:
            self._sent.append(reply)
            self._changed.notify_all()

    def hang_up(self) -> None:
        """Break the connection."""
        with self._changed:
            session, self.session = self.session, None
            self._changed.notify_all()
        if session is not None:
            session.closed()

    def taken(self, within: float) -> bytes:
        """Return what was sent at once, waiting for it: one answer on a wire of messages."""
        with self._changed:
            if within > 0:
                self._changed.wait_for(lambda: self._sent or self.session is None, within)
            sent = self._sent.popleft() if self._sent else b""
        if not sent and self.session is None:
            raise PeerGone("the other end closed it")
        return sent


@define(eq=False)
class LoopbackChannel:
    """The client's end; the session is called in the client's thread."""

    peer: LoopbackPeer

    def send(self, message: bytes, within: float) -> None:  # noqa: ARG002  (never has to wait)
        """Hand a message to the session."""
        if self.peer.session is None:
            raise PeerGone("the other end closed it")
        self.peer.asked += 1
        self.peer.session.receive(message)

    def receive(self, within: float) -> bytes:
        """Return what has arrived, waiting for the first byte."""
        return self.peer.taken(within)

    def clear(self) -> bool:
        """Return false: a stream of bytes has no device clear."""
        return False

    def close(self) -> None:
        """End the session."""
        self.peer.hang_up()


class LoopbackTransport(StreamTransport):
    """A Transport to a session in this process.

    Args:
        sessions: makes the session, once for each time the wire is opened.
        address: under which the world knows it.
        instrument: its name on the bench, for errors.
        clock: of the run; a simulated one moves when an answer is owed, as on every other wire.
        transcript: keeps every byte, where there is one.
        claim: whether its answers move a simulated time.
        members: of worlds in step, whose answers lie beside the one that is read.
    """

    def __init__(
        self,
        sessions: SessionFactory,
        *,
        address: str,
        instrument: str,
        clock: Clock,
        transcript: Transcript | None = None,
        claim: bool = True,
        members: Members | None = None,
    ) -> None:
        def connect() -> LoopbackChannel:
            peer = LoopbackPeer(numbered=wire_kind(address) in _NUMBERED)
            peer.session = sessions(peer, address)
            return LoopbackChannel(peer)

        super().__init__(address, instrument, clock, connect, transcript, claim, at_once=clock.simulated)
        self.members = members
