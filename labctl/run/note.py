"""What a guardian left written beside the journal, as an event for the engine that comes after it."""

from datetime import datetime
from pathlib import Path

import msgspec
from attrs import field, frozen

from labctl.events.kinds import GuardianActed


@frozen(kw_only=True)
class Note:
    """A guardian's note, as it stands in the file."""

    noticed: datetime | None = None
    reason: str = "the note cannot be read"
    wires: dict[str, str] = field(factory=dict)
    after_seconds: float = -1.0


def read_note(path: Path, now: datetime) -> GuardianActed | None:
    """Return what the guardian of an earlier engine did, and put its note aside; None where there is none.

    The note is a convenience: one that cannot be read is an act without particulars, never an obstacle.
    """
    try:
        note = msgspec.json.decode(path.read_bytes(), type=Note)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        note = Note()
    path.replace(path.with_name(f"{path.name}.read"))
    return GuardianActed(
        at=now,
        noticed=note.noticed or now,
        reason=note.reason,
        wires=note.wires,
        after_seconds=note.after_seconds,
    )
