"""Do results of other sections exist, do they not depend on themselves, and does each point find its one partner."""

from collections.abc import Iterator
from typing import Final

from labctl.errors import ProcedureError
from labctl.language import Text
from labctl.metrology.grammar import Comparison, Operation
from labctl.procedure.checking.survey import PointRow, Survey, Target, column_of, nearest
from labctl.procedure.declared import EACH_POINT, EACH_RUN, EACH_UNIT, Reduction
from labctl.procedure.finding import Finding
from labctl.procedure.interpolating import neighbours
from labctl.procedure.points import RANGE
from labctl.procedure.procedure import Section
from labctl.procedure.sources import Result

FITS: Final = "fit."
"""How the names of functions begin that find a curve through points."""


def links(survey: Survey) -> Iterator[Finding]:
    """Return what is wrong with the results that models take from each other."""
    for target in survey.targets:
        for symbol, source in target.model.results.items():
            further = survey.find(source.section)
            if further is None:
                problem = Text(
                    "{symbol}: there is no section or reduction {title!r}",
                    zh="{symbol}：没有名为 {title!r} 的部分或归算",
                )
                words = problem.filled(symbol=symbol, title=source.section)
                yield survey.about(target, "LP109", words, survey.known(source.section), symbol=symbol)
            elif source.symbol not in further.model.outputs:
                problem = Text("{symbol}: {title} has no result {result}", zh="{symbol}：{title} 没有结果 {result}")
                words = problem.filled(symbol=symbol, title=further.title, result=source.symbol)
                yield survey.about(
                    target, "LP110", words, nearest(source.symbol, list(further.model.outputs)), symbol=symbol
                )
        if isinstance(target, Reduction):
            yield from _drawn(survey, target)
    circles = list(_circles(survey))
    yield from circles
    if not circles:
        for target in survey.targets:
            yield from _pairs(survey, target)


def _drawn(survey: Survey, target: Reduction) -> Iterator[Finding]:
    if not target.model.results:
        problem = Text("no result enters it", zh="没有引用任何结果")
        yield survey.about(target, "LP126", problem, _DRAW)
    column = column_of(target)
    root = survey.root(target)
    table = survey.table(root) if root is not None else None
    if column and table is not None and column not in table.headings:
        problem = Text("each={column!r}: the points have no such column", zh="each={column!r}：校准点没有该列")
        words = [*table.headings, EACH_POINT, EACH_UNIT, EACH_RUN]
        yield survey.about(target, "LP115", problem.filled(column=column), nearest(column, words))


# --- circles ---------------------------------------------------------------------------------------------------------


def _circles(survey: Survey) -> Iterator[Finding]:
    told: set[frozenset[str]] = set()
    for target in survey.targets:
        way = _way(survey, target.name, (target.name,))
        if way and frozenset(way) not in told:
            told.add(frozenset(way))
            problem = Text("its result depends on itself: {way}", zh="其结果依赖于自身：{way}").filled(
                way=" → ".join(way)
            )
            yield survey.about(target, "LP111", problem, _BREAK)


def _way(survey: Survey, goal: str, passed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the way by which a section comes back to itself; nothing where it does not."""
    here = survey.find(passed[-1])
    further = dict.fromkeys(each.section for each in here.model.results.values()) if here is not None else {}
    for title in further:
        if title == goal:
            return (*passed, title)
        if title not in passed and (way := _way(survey, goal, (*passed, title))):
            return way
    return ()


# --- pairs -----------------------------------------------------------------------------------------------------------


def _pairs(survey: Survey, target: Target) -> Iterator[Finding]:
    equations = target.model.equations
    for symbol, source in target.model.results.items():
        further = survey.find(source.section)
        if further is None or source.symbol not in further.model.outputs:
            continue
        if source.at:
            yield from _interpolated(survey, target, symbol, source, further)
        elif symbol in equations.scalars:
            yield from _scalar(survey, target, symbol, source, further)
    for operation in equations.graph.operations:
        yield from _selection(survey, target, operation)
        if operation.kind in {"+", "−", "×", "÷", "**"} and operation.is_vector:
            yield from _vectors(survey, target, operation)
        if operation.kind.startswith(FITS) and operation.result == 0:
            yield from _determined(survey, target, operation)


def _scalar(survey: Survey, target: Target, symbol: str, source: Result, further: Target) -> Iterator[Finding]:
    """Tell where a point does not find exactly one result that it means."""
    theirs = _elements(survey, further)
    if len(theirs) <= 1 or _same_points(survey, target, further):
        return
    mine = _elements(survey, target)
    column = source.by
    for lacking in (each for each in (target, further) if column not in survey.headings(each)):
        problem = Text(
            "{symbol}: {title} has several results, and the points of {lacking} have no column {column} to choose by",
            zh="{symbol}：{title} 有多个结果，而 {lacking} 的校准点没有用于选择的列 {column}",
        )
        words = problem.filled(symbol=symbol, title=further.title, lacking=lacking.title, column=column)
        yield survey.about(target, "LP114", words, _NAME_COLUMN, symbol=symbol)
        return
    if _varies(survey, target, column) or _varies(survey, further, column):
        return  # values that only the unit's ranges give
    values = [_value(each, column) for each in theirs]
    for value in dict.fromkeys(_value(each, column) for each in mine):
        if (count := values.count(value)) != 1:
            problem = Text(
                "{symbol}: {count} results of {title} have {column} = {value}",
                zh="{symbol}：{title} 中 {column} = {value} 的结果有 {count} 个",
            )
            words = problem.filled(symbol=symbol, count=count, title=further.title, column=column, value=value)
            yield survey.about(target, "LP114", words, _NAME_COLUMN, symbol=symbol)
            return


def _interpolated(survey: Survey, target: Target, symbol: str, source: Result, further: Target) -> Iterator[Finding]:
    """Tell where a result cannot be interpolated along a column: all of it is meant, no column, or a point beyond."""
    column = source.at
    if symbol in target.model.equations.vectors:
        problem = Text(
            "{symbol}[:] is all results, at={column!r} is one", zh="{symbol}[:] 为全部结果，而 at={column!r} 为一个"
        )
        yield survey.about(target, "LP130", problem.filled(symbol=symbol, column=column), _ONE_VALUE, symbol=symbol)
        return
    for lacking in (each for each in (target, further) if column not in survey.headings(each)):
        problem = Text("{symbol}: {lacking} has no column {column}", zh="{symbol}：{lacking} 没有列 {column}")
        words = problem.filled(symbol=symbol, lacking=lacking.title, column=column)
        yield survey.about(target, "LP115", words, nearest(column, list(survey.headings(lacking))), symbol=symbol)
        return
    if _varies(survey, target, column) or _varies(survey, further, column):
        return  # values that only the unit's ranges give
    theirs = [each.point.columns.get(column) for each in _elements(survey, further)]
    for row in _elements(survey, target):
        try:
            neighbours(symbol, theirs, column, row.point.columns.get(column))
        except ProcedureError as error:
            yield survey.about(target, "LP130", error.problem, error.remedy, symbol=symbol)
            return


def _same_points(survey: Survey, target: Target, further: Target) -> bool:
    """Return whether every point of one has its own in the other: both are measured at the same rows."""
    mine, theirs = _elements(survey, target), _elements(survey, further)
    whole = all(isinstance(each, Section) or each.each == EACH_POINT for each in (target, further))
    return whole and {each.naming for each in mine} <= {each.naming for each in theirs}


def _selection(survey: Survey, target: Target, operation: Operation) -> Iterator[Finding]:
    source = target.model.sources.get(operation.name)
    further = survey.find(source.section) if isinstance(source, Result) else None
    if operation.kind != "elements" or not operation.conditions:
        return
    columns = [*survey.headings(further)] if further is not None else []
    known = {*columns, *target.model.sources, *survey.headings(target)}
    for name in (side.name for each in operation.conditions for side in (each.left, each.right)):
        if name is not None and name not in known:
            problem = Text(
                "{symbol}[…] selects by {name}, which the points do not have",
                zh="{symbol}[…] 按 {name} 选择，而校准点没有该列",
            ).filled(symbol=operation.name, name=name)
            yield survey.about(target, "LP115", problem, nearest(name, columns), symbol=operation.name)


def _vectors(survey: Survey, target: Target, operation: Operation) -> Iterator[Finding]:
    """Tell where the elements of two vectors that are joined do not pair one to one."""
    operations = target.model.equations.graph.operations
    sides = [_leaf(operations, number) for number in operation.arguments if operations[number].is_vector]
    if len(sides) < 2 or any(each is None for each in sides):  # noqa: PLR2004  (a pair)
        return
    found = [_paired(survey, target, each) for each in sides if each is not None]
    (left, by, left_name), (right, other, right_name) = found[0], found[1]
    if left is None or right is None or (left_name == right_name and left == right):
        return
    for name, values, column in ((left_name, left, by), (right_name, right, other)):
        twice = next((each for each in values if each is not None and values.count(each) > 1), None)
        if None in values or twice is not None:
            problem = (
                Text(
                    "{symbol}: the points have no column {column} to pair by",
                    zh="{symbol}：校准点没有用于配对的列 {column}",
                )
                if None in values
                else Text("{symbol}: {column} = {twice} pairs twice", zh="{symbol}：{column} = {twice} 重复配对")
            )
            words = problem.filled(symbol=name, column=column, twice=twice)
            yield survey.about(target, "LP114", words, _NAME_COLUMN, symbol=name)
            return
    alone = sorted({str(each) for each in left} ^ {str(each) for each in right})
    if alone:
        problem = Text(
            "{one} and {other} do not pair: {by} = {alone} is on one side only",
            zh="{one} 与 {other} 无法配对：{by} = {alone} 仅一侧有",
        ).filled(one=left_name, other=right_name, by=by, alone=", ".join(alone))
        yield survey.about(target, "LP114", problem, _NAME_COLUMN, symbol=right_name)


def _determined(survey: Survey, target: Target, fit: Operation) -> Iterator[Finding]:
    """Tell where a curve has more parameters than it has points, as a line through one has."""
    operations = target.model.equations.graph.operations
    alike = [each for each in operations if each.kind == fit.kind and each.arguments == fit.arguments]
    parameters = 1 + max(each.result for each in alike)
    for leaf in (found for each in fit.arguments if (found := _leaf(operations, each)) is not None):
        count = _count(survey, target, leaf)
        if count is not None and count < parameters:
            problem = Text(
                "{fit} has {parameters} parameters, and {symbol}[…] has {count} points",
                zh="{fit} 有 {parameters} 个参数，而 {symbol}[…] 只有 {count} 个点",
            ).filled(fit=fit.kind, parameters=parameters, symbol=leaf.name, count=count)
            yield survey.about(target, "LP129", problem, _MEASURE_MORE, symbol=leaf.name)
            return


def _count(survey: Survey, target: Target, leaf: Operation) -> int | None:
    """Return how many elements a vector has at the least; None where only the unit or the run tells."""
    source = target.model.sources.get(leaf.name)
    further = survey.find(source.section) if isinstance(source, Result) else None
    if further is None or _varies(survey, further, RANGE):
        return None
    rows = [each for each in _elements(survey, further) if all(_holds(each, one) for one in leaf.conditions)]
    if not rows or not isinstance(target, Reduction):
        return None
    if target.each == EACH_POINT:
        return min(each.repeats for each in rows)
    column = column_of_group(target)
    values = [_value(each, column) for each in rows] if column else []
    return min(values.count(each) for each in values) if values else len(rows)


def _leaf(operations: list[Operation], number: int) -> Operation | None:
    """Return the vector from which an operation takes its elements, the first of several."""
    operation = operations[number]
    if operation.kind == "elements":
        return operation
    below = [_leaf(operations, each) for each in operation.arguments if operations[each].is_vector]
    return next((each for each in below if each is not None), None)


def _paired(survey: Survey, target: Target, leaf: Operation) -> tuple[list[str | None] | None, str, str]:
    """Return the values by which the selected elements of a vector pair, their column, and the symbol."""
    source = target.model.sources.get(leaf.name)
    further = survey.find(source.section) if isinstance(source, Result) else None
    repetitions = isinstance(target, Reduction) and target.each == EACH_POINT
    if not isinstance(source, Result) or further is None or repetitions or column_of_group(target):
        return None, "", leaf.name
    if _varies(survey, further, source.by):
        return None, source.by, leaf.name
    rows = [each for each in _elements(survey, further) if all(_holds(each, one) for one in leaf.conditions)]
    return [_value(each, source.by) for each in rows], source.by, leaf.name


def column_of_group(target: Target) -> str:
    """Return the column by which a reduction takes only some of the points; empty where it takes all."""
    return column_of(target)


def _elements(survey: Survey, target: Target) -> tuple[PointRow, ...]:
    """Return a row for each result of a section or reduction."""
    root = survey.root(target)
    rows = survey.rows(root) if root is not None else ()
    if isinstance(target, Section) or target.each == EACH_POINT:
        return rows
    column = column_of(target)
    if not column:
        return rows[:1]
    firsts = {_value(each, column): each for each in reversed(rows)}
    return tuple(reversed(list(firsts.values())))


def _value(row: PointRow, column: str) -> str | None:
    found = row.point.columns.get(column)
    return str(found) if found is not None and column in row.row.cells else None


def _varies(survey: Survey, target: Target, column: str) -> bool:
    """Return whether the values of a column come from the unit's ranges, so that they are not known here."""
    heading = survey.headings(target).get(column)
    rows = _elements(survey, target)
    named = column == "range" and any(each.row.cells.get(column) in {"each", "basic"} for each in rows)
    return named or (heading is not None and heading.of_range)


def _holds(row: PointRow, condition: Comparison) -> bool:
    """Return whether a row satisfies a condition between a column and a word; others are taken to hold."""
    words = (condition.left.literal, condition.right.literal)
    names = (condition.left.name, condition.right.name)
    word = next((each for each in words if isinstance(each, str)), None)
    name = next((each for each in names if each is not None), None)
    if word is None or name is None or condition.sign not in {"==", "!="}:
        return True
    return (str(row.row.cells.get(name)) == word) is (condition.sign == "==")


_MEASURE_MORE: Final = Text("Measure at more points, or fit a simpler curve", zh="请增加测点或改用更简单的曲线")
_ONE_VALUE: Final = Text("Write the symbol without [:], or leave out at=", zh="请去掉 [:] 或 at=")
_BREAK: Final = Text("Break the circle of Result(…) inputs", zh="请消除 Result(…) 的循环引用")
_DRAW: Final = Text('Give an input the source Result("…", "…")', zh='请为输入给出来源 Result("…", "…")')
_NAME_COLUMN: Final = Text(
    "Name the column that tells the points apart with by=, and give both tables the same values",
    zh="请用 by= 指明区分各点的列，并使两表的值一致",
)
