"""What the events of a run say in one line each, for the log of the window."""

from collections.abc import Mapping

from labctl.events.kinds import (
    AttemptRejected,
    CallFailed,
    CommandReceived,
    EngineStarted,
    Event,
    GuardianActed,
    GuardianReady,
    InstrumentClosed,
    InstrumentOpened,
    NoteTaken,
    OperatorAsked,
    PointSkipped,
    QueryRetried,
    Question,
    RunFinished,
    RunInterrupted,
    RunRested,
    RunStarted,
    SafeStateSent,
    Settled,
    UnitExcluded,
)
from labctl.language import Text

_COMMANDS = {
    "pause": Text("pause", zh="暂停"),
    "continue": Text("continue", zh="继续"),
    "abort": Text("abort", zh="中止"),
    "stop": Text("put to rest", zh="暂存"),
    "retry": Text("measure the point again", zh="重测本点"),
    "skip": Text("skip the point", zh="跳过本点"),
}
_SAFE = Text("{name}: safe state confirmed", zh="{name}：安全状态已确认")
_NOT_SAFE = Text("{name}: safe state sent, not confirmed", zh="{name}：已发送安全指令，未获确认")


def told(event: Event, titles: Mapping[str, str]) -> Text | None:
    """Return what an event says; None for the many that nobody follows live.

    Args:
        event: of the run.
        titles: of the instruments that play a role, by name.
    """
    return _carried(event) or _of_instruments(event, titles) or _of_engines(event) or _of_people(event, titles)


def _carried(event: Event) -> Text | None:
    """Return the words that an event carries itself."""
    match event:
        case NoteTaken(text=words) | OperatorAsked(question=Question(text=words)):
            return words
        case CallFailed(message=words) | QueryRetried(message=words):
            return words
        case RunRested(reason=words) | RunFinished(reason=words):
            return words
        case _:
            return None


def _of_instruments(event: Event, titles: Mapping[str, str]) -> Text | None:
    match event:
        case InstrumentOpened(instrument=name, identity=who):
            text = Text("{name}: {maker} {model}, serial {serial}", zh="{name}：{maker} {model}，编号 {serial}")
            named = titles.get(name, name)
            return text.filled(name=named, maker=who.manufacturer, model=who.model, serial=who.serial)
        case InstrumentClosed(instrument=name):
            return Text("{name}: closed", zh="{name}：已关闭").filled(name=titles.get(name, name))
        case SafeStateSent(instrument=name, confirmed=confirmed):
            return (_SAFE if confirmed else _NOT_SAFE).filled(name=titles.get(name, name))
        case Settled(met=False):
            return Text("not steady in time", zh="未能按时稳定")
        case _:
            return None


def _of_engines(event: Event) -> Text | None:
    match event:
        case RunStarted(run=run):
            return Text("run {run} begins", zh="运行 {run} 开始").filled(run=run)
        case EngineStarted(epoch=epoch, process=process):
            text = Text("engine {epoch} at work, process {process}", zh="引擎 {epoch} 已启动，进程 {process}")
            return text.filled(epoch=epoch, process=process)
        case GuardianReady():
            return Text("the guardian watches", zh="守护进程已就绪")
        case GuardianActed(after_seconds=seconds):
            text = Text("the guardian made the bench safe after {s} s", zh="守护进程在 {s} 秒后使台位安全")
            return text.filled(s=f"{seconds:.2f}")
        case RunInterrupted():
            return Text("the engine before ended without a word", zh="上一引擎异常退出")
        case _:
            return None


def _of_people(event: Event, titles: Mapping[str, str]) -> Text | None:
    match event:
        case PointSkipped(reason=reason):
            return skipped(reason)
        case UnitExcluded(unit=unit, reason=reason):
            said = Text("{unit} is left out: {reason}", zh="{unit} 退出本次运行：{reason}")
            return said.filled(unit=titles.get(unit, unit), reason=reason)
        case AttemptRejected():
            return rejected(event)
        case CommandReceived(command=command, by=by):
            words = _COMMANDS.get(command, Text(command, zh=command))
            return Text("{by}: {command}", zh="{by}：{command}").filled(by=by, command=words)
        case _:
            return None


def skipped(reason: Text) -> Text:
    """Return that a point was left out, and why."""
    return Text("skipped: {reason}", zh="跳过：{reason}").filled(reason=reason)


def rejected(event: AttemptRejected) -> Text:
    """Return which attempt does not count, and why."""
    said = Text("attempt {number} rejected: {reason}", zh="第 {number} 次作废：{reason}")
    return said.filled(number=max(event.place.attempt, 1), reason=event.reason)
