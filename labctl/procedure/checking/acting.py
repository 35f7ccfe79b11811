"""Does a function act through the run alone: nothing caught, nothing kept between calls, nothing past the engine."""

import ast
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Final

from labctl.language import Text
from labctl.procedure.body import Body, Function, read_body
from labctl.procedure.finding import Finding

PAST: Final = frozenset({
    "print", "input", "open", "eval", "exec", "compile", "__import__", "breakpoint", "exit", "quit",
})  # fmt: skip
"""Names of Python's own by which a function would speak to somebody or something else than the run."""
CHANGES: Final = frozenset({
    "append", "extend", "insert", "remove", "pop", "clear", "add", "discard", "update", "setdefault", "popitem",
})  # fmt: skip
"""Methods by which a list, set or dictionary of the module would remember something."""
FOREIGN: Final = (sys.stdlib_module_names - {"builtins", "enum", "pathlib", "typing"}) | {"numpy", "pandas", "scipy"}
"""Modules that calculate, keep, or speak past the run; those of labctl and of the author's own pack do not."""


def acting(function: Function) -> Iterator[Finding]:
    """Return where a function catches errors, records without a block, or reaches past the run."""
    body = read_body(function)
    yield from _caught(body)
    yield from _unblocked(body)
    yield from past(function)


def past(function: Function) -> Iterator[Finding]:
    """Return where a function uses what the engine cannot see; one that does is not called dry."""
    body = read_body(function)
    space = function.__globals__
    own = {*function.__code__.co_varnames, *function.__code__.co_cellvars}
    told: set[tuple[int, str]] = set()
    for node in ast.walk(body.tree):
        name = _reached(node, space, own)
        if name is not None and (body.line(node), name) not in told:
            told.add((body.line(node), name))
            problem = Text("a function uses {name}, past the run", zh="函数绕过 run 使用了 {name}").filled(name=name)
            yield _found(body, node, "LP220", problem, _THROUGH_RUN)
        kept = _kept(node, space, own)
        if kept is not None:
            problem = Text("a function remembers by {name} what it did", zh="函数用 {name} 记住了做过的事")
            yield _found(body, node, "LP220", problem.filled(name=kept), _REMEMBER_NOTHING)


def _caught(body: Body) -> Iterator[Finding]:
    for node in ast.walk(body.tree):
        match node:
            case ast.Try(handlers=[_, *_]) | ast.TryStar():
                pass
            case ast.With(items=items) if any(_suppresses(each.context_expr) for each in items):
                pass
            case _:
                continue
        yield _found(body, node, "LP219", _CATCHES, _LET_IT_FAIL)


def _suppresses(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress")):
            return True
        case _:
            return False


def _unblocked(body: Body) -> Iterator[Finding]:
    """Tell of a trace that is begun and never runs."""
    blocks = {
        id(each.context_expr) for node in ast.walk(body.tree) if isinstance(node, ast.With) for each in node.items
    }
    for node in ast.walk(body.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="run"), attr="record")) if id(node) not in blocks:
                yield _found(body, node, "LP222", _NO_BLOCK, _WITH)
            case _:
                pass


def _reached(node: ast.AST, space: dict[str, object], own: set[str]) -> str | None:
    """Return the name of what a node reaches for that is not the language's."""
    match node:
        case ast.Import(names=[ast.alias(name=name), *_]) | ast.ImportFrom(module=str() as name):
            return name if _foreign(name) else None
        case ast.Call(func=ast.Name(id=name)) if name not in own:
            if name in PAST and name not in space:
                return name
            found = space.get(name)
            return name if _foreign(getattr(found, "__module__", None) or "") else None
        case ast.Name(id=name, ctx=ast.Load()) if name not in own:
            found = space.get(name)
            return name if isinstance(found, ModuleType) and _foreign(found.__name__) else None
        case _:
            return None


def _foreign(module: str) -> bool:
    return module.partition(".")[0] in FOREIGN


def _kept(node: ast.AST, space: dict[str, object], own: set[str]) -> str | None:
    """Return the name of the module by which a node remembers something from one call to the next."""
    match node:
        case ast.Global(names=[name, *_]) | ast.Nonlocal(names=[name, *_]):
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in CHANGES:
            held = isinstance(space.get(name), list | dict | set)
            return name if held and name not in own else None
        case (
            ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del())
            | ast.Attribute(value=ast.Name(id=name), ctx=ast.Store() | ast.Del())
        ):
            return name if name in space and name not in own else None
        case _:
            return None


def _found(body: Body, node: ast.AST, code: str, problem: Text, remedy: Text) -> Finding:
    return Finding(file=body.file, line=body.line(node), code=code, problem=problem, remedy=remedy)


_CATCHES: Final = Text(
    "a function catches errors: the engine would count an attempt that failed", zh="函数捕获了错误：失败的测量会被计入"
)
_LET_IT_FAIL: Final = Text(
    "Let it fail: the engine rejects the attempt and makes it again; say run.reject where you judge yourself",
    zh="请让其失败：引擎会剔除并重测；需自行判断时请用 run.reject",
)
_NO_BLOCK: Final = Text("run.record without with: nothing is recorded", zh="run.record 没有使用 with：不会记录任何内容")
_WITH: Final = Text(
    'Write with run.record("…", …, every="1 s"): and what is done meanwhile below it',
    zh='请写 with run.record("…", …, every="1 s"):，并将其间的操作写在其下',
)
_THROUGH_RUN: Final = Text(
    "Use run.note, run.ask, run.attach and the other verbs; what is calculated belongs into the model",
    zh="请使用 run.note、run.ask、run.attach 等动词；计算请写入模型",
)
_REMEMBER_NOTHING: Final = Text(
    "Let each call depend on its point alone: a run that is taken up again has forgotten everything else",
    zh="请使每次调用只取决于其校准点：恢复的运行不记得其他内容",
)
