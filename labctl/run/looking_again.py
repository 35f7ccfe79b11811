"""What a method wants to see first whenever a run is taken up: the reference, read as it was before."""

from collections.abc import Callable, Iterator
from typing import Final

from attrs import define

from labctl.events.kinds import AttemptRejected, PlannedSection, RunStarted
from labctl.language import Text
from labctl.procedure.procedure import Procedure
from labctl.run.progress import PointName
from labctl.run.verbs import LiveRun

Done = Callable[[PlannedSection], bool]


@define
class LookingAgain:
    """Finds the sections that a check wants to see on resume, before their turn, and opens them again for it.

    What is read then is judged by their checks and superseded: in its turn the section is measured as ever.

    Args:
        procedure: the method.
        started: the run, its plan included.
        run: the way to the scribe.
    """

    procedure: Procedure
    started: RunStarted
    run: LiveRun

    def wanted(self, done: Done) -> Iterator[PlannedSection]:
        """Return the sections whose turn is still to come while what they rest on is there."""
        titles = {each.of for each in self.procedure.checks if each.on_resume}
        for number, planned in enumerate(self.started.plan):
            before = [each for each in self.started.plan[:number] if each.phase == planned.phase]
            if planned.section in titles and not all(map(done, before)) and self._rests(planned, before, done):
                yield planned

    def _rests(self, planned: PlannedSection, before: list[PlannedSection], done: Done) -> bool:
        """Return whether there is anything by which to judge, or to be judged."""
        needed = self.procedure.below(self.procedure.find(planned.section))
        if needed:
            return all(done(each) for each in before if each.section in needed)
        finished = self.run.scribe.progress.finished
        return any(each.phase == planned.phase and each.section != planned.section for each in finished)

    def supersede(self, planned: PlannedSection) -> None:
        """Reject what was accepted of a section before its turn, so that it is open again; all of it is kept."""
        scribe = self.run.scribe
        for point in planned.points:
            name = PointName(planned.phase, planned.section, point.key)
            for place in scribe.progress.accepted_places(name):
                scribe.append(AttemptRejected(at=self.run.clock.now(), place=place, reason=_EARLY))


_EARLY: Final = Text(
    "read because the run was taken up; it is measured again in its turn",
    zh="因恢复运行而复核的读数；轮到该部分时重新测量",
)
LOOKED: Final = Text(
    "{section}: measured before its turn on {day}, when the run was taken up",
    zh="{section}：{day} 恢复运行时先行复核",
)
