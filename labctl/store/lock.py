"""One holder at a time: an exclusive lock that ends with the process that holds it."""

import os
import sys
from pathlib import Path
from typing import Self

from attrs import define, field

from labctl.clock import WallClock
from labctl.errors import AlreadyOpen
from labctl.language import Text
from labctl.transport.watch import alive

_CLOCK = WallClock()
_FAR = 1 << 30  # Windows locks bytes, not files: one far behind the holder's name, which stays readable


@define
class FileLock:
    """An exclusive lock on a file of its own; it names its holder to whoever comes second.

    The file stays when the lock is given back: removing it would let two holders lock two files of one name.
    """

    path: Path
    subject: Text = field(default=Text("the file", zh="该文件"))
    _descriptor: int | None = field(default=None, init=False)

    @property
    def descriptor(self) -> int | None:
        """Return the descriptor that holds the lock; a child that inherits it holds the lock on."""
        return self._descriptor

    def acquire(self, holder: str = "", patience: float = 0.0, *, living: bool = False) -> Self:
        """Take the lock, or say who holds it.

        Args:
            holder: what this one is, for whoever comes second.
            patience: seconds to wait for a holder that has died and left the lock to its guardian.
            living: wait for a living holder too, one that is about to end.

        Raises:
            AlreadyOpen: somebody holds it; the error names the holder.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = _CLOCK.monotonic() + patience
        while True:
            try:
                _lock(descriptor)
            except OSError:
                found = os.pread(descriptor, 200, 0) if sys.platform != "win32" else os.read(descriptor, 200)
                if (living or _orphaned(found)) and _CLOCK.monotonic() < deadline:
                    _CLOCK.wait(0.02)
                    continue
                os.close(descriptor)
                raise self._held_by(found.decode("utf-8", "replace").strip()) from None
            break
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} {holder}".rstrip().encode())
        self._descriptor = descriptor
        return self

    def _held_by(self, holder: str) -> AlreadyOpen:
        return AlreadyOpen(
            record=self.path.name,
            problem=Text(
                "{subject} is in use by {holder}. Wait for it to end, or attach to it",
                zh="{subject}正被 {holder} 使用。请等待其结束，或连接到该运行",
            ).filled(subject=self.subject, holder=holder or "?"),
        )

    def release(self) -> None:
        """Give the lock back; giving it back twice is allowed."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)

    def __enter__(self) -> Self:
        """Hold the lock for a block of statements; taken already when `acquire` was called."""
        return self if self._descriptor is not None else self.acquire()

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self.release()


def _orphaned(holder: bytes) -> bool:
    """Return whether the process that took the lock is gone."""
    words = holder.split()
    return len(words) > 1 and words[1].isdigit() and not alive(int(words[1]))


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
