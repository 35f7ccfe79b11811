"""The loops around a procedure's functions: phase, section, hooks, point, repetition, attempt."""

from collections.abc import Callable

from attrs import define, evolve, field

from labctl.errors import InstrumentError, NotSettled, OperatorDeclined, RunAborted, WrongIdentity
from labctl.events.kinds import (
    AttemptRejected,
    HookFinished,
    NoteTaken,
    Place,
    PlannedPoint,
    PlannedSection,
    PointFinished,
    PointSkipped,
    PointStarted,
    Question,
    RepetitionFinished,
    RepetitionStarted,
    RunContinued,
    RunPaused,
    RunStarted,
    SectionFinished,
    SectionStarted,
)
from labctl.instruments.driver import Driver
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.procedure.evaluate import evaluate_point
from labctl.procedure.plan import AS_FOUND, AS_LEFT
from labctl.procedure.point import Point
from labctl.procedure.procedure import SECTION, Adjustment, Hook, Procedure, Section
from labctl.run.control import Command, Turned, Wish
from labctl.run.progress import PointName
from labctl.run.surroundings import ROOM, Surroundings
from labctl.run.verbs import LiveRun, Rejected

ATTEMPTS = 3  # after so many rejected ones in a row a person decides
ADJUSTMENT = "adjustment"
"""The phase between as found and as left."""
_AGAIN = Text("try again", zh="重试")
_SKIP = Text("skip the point", zh="跳过该点")
_ABORT = Text("abort the run", zh="中止运行")
_ADJUST = Text("adjust", zh="调整")
_LEAVE = Text("leave as found", zh="不调整")


class _Failed(Exception):
    """An attempt was rejected and may be made again."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class _PointLeft(Exception):
    """A person wants the point otherwise: made again from its beginning, or left out."""


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
    _surroundings: Surroundings = field(init=False)
    _entered: tuple[str, str] = field(default=("", ""), init=False)
    _state: dict[str, Quantity | str | float | None] = field(
        factory=dict[str, "Quantity | str | float | None"], init=False
    )
    _failing: str = field(default="", init=False)  # the instrument whose failure rejected the latest attempt

    def __attrs_post_init__(self) -> None:
        """Know the room."""
        self._surroundings = Surroundings(self.procedure.environment, self.run)

    def carry_out(self) -> None:
        """Open every instrument that the plan needs, then measure, offer an adjustment, and measure again."""
        for role in self._roles():
            self.run.bench.driver(role)
        self._patiently(self._surroundings.read)
        self._phase(tuple(each for each in self.started.plan if each.phase != AS_LEFT))
        left = tuple(each for each in self.started.plan if each.phase == AS_LEFT)
        adjusted = [self._adjusted(each) for each in self.procedure.adjustments] if left else []  # each is offered
        if any(adjusted):
            self._phase(left)
        self.run.scribe.place = Place()
        self._patiently(self._surroundings.read)

    def _roles(self) -> list[str]:
        """Return the roles that have a wire and are needed, the room first: it has to be right before all else."""
        named = [role for planned in self.started.plan for role in self.procedure.find(planned.section).roles]
        seats = self.run.bench.seats
        return [role for role in dict.fromkeys((ROOM, *named)) if role in seats]

    def _phase(self, sections: tuple[PlannedSection, ...]) -> None:
        """Measure until no point of the phase is open; a point wanted again brings its section back."""
        while True:
            left = next((each for each in sections if not self._done(each)), None)
            if left is None:
                return
            self._section(left)

    def _done(self, planned: PlannedSection) -> bool:
        settled = all(self.run.scribe.progress.settled(_name(planned, point)) for point in planned.points)
        return settled and (planned.phase, planned.section) in self.run.scribe.progress.sections_done

    def _section(self, planned: PlannedSection) -> None:
        scribe = self.run.scribe
        section = self.procedure.find(planned.section)
        scribe.place = Place(phase=planned.phase, section=planned.section)
        scribe.append(SectionStarted(at=self.run.clock.now(), place=scribe.place))
        self._entered, self._state = ("", ""), {}
        while True:
            left = next((each for each in planned.points if not scribe.progress.settled(_name(planned, each))), None)
            if left is None:
                break
            self._point(section, planned, left)
        scribe.place = Place(phase=planned.phase, section=planned.section)
        scribe.append(SectionFinished(at=self.run.clock.now(), place=scribe.place))

    # --- one point ---------------------------------------------------------------------------------------------------

    def _point(self, section: Section, planned: PlannedSection, point: PlannedPoint) -> None:
        scribe = self.run.scribe
        place = Place(phase=planned.phase, section=planned.section, point=point.key)
        scribe.place = place
        scribe.append(PointStarted(at=self.run.clock.now(), place=place))
        try:
            for repetition in range(1, point.repeats + 1):
                if not scribe.progress.accepted(_name(planned, point), repetition):
                    self._repetition(section, point, evolve(place, repetition=repetition))
            scribe.place = place
            self._patiently(self._surroundings.read)
        except _PointLeft:
            return
        scribe.place = place
        result = evaluate_point(self.procedure, self.started, scribe.account, planned.phase, planned.section, point.key)
        scribe.append(PointFinished(at=self.run.clock.now(), place=place, result=result))
        scribe.seal()

    def _repetition(self, section: Section, point: PlannedPoint, place: Place) -> None:
        failures = 0
        while True:
            number = self.run.scribe.progress.attempts(PointName.of(place), place.repetition) + 1
            try:
                self._attempt(section, point, evolve(place, attempt=number))
            except _Failed as failed:
                failures += 1
                if failures >= ATTEMPTS:
                    self._decide(place, failed.reason)
                    failures = 0
            else:
                return

    def _attempt(self, section: Section, point: PlannedPoint, place: Place) -> None:
        scribe, clock = self.run.scribe, self.run.clock
        scribe.place = place
        begun = False
        try:
            self._hold()
            scribe.append(RepetitionStarted(at=clock.now(), place=place))
            begun = True
            self._mend()
            row = Point.of(point)
            for hook in section.hooks:
                self._bring_about(hook, row, place)
            self.run.columns = point.columns
            self._call(section.function, row)
            self.run.look()
            scribe.place = place
            scribe.seal()  # before it counts: whatever is reported has its bytes on the disk
            scribe.append(RepetitionFinished(at=clock.now(), place=place))
        except Turned:
            self._turn(place if begun else None, place)
        except (Rejected, InstrumentError, NotSettled, OperatorDeclined) as error:
            if self.run.control.halted.is_set():  # the wait was given up because somebody asked for it
                self._turn(place, place)
            if isinstance(error, WrongIdentity):
                raise
            self._failing = getattr(error, "instrument", "")
            self._state = {SECTION: ""} if SECTION in self._state else {}
            reason = error.reason if isinstance(error, Rejected) else error.text()
            scribe.place = place
            scribe.append(AttemptRejected(at=clock.now(), place=place, reason=reason))
            raise _Failed(reason) from error

    def _mend(self) -> None:
        """Bring the wires back into step after a failure, whatever was said on them."""
        failing, self._failing = self._failing, ""
        try:
            self.run.bench.recover(failing)
        except InstrumentError:
            self._failing = failing
            raise

    def _bring_about(self, hook: Hook, row: Point, place: Place) -> None:
        """Run a hook where its column has another value than the bench was brought to."""
        wanted = row.columns.get(hook.column) if hook.column != SECTION else ""
        key = hook.column if hook.column == SECTION else f"{hook.column}/{hook.name}"
        if key in self._state and self._state[key] == wanted:
            return
        self._state.pop(key, None)
        self.run.columns = row.columns
        self._call(hook.function, row)
        self._state[key] = wanted
        self.run.scribe.append(HookFinished(at=self.run.clock.now(), place=place, hook=hook.name, column=hook.column))

    def _call(self, function: Callable[..., None], row: Point | None) -> None:
        """Call a function of the procedure with what its signature names."""
        from labctl.procedure.body import roles_of

        given: dict[str, LiveRun | Point | Driver | None] = {"run": self.run, "point": row}
        parameters = function.__code__.co_varnames[: function.__code__.co_argcount]
        named = {name: self.run.bench.driver(name) for name in roles_of(function)}
        function(**{name: named[name] if name in named else given[name] for name in parameters})

    # --- people ------------------------------------------------------------------------------------------------------

    def _hold(self) -> None:
        """Wait while the run is paused, with the sources safe: somebody may be at the bench."""
        control, scribe, clock = self.run.control, self.run.scribe, self.run.clock
        self.run.look()
        if not control.paused:
            return
        scribe.append(RunPaused(at=clock.now(), reason="a person asked for it"))
        self.run.bench.make_safe()
        self._state = {SECTION: ""} if SECTION in self._state else {}
        control.hold()
        self.run.look()
        scribe.append(RunContinued(at=clock.now()))

    def _turn(self, begun: Place | None, place: Place) -> None:
        """Obey a wish to make a point again or to leave it out.

        Raises:
            Turned: the run ends.
            _PointLeft: the point is to be taken up from its beginning, or was left out.
        """
        wish = self.run.control.redo() if self.run.control.ending is None else None
        if wish is None:
            raise Turned
        scribe, now = self.run.scribe, self.run.clock.now()
        scribe.place = place
        self._state = {SECTION: ""} if SECTION in self._state else {}
        if begun is not None:
            reason = Text("a person turned to something else", zh="人员改变了操作")
            scribe.append(AttemptRejected(at=now, place=begun, reason=reason, by=wish.by))
        here = PointName.of(place)
        meant = PointName(
            wish.facts.get("phase", here.phase),
            wish.facts.get("section", here.section),
            wish.facts.get("point", here.point),
        )
        if wish.wish is Wish.SKIP:
            self._skip(meant, wish)
        else:
            self._again(meant, wish)
        raise _PointLeft

    def _again(self, meant: PointName, wish: Command) -> None:
        """Reject what was accepted of a point, so that it is open again; all of it is kept."""
        scribe = self.run.scribe
        reason = Text("repeated at a person's request", zh="应人员要求重测")
        for repetition, attempt in scribe.progress.accepted_of(meant):
            place = Place(
                phase=meant.phase, section=meant.section, point=meant.point, repetition=repetition, attempt=attempt
            )
            scribe.append(AttemptRejected(at=self.run.clock.now(), place=place, reason=reason, by=wish.by))

    def _skip(self, meant: PointName, wish: Command) -> None:
        place = Place(phase=meant.phase, section=meant.section, point=meant.point)
        reason = wish.facts.get("reason", "")
        self.run.scribe.append(
            PointSkipped(at=self.run.clock.now(), place=place, reason=Text(reason, zh=reason), by=wish.by)
        )

    def _decide(self, place: Place, reason: Text) -> None:
        """Ask a person what to do about a point that failed again and again; the bench is safe meanwhile.

        Raises:
            _PointLeft: the point was left out.
            RunAborted: the person ends the run.
        """
        text = Text("{count} attempts failed: {reason}", zh="连续 {count} 次失败:{reason}").filled(
            count=ATTEMPTS, reason=reason
        )
        answer = self._choose(text, (_AGAIN, _SKIP, _ABORT))
        if answer == _SKIP.en:
            self._skip(PointName.of(place), Command(wish=Wish.SKIP, facts={"reason": reason.en}))
            raise _PointLeft
        if answer == _ABORT.en:
            raise RunAborted(reason=reason.en)

    def _choose(self, text: Text, choices: tuple[Text, ...], key: str = "") -> str:
        self.run.bench.make_safe()
        question = Question(key=key or self.run.new_key(), kind="choice", text=text, choices=choices)
        return self.run.put(question)

    def _patiently(self, act: Callable[[], None]) -> None:
        """Do something between points, again after an instrument's failure, and ask when it fails and fails.

        Raises:
            _PointLeft: a person turned to another point.
        """
        failures = 0
        while True:
            try:
                act()
            except Turned:
                self._turn(None, self.run.scribe.place)
            except InstrumentError as error:
                if self.run.control.halted.is_set():
                    self._turn(None, self.run.scribe.place)
                if isinstance(error, WrongIdentity):
                    raise
                failures += 1
                self._note(error.text())
                if failures >= ATTEMPTS:
                    self._ask_about(error.text())
                    failures = 0
                self._reopened(error.instrument)
            else:
                return

    def _ask_about(self, reason: Text) -> None:
        if self._choose(reason, (_AGAIN, _ABORT)) == _ABORT.en:
            raise RunAborted(reason=reason.en)

    def _reopened(self, instrument: str) -> None:
        try:
            self.run.bench.recover(instrument)
        except WrongIdentity:
            raise
        except InstrumentError as error:
            self._note(error.text())

    def _note(self, text: Text) -> None:
        scribe = self.run.scribe
        scribe.append(NoteTaken(at=self.run.clock.now(), text=text, place=scribe.place))

    # --- adjustment --------------------------------------------------------------------------------------------------

    def _adjusted(self, adjustment: Adjustment) -> bool:
        """Offer an adjustment where the results call for it; return whether the unit was adjusted, now or before."""
        place = Place(phase=ADJUSTMENT, section=adjustment.title.en)
        scribe = self.run.scribe
        if (ADJUSTMENT, adjustment.title.en) in scribe.progress.sections_done:
            return True
        if not self._wanted(adjustment):
            return False
        scribe.place = place
        scribe.append(SectionStarted(at=self.run.clock.now(), place=place))
        self.run.columns = {}
        self._call(adjustment.function, None)
        scribe.place = place
        scribe.append(SectionFinished(at=self.run.clock.now(), place=place))
        return True

    def _wanted(self, adjustment: Adjustment) -> bool:
        key = f"adjust {adjustment.title.en}"
        if key in self.run.scribe.answers:  # decided in an earlier engine's time
            return self.run.scribe.answers[key] == _ADJUST.en
        if not adjustment.offered([each for each in self.run.scribe.results if each.phase == AS_FOUND]):
            return False
        if not self.run.operator.attended:
            self._note(Text("not adjusted: nobody is there to decide it", zh="未调整:无人决定"))
            return False
        text = Text("{title}: the errors are large enough to offer it", zh="{title}:误差较大,可进行调整").filled(
            title=adjustment.title
        )
        return self._choose(text, (_ADJUST, _LEAVE), key) == _ADJUST.en


def _name(planned: PlannedSection, point: PlannedPoint) -> PointName:
    return PointName(planned.phase, planned.section, point.key)
