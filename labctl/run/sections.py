"""The loops around a procedure's functions: phase, section, point, repetition, and attempts until one counts."""

from collections.abc import Callable

from attrs import define, evolve, field

from labctl.events.kinds import (
    Place,
    PlannedPoint,
    PlannedSection,
    PointFinished,
    PointStarted,
    RunStarted,
    SectionFinished,
    SectionStarted,
)
from labctl.procedure.evaluate import evaluate_point
from labctl.procedure.plan import AS_LEFT
from labctl.procedure.procedure import Procedure, Section
from labctl.run.adjusting import Adjusting
from labctl.run.attempt import Attempts, Failed
from labctl.run.progress import PointName
from labctl.run.surroundings import ROOM, Surroundings
from labctl.run.verbs import LiveRun
from labctl.run.wishes import ATTEMPTS, PointLeft, Wishes


@define
class Sections:
    """Measures whatever the plan holds and the journal does not.

    Resuming is nothing special: the progress says what is left, and hooks run again because this object starts
    without knowing any state of the bench.

    Args:
        procedure: the method.
        started: the run, its plan included.
        run: the verbs; also the way to scribe, bench and control.
    """

    procedure: Procedure
    started: RunStarted
    run: LiveRun
    _wishes: Wishes = field(init=False)
    _attempts: Attempts = field(init=False)
    _adjusting: Adjusting = field(init=False)
    _surroundings: Surroundings = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Put the parts together."""
        self._wishes = Wishes(self.run)
        self._attempts = Attempts(self.run, self._wishes)
        self._adjusting = Adjusting(self._attempts, self._wishes)
        self._surroundings = Surroundings(self.procedure.environment, self.run)

    def carry_out(self) -> None:
        """Open every instrument that the plan needs, then measure, offer an adjustment, and measure again.

        Raises:
            Turned, RunAborted, NobodyThere: the run ends before its plan.
            LabctlError: something cannot be mended.
        """
        for role in self._roles():
            self.run.bench.driver(role)
        self._between(self._surroundings.read)
        while sections := self._next():
            for each in sections:
                self._section(each)
            self.run.scribe.place = Place()
            self._between(self._surroundings.read)

    def _roles(self) -> list[str]:
        """Return the roles that have a wire and are needed, the room first: it has to be right before all else."""
        named = [role for planned in self.started.plan for role in self.procedure.find(planned.section).roles]
        seats = self.run.bench.seats
        return [role for role in dict.fromkeys((ROOM, *named)) if role in seats]

    def _next(self) -> list[PlannedSection]:
        """Return the sections that have something left; as left only when all else is done and the unit adjusted."""
        left = [each for each in self.started.plan if each.phase == AS_LEFT and not self._done(each)]
        if left and not self._as_found() and self._adjusted():
            return left
        return self._as_found()

    def _as_found(self) -> list[PlannedSection]:
        return [each for each in self.started.plan if each.phase != AS_LEFT and not self._done(each)]

    def _adjusted(self) -> bool:
        made: list[bool] = []

        def offer() -> None:
            made.extend(self._adjusting.adjusted(each) for each in self.procedure.adjustments)

        self._between(offer)
        return any(made)

    def _done(self, planned: PlannedSection) -> bool:
        settled = all(self.run.scribe.progress.settled(_name(planned, point)) for point in planned.points)
        return settled and (planned.phase, planned.section) in self.run.scribe.progress.sections_done

    def _between(self, act: Callable[[], None]) -> None:
        """Do something between points; a person's wish is obeyed and brings its point back by itself."""
        try:
            self._wishes.patiently(act)
        except PointLeft:
            return

    def _section(self, planned: PlannedSection) -> None:
        scribe = self.run.scribe
        section = self.procedure.find(planned.section)
        place = Place(phase=planned.phase, section=planned.section)
        scribe.place = place
        scribe.append(SectionStarted(at=self.run.clock.now(), place=place))
        self._attempts.enter()
        while (left := self._left(planned)) is not None:
            try:
                self._point(section, planned, left)
            except PointLeft:
                continue
        scribe.place = place
        scribe.append(SectionFinished(at=self.run.clock.now(), place=place))

    def _left(self, planned: PlannedSection) -> PlannedPoint | None:
        settled = self.run.scribe.progress.settled
        return next((each for each in planned.points if not settled(_name(planned, each))), None)

    def _point(self, section: Section, planned: PlannedSection, point: PlannedPoint) -> None:
        scribe = self.run.scribe
        place = Place(phase=planned.phase, section=planned.section, point=point.key)
        scribe.place = place
        scribe.append(PointStarted(at=self.run.clock.now(), place=place))
        for repetition in range(1, point.repeats + 1):
            if not scribe.progress.accepted(_name(planned, point), repetition):
                self._repetition(section, point, evolve(place, repetition=repetition))
        scribe.place = place
        self._wishes.patiently(self._surroundings.read)
        result = evaluate_point(self.procedure, self.started, scribe.account, planned.phase, planned.section, point.key)
        scribe.append(PointFinished(at=self.run.clock.now(), place=place, result=result))
        scribe.seal()

    def _repetition(self, section: Section, point: PlannedPoint, place: Place) -> None:
        failures = 0
        while True:
            number = self.run.scribe.progress.attempts(PointName.of(place), place.repetition) + 1
            try:
                self._attempts.make(section, point, evolve(place, attempt=number))
            except Failed as failed:
                failures += 1
                if failures % ATTEMPTS == 0:
                    self._wishes.decide(place, failed.reason)
            else:
                return


def _name(planned: PlannedSection, point: PlannedPoint) -> PointName:
    return PointName(planned.phase, planned.section, point.key)
