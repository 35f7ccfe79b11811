"""Does each function fill the model's series once, keep figures out, and get through a dry call at every point."""

import ast
import traceback
from collections.abc import Iterator

from labctl.errors import LabctlError, MetrologyError, ProcedureError, UnitMismatch
from labctl.language import Text
from labctl.metrology.quantity import parse_quantity
from labctl.metrology.units import ONE
from labctl.procedure.body import Body, Function, methods_of, read_body, roles_of
from labctl.procedure.checking.acting import acting, past
from labctl.procedure.checking.survey import Survey, nearest, said
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.point import Point
from labctl.procedure.procedure import Procedure, Section
from labctl.procedure.rehearsal import rehearse
from labctl.procedure.sources import Applied


def functions(survey: Survey, section: Section) -> Iterator[Finding]:
    """Return what is wrong with the function of a section and its hooks."""
    yield from _series(section)
    for function in (section.function, *(hook.function for hook in section.hooks)):
        body = read_body(function)
        roles = list(_roles(survey.procedure, function, body))
        yield from roles
        yield from _figures(body)
        yield from _files(survey.procedure, body)
        if not roles:
            yield from _dry(survey, section, function, body)


def adjustments(survey: Survey) -> Iterator[Finding]:
    """Return what is wrong with the functions that adjust: roles, figures, and methods that nobody has."""
    for made in survey.procedure.adjustments:
        body = read_body(made.function)
        roles = list(_roles(survey.procedure, made.function, body))
        yield from roles
        yield from acting(made.function)
        yield from _files(survey.procedure, body)
        yield from _strangers(made.function, body)
        if not roles and not any(past(made.function)):
            try:
                rehearse(made.function, Point(key="", columns={}), {})
            except Exception as failure:  # noqa: BLE001  (an author's code may raise anything; it is told)
                yield _failure(made.function, body, Point(key=made.title.en, columns={}), failure)


def _strangers(function: Function, body: Body) -> Iterator[Finding]:
    """Tell of methods that an ability does not have: what an adjustment does step by step no dry call reaches."""
    abilities = roles_of(function)
    for node in ast.walk(body.tree):
        match node:
            case ast.Attribute(value=ast.Name(id=role), attr=method) if (
                role in abilities and abilities[role] is not object and not hasattr(abilities[role], method)
            ):
                problem = Text("{ability} has no {method}", zh="{ability} 没有 {method}").filled(
                    ability=abilities[role].__name__, method=method
                )
                remedy = Text("Methods are: {known}", zh="可用方法：{known}").filled(
                    known=", ".join(sorted(methods_of(abilities[role])))
                )
                yield _found(body, body.line(node), "LP208", problem, remedy)
            case _:
                pass


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
        elif each.verb == "settle" and each.symbol in section.model.series:
            problem = Text(
                "run.settle fills {symbol}: readings from before it was steady would count",
                zh="run.settle 填充了 {symbol}：稳定之前的读数会被计入",
            )
            yield _found(body, each.line, "LP209", problem.filled(symbol=each.symbol), _ANOTHER_NAME)
        elif each.symbol in section.model.series:
            filled.setdefault(each.symbol, []).append(each.line)
    for symbol in sorted(section.model.series):
        lines = filled.get(symbol, [])
        if not lines and any(each.verb == "settle" and each.symbol == symbol for each in section.fillings):
            continue
        if not lines:
            problem = Text("{symbol} is never filled", zh="{symbol} 从未被填充").filled(symbol=symbol)
            source = section.model.sources[symbol]
            remedy = _APPLY.filled(symbol=symbol, role=source.role) if isinstance(source, Applied) else _FILL
            yield _found(body, body.first_line, "LP201", problem, remedy.filled(symbol=symbol))
        elif len(lines) > 1:
            problem = Text("{symbol} is filled in two places", zh="{symbol} 在两处被填充").filled(symbol=symbol)
            yield _found(body, lines[1], "LP202", problem, _FILL_ONCE)


def _roles(procedure: Procedure, function: Function, body: Body) -> Iterator[Finding]:
    for name, ability in roles_of(function).items():
        if name not in procedure.roles:
            problem = Text("there is no role {name}", zh="没有角色 {name}").filled(name=name)
            yield _found(body, body.first_line, "LP206", problem, nearest(name, list(procedure.roles)))
        elif ability is object:
            problem = Text("role {name} states no ability", zh="角色 {name} 没有声明能力").filled(name=name)
            yield _found(body, body.first_line, "LP207", problem, _STATE_ABILITY)


def _figures(body: Body) -> Iterator[Finding]:
    spared = {id(each) for each in _paces(body)}
    for node in (each for statement in body.tree.body for each in ast.walk(statement)):  # not its decorators
        written = ""
        match node:
            case ast.Constant() if id(node) in spared:
                continue
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


def _paces(body: Body) -> Iterator[ast.expr]:
    """Return how often traces are read: a figure that no result depends on."""
    for node in ast.walk(body.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="run"), attr="record"), keywords=keywords):
                yield from (each.value for each in keywords if each.arg == "every")
            case _:
                pass


def _is_figure(words: str) -> bool:
    try:
        return parse_quantity(words).unit != ONE
    except MetrologyError:
        return False


def _files(procedure: Procedure, body: Body) -> Iterator[Finding]:
    """Tell of pictures and forms that are not in the folder, and of instructions in one language."""
    for node in ast.walk(body.tree):
        match node:
            case ast.keyword(arg="picture", value=ast.Constant(value=name)) if str(name) not in procedure.files:
                problem = Text("there is no picture {name}", zh="没有图片 {name}").filled(name=name)
                yield _found(body, body.line(node.value), "LP502", problem, _ADD_FILE)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="run"), attr="attach"), args=[ast.Constant(value=name), *_]
            ) if str(name) not in procedure.files:
                problem = Text("there is no form {name}", zh="没有表格文件 {name}").filled(name=name)
                yield _found(body, body.line(node), "LP504", problem, _ADD_FILE)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="run"), attr="instruct" | "ask" as verb), args=[words, *_]
            ):
                if isinstance(words, ast.Constant | ast.JoinedStr) or _in_english_alone(words):
                    problem = Text("run.{verb} speaks no Chinese", zh="run.{verb} 没有中文").filled(verb=verb)
                    yield _found(body, body.line(node), "LP503", problem, _BOTH_LANGUAGES, Severity.WARNING)
            case _:
                pass


def _in_english_alone(words: ast.expr) -> bool:
    """Return whether words are a Text without Chinese."""
    match words:
        case ast.Call(func=ast.Name(id="Text"), keywords=keywords):
            chinese = [each.value for each in keywords if each.arg in {"zh", None}]
            return not chinese or (isinstance(chinese[0], ast.Constant) and not chinese[0].value)
        case _:
            return False


def _dry(survey: Survey, section: Section, function: Function, body: Body) -> Iterator[Finding]:
    """Call the function once at every row; the first failure is enough, and every line has to be reached."""
    reached: set[int] = set()
    pictures: dict[str, None] = {}
    if any(past(function)):
        return  # told on its own; nobody knows what a call would do
    for each in survey.rows(section):
        try:
            seen = rehearse(function, each.point, dict(each.point.columns))
            reached |= seen.lines
            pictures |= dict.fromkeys(seen.pictures)
        except Exception as failure:  # noqa: BLE001  (an author's code may raise anything; it is told)
            yield _failure(function, body, each.point, failure)
            return
    if reached:
        yield from _unreached(function, body, reached)
    written = {each.value for each in ast.walk(body.tree) if isinstance(each, ast.Constant)}
    for name in pictures:
        if name not in survey.procedure.files and name not in written:  # those that are written out have their line
            problem = Text("there is no picture {name}", zh="没有图片 {name}").filled(name=name)
            yield _found(body, body.first_line, "LP502", problem, _ADD_FILE)


def _unreached(function: Function, body: Body, reached: set[int]) -> Iterator[Finding]:
    """Tell of lines that no row of the points reaches; what depends on answers and readings may be."""
    spared = {line for each in _open_branches(body) for line in range(body.line(each), _last(body, each) + 1)}
    written = {
        body.line(each) for each in ast.walk(body.tree) if isinstance(each, ast.stmt) and each is not body.tree
    } - {body.line(each) for each in body.tree.body if _is_words(each)}
    lines = {line for _, _, line in function.__code__.co_lines() if line is not None}
    for line in sorted((written & lines) - reached - spared)[:1]:
        problem = Text("no row of the points reaches this line", zh="没有任何校准点会执行到这一行")
        yield _found(body, line, "LP216", problem, _REACH)


def _open_branches(body: Body) -> Iterator[ast.stmt]:
    """Return the branches whose condition rests on more than the point: on an answer, or on what is shown."""
    for node in ast.walk(body.tree):
        if isinstance(node, ast.If | ast.Try | ast.Match):
            subject = node.test if isinstance(node, ast.If) else node
            names = {each.id for each in ast.walk(subject) if isinstance(each, ast.Name)}
            if not names or names - {"point", "abs", "min", "max", "len"}:
                yield node


def _last(body: Body, node: ast.stmt) -> int:
    return body.first_line + (node.end_lineno or node.lineno) - 1


def _is_words(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _failure(function: Function, body: Body, point: Point, failure: Exception) -> Finding:
    file = function.__code__.co_filename
    lines = [each.lineno or 0 for each in traceback.extract_tb(failure.__traceback__) if each.filename == file]
    told = str(failure).replace("_Rehearsal.", "run.")  # as an author knows it
    words = Text("{kind}: {failure}", zh="{kind}：{failure}").filled(kind=type(failure).__name__, failure=told)
    problem = said(failure) if isinstance(failure, LabctlError) else words
    at = Text("a dry call fails at point {point}: {problem}", zh="在点 {point} 处试运行失败：{problem}")
    remedy = failure.remedy if isinstance(failure, ProcedureError) else _CORRECT
    code = "LP308" if isinstance(failure, UnitMismatch) else "LP208"
    return _found(
        body,
        lines[-1] if lines else body.first_line,
        code,
        at.filled(point=point.key or "1", problem=problem),
        remedy if code == "LP208" else _UNIT_OF_COLUMN,
    )


_WRITE_OUT = Text("Write the symbol as a text in quotes", zh="请将符号写成带引号的文字")
_SERIES = Text("Series are: {known}; or declare it in the model", zh="现有序列：{known}；或在模型中声明")
_FILL = Text('Observe or apply it: run.observe("{symbol}", …)', zh='请观测或施加：run.observe（"{symbol}"，…）')
_APPLY = Text(
    'Apply it: run.apply("{symbol}", …); a standard without a wire presents what is certified: '
    'Applied("{role}", "mass", at="nominal")',
    zh='请施加：run.apply（"{symbol}"，…）；无通信接口的标准器按证书给出其值：Applied（"{role}"，"mass"，at="nominal"）',
)
_FILL_ONCE = Text("Fill it in one place", zh="请只在一处填充")
_STATE_ABILITY = Text(
    "Annotate it with a capability, as unit: MeasuresDcVoltage", zh="请标注能力，如 unit: MeasuresDcVoltage"
)
_MOVE_FIGURE = Text(
    "Put it into the station's record, the points, or a Steady or Effect of the module",
    zh="请移到台位记录、校准点表，或模块中的 Steady、Effect",
)
_UNIT_OF_COLUMN = Text(
    "Correct the unit in the header of the points, or ask for another column", zh="请更正校准点表头的单位，或使用其他列"
)
_REACH = Text("Remove it, or add the row that needs it", zh="请删除，或补充需要它的校准点")
_ANOTHER_NAME = Text(
    "Settle under another name, and observe or record the series itself",
    zh="请以其他名称进行稳定判定，并对序列本身使用 observe 或 record",
)
_BOTH_LANGUAGES = Text('Write Text("…", zh="…")', zh='请写成 Text("…", zh="…")')
_ADD_FILE = Text("Add the file to the procedure's folder", zh="请将文件加入规程文件夹")
_CORRECT = Text("Correct the line", zh="请更正该行")
