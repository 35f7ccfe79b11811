"""The runs of a data folder, as lists and pages show them."""

from pathlib import Path

from attrs import define, evolve, field, frozen

from labctl.app.calibrate import attach
from labctl.app.telling import OUTCOMES, Teller
from labctl.errors import LabctlError
from labctl.events.journal import Entry
from labctl.events.kinds import CertificateIssued, PointFinished, RunStarted
from labctl.language import Language, Text
from labctl.records.calibration import Outcome
from labctl.run.progress import Progress
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal

_STATES = {
    "running": Text("running", zh="进行中"),
    "resting": Text("resting: resume it", zh="已暂存，可恢复"),
    "interrupted": Text("interrupted: resume it", zh="已中断，可恢复"),
    "unreadable": Text("unreadable", zh="无法读取"),
} | {outcome.value: text for outcome, text in OUTCOMES.items()}


@frozen(kw_only=True)
class RunSummary:
    """One run in a list."""

    run: str
    state: str  # an Outcome's value, or "running", "resting", "interrupted", "unreadable"
    procedure: str = ""
    unit: str = ""
    started: str = ""  # ISO 8601, UTC
    points: int = 0
    planned: int = 0
    simulated: bool = False
    certificates: tuple[str, ...] = ()
    problem: Text = Text("", zh="")

    def plain(self) -> dict[str, object]:
        """Return the summary for JSON."""
        return {
            "run": self.run,
            "state": self.state,
            "procedure": self.procedure,
            "unit": self.unit,
            "started": self.started,
            "points": self.points,
            "planned": self.planned,
            "simulated": self.simulated,
            "certificates": list(self.certificates),
            "problem": {"en": self.problem.en, "zh": self.problem.zh},
        }

    def line(self, language: Language) -> str:
        """Return the summary as one line."""
        parts = (
            self.run,
            _STATES[self.state].within(language),
            f"{self.points}/{self.planned}",
            self.procedure,
            self.unit,
            ", ".join(self.certificates),
            self.problem.within(language),
        )
        return "  ".join(filter(None, parts))


@define
class RunPage:
    """One run in full: its summary and what a person would have read while it went on."""

    summary: RunSummary
    entries: list[Entry] = field(factory=list[Entry])

    def text(self, language: Language) -> str:
        """Return the page."""
        teller = Teller(language)
        lines = filter(None, (teller.tell(entry) for entry in self.entries))
        return "\n".join((self.summary.line(language), *lines))

    def plain(self) -> dict[str, object]:
        """Return the page for JSON: the summary, and each finished point with its numbers."""
        points: list[dict[str, object]] = []
        for entry in self.entries:
            if isinstance(entry.event, PointFinished) and entry.event.result is not None:
                result = entry.event.result
                points.append(
                    {
                        "phase": result.phase,
                        "section": result.section,
                        "point": result.point,
                        **({"unit": entry.event.place.unit} if entry.event.place.unit else {}),
                        "results": [
                            {
                                "symbol": each.symbol,
                                "value": each.value,
                                "unit": each.unit,
                                "U": each.expanded,
                                "k": each.k,
                            }
                            for each in result.results
                        ],
                        "verdicts": [
                            {
                                "symbol": each.symbol,
                                "verdict": each.verdict.value,
                                "rule": each.rule,
                                "ratio": each.ratio,
                            }
                            for each in result.judgements
                        ],
                    }
                )
        return {**self.summary.plain(), "results": points}


def list_runs(data: Path) -> tuple[RunSummary, ...]:
    """Return every run of a data folder, oldest first; one that cannot be read is listed with its reason."""
    return tuple(_page(data, run).summary for run in DataFolder(data).known_runs())


def show_run(data: Path, run: str) -> RunPage:
    """Return one run.

    Raises:
        StoreFailed: there is no such run.
        RecordAltered: its journal is not what was written.
    """
    DataFolder(data).existing_journal(run)
    page = _page(data, run)
    if page.summary.state == "unreadable":
        with open_journal(DataFolder(data).journal(run)) as journal:
            journal.verify()
    return page


def _page(data: Path, run: str) -> RunPage:
    progress = Progress()
    entries: list[Entry] = []
    certificates: list[str] = []
    try:
        with open_journal(DataFolder(data).journal(run)) as journal:
            for entry in journal.read():
                progress.take(entry.n, entry.event)
                entries.append(entry)
                if isinstance(entry.event, CertificateIssued):
                    certificates.append(entry.event.number)
    except LabctlError as error:
        return RunPage(RunSummary(run=run, state="unreadable", problem=error.text()))
    started = progress.started
    return RunPage(
        RunSummary(
            run=run,
            state=_state(data, run, progress),
            procedure=started.procedure.name if started is not None else "",
            unit=_units(started) if started is not None else "",
            started=started.at.isoformat() if started is not None else "",
            points=len({evolve(each, unit="") for each in progress.finished | progress.skipped}),
            planned=sum(len(each.points) for each in started.plan) if started is not None else 0,
            simulated=started is not None and started.simulated,
            certificates=tuple(certificates),
        ),
        entries,
    )


def _units(started: RunStarted) -> str:
    first = f"{started.unit.identity.model} {started.unit.identity.serial}"
    return first if not started.units else f"{first} … ({len(started.units)})"


def _state(data: Path, run: str, progress: Progress) -> str:
    if progress.ended is not None:
        outcome: Outcome = progress.ended.outcome
        return outcome.value
    with attach(data, run).controller as controller:
        if controller.alive:
            return "running"
    return "resting" if progress.rested is not None else "interrupted"
