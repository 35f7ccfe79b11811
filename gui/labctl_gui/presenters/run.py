"""A run as the window shows it: steps, card, live indication, results; folded from the journal's events, one by one."""

from collections import deque
from datetime import datetime

from attrs import define, field, frozen

from labctl.events.journal import Entry
from labctl.events.kinds import (
    AttemptRejected,
    CallFailed,
    CommandReceived,
    EngineStarted,
    Event,
    GuardianActed,
    GuardianReady,
    HookFinished,
    IndicationTaken,
    InstrumentClosed,
    InstrumentOpened,
    NoteTaken,
    OperatorAnswered,
    OperatorAsked,
    Place,
    PlannedSection,
    PointFinished,
    PointSkipped,
    PointStarted,
    Purpose,
    QueryRetried,
    Question,
    RepetitionStarted,
    RunContinued,
    RunFinished,
    RunInterrupted,
    RunPaused,
    RunRested,
    RunStarted,
    SafeStateSent,
    SectionStarted,
    SettingMade,
    Settled,
)
from labctl.language import Language, Text
from labctl.metrology.quantity import Quantity
from labctl.records.calibration import Outcome
from labctl_gui.presenters.results import ResultRow, row_of
from labctl_gui.presenters.state import Stage, is_under_way
from labctl_gui.presenters.words import PHASES

_ENDS = {Outcome.FINISHED: Stage.FINISHED, Outcome.ABORTED: Stage.ABORTED, Outcome.FAILED: Stage.FAILED}
_LINES = 400  # of the log: the journal has them all
_SAFE = Text("safe", zh="安全")
_ALL_SAFE = Text("bench safe", zh="台位安全")
_NOT_SAFE = Text(
    "✖ not every instrument confirmed its safe state: look at the bench", zh="✖ 有仪器未确认安全状态：请检查台位"
)
_GUARDED = Text("the guardian made the bench safe", zh="守护进程已使台位安全")
_UNGUARDED = Text("the engine is gone", zh="引擎进程已退出")
Key = tuple[str, str, str]  # phase, section, point


@frozen(kw_only=True)
class Step:
    """One point on the way, or the title of a section."""

    key: Key
    title: str
    mark: str  # "·" to come, "▶" at work, "✔" recorded, "–" skipped
    is_section: bool = False


@frozen(kw_only=True)
class Live:
    """The newest indication of one instrument or what it presents."""

    instrument: str
    value: str
    unit: str
    at: datetime
    is_setting: bool = False
    is_safe: bool = False  # it was sent its safe state and presents nothing


@frozen
class Dot:
    """One reading of the trace, in seconds since the point began and in the trace's unit."""

    seconds: float
    value: float
    settling: bool


@define
class Trace:
    """The readings of the point at work, with what they are held against."""

    symbol: str = ""
    unit: str = ""
    nominal: float | None = None
    limit: float | None = None  # half-width of the permissible error around the nominal
    started: datetime | None = None
    dots: list[Dot] = field(factory=list[Dot])


@define
class RunPresenter:
    """Folds the events of one run into what the window shows; `apply` is the only way in."""

    language: Language
    run: str = ""
    title: str = ""
    unit: str = ""
    simulated: bool = False
    stage: Stage = Stage.IDLE
    card: Question | None = None
    reason: str = ""
    at: Place = field(factory=Place)
    plan: tuple[PlannedSection, ...] = ()
    live: dict[str, Live] = field(factory=dict[str, Live])
    trace: Trace = field(factory=Trace)
    rows: dict[Key, ResultRow] = field(factory=dict[Key, ResultRow])
    skipped: set[Key] = field(factory=set[Key])
    log: deque[str] = field(factory=lambda: deque[str](maxlen=_LINES))
    last: int = 0  # number of the last event that was folded
    _resolutions: dict[str, Quantity] = field(factory=dict[str, Quantity], init=False)  # by symbol, of the last reading

    # --- what the widgets ask ---------------------------------------------------------------------------------------

    @property
    def progress(self) -> tuple[int, int]:
        """Return how many points are done, of how many."""
        return len(self.rows) + len(self.skipped), sum(len(section.points) for section in self.plan)

    def steps(self) -> list[Step]:
        """Return sections and points in order, each with its mark."""
        steps: list[Step] = []
        several = len({section.phase for section in self.plan}) > 1
        for section in self.plan:
            title = section.title.within(self.language)
            if several and section.phase in PHASES:
                title = f"{title} · {PHASES[section.phase].within(self.language)}"
            steps.append(Step(key=(section.phase, section.section, ""), title=title, mark="", is_section=True))
            for point in section.points:
                key = (section.phase, section.section, point.key)
                steps.append(Step(key=key, title=point_title(point.columns), mark=self._mark(key)))
        return steps

    def results(self) -> list[ResultRow]:
        """Return the rows in the order of the plan, whatever the order in which they were measured."""
        order = [(each.phase, each.section, point.key) for each in self.plan for point in each.points]
        return [self.rows[key] for key in order if key in self.rows]

    @property
    def is_measuring(self) -> bool:
        """Return whether what the instruments showed last is of this moment."""
        return self.stage in {Stage.SETTLING, Stage.MEASURING}

    def _mark(self, key: Key) -> str:
        if is_under_way(self.stage) and key == (self.at.phase, self.at.section, self.at.point):
            return "▶"
        if key in self.skipped:
            return "–"
        return "✔" if key in self.rows else "·"

    def title_of(self, key: Key) -> str:
        """Return the title of a point's section."""
        titles = (each.title for each in self.plan if (each.phase, each.section) == key[:2])
        return next((each.within(self.language) for each in titles), key[1])

    def columns_of(self, key: Key) -> dict[str, Quantity | str | float]:
        """Return the planned columns of a point; empty for an unknown one."""
        for section in self.plan:
            if (section.phase, section.section) == key[:2]:
                for point in section.points:
                    if point.key == key[2]:
                        return point.columns
        return {}

    # --- what happened ----------------------------------------------------------------------------------------------

    def apply(self, entry: Entry) -> None:
        """Take in one entry of the journal."""
        self.last = entry.n
        self._fold(entry.event)

    def _fold(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._begin(event)
            case EngineStarted() | GuardianReady() | SectionStarted() | HookFinished():
                self._work(event)
            case InstrumentOpened() | InstrumentClosed() | SafeStateSent() | GuardianActed():
                self._instrument(event)
            case PointStarted(place=place) | RepetitionStarted(place=place):
                self._arrive(place, event.at)
            case SettingMade() | IndicationTaken() | Settled() | CallFailed() | QueryRetried():
                self._exchange(event)
            case OperatorAsked() | OperatorAnswered():
                self._talk(event)
            case PointFinished() | PointSkipped():
                self._finish_point(event)
            case AttemptRejected() | NoteTaken() | CommandReceived():
                self._remark(event)
            case RunPaused() | RunContinued() | RunInterrupted() | RunRested() | RunFinished():
                self._turn(event)
            case _:
                pass  # sealing, signing and the like are for the record, not for the eye

    def _go(self, stage: Stage) -> None:
        """Take over a state of the work, unless the work is being given up."""
        if self.stage is not Stage.ABORTING:
            self.stage = stage

    def _begin(self, event: RunStarted) -> None:
        self.run, self.simulated, self.plan = event.run, event.simulated, event.plan
        self.title = event.procedure.title.within(self.language)
        identity = event.unit.identity
        self.unit = f"{identity.manufacturer} {identity.model} · {identity.serial}"
        self._go(Stage.PREPARING)
        self._note(event.at, Text("run {run} begins", zh="运行 {run} 开始").filled(run=event.run))

    def _work(self, event: EngineStarted | GuardianReady | SectionStarted | HookFinished) -> None:
        match event:
            case EngineStarted(epoch=epoch, process=process):
                self.stage, self.card, self.reason = Stage.PREPARING, None, ""
                text = Text("engine {epoch} at work, process {process}", zh="引擎 {epoch} 已启动，进程 {process}")
                self._note(event.at, text.filled(epoch=epoch, process=process))
            case GuardianReady():
                self._note(event.at, Text("the guardian watches", zh="守护进程已就绪"))
            case SectionStarted(place=place):
                self.at = place
                self._go(Stage.MEASURING)
            case HookFinished(place=place):
                self.at = place

    def _instrument(self, event: InstrumentOpened | InstrumentClosed | SafeStateSent | GuardianActed) -> None:
        match event:
            case InstrumentOpened(instrument=name, identity=who):
                text = Text("{name}: {maker} {model}, serial {serial}", zh="{name}：{maker} {model}，编号 {serial}")
                who_text = text.filled(name=name, maker=who.manufacturer, model=who.model, serial=who.serial)
                self._note(event.at, who_text)
            case InstrumentClosed(instrument=name):
                self._note(event.at, Text("{name}: closed", zh="{name}：已关闭").filled(name=name))
            case SafeStateSent(instrument=name, confirmed=confirmed):
                text = (
                    Text("{name}: safe state confirmed", zh="{name}：安全状态已确认")
                    if confirmed
                    else Text("{name}: safe state sent, not confirmed", zh="{name}：已发送安全指令，未获确认")
                )
                self._note(event.at, text.filled(name=name))
                words = _SAFE.within(self.language)
                self.live[name] = Live(instrument=name, value="—", unit=words, at=event.at, is_safe=True)
            case GuardianActed(after_seconds=seconds):
                text = Text("the guardian made the bench safe after {s} s", zh="守护进程在 {s} 秒后使台位安全")
                self._note(event.at, text.filled(s=f"{seconds:.2f}"))

    def _arrive(self, place: Place, at: datetime) -> None:
        self.at = place
        self._go(Stage.MEASURING)
        columns = self.columns_of((place.phase, place.section, place.point))
        nominal, limit = columns.get("nominal"), columns.get("mpe")
        unit = nominal.unit.symbol if isinstance(nominal, Quantity) else ""
        self.trace = Trace(
            unit=unit,
            nominal=nominal.value if isinstance(nominal, Quantity) else None,
            limit=limit.value_in(unit) if isinstance(limit, Quantity) and unit else None,
            started=at,
        )

    def _talk(self, event: OperatorAsked | OperatorAnswered) -> None:
        match event:
            case OperatorAsked(question=question):
                self.card = question
                self._go(Stage.WAITING)
                self._note(event.at, question.text)
            case OperatorAnswered():
                self.card = None
                self._go(Stage.MEASURING)

    def _exchange(self, event: SettingMade | IndicationTaken | Settled | CallFailed | QueryRetried) -> None:
        match event:
            case SettingMade(quantity=quantity, instrument=name) if quantity is not None:
                self.live[name] = shown(name, quantity, event.at, is_setting=True)
            case IndicationTaken(quantity=quantity, instrument=name):
                self.live[name] = shown(name, quantity, event.taken_at, resolution=event.resolution)
                self._dot(event)
            case Settled(met=False):
                self._note(event.at, Text("not steady in time", zh="未能按时稳定"))
            case CallFailed(message=message) | QueryRetried(message=message):
                self._note(event.at, message)
            case _:
                pass

    def _dot(self, event: IndicationTaken) -> None:
        purpose = event.place.purpose
        if purpose not in {Purpose.OBSERVE, Purpose.SETTLE}:
            return
        self._go(Stage.SETTLING if purpose is Purpose.SETTLE else Stage.MEASURING)
        if event.resolution is not None:
            self._resolutions[event.place.symbol] = event.resolution
        trace = self.trace
        trace.started = trace.started or event.taken_at
        trace.unit = trace.unit or event.quantity.unit.symbol
        trace.symbol = event.place.symbol
        seconds = (event.taken_at - trace.started).total_seconds()
        trace.dots.append(Dot(seconds, event.quantity.value_in(trace.unit), purpose is Purpose.SETTLE))

    def _finish_point(self, event: PointFinished | PointSkipped) -> None:
        key = (event.place.phase, event.place.section, event.place.point)
        match event:
            case PointFinished(result=result) if result is not None:
                title = self.title_of(key)
                self.rows[key] = row_of(result, self.language, title=title, resolutions=self._resolutions)
                self.skipped.discard(key)
            case PointSkipped(reason=reason):
                self.skipped.add(key)
                self._note(event.at, Text("skipped: {reason}", zh="跳过：{reason}").filled(reason=reason))
            case _:
                pass

    def _remark(self, event: AttemptRejected | NoteTaken | CommandReceived) -> None:
        match event:
            case AttemptRejected(reason=reason, place=place):
                self.rows.pop((place.phase, place.section, place.point), None)  # open again; the journal keeps it
                self._note(event.at, Text("attempt rejected: {reason}", zh="本次作废：{reason}").filled(reason=reason))
            case NoteTaken(text=text):
                self._note(event.at, text)
            case CommandReceived(command=command, by=by):
                if command == "abort" and is_under_way(self.stage):
                    self.stage = Stage.ABORTING
                self._note(event.at, Text("{by}: {command}", zh="{by}：{command}").filled(by=by, command=command))

    def _turn(self, event: RunPaused | RunContinued | RunInterrupted | RunRested | RunFinished) -> None:
        match event:
            case RunPaused():
                self._go(Stage.PAUSED)
            case RunContinued():
                self._go(Stage.MEASURING)
            case RunRested(reason=reason, safe=safe):
                self.stage, self.card = Stage.RESTING, None
                self.reason = self._ended(reason, safe=safe)
                self._note(event.at, reason)
            case RunInterrupted():
                self._note(event.at, Text("the engine before ended without a word", zh="上一引擎异常退出"))
            case RunFinished(outcome=outcome, reason=reason, safe=safe):
                self.stage, self.card = _ENDS[outcome], None
                self.reason = self._ended(reason, safe=safe)
                self._note(event.at, reason)

    def _ended(self, reason: Text, *, safe: bool) -> str:
        words = _ALL_SAFE if safe else _NOT_SAFE
        return f"{reason.within(self.language)} · {words.within(self.language)}"

    def engine_lost(self, *, guarded: bool) -> None:
        """Note that the engine's process is gone although the run has not ended; its guardian may have acted."""
        if is_under_way(self.stage):
            self.stage, self.card = Stage.INTERRUPTED, None
            done, every = self.progress
            words = (_GUARDED if guarded else _UNGUARDED).within(self.language)
            self.reason = f"{self.run} · {done}/{every} · {words}"

    def _note(self, at: datetime, text: Text) -> None:
        words = text.within(self.language)
        if words:
            self.log.append(f"{at.astimezone():%H:%M:%S}  {words}")


def shown(
    name: str, quantity: Quantity, at: datetime, *, resolution: Quantity | None = None, is_setting: bool = False
) -> Live:
    """Return a quantity as the live display shows it: at the instrument's own resolution where it is known."""
    symbol = quantity.unit.symbol
    if resolution is not None and resolution.value > 0:
        step = resolution.value if quantity.unit.is_scale else resolution.value_in(symbol)  # kelvin is a step of °C
        places = max(0, -_exponent(step))
        return Live(instrument=name, value=f"{quantity.value:.{places}f}", unit=symbol, at=at, is_setting=is_setting)
    return Live(instrument=name, value=f"{quantity.value:.10g}", unit=symbol, at=at, is_setting=is_setting)


def _exponent(value: float) -> int:
    return int(f"{value:.0e}".split("e")[1])


def point_title(columns: dict[str, Quantity | str | float]) -> str:
    """Return how a point is called on the list: its nominal, and the range where there is one."""
    nominal, top = columns.get("nominal"), columns.get("range")
    parts = [str(nominal).replace("-", "−")] if nominal is not None else []
    if top is not None:
        parts.append(f"[{top}]")
    return "  ".join(parts) or "·"
