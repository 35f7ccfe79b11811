"""The laboratory's ledger: which certificate rests on which run, and where each run's chain ended."""

from collections.abc import Iterator
from pathlib import Path

from attrs import define, field

from labctl.clock import Clock, WallClock
from labctl.errors import AlreadyOpen
from labctl.events.journal import Entry
from labctl.events.kinds import CertificateRegistered, Event, RunSealed
from labctl.store.journal import SqliteJournal, open_journal

STREAM = "ledger"
_PATIENCE = 10.0  # seconds; whoever holds the ledger holds it for one entry


@define
class Ledger:
    """One journal for the laboratory, written entry by entry under a short lock.

    Args:
        path: its file; created with the first entry.
        clock: the machine's clock.
    """

    path: Path
    clock: Clock = field(factory=WallClock)

    def append(self, event: Event) -> int:
        """Make an entry durable and return its number.

        Raises:
            AlreadyOpen: somebody held the ledger for ten seconds.
            StoreFailed: the disk refuses.
        """
        deadline = self.clock.monotonic() + _PATIENCE
        while True:
            try:
                with SqliteJournal(self.path, STREAM) as journal:
                    return journal.append(event)
            except AlreadyOpen:
                if self.clock.monotonic() > deadline:
                    raise
                self.clock.wait(0.05)

    def read(self) -> Iterator[Entry]:
        """Return every entry, checked against the chain; nothing where there is no ledger yet."""
        if self.path.is_file():
            with open_journal(self.path) as journal:
                yield from journal.read()

    def certificate(self, number: str) -> CertificateRegistered | None:
        """Return the latest entry of a certificate's number."""
        found = None
        for entry in self.read():
            if isinstance(entry.event, CertificateRegistered) and entry.event.number == number:
                found = entry.event
        return found

    def sealed(self, run: str) -> RunSealed | None:
        """Return where the chain of a run ended; None when it has not ended."""
        found = None
        for entry in self.read():
            if isinstance(entry.event, RunSealed) and entry.event.run == run:
                found = entry.event
        return found
