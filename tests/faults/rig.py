"""A simulated bench on real wires inside the test, and engines as processes of their own that are struck there."""

import json
import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from attrs import define, field, frozen

from labctl.app.calibrate import RunHandle, follow, resume_run, start_run
from labctl.app.job import Job, new_run
from labctl.app.simulate import serve_bench
from labctl.app.station import read_station, simulated_bench
from labctl.app.station.endpoints import shipped_bench
from labctl.clock import WallClock
from labctl.events.journal import Entry
from labctl.events.kinds import Event, RunFinished
from labctl.simulation.host import Bench
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal
from labctl.transport.watch import alive

CLOCK = WallClock()
METHODS = Path(__file__).parent / "methods"
SHORT, STUCK = str(METHODS / "short"), str(METHODS / "stuck")


@frozen(kw_only=True)
class World:
    """What a run energises in one world, on the bench that ships with it."""

    name: str
    procedure: str
    unit: str
    sources: tuple[str, ...]
    roles: dict[str, str] = field(factory=dict)


WORLDS = (
    World(name="electrical", procedure=SHORT, unit="meter", sources=("calibrator",), roles={"source": "calibrator"}),
    World(
        name="temperature",
        procedure=str(METHODS / "heated"),
        unit="unit1",
        sources=("bath", "circulator", "well", "furnace"),
    ),
    World(name="flow", procedure=str(METHODS / "pumped"), unit="electromagnetic", sources=("pump", "rig")),
    World(
        name="particulate",
        procedure=str(METHODS / "clouded"),
        unit="dusttrak",
        sources=("generator", "dilution", "sheath"),
    ),
)


@define
class Rig:
    """One bench, its data folder, and the run that is struck.

    Args:
        bench: served in this process.
        line: what `labctl simulate` would have printed.
        folder: where the runs are.
        station: the station file.
    """

    bench: Bench
    line: str
    folder: DataFolder
    station: Path
    unit: str = ""
    sources: tuple[str, ...] = ("calibrator",)
    roles: dict[str, str] = field(factory=dict)
    heard: list[Entry] = field(factory=list[Entry])
    handle: RunHandle | None = None
    _thread: threading.Thread | None = None

    def job(self, procedure: str = "dmm-dc-voltage") -> Job:
        return Job(
            run=new_run(self.folder),
            data=str(self.folder.root),
            station=str(self.station),
            procedure=procedure,
            by="tests",
            unit=self.unit,
            roles=self.roles,
            endpoints=self.line,
            confirms="nobody",
        )

    def start(self, procedure: str = "dmm-dc-voltage") -> RunHandle:
        self.heard.clear()
        return self._listened(start_run(self.job(procedure)))

    def resume(self) -> RunHandle:
        run = self.running.run
        return self._listened(
            resume_run(self.folder.root, run, by="tests", reason="it was struck", endpoints=self.line)
        )

    @property
    def running(self) -> RunHandle:
        assert self.handle is not None
        return self.handle

    def strike(self, how: signal.Signals = signal.SIGKILL) -> bool:
        """Send the engine a signal; tell whether it was still there."""
        if not self.alive():
            return False
        os.kill(self.running.process, how)
        return True

    def alive(self) -> bool:
        return alive(self.running.process)

    def gone(self, within: float = 20.0) -> bool:
        """Wait for the engine's process to end, and for everything it said to be heard."""
        ended = until(lambda: not alive(self.running.process), within)
        assert self._thread is not None
        self._thread.join(within)
        return ended

    def hears(self, more: int) -> None:
        """Wait for so many more events, or for the end of the engine."""
        wanted = len(self.heard) + more
        until(lambda: len(self.heard) >= wanted or not self.alive(), 20.0)

    def energised(self) -> bool:
        """Tell whether anything is."""
        return any(self.bench.state(each)["energised"] for each in self.sources)

    def all_energised(self) -> bool:
        return all(self.bench.state(each)["energised"] for each in self.sources)

    def entries(self) -> tuple[Entry, ...]:
        """Return the whole journal, its chain checked."""
        with open_journal(self.running.journal) as journal:
            return tuple(journal.read())

    def events(self) -> list[Event]:
        """Return everything in the journal."""
        return [entry.event for entry in self.entries()]

    def last(self) -> Event:
        return self.events()[-1]

    def ended(self) -> RunFinished:
        found = [each for each in self.events() if isinstance(each, RunFinished)]
        assert len(found) == 1
        return found[0]

    def keeps_what_it_acknowledged(self) -> Event:
        """Check that all that was heard is still there, unchanged, in a chain that holds; return the last event."""
        with open_journal(self.running.journal) as journal:
            kept = list(journal.read())
        assert len(kept) >= len(self.heard)
        for before, after in zip(self.heard, kept, strict=False):
            assert (before.n, before.canonical) == (after.n, after.canonical)
        return kept[-1].event

    def _listened(self, handle: RunHandle) -> RunHandle:
        self.handle = handle
        self._thread = threading.Thread(target=self._listen, args=(handle,), daemon=True)
        self._thread.start()
        return handle

    def _listen(self, handle: RunHandle) -> None:
        for entry in follow(handle, len(self.heard)):
            self.heard.append(entry)


@contextmanager
def rig(
    root: Path,
    *,
    seed: int = 1,
    noise: bool = True,
    simulated: bool = True,
    station: Path | None = None,
    world: World | None = None,
) -> Generator[Rig]:
    file = station or (shipped_bench(world.name) if world is not None else simulated_bench())
    bench, line = serve_bench(read_station(file), seed=seed, noise=noise, simulated=simulated)
    made = Rig(bench, json.dumps(line), DataFolder(root), file)
    if world is not None:
        made.unit, made.sources, made.roles = world.unit, world.sources, world.roles
    try:
        yield made
        if made.handle is not None and alive(made.handle.process):
            os.kill(made.handle.process, signal.SIGKILL)
            made.gone()
    finally:
        bench.stop()


def until(holds: Callable[[], bool], within: float) -> bool:
    """Wait until something holds; tell whether it did in time."""
    deadline = CLOCK.monotonic() + within
    while not holds():
        if CLOCK.monotonic() > deadline:
            return False
        CLOCK.wait(0.005)
    return True
