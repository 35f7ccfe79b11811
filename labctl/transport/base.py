"""What a wire is to a driver: bytes out, one answer back, each with its time in the transcript."""

from typing import Protocol


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

    def read(self, terminator: bytes, within: float) -> bytes:
        """Return one answer with its terminator.

        Args:
            terminator: the bytes that end an answer, as the manual prints them.
            within: seconds on the clock of the run.

        Raises:
            TransportTimeout: the answer was not complete in time; the stream is poisoned now.
            TransportClosed: the other end went away.
        """
        ...

    def clear(self) -> None:
        """Clear a half-sent command by the means of this wire: device clear, or nothing where there is none."""
        ...
