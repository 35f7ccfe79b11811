"""A dry call of a section's function: stand-ins take every verb and every method, and touch no instrument."""

import inspect
import re
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NoReturn, ParamSpec

from attrs import define, field, frozen

from labctl.errors import ProcedureError
from labctl.instruments.capabilities import subject
from labctl.language import Text, in_both
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
MEANINGS = {
    "current": "A", "diameter": "µm", "duration": "s", "frequency": "Hz", "pressure": "kPa", "resistance": "Ω",
    "temperature": "°C", "voltage": "V",
}  # fmt: skip
"""What parameters of capabilities mean by their names, each in a unit of its kind."""
_SETS_RANGE = re.compile(r"set_(\w+)_range")
MOST_LINES = 100_000
"""How many lines of a procedure a dry call of one function may reach; one that reaches more has no end."""
_ENDLESS = Text("does not come to its end", zh="不会结束")
_MEASURE_ONCE = Text("Let it measure one point once; the engine repeats", zh="请让函数只测量一点一次，重复由引擎完成")

_ENDS = Text("the function ends the program", zh="函数会终止程序")
_STOP = Text("Use run.stop with the reason", zh="请使用 run.stop 并注明原因")
_NO_PART = Text("no point has this", zh="校准点没有此项")
_AS_COLUMN = Text(
    'Write point["{name}"]; of words point.text("{name}"), of a number point.count("{name}")',
    zh='请写 point["{name}"]；文字用 point.text("{name}")，次数用 point.count("{name}")',
)
_BARE = Text("{name} is {value}, a number without its unit", zh="{name} 为 {value}，没有单位")
_WHOLE_COLUMN = Text("Give the column as it is, point.nominal", zh="请直接给出列，如 point.nominal")
_NO_DURATION = Text("a duration of {value}", zh="时长为 {value}")
_LASTING = Text("Give a column with a positive time", zh="请给出时间为正的列")
_NO_COUNT = Text("is no whole number of readings", zh="不是读数的整数次数")
_COUNT = Text('Write times=point.readings, or point.count("…")', zh='请写 times=point.readings 或 point.count("…")')
_NO_PACE = Text("no time lies between the readings", zh="读数之间没有间隔")
_A_PACE = Text('Write how often it is read, as every="10 s"', zh='请写读数间隔，如 every="10 s"')
_TOO_SHORT = Text("the block ends before the second reading", zh="在第二个读数之前记录就已结束")
_MEANWHILE = Text(
    "Let what takes the time happen in the block, and read more often than it lasts",
    zh="请将耗时的操作写在该块内，且读数间隔应小于其时长",
)
_NO_STEADY = Text("its criterion is no Steady(…)", zh="判据不是 Steady(…)")
_A_STEADY = Text(
    'Declare STEADY = Steady(readings=3, within="…", timeout="…") in the module, and give it here',
    zh='请在模块中声明 STEADY = Steady(readings=3, within="…", timeout="…")，并在此给出',
)
_NO_METHOD = Text("what is to be read is no method", zh="要读取的不是方法")
_A_METHOD = Text("Give the method of a role, unit.dc_voltage", zh="请给出角色的方法，如 unit.dc_voltage")
_NO_UNIT = Text("what is to be left out is no unit", zh="要排除的不是被测对象")
_THE_UNIT = Text("Give the unit itself: run.exclude(unit, …)", zh="请直接给出被测对象：run.exclude(unit, …)")
_NO_TIME = Text("is no time", zh="不是时间")
_BACKWARDS = Text("a time that is negative", zh="时间为负")
_A_TIME = Text(
    'Give a column of the points, run.wait(point["dripping"])', zh='请给出校准点的列，如 run.wait(point["dripping"])'
)


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

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse a column that is asked for as if it were one that every point has."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise ProcedureError(where=f"point.{name}", problem=_NO_PART, remedy=_AS_COLUMN.filled(name=name))


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
    try:
        with _tracing(function.__code__, seen.lines), suppress(_Ended):
            function(**{name: given[name] for name in wanted})
    except SystemExit as failure:
        raise ProcedureError(where=function.__name__, problem=_ENDS, remedy=_STOP) from failure
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
            given = form.bind(self, *values, **named).arguments
            for parameter, value in given.items():
                if form.parameters[parameter].annotation is Quantity:
                    _keep_quantity(f"{self._role}.{name}(…)", parameter, value, _meant(self._ability, name, parameter))
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


def _keep_quantity(where: str, name: str, value: object, meant: str) -> None:
    """Refuse a bare number where a method takes a quantity, and a quantity of another kind. Raises UnitMismatch too."""
    if not isinstance(value, Quantity):
        problem = _BARE.filled(name=name, value=repr(value))
        raise ProcedureError(where=where, problem=problem, remedy=_WHOLE_COLUMN)
    if meant and value.value_in(meant) <= 0 and name == "duration":
        raise ProcedureError(where=where, problem=_NO_DURATION.filled(value=value), remedy=_LASTING)


def _meant(ability: type[Any], method: str, parameter: str) -> str:
    """Return the unit of what a parameter of a capability's method means; empty where its name does not tell it."""
    of_range = _SETS_RANGE.fullmatch(method)
    about = subject(ability, of_range[1]) if of_range is not None else None
    return about.unit if about is not None else MEANINGS.get(parameter, "")


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
        if not isinstance(times, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ProcedureError(where=f"times={times!r}", problem=_NO_COUNT, remedy=_COUNT)
        if times < 1:
            raise ProcedureError(
                where=f"times={times}",
                problem=Text("no readings would be taken", zh="不会取任何读数"),
                remedy=Text("Ask for one or more", zh="请至少取一个读数"),
            )
        if every is not None:
            self.seen.waited += _seconds(every) * (times - 1)
        calls = [call] if callable(call) else call
        for each in _methods_in(calls):
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
    def record(self, trace: str, call: Reads, *, every: Quantity | str) -> Generator[None]:
        between = _seconds(every)
        if between <= 0:
            raise ProcedureError(where=f"every={every}", problem=_NO_PACE, remedy=_A_PACE)
        _expect(call(), Indication)
        before = (self.seen.waited, self.seen.settings, self.seen.readings, self.seen.at_most)
        yield
        waited = self.seen.waited - before[0]
        only_waited = before[1:] == (self.seen.settings, self.seen.readings, self.seen.at_most)
        if only_waited and waited < between:
            raise ProcedureError(where=f"record({trace!r}, every={every})", problem=_TOO_SHORT, remedy=_MEANWHILE)

    def settle(self, trace: str, call: Reads, steady: Steady) -> None:
        if not isinstance(steady, Steady):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ProcedureError(where=f"settle({trace!r}, …)", problem=_NO_STEADY, remedy=_A_STEADY)
        self.seen.settles[trace] = steady
        judge = steady.begin(self.names)
        shown = call()
        _expect(shown, Indication)
        judge.refuse_impossible()
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
        choices: Sequence[Text | str] = (),
        barcode: bool | str = False,
    ) -> str:
        self.seen.instructions += 1
        return in_both(choices[0]).en if choices else barcode if isinstance(barcode, str) else "0"

    def attach(self, file: Path | str) -> None:
        pass

    def note(self, text: Text | str) -> None:
        pass

    def reject(self, reason: Text | str) -> NoReturn:
        raise _Ended(str(reason))

    def exclude(self, unit: object, reason: Text | str) -> None:  # noqa: ARG002
        if not isinstance(unit, StandIn):
            raise ProcedureError(where=f"exclude({unit!r}, …)", problem=_NO_UNIT, remedy=_THE_UNIT)

    def stop(self, reason: Text | str) -> NoReturn:
        raise _Ended(str(reason))


def _expect(found: object, kind: type[Indication | Setting]) -> None:
    if not isinstance(found, kind):
        raise ProcedureError(
            where=kind.__name__,
            problem=Text("the method returns no {kind}", zh="该方法不返回 {kind}").filled(kind=kind.__name__),
            remedy=Text("Observe what shows, apply what presents", zh="observe 用于示值方法，apply 用于输出方法"),
        )


def _methods_in(calls: Iterable[Reads]) -> Iterable[Reads]:
    """Return what is to be called. Raises ProcedureError where it is none of it."""
    if isinstance(calls, StandIn) or not all(callable(each) for each in calls):
        raise ProcedureError(where="observe(…)", problem=_NO_METHOD, remedy=_A_METHOD)
    return calls


def _seconds(duration: Quantity | str) -> float:
    found = Figure(duration).quantity() if isinstance(duration, str) else duration
    if not isinstance(found, Quantity):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ProcedureError(where=repr(duration), problem=_NO_TIME, remedy=_A_TIME)
    seconds = found.value_in("s")
    if seconds < 0:
        raise ProcedureError(where=str(found), problem=_BACKWARDS, remedy=_A_TIME)
    return seconds
