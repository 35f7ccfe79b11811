"""A simulated bench as a process of its own: started once, found again, ended when nobody needs it any more."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from attrs import frozen

from labctl.clock import Clock, WallClock
from labctl.errors import EngineFailed
from labctl.language import Text

_START = 60.0  # seconds for an interpreter on a busy machine
_END = 5.0


@frozen(kw_only=True)
class ServedBench:
    """A running `labctl simulate`."""

    process: int
    line: str  # what it printed: every endpoint, and the door to its clock
    station: str  # the station file it serves

    @classmethod
    def start(cls, station: Path, *, real_time: bool = False, seed: int | None = None) -> "ServedBench":
        """Serve the simulators of a station in a session of their own, and return when they answer.

        Raises:
            EngineFailed: they did not come up.
        """
        command = [sys.executable, "-P", "-m", "labctl.app.simulate", "--station", str(station)]
        command += ["--time", "wall" if real_time else "simulated"]
        command += [] if seed is None else ["--seed", str(seed)]
        process = subprocess.Popen(  # noqa: S603  (this interpreter, our own module)
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        timer = threading.Timer(_START, process.kill)
        timer.start()
        try:
            line = process.stdout.readline().decode() if process.stdout is not None else ""
        finally:
            timer.cancel()
        if not line.startswith("{"):
            process.kill()
            said = process.stderr.read().decode(errors="replace").strip() if process.stderr is not None else ""
            process.wait()
            raise EngineFailed(
                run=station.name,
                kind="simulate",
                problem=Text("the simulated bench did not start: {said}", zh="模拟台位未能启动:{said}").filled(
                    said=said or line or "—"
                ),
            )
        threading.Thread(target=process.wait, name="bench-reaper", daemon=True).start()
        return cls(process=process.pid, line=line.strip(), station=str(station))

    @classmethod
    def found(cls, file: Path, station: Path) -> "ServedBench | None":
        """Return the bench that an earlier window left running for this station, if it still runs."""
        try:
            known = json.loads(file.read_bytes())
            bench = cls(process=int(known["process"]), line=str(known["line"]), station=str(known["station"]))
        except (OSError, ValueError, KeyError):
            return None
        return bench if bench.station == str(station) and bench.alive else None

    def remember(self, file: Path) -> None:
        """Write down where it runs, for the next window."""
        file.parent.mkdir(parents=True, exist_ok=True)
        known = {"line": self.line, "process": self.process, "station": self.station}
        file.write_text(json.dumps(known), encoding="utf-8")

    @property
    def alive(self) -> bool:
        """Return whether the process is there."""
        try:
            os.kill(self.process, 0)
        except OSError:
            return False
        return True

    def stop(self, clock: Clock | None = None) -> None:
        """End it, and return when it is gone."""
        waiting = clock or WallClock()
        deadline = waiting.monotonic() + _END
        try:
            os.kill(self.process, signal.SIGTERM)
            while self.alive and waiting.monotonic() < deadline:
                waiting.wait(0.02)
            if self.alive:
                os.kill(self.process, getattr(signal, "SIGKILL", signal.SIGTERM))
        except ProcessLookupError:
            return
