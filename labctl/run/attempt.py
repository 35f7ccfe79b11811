"""One attempt at one repetition: hooks bring the bench to its state, the function measures, and it counts or not."""

import traceback
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import define, evolve, field, frozen

from labctl.errors import InstrumentError, LabctlError, NotSettled, OperatorDeclined, WrongIdentity
from labctl.events.kinds import (
    AttemptRejected,
    HookFinished,
    Place,
    PlannedPoint,
    RepetitionFinished,
    RepetitionStarted,
    RunContinued,
    RunPaused,
)
from labctl.instruments.driver import Driver
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.procedure.body import Part, parts_of
from labctl.procedure.choosing import name_of
from labctl.procedure.load import refused
from labctl.procedure.point import Point
from labctl.procedure.procedure import SECTION, Hook, Section
from labctl.procedure.units import UNIT, Units
from labctl.run.control import Turned
from labctl.run.verbs import LiveRun, Rejected, UnitLeft
from labctl.run.wishes import PointLeft, Wishes


@contextmanager
def _own_lines(function: Callable[..., None]) -> Generator[None]:
    """Tell what a procedure's own line raised with file and line; what the program raises goes on as it is."""
    file = Path(function.__code__.co_filename)
    try:
        yield
    except Exception as failure:
        *_, last = traceback.extract_tb(failure.__traceback__)
        if isinstance(failure, LabctlError) or Path(last.filename) != file:
            raise
        raise refused(file, failure) from failure


State = dict[str, Quantity | str | float | None]


class Failed(Exception):
    """An attempt was rejected and may be made again."""

    def __init__(self, reason: Text, unit: str = "") -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.unit = unit  # that failed alone, of several


@frozen
class Spoiled:
    """A unit for which alone an attempt does not count, and why."""

    unit: str
    reason: Text


@define
class Attempts:
    """Makes attempts, and knows to which state hooks brought the bench.

    Args:
        run: the verbs; also the way to scribe, bench and control.
        wishes: obeys people.
        judge: holds what an attempt gave against the checks of its repetition, before it counts; returns the units for
            which alone it does not.
        unit: the name of the unit's role.
    """

    run: LiveRun
    wishes: Wishes
    judge: Callable[[Section, PlannedPoint, Place], Sequence[Spoiled]] = lambda _section, _point, _place: ()
    unit: str = UNIT
    _state: State = field(factory=State, init=False)
    _failing: str = field(default="", init=False)  # the instrument whose failure rejected the latest attempt

    def enter(self) -> None:
        """Begin a section: nothing is known of the bench, so every hook runs."""
        self._state = {}

    def begin_again(self) -> None:
        """Count nothing as brought about but what a person connected: a point begins again from its hooks."""
        self._forget()

    def make(self, section: Section, point: PlannedPoint, place: Place) -> None:
        """Make one attempt.

        Raises:
            Failed: it was rejected.
            PointLeft: a person turned to another point, or left this one out.
            Turned: the run ends.
            WrongIdentity: another instrument answers.
        """
        scribe, clock = self.run.scribe, self.run.clock
        scribe.place = place
        begun = None
        try:
            self._hold()
            scribe.append(RepetitionStarted(at=clock.now(), place=place))
            begun = place
            self.run.failing = ""
            self._mend()
            self._measure(section, point, place)
            spoiled = self.judge(section, point, place)
            scribe.seal()  # before it counts: whatever is reported has its bytes on the disk
            scribe.append(RepetitionFinished(at=clock.now(), place=place))
            for each in spoiled:
                there = evolve(place, unit=each.unit)
                scribe.append(AttemptRejected(at=clock.now(), place=there, reason=each.reason))
        except Turned:
            self._forget()
            self.wishes.obey(place, begun)
        except WrongIdentity:
            raise
        except (Rejected, InstrumentError, NotSettled, OperatorDeclined) as error:
            self._forget()
            if self.run.control.halted.is_set():  # the wait was given up because somebody asked for it
                self.wishes.obey(place, begun)
            self._failing = getattr(error, "instrument", "")
            reason = error.reason if isinstance(error, Rejected) else error.text()
            scribe.place = place
            scribe.append(AttemptRejected(at=clock.now(), place=place, reason=reason))
            unit = self.run.failing or (self._failing if self._failing in self.run.units else "")
            raise Failed(reason, unit) from error
        except UnitLeft as left:
            self._forget()
            scribe.place = place
            reason = [*scribe.progress.excluded.values()][-1]
            scribe.append(AttemptRejected(at=clock.now(), place=place, reason=reason))
            raise PointLeft from left

    def call(self, function: Callable[..., None], row: Point | None = None) -> None:
        """Call a function of the procedure with what its signature names; roles are opened when they are new.

        One that names the unit is called for each that is being measured; one that names the units once.

        Raises:
            ProcedureError: a line of the procedure itself fails, in a way that no dry call could foresee.
        """
        with _own_lines(function):
            self._call(function, row)

    def _call(self, function: Callable[..., None], row: Point | None) -> None:
        self.run.columns = row.columns if row is not None else {}
        parts, units = parts_of(function), self.run.units
        given: dict[str, object] = {"run": self.run, "point": row}
        given |= {name: self._player(each) for name, each in parts.items() if not (units and self._is_unit(each))}
        own = next((name for name, each in parts.items() if self._is_unit(each)), "")
        code = function.__code__
        names = code.co_varnames[: code.co_argcount]
        if not units or not own:
            function(**{name: given[name] for name in names})
        elif parts[own].together:
            given[own] = Units(self.run.bench.unit(each) for each in units)
            function(**{name: given[name] for name in names})
        else:
            for each in units:
                given[own] = self.run.bench.unit(each)
                function(**{name: given[name] for name in names})

    def _player(self, part: Part) -> Driver | Units[Driver]:
        chosen = name_of(part.role, str(self.run.columns.get(part.role, "")))  # where a column bears the role's name
        driver = self.run.bench.driver(chosen if chosen in self.run.bench.seats else part.role)
        return Units((driver,)) if part.together else driver

    def _is_unit(self, part: Part) -> bool:
        return part.role == self.unit

    def _measure(self, section: Section, point: PlannedPoint, place: Place) -> None:
        row = Point.of(point)
        for hook in section.hooks:
            self._bring_about(section, hook, row, place)
        self.call(section.function, row)
        self.run.bench.in_step()
        self.run.look()
        self.run.scribe.place = place

    def _bring_about(self, section: Section, hook: Hook, row: Point, place: Place) -> None:
        """Run a hook where its column has another value than the bench was brought to."""
        wanted = row.columns.get(hook.column)
        key = SECTION if hook.column == SECTION else f"{hook.column}, {hook.name}"
        if key in self._state and self._state[key] == wanted:
            return
        self._state.pop(key, None)
        self.run.connecting = key == SECTION
        try:
            self.call(hook.function, row)
        finally:
            self.run.connecting = False
        if key == SECTION or not (place.unit and section.together):  # else the others have not seen it brought about
            self._state[key] = wanted
        self.run.scribe.append(HookFinished(at=self.run.clock.now(), place=place, hook=hook.name, column=hook.column))

    def _forget(self) -> None:
        """Count nothing on the bench as known but what a person connected."""
        self._state = {SECTION: self._state[SECTION]} if SECTION in self._state else {}

    def _mend(self) -> None:
        """Bring the wires back into step after a failure, whatever was said on them."""
        self.run.bench.recover(self._failing)
        self._failing = ""

    def _hold(self) -> None:
        """Wait while the run is paused, with the sources safe: somebody may be at the bench."""
        control, scribe, clock = self.run.control, self.run.scribe, self.run.clock
        self.run.look()
        if not control.paused:
            return
        scribe.append(RunPaused(at=clock.now(), reason="a person asked for it"))
        self.run.bench.make_safe()
        self.run.forget_connections()
        self._forget()
        control.hold(self.run.bench.tend_silently)
        self.run.look()
        scribe.append(RunContinued(at=clock.now()))
