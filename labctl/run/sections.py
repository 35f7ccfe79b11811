"""The loops around a procedure's functions: phase, section, point, repetition, and attempts until one counts."""

from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import define, evolve, field

from labctl.errors import InstrumentError, RunOverdue, RunResting, WrongIdentity
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
from labctl.language import Text
from labctl.procedure.choosing import role_of
from labctl.procedure.declared import Order
from labctl.procedure.evaluate import evaluate_if_possible
from labctl.procedure.plan import AS_LEFT
from labctl.procedure.procedure import Procedure, Section
from labctl.records.calibration import PointResult
from labctl.run.adjusting import Adjusting
from labctl.run.attempt import Attempts, Failed
from labctl.run.checks import Checks
from labctl.run.inspecting import Inspecting
from labctl.run.looking_again import LOOKED, LookingAgain
from labctl.run.progress import PointName
from labctl.run.surroundings import ROOM, Surroundings
from labctl.run.suspension import Suspended, minute
from labctl.run.units import Present, Takes
from labctl.run.used_up import UsedUp
from labctl.run.verbs import LiveRun, seconds
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
        late: why a section may begin later than the method allows, where somebody took that on.
    """

    procedure: Procedure
    started: RunStarted
    run: LiveRun
    late: str = ""
    _wishes: Wishes = field(init=False)
    _attempts: Attempts = field(init=False)
    _adjusting: Adjusting = field(init=False)
    _surroundings: Surroundings = field(init=False)
    _checks: Checks = field(init=False)
    _inspecting: Inspecting = field(init=False)
    _used_up: UsedUp = field(init=False)
    _looking_again: LookingAgain = field(init=False)
    _present: Present = field(init=False)
    _failures: dict[Place, list[str]] = field(factory=dict[Place, list[str]], init=False)  # which unit failed alone
    _begun: tuple[str, str] | None = field(default=None, init=False)  # the unit and point at which the engine is
    _looked: bool = field(default=False, init=False)  # what is to be seen on resume was seen

    def __attrs_post_init__(self) -> None:
        """Put the parts together."""
        self.run.folder = self.procedure.folder
        self._wishes = Wishes(self.run)
        self._present = Present(self.procedure, self.started, self.run.scribe)
        self._checks = Checks(self.procedure, self.started, self._wishes, self._present)
        self._attempts = Attempts(self.run, self._wishes, self._checks.after_repetition, self.procedure.roles.unit)
        self._inspecting = Inspecting(self.procedure, self._wishes, self._present)
        self._adjusting = Adjusting(self._attempts, self._wishes)
        self._surroundings = Surroundings(self.procedure.environment, self.run)
        self._used_up = UsedUp(self.procedure, self.started, self.run)
        self._looking_again = LookingAgain(self.procedure, self.started, self.run)

    def carry_out(self) -> None:
        """Open every instrument that is still needed, then measure, offer an adjustment, and measure again.

        Raises:
            Turned, RunAborted, NobodyThere: the run ends before its plan.
            Suspended: what is left of it may begin only later.
            LabctlError: something cannot be mended.
        """
        self._open()
        self._between(self._surroundings.read)
        self._between(self._inspecting.inspect)
        self._used_up.reopen()
        while sections := self._next():
            if self._look_again():
                continue
            for each in sections:
                if not self._section(each):
                    break
            self.run.scribe.place = Place()
            self._between(self._surroundings.read)

    def _look_again(self) -> bool:
        """Measure once what the method wants to see whenever a run is taken up; tell whether there was anything."""
        taken_up = self.run.scribe.progress.epoch > 1 and not self._looked
        self._looked = True
        wanted = [*self._looking_again.wanted(self._done)] if taken_up else []
        for planned in wanted:
            self._looking_again.supersede(planned)  # of an engine that ended while it looked
            if not self._section(planned):
                break
            title, day = self.procedure.find(planned.section).title, self.run.clock.now().date().isoformat()
            self._wishes.note(LOOKED.filled(section=title, day=day))
            self._looking_again.supersede(planned)
        return bool(wanted)

    def refuse_untimely(self) -> None:
        """Refuse to take a run up at a time that its method does not allow; nothing is opened for that.

        Raises:
            RunResting: nothing that is left may begin yet.
            RunOverdue: something should have begun, and nobody said why it is measured all the same.
        """
        progress, name = self.run.scribe.progress, self.started.run
        now = max(self.run.clock.now(), progress.at or self.started.at)  # a simulated bench may be a new one
        left = self._as_found()
        begins = {each.section: self._begins(each) for each in left}
        startable = [each for each in left if (at := begins[each.section]) is not None and at <= now]
        if left and not startable and (waits := self._suspended(left, begins)).until is not None:
            raise RunResting(run=name, section=waits.section, begins=minute(waits.until), now=minute(now))
        for planned in () if self.late else startable:
            section = self.procedure.find(planned.section)
            by = self._latest(section, planned.phase)
            if by is not None and now > by:
                after = self.procedure.find(section.after).title
                raise RunOverdue(
                    run=name, section=section.title, after=after, latest=section.latest, by=minute(by), now=minute(now)
                )

    def _open(self) -> None:
        """Open every instrument that is still needed; of several units those that cannot be reached are left out.

        At the beginning that is all of the plan, so that nobody learns after hours that one is missing. Where a run is
        taken up that rested with all sources safe it is what the sections need that are left: filters are weighed two
        days later without the monitor that went home. After any other end every source is seen and asked again. What is
        measured again after all opens what it needs by itself.

        Raises:
            InstrumentError: one does not answer as it should, or no unit does.
        """
        needed = self._needed()
        for role in self._roles(needed):
            self.run.bench.driver(role)
        dead: dict[str, InstrumentError] = {}
        units = self._present.names if self._present.several and self.procedure.roles.unit in needed else ()
        for unit in units:
            try:
                self.run.bench.unit(unit)
            except WrongIdentity:
                raise
            except InstrumentError as error:
                dead[unit] = error
        for unit, why in dead.items():
            if len(dead) == len(units):
                raise why
            self.run.leave_out(unit, why.text())

    def _needed(self) -> list[str]:
        """Return the roles that the plan names, or what is left of it after a rest."""
        rested = self.run.scribe.progress.left_safe
        left = [each for each in self.started.plan if not (rested and self._done(each))]
        return [role for planned in left for role in self.procedure.find(planned.section).roles]

    def _roles(self, named: list[str]) -> list[str]:
        """Return the roles that have a wire and are needed, the room first: it has to be right before all else."""
        seats = self.run.bench.seats
        units = {self.procedure.roles.unit} if self._present.several else set[str]()
        wanted = {ROOM, *named} - units
        order = [role for role in dict.fromkeys((ROOM, *named)) if role in seats and role in wanted]
        return [*order, *(each for each in seats if each not in order and role_of(each) in wanted)]

    def _next(self) -> list[PlannedSection]:
        """Return the sections that have something left; as left only when all else is done and the unit adjusted.

        Raises:
            Suspended: what is left may begin only later.
        """
        left = [each for each in self.started.plan if each.phase == AS_LEFT and not self._done(each)]
        if left and not self._as_found() and self._adjusted():
            return self._startable(left)
        return self._startable(self._as_found())

    def _startable(self, left: list[PlannedSection]) -> list[PlannedSection]:
        """Return those sections that may begin now; where none may, the run waits for the first."""
        begins = {each.section: self._begins(each) for each in left}
        now = self.run.clock.now()
        startable = [each for each in left if (at := begins[each.section]) is not None and at <= now]
        if left and not startable:
            raise self._suspended(left, begins)
        return startable

    def _suspended(self, left: list[PlannedSection], begins: dict[str, datetime | None]) -> Suspended:
        """Return for what the run waits, and by when that should have begun."""
        known = [(at, each) for each in left if (at := begins[each.section]) is not None]
        if not known:
            return Suspended(None)
        at, first = min(known, key=lambda each: each[0])
        return Suspended(at, self._latest(self.procedure.find(first.section), first.phase), first.title)

    def _begins(self, planned: PlannedSection) -> datetime | None:
        """Return from when on a section may begin; None while what it waits for is not done."""
        section = self.procedure.find(planned.section)
        if not section.after:
            return self.started.at
        progress, after = self.run.scribe.progress, (planned.phase, section.after)
        ended = progress.section_ends.get(after)
        if ended is None or any(not self._done(each) for each in self.started.plan if _title(each) == after):
            return None
        return ended + timedelta(seconds=seconds(section.earliest)) if section.earliest else ended

    def _as_found(self) -> list[PlannedSection]:
        return [each for each in self.started.plan if each.phase != AS_LEFT and not self._done(each)]

    def _adjusted(self) -> bool:
        made: list[bool] = []

        def offer() -> None:
            made.extend(self._adjusting.adjusted(each) for each in self.procedure.adjustments)

        self._between(offer)
        return any(made)

    def _done(self, planned: PlannedSection) -> bool:
        section = self.procedure.find(planned.section)
        settled = all(
            self._settled(section, planned, point.key, turn)
            for turn in self._present.turns(section)
            for point in self._present.points_of(planned, turn).points
        )
        return settled and (planned.phase, planned.section) in self.run.scribe.progress.sections_done

    def _settled(self, section: Section, planned: PlannedSection, point: str, turn: str) -> bool:
        """Return whether nothing is left to measure at a point, of any unit that is present there."""
        progress = self.run.scribe.progress
        name = PointName(planned.phase, planned.section, point, turn)
        if name in progress.skipped or evolve(name, unit="") in progress.skipped:
            return True
        judged = self._present.judged(section, planned, point, turn)
        return all(progress.settled(evolve(name, unit=unit)) for unit, _ in judged)

    def _between(self, act: Callable[[], None]) -> None:
        """Do something between points; a person's wish is obeyed and brings its point back by itself."""
        try:
            self._wishes.patiently(act)
        except PointLeft:
            return

    def _section(self, planned: PlannedSection) -> bool:
        """Measure what is left of a section; false where one before it has to be measured again first."""
        scribe = self.run.scribe
        section = self.procedure.find(planned.section)
        place = Place(phase=planned.phase, section=planned.section)
        scribe.place = place
        scribe.append(SectionStarted(at=self.run.clock.now(), place=place))
        self._note_lateness(section, planned)
        self._attempts.enter()
        self._begun = None
        while (next_one := self._next_one(section, planned)) is not None:
            try:
                self._work(section, planned, *next_one)
            except PointLeft as left:
                if left.from_hooks:
                    self._attempts.begin_again()
            if self._used_up.reopen() or self._checks.reopened():
                return False
        scribe.place = place
        scribe.append(SectionFinished(at=self.run.clock.now(), place=place))
        self._between(lambda: self._checks.after_section(planned.phase))
        return not (self._used_up.reopen() or self._checks.reopened())

    def _note_lateness(self, section: Section, planned: PlannedSection) -> None:
        """Say once in the record that a section is measured later after another than the method allows."""
        latest = self._latest(section, planned.phase)
        if latest is not None and self.run.clock.now() > latest:
            after = self.procedure.find(section.after).title
            late = (_LATE_BECAUSE if self.late else _LATE).filled(
                section=section.title, after=after, latest=section.latest, reason=self.late
            )
            if late not in self.run.scribe.account.notes:
                self._wishes.note(late)

    def _latest(self, section: Section, phase: str) -> datetime | None:
        """Return by when a section should have begun; None where the method does not say, or that is not known yet."""
        ended = self.run.scribe.progress.section_ends.get((phase, section.after))
        return ended + timedelta(seconds=seconds(section.latest)) if ended is not None and section.latest else None

    def _next_one(self, section: Section, planned: PlannedSection) -> tuple[PlannedPoint, int, str] | None:
        """Return the point and repetition that come next, and in whose turn, or for which unit alone."""
        turns = self._present.turns(section)
        found = (self._left(section, self._present.points_of(planned, turn), turn) for turn in turns)
        return next((each for each in found if each is not None), None)

    def _left(self, section: Section, planned: PlannedSection, turn: str) -> tuple[PlannedPoint, int, str] | None:
        """Return the point and repetition that come next, and for whom.

        Repetition 0: all are made, the point is to be finished.
        """
        unsettled = [each for each in planned.points if not self._settled(section, planned, each.key, turn)]
        missing = [
            (repetition, number, each, unit)
            for number, each in enumerate(unsettled)
            for repetition in range(1, each.repeats + 1)
            if (unit := self._owing(section, planned, each.key, repetition, turn)) is not None
        ]
        if section.order is Order.CYCLES and missing:
            repetition, _, point, unit = min(missing, key=lambda each: each[:2])
            return point, repetition, unit
        if not unsettled:
            return None
        point = unsettled[0]
        here = [(repetition, unit) for repetition, _, each, unit in missing if each is point]
        repetition, unit = min(here, key=lambda each: each[0], default=(0, turn))
        return point, repetition, unit

    def _owing(self, section: Section, planned: PlannedSection, point: str, repetition: int, turn: str) -> str | None:
        """Return for whom a repetition is to be made: all of a turn, or the one unit for which it did not count."""
        progress, name = self.run.scribe.progress, PointName(planned.phase, planned.section, point, turn)
        if not progress.accepted(name, repetition):
            return turn
        units = self._present.at(planned, point, turn) if self._present.takes(section) is Takes.TOGETHER else ()
        lacking = (
            unit
            for unit in units
            if not progress.settled(each := evolve(name, unit=unit)) and not progress.accepted(each, repetition)
        )
        return next(lacking, None)

    def _work(self, section: Section, planned: PlannedSection, point: PlannedPoint, repetition: int, turn: str) -> None:
        place = Place(phase=planned.phase, section=planned.section, point=point.key, unit=turn)
        self.run.units = self._present.at(planned, point.key, turn) if self._present.several else ()
        if self._begun != (turn, point.key):
            if self._begun is not None and self._begun[0] != turn and not section.together:
                self._attempts.enter()  # another unit has to be connected
            self._begun = (turn, point.key)
            self.run.scribe.place = place
            self.run.scribe.append(PointStarted(at=self.run.clock.now(), place=place))
        if repetition:
            self._repetition(section, point, evolve(place, repetition=repetition))
        else:
            self._finish(section, planned, place)
            self._begun = (turn, "")

    def _finish(self, section: Section, planned: PlannedSection, place: Place) -> None:
        """Evaluate a point whose repetitions are all accepted, unless a check sends it back."""
        scribe = self.run.scribe
        scribe.place = place
        self._surroundings.allowed = section.environment or self.procedure.environment
        self._wishes.patiently(self._surroundings.read)
        self._checks.after_point(section, planned, place)
        for unit, view in self._present.judged(section, planned, place.point, place.unit):
            there = evolve(place, unit=unit)
            if not scribe.progress.settled(PointName.of(there)):
                scribe.append(PointFinished(at=self.run.clock.now(), place=there, result=self._result(place, view)))
        scribe.seal()

    def _result(self, place: Place, view: str) -> PointResult | None:
        account = self.run.scribe.accounts[view]
        return evaluate_if_possible(self.procedure, account.started, account, place.phase, place.section, place.point)

    def _repetition(self, section: Section, point: PlannedPoint, place: Place) -> None:
        while True:
            number = self.run.scribe.progress.attempts(PointName.of(place), place.repetition) + 1
            try:
                self._attempts.make(section, point, evolve(place, attempt=number))
            except Failed as failed:
                failures = self._failures.setdefault(place, [])
                failures.append(failed.unit)
                if failed.unit and failures[-ATTEMPTS:] == [failed.unit] * ATTEMPTS:
                    self.run.leave_out(failed.unit, failed.reason)
                    failures.clear()
                elif len(failures) % ATTEMPTS == 0:
                    self._wishes.decide(place, failed.reason)
                if not self.run.units and self._present.several:
                    raise PointLeft from failed
                if section.uses_up:
                    raise PointLeft from failed
            else:
                self._failures.pop(place, None)
                return


def _title(planned: PlannedSection) -> tuple[str, str]:
    return planned.phase, planned.section


_LATE_BECAUSE = Text(
    "{section}: measured later than {latest} after the end of {after}: {reason}",
    zh="{section}：测量晚于“{after}”结束后 {latest}，原因：{reason}",
)
_LATE = Text(
    "{section}: measured later than {latest} after the end of {after}",
    zh="{section}：测量晚于“{after}”结束后 {latest}",
)
