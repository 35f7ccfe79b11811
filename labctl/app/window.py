"""Everything the window can ask of labctl: one desk for one bench."""

import getpass
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from attrs import define, field, frozen

from labctl.app.calibrate import RunHandle, attach, resume_run, start_run
from labctl.app.control import Controller
from labctl.app.job import Job, new_run
from labctl.app.look import Look, Looker, Seen
from labctl.app.served import ServedBench
from labctl.app.station import Station, read_station, simulated_bench, with_endpoints
from labctl.app.traffic import Passed, Traffic
from labctl.clock import WallClock
from labctl.errors import AlreadyOpen, EngineFailed, EngineGone, LabctlError
from labctl.events.journal import Entry
from labctl.events.kinds import CertificateIssued, Event, RunFinished, RunStarted
from labctl.language import Text
from labctl.packs import procedures
from labctl.records.calibration import Outcome
from labctl.store.folder import DataFolder, data_folder
from labctl.store.journal import open_journal

METHOD = "dmm-dc-voltage"
_LEAVES = 5.0  # seconds in which an engine that has finished lets go of its journal
_NEVER_BEGAN = Text("aborted before the engine was started", zh="引擎启动前已中止")


@frozen(kw_only=True)
class Issued:
    """A certificate as it was written and verified."""

    number: str
    pdf: Path
    xml: Path
    record: Path
    verified: bool
    report: Text


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
    traffic: Traffic = field(factory=Traffic, init=False)
    _heard: dict[str, int] = field(factory=dict[str, int], init=False)  # by run: the last entry that was read
    _listening: Controller | None = field(default=None, init=False)
    _pictures: dict[str, bytes] = field(factory=dict[str, bytes], init=False)
    _starting: bool = field(default=False, init=False)
    _abort: bool = field(default=False, init=False)  # asked for while the engine was coming up
    _turn: threading.Lock = field(factory=threading.Lock, init=False)

    @classmethod
    def open(cls, *, data: Path | None, station: Path | None, real_time: bool) -> "Desk":
        """Open a bench; where no station is named the simulated one, its simulators started or found running.

        Raises:
            StationError: the station file has mistakes.
            EngineFailed: the simulators did not come up.
        """
        folder = DataFolder(data_folder(data))
        file = (station or simulated_bench()).absolute()
        described = read_station(file)
        if not described.simulated:
            return cls(folder, described)
        bench = ServedBench.shared(folder.root, file, real_time=real_time)
        return cls(folder, with_endpoints(described, bench.line), bench)

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
        """Return a picture of the method by its name; empty where there is none."""
        if not self._pictures:
            method = procedures().get(METHOD)
            files: dict[str, bytes] = method.files if method is not None else {}
            self._pictures = {key: content for key, content in files.items() if key.endswith(".svg")}
        return self._pictures.get(name, b"")

    # --- runs -------------------------------------------------------------------------------------------------------

    def attach(self) -> str:
        """Follow the run that a person expects to see, and return its name; empty where there is none.

        That is the run under way on this bench, otherwise its latest one while something is left to do with
        it: it was interrupted, or it finished and no certificate was issued.
        """
        latest = sorted(self.folder.known_runs(), key=lambda each: self.folder.journal(each).stat().st_mtime)
        for run in reversed(latest):
            handle = attach(self.folder.root, run)
            with handle.controller as controller:
                if controller.alive and self._belongs_here(run):
                    self._follow(handle)
                    return run
        mine = next((run for run in reversed(latest) if self._belongs_here(run)), "")
        if mine and self._is_open(mine):
            self._follow(attach(self.folder.root, mine))
            return mine
        return ""

    def _belongs_here(self, run: str) -> bool:
        try:
            job = Job.load(self.folder.job(run))
        except (LabctlError, OSError):
            return False
        return Path(job.station) == self.station.file

    def _is_open(self, run: str) -> bool:
        """Return whether something is left to do with a run on which no engine works."""
        try:
            with open_journal(self.folder.journal(run)) as journal:
                events: Iterable[Event] = [entry.event for entry in journal.read()]
        except LabctlError:
            return False  # `labctl runs` lists it with its reason
        started = any(isinstance(each, RunStarted) for each in events)
        outcome = next((each.outcome for each in events if isinstance(each, RunFinished)), None)
        issued = any(isinstance(each, CertificateIssued) for each in events)
        return started and (outcome is None or (outcome is Outcome.FINISHED and not issued))

    def start(self) -> str:
        """Start the method on this bench and return the run.

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
        self._bring_up(lambda: start_run(job))
        return job.run

    def resume(self, run: str) -> str:
        """Take up a run whose engine ended, by this person's decision, and return the run.

        Raises:
            EngineFailed: the bench is not as it was.
        """
        line = self.bench.line if self.bench is not None else ""
        self._bring_up(lambda: resume_run(self.folder.root, run, by=getpass.getuser(), reason="window", endpoints=line))
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

    def issue(self) -> Issued | None:
        """Issue the certificate of the finished run, verify it, and return both; None where no run is followed.

        Raises:
            RecordError: the run has not finished, or its record is not what it was.
        """
        from labctl.app.issue import issue_certificate  # typesetting and XML: only when they are wanted
        from labctl.app.verify import verify

        if self.handle is None:
            return None
        run = self.handle.run
        out = self.folder.root / "certificates" / run
        deadline = WallClock().monotonic() + _LEAVES
        while True:
            try:
                paths = issue_certificate(self.folder.root, run, out)
            except AlreadyOpen:  # its engine has said its last word and is about to leave
                if WallClock().monotonic() > deadline:
                    raise
                WallClock().wait(0.05)
            else:
                break
        report = verify(paths.pdf, record=paths.record, data=self.folder.root)
        return Issued(
            number=paths.number,
            pdf=paths.pdf,
            xml=paths.xml,
            record=paths.record,
            verified=report.verified,
            report=report.text(),
        )

    def close(self) -> None:
        """Leave; a run goes on, and its simulated bench with it, otherwise the bench is ended."""
        self.traffic.close()
        if self._listening is not None:
            self._listening.close()
        if self.bench is not None:
            self.bench.leave(self.folder.root)
