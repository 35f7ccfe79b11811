"""Does each function fill the model's series once, keep figures out, and get through a dry call at every point."""

import ast
import traceback
from collections.abc import Iterator

from labctl.errors import LabctlError, MetrologyError, ProcedureError
from labctl.language import Text
from labctl.metrology.figure import Value
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.metrology.units import ONE
from labctl.procedure.body import Body, Function, read_body, roles_of
from labctl.procedure.checking.models import units_at
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.plan import table_of
from labctl.procedure.point import Point
from labctl.procedure.points import RANGE, valued
from labctl.procedure.procedure import Procedure, Section
from labctl.procedure.rehearsal import rehearse


def functions(procedure: Procedure, section: Section) -> Iterator[Finding]:
    """Return what is wrong with the function of a section and its hooks."""
    yield from _series(section)
    for function in (section.function, *(hook.function for hook in section.hooks)):
        body = read_body(function)
        roles = list(_roles(procedure, function, body))
        yield from roles
        yield from _figures(body)
        yield from _pictures(procedure, body)
        if not roles:
            yield from _dry(procedure, section, function, body)


def _found(
    body: Body, line: int, code: str, problem: Text, remedy: Text, severity: Severity = Severity.ERROR
) -> Finding:
    return Finding(file=body.file, line=line, code=code, problem=problem, remedy=remedy, severity=severity)


def _series(section: Section) -> Iterator[Finding]:
    body = section.body
    filled: dict[str, list[int]] = {}
    for each in section.fillings:
        if not each.symbol:
            problem = Text("run.{verb}: the name of the series is not written out", zh="run.{verb}：序列名不是字面量")
            yield _found(body, each.line, "LP204", problem.filled(verb=each.verb), _WRITE_OUT)
        elif each.verb in {"apply", "observe", "scan"} and each.symbol not in section.model.series:
            problem = Text("run.{verb}: {symbol} is no series of the model", zh="run.{verb}：{symbol} 不是模型的序列")
            remedy = _SERIES.filled(known=", ".join(sorted(section.model.series)) or "—")
            yield _found(body, each.line, "LP203", problem.filled(verb=each.verb, symbol=each.symbol), remedy)
        elif each.symbol in section.model.series:
            filled.setdefault(each.symbol, []).append(each.line)
    for symbol in sorted(section.model.series):
        lines = filled.get(symbol, [])
        if not lines:
            problem = Text("{symbol} is never filled", zh="{symbol} 从未被填充").filled(symbol=symbol)
            yield _found(body, body.first_line, "LP201", problem, _FILL.filled(symbol=symbol))
        elif len(lines) > 1:
            problem = Text("{symbol} is filled in two places", zh="{symbol} 在两处被填充").filled(symbol=symbol)
            yield _found(body, lines[1], "LP202", problem, _FILL_ONCE)


def _roles(procedure: Procedure, function: Function, body: Body) -> Iterator[Finding]:
    for name, ability in roles_of(function).items():
        if name not in procedure.roles:
            problem = Text("there is no role {name}", zh="没有角色 {name}").filled(name=name)
            remedy = Text("Roles are: {known}", zh="现有角色：{known}").filled(known=", ".join(procedure.roles))
            yield _found(body, body.first_line, "LP206", problem, remedy)
        elif ability is object:
            problem = Text("role {name} states no ability", zh="角色 {name} 没有声明能力").filled(name=name)
            yield _found(body, body.first_line, "LP207", problem, _STATE_ABILITY)


def _figures(body: Body) -> Iterator[Finding]:
    for node in ast.walk(body.tree):
        written = ""
        match node:
            case ast.Constant(value=float() as number):
                written = str(number)
            case ast.Constant(value=str() as words) if _is_figure(words):
                written = words
            case ast.Call(func=ast.Name(id="Quantity" | "parse_quantity" | "Figure" as name)):
                written = name
            case ast.Call(func=ast.Attribute(value=ast.Name(id="Quantity"), attr="of")):
                written = "Quantity.of"
            case _:
                continue
        problem = Text("the figure {written} stands in a function", zh="函数中出现数值 {written}").filled(
            written=written
        )
        yield _found(body, body.line(node), "LP205", problem, _MOVE_FIGURE)


def _is_figure(words: str) -> bool:
    try:
        return parse_quantity(words).unit != ONE
    except MetrologyError:
        return False


def _pictures(procedure: Procedure, body: Body) -> Iterator[Finding]:
    for node in ast.walk(body.tree):
        if isinstance(node, ast.keyword) and node.arg == "picture" and isinstance(node.value, ast.Constant):
            name = str(node.value.value)
            if name not in procedure.files:
                problem = Text("there is no picture {name}", zh="没有图片 {name}").filled(name=name)
                yield _found(body, body.line(node.value), "LP502", problem, _ADD_PICTURE)


def _dry(procedure: Procedure, section: Section, function: Function, body: Body) -> Iterator[Finding]:
    """Call the function once at every row; the first failure is enough."""
    for point, names in _rows(procedure, section):
        try:
            rehearse(function, point, names)
        except Exception as failure:  # noqa: BLE001  (an author's code may raise anything; it is told)
            yield _failure(function, body, point, failure)
            return


def _failure(function: Function, body: Body, point: Point, failure: Exception) -> Finding:
    file = function.__code__.co_filename
    lines = [each.lineno or 0 for each in traceback.extract_tb(failure.__traceback__) if each.filename == file]
    words = Text("{kind}: {failure}", zh="{kind}:{failure}").filled(kind=type(failure).__name__, failure=failure)
    problem = failure.text() if isinstance(failure, LabctlError) else words
    if isinstance(failure, ProcedureError):
        problem = Text("{where}: {problem}", zh="{where}:{problem}").filled(
            where=failure.where, problem=failure.problem
        )
    said = Text("a dry call fails at point {point}: {problem}", zh="在点 {point} 处试运行失败：{problem}")
    remedy = failure.remedy if isinstance(failure, ProcedureError) else _CORRECT
    return _found(
        body, lines[-1] if lines else body.first_line, "LP208", said.filled(point=point.key, problem=problem), remedy
    )


def _rows(procedure: Procedure, section: Section) -> Iterator[tuple[Point, dict[str, Value]]]:
    """Return the rows as they are written; a range of each or basic stands for one of 1, and so does an mpe."""
    try:
        table = table_of(procedure, section)
    except ProcedureError:
        return
    units = units_at(procedure, section)
    for row in table.rows:
        top = valued(table.headings[RANGE], row.cells[RANGE], None) if RANGE in table.headings else None
        if isinstance(top, str):
            top = Quantity(1.0, units[RANGE])
        columns = {
            name: valued(heading, row.cells[name], top if isinstance(top, Quantity) else None)
            for name, heading in table.headings.items()
        }
        if isinstance(top, Quantity):
            columns[RANGE] = top
        columns.setdefault("mpe", Quantity(1.0, units["mpe"]))
        key = ", ".join(str(row.cells[name]) for name in table.headings)
        yield Point(key=key, columns=columns), dict(columns)


_WRITE_OUT = Text("Write the symbol as a text in quotes", zh="请将符号写成带引号的文字")
_SERIES = Text("Series are: {known}; or declare it in the model", zh="现有序列：{known}；或在模型中声明")
_FILL = Text('Observe or apply it: run.observe("{symbol}", …)', zh='请观测或施加：run.observe（"{symbol}"，…）')
_FILL_ONCE = Text("Fill it in one place", zh="请只在一处填充")
_STATE_ABILITY = Text(
    "Annotate it with a capability, as unit: MeasuresDcVoltage", zh="请标注能力，如 unit: MeasuresDcVoltage"
)
_MOVE_FIGURE = Text(
    "Put it into the station's record, the points, or a Steady or Effect of the module",
    zh="请移到台位记录、校准点表，或模块中的 Steady、Effect",
)
_ADD_PICTURE = Text("Add the file to the procedure's folder", zh="请将文件加入规程文件夹")
_CORRECT = Text("Correct the line", zh="请更正该行")
