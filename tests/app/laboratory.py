"""A laboratory's data folder with one finished run, made within the test process, and ways to forge it."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from shutil import copyfile
from tempfile import mkdtemp

from attrs import evolve

from labctl.events.kinds import CertificateIssued, Event, RecordEvaluated, RunFinished, RunSealed, RunStarted
from labctl.records.calibration import Outcome
from labctl.run.operator import Person
from labctl.store.folder import DataFolder
from labctl.store.journal import SqliteJournal, open_journal
from labctl.store.ledger import Ledger
from tests.run.inprocess import RUN, session

__all__ = ["RUN", "finished", "laboratory", "rewritten"]

Change = Callable[[int, Event], Event | None]


class Adjusts(Person):
    """A person who lets the unit be adjusted and does everything else that is asked."""

    def answers(self, question: object) -> str | None:
        return "adjust" if getattr(question, "kind", "") == "choice" else "done"


@cache
def finished(*, adjust: bool = False) -> Path:
    """Return a folder with journal and transcript of a run that finished."""
    root = Path(mkdtemp(prefix="labctl-tests-"))
    run = session(root)
    if adjust:
        run.adjust, run.operator = True, Adjusts(run.told)
    ended = run.begin()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    return root


def laboratory(root: Path, *, adjust: bool = False) -> Path:
    """Put a finished run into a data folder of its own and return the folder."""
    folder = DataFolder(root)
    folder.runs.mkdir(parents=True)
    made = finished(adjust=adjust)
    copyfile(made / "run.sqlite", folder.journal(RUN))
    copyfile(made / "run.transcript", folder.transcript(RUN))
    with open_journal(folder.journal(RUN)) as journal:
        head = journal.head
        ended = next(each.event for each in journal.read() if isinstance(each.event, RunFinished))
    sealed = RunSealed(
        at=ended.at, run=RUN, entries=head.n, head=head.digest.hex(), outcome=ended.outcome, simulated=True
    )
    Ledger(folder.ledger).append(sealed)
    return root


def rewritten(data: Path, change: Change, run: str = RUN) -> None:
    """Forge the run's journal as somebody could who knows how: every event may change, the chain is made anew."""
    folder = DataFolder(data)
    path = folder.journal(run)
    forged = path.with_suffix(".forged")
    with open_journal(folder.journal(RUN)) as old, SqliteJournal(forged, run, durable=False) as new:
        for entry in old.read():
            event = change(entry.n, entry.event)
            if isinstance(event, RunStarted):
                for digest in event.blobs.values():
                    new.keep(old.kept(digest))
            if isinstance(event, CertificateIssued):
                for digest in (event.pdf, event.xml):
                    new.keep(old.kept(digest))
                event = evolve(event, head=new.head.digest.hex())
            if isinstance(event, RecordEvaluated):
                new.keep(old.kept(event.record))
            if event is not None:
                new.append(event)
    forged.replace(path)
    if run != RUN:
        copyfile(folder.transcript(RUN), folder.transcript(run))
