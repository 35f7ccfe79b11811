"""The verbs of a procedure's functions, as a live run carries them out."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn, ParamSpec

from attrs import define, evolve, field

from labctl.clock import Clock
from labctl.errors import InstrumentError, NotSettled, OperatorDeclined, RunAborted
from labctl.events.kinds import (
    CommandReceived,
    NoteTaken,
    OperatorAnswered,
    OperatorAsked,
    Purpose,
    Question,
    Settled,
    UnitExcluded,
)
from labctl.instruments.driver import Driver
from labctl.instruments.limits import Limit
from labctl.language import Text, in_both, reason_of
from labctl.metrology.keyed import keyed
from labctl.metrology.many import everywhere
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.procedure.run import Reads
from labctl.procedure.settling import Steady
from labctl.records.observation import Indication, Setting
from labctl.run.bench import Bench
from labctl.run.clock import RunClock
from labctl.run.control import Control, NobodyThere, Turned, scanned
from labctl.run.operator import Operator, doubt_of, question_of
from labctl.run.scribe import Scribe
from labctl.run.together import Together, owner_of
from labctl.run.voltage import HighVoltage
from labctl.transport.operator import Asked

P = ParamSpec("P")
_LOOK = 1.0  # seconds between two questions of `wait_until`
Duration = Quantity | str


class UnitLeft(Exception):
    """The unit that is being measured was excluded; the others go on."""


class Rejected(Exception):
    """The procedure itself rejects its attempt."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


@define
class _Trace:
    """A series that is recorded beside something else."""

    symbol: str
    call: Reads
    every: float
    due: float


@define
class LiveRun:
    """What a procedure's function calls `run`.

    Every verb looks at the control before each exchange, so that nothing is said to an instrument after a person
    asked for the end. Only the engine's thread is in here.

    Args:
        scribe: writes the journal.
        bench: made safe before a person is told to touch anything.
        control: what people ask.
        operator: who carries instructions out.
        clock: the run's.
        high_voltage: somebody confirmed beforehand that there may be more than 42 V.
    """

    scribe: Scribe
    bench: Bench
    control: Control
    operator: Operator
    clock: Clock
    high_voltage: bool = False
    folder: Path = field(factory=Path, init=False)
    """Of the method: there lie the forms that it encloses."""
    units: tuple[str, ...] = field(default=(), init=False)
    """Instruments of the units that are being measured, where the run has several."""
    _together: Together = field(init=False)
    failing: str = field(default="", init=False)
    """The unit that could not be read in the present attempt."""
    connecting: bool = field(default=False, init=False)
    """Whether a section's own connections are brought about now: each of their pictures is a state, not an act."""
    columns: dict[str, Quantity | str | float] = field(factory=dict[str, "Quantity | str | float"], init=False)
    _traces: list[_Trace] = field(factory=list[_Trace], init=False)
    _recording: bool = field(default=False, init=False)
    _asked: int = field(default=0, init=False)
    _connected: tuple[str, str, tuple[str, ...]] | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """Let traces go on while a driver waits for its instrument, and ask before anything is above 42 V."""
        self._together = Together(self)
        self.bench.before = HighVoltage(self, self.high_voltage).before
        if isinstance(self.clock, RunClock):
            self.clock.tend = self._meanwhile

    # --- measuring ---------------------------------------------------------------------------------------------------

    def apply(self, symbol: str, call: Callable[P, Setting], *values: P.args, **named: P.kwargs) -> None:
        """Set what a standard presents: the intent, the output, then what was applied."""
        self.look()
        self.bench.tend()
        with self.scribe.at(symbol, Purpose.APPLY):
            call(*values, **named)

    def observe(
        self, symbol: str, call: Reads | Sequence[Reads], *, times: int = 1, every: Duration | None = None
    ) -> None:
        """Take the readings of a series, one after the other, at a fixed interval where one is given."""
        calls: Sequence[Reads] = (call,) if callable(call) else call
        start = self.clock.monotonic()
        for number in range(times):
            if every is not None:
                self._pass_until(start + number * seconds(every))
            self._read_each(symbol, self._present(calls))

    def scan(self, *, first: tuple[str, Reads], then: tuple[str, Sequence[Reads]]) -> None:
        """Read S, X₁ … Xₙ, Xₙ … X₁, S: symmetric in time, so that a linear drift cancels."""
        (standard, reading), (symbol, calls) = first, then
        self._read(standard, Purpose.OBSERVE, reading)
        present = self._present(calls)
        self._read_each(symbol, present)
        self._read_each(symbol, [*reversed(present)])
        self._read(standard, Purpose.OBSERVE, reading)

    @contextmanager
    def record(self, trace: str, call: Reads, *, every: Duration) -> Generator[None]:
        """Record a trace at an interval for as long as the block lasts, between the exchanges in it."""
        mine = _Trace(trace, call, seconds(every), self.clock.monotonic())
        self._traces.append(mine)
        try:
            self._record_due()
            yield
        finally:
            self._traces.remove(mine)

    def settle(self, trace: str, call: Reads, steady: Steady) -> None:
        """Read until the indication is steady by the criterion.

        Raises:
            NotSettled: it was not within the criterion's time-out; the attempt is rejected.
        """
        judge = steady.begin(self.columns)
        start = self.clock.monotonic()
        met, looks = False, self.bench.patience.begin()
        while not everywhere(met) or not looks.enough:
            waited = self.clock.monotonic() - start
            if judge.overdue(waited):
                break
            if judge.every and judge.readings:
                self._pass_until(start + judge.readings * judge.every)
            looks.take()
            shown = self._read(trace, Purpose.SETTLE, call)
            met |= judge.take(self.clock.monotonic() - start, shown.quantity)
        waited = self.clock.monotonic() - start
        with self.scribe.at(trace, Purpose.SETTLE):
            self.scribe.append(
                Settled(
                    at=self.clock.now(),
                    place=evolve(self.scribe.place, unit=self._unit_of(call) or self.scribe.place.unit),
                    criterion=str(steady),
                    met=bool(met),
                    readings=judge.readings,
                    span=judge.span,
                    waited=waited,
                )
            )
        if not met:  # of units in step the first one decides
            raise judge.failure(self.scribe.place.section, waited)

    # --- waiting -----------------------------------------------------------------------------------------------------

    def wait(self, duration: Duration) -> None:
        """Let a stated time pass; traces go on."""
        self._pass_until(self.clock.monotonic() + seconds(duration))

    def wait_until(self, question: Callable[[], bool], *, timeout: Duration) -> None:
        """Ask again and again until the answer is yes.

        Raises:
            NotSettled: it did not become so in time.
        """
        deadline = self.clock.monotonic() + seconds(timeout)
        while not question():
            if self.clock.monotonic() >= deadline:
                raise NotSettled(
                    where=self.scribe.place.section,
                    problem=Text("what was waited for did not come about", zh="等待的条件未满足"),
                    remedy=Text("Look at the instrument, or allow more time", zh="请检查仪器，或延长等待时间"),
                )
            self._pass_until(min(self.clock.monotonic() + _LOOK, deadline))

    # --- people ------------------------------------------------------------------------------------------------------

    def instruct(self, text: Text | str, *, picture: str = "") -> None:
        """Tell a person to do something, with every source in its safe state, and wait until it is done.

        What a section's hook shows in a picture is a state. Where it was brought about last, for the same units and in
        the same words, nobody is asked again; an engine that takes a run up knows of no such state.

        Raises:
            OperatorDeclined: the person says that it cannot be done.
        """
        self.bench.make_safe()
        said = spoken(text)
        state = (said.en, picture, self.units)
        if self.connecting and picture and state == self._connected:
            return
        self.forget_connections()
        question = Question(key=self.new_key(), kind="instruction", text=said, picture=picture)
        answer = self.put(question)
        if answer == "declined":
            raise OperatorDeclined(
                where=self.scribe.place.section,
                problem=Text("the instruction was declined: {text}", zh="操作未执行：{text}").filled(text=said),
                remedy=Text("Do as it says and try again", zh="请按提示操作后重试"),
            )
        self.operator.carried_out(question, self._about())
        self._connected = state if picture else None

    def forget_connections(self) -> None:
        """Count nothing as connected any more, because somebody was or will be at the bench."""
        self._connected = None

    def ask(
        self, question: Text | str, *, unit: str = "", choices: Sequence[Text | str] = (), barcode: bool | str = False
    ) -> str:
        """Ask a person for a number in a unit, a choice, a code or a text, and return it; numbers get a point."""
        kind = "barcode" if barcode else "number" if unit else "choice" if choices else "text"
        wanted = (barcode,) if isinstance(barcode, str) and barcode else choices
        known = tuple(in_both(each) for each in wanted)
        answer = self.put(Question(key=self.new_key(), kind=kind, text=spoken(question), choices=known, unit=unit))
        return keyed(answer) if unit else scanned(answer) if barcode else answer

    def read_out(
        self, asked: Asked, serial: str = "", limits: Mapping[str, Limit] | None = None, instrument: str = ""
    ) -> str:
        """Ask a person what stands on an instrument without a wire, and return what was keyed in.

        Several units are read on one form, and told to do something once.

        Args:
            asked: by the instrument's driver.
            serial: which the station names; where another one is keyed in, it is asked once more.
            limits: of the station, by quantity; what lies outside is asked again, with the reason.
            instrument: whose driver asks.
        """
        answer = self._together.answer(asked, instrument) or self.put(question_of(asked, self.new_key()))
        while (why := doubt_of(asked, answer, serial, limits or {})) is not None:
            answer = self.put(question_of(evolve(asked, why=why), self.new_key()))
            serial = ""  # twice the same word is taken for what stands there
        return answer

    def put(self, question: Question) -> str:
        """Put a question to whoever is there and return the answer; both stand in the journal."""
        self.look()
        self.control.expect(question)  # whoever hears of it may answer at once
        try:
            self.scribe.append(OperatorAsked(at=self.clock.now(), question=question, place=self.scribe.place))
            answer, by = self.operator.answers(question), "policy"
            if answer is None:
                given = self.control.await_answer(question, meanwhile=self.bench.tend)
                self.look()
                if given is None:
                    raise NobodyThere
                answer, by = given.answer, given.by
        finally:
            self.control.question = None
        self.scribe.append(OperatorAnswered(at=self.clock.now(), question=question.key, answer=answer, by=by))
        return answer

    # --- the record --------------------------------------------------------------------------------------------------

    def attach(self, file: Path | str) -> None:
        """Keep a file or photograph beside the events; one that is named alone is of the method's folder.

        Raises:
            Rejected: it cannot be read; whoever named it is asked again in the next attempt.
        """
        path = self.folder / file
        try:
            content = path.read_bytes()
        except OSError as error:
            words = Text("{name} cannot be read: {error}", zh="无法读取 {name}：{error}")
            raise Rejected(words.filled(name=path.name, error=reason_of(error))) from error
        digest = self.scribe.journal.keep(content)
        self.note(Text("enclosed: {name}, {digest}", zh="附件：{name}，{digest}").filled(name=path.name, digest=digest))

    def note(self, text: Text | str) -> None:
        """Write a remark into the record."""
        self.scribe.append(NoteTaken(at=self.clock.now(), text=spoken(text), place=self.scribe.place))

    def reject(self, reason: Text | str) -> NoReturn:
        """Reject this attempt; it is kept, and made again."""
        raise Rejected(spoken(reason))

    def exclude(self, unit: object, reason: Text | str) -> None:
        """Leave a unit out from here on, and go on with the others; where it is the only one, the run ends."""
        name = unit.name if isinstance(unit, Driver) else ""
        if name not in self.units:
            raise RunAborted(reason=str(spoken(reason)))
        self.leave_out(name, spoken(reason))
        if not self.units:
            raise UnitLeft

    def leave_out(self, unit: str, reason: Text, by: str = "") -> None:
        """Exclude one of several units. Raises RunAborted where none is left."""
        scribe = self.scribe
        scribe.append(UnitExcluded(at=self.clock.now(), unit=unit, reason=reason, place=scribe.place, by=by))
        self.units = tuple(each for each in self.units if each != unit)
        self.bench.give_up(unit)
        started = scribe.progress.started
        if started is not None and scribe.progress.excluded.keys() >= {each.key for each in started.units}:
            raise RunAborted(reason=_NONE_LEFT.filled(reason=reason).en)

    def stop(self, reason: Text | str) -> NoReturn:
        """Stop the run; the bench is made safe."""
        raise RunAborted(reason=str(spoken(reason)))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _about(self) -> dict[str, str]:
        """Return which instrument plays each role, and the columns of the point, in words."""
        columns = {
            name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in self.columns.items()
        }
        seats = self.bench.seats
        turn = {each.role: each.instrument for each in seats.values() if (each.instrument,) == self.units}
        return {role: seat.instrument for role, seat in seats.items()} | turn | columns

    def look(self) -> None:
        """Write down what people asked; leave when it calls for that.

        Raises:
            Turned: the engine has to end or to turn to another point.
        """
        for command in self.control.heard():
            self.scribe.append(
                CommandReceived(
                    at=self.clock.now(), command=command.wish.value, by=command.by, facts=dict(command.facts)
                )
            )
        self.control.place, self.control.head = self.scribe.place, self.scribe.progress.n
        if self.control.halted.is_set():
            raise Turned

    def _read(self, symbol: str, purpose: Purpose, call: Reads) -> Indication:
        self._record_due()
        self.look()
        self.bench.tend()
        try:
            with self.scribe.at(symbol, purpose):
                return call()
        except InstrumentError:
            self.failing = self._unit_of(call)
            raise

    def _read_each(self, symbol: str, calls: Sequence[Reads]) -> None:
        """Take one reading by each method; what a person reads of them stands on one form."""
        with self._together.reading([owner for each in calls if (owner := owner_of(each)) is not None]):
            for each in calls:
                self._read(symbol, Purpose.OBSERVE, each)

    def _unit_of(self, call: Reads) -> str:
        """Return the unit that a method reads, of several; empty: it reads something else, or the run has one unit."""
        owner = owner_of(call)
        return owner.name if owner is not None and owner.name in self.units else ""

    def _present(self, calls: Sequence[Reads]) -> Sequence[Reads]:
        """Return the methods of a list without those of units that were excluded."""
        gone = self.scribe.progress.excluded
        return [each for each in calls if getattr(getattr(each, "__self__", None), "name", "") not in gone]

    def _meanwhile(self) -> float:
        """Do what is due while a driver waits, and return the seconds until something is due again."""
        due = self.bench.tend()
        if not self._traces or self._recording:
            return due
        self._record_due()
        now = self.clock.monotonic()
        return max(min(due, *(each.due - now for each in self._traces)), 0.0)

    def _record_due(self) -> None:
        """Take the readings of traces that are due; one whose instrument is in the midst of something waits for it."""
        if self._recording:
            return
        self._recording = True
        try:
            for trace in list(self._traces):
                now = self.clock.monotonic()
                if now >= trace.due:
                    trace.due = max(trace.due + trace.every, now)
                    if self.bench.busy(trace.call):
                        continue
                    self.look()
                    with self.scribe.at(trace.symbol, Purpose.RECORD):
                        trace.call()
        finally:
            self._recording = False

    def _pass_until(self, instant: float) -> None:
        """Let time pass until an instant, taking the traces' readings as they fall due."""
        while (now := self.clock.monotonic()) < instant:
            self.look()
            due = min((each.due for each in self._traces), default=instant)
            if due > now:
                self.clock.wait(min(due, instant) - now)
            self._record_due()

    def new_key(self) -> str:
        """Return a fresh name for a question."""
        self._asked += 1
        return f"{self.scribe.progress.epoch}.{self._asked}"


def seconds(given: Duration) -> float:
    """Return a duration in seconds.

    >>> seconds("2 min")
    120.0
    """
    return float((parse_quantity(given) if isinstance(given, str) else given).value_in("s"))


def spoken(words: Text | str) -> Text:
    """Return words as a Text; a plain sentence is the same in both languages, of which `check` warns."""
    return words if isinstance(words, Text) else Text(words, zh=words)


_NONE_LEFT: Final = Text("no unit is left: {reason}", zh="已无剩余被测对象：{reason}")
