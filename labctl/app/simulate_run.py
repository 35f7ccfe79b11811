"""`labctl simulate-run`: a procedure on its own simulated bench, in simulated time, to a verified certificate."""

import getpass
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from attrs import frozen

from labctl.app.foresight import warnings_of
from labctl.app.in_process import InProcess
from labctl.app.issue import CertificatePaths, issue_certificates
from labctl.app.job import Job, new_run
from labctl.app.own_bench import bench_wanted
from labctl.app.preparation import Prepared
from labctl.app.procedures import find_procedure
from labctl.app.readable import hours
from labctl.app.results import result_table
from labctl.app.telling import Teller
from labctl.app.verify import verify
from labctl.errors import RunNotFinished
from labctl.events.journal import Entry
from labctl.events.kinds import RunRested
from labctl.events.of_unit import entries_of
from labctl.language import Language, Text
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import CalibrationRecord, Outcome
from labctl.records.order import Kind
from labctl.simulation.host import Bench as SimulatedBench
from labctl.store.folder import DataFolder


@frozen(kw_only=True)
class SimulatedUnit:
    """What a simulated run leaves behind of one of its units."""

    record: CalibrationRecord
    paths: CertificatePaths

    def lines(self, verified: Mapping[str, int], language: Language) -> list[str]:
        """Return the results and the paths, each file with what its verification said."""
        points = [point for section in self.record.sections for point in section.points]
        titles = {each.title.en: each.title for each in self.record.sections}
        lines = [
            result_table(
                points, self.record.tables, language, titles, legal=self.record.order.kind is Kind.VERIFICATION
            ),
            "",
        ]
        if self.paths.unit:
            identity, customer = self.record.unit.identity, self.record.order.customer
            lines[:0] = [f"{self.paths.unit}: {identity.model} {identity.serial}, {customer.name.within(language)}"]
        for path in (self.paths.pdf, self.paths.xml, self.paths.record):
            said = _VERIFIED if verified[_named(self.paths, path)] == 0 else _NOT_VERIFIED
            lines.append(f"{path}  {said.within(language)}")
        return lines


@frozen(kw_only=True)
class SimulatedRun:
    """What a simulated run leaves behind; record and paths are those of the first of several units."""

    run: str
    units: tuple[SimulatedUnit, ...]
    verified: dict[str, int]  # exit status of `labctl verify` by file name
    lasted: timedelta  # in the time of the bench
    suspended: int  # how often it waited for another day

    @property
    def status(self) -> int:
        """Return the exit status: 0 when every file is verified."""
        return max(self.verified.values())

    @property
    def record(self) -> CalibrationRecord:
        """Return the record of the first unit."""
        return self.units[0].record

    @property
    def paths(self) -> CertificatePaths:
        """Return where the certificate of the first unit is."""
        return self.units[0].paths

    def text(self, language: Language) -> str:
        """Return the results and the paths."""
        lines = [line for each in self.units for line in each.lines(self.verified, language)]
        lasted = hours(self.lasted.total_seconds())
        lines.append(_LASTED.filled(lasted=lasted, suspended=self.suspended).within(language))
        return "\n".join(lines)

    def plain(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "run": self.run,
            "number": self.paths.number,
            "verdict": _verdict(self.record),
            "files": {path.name: str(path) for path in (self.paths.pdf, self.paths.xml, self.paths.record)},
            "units": [
                {
                    "unit": each.paths.unit,
                    "serial": each.record.unit.identity.serial,
                    "customer": each.record.order.customer.name.en,
                    "number": each.paths.number,
                    "verdict": _verdict(each.record),
                    "pdf": str(each.paths.pdf),
                    "xml": str(each.paths.xml),
                }
                for each in self.units
                if each.paths.unit
            ],
            "verified": self.verified,
            "seconds": self.lasted.total_seconds(),
            "suspended": self.suspended,
        }


def simulate_run(  # noqa: PLR0913  (what a run is asked for)
    procedure: str,
    out: Path,
    *,
    station: Path | None = None,
    unit: str = "",
    seed: int | None = None,
    noise: bool | None = None,
    language: Language,
    say: Callable[[str], None],
    begin: Callable[[SimulatedBench], None] = lambda _bench: None,
) -> SimulatedRun:
    """Run a procedure in one process on simulated instruments, then issue and verify its certificate.

    Args:
        procedure: name of an installed one, or its folder.
        out: the folder for certificate and record; the run's own files are kept in `out`/lab.
        station: the bench, its file or the name of one that ships; the procedure's own where none is given.
        unit: key of the unit's instrument, or several of them, `c01,c02`; empty: the only one with a unit type.
        seed: of all chance; the station's own where none is given.
        noise: whether anything changes by chance in time; as the station says where nothing is given.
        language: of every line.
        say: takes one line at a time.
        begin: what is done to the bench before, such as a fault that is switched on.

    Raises:
        ProcedureError, StationError: they cannot be used as they stand.
        RunNotFinished: the run did not come to its end.
    """
    found = find_procedure(procedure)
    folder = DataFolder((out / "lab").absolute())
    bench = bench_wanted(found, station)
    job = Job(
        run=new_run(folder),
        data=str(folder.root),
        station=str(bench.station),
        procedure=procedure,
        by=getpass.getuser(),
        unit=unit or bench.unit,
        confirms="nobody",
    )
    running = InProcess.of(job, seed=seed, noise=noise)
    teller = Teller(language)

    def hear(entry: Entry) -> None:
        line = teller.tell(entry)
        if line:
            say(line)

    def warn(prepared: Prepared) -> None:
        for line in warnings_of(prepared):
            say(line.within(language))

    running.hears = hear
    running.prepares = warn
    begin(running.bench)
    began = running.bench.clock.now()
    ended = running.carry_out()
    entries = running.entries()
    if ended is None or ended.outcome is not Outcome.FINISHED:
        rested = [each.event.reason for each in entries if isinstance(each.event, RunRested)]
        reason = ended.reason if ended is not None else (rested or [Text("its engine ended", zh="引擎已终止")])[-1]
        raise RunNotFinished(record=job.run, problem=reason)
    lasted = running.bench.clock.now() - began
    issued = issue_certificates(folder.root, job.run, out, clock=running.bench.clock, procedure=found)
    for each in issued:
        say(Text("certificate {number}", zh="证书 {number}").filled(number=each.number).within(language))
    return SimulatedRun(
        run=job.run,
        units=tuple(
            SimulatedUnit(record=evaluate_run(found, entries_of(entries, each.unit)), paths=each) for each in issued
        ),
        verified=_verified(issued, found),
        lasted=lasted,
        suspended=sum(isinstance(each.event, RunRested) for each in entries),
    )


def _verified(issued: Sequence[CertificatePaths], procedure: Procedure) -> dict[str, int]:
    """Return the exit status of every file's verification.

    That of a record makes every certificate on it again and compares the files beside it: where there are several, it
    is done once.
    """
    files = {_named(each, path): path for each in issued for path in (each.pdf, each.xml, each.record)}
    if len(issued) == 1:
        return {name: verify(path, procedure=procedure).status for name, path in files.items()}
    return dict.fromkeys(files, verify(issued[0].record, procedure=procedure).status)


def _named(paths: CertificatePaths, path: Path) -> str:
    return path.name if not paths.unit else path.relative_to(paths.record.parent).as_posix()


def _verdict(record: CalibrationRecord) -> str | None:
    return record.verdict.value if record.verdict is not None else None


_VERIFIED = Text("verified", zh="已验证")
_NOT_VERIFIED = Text("NOT verified", zh="未通过验证")
_LASTED = Text(
    "{lasted} on the bench's clock, suspended {suspended} times", zh="台位时间 {lasted}，中途暂停 {suspended} 次"
)
