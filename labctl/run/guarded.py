"""The engine's end of its guardian: starts it, waits until it is ready, beats, and notices when it is gone."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from attrs import define, field

from labctl.clock import Clock, WallClock
from labctl.errors import GuardianLost
from labctl.run.guardian import ACT, BEAT, FINISHED, READY, SILENCE, Charge, GuardedWire

HEARTBEAT = 0.25
_START = 20.0  # seconds for an interpreter to start on a busy machine


@define
class GuardianProcess:
    """A guardian of this process.

    Args:
        wires: what it has to make safe.
        note: where it tells what it did.
        inherits: descriptors of the bench's locks: while the guardian works, nobody else takes the bench.
        on_lost: called once, in a thread of ours, when it died or fell silent.
    """

    wires: tuple[GuardedWire, ...]
    note: Path
    on_lost: Callable[[], None] = lambda: None
    inherits: tuple[int, ...] = ()
    clock: Clock = field(factory=WallClock)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    _ready: threading.Event = field(factory=threading.Event, init=False)
    _ended: threading.Event = field(factory=threading.Event, init=False)
    _heard: float = field(default=0.0, init=False)

    def start(self) -> int:
        """Start the guardian and return its process when it is ready.

        Raises:
            GuardianLost: it did not come up; nothing may be energised.
        """
        process = self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "labctl.run.guardian"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=() if sys.platform == "win32" else self.inherits,  # there a lock ends with its process
            start_new_session=True,  # an interrupt from the terminal must not reach it
        )
        self._say(Charge(engine=os.getpid(), note=self.note, wires=self.wires).encode())
        threading.Thread(target=self._listen, name="guardian-listen", daemon=True).start()
        if not self._ready.wait(_START):
            process.kill()
            raise GuardianLost(process=process.pid)
        self._heard = self.clock.monotonic()
        threading.Thread(target=self._beat, name="guardian-beat", daemon=True).start()
        return process.pid

    def finished(self) -> None:
        """Tell the guardian that the bench is safe, and wait for its end."""
        self._ended.set()
        if self._process is None:
            return
        self._say(FINISHED)
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def act(self) -> None:
        """Let the guardian make the bench safe at once; it ends this process first."""
        self._say(ACT)

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT):
            self._say(BEAT)
            if self._process is None or self._process.poll() is not None:
                break
            if self.clock.monotonic() - self._heard > SILENCE:
                self._process.kill()
                break
        if not self._ended.is_set():
            self._ended.set()
            self.on_lost()

    def _listen(self) -> None:
        stdout = self._process.stdout if self._process is not None else None
        if stdout is None:
            return
        if stdout.readline() == READY:
            self._ready.set()
        while stdout.read(1):
            self._heard = self.clock.monotonic()

    def _say(self, what: bytes) -> None:
        if self._process is None or self._process.stdin is None:
            return
        try:
            self._process.stdin.write(what)
            self._process.stdin.flush()
        except (OSError, ValueError):
            return  # gone; the heartbeat says so


@define
class Unguarded:
    """No guardian: for a bench within one process, which ends with it."""

    on_lost: Callable[[], None] = lambda: None

    def start(self) -> int:
        """Return no process."""
        return 0

    def finished(self) -> None:
        """Do nothing."""

    def act(self) -> None:
        """Do nothing: there is no other wire."""
