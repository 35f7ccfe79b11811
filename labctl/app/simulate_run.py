"""`labctl simulate-run`: a procedure on its own simulated bench, in simulated time, to a verified certificate."""

import getpass
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from attrs import frozen

from labctl.app.in_process import InProcess
from labctl.app.issue import CertificatePaths, issue_certificate
from labctl.app.job import Job, new_run
from labctl.app.own_bench import OwnBench, own_bench
from labctl.app.procedures import find_procedure
from labctl.app.results import result_table
from labctl.app.telling import Teller
from labctl.app.verify import verify
from labctl.errors import RunNotFinished
from labctl.events.journal import Entry
from labctl.events.kinds import RunRested
from labctl.language import Language, Text
from labctl.procedure.evaluate import evaluate_run
from labctl.records.calibration import CalibrationRecord, Outcome
from labctl.simulation.host import Bench as SimulatedBench
from labctl.store.folder import DataFolder


@frozen(kw_only=True)
class SimulatedRun:
    """What a simulated run leaves behind."""

    run: str
    record: CalibrationRecord
    paths: CertificatePaths
    verified: dict[str, int]  # exit status of `labctl verify` by file name
    lasted: timedelta  # in the time of the bench
    suspended: int  # how often it waited for another day

    @property
    def status(self) -> int:
        """Return the exit status: 0 when every file is verified."""
        return max(self.verified.values())

    def text(self, language: Language) -> str:
        """Return the results and the paths."""
        points = [point for section in self.record.sections for point in section.points]
        lines = [result_table(points, language, {each.title.en: each.title for each in self.record.sections}), ""]
        words = {0: Text("verified", zh="已验证")}
        for path in (self.paths.pdf, self.paths.xml, self.paths.record):
            said = words.get(self.verified[path.name], Text("NOT verified", zh="未通过验证")).within(language)
            lines.append(f"{path}  {said}")
        lasted = timedelta(seconds=round(self.lasted.total_seconds()))
        lines.append(_LASTED.filled(lasted=lasted, suspended=self.suspended).within(language))
        return "\n".join(lines)

    def plain(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "run": self.run,
            "number": self.paths.number,
            "verdict": self.record.verdict.value if self.record.verdict is not None else None,
            "files": {path.name: str(path) for path in (self.paths.pdf, self.paths.xml, self.paths.record)},
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
        station: the bench; the procedure's own where none is given.
        unit: key of the unit's instrument; empty: the only one with a unit type.
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
    bench = own_bench(found) if station is None else OwnBench(station=station)
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

    running.hears = hear
    begin(running.bench)
    began = running.bench.clock.now()
    ended = running.carry_out()
    entries = running.entries()
    if ended is None or ended.outcome is not Outcome.FINISHED:
        rested = [each.event.reason for each in entries if isinstance(each.event, RunRested)]
        reason = ended.reason if ended is not None else (rested or [Text("its engine ended", zh="引擎已终止")])[-1]
        raise RunNotFinished(record=job.run, problem=reason)
    lasted = running.bench.clock.now() - began
    paths = issue_certificate(folder.root, job.run, out, clock=running.bench.clock, procedure=found)
    say(Text("certificate {number}", zh="证书 {number}").filled(number=paths.number).within(language))
    return SimulatedRun(
        run=job.run,
        record=evaluate_run(found, entries),
        paths=paths,
        verified={path.name: verify(path, procedure=found).status for path in (paths.pdf, paths.xml, paths.record)},
        lasted=lasted,
        suspended=sum(isinstance(each.event, RunRested) for each in entries),
    )


_LASTED = Text(
    "{lasted} on the bench's clock, suspended {suspended} times", zh="台位时间 {lasted}，中途暂停 {suspended} 次"
)
