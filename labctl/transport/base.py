"""What a wire is to a driver: bytes out, one answer back, each with its time in the transcript."""

from typing import Protocol

from attrs import field, frozen
from attrs.validators import min_len


class Ending(Protocol):
    """How an answer shows where it ends, where a single terminator does not tell."""

    def end(self, received: bytes) -> int:
        """Return where the first complete answer ends in what was received, -1 while it is incomplete."""
        ...

    def content(self, answer: bytes) -> bytes:
        """Return what a complete answer says, without the marks around it."""
        ...


@frozen
class Framed:
    r"""Answers that begin and end with marks, such as an empty line before and a line's end after.

    What arrives before the start mark counts as part of the answer, so that whoever reads it finds it wrong.

    >>> Framed(b"\r\n", b"\r\n").end(b"\r\n0.012\r\n\r\n0.0")
    9
    >>> Framed(b"\r\n", b"\r\n").content(b"\r\n0.012\r\n")
    b'0.012'
    """

    start: bytes = field(validator=min_len(1))
    stop: bytes = field(validator=min_len(1))

    def end(self, received: bytes) -> int:
        """Return where the first stop mark after the first start mark ends, -1 where one is missing."""
        start = received.find(self.start)
        stop = received.find(self.stop, start + len(self.start)) if start >= 0 else -1
        return stop + len(self.stop) if stop >= 0 else -1

    def content(self, answer: bytes) -> bytes:
        """Return what stands between the marks."""
        return answer.removeprefix(self.start).removesuffix(self.stop)


@frozen
class Whole:
    """Answers on a wire of messages: what the wire hands over at once is one answer, no mark is needed."""

    def end(self, received: bytes) -> int:
        """Return the end of all that was received."""
        return len(received) or -1

    def content(self, answer: bytes) -> bytes:
        """Return the answer as it is."""
        return answer


def end_of(received: bytes, ending: bytes | Ending) -> int:
    """Return where the first complete answer ends, -1 while it is incomplete; bytes are a terminator."""
    if not isinstance(ending, bytes):
        return ending.end(received)
    place = received.find(ending)
    return place + len(ending) if place >= 0 else -1


def content_of(answer: bytes, ending: bytes | Ending) -> bytes:
    """Return what a complete answer says, without its terminator or marks."""
    return answer.removesuffix(ending) if isinstance(ending, bytes) else ending.content(answer)


def wire_kind(address: str) -> str:
    """Return the kind of an address's wire; of a loopback the kind of the wire for which it stands.

    >>> wire_kind("hislip://10.0.0.7/hislip0"), wire_kind("loopback://meter?wire=hislip"), wire_kind("loopback://meter")
    ('hislip', 'hislip', 'loopback')
    """
    scheme, _, rest = address.partition(":")
    _, _, stands_for = rest.partition("?wire=")
    return stands_for if scheme == "loopback" and stands_for else scheme


class Transport(Protocol):
    """One connection to one instrument; synchronous, one exchange at a time.

    Every method raises `TransportError` classes only. After a time-out the stream is poisoned: `write` and `read`
    raise `TransportPoisoned` until it was opened again.
    """

    @property
    def address(self) -> str:
        """Return the address as the station writes it."""
        ...

    @property
    def poisoned(self) -> bool:
        """Return whether a late answer may still arrive."""
        ...

    def open(self) -> None:
        """Open the wire, or open it again after a failure; what was buffered is dropped."""
        ...

    def close(self) -> None:
        """Close the wire; closing twice is allowed."""
        ...

    def write(self, message: bytes) -> None:
        """Write a whole message, its terminator included."""
        ...

    def read(self, ending: bytes | Ending, within: float) -> bytes:
        """Return one answer, its terminator or marks included.

        Args:
            ending: how an answer ends: the bytes that terminate it, as the manual prints them, or an Ending.
            within: seconds on the clock of the run.

        Raises:
            TransportTimeout: the answer was not complete in time; the stream is poisoned now.
            TransportClosed: the other end went away.
            FrameDamaged: a check value or address of the wire's own frame is wrong; the stream is poisoned now.
        """
        ...

    def clear(self) -> None:
        """Clear a half-sent command by the means of this wire: device clear, or nothing where there is none."""
        ...
