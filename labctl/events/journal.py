"""What a journal is to those who write to it and read from it: append-only, durable, chained.

The chain goes over seals: an entry may be withheld, its seal in its place, and every other entry is still bound to the
head. A seal is salted, so that nobody can guess what it covers by trying; whoever is shown an entry is told its salt.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Protocol

from attrs import frozen

from labctl.events.kinds import Event

GENESIS = bytes(32)


@frozen(kw_only=True)
class Entry:
    """One event at its place in the chain."""

    n: int  # counted from 1
    event: Event
    canonical: bytes
    digest: bytes  # SHA-256 over stream, number, the digest before, and the seal
    salt: bytes = b""  # of its seal


@frozen(kw_only=True)
class Head:
    """The end of a chain: everything before it is fixed by this digest."""

    n: int
    digest: bytes


def salt_of(secret: bytes, n: int) -> bytes:
    """Return the salt of entry `n` of a journal, which only its secret tells."""
    return sha256(b"labctl-salt-2|" + secret + b"|" + str(n).encode()).digest()


def sealed(salt: bytes, canonical: bytes) -> bytes:
    """Return the seal of an entry."""
    return sha256(b"labctl-seal-2|" + salt + canonical).digest()


def chained(stream: str, n: int, before: bytes, seal: bytes) -> bytes:
    """Return the digest of entry `n` of a stream, given the digest of the entry before and the entry's seal."""
    return sha256(b"labctl-event-2|" + stream.encode() + b"|" + str(n).encode() + b"|" + before + seal).digest()


class Witness(Protocol):
    """Hears of an event before anything else happens."""

    def append(self, event: Event) -> int:
        """Make the event durable and return its number.

        Raises:
            StoreFailed: it is not durable; nothing further may be done.
        """
        ...


class Journal(Witness, Protocol):
    """The record of one run."""

    @property
    def stream(self) -> str:
        """Return the identity of the run."""
        ...

    @property
    def head(self) -> Head:
        """Return the end of the chain."""
        ...

    def read(self, after: int = 0) -> Iterator[Entry]:
        """Return the entries after a number, in order, checked against the chain."""
        ...

    def keep(self, content: bytes) -> str:
        """Keep a blob beside the events and return its SHA-256, hexadecimal."""
        ...

    def kept(self, digest: str) -> bytes:
        """Return a blob by its SHA-256."""
        ...


class Nobody:
    """A witness that forgets: for a driver used outside a run."""

    def append(self, event: Event) -> int:  # noqa: ARG002  (there is nobody to tell)
        """Return 0."""
        return 0
