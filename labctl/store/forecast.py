"""Whether the disk can hold a run, asked before it starts."""

import shutil
from pathlib import Path

from labctl.errors import StoreFailed
from labctl.language import Text

_BASE = 24 * 2**20  # files of the procedure, write-ahead log at its largest, certificate
_EACH = 6 * 2**10  # one exchange: event with its page, transcript, and as much again for its intent


def forecast(exchanges: int) -> int:
    """Return about how many bytes a run of that many exchanges needs."""
    return _BASE + exchanges * _EACH


def refuse_short_disk(folder: Path, needed: int) -> None:
    """Refuse to start what the disk cannot hold.

    Raises:
        StoreFailed: fewer bytes are free than needed; the error gives both.
    """
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise StoreFailed(
            record=str(folder),
            problem=Text(
                "this run needs about {needed:.0f} MB, {free:.0f} MB are free; free some space or choose another disk "
                "with --data",
                zh="本次运行约需 {needed:.0f} MB，剩余空间 {free:.0f} MB；请清理磁盘，或用 --data 另选磁盘",
            ).filled(needed=needed / 2**20, free=free / 2**20),
        )
