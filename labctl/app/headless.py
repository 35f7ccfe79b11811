"""A run at a terminal or in a script: started, watched line by line, its questions asked or taken as answered."""

import getpass
import json
import threading
from collections.abc import Callable
from pathlib import Path

from attrs import define, evolve, field, frozen

from labctl.app.calibrate import RunHandle, await_engine, follow, resume_run, start_run
from labctl.app.foresight import foresee
from labctl.app.job import Job, last_words, new_run
from labctl.app.own_bench import BENCH, OwnBench, bench_named, own_bench
from labctl.app.procedures import find_procedure
from labctl.app.served import ServedBench
from labctl.app.station import Station, read_station, simulated_bench
from labctl.app.telling import Teller
from labctl.app.waiting import let_time_pass
from labctl.errors import EngineFailed, EngineGone, LabctlError, OperatorDeclined
from labctl.events.journal import Entry
from labctl.events.kinds import Field, OperatorAsked, Question, RunFinished, RunRested
from labctl.language import Language, Text
from labctl.records.calibration import Outcome
from labctl.store.folder import DataFolder, data_folder
from labctl.transport.base import wire_kind

_NOBODY = Text(
    "its instructions need a person, and there is no terminal", zh="规程的操作提示需要人员确认，而此处没有终端"
)
_SOMEBODY = Text(
    "Run it at a terminal or in the window; --yes takes every instruction as carried out",
    zh="请在终端或窗口中运行；--yes 将所有提示视为已完成",
)
_STATUS = {Outcome.FINISHED: 0, Outcome.ABORTED: 1, Outcome.FAILED: 4}


@frozen(kw_only=True)
class Wanted:
    """What was asked for on the command line."""

    data: Path | None = None
    station: Path | None = None
    procedure: str = "dmm-dc-voltage"
    unit: str = ""
    unit_serial: str = ""
    unit_asset_number: str = ""
    order: str = ""
    roles: dict[str, str] = field(factory=dict[str, str])
    kind: str = ""
    customer: str = ""
    customer_address: str = ""
    coarse: str = ""
    by: str = ""
    endpoints: str = ""
    yes: bool = False
    high_voltage: bool = False
    adjust: bool = False
    real_time: bool = False


@frozen(kw_only=True)
class Told:
    """How it ended."""

    run: str
    state: str  # an Outcome's value, "resting" or "interrupted"
    reason: Text
    journal: Path

    @property
    def status(self) -> int:
        """Return the exit status: 0 finished, 1 aborted, 4 anything that needs a person."""
        return _STATUS[Outcome(self.state)] if self.state in {each.value for each in Outcome} else 4

    @property
    def text(self) -> Text:
        """Return why the run waits for a person, and what to do."""
        return Text(
            "{reason}. Take the run up with: labctl resume {run}", zh="{reason}。恢复运行：labctl resume {run}"
        ).filled(reason=self.reason, run=self.run)

    def plain(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "run": self.run,
            "state": self.state,
            "reason": {"en": self.reason.en, "zh": self.reason.zh},
            "journal": str(self.journal),
        }


def _bench_of(wanted: Wanted) -> OwnBench:
    """Return the bench that is meant; where none is named the method's own, else that of the first method."""
    if wanted.station is not None:
        return bench_named(wanted.station)
    procedure = find_procedure(wanted.procedure)
    return own_bench(procedure) if (procedure.folder / BENCH).is_file() else OwnBench(station=simulated_bench())


def _needs_nobody(station: Station, wanted: Wanted) -> bool:
    """Return whether a bench does without a person: all of it is simulated, the one who reads displays included."""
    by_hand = any(wire_kind(each.address) == "operator" for each in station.instruments.values() if not each.simulator)
    return station.simulated and not wanted.adjust and not by_hand


@define
class Headless:
    """Runs without a window.

    Args:
        language: of every line.
        say: takes one line.
        ask: puts a question and returns the answer; None where nobody can be asked.
        plain: say nothing but what went wrong.
    """

    language: Language
    say: Callable[[str], None]
    ask: Callable[[str], str] | None = None
    plain: bool = False
    _bench: ServedBench | None = field(default=None, init=False)

    def calibrate(self, wanted: Wanted) -> Told:
        """Run a procedure on a bench; a simulated one without endpoints is served meanwhile.

        Raises:
            StationError: the station file has mistakes.
            OperatorDeclined: nobody can be asked, and nobody said that nobody has to.
            EngineFailed: the engine refused the job.
        """
        folder = DataFolder(data_folder(wanted.data))
        bench = _bench_of(wanted)
        station = read_station(bench.station)
        if not (wanted.yes or station.simulated or self.ask is not None):
            raise OperatorDeclined(where=wanted.procedure, problem=_NOBODY, remedy=_SOMEBODY)
        job = Job(
            run=new_run(folder),
            data=str(folder.root),
            station=str(bench.station.absolute()),
            procedure=str(Path(wanted.procedure).absolute()) if Path(wanted.procedure).exists() else wanted.procedure,
            unit=wanted.unit or bench.unit,
            unit_serial=wanted.unit_serial,
            unit_asset_number=wanted.unit_asset_number,
            order=wanted.order,
            roles=wanted.roles,
            kind=wanted.kind,
            customer=wanted.customer,
            customer_address=wanted.customer_address,
            coarse=wanted.coarse,
            by=wanted.by or getpass.getuser(),
            adjust=wanted.adjust,
            high_voltage=wanted.high_voltage,
            confirms="nobody" if wanted.yes or _needs_nobody(station, wanted) else "person",
        )
        for line in foresee(job):
            self._tell(line.within(self.language))
        try:
            return self._watched(start_run(evolve(job, endpoints=self._endpoints(folder, station, wanted))))
        finally:
            self._leave(folder)

    def resume(
        self,
        data: Path | None,
        run: str,
        *,
        by: str = "",
        reason: str = "",
        endpoints: str = "",
        yes: bool = False,
        high_voltage: bool = False,
        late: str = "",
    ) -> Told:
        """Take up a run whose engine ended; on a simulated bench that has its own time, the days it waits for pass.

        Raises:
            StoreFailed: there is no such run.
            EngineFailed: it has ended, its bench is not as it was, or its method does not allow that it goes on now.
        """
        folder = DataFolder(data_folder(data))
        folder.existing_journal(run)
        job = Job.load(folder.job(run))
        station = read_station(Path(job.station))
        if station.simulated and not endpoints and not reachable(job.endpoints):
            endpoints = self._endpoints(folder, station, Wanted(real_time="control" not in job.endpoints))
        try:
            let_time_pass(folder, run, endpoints or job.endpoints)
            return self._watched(
                resume_run(
                    folder.root,
                    run,
                    by=by or getpass.getuser(),
                    reason=reason or "command line",
                    endpoints=endpoints,
                    confirms="nobody" if yes else "",
                    high_voltage=high_voltage,
                    late=late,
                )
            )
        finally:
            self._leave(folder)

    def _endpoints(self, folder: DataFolder, station: Station, wanted: Wanted) -> str:
        if wanted.endpoints or not station.simulated:
            return wanted.endpoints
        self._bench = ServedBench.shared(folder.root, station.file, real_time=wanted.real_time)
        return self._bench.line

    def _leave(self, folder: DataFolder) -> None:
        if self._bench is not None:
            self._bench.leave(folder.root)

    def _watched(self, handle: RunHandle) -> Told:
        """Follow a run to its end; an interrupt at the terminal aborts it and the rest is still told."""
        if self._bench is not None and handle.process:
            self._bench.use(handle.data, handle.process)
        teller = Teller(self.language)
        after, last = 0, None
        while True:
            try:
                for entry in follow(handle, after):
                    after, last = entry.n, entry
                    self._heard(handle, teller, entry)
                await_engine(handle)
                told = _ended(handle, last)
                if told.state in {"resting", "interrupted"}:
                    self._tell(told.text.within(self.language))
            except KeyboardInterrupt:
                self._request(handle, "abort")
            else:
                return told

    def _heard(self, handle: RunHandle, teller: Teller, entry: Entry) -> None:
        line = teller.tell(entry)
        if line:
            self._tell(line)
        if isinstance(entry.event, OperatorAsked) and self.ask is not None:
            threading.Thread(target=self._answer, args=(handle, entry.event, self.ask), daemon=True).start()

    def _answer(self, handle: RunHandle, asked: OperatorAsked, ask: Callable[[str], str]) -> None:
        """Ask until the engine takes the answer; in a thread, since somebody else may answer or abort meanwhile."""
        question = asked.question
        while True:
            if question.kind == "form":
                chosen = json.dumps({each.unit: self._filled(question, each, ask) for each in question.fields})
            else:
                answer = ask(f"    [{_wanted(question).within(self.language)}]")
                chosen = _chosen(question, answer) or ("done" if question.kind == "instruction" else "")
            try:
                with handle.controller as controller:
                    controller.ask("answer", by=getpass.getuser(), question=question.key, answer=chosen)
            except EngineFailed as error:
                self._tell(error.problem.within(self.language))
                if not handle_asks(handle, question.key):
                    return
            except EngineGone:
                return
            else:
                return

    def _filled(self, question: Question, line: Field, ask: Callable[[str], str]) -> str:
        """Ask for one line of a form."""
        wanted = _wanted(evolve(question, kind="choice" if question.choices else "number", unit=line.of))
        return _chosen(question, ask(f"    {line.text.within(self.language)} [{wanted.within(self.language)}]"))

    def _request(self, handle: RunHandle, what: str) -> None:
        try:
            with handle.controller as controller:
                controller.ask(what, by=getpass.getuser())
        except EngineGone:
            return

    def _tell(self, line: str) -> None:
        if not self.plain:
            self.say(line)


def _chosen(question: Question, answer: str) -> str:
    """Return an answer in the words that the engine knows."""
    return next((each.en for each in question.choices if answer in {each.en, each.zh}), answer)


def _wanted(question: Question) -> Text:
    """Return what a person may key in."""
    match question.kind:
        case "number":
            return Text(question.unit, zh=question.unit)
        case "choice":
            return Text(
                "/".join(each.en for each in question.choices), zh="/".join(each.zh for each in question.choices)
            )
        case "text":
            return Text("key it in", zh="请输入")
        case "barcode":
            return Text("scan it, or key it in", zh="请扫描或输入条码")
        case _:
            return Text("Enter when done", zh="完成后按回车")


def handle_asks(handle: RunHandle, question: str) -> bool:
    """Return whether the engine of a run still waits for the answer to a question."""
    with handle.controller as controller:
        try:
            return controller.ask("snapshot").get("question") == question
        except EngineGone:
            return False


def reachable(endpoints: str) -> bool:
    """Return whether the simulated bench of these endpoints still runs."""
    from labctl.transport.borrowed import BorrowedClock

    if not endpoints:
        return False
    clock = BorrowedClock(str(json.loads(endpoints).get("operator", "")))
    try:
        clock.now()
    except LabctlError:
        return False
    finally:
        clock.close()
    return True


def last_words_of(handle: RunHandle) -> Text | None:
    """Return why an engine ended where its journal does not say so."""
    try:
        said = json.loads(last_words(handle.endpoint).read_bytes())
        return Text(str(said["en"]), zh=str(said["zh"]))
    except (OSError, ValueError, LookupError):
        return None


def _ended(handle: RunHandle, last: Entry | None) -> Told:
    match last.event if last is not None else None:
        case RunFinished() as event:
            return Told(run=handle.run, state=event.outcome.value, reason=event.reason, journal=handle.journal)
        case RunRested() as event:
            return Told(run=handle.run, state="resting", reason=event.reason, journal=handle.journal)
        case _:
            reason = last_words_of(handle) or Text(
                "the engine ended without a word; its guardian makes the bench safe",
                zh="引擎意外终止；守护进程将台位置于安全状态",
            )
            return Told(run=handle.run, state="interrupted", reason=reason, journal=handle.journal)
