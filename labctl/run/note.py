"""What a guardian left written beside the journal, as an event for the engine that comes after it."""

import json
from datetime import datetime
from pathlib import Path

from labctl.events.kinds import GuardianActed


def read_note(path: Path, now: datetime) -> GuardianActed | None:
    """Return what the guardian of an earlier engine did, and put its note aside; None where there is none.

    The note is a convenience: one that cannot be read is an act without particulars, never an obstacle.
    """
    try:
        note = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        note = {}
    path.replace(path.with_name(f"{path.name}.read"))
    return GuardianActed(
        at=now,
        noticed=datetime.fromisoformat(str(note.get("noticed", now.isoformat()))),
        reason=str(note.get("reason", "the note cannot be read")),
        wires={str(address): str(done) for address, done in dict(note.get("wires", {})).items()},
        after_seconds=float(note.get("after_seconds", -1.0)),
    )
