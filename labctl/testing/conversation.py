"""A scripted wire: every byte is expected, and answered as the manual prints it."""

from types import TracebackType
from typing import Final, Self

from labctl.errors import TransportPoisoned, TransportTimeout
from labctl.transport.base import Ending, end_of

SILENCE: Final = None
"""Stands for an answer that never comes."""


class Conversation:
    r"""A wire that expects every byte, in order, and answers as the manual prints it.

    >>> with Conversation((b"*IDN?\n", b"ACME,1,2,3\n")) as wire:
    ...     wire.write(b"*IDN?\n")
    ...     wire.read(b"\n", within=1.0)
    b'ACME,1,2,3\n'

    An answer of `b""` means that there is none to read; `SILENCE` that a read times out. Left over exchanges fail
    the test at the end of the `with` block, or when `finish` is called.
    """

    def __init__(self, *exchanges: tuple[bytes, bytes | None], address: str = "conversation:") -> None:
        """Expect these messages, each with its answer."""
        self.address = address
        self.opened = 0
        self.cleared = 0
        self.heard: list[bytes] = []
        self._exchanges = list(exchanges)
        self._due: bytes | None = b""
        self._poisoned = False

    @property
    def poisoned(self) -> bool:
        """Return whether a read timed out since the wire was opened."""
        return self._poisoned

    def open(self) -> None:
        """Open the wire; what was due is dropped."""
        self.opened += 1
        self._poisoned = False
        self._due = b""

    def close(self) -> None:
        """Close the wire."""

    def clear(self) -> None:
        """Count a device clear."""
        self.cleared += 1

    def write(self, message: bytes) -> None:
        """Compare a message with the one expected here."""
        self._refuse_poisoned()
        assert self._exchanges, f"nothing was expected any more, but {message!r} was sent"  # noqa: S101  (a test's wire)
        assert not self._due, f"{self._due!r} was not read before {message!r} was sent"  # noqa: S101  (a test's wire)
        self.heard.append(message)
        expected, self._due = self._exchanges.pop(0)
        assert message == expected, f"expected {expected!r}, but {message!r} was sent"  # noqa: S101  (a test's wire)

    def read(self, ending: bytes | Ending, within: float) -> bytes:
        """Return the answer that is due; time out at once where nothing complete is."""
        self._refuse_poisoned()
        due = self._due or b""
        end = end_of(due, ending)
        if end < 0:
            self._poisoned, self._due = True, b""
            raise TransportTimeout(address=self.address, waited=within, received=due)
        self._due = due[end:]
        return due[:end]

    def finish(self) -> None:
        """Complain of what was expected and not sent, or sent and not read."""
        assert not self._exchanges, f"never sent: {[sent for sent, _ in self._exchanges]}"  # noqa: S101  (a test's wire)
        assert not self._due, f"never read: {self._due!r}"  # noqa: S101  (a test's wire)

    def __enter__(self) -> Self:
        """Return the wire, open."""
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Complain of left-overs, unless the test failed already."""
        if kind is None:
            self.finish()

    def _refuse_poisoned(self) -> None:
        if self._poisoned:
            raise TransportPoisoned(address=self.address)
