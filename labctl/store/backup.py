"""A consistent copy of the laboratory's data, verified after copying; runs may go on meanwhile."""

from hashlib import sha256
from pathlib import Path

from attrs import define, field, frozen

from labctl.errors import RecordAltered, StoreFailed
from labctl.events.journal import Head
from labctl.events.kinds import TranscriptSealed
from labctl.language import Text
from labctl.store.folder import DataFolder
from labctl.store.journal import JournalFile, open_journal
from labctl.store.sqlite import connect, rows, spoken

_CHUNK = 1 << 20


@frozen(kw_only=True)
class Copied:
    """One journal and its transcript, copied and verified."""

    stream: str
    entries: int
    head: str  # hexadecimal
    transcript: int  # bytes


@define
class Backup:
    """Copies one data folder into an empty one.

    Raises:
        StoreFailed: the folder is not empty, or a disk refuses.
        RecordAltered: a journal or transcript is not what it was when it was written; the copy is not to be trusted.
    """

    source: DataFolder
    copy: DataFolder
    _copied: list[Copied] = field(factory=list[Copied], init=False)

    def make(self) -> tuple[Copied, ...]:
        """Copy the ledger and every run; return what was copied."""
        if self.copy.root.exists() and any(self.copy.root.iterdir()):
            raise StoreFailed(
                record=str(self.copy.root),
                problem=Text("is not empty; choose a new folder", zh="不是空文件夹，请另选新文件夹"),
            )
        spoken(self.copy.root, lambda: self.copy.runs.mkdir(parents=True, exist_ok=True))
        for run in self.source.known_runs():
            head = self._journal(self.source.journal(run), self.copy.journal(run))
            with open_journal(self.copy.journal(run)) as journal:
                length = self._transcript(journal, run)
            self._copied.append(Copied(stream=run, entries=head.n, head=head.digest.hex(), transcript=length))
            for beside in (self.source.note(run), self.source.job(run)):
                if beside.is_file():
                    (self.copy.runs / beside.name).write_bytes(beside.read_bytes())
        if self.source.ledger.is_file():
            head = self._journal(self.source.ledger, self.copy.ledger)
            self._copied.append(Copied(stream="ledger", entries=head.n, head=head.digest.hex(), transcript=0))
        return tuple(self._copied)

    def _journal(self, original: Path, copy: Path) -> Head:
        connection = connect(original, read_only=True)
        try:
            spoken(copy, lambda: rows(connection, "vacuum into ?", str(copy)))
        finally:
            connection.close()
        with open_journal(copy) as journal:
            return journal.verify()

    def _transcript(self, journal: JournalFile, run: str) -> int:
        """Copy what the journal vouches for: the transcript up to where it was last sealed."""
        sealed = None
        for entry in journal.read():
            if isinstance(entry.event, TranscriptSealed):
                sealed = entry.event
        original = self.source.transcript(run)
        if sealed is None:
            return 0
        digest = sha256()
        left = sealed.length
        with original.open("rb") as source, self.copy.transcript(run).open("wb") as copy:
            while left and (chunk := source.read(min(left, _CHUNK))):
                digest.update(chunk)
                copy.write(chunk)
                left -= len(chunk)
        if left or digest.hexdigest() != sealed.digest:
            raise RecordAltered(
                record=original.name,
                problem=Text("the transcript is not what was sealed", zh="通信记录与封存时不符"),
            )
        return sealed.length
