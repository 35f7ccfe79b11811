"""What a server of wires and a simulated instrument agree on: a session takes bytes, its peer takes answers."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable


class Session(Protocol):
    """One client's connection, as the simulated instrument sees it.

    Every method is called in the server's one thread. A pty has one session for its life, because nobody can see
    a client come and go; a socket has one for each connection.
    """

    def receive(self, received: bytes, *, end: bool = False) -> None:
        """Take bytes as they arrived, cut anywhere; `end` says that the wire itself marked the end of a message."""
        ...

    def clear(self) -> None:
        """Forget what is half said, on both sides (device clear); bytes are counted from zero again."""
        ...

    def status_byte(self, *, unread: bool = False) -> int:
        """Return the status byte of IEEE 488.2, as a poll of the wire reads it.

        Args:
            unread: an answer was put on the wire that the client has not taken yet.
        """
        ...

    def trigger(self) -> None:
        """Carry out a trigger that came by the means of the wire (group execute trigger)."""
        ...

    def closed(self) -> None:
        """Learn that the client went away; nothing is sent any more."""
        ...


class Peer(Protocol):
    """The client's end of a connection, as a session reaches it; to be called in the server's thread only."""

    @property
    def asked(self) -> int:
        """Return the number of the message that is being received, by which a late answer is told from a new one."""
        ...

    def send(self, reply: bytes, *, asked: int | None = None) -> None:
        """Put a whole answer on the wire.

        Args:
            reply: the answer with its terminator.
            asked: the number of the message it answers, where it is not the newest; HiSLIP writes it on the wire.
        """
        ...

    def hang_up(self) -> None:
        """Break the connection; the session is told that it is closed."""
        ...


@runtime_checkable
class Framing(Protocol):
    """A peer whose wire puts a frame around each message, and can get it wrong, as lines do."""

    checked: bool  # whether the frame holds a check value

    def send_frame(self, reply: bytes, *, asked: int | None = None, missing: int = 0, sound: bool = True) -> None:
        """Put an answer on the wire.

        Args:
            reply: the answer.
            asked: the number of the message it answers, where it is not the newest.
            missing: bytes at the end of the frame that do not come.
            sound: whether the check value is right.
        """
        ...


SessionFactory = Callable[[Peer, str], Session]
"""Makes the session of a new connection; the second argument is the address it came in at."""
