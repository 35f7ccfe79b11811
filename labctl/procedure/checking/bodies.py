"""Does a function keep to acting: no loop, no arithmetic, no waiting by hand, no maker's name, nothing relative."""

import ast
import re
from collections.abc import Iterator
from typing import Any, Final

from labctl.language import Text
from labctl.procedure.body import Body, read_body, roles_of
from labctl.procedure.checking.acting import acting
from labctl.procedure.checking.filling import filling
from labctl.procedure.checking.survey import Survey
from labctl.procedure.finding import Finding
from labctl.procedure.load import FILE
from labctl.procedure.procedure import Hook, Section
from labctl.procedure.run import VERBS
from labctl.records.observation import Indication

WAITS: Final = ("time", "sched", "asyncio", "threading", "labctl.clock", "datetime")
"""Modules by which somebody would wait, or ask for the time, past the engine."""
PAST: Final = (
    "labctl_drivers", "labctl_simulators", "labctl.transport", "labctl.instruments.driver", "labctl.instruments.scpi",
    "pyvisa", "serial", "socket", "pymodbus", "usb",
)  # fmt: skip
"""Modules by which somebody would speak to an instrument past its capability."""
MAKERS: Final = re.compile(
    r"\b(Fluke|Keysight|Agilent|Hewlett|Keithley|Tektronix|Rohde|Yokogawa|Hioki|Vaisala|Mettler|Sartorius|Ohaus|Isotech"
    r"|Anton Paar|Endress|Krohne|Rosemount|TSI|Thermo Fisher|Met One|Ametek|Additel|Druck|WIKA|Hart Scientific"
    r"|5522A|5502A|5730A|3458A|8508A|34401A|34461A|34465A|34470A)\b"
)
"""Makers and models that a metrologist would write from habit."""


def bodies(section: Section) -> Iterator[Finding]:
    """Return what a section's function and hooks do that is not theirs to do."""
    for function in (section.function, *(hook.function for hook in section.hooks)):
        body = read_body(function)
        shows = _shows(roles_of(function))
        yield from acting(function)
        yield from _loops(body)
        yield from _readings(body, shows)
        yield from _waits(body)
    yield from filling(section)
    for hook in section.hooks:
        yield from _relative(hook)


def module(survey: Survey) -> Iterator[Finding]:
    """Return what a procedure's file imports or names that it should not know."""
    for node in ast.walk(survey.lines.tree):
        for name in _imported(node):
            if _within(name, PAST):
                problem = Text("the procedure imports {name}", zh="规程导入了 {name}").filled(name=name)
                yield _line(node, "LP214", problem, _CAPABILITY)
            elif _within(name, WAITS):
                problem = Text(
                    "the procedure imports {name}: it would wait by hand", zh="规程导入了 {name}：将自行等待"
                )
                yield _line(node, "LP213", problem.filled(name=name), _WAIT)
    for made in survey.procedure.adjustments:
        yield from _waits(read_body(made.function))
    words = {id(each) for each in _docstrings(survey.lines.tree)}
    for node in ast.walk(survey.lines.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in words:
            found = MAKERS.search(node.value)
            if found is not None:
                problem = Text("{name} stands in the procedure", zh="规程中出现 {name}").filled(name=found[0])
                yield _line(node, "LP214", problem, _ROLE)


# --- what stands in a body -------------------------------------------------------------------------------------------


def _loops(body: Body) -> Iterator[Finding]:
    """Tell of loops; a column may say how often something is done within one repetition."""
    for node in ast.walk(body.tree):
        match node:
            case ast.For(iter=ast.Call(func=ast.Name(id="range"), args=[ast.Call() | ast.Attribute() as count])) if (
                _of_point(count)
            ):
                continue
            case ast.For(iter=ast.Name(id="units")):
                continue  # what is not read, such as a button on each of them
            case ast.For() | ast.While():
                problem = Text("a loop stands in a function", zh="函数中出现循环")
                yield _found(body, node, "LP210", problem, _ROWS)
            case ast.ListComp(elt=each) | ast.SetComp(elt=each) | ast.GeneratorExp(elt=each) if _speaks(each):
                problem = Text("a loop stands in a function", zh="函数中出现循环")
                yield _found(body, node, "LP210", problem, _ROWS)
            case _:
                pass


def _speaks(node: ast.expr) -> bool:
    """Return whether a verb of the run stands in an expression."""
    return any(isinstance(each, ast.Name) and each.id == "run" for each in ast.walk(node))


def _of_point(node: ast.expr) -> bool:
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names == {"point"}


def _readings(body: Body, shows: set[tuple[str, str]]) -> Iterator[Finding]:
    """Tell of readings that are taken past the verbs, and of arithmetic on what was read."""
    read = _assigned_readings(body.tree, shows)
    for node in ast.walk(body.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=role), attr=method)) if (role, method) in shows:
                problem = Text("{role}.{method}() is called outside a verb", zh="{role}.{method}() 在动词之外调用")
                yield _found(body, node, "LP212", problem.filled(role=role, method=method), _OBSERVE)
            case ast.BinOp() | ast.AugAssign() if _reads(node, shows, read):
                problem = Text("a function calculates with what was read", zh="函数对读数进行计算")
                yield _found(body, node, "LP211", problem, _MODEL)
            case _:
                pass


def _assigned_readings(tree: ast.AST, shows: set[tuple[str, str]]) -> set[str]:
    """Return the names that are given what an instrument showed, at once or by way of other names."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _reads(value, shows, found):
                found.add(name)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if _reads(value, shows, found):
                found.add(name)
            case ast.NamedExpr(target=ast.Name(id=name), value=value) if _reads(value, shows, found):
                found.add(name)
            case _:
                pass
    return found


def _reads(node: ast.AST, shows: set[tuple[str, str]], known: set[str]) -> bool:
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=role), attr=method)) if (role, method) in shows:
                return True
            case ast.Name(id=name) if name in known:
                return True
            case _:
                pass
    return False


def _waits(body: Body) -> Iterator[Finding]:
    for node in ast.walk(body.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="sleep" | "now" | "monotonic" as word)):
                name = f"{owner}.{word}"
            case ast.Call(func=ast.Name(id="sleep" | "monotonic" as name)):
                pass
            case ast.Name(id="clock" | "WallClock" as name):
                pass
            case _:
                continue
        problem = Text("{name}: a function waits by hand", zh="{name}：函数自行等待").filled(name=name)
        yield _found(body, node, "LP213", problem, _WAIT)


def _relative(hook: Hook) -> Iterator[Finding]:
    """Tell of a hook that changes something by an amount, so that running it again on resume would change it twice."""
    body = hook.body
    shows = _shows(hook.roles)
    read = _assigned_readings(body.tree, shows)
    for node in ast.walk(body.tree):
        relative = isinstance(node, ast.Global | ast.Nonlocal)
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=role), attr=method)) if (
                role in hook.roles and (role, method) not in shows
            ):
                values = [*node.args, *(each.value for each in node.keywords)]
                relative = any(_reads(each, shows, read) for each in values) or bool(_STEPWISE.match(method))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="run"), attr="apply"), args=[_, _, *values]):
                relative = any(_reads(each, shows, read) for each in values)
            case _:
                pass
        if relative:
            problem = Text(
                "the hook {name} is not idempotent: it sets something relative to what it found",
                zh="hook {name} 不是幂等的：它相对于现状进行设置",
            ).filled(name=hook.name)
            yield _found(body, node, "LP215", problem, _ABSOLUTE)


def _shows(roles: dict[str, type[Any]]) -> set[tuple[str, str]]:
    """Return the methods of roles that show an indication."""
    return {
        (role, name)
        for role, ability in roles.items()
        for name in dir(ability)
        if not name.startswith("_")
        and getattr(getattr(ability, name), "__annotations__", {}).get("return") is Indication
        and name not in VERBS
    }


# --- what stands in the module ---------------------------------------------------------------------------------------


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [each.name for each in names]
        case ast.ImportFrom(module=str() as module):
            return [module]
        case _:
            return []


def _within(name: str, modules: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in modules)


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _line(node: ast.AST, code: str, problem: Text, remedy: Text) -> Finding:
    return Finding(file=FILE, line=getattr(node, "lineno", 0), code=code, problem=problem, remedy=remedy)


def _found(body: Body, node: ast.AST, code: str, problem: Text, remedy: Text) -> Finding:
    return Finding(file=body.file, line=body.line(node), code=code, problem=problem, remedy=remedy)


_STEPWISE: Final = re.compile(r"(increase|decrease|raise|lower|step|toggle|add|next)(_|$)")
_ROWS: Final = Text(
    "The engine repeats: write rows, repeats or readings, and let the function measure once",
    zh="重复由引擎负责：请写校准点行、repeats 或 readings，函数只测一次",
)
_OBSERVE: Final = Text(
    "Give the method itself to run.observe, run.record or run.settle, without calling it",
    zh="请将方法本身交给 run.observe、run.record 或 run.settle，不要调用它",
)
_MODEL: Final = Text("Write it as an equation of the model", zh="请写成模型中的方程")
_WAIT: Final = Text(
    "Use run.settle with a Steady, run.wait with a column, or run.wait_until",
    zh="请使用 run.settle 与 Steady、run.wait 与列，或 run.wait_until",
)
_ABSOLUTE: Final = Text(
    "Bring about a state by the point's columns, whatever it was before", zh="请按校准点的列设定状态，与之前的状态无关"
)
_CAPABILITY: Final = Text("Ask for a capability in the signature", zh="请在函数签名中要求能力")
_ROLE: Final = Text("Name the role; the station says which instrument plays it", zh="请写角色；由台位文件指定仪器")
