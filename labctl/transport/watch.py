"""Watching another process: its end, and what it says through a pipe meanwhile, in one wait."""

import os
import queue
import select
import sys
import threading
from enum import Enum
from typing import Final

from attrs import define, field

from labctl.clock import WallClock

_BLOCK: Final = 4096
_LOOK: Final = 0.05  # seconds between two looks at a process, where the system tells nothing by itself


class Sign(Enum):
    """What a wait ended on."""

    ENDED = "ended"  # the process is gone
    HEARD = "heard"  # it said something
    SILENT = "silent"  # neither, for the whole time


@define(eq=False)
class ProcessWatch:
    """Watches a process by its handle: a pipe alone would not do, because a forked child keeps it open.

    Args:
        process: its number; one that is gone already has ended.
        heard: file descriptor of the pipe that it writes to; read here only, and never through a buffer.
    """

    process: int
    heard: int
    _handle: int | None = field(default=None, init=False)
    _pipe_open: bool = field(default=True, init=False)
    _ended: threading.Event = field(factory=threading.Event, init=False)
    _signs: "queue.Queue[bytes] | None" = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """Take hold of the process, by a handle where the system has one, otherwise by looking again and again."""
        if sys.platform == "linux":
            try:
                self._handle = os.pidfd_open(self.process)
            except ProcessLookupError:
                self._ended.set()
            except OSError:
                self._look_again_and_again()
        else:
            self._look_again_and_again()

    def next(self, within: float) -> tuple[Sign, bytes]:
        """Return the first thing that happens within so many wall seconds, and what was said.

        What was said before the end is heard before the end.
        """
        if self._signs is not None:
            return self._next_sign(self._signs, within)
        clock = WallClock()
        deadline = clock.monotonic() + within
        while True:
            readable = self._poll(max(deadline - clock.monotonic(), 0.0))
            if self._pipe_open and self.heard in readable:
                said = os.read(self.heard, _BLOCK)
                if said:
                    return Sign.HEARD, said
                self._pipe_open = False  # closed by a living process: from here on its silence speaks
            elif self._ended.is_set() or self._handle in readable:
                self._ended.set()
                return Sign.ENDED, b""
            elif clock.monotonic() >= deadline:
                return Sign.SILENT, b""

    def await_end(self, within: float) -> bool:
        """Wait for the end of the process alone; return whether it came."""
        if self._signs is not None or self._ended.is_set():
            return self._ended.wait(within)
        if self._handle is not None and select.select([self._handle], [], [], within)[0]:
            self._ended.set()
        return self._ended.is_set()

    def close(self) -> None:
        """Let go of the process; the pipe stays its owner's."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    # --- inside ------------------------------------------------------------------------------------------------------

    def _poll(self, within: float) -> list[int]:
        watched = [each for each in (self.heard if self._pipe_open else None, self._handle) if each is not None]
        return select.select(watched, [], [], 0.0 if self._ended.is_set() else within)[0]

    def _next_sign(self, signs: "queue.Queue[bytes]", within: float) -> tuple[Sign, bytes]:
        try:
            said = signs.get(timeout=0.0 if self._ended.is_set() else within)
        except queue.Empty:
            said = b""
        if said:
            return Sign.HEARD, said
        return (Sign.ENDED if self._ended.is_set() else Sign.SILENT), b""

    def _look_again_and_again(self) -> None:
        signs = self._signs = queue.Queue[bytes]()
        threading.Thread(target=self._listen, args=(signs,), name="watch-pipe", daemon=True).start()
        threading.Thread(target=self._look, args=(signs,), name="watch-process", daemon=True).start()

    def _listen(self, signs: "queue.Queue[bytes]") -> None:
        while said := os.read(self.heard, _BLOCK):
            signs.put(said)

    def _look(self, signs: "queue.Queue[bytes]") -> None:
        clock = WallClock()
        while alive(self.process):
            clock.wait(_LOOK)
        self._ended.set()
        signs.put(b"")


def alive(process: int) -> bool:
    """Return whether a process runs; one that ended and whose parent has not noticed still does."""
    if sys.platform == "win32":
        return _alive_on_windows(process)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _alive_on_windows(process: int) -> bool:
    """Ask the process handle; `os.kill` would end the process there."""
    import ctypes

    synchronise, timed_out = 0x0010_0000, 0x0102
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(synchronise, False, process)  # noqa: FBT003  (a C function)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == timed_out)
    finally:
        kernel.CloseHandle(handle)
