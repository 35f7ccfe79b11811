"""A simulated bench as a process of its own: started once, found again, ended when nobody needs it any more."""

import json
import os
import signal
import subprocess
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from labctl.clock import Clock, WallClock
from labctl.errors import EngineFailed, LabctlError
from labctl.language import Text
from labctl.store.lock import FileLock
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.watch import alive

_START = 60.0  # seconds for an interpreter on a busy machine
_END = 5.0
_GLANCE = 0.5  # seconds between two looks at who still uses a bench
_GRACE = 4  # looks that find nobody, one after the other, before a bench ends itself
_BENCH = Text("the simulated bench", zh="模拟台位")


@frozen(kw_only=True)
class ServedBench:
    """A running bench of simulators.

    Attributes:
        line: what `labctl simulate` prints: every endpoint, and the door to its clock.
        station: the station file it serves.
    """

    process: int
    line: str
    station: str
    real_time: bool = False

    @classmethod
    def start(
        cls, station: Path, *, real_time: bool = False, seed: int | None = None, users: Path | None = None
    ) -> "ServedBench":
        """Serve the simulators of a station in a session of their own, and return when they answer.

        Args:
            station: names simulators in place of addresses.
            real_time: whether time passes as on the wall, or as fast as the run asks for it.
            seed: of all chance; the station's own where none is given.
            users: a `Users` folder; the bench ends itself when nobody in it is left.

        Raises:
            EngineFailed: they did not come up.
        """
        command = [sys.executable, "-P", "-m", "labctl.app.served" if users else "labctl.app.simulate"]
        command += ["--station", str(station), "--time", "wall" if real_time else "simulated"]
        command += [] if seed is None else ["--seed", str(seed)]
        command += [] if users is None else ["--users", str(users)]
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
                problem=Text("the simulated bench did not start: {said}", zh="模拟台位未能启动：{said}").filled(
                    said=said or line or "—"
                ),
            )
        threading.Thread(target=process.communicate, name="bench-reaper", daemon=True).start()
        return cls(process=process.pid, line=line.strip(), station=str(station), real_time=real_time)

    @classmethod
    def shared(cls, folder: Path, station: Path, *, real_time: bool) -> "ServedBench":
        """Return the bench of a data folder: the one that runs there already, otherwise a new one.

        A bench whose time passes otherwise than asked for is replaced, unless somebody uses it.

        Raises:
            EngineFailed: it did not come up.
        """
        note, users = folder / "simulated-bench.json", Users(folder / "simulated-bench.users")
        with _alone(folder / "simulated-bench.lock"):
            others = users.others()
            users.enter(os.getpid())
            bench = cls._found(note, station)
            if bench is not None and bench.real_time != real_time and not others:
                bench.stop()
                bench = None
            if bench is None:
                bench = cls.start(station, real_time=real_time, users=users.folder)
                _remember(bench, note)
        return bench

    @classmethod
    def _found(cls, file: Path, station: Path) -> "ServedBench | None":
        try:
            known = json.loads(file.read_bytes())
            bench = cls(
                process=int(known["process"]),
                line=str(known["line"]),
                station=str(known["station"]),
                real_time=bool(known["real_time"]),
            )
        except (OSError, ValueError, KeyError):
            return None
        return bench if bench.station == str(station) and bench.answers else None

    def use(self, folder: Path, process: int) -> None:
        """Note that a process, such as an engine, needs the bench of a data folder."""
        Users(folder / "simulated-bench.users").enter(process)

    def leave(self, folder: Path) -> None:
        """Note that this process needs the bench no more; end it where it was the last one."""
        users = Users(folder / "simulated-bench.users")
        with _alone(folder / "simulated-bench.lock"):
            users.remove(os.getpid())
            if not users.others():
                self.stop()

    @property
    def alive(self) -> bool:
        """Return whether its process is there."""
        return alive(self.process)

    @property
    def answers(self) -> bool:
        """Return whether it is there and really is a bench: numbers of processes are given anew."""
        if not self.alive:
            return False
        door = BorrowedClock(str(json.loads(self.line).get("operator", "")))
        try:
            door.now()
        except LabctlError:
            return False
        finally:
            door.close()
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


def _remember(bench: ServedBench, file: Path) -> None:
    """Write down where a bench runs, for the next window."""
    known = {
        "line": bench.line,
        "process": bench.process,
        "real_time": bench.real_time,
        "station": bench.station,
    }
    fresh = file.with_suffix(".fresh")
    fresh.write_text(json.dumps(known), encoding="utf-8")
    fresh.replace(file)


@frozen
class Users:
    """The processes that need a bench, one file each; whoever was killed is left out.

    >>> import tempfile
    >>> users = Users(Path(tempfile.mkdtemp()) / "users")
    >>> users.enter(os.getpid())
    >>> users.all() == {os.getpid()}, users.others()
    (True, set())
    """

    folder: Path

    def enter(self, process: int) -> None:
        """Add a process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / str(process)).touch()

    def remove(self, process: int) -> None:
        """Take a process out; one that is not in is not missed."""
        (self.folder / str(process)).unlink(missing_ok=True)

    def all(self) -> set[int]:
        """Return those that still run, and forget the others."""
        found = {int(each.name) for each in self.folder.glob("*") if each.name.isdigit()}
        living = {each for each in found if alive(each)}
        for each in found - living:
            self.remove(each)
        return living

    def others(self) -> set[int]:
        """Return those that still run, without the present process."""
        return self.all() - {os.getpid()}


class _alone:  # noqa: N801  (used as a statement)
    """Lets one process at a time start or end a bench; the others wait."""

    def __init__(self, file: Path) -> None:
        self._lock = FileLock(file, _BENCH)

    def __enter__(self) -> None:
        clock = WallClock()
        deadline = clock.monotonic() + _START
        while True:
            try:
                self._lock.acquire("a window")
            except LabctlError:
                if clock.monotonic() > deadline:
                    raise
                clock.wait(0.05)
            else:
                return

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a bench until SIGINT or SIGTERM, or until nobody uses it any more."""
    from labctl.app.simulate import serve_bench
    from labctl.app.station import read_station

    parser = ArgumentParser(prog="labctl bench")
    parser.add_argument("--station", type=Path, required=True)
    parser.add_argument("--time", choices=("simulated", "wall"), default="simulated")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--users", type=Path, required=True)
    given = parser.parse_args(arguments)
    ended = threading.Event()

    def end(_: int, __: object) -> None:
        ended.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
    try:
        bench, line = serve_bench(read_station(given.station), seed=given.seed, simulated=given.time == "simulated")
    except LabctlError as error:
        sys.stderr.write(f"{error}\n")
        return 3
    try:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        unused = 0
        while not ended.wait(_GLANCE) and unused < _GRACE:
            unused = 0 if Users(given.users).all() else unused + 1
    finally:
        bench.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
