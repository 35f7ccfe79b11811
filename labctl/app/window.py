"""Everything the window can ask of labctl: one desk, for one bench at a time."""

import getpass
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from labctl.app.calibrate import RunHandle, attach, resume_run, start_run
from labctl.app.control import Controller
from labctl.app.job import Job, new_run
from labctl.app.left_behind import bench_left, is_open, latest_first, station_of
from labctl.app.look import Look, Looker, Seen
from labctl.app.methods import Method, installed_methods, methods_beside
from labctl.app.own_bench import bench_named, own_bench
from labctl.app.procedures import find_procedure
from labctl.app.served import ServedBench, Users
from labctl.app.station import Station, read_station, simulated_bench, with_endpoints
from labctl.app.traffic import Passed, Traffic
from labctl.app.waiting import let_time_pass
from labctl.clock import WallClock
from labctl.errors import EngineFailed, EngineGone, LabctlError, PackBroken, ProcedureError
from labctl.events.journal import Entry
from labctl.language import Text
from labctl.store.folder import DataFolder, data_folder
from labctl.store.journal import open_journal

if TYPE_CHECKING:
    from labctl.app.readiness import Choice, Readiness
    from labctl.app.review import Review
    from labctl.app.submission import Issued
    from labctl.app.watching import Watching
    from labctl.procedure.procedure import Procedure

METHOD = "dmm-dc-voltage"
"""The method that is offered first, where the bench does not say otherwise."""
_GOES = 5.0  # seconds in which an engine whose run has ended leaves its bench
_NEVER_BEGAN = Text("aborted before the engine was started", zh="引擎启动前已中止")


@frozen(kw_only=True)
class Offer:
    """The methods that can be chosen, and those of the laboratory's own that cannot be read."""

    methods: tuple[Method, ...]
    broken: tuple[PackBroken, ...] = ()
    fitting: frozenset[str] = frozenset()  # sources of those that this bench can carry out


@frozen(kw_only=True)
class News:
    """New entries of one run's journal."""

    run: str
    entries: tuple[Entry, ...]


@define
class Desk:
    """One bench, its runs and its certificates, for one window.

    `news` and `engine_alive` belong to one thread, `heard` to a second, everything else to another; `ask` may be called
    from any: each request has its own connection.
    """

    folder: DataFolder
    station: Station
    bench: ServedBench | None = None
    handle: RunHandle | None = None
    real_time: bool = False
    moves: bool = False  # a method that is chosen brings its own simulated bench along
    traffic: Traffic = field(factory=Traffic, init=False)
    _heard: dict[str, int] = field(factory=dict[str, int], init=False)  # by run: the last entry that was read
    _listening: Controller | None = field(default=None, init=False)
    _methods: dict[str, "Procedure"] = field(factory=dict[str, "Procedure"], init=False)  # by run
    _starting: bool = field(default=False, init=False)
    _abort: bool = field(default=False, init=False)  # asked for while the engine was coming up
    _turn: threading.Lock = field(factory=threading.Lock, init=False)

    @classmethod
    def open(cls, *, data: Path | None, station: Path | None, real_time: bool) -> "Desk":
        """Open a bench; where no station is named a simulated one, its simulators started or found running.

        That is the one on which the latest run has something left to do, else that of the method offered first.

        Raises:
            StationError: the station file has mistakes.
            EngineFailed: the simulators did not come up.
        """
        folder = DataFolder(data_folder(data))
        named = bench_named(station).station if station is not None else bench_left(folder)
        file = (named or simulated_bench()).absolute()
        described = read_station(file)
        if not described.simulated:
            return cls(folder, described)
        bench = ServedBench.shared(folder.root, file, real_time=real_time)
        served = with_endpoints(described, bench.line)
        return cls(folder, served, bench, real_time=real_time, moves=station is None)

    # --- before a run -----------------------------------------------------------------------------------------------

    def offer(self) -> Offer:
        """Return the methods that can be chosen: the laboratory's own, then the installed ones."""
        from labctl.app.readiness import fits

        own, broken = methods_beside(self.station.file)
        methods = (*own, *installed_methods())
        fitting = {each.source for each in methods if (self.moves and each.bench) or fits(each.source, self.station)}
        return Offer(methods=methods, broken=broken, fitting=frozenset(fitting))

    def usual(self) -> "Choice":
        """Return the choice that stands there first: a method whose simulated bench this is, else one that fits."""
        from labctl.app.readiness import Choice, fits

        installed = installed_methods()
        here = (each.name for each in installed if _bench_of(each.name) == self.station.file)
        fitting = (each.name for each in installed if fits(each.source, self.station))
        return Choice(procedure=next(here, "") or next(fitting, METHOD))

    def make_ready(self, choice: "Choice") -> "Readiness":
        """Return whether a run can begin as chosen, and why not; on simulated benches the method brings its own.

        Raises:
            ProcedureError: there is no such method, or it is malformed.
            EngineFailed: its bench did not come up, or the present one is in use.
        """
        from labctl.app.readiness import make_ready

        if self.moves:
            self._move_to(choice.procedure)
        return make_ready(choice, self.station)

    def _move_to(self, procedure: str) -> None:
        """Change to the simulated bench of a method, if it has one and stands on another."""
        wanted = _bench_of(procedure)
        if wanted is None or wanted == self.station.file or self.bench is None:
            return
        self._refuse_in_use()
        described = read_station(wanted)
        self.bench.stop()
        self.bench = ServedBench.shared(self.folder.root, wanted, real_time=self.real_time)
        self.station = with_endpoints(described, self.bench.line)

    def _refuse_in_use(self) -> None:
        """Refuse to leave a simulated bench that somebody uses; an engine that has just ended takes a moment to go."""
        users, clock = Users(self.folder.root / "simulated-bench.users"), WallClock()
        deadline = clock.monotonic() + _GOES
        while self.is_working() or users.others():
            if clock.monotonic() > deadline:
                raise EngineFailed(run=self.station.name, kind="", problem=_IN_USE)
            clock.wait(0.05)

    # --- the bench --------------------------------------------------------------------------------------------------

    def look(self, *, touch: bool = True) -> Look:
        """Return what stands on the bench; with `touch` every wire is opened, asked who answers, and closed."""
        try:
            return self._looker().look(touch=touch)
        finally:
            self.traffic.flush()

    def look_at(self, key: str) -> Seen:
        """Return one instrument of the bench, its wire opened anew, asked who answers, and closed."""
        try:
            return self._looker().seen(self.station.instruments[key])
        finally:
            self.traffic.flush()

    def _looker(self) -> Looker:
        return Looker(station=self.station, reach=self.traffic.wire, clock=WallClock())

    def heard(self) -> tuple[Passed, ...]:
        """Return what passed on the wires since the last call: during looks, and in the run that is followed."""
        handle = self.handle
        run = self.folder.transcript(handle.run) if handle is not None else None
        return self.traffic.fresh(self.station, run)

    def picture(self, name: str) -> bytes:
        """Return a picture of the method that the run follows; empty where there is none."""
        method = self._followed()
        return method.files.get(name, b"") if method is not None else b""

    def watching(self) -> "Watching | None":
        """Return what the live view of the run that is followed needs; None where its method is not at hand."""
        from labctl.app.watching import Watching

        method = self._followed()
        return Watching(procedure=method) if method is not None else None

    def _followed(self) -> "Procedure | None":
        """Return the method of the run that is followed, the usual one where none is; None where it is not at hand."""
        handle = self.handle
        if handle is None:
            return find_procedure(self.usual().procedure)
        if handle.run not in self._methods:
            try:
                self._methods[handle.run] = find_procedure(Job.load(self.folder.job(handle.run)).procedure)
            except (LabctlError, OSError):
                return None
        return self._methods[handle.run]

    # --- runs -------------------------------------------------------------------------------------------------------

    def attach(self) -> str:
        """Follow the run that a person expects to see, and return its name; empty where there is none.

        That is the run under way on this bench, otherwise its latest one while something is left to do with
        it: it was interrupted, or it finished and no certificate was issued.
        """
        latest = latest_first(self.folder)
        for run in latest:
            handle = attach(self.folder.root, run)
            with handle.controller as controller:
                if controller.alive and self._belongs_here(run):
                    self._follow(handle)
                    return run
        mine = next((run for run in latest if self._belongs_here(run)), "")
        if mine and is_open(self.folder, mine):
            self._follow(attach(self.folder.root, mine))
            return mine
        return ""

    def _belongs_here(self, run: str) -> bool:
        return station_of(self.folder, run) == self.station.file

    def start(self, choice: "Choice | None" = None) -> str:
        """Start a method on this bench, the usual one where none is chosen, and return the run.

        Raises:
            EngineFailed: the engine refused; its sentence says why.
        """
        job = Job(
            run=new_run(self.folder),
            data=str(self.folder.root),
            station=str(self.station.file),
            procedure=METHOD,
            by=getpass.getuser(),
            endpoints=self.bench.line if self.bench is not None else "",
        )
        chosen = (choice or self.usual()).job(job)
        self._bring_up(lambda: start_run(chosen))
        return chosen.run

    def resume(self, run: str, late: str = "") -> str:
        """Take up a run whose engine ended, by this person's decision, and return the run.

        Args:
            run: its identity.
            late: why a section may begin later than its method allows, where it would.

        Raises:
            EngineFailed: the bench is not as it was, or the method does not allow that the run goes on now.
        """
        line = self.bench.line if self.bench is not None else ""
        if self.bench is not None and not self.bench.real_time:
            let_time_pass(self.folder, run, line)

        def take_up() -> RunHandle:
            by = getpass.getuser()
            return resume_run(self.folder.root, run, by=by, reason="window", endpoints=line, late=late)

        self._bring_up(take_up)
        return run

    def expect_engine(self) -> None:
        """Note that an engine is about to be started: from here on an abort is for it."""
        with self._turn:
            self._starting, self._abort = True, False

    def _bring_up(self, engine: Callable[[], RunHandle]) -> None:
        """Start an engine; an abort that was asked for meanwhile reaches it before it opens anything."""
        if not self._starting:
            self.expect_engine()
        try:
            if self._abort:
                raise EngineFailed(run=self.station.name, kind="", problem=_NEVER_BEGAN)
            handle = engine()
            if self.bench is not None and handle.process:
                self.bench.use(self.folder.root, handle.process)
            with self._turn:
                self._follow(handle)
                self._starting, abort = False, self._abort
            if abort:
                self.ask("abort")
        finally:
            self._starting = False

    def _follow(self, handle: RunHandle) -> None:
        self.handle = handle

    def news(self, timeout: float) -> News | None:
        """Return the entries since the last call; wait for the bell, at most `timeout` seconds, when there are none.

        Raises:
            RecordAltered: the journal is not what was written.
        """
        handle = self.handle
        if handle is None:
            WallClock().wait(timeout)
            return None
        if fresh := self._unheard(handle):
            return fresh
        if self._listener(handle).await_bell(timeout) is None and not self._listener(handle).alive:
            if fresh := self._unheard(handle):  # its last words
                return fresh
            WallClock().wait(timeout)
        return None

    def _unheard(self, handle: RunHandle) -> News | None:
        with open_journal(handle.journal) as journal:
            entries = tuple(journal.read(self._heard.get(handle.run, 0)))
        if not entries:
            return None
        self._heard[handle.run] = entries[-1].n
        return News(run=handle.run, entries=entries)

    def engine_alive(self) -> bool:
        """Return whether an engine works on the run that is followed; true while there is none to follow."""
        handle = self.handle
        return handle is None or self._starting or self._listener(handle).alive

    def is_working(self) -> bool:
        """Return whether an engine works on the run that is followed, asked over a connection of its own."""
        if self.handle is None:
            return False
        with self.handle.controller as controller:
            return controller.alive

    def guardian_acted(self) -> bool:
        """Return whether a guardian left word that it made the bench safe in the engine's place."""
        return self.handle is not None and self.folder.note(self.handle.run).exists()

    def _listener(self, handle: RunHandle) -> Controller:
        if self._listening is None or self._listening.endpoint != handle.endpoint:
            if self._listening is not None:
                self._listening.close()
            self._listening = handle.controller
        return self._listening

    def ask(self, what: str, **facts: str) -> None:
        """Ask something of the engine: pause, continue, abort, retry, answer.

        Raises:
            EngineGone: no engine listens.
            EngineFailed: it refused.
        """
        with self._turn:
            handle = self.handle
            if self._starting:
                if what == "abort":
                    self._abort = True
                return
        if handle is None:
            return
        try:
            with handle.controller as controller:
                controller.ask(what, by=getpass.getuser(), **facts)
        except EngineGone:
            if what != "abort":  # nothing is energised by an engine that is gone
                raise

    # --- certificates -----------------------------------------------------------------------------------------------

    def review(self) -> "tuple[Review, ...]":
        """Return every unit of the finished run that is followed, as its certificate will have it; none without a run.

        Raises:
            RunNotFinished: it has not ended, or not well.
            OtherProcedure: its method is not at hand any more.
        """
        from labctl.app.review import review

        return review(self.folder.root, self.handle.run, self._followed()) if self.handle is not None else ()

    def issue(self) -> "tuple[Issued, ...]":
        """Issue every certificate of the finished run, verify it, and return both; none where no run is followed.

        Raises:
            RecordError: the run has not finished, or its record is not what it was.
        """
        from labctl.app.submission import submit  # typesetting and XML: only when they are wanted

        return submit(self.folder.root, self.handle.run, self._followed()) if self.handle is not None else ()

    def close(self) -> None:
        """Leave; a run goes on, and its simulated bench with it, otherwise the bench is ended."""
        self.traffic.close()
        if self._listening is not None:
            self._listening.close()
        if self.bench is not None:
            self.bench.leave(self.folder.root)


def _bench_of(procedure: str) -> Path | None:
    """Return the station file of a method's own simulated bench; None where it has none."""
    try:
        return own_bench(find_procedure(procedure)).station
    except ProcedureError:
        return None


_IN_USE = Text(
    "another window or a run uses the present simulated bench; end it first",
    zh="另一窗口或运行正在使用当前模拟台位，请先结束",
)
