"""A function of a procedure, read without running it: which series it fills, by which method of which role."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol, get_args, get_origin

from attrs import frozen

from labctl.procedure.units import Units, role_named

Function = Callable[..., None]

FILLS: Final = ("apply", "observe", "scan", "record", "settle")
"""Verbs whose first word is the name of a series or trace."""


@frozen(kw_only=True)
class Filling:
    """One place in a function that fills a series or trace."""

    symbol: str  # empty: not a literal name
    verb: str
    role: str  # empty: not a method of a role
    method: str
    line: int


@frozen(kw_only=True)
class Body:
    """What stands in a function."""

    file: str
    first_line: int
    tree: ast.FunctionDef
    fillings: tuple[Filling, ...]

    def line(self, node: ast.AST) -> int:
        """Return the line of the file in which a node stands."""
        return self.first_line + getattr(node, "lineno", 1) - 1


def read_body(function: Function) -> Body:
    """Return what stands in a function."""
    lines, first = inspect.getsourcelines(function)
    tree = next(each for each in ast.parse(textwrap.dedent("".join(lines))).body if isinstance(each, ast.FunctionDef))
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call)]
    fillings = [filling for call in calls for filling in _fillings(call, first)]
    return Body(
        file=Path(inspect.getsourcefile(function) or "").name,
        first_line=first,
        tree=tree,
        fillings=tuple(sorted(fillings, key=lambda each: each.line)),
    )


@frozen(kw_only=True)
class Part:
    """What a function wants under one name of its signature."""

    role: str
    ability: type[Any]  # `object` where it states none
    together: bool  # all units at once


def parts_of(function: Function) -> dict[str, Part]:
    """Return what a function wants under each name of its signature, apart from run and point."""
    return {
        name: _part(name, each.annotation)
        for name, each in inspect.signature(function).parameters.items()
        if name not in {"run", "point"}
    }


def roles_of(function: Function) -> dict[str, type[Any]]:
    """Return the roles that a function names, with the ability it wants of each; `object` where it states none."""
    return {each.role: each.ability for each in parts_of(function).values()}


def methods_of(ability: type[Any]) -> frozenset[str]:
    """Return the methods that an ability asks for, with those that it takes over from other abilities.

    >>> from typing import Protocol
    >>> class Weighs(Protocol):
    ...     def mass(self) -> float: ...
    >>> class Balance(Weighs, Protocol):
    ...     def tare(self) -> None: ...
    >>> sorted(methods_of(Balance))
    ['mass', 'tare']
    """
    asked = [each for each in ability.__mro__ if getattr(each, "_is_protocol", False) and each is not Protocol]
    return frozenset(name for each in asked for name in vars(each) if not name.startswith("_"))


def _part(name: str, annotation: Any) -> Part:  # noqa: ANN401  (whatever an author wrote)
    together = get_origin(annotation) is Units
    ability = get_args(annotation)[0] if together else annotation
    return Part(role=role_named(name), ability=ability if _stated(ability) else object, together=together)


def _stated(annotation: object) -> bool:
    return isinstance(annotation, type) and annotation not in {inspect.Parameter.empty, Units}


def _fillings(call: ast.Call, first_line: int) -> Iterator[Filling]:
    match call.func:
        case ast.Attribute(value=ast.Name(id="run"), attr=verb) if verb in FILLS:
            pass
        case _:
            return
    line = first_line + call.lineno - 1
    if verb == "scan":
        for keyword in call.keywords:
            match keyword.value:
                case ast.Tuple(elts=[symbol, method]):
                    yield _filling(verb, symbol, method, line)
                case _:
                    yield Filling(symbol="", verb=verb, role="", method="", line=line)
        return
    named = {each.arg: each.value for each in call.keywords}
    nothing = ast.Constant(value=None)
    symbol = call.args[0] if call.args else named.get("symbol", named.get("trace", nothing))
    yield _filling(verb, symbol, call.args[1] if len(call.args) > 1 else named.get("call", nothing), line)


def _filling(verb: str, symbol: ast.expr, method: ast.expr, line: int) -> Filling:
    name = symbol.value if isinstance(symbol, ast.Constant) and isinstance(symbol.value, str) else ""
    role, called = "", ""
    if isinstance(method, ast.List) and method.elts:
        method = method.elts[0]  # several read in turn: of one kind, or they were no series
    match method:
        case ast.Attribute(value=ast.Name(id=owner), attr=called):
            role = owner
        case ast.ListComp(elt=ast.Attribute(attr=called), generators=[ast.comprehension(iter=ast.Name(id=all_of))]):
            role = role_named(all_of)  # one reading of each unit
        case _:
            pass
    return Filling(symbol=name, verb=verb, role=role, method=called, line=line)
