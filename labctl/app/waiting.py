"""A run that waits for another day: until when, and how a simulated bench comes to that day."""

import json
from contextlib import closing
from datetime import datetime

from labctl.events.kinds import EngineStarted, Event, RunRested
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal
from labctl.transport.borrowed import BorrowedClock

_AT_ONCE = 7200.0  # seconds that a bench lets pass before it answers: it works each of its own steps out


def rests_until(folder: DataFolder, run: str) -> datetime | None:
    """Return from when on a resting run may be taken up; None where it does not rest, or waits for no instant."""
    with open_journal(folder.existing_journal(run)) as journal:
        events: list[Event] = [entry.event for entry in journal.read()]
    last = next((each for each in reversed(events) if isinstance(each, RunRested | EngineStarted)), None)
    return last.until if isinstance(last, RunRested) else None


def let_time_pass(folder: DataFolder, run: str, endpoints: str) -> None:
    """Move the clock of a simulated bench on to when a resting run may be taken up: nobody waits there for days.

    Args:
        folder: the laboratory's data.
        run: that rests.
        endpoints: what the bench said of itself; one that lends its clock to no run goes at the pace of the wall.
    """
    doors: dict[str, object] = json.loads(endpoints) if endpoints else {}
    until = rests_until(folder, run) if "control" in doors else None
    if until is None:
        return
    with closing(BorrowedClock(str(doors["operator"]))) as clock:
        while (left := (until - clock.now()).total_seconds()) > 0.0:
            clock.wait(min(left, _AT_ONCE))
