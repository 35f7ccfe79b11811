"""Carries a run out: phase, section, hooks, point, repetition, attempt; and leaves the bench safe, whatever happens."""

import os
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from attrs import define, field

from labctl.clock import Clock
from labctl.errors import GuardianLost, LabctlError, RunAborted, StoreFailed
from labctl.events.kinds import (
    AttemptRejected,
    CommandReceived,
    EngineStarted,
    GuardianReady,
    Place,
    ResultsAdopted,
    RunFinished,
    RunInterrupted,
    RunRested,
    RunStarted,
)
from labctl.language import Text
from labctl.records.calibration import Outcome, Software
from labctl.run.bench import Bench
from labctl.run.control import Command, Control, NobodyThere, Turned, Wish
from labctl.run.note import read_note
from labctl.run.scribe import Scribe
from labctl.run.suspension import Suspended

_GRACE = 1.0  # seconds for the engine's own thread to make the bench safe after an abort; then the guardian does


class Guards(Protocol):
    """A guardian, as the engine sees it; `on_lost` is called once, in a thread of its own, when it is gone."""

    on_lost: Callable[[], None]

    def start(self) -> int:
        """Start it and return its process when it is ready. Raises GuardianLost."""
        ...

    def finished(self) -> None:
        """Tell it that the bench is safe."""
        ...

    def act(self) -> None:
        """Let it make the bench safe at once and end this process."""
        ...


class Work(Protocol):
    """What there is to do between the first command and the last."""

    def carry_out(self) -> None:
        """Measure whatever the plan holds and the journal does not."""
        ...


@define
class Engine:
    """One engine of one run, from its first event to the safe state.

    Args:
        started: what is known before the first command; of a resumed run what its journal says.
        scribe: writes the journal.
        bench: the instruments.
        control: what people ask.
        guardian: makes the bench safe when this process cannot.
        note: where the guardian of an engine before left word.
        work: the sections and their points.
        by: who started or resumed, and why.
        adopted: finds what earlier runs observed that stands in, when the run begins.
    """

    started: RunStarted
    scribe: Scribe
    bench: Bench
    control: Control
    guardian: Guards
    note: Path
    work: Work
    clock: Clock
    software: Software
    by: str
    reason: str = ""
    adopted: Callable[[], Sequence[ResultsAdopted]] = tuple
    _lost: bool = field(default=False, init=False)
    _until: datetime | None = field(default=None, init=False)  # the run may be taken up from then on
    _wires_safe: threading.Event = field(factory=threading.Event, init=False)

    def run(self) -> RunFinished | None:
        """Carry the run out; return how it ended, None when it rests and may be taken up again.

        Raises:
            StoreFailed: the journal could not be kept; the bench is safe.
        """
        self.control.on_abort = self._escalate
        self.guardian.on_lost = self.lost_guardian
        try:
            return self._watched()
        finally:
            self._wires_safe.set()
            self.guardian.finished()

    def _watched(self) -> RunFinished | None:
        ending: tuple[Outcome | None, Text]
        try:
            self._begin()
            process = self.guardian.start()
            wires = tuple(sorted(each.address for each in self.bench.seats.values() if each.guarded is not None))
            self.scribe.append(GuardianReady(at=self.clock.now(), process=process, wires=wires))
            self.work.carry_out()
            ending = Outcome.FINISHED, Text("every point is recorded", zh="所有校准点均已记录")
        except (Turned, RunAborted, NobodyThere) as leaving:
            ending = self._asked_to_leave(leaving)
        except Suspended as suspended:
            self._until, ending = suspended.until, (None, suspended.reason)
        except StoreFailed:
            self._make_safe()
            self.bench.close()
            raise
        except LabctlError as error:
            asked = self.control.ending is not None  # a wait was given up because of it
            ending = self._asked_to_leave(Turned()) if asked else self._failed(error.text())
        except Exception as error:
            self._leave(
                Outcome.FAILED, Text("the program failed: {error}", zh="程序错误：{error}").filled(error=repr(error))
            )
            raise
        return self._leave(*ending)

    # --- beginning ---------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        progress = self.scribe.progress
        if progress.started is None:
            self.scribe.append(self.started)
            for each in self.adopted():
                self.scribe.append(each)
        else:
            self._take_up()
        self.scribe.append(
            EngineStarted(
                at=self.clock.now(),
                epoch=progress.epoch + 1,
                process=os.getpid(),
                software=self.software,
                by=self.by,
                reason=self.reason,
            )
        )

    def _take_up(self) -> None:
        """Say what became of the engine before: it wrote no end, so this one does."""
        progress = self.scribe.progress
        behind = (progress.at - self.clock.now()).total_seconds() if progress.at is not None else 0.0
        if self.clock.simulated and behind > 0:
            self.clock.wait(behind)  # a simulated bench that was started anew: a record's time never runs backwards
        now = self.clock.now()
        if progress.rested is None:
            self.scribe.append(RunInterrupted(at=now, epoch=progress.epoch, last=progress.n))
        acted = read_note(self.note, now)
        if acted is not None:
            self.scribe.append(acted)
        if progress.open_attempt is not None:
            self.scribe.append(
                AttemptRejected(
                    at=now,
                    place=progress.open_attempt,
                    reason=Text("the engine ended during this attempt", zh="引擎在本次尝试中终止"),
                )
            )

    # --- ending ------------------------------------------------------------------------------------------------------

    def lost_guardian(self) -> None:
        """Hear that the guardian is gone; called in its watcher's thread."""
        self._lost = True
        self.control.ask(Command(wish=Wish.STOP, by="guardian", facts={"reason": "the guardian is gone"}))

    def _asked_to_leave(self, leaving: Exception) -> tuple[Outcome | None, Text]:
        command = self.control.obey()
        self._hear()
        if self._lost:
            return None, GuardianLost(process=0).text()
        if isinstance(leaving, NobodyThere):
            usual = Text("a person is needed and nobody is there", zh="需要人员操作，但无人值守")
            return None, leaving.reason or usual
        if isinstance(leaving, RunAborted):
            return Outcome.ABORTED, Text("{reason}", zh="{reason}").filled(reason=leaving.reason)
        if command is not None and command.wish is Wish.STOP:
            return None, Text("put to rest by {by}", zh="由 {by} 暂存").filled(by=command.by or "—")
        by = (command.by if command is not None else "") or "—"
        return Outcome.ABORTED, Text("by {by}", zh="由 {by} 中止").filled(by=by)

    def _failed(self, reason: Text) -> tuple[Outcome | None, Text]:
        self.control.obey()
        return Outcome.FAILED, reason

    def _leave(self, outcome: Outcome | None, reason: Text) -> RunFinished | None:
        """Make the bench safe, then say how it ended."""
        self.scribe.place = Place()
        safe = self._make_safe()
        self.bench.close()
        self.scribe.seal()
        if outcome is None:
            self.scribe.append(RunRested(at=self.clock.now(), reason=reason, safe=safe, until=self._until))
            return None
        ended = RunFinished(at=self.clock.now(), outcome=outcome, reason=reason, safe=safe)
        self.scribe.append(ended)
        return ended

    def _make_safe(self) -> bool:
        return self.bench.make_safe(self._wires_safe.set)

    def _escalate(self) -> None:
        """Give the engine's thread a moment after an abort; the guardian does not wait for hung instruments."""

        def overdue() -> None:
            if not self._wires_safe.wait(_GRACE):
                self.guardian.act()

        threading.Thread(target=overdue, name="abort", daemon=True).start()

    def _hear(self) -> None:
        hear(self.control, self.scribe, self.clock)


def hear(control: Control, scribe: Scribe, clock: Clock) -> None:
    """Write down what people asked since the last time."""
    for command in control.heard():
        scribe.append(
            CommandReceived(at=clock.now(), command=command.wish.value, by=command.by, facts=dict(command.facts))
        )
