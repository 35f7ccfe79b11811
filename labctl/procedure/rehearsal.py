"""A dry call of a section's function: stand-ins take every verb and every method, and touch no instrument."""

import inspect
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NoReturn, ParamSpec

from attrs import define, field, frozen

from labctl.errors import ProcedureError
from labctl.instruments.capabilities import subject
from labctl.language import Text
from labctl.metrology.figure import Figure, Value
from labctl.metrology.quantity import Quantity
from labctl.procedure.body import Function, parts_of
from labctl.procedure.point import Point
from labctl.procedure.run import VERBS, Reads
from labctl.procedure.settling import Steady
from labctl.procedure.units import Units
from labctl.records.observation import Indication, Setting

P = ParamSpec("P")
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
_BOTH_WAYS = 2  # readings of each in a scan: forwards and backwards
MOST_LINES = 100_000
"""How many lines of a procedure a dry call of one function may reach; one that reaches more has no end."""
_ENDLESS = Text("does not come to its end", zh="不会结束")
_MEASURE_ONCE = Text("Let it measure one point once; the engine repeats", zh="请让函数只测量一点一次，重复由引擎完成")


@define(kw_only=True)
class Rehearsed:
    """What a dry call of a function asked for.

    Attributes:
        taken: readings by symbol of the series.
        applied: the last value presented by symbol.
        stable: the greatest span of each trace that settles, where its criterion states one.
        settles: the criterion of each trace that settles.
        waited: seconds that pass at least: waits, windows of settling, intervals between readings.
        at_most: seconds that settling and waiting for an answer may take beyond that, by their time-outs.
        readings: indications in all.
        settings: calls that change something.
        pictures: of the instructions, in order.
        instructions: how many a person is asked to carry out or answer.
        columns: of the point that were asked for.
        lines: of the file that were reached.
    """

    taken: dict[str, int] = field(factory=dict[str, int])
    applied: dict[str, Quantity] = field(factory=dict[str, Quantity])
    stable: dict[str, Quantity] = field(factory=dict[str, Quantity])
    settles: dict[str, Steady] = field(factory=dict[str, Steady])
    waited: float = 0.0
    at_most: float = 0.0
    readings: int = 0
    settings: int = 0
    pictures: list[str] = field(factory=list[str])
    instructions: int = 0
    columns: set[str] = field(factory=set[str])
    lines: set[int] = field(factory=set[int])


@frozen(kw_only=True)
class _Watched(Point):
    """A point that remembers which of its columns were asked for."""

    asked: set[str]

    def _column(self, column: str) -> Quantity | str | float:
        self.asked.add(column)
        return super()._column(column)


def rehearse(function: Function, point: Point, names: dict[str, Value], units: int = 1) -> Rehearsed:
    """Call a function once with stand-ins, and return what it asked for.

    Args:
        function: of a section, or a hook.
        point: a row of its points.
        names: what figures may use there.
        units: how many it is given where it measures all of them together.

    Raises:
        ProcedureError, or whatever the function itself raises: it would fail in a run, too.
    """
    seen = Rehearsed()
    watched = _Watched(key=point.key, columns=point.columns, asked=seen.columns)
    given: dict[str, object] = {"run": _Rehearsal(names, seen), "point": watched}
    for name, part in parts_of(function).items():
        one = StandIn(name, part.ability, seen)
        given[name] = Units((one,) * units) if part.together else one
    wanted = inspect.signature(function).parameters
    with _tracing(function.__code__, seen.lines), suppress(_Ended):
        function(**{name: given[name] for name in wanted})
    return seen


@contextmanager
def _tracing(code: CodeType, lines: set[int]) -> Generator[None]:
    """Note every line of a function that is reached; whoever traced before goes on afterwards.

    Lines of other functions in its file are counted with them, so that one without an end is left.
    """
    count = 0

    def local(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401  (as sys.settrace has it)
        nonlocal count
        if event == "line":
            count += 1
            if count > MOST_LINES:
                raise ProcedureError(where=f"{code.co_name}", problem=_ENDLESS, remedy=_MEASURE_ONCE)
            if frame.f_code is code:
                lines.add(frame.f_lineno)
        return local

    def begin(frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401  (as sys.settrace has it)
        return local if frame.f_code.co_filename == code.co_filename else None

    before = sys.gettrace()
    sys.settrace(begin)
    try:
        yield
    finally:
        sys.settrace(before)


class _Ended(Exception):
    """Raised where a run would reject or stop."""


class StandIn:
    """Has the methods of an ability and nothing else; shows zero and presents what it was asked for."""

    def __init__(self, role: str, ability: type[Any], seen: Rehearsed | None = None) -> None:
        """Stand in for a role."""
        self._role = role
        self._ability = ability
        self._seen = seen if seen is not None else Rehearsed()

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Return a method of the ability. Raises ProcedureError for anything else."""
        method = getattr(self._ability, name, None)
        if name.startswith("_") or not callable(method):
            raise ProcedureError(
                where=f"{self._role}.{name}",
                problem=Text("{ability} has no {name}", zh="{ability} 没有 {name}").filled(
                    ability=self._ability.__name__, name=name
                ),
                remedy=Text("Methods are: {known}", zh="可用方法：{known}").filled(
                    known=", ".join(_methods(self._ability))
                ),
            )
        form = inspect.signature(method)
        about = subject(self._ability, name)

        def called(*values: object, **named: object) -> object:
            form.bind(self, *values, **named)
            unit = about.unit if about is not None else "1"
            if form.return_annotation is Indication:
                self._seen.readings += 1
            else:
                self._seen.settings += 1
            if form.return_annotation is Indication:
                return Indication(quantity=Quantity.of(0.0, unit), reply=b"", taken_at=_NEVER, of=self._role)
            if form.return_annotation is Setting:
                asked = next((each for each in values if isinstance(each, Quantity)), Quantity.of(0.0, unit))
                asked.value_in(unit)
                return Setting(quantity=asked, command=b"", sent_at=_NEVER, of=self._role)
            return () if form.return_annotation not in {None, inspect.Signature.empty} else None

        return called


def _methods(ability: type[Any]) -> list[str]:
    return [name for name, each in vars(ability).items() if callable(each) and not name.startswith("_")]


@define
class _Rehearsal:
    """Takes the fourteen verbs; each is tried for what it would refuse."""

    names: dict[str, Value]
    seen: Rehearsed

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse a verb that there is not, as a run would."""
        raise ProcedureError(
            where=f"run.{name}",
            problem=Text("is no verb", zh="不是动词"),
            remedy=Text("Verbs are: {known}", zh="可用动词：{known}").filled(known=", ".join(VERBS)),
        )

    def apply(self, symbol: str, call: Callable[P, Setting], *values: P.args, **named: P.kwargs) -> None:
        made = call(*values, **named)
        _expect(made, Setting)
        self.seen.applied[symbol] = made.quantity

    def observe(
        self, symbol: str, call: Reads | Sequence[Reads], *, times: int = 1, every: Quantity | str | None = None
    ) -> None:
        if times < 1:
            raise ProcedureError(
                where=f"times={times}",
                problem=Text("no readings would be taken", zh="不会取任何读数"),
                remedy=Text("Ask for one or more", zh="请至少取一个读数"),
            )
        if every is not None:
            self.seen.waited += _seconds(every) * (times - 1)
        calls = [call] if callable(call) else call
        for each in calls:
            _expect(each(), Indication)
        self.seen.readings += len(calls) * (times - 1)
        self.seen.taken[symbol] = self.seen.taken.get(symbol, 0) + times

    def scan(self, *, first: tuple[str, Reads], then: tuple[str, Sequence[Reads]]) -> None:
        for each in (first[1], *then[1]):
            _expect(each(), Indication)
            self.seen.readings += 1
        for symbol in (first[0], then[0]):
            self.seen.taken[symbol] = self.seen.taken.get(symbol, 0) + _BOTH_WAYS

    @contextmanager
    def record(self, _trace: str, call: Reads, *, every: Quantity | str) -> Generator[None]:
        _seconds(every)
        _expect(call(), Indication)
        yield

    def settle(self, trace: str, call: Reads, steady: Steady) -> None:
        self.seen.settles[trace] = steady
        judge = steady.begin(self.names)
        shown = call()
        _expect(shown, Indication)
        for second in range(3):
            judge.take(float(second), shown.quantity)
        if judge.within is not None:
            self.seen.stable[trace] = judge.within
        self.seen.waited += judge.window
        self.seen.at_most += max(judge.timeout - judge.window, 0.0)
        self.seen.readings += max(steady.readings - 1, 0)

    def wait(self, duration: Quantity | str) -> None:
        self.seen.waited += _seconds(duration)

    def wait_until(self, question: Callable[[], bool], *, timeout: Quantity | str) -> None:
        self.seen.at_most += _seconds(timeout)
        question()

    def instruct(self, text: Text | str, *, picture: str = "") -> None:  # noqa: ARG002
        self.seen.instructions += 1
        if picture:
            self.seen.pictures.append(picture)

    def ask(
        self,
        question: Text | str,  # noqa: ARG002
        *,
        unit: str = "",  # noqa: ARG002
        choices: Sequence[Text] = (),
        barcode: bool | str = False,
    ) -> str:
        self.seen.instructions += 1
        return choices[0].en if choices else barcode if isinstance(barcode, str) else "0"

    def attach(self, file: Path | str) -> None:
        pass

    def note(self, text: Text | str) -> None:
        pass

    def reject(self, reason: Text | str) -> NoReturn:
        raise _Ended(str(reason))

    def exclude(self, unit: object, reason: Text | str) -> None:
        pass

    def stop(self, reason: Text | str) -> NoReturn:
        raise _Ended(str(reason))


def _expect(found: object, kind: type[Indication | Setting]) -> None:
    if not isinstance(found, kind):
        raise ProcedureError(
            where=kind.__name__,
            problem=Text("the method returns no {kind}", zh="该方法不返回 {kind}").filled(kind=kind.__name__),
            remedy=Text("Observe what shows, apply what presents", zh="observe 用于示值方法，apply 用于输出方法"),
        )


def _seconds(duration: Quantity | str) -> float:
    found = Figure(duration).quantity() if isinstance(duration, str) else duration
    return found.value_in("s")
