"""A journal that lasts as long as its process: for simulated trials, of which only the results count."""

from collections.abc import Iterator
from hashlib import sha256

from attrs import define, field

from labctl.events.journal import Entry, Head
from labctl.events.kinds import Event

_UNCHAINED = b""


@define
class MemoryJournal:
    """A Journal without file, chain and encoding.

    Args:
        stream: the identity of the run.
    """

    stream: str
    _entries: list[Entry] = field(factory=list[Entry], init=False)
    _blobs: dict[str, bytes] = field(factory=dict[str, bytes], init=False)

    @property
    def head(self) -> Head:
        """Return how many entries there are."""
        return Head(n=len(self._entries), digest=_UNCHAINED)

    def append(self, event: Event) -> int:
        """Keep an event and return its number."""
        n = len(self._entries) + 1
        self._entries.append(Entry(n=n, event=event, canonical=b"", digest=_UNCHAINED))
        return n

    def read(self, after: int = 0) -> Iterator[Entry]:
        """Return the entries after a number, in order."""
        return iter(self._entries[after:])

    def keep(self, content: bytes) -> str:
        """Keep a blob and return its SHA-256, hexadecimal."""
        digest = sha256(content).hexdigest()
        self._blobs[digest] = content
        return digest

    def kept(self, digest: str) -> bytes:
        """Return a blob by its SHA-256. Raises KeyError."""
        return self._blobs[digest]
