"""The states of a run as the window shows them, and what a person may do in each."""

from enum import Enum

from labctl.language import Text


class Stage(Enum):
    """What a run is doing at this moment."""

    IDLE = "idle"  # nothing was started
    PREPARING = "preparing"  # instruments are opened and identified
    WAITING = "waiting"  # a person has to do or answer something
    SETTLING = "settling"  # an indication is becoming steady
    MEASURING = "measuring"  # readings are taken
    PAUSED = "paused"  # holds before the next repetition
    ABORTING = "aborting"  # abort was asked, the safe state is on its way
    FINISHED = "finished"  # every point recorded
    ABORTED = "aborted"  # a person stopped it
    FAILED = "failed"  # an error stopped it
    RESTING = "resting"  # the engine made the bench safe and left; a person may resume
    INTERRUPTED = "interrupted"  # the engine ended without a word; a person may resume


TITLES: dict[Stage, Text] = {
    Stage.IDLE: Text("No run", zh="未开始"),
    Stage.PREPARING: Text("Preparing the instruments", zh="正在准备仪器"),
    Stage.WAITING: Text("Waiting for you", zh="等待操作"),
    Stage.SETTLING: Text("Waiting for a steady indication", zh="等待示值稳定"),
    Stage.MEASURING: Text("Measuring", zh="正在测量"),
    Stage.PAUSED: Text("❚❚ Paused", zh="❚❚ 已暂停"),
    Stage.ABORTING: Text("Aborting: making the bench safe", zh="正在中止：台位转入安全状态"),
    Stage.FINISHED: Text("Finished", zh="已完成"),
    Stage.ABORTED: Text("■ Aborted", zh="■ 已中止"),
    Stage.FAILED: Text("✖ Stopped by an error", zh="✖ 因错误停止"),
    Stage.RESTING: Text("❚❚ At rest; the run can be resumed", zh="❚❚ 已暂存，可恢复运行"),
    Stage.INTERRUPTED: Text("▲ Engine gone: the run can be resumed", zh="▲ 引擎已退出，可恢复运行"),
}

_RESUMABLE = frozenset({Stage.RESTING, Stage.INTERRUPTED})
_ENDED = frozenset({Stage.IDLE, Stage.FINISHED, Stage.ABORTED, Stage.FAILED}) | _RESUMABLE
_MEASURING = frozenset({Stage.PREPARING, Stage.SETTLING, Stage.MEASURING, Stage.WAITING})


def is_under_way(stage: Stage) -> bool:
    """Return whether an engine is at work."""
    return stage not in _ENDED


def may_pause(stage: Stage) -> bool:
    """Return whether a pause makes sense."""
    return stage in _MEASURING


def may_continue(stage: Stage) -> bool:
    """Return whether there is a pause to end."""
    return stage is Stage.PAUSED


def may_retry(stage: Stage) -> bool:
    """Return whether a point can be measured again."""
    return stage in _MEASURING | {Stage.PAUSED}


def may_resume(stage: Stage) -> bool:
    """Return whether the run can be taken up where it was left."""
    return stage in _RESUMABLE


def may_start(stage: Stage) -> bool:
    """Return whether a new run can begin."""
    return stage in _ENDED
