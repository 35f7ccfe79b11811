"""A run as the window shows it: steps, card, live indication, results; folded from the journal's events, one by one."""

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from labctl.events.journal import Entry
from labctl.events.kinds import (
    AttemptRejected,
    CommandIntended,
    CommandReceived,
    EngineStarted,
    Event,
    HookFinished,
    IndicationTaken,
    OperatorAnswered,
    OperatorAsked,
    Place,
    PlannedSection,
    PointFinished,
    PointSkipped,
    PointStarted,
    Purpose,
    Question,
    RepetitionStarted,
    RunContinued,
    RunFinished,
    RunPaused,
    RunRested,
    RunStarted,
    SafeStateSent,
    SectionStarted,
    SettingMade,
    Settled,
    UnitExcluded,
)
from labctl.language import Language, Text
from labctl.metrology.quantity import Quantity
from labctl.records.calibration import Outcome, Table
from labctl.records.sources import sources_in_chinese
from labctl_gui.presenters.graph import Graph, graph_of, mass_graph
from labctl_gui.presenters.live import Live, Trace, point_title, shown
from labctl_gui.presenters.results import ResultRow, row_of
from labctl_gui.presenters.rig import Rig
from labctl_gui.presenters.stability import Stability, stability_of
from labctl_gui.presenters.state import Stage, is_under_way
from labctl_gui.presenters.telling import rejected, skipped, told
from labctl_gui.presenters.words import PHASES

if TYPE_CHECKING:
    from labctl.app.watching import Watching

_ENDS = {Outcome.FINISHED: Stage.FINISHED, Outcome.ABORTED: Stage.ABORTED, Outcome.FAILED: Stage.FAILED}
_SLOTS = 3  # large displays beside each other
_LINES = 400  # of the log: the journal has them all
_SAFE = Text("safe", zh="安全")
_ALL_SAFE = Text("bench safe", zh="台位安全")
_NOT_SAFE = Text(
    "✖ not every instrument confirmed its safe state: look at the bench", zh="✖ 有仪器未确认安全状态：请检查台位"
)
_SEVERAL = Text("{count} units", zh="{count} 台被检器具")
_GUARDED = Text("the guardian made the bench safe", zh="守护进程已使台位安全")
_UNGUARDED = Text("the engine is gone", zh="引擎进程已退出")
Key = tuple[str, str, str]  # phase, section, point
UnitKey = tuple[str, str, str, str]  # of one of several units, too


@frozen(kw_only=True)
class Step:
    """One point on the way, or the title of a section."""

    key: Key
    title: str
    mark: str  # "·" to come, "▶" at work, "✔" recorded, "–" skipped
    is_section: bool = False
    remark: str = ""  # what became of its attempts


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
    slots: list[str] = field(factory=list[str])  # instruments with a large display
    trace: Trace = field(factory=Trace)
    rig: Rig = field(factory=Rig)
    rows: dict[UnitKey, ResultRow] = field(factory=dict[UnitKey, ResultRow])
    finished: set[UnitKey] = field(factory=set[UnitKey])  # points, also those whose results wait for later sections
    skipped: set[UnitKey] = field(factory=set[UnitKey])
    remarks: dict[Key, list[str]] = field(factory=dict[Key, list[str]])  # attempts that do not count, and why
    until: datetime | None = None  # from when on a resting run may be taken up
    titles: dict[str, str] = field(factory=dict[str, str])  # of the instruments that play a role
    sources: dict[str, str] = field(factory=dict[str, str])  # of figures in Chinese, by their English words
    units: tuple[str, ...] = ("",)  # instruments of several units; one empty name where there is one
    watching: "Watching | None" = None  # what the live view needs of the method
    log: deque[str] = field(factory=lambda: deque[str](maxlen=_LINES))
    last: int = 0  # number of the last event that was folded
    _tables: tuple[Table, ...] = field(default=(), init=False)  # of the method
    _legal: frozenset[str] = field(default=frozenset(), init=False)  # units that are verified
    _of_unit: set[str] = field(factory=set[str], init=False)  # symbols of series that the unit showed
    _under_test: frozenset[str] = field(default=frozenset(), init=False)
    _settling_ended: bool = field(default=False, init=False)
    _resolutions: dict[str, Quantity] = field(factory=dict[str, Quantity], init=False)  # by symbol, of the last reading

    # --- what the widgets ask ---------------------------------------------------------------------------------------

    @property
    def progress(self) -> tuple[int, int]:
        """Return how many points are done, of how many."""
        keys = [(each.phase, each.section, point.key) for each in self.plan for point in each.points]
        return sum(self._is_done(key) for key in keys), len(keys)

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
                remark = "\n".join(self.remarks.get(key, ()))
                steps.append(
                    Step(key=key, title=point_title(point.columns, self.language), mark=self._mark(key), remark=remark)
                )
        return steps

    def results(self) -> list[ResultRow]:
        """Return the rows in the order of the plan, whatever the order in which they were measured."""
        order = [
            (each.phase, each.section, point.key, unit)
            for each in self.plan
            for point in each.points
            for unit in self.units
        ]
        return [self.rows[key] for key in order if key in self.rows]

    @property
    def view(self) -> str:
        """Return what a person watches: readings, bath, tank or chamber."""
        return self.watching.view.value if self.watching is not None else "readings"

    def graph(self) -> Graph:
        """Return the plot of the point at work."""
        if self.view == "tank" and self.rig.history and self.trace.symbol != self.trace.settling:
            return mass_graph(self.rig, self.trace.started, self.language)
        return graph_of(self.trace, self.language, absolute=self.view in {"tank", "chamber"})

    def stability(self) -> Stability | None:
        """Return how steady what settles has become; None where nothing settles at this moment."""
        settles = self.stage is Stage.SETTLING or self.trace.symbol == self.trace.settling
        return stability_of(self.trace.watch, self.language) if settles and self.is_measuring else None

    @property
    def is_measuring(self) -> bool:
        """Return whether what the instruments showed last is of this moment."""
        return self.stage in {Stage.SETTLING, Stage.MEASURING}

    def _is_done(self, key: Key) -> bool:
        return all((*key, unit) in self.finished | self.skipped for unit in self.units)

    def _mark(self, key: Key) -> str:
        if is_under_way(self.stage) and key == (self.at.phase, self.at.section, self.at.point):
            return "▶"
        if all((*key, unit) in self.skipped for unit in self.units):
            return "–"
        return "✔" if self._is_done(key) else "·"

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
        words = told(entry.event, self.titles)
        if words is not None and (said := words.within(self.language)):
            self.log.append(f"{entry.event.at.astimezone():%H:%M:%S}  {said}")

    def _fold(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._begin(event)
            case EngineStarted() | SectionStarted() | HookFinished():
                self._work(event)
            case SafeStateSent(instrument=name):
                words = _SAFE.within(self.language)
                self.live[name] = Live(instrument=name, value="—", unit=words, at=event.at, is_safe=True)
            case PointStarted(place=place) | RepetitionStarted(place=place):
                self._arrive(place, event.at)
            case CommandIntended() | SettingMade() | IndicationTaken() | Settled():
                self._exchange(event)
            case OperatorAsked() | OperatorAnswered():
                self._talk(event)
            case PointFinished() | PointSkipped() | UnitExcluded():
                self._finish_point(event)
            case AttemptRejected():
                self._reject(event)
            case CommandReceived() | RunPaused() | RunContinued() | RunRested() | RunFinished():
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
        self.units = tuple(each.key for each in event.units) or ("",)
        self._tables, self._legal = event.tables, event.verified
        if len(self.units) > 1:
            self.unit = _SEVERAL.filled(count=len(self.units)).within(self.language)
        assets = {**event.standards, **event.auxiliaries}
        self.sources = sources_in_chinese(assets.values(), event.unit, event.procedure)
        self.titles = {asset.key: asset.title.within(self.language) for asset in assets.values()}
        unit_role = {key for role, key in event.roles.items() if role not in assets}
        self._under_test = frozenset(unit_role | {each.key for each in event.units})
        self.titles |= dict.fromkeys(unit_role, event.unit.description.within(self.language))
        self.titles |= {each.key: f"{each.key} {each.unit.identity.serial}" for each in event.units}  # as on a form
        self._go(Stage.PREPARING)

    def _work(self, event: EngineStarted | SectionStarted | HookFinished) -> None:
        match event:
            case EngineStarted():
                self.stage, self.card, self.reason, self.until = Stage.PREPARING, None, "", None
            case SectionStarted(place=place):
                self.at = place
                self.slots.clear()
                self._go(Stage.MEASURING)
            case HookFinished(place=place):
                self.at = place

    def _arrive(self, place: Place, at: datetime) -> None:
        self.at = place
        self._go(Stage.MEASURING)
        columns = self.columns_of((place.phase, place.section, place.point))
        nominal, limit = columns.get("nominal"), columns.get("mpe")
        self.trace = Trace(
            nominal=nominal if isinstance(nominal, Quantity) else None,
            limit=limit if isinstance(limit, Quantity) else None,
            started=at,
            units=self._under_test,
        )
        self.rig.begin_point()

    def _talk(self, event: OperatorAsked | OperatorAnswered) -> None:
        match event:
            case OperatorAsked(question=question):
                self.card = question
                self._go(Stage.WAITING)
            case OperatorAnswered():
                self.card = None
                self._go(Stage.MEASURING)

    def _exchange(self, event: CommandIntended | SettingMade | IndicationTaken | Settled) -> None:
        match event:
            case CommandIntended():
                self.rig.told(event)
            case SettingMade(quantity=quantity, instrument=name):
                self.rig.done(event)
                if quantity is not None:
                    self._show(shown(name, quantity, event.at, is_setting=True))
            case IndicationTaken(quantity=quantity):
                name = event.of if event.of in self.titles else event.instrument
                live = shown(name, quantity, event.taken_at, resolution=event.resolution)
                self._show(live, counts=event.place.purpose is not Purpose.CONDITION)
                self.rig.saw(event)
                self._dot(event)
            case Settled():
                self._settling_ended = True

    def _show(self, live: Live, *, counts: bool = True) -> None:
        """Take over a value; one of this section gets a large display, the one that was silent longest gives way."""
        name = live.instrument
        self.live[name] = live
        if not counts or not self.at.section or name in self.slots:
            return
        if len(self.slots) < _SLOTS:
            self.slots.append(name)
            return
        oldest = min(self.slots, key=lambda each: self.live[each].at)
        self.slots[self.slots.index(oldest)] = name

    def _dot(self, event: IndicationTaken) -> None:
        place = event.place
        if place.purpose not in {Purpose.OBSERVE, Purpose.SETTLE, Purpose.RECORD}:
            return
        if place.purpose is not Purpose.RECORD:
            self._go(Stage.SETTLING if place.purpose is Purpose.SETTLE else Stage.MEASURING)
        if event.resolution is not None:
            self._resolutions[place.symbol] = event.resolution
        self.trace.take(event)
        if place.purpose is Purpose.OBSERVE and not self._under_test.isdisjoint({event.instrument, event.of}):
            self._of_unit.add(place.symbol)
        if place.purpose is Purpose.SETTLE:
            self._settle(event)

    def _settle(self, event: IndicationTaken) -> None:
        """Let the judge of the criterion see a reading; a settling that has ended leaves the next one to another."""
        trace, place = self.trace, event.place
        if trace.settling != place.symbol or self._settling_ended:
            columns = self.columns_of((place.phase, place.section, place.point))
            watching = self.watching
            trace.watch = watching.begin(place.section, columns, place.symbol) if watching is not None else None
            trace.settling, self._settling_ended = place.symbol, False
        if trace.watch is not None:
            trace.watch.take(event.taken_at, event.quantity)

    def _finish_point(self, event: PointFinished | PointSkipped | UnitExcluded) -> None:
        place = event.place
        key: UnitKey = (place.phase, place.section, place.point, place.unit)
        match event:
            case PointFinished(result=result):
                self.finished.add(key)
                self.skipped.discard(key)
                if result is not None:
                    title = self.title_of(key[:3])
                    row = row_of(
                        result,
                        self.language,
                        title=title,
                        resolutions=self._resolutions,
                        tables=self._tables,
                        of_unit=self._of_unit,
                        wanted=self.watching.judged(place.section) if self.watching is not None else (),
                        legal=place.unit in self._legal,
                    )
                    owner = self.titles.get(place.unit, "") if len(self.units) > 1 else ""
                    self.rows[key] = evolve(row, unit_title=owner)
            case PointSkipped(reason=reason):
                self.skipped.update((*key[:3], unit) for unit in ([place.unit] if place.unit else self.units))
                self.rows.pop(key, None)
                self._remark_on(key[:3], skipped(reason))
            case UnitExcluded(unit=unit):
                self.units = tuple(each for each in self.units if each != unit) or self.units

    def _remark_on(self, key: Key, text: Text) -> None:
        self.remarks.setdefault(key, []).append(text.within(self.language))

    def _reject(self, event: AttemptRejected) -> None:
        place = event.place
        key: UnitKey = (place.phase, place.section, place.point, place.unit)
        for each in [key] if place.unit else [(*key[:3], unit) for unit in self.units]:
            self.rows.pop(each, None)  # open again; the journal keeps it
            self.finished.discard(each)
        self._remark_on(key[:3], rejected(event))

    def _turn(self, event: CommandReceived | RunPaused | RunContinued | RunRested | RunFinished) -> None:
        match event:
            case CommandReceived(command=command):
                if command == "abort" and is_under_way(self.stage):
                    self.stage = Stage.ABORTING
            case RunPaused():
                self._go(Stage.PAUSED)
            case RunContinued():
                self._go(Stage.MEASURING)
            case RunRested(reason=reason, safe=safe, until=until):
                self.stage, self.card, self.until = Stage.RESTING, None, until
                self.reason = self._ended(reason, safe=safe)
            case RunFinished(outcome=outcome, reason=reason, safe=safe):
                self.stage, self.card = _ENDS[outcome], None
                self.reason = self._ended(reason, safe=safe)

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
