"""`labctl demo`: the whole road on the simulated bench, from bytes on real wires to a verified certificate."""

import getpass
from collections.abc import Callable, Mapping
from pathlib import Path

from attrs import frozen

from labctl.app.calibrate import await_engine, follow, start_run
from labctl.app.issue import CertificatePaths, issue_certificate
from labctl.app.job import Job, new_run
from labctl.app.results import result_table
from labctl.app.served import ServedBench
from labctl.app.station import simulated_bench
from labctl.app.telling import Teller
from labctl.app.verify import verify
from labctl.errors import RunNotFinished
from labctl.events.kinds import PointFinished, RunFinished
from labctl.language import Language, Text
from labctl.records.calibration import Outcome, PointResult, Table
from labctl.store.folder import DataFolder

_METHOD = "dmm-dc-voltage"


@frozen(kw_only=True)
class Shown:
    """What the demo leaves behind."""

    run: str
    paths: CertificatePaths
    results: tuple[PointResult, ...]
    tables: tuple[Table, ...]  # which say in which units results are printed
    titles: Mapping[str, Text]  # of the sections
    verified: dict[str, int]  # exit status of `labctl verify` by file name

    @property
    def status(self) -> int:
        """Return the exit status: 0 when every file is verified."""
        return max(self.verified.values())

    def text(self, language: Language) -> str:
        """Return the result table and the paths."""
        words = {0: Text("verified", zh="已验证")}
        lines = [result_table(self.results, self.tables, language, self.titles), ""]
        for path in (self.paths.pdf, self.paths.xml, self.paths.record):
            said = words.get(self.verified[path.name], Text("NOT verified", zh="未通过验证")).within(language)
            lines.append(f"{path}  {said}")
        return "\n".join(lines)

    def plain(self) -> dict[str, object]:
        """Return it for JSON."""
        paths = (self.paths.pdf, self.paths.xml, self.paths.record)
        return {
            "run": self.run,
            "number": self.paths.number,
            "files": {path.name: str(path) for path in paths},
            "verified": self.verified,
        }


def demo(out: Path, *, language: Language, real_time: bool = False, say: Callable[[str], None]) -> Shown:
    """Run the procedure on the simulated bench, in processes of their own, and issue and verify its certificate.

    Args:
        out: the folder for certificate and record; the run's own files are kept in `out`/lab.
        language: of every line.
        real_time: at the speed of the clock rather than the bench's.
        say: takes one line at a time.

    Raises:
        EngineFailed: the engine refused.
        RunNotFinished: the run did not come to its end.
        StoreFailed: the disk refuses.
    """
    folder = DataFolder((out / "lab").absolute())
    results: list[PointResult] = []
    outcome: RunFinished | None = None
    bench = ServedBench.shared(folder.root, simulated_bench(), real_time=real_time)
    try:
        handle = start_run(
            Job(
                run=new_run(folder),
                data=str(folder.root),
                station=bench.station,
                procedure=_METHOD,
                by=getpass.getuser(),
                endpoints=bench.line,
                confirms="nobody",
            )
        )
        teller = Teller(language)
        for entry in follow(handle):
            line = teller.tell(entry)
            if line:
                say(line)
            match entry.event:
                case PointFinished(result=result) if result is not None:
                    results.append(result)
                case RunFinished():
                    outcome = entry.event
                case _:
                    pass
        await_engine(handle)
    finally:
        bench.leave(folder.root)
    if outcome is None or outcome.outcome is not Outcome.FINISHED:
        reason = outcome.reason if outcome is not None else Text("its engine ended", zh="引擎已终止")
        raise RunNotFinished(record=handle.run, problem=reason)
    paths = issue_certificate(folder.root, handle.run, out)
    say(Text("certificate {number}", zh="证书 {number}").filled(number=paths.number).within(language))
    verified = {path.name: verify(path).status for path in (paths.pdf, paths.xml, paths.record)}
    return Shown(
        run=handle.run,
        paths=paths,
        results=tuple(results),
        tables=teller.tables,
        titles=teller.titles,
        verified=verified,
    )
