"""Runs, as the command line and the window know them: started, taken up again, followed and attached to."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve, frozen

from labctl.app.control import Controller
from labctl.app.job import Job, endpoint
from labctl.clock import WallClock
from labctl.errors import EngineFailed, StoreFailed
from labctl.events.journal import Entry
from labctl.events.kinds import RunFinished, RunStarted
from labctl.language import Text
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal
from labctl.store.sqlite import spoken
from labctl.transport.watch import alive as running

_START = 60.0  # seconds for an engine to say that it is up, or why not
_LOOK = 0.5  # seconds between two looks at a journal whose bell is silent


@frozen(kw_only=True)
class RunHandle:
    """A run and where to find it."""

    run: str
    data: Path
    journal: Path
    endpoint: Path
    process: int = 0  # of the engine; 0 where none was found

    @property
    def controller(self) -> Controller:
        """Return what asks things of its engine."""
        return Controller(self.endpoint)


def start_run(job: Job) -> RunHandle:
    """Start an engine for a job and return when it is up.

    The engine is a process of its own session: neither the end of this one nor an interrupt at its terminal ends it.

    Raises:
        EngineFailed: the engine refused the job; the error carries its sentence in both languages.
    """
    if not job.resume and job.folder.journal(job.run).exists():
        raise StoreFailed(
            record=job.run, problem=Text("such a run exists already; resume it", zh="该运行已存在，请恢复运行")
        )
    file = job.save()
    log = spoken(job.folder.root, lambda: job.folder.log(job.run).open("ab"))
    with log:
        process = subprocess.Popen(  # noqa: S603  (this interpreter, our own module)
            [sys.executable, "-P", "-m", "labctl.app.engine", "--job", str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    line = _first_line(process)
    try:
        said = json.loads(line)
    except ValueError:
        said = {
            "en": f"it ended without a word; see {job.folder.log(job.run)}",
            "zh": f"引擎未说明原因即退出,见 {job.folder.log(job.run)}",
        }
    if not said.get("ready"):
        process.wait(_START)
        raise EngineFailed(
            run=job.run,
            kind=str(said.get("error", "")),
            problem=Text(str(said.get("en", "")), zh=str(said.get("zh", ""))),
        )
    threading.Thread(target=process.wait, name="engine-reaper", daemon=True).start()
    return attach(Path(job.data), job.run, process=process.pid)


def resume_run(
    data: Path,
    run: str,
    *,
    by: str,
    reason: str,
    endpoints: str = "",
    confirms: str = "",
    high_voltage: bool = False,
    late: str = "",
) -> RunHandle:
    """Take up a run whose engine ended: at the next point, on the same instruments, with a person's decision.

    What was confirmed for the engine before, such as more than 42 V, holds no longer.

    Raises:
        StoreFailed: there is no such run.
        EngineFailed: the run has ended, is held by another engine, its bench is not as it was, or its method does not
            allow that it goes on now; `late` says why a section may begin later than it should have.
    """
    folder = DataFolder(data)
    folder.existing_journal(run)
    job = Job.load(folder.job(run))
    return start_run(
        evolve(
            job,
            data=str(data),
            by=by,
            reason=reason,
            resume=True,
            endpoints=endpoints or job.endpoints,
            confirms=confirms or job.confirms,
            high_voltage=high_voltage,
            late=late,
        )
    )


def attach(data: Path, run: str, *, process: int = 0) -> RunHandle:
    """Return the handle of a run that exists, whether an engine works on it or not.

    Raises:
        StoreFailed: there is no such run.
    """
    folder = DataFolder(data)
    return RunHandle(
        run=run,
        data=data,
        journal=folder.existing_journal(run),
        endpoint=endpoint(folder, run),
        process=process,
    )


def follow(handle: RunHandle, after: int = 0) -> Iterator[Entry]:
    """Return the run's events as they come, until it ends or its engine is gone.

    Attaching, catching up and replaying are this one function.

    Raises:
        RecordAltered: the journal is not what was written.
    """
    with open_journal(handle.journal) as journal, handle.controller as controller:
        while True:
            alive = controller.alive
            for entry in journal.read(after):
                yield entry
                after = entry.n
                if isinstance(entry.event, RunFinished):
                    return
            if not alive:
                return
            controller.await_bell(_LOOK)


def await_engine(handle: RunHandle, within: float = 15.0) -> bool:
    """Wait until the engine that was started here has let go of journal and bench; tell whether it did."""
    clock = WallClock()
    deadline = clock.monotonic() + within
    while handle.process and running(handle.process):
        if clock.monotonic() > deadline:
            return False
        clock.wait(0.02)
    return True


def _first_line(process: "subprocess.Popen[bytes]") -> bytes:
    """Return the one line an engine says on its output: that it is ready, or why not."""
    if process.stdout is None:
        return b""
    timer = threading.Timer(_START, process.kill)
    timer.start()
    try:
        with process.stdout as output:
            return output.readline()
    finally:
        timer.cancel()


def started(handle: RunHandle) -> RunStarted:
    """Return what was known before the first command of a run.

    Raises:
        StoreFailed: the run has no beginning yet.
    """
    with open_journal(handle.journal) as journal:
        for entry in journal.read():
            if isinstance(entry.event, RunStarted):
                return entry.event
    raise StoreFailed(record=handle.run, problem=Text("the run did not begin", zh="该运行尚未开始"))
