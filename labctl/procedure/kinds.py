"""Is what stands in a declaration of the kind that it wants: a text in quotes, a Model, words in two languages."""

import inspect
from collections.abc import Callable
from enum import Enum
from functools import wraps
from types import FunctionType, UnionType
from typing import Any, Final, ParamSpec, TypeVar, cast, get_args, get_origin

from attrs import AttrsInstance, fields

from labctl.errors import ProcedureError
from labctl.language import Text
from labctl.metrology.figure import Figure, Interval

P = ParamSpec("P")
R = TypeVar("R")


def keep_kinds(made: object) -> None:
    """Refuse a word of a declaration that is not of the kind its class says. Raises ProcedureError."""
    for each in fields(cast("type[AttrsInstance]", type(made))):
        _keep(type(made).__name__, each.alias or each.name, getattr(made, each.name), each.type)


class InKind:
    """What authors declare, and refuses words of another kind as it is made. Raises ProcedureError."""

    __slots__ = ()

    def __attrs_post_init__(self) -> None:
        """Refuse a word of another kind."""
        keep_kinds(self)


def in_kind(declared: Callable[P, R]) -> Callable[P, R]:
    """Let a declaration refuse words that are not of the kind its signature says, before they do harm far from here.

    What a signature says of containers and functions is left to the declaration itself.
    """
    form = inspect.signature(declared)

    @wraps(declared)
    def checked(*values: P.args, **named: P.kwargs) -> R:
        try:
            given = form.bind(*values, **named).arguments
        except TypeError:
            return declared(*values, **named)  # which says it in Python's own words
        for name, value in given.items():
            _keep(declared.__name__, name, value, form.parameters[name].annotation)
        return declared(*values, **named)

    return checked


def plain(where: str, function: object) -> None:
    """Refuse what cannot be read and called as a function that measures: the engine calls a plain `def`, by names.

    Raises:
        ProcedureError: it is a class, a lambda, an async function or generator, or another decorator hides it.
    """
    problem: Text | None = None
    if not isinstance(function, FunctionType):
        problem = _NONE.filled(kind=type(function).__name__)
    elif function.__name__ == "<lambda>":
        problem = Text("a lambda stands in place of a function", zh="使用了 lambda 而不是函数")
    elif inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        problem = _ASYNC.filled(name=function.__name__)
    elif inspect.isgeneratorfunction(function):
        problem = _YIELDS.filled(name=function.__name__)
    elif hasattr(function, "__wrapped__"):
        problem = _HIDDEN.filled(name=function.__name__)
    if problem is not None:
        raise ProcedureError(where=where, problem=problem, remedy=_DEFINE)


def refused(where: str, problem: Text, remedy: Text) -> ProcedureError:
    """Return the error for a word of a declaration."""
    return ProcedureError(where=f"{where}(…)", problem=problem, remedy=remedy)


def _keep(where: str, name: str, value: object, kind: Any) -> None:  # noqa: ANN401  (whatever an annotation is)
    if get_origin(kind) is tuple:
        kind = tuple
    kinds = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    if kind is inspect.Parameter.empty or not all(isinstance(each, type) for each in kinds):
        return  # a container, a function, a name of types: told where it is used
    if isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds):
        return
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        return
    wanted = [_wanted(each) for each in kinds if each is not type(None)]
    all_of = Text(" or ".join(each.en for each in wanted), zh=" 或 ".join(each.zh for each in wanted))
    remedy = _UNQUOTE if isinstance(value, str) else _WRITE
    raise refused(where, _OTHER.filled(name=name, value=_shown(value)), remedy.filled(name=name, wanted=all_of))


def _wanted(kind: type) -> Text:
    if kind in _WANTED:
        return _WANTED[kind]
    names = (
        [each.name for each in kind] if issubclass(kind, Enum) else [_CALLED.get(kind.__name__, f"{kind.__name__}(…)")]
    )
    return Text(", ".join(names), zh="、".join(names))


def _shown(value: object) -> str:
    words = value.__name__ if isinstance(value, type) else repr(value)
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


_LONGEST: Final = 40
_WANTED: Final[dict[type, Text]] = {
    str: Text("a text in quotes", zh="带引号的文字"),
    float: Text("a number", zh="数"),
    int: Text("a whole number", zh="整数"),
    bool: Text("True or False", zh="True 或 False"),
    tuple: Text("several in brackets: (…, …)", zh="括号内的若干项：(…, …)"),
    Figure: Text('a figure in quotes, as "5 mK"', zh='带引号的数值，如 "5 mK"'),
    Interval: Text('limits in quotes, as "(20 ± 1) °C"', zh='带引号的界限，如 "(20 ± 1) °C"'),
    Text: Text('Text("…", zh="…")', zh='Text("…", zh="…")'),
}
_CALLED: Final = {"Pooled": "POOLED"}
"""Words that are one thing, not made anew by whoever writes them."""
_UNQUOTE: Final = Text("Give {name} as {wanted}, without quotes", zh="{name} 请写成{wanted}，不加引号")
_OTHER: Final = Text("{name} is {value}", zh="{name} 为 {value}")
_WRITE: Final = Text("Give {name} as {wanted}", zh="{name} 请写成{wanted}")
_NONE: Final = Text("{kind} stands in place of a function", zh="应为函数，实为 {kind}")
_ASYNC: Final = Text("{name} is an async function: nobody would await it", zh="{name} 是 async 函数：不会被等待执行")
_YIELDS: Final = Text("{name} yields: nobody would run it", zh="{name} 含有 yield：不会被执行")
_HIDDEN: Final = Text("another decorator hides {name}", zh="{name} 被另一装饰器包裹")
_DEFINE: Final = Text(
    "Write a plain def right below the declaration; hooks are functions of their own",
    zh="请在声明的下一行写普通的 def 函数；hook 请另写函数",
)
