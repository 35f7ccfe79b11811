"""Everything the window can ask of labctl: one desk for one bench."""

import getpass
from pathlib import Path

from attrs import define, field, frozen

from labctl.app.calibrate import RunHandle, attach, resume_run, start_run
from labctl.app.control import Controller
from labctl.app.job import Job, new_run
from labctl.app.served import ServedBench
from labctl.app.station import Station, StationInstrument, read_station, simulated_bench, with_endpoints
from labctl.clock import WallClock
from labctl.errors import LabctlError
from labctl.events.journal import Entry
from labctl.events.kinds import RunFinished
from labctl.instruments.driver import Driver
from labctl.language import Text
from labctl.packs import drivers, procedures
from labctl.records.equipment import Asset, CertificateOfStandard, Identity
from labctl.store.folder import DataFolder, data_folder
from labctl.store.journal import open_journal
from labctl.transport.connect import open_transport

METHOD = "dmm-dc-voltage"
_NO_DRIVER = Text("no driver {driver} is installed", zh="未安装驱动 {driver}")


@frozen(kw_only=True)
class Seen:
    """One instrument or auxiliary of the bench, as it was found at the last look."""

    key: str  # its name in the station
    title: Text
    expected: Identity  # as the station names it
    address: str = ""  # empty: it has no wire
    identity: Identity | None = None  # who answered
    failure: Text | None = None  # why nobody did
    certificate: CertificateOfStandard | None = None
    is_unit: bool = False
    shows_live: bool = False  # it shows or presents something during a run
    state: Text = Text("", zh="")  # what it says of itself now


@frozen(kw_only=True)
class Look:
    """The bench at one moment."""

    station: str
    simulated: bool
    seen: tuple[Seen, ...]


@frozen(kw_only=True)
class Issued:
    """A certificate as it was written and verified."""

    number: str
    pdf: Path
    xml: Path
    record: Path
    verified: bool
    report: Text


@define
class Desk:
    """One bench, its runs and its certificates, for one window.

    `news` and `engine_alive` belong to one thread, everything else to another; a command opens its own connection.
    """

    folder: DataFolder
    station: Station
    bench: ServedBench | None = None
    handle: RunHandle | None = None
    _last: int = field(default=0, init=False)
    _listening: Controller | None = field(default=None, init=False)
    _pictures: dict[str, bytes] = field(factory=dict, init=False)

    @classmethod
    def open(cls, *, data: Path | None, station: Path | None, real_time: bool) -> "Desk":
        """Open a bench; where no station is named the simulated one, its simulators started or found running.

        Raises:
            StationError: the station file has mistakes.
            EngineFailed: the simulators did not come up.
        """
        folder = DataFolder(data_folder(data))
        file = station or simulated_bench()
        described = read_station(file)
        if not described.simulated:
            return cls(folder, described)
        note = folder.root / "simulated-bench.json"
        bench = ServedBench.found(note, file)
        if bench is None:
            bench = ServedBench.start(file, real_time=real_time)
            bench.remember(note)
        return cls(folder, with_endpoints(described, bench.line), bench)

    # --- the bench --------------------------------------------------------------------------------------------------

    def look(self, *, touch: bool = True) -> Look:
        """Return what stands on the bench; with `touch` every wire is opened, asked who answers, and closed."""
        parts = [self._seen(each, touch=touch) for each in self.station.instruments.values()]
        parts += [_passive(asset) for asset in self.station.auxiliaries.values()]
        return Look(station=self.station.name, simulated=self.station.simulated, seen=tuple(parts))

    def _seen(self, instrument: StationInstrument, *, touch: bool) -> Seen:
        identity, failure = self._asked(instrument) if touch else (None, None)
        return Seen(
            key=instrument.key,
            title=instrument.asset.title,
            expected=instrument.asset.identity,
            address=instrument.address,
            identity=identity,
            failure=failure,
            certificate=instrument.asset.certificate,
            is_unit=bool(instrument.unit_type),
            shows_live=instrument.key != self.station.environment,
        )

    def _asked(self, instrument: StationInstrument) -> tuple[Identity | None, Text | None]:
        kind = drivers().get(instrument.driver)
        if kind is None:
            return None, _NO_DRIVER.filled(driver=instrument.driver)
        wire = open_transport(instrument.address, instrument=instrument.key, clock=WallClock(), claim=False)
        try:
            wire.open()
            asked: Driver = kind(wire, name=instrument.key)
            return asked.recognise(instrument.asset.identity), None
        except LabctlError as error:
            return None, error.text()
        finally:
            wire.close()

    def picture(self, name: str) -> bytes:
        """Return a picture of the method by its name; empty where there is none."""
        if not self._pictures:
            method = procedures().get(METHOD)
            files: dict[str, bytes] = method.files if method is not None else {}
            self._pictures = {key: content for key, content in files.items() if key.endswith(".svg")}
        return self._pictures.get(name, b"")

    # --- runs -------------------------------------------------------------------------------------------------------

    def attach(self) -> str:
        """Follow the run that is under way on this folder, if there is one, and return its name."""
        for run in reversed(self.folder.known_runs()):
            handle = attach(self.folder.root, run)
            with handle.controller as controller:
                if controller.alive:
                    self._follow(handle)
                    return run
        return ""

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
        self._follow(start_run(job))
        return job.run

    def resume(self, run: str) -> str:
        """Take up a run whose engine ended, by this person's decision, and return the run.

        Raises:
            EngineFailed: the bench is not as it was.
        """
        line = self.bench.line if self.bench is not None else ""
        handle = resume_run(self.folder.root, run, by=getpass.getuser(), reason="window", endpoints=line)
        if self.handle is None or self.handle.run != run:
            self._follow(handle)
        return run

    def _follow(self, handle: RunHandle) -> None:
        self._last = 0
        self.handle = handle

    def news(self, timeout: float) -> list[Entry]:
        """Return the entries since the last call; wait for the bell, at most `timeout` seconds, when there are none.

        Raises:
            RecordAltered: the journal is not what was written.
        """
        handle = self.handle
        if handle is None:
            WallClock().wait(timeout)
            return []
        with open_journal(handle.journal) as journal:
            entries = list(journal.read(self._last))
        if entries:
            self._last = entries[-1].n
            return entries
        if self._listener(handle).await_bell(timeout) is None and not self.engine_alive():
            WallClock().wait(timeout)
        return []

    def engine_alive(self) -> bool:
        """Return whether an engine works on the run that is followed; true while there is none to follow."""
        return self.handle is None or self._listener(self.handle).alive

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
        if self.handle is None:
            return
        with self.handle.controller as controller:
            controller.ask(what, by=getpass.getuser(), **facts)

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
        out = self.folder.root / "certificates" / self.handle.run
        paths = issue_certificate(self.folder.root, self.handle.run, out)
        report = verify(paths.pdf, record=paths.record)
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
        listening = self._listening
        working = listening is not None and listening.alive and not self._ended()
        if listening is not None:
            listening.close()
        if self.bench is not None and not working:
            self.bench.stop()

    def _ended(self) -> bool:
        if self.handle is None:
            return True
        with open_journal(self.handle.journal) as journal:
            return any(isinstance(entry.event, RunFinished) for entry in journal.read())


def _passive(asset: Asset) -> Seen:
    return Seen(key=asset.key, title=asset.title, expected=asset.identity, certificate=asset.certificate)
