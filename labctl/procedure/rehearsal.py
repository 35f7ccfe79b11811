"""A dry call of a section's function: stand-ins take every verb and every method, and touch no instrument."""

import inspect
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

from attrs import define, field

from labctl.errors import ProcedureError
from labctl.instruments.capabilities import subject
from labctl.language import Text
from labctl.metrology.figure import Figure, Value
from labctl.metrology.quantity import Quantity
from labctl.procedure.body import Function, roles_of
from labctl.procedure.point import Point
from labctl.procedure.run import Reads
from labctl.procedure.settling import Steady
from labctl.records.observation import Indication, Setting

P = ParamSpec("P")
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def rehearse(function: Function, point: Point, names: dict[str, Value]) -> None:
    """Call a function once with stand-ins.

    Args:
        function: of a section, or a hook.
        point: a row of its points.
        names: what figures may use there.

    Raises:
        ProcedureError, or whatever the function itself raises: it would fail in a run, too.
    """
    given: dict[str, object] = {"run": _Rehearsal(names), "point": point}
    for name, ability in roles_of(function).items():
        given[name] = StandIn(name, ability)
    wanted = inspect.signature(function).parameters
    try:
        function(**{name: given[name] for name in wanted})
    except _Ended:
        return


class _Ended(Exception):
    """Raised where a run would reject or stop."""


class StandIn:
    """Has the methods of an ability and nothing else; shows zero and presents what it was asked for."""

    def __init__(self, role: str, ability: type[Any]) -> None:
        """Stand in for a role."""
        self._role = role
        self._ability = ability

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
    _first: dict[str, str] = field(factory=dict[str, str], init=False)

    def apply(self, _symbol: str, call: Callable[P, Setting], *values: P.args, **named: P.kwargs) -> None:
        _expect(call(*values, **named), Setting)

    def observe(
        self, _symbol: str, call: Reads | Sequence[Reads], *, times: int = 1, every: Quantity | str | None = None
    ) -> None:
        if times < 1:
            raise ProcedureError(
                where=f"times={times}",
                problem=Text("no readings would be taken", zh="不会取任何读数"),
                remedy=Text("Ask for one or more", zh="请至少取一个读数"),
            )
        if every is not None:
            _seconds(every)
        for each in [call] if callable(call) else call:
            _expect(each(), Indication)

    def scan(self, *, first: tuple[str, Reads], then: tuple[str, Sequence[Reads]]) -> None:
        for each in (first[1], *then[1]):
            _expect(each(), Indication)

    @contextmanager
    def record(self, _trace: str, call: Reads, *, every: Quantity | str) -> Generator[None]:
        _seconds(every)
        _expect(call(), Indication)
        yield

    def settle(self, _trace: str, call: Reads, steady: Steady) -> None:
        judge = steady.begin(self.names)
        shown = call()
        _expect(shown, Indication)
        for second in range(3):
            judge.take(float(second), shown.quantity)

    def wait(self, duration: Quantity | str) -> None:
        _seconds(duration)

    def wait_until(self, question: Callable[[], bool], *, timeout: Quantity | str) -> None:
        _seconds(timeout)
        question()

    def instruct(self, text: Text | str, *, picture: str = "") -> None:
        pass

    def ask(self, question: Text | str, *, unit: str = "", choices: Sequence[Text] = ()) -> str:  # noqa: ARG002
        return choices[0].en if choices else "0"

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
