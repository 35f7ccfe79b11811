"""A run's events as lines that a person reads while it goes on."""

from collections.abc import Mapping

from attrs import define, field

from labctl.app.readable import SIGNS, behind, of_statistic, printed_units, unit_for
from labctl.events.journal import Entry
from labctl.events.kinds import (
    AttemptRejected,
    EngineStarted,
    Event,
    GuardianActed,
    InstrumentOpened,
    NoteTaken,
    OperatorAsked,
    PointFinished,
    PointSkipped,
    QueryRetried,
    ResultsAdopted,
    RunContinued,
    RunFinished,
    RunInterrupted,
    RunPaused,
    RunStarted,
    SafeStateSent,
    SectionStarted,
    UnitExcluded,
)
from labctl.language import Language, Text
from labctl.metrology.conformity import Rule
from labctl.metrology.quantity import Quantity
from labctl.metrology.rounding import report
from labctl.procedure.plan import PHASES
from labctl.records.calibration import Judgement, Outcome, PointResult, Result, Table

OUTCOMES = {
    Outcome.FINISHED: Text("finished", zh="完成"),
    Outcome.ABORTED: Text("aborted", zh="中止"),
    Outcome.FAILED: Text("failed", zh="故障"),
}


_SECTION = Text("— {section}", zh="— {section}")
_SECTION_IN_PHASE = Text("— {section} ({phase})", zh="— {section}（{phase}）")


@define
class Teller:
    """Keeps count of the points and words each event that a person at a terminal wants to hear of."""

    language: Language
    total: int = 0
    ready: int = field(default=0, init=False)
    titles: dict[str, Text] = field(factory=dict[str, Text], init=False)  # of the sections
    tables: tuple[Table, ...] = field(default=(), init=False)  # which say in which units the method prints results
    _verified: frozenset[str] = field(default=frozenset(), init=False)  # units; the empty name is that of the only one
    _phases: int = field(default=1, init=False)
    _settled: set[tuple[str, str, str]] = field(factory=set[tuple[str, str, str]], init=False)

    def tell(self, entry: Entry) -> str:
        """Return the line of an event; nothing for the many that nobody follows live."""
        said = self._said(entry.event)
        return said.within(self.language) if said is not None else ""

    def _said(self, event: Event) -> Text | None:
        said: Text | None = None
        match event:
            case RunStarted():
                self.total = sum(len(each.points) for each in event.plan)
                self.titles = {each.section: each.title for each in event.plan}
                self._verified = event.verified
                self.tables, self._phases = event.tables, len({each.phase for each in event.plan})
                said = Text(
                    "run {run}: {title}, {unit}, {total} points", zh="运行 {run}：{title}，{unit}，{total} 个校准点"
                ).filled(
                    run=event.run,
                    title=event.procedure.title,
                    unit=_units(event),
                    total=self.total,
                )
            case EngineStarted() if event.epoch > 1:
                said = Text("taken up again by {by}: {reason}", zh="{by} 恢复运行：{reason}").filled(
                    by=event.by, reason=event.reason
                )
            case RunInterrupted():
                said = Text("the engine before ended without a word", zh="上一引擎意外终止")
            case GuardianActed():
                said = Text(
                    "its guardian had made the bench safe: {reason}", zh="守护进程已将台位置于安全状态：{reason}"
                ).filled(reason=event.reason)
            case InstrumentOpened():
                who = event.identity
                said = Text("{instrument}: {who}", zh="{instrument}：{who}").filled(
                    instrument=event.instrument,
                    who=" ".join(filter(None, (who.manufacturer, who.model, who.serial, event.address))),
                )
            case SectionStarted(place=place):
                said = (_SECTION if self._phases == 1 else _SECTION_IN_PHASE).filled(
                    section=self.titles.get(place.section, place.section), phase=PHASES.get(place.phase, place.phase)
                )
            case PointFinished() | PointSkipped():
                said = self._point(event)
            case ResultsAdopted():
                said = _STANDS_IN.filled(section=event.title, run=event.run, day=event.measured.date().isoformat())
            case _:
                said = _rare(event)
        return said

    def _point(self, event: PointFinished | PointSkipped) -> Text:
        place = event.place
        self._settled.add((place.phase, place.section, place.point))
        self.ready = len(self._settled)
        count = f"[{self.ready:>{len(str(self.total))}}/{self.total}]"
        if isinstance(event, PointSkipped):
            return Text("{count} {point}: skipped, {reason}", zh="{count} {point}：跳过，{reason}").filled(
                count=count, point=place.point, reason=event.reason
            )
        whose = f"{place.unit}, " if place.unit else ""
        if event.result is None:
            return Text(
                "{count} {point}: measured, its result comes later", zh="{count} {point}：已测量，结果待定"
            ).filled(count=count, point=whose + place.point)
        return Text("{count} {point}: {outcome}", zh="{count} {point}：{outcome}").filled(
            count=count,
            point=whose + point_title(event.result),
            outcome=point_outcome(event.result, printed_units(self.tables), legal=place.unit in self._verified),
        )


def _units(event: RunStarted) -> Text:
    """Return which unit a run has, or how many."""
    if not event.units:
        said = f"{event.unit.identity.model} {event.unit.identity.serial}"
        return Text(said, zh=said)
    orders = len({each.order.number for each in event.units})
    return _SEVERAL.filled(count=len(event.units), title=event.unit.description, orders=orders)


def _rare(event: Event) -> Text | None:
    said: Text | None = None
    match event:
        case AttemptRejected():
            said = Text("  attempt {attempt} rejected: {reason}", zh="  第 {attempt} 次尝试作废：{reason}").filled(
                attempt=event.place.attempt, reason=event.reason
            )
        case UnitExcluded():
            said = Text("  {unit} is left out: {reason}", zh="  剔除 {unit}：{reason}").filled(
                unit=event.unit, reason=event.reason
            )
        case OperatorAsked(question=question):
            said = Text("  ▸ {text}", zh="  ▸ {text}").filled(text=question.text)
        case NoteTaken():
            said = Text("  note: {text}", zh="  备注：{text}").filled(text=event.text)
        case RunPaused():
            said = Text("paused: {reason}", zh="已暂停：{reason}").filled(reason=event.reason)
        case RunContinued():
            said = Text("going on", zh="继续")
        case QueryRetried():
            said = Text(
                "  {instrument} did not answer {query!r} and is asked once more",
                zh="  {instrument} 未应答 {query!r}，再询问一次",
            ).filled(instrument=event.instrument, query=event.query)
        case SafeStateSent(confirmed=False):
            said = Text(
                "{instrument}: sent to its safe state, NOT confirmed: check it",
                zh="{instrument}：已发送安全指令，但未确认，请检查",
            ).filled(instrument=event.instrument)
        case RunFinished():
            said = Text("{outcome}: {reason}", zh="{outcome}：{reason}").filled(
                outcome=OUTCOMES[event.outcome], reason=event.reason
            )
        case _:
            pass
    return said


def point_title(result: PointResult) -> str:
    """Return a point as its plan names it: range, nominal and frequency where it has them."""
    columns = [
        str(result.columns[name]) for name in ("range", "nominal") if isinstance(result.columns.get(name), Quantity)
    ]
    at = result.columns.get("frequency")
    return (" / ".join(columns) + (f", {at}" if columns and isinstance(at, Quantity) else "")) or result.point


def point_outcome(point: PointResult, printed: Mapping[tuple[str, str], str], *, legal: bool = False) -> Text:
    """Return results and verdicts of a point in one line, in the units in which the method prints them."""
    judged = {each.symbol: each for each in point.judgements}
    parts = [_result(point, each, judged.get(each.symbol), printed, legal=legal) for each in point.results]
    return Text("; ".join(each.en for each in parts), zh="；".join(each.zh for each in parts))


def _result(
    point: PointResult,
    result: Result,
    judged: Judgement | None,
    printed: Mapping[tuple[str, str], str],
    *,
    legal: bool,
) -> Text:
    limit, nominal = judged.limit if judged is not None else None, point.columns.get("nominal")
    unit = unit_for(result, limit, nominal, printed.get((point.section, result.symbol), ""))
    shown = Quantity.of(result.value, result.unit).value_in(unit.symbol)
    expanded = Quantity.of(result.expanded, result.unit).value_in(unit.symbol)
    if not result.k:  # a statistic: no uncertainty is stated
        said = f"{result.symbol} = {of_statistic(shown)}{behind(unit)}"
    else:
        value, uncertainty = report(shown, expanded)
        said = f"{result.symbol} = {value}{behind(unit)}, U = {uncertainty}{behind(unit)}"
    if judged is None:
        return Text(said, zh=said)
    rule = Text(" (U > MPEV/3)", zh="（U > MPEV/3）") if judged.rule == Rule.GUARDED.value else Text("", zh="")
    said = f"{said}, MPE {SIGNS[judged.side]}{judged.limit.value_in(unit.symbol):.6g}{behind(unit)}"
    verdict = judged.verdict.said(legal=legal)
    return Text(f"{said}: {verdict.en}{rule.en}", zh=f"{said}：{verdict.zh}{rule.zh}")


_SEVERAL = Text("{count} units ({title}) of {orders} orders", zh="{count} 台{title}，{orders} 份委托")


_STANDS_IN = Text(
    "{section}: what run {run} measured on {day} stands in", zh="{section}：采用运行 {run} 于 {day} 测得的结果"
)
