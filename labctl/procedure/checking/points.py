"""Are the points there and do they make sense, do the hooks' columns exist, does somebody say where they come from."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Final

from labctl.errors import ProcedureError
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.procedure.checking.columns import unread
from labctl.procedure.checking.survey import MPE, PointRow, Survey, nearest, placed
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.plan import table_of
from labctl.procedure.points import RANGE, PointTable, parse_points
from labctl.procedure.procedure import SECTION, Section

READINGS: Final = "readings"


def points(survey: Survey) -> Iterator[Finding]:
    """Return what is wrong with the points of every section."""
    for section in survey.procedure.sections:
        try:
            table = table_of(survey.procedure, section)
        except ProcedureError as error:
            yield _unreadable(error, section.points)
            continue
        yield from _hooks(survey, section, table)
        if not section.points:
            continue
        yield from _of_types(survey, section, table)
        yield from _choosing(survey, table)
        yield from _rows(survey, section, table)
        yield from _unused_readings(survey, section, table)
        yield from unread(survey, section, table)
        if not table.sources:
            yield Finding(
                file=section.points,
                line=1,
                code="LP303",
                problem=Text("nobody says where the points come from", zh="没有注明校准点的来源"),
                remedy=Text(
                    "Begin the file with a line # source and confirmation", zh="请在文件开头加一行 # 来源及核实情况"
                ),
                severity=Severity.WARNING,
            )


def _unreadable(error: ProcedureError, name: str) -> Finding:
    file, line, problem = placed(error, name)
    return Finding(file=file, line=line, code="LP301", problem=problem, remedy=error.remedy)


def _hooks(survey: Survey, section: Section, table: PointTable) -> Iterator[Finding]:
    wanted = [(hook.body, hook.column) for hook in section.hooks if hook.column != SECTION]
    if section.uses_up:
        wanted.append((section.body, section.uses_up))
        yield from _used_up(survey, section, table)
    for body, column in wanted:
        if column not in table.headings:
            where = section.points or section.name
            yield Finding(
                file=body.file,
                line=body.first_line,
                code="LP302",
                problem=Text("{points} has no column {column}", zh="{points} 没有 {column} 列").filled(
                    points=where, column=column
                ),
                remedy=nearest(column, [SECTION, *table.headings]),
            )


def _used_up(survey: Survey, section: Section, table: PointTable) -> Iterator[Finding]:
    """Tell of a thing that is used up and that no other section knows, or that has no name."""
    named = all(isinstance(each.cells.get(section.uses_up), str) for each in table.rows)
    elsewhere = [
        each
        for each in survey.procedure.sections
        if each.name != section.name and section.uses_up in survey.headings(each)
    ]
    if section.uses_up in table.headings and not (named and elsewhere and section.uses_up != RANGE):
        problem = Text(
            "uses_up={column!r}: no other section measures a thing that this column names",
            zh="uses_up={column!r}：其他部分没有测量该列所指的物品",
        )
        yield Finding(
            file=section.body.file,
            line=section.body.first_line,
            code="LP302",
            problem=problem.filled(column=section.uses_up),
            remedy=_THINGS,
        )


def _of_types(survey: Survey, section: Section, table: PointTable) -> Iterator[Finding]:
    """Return what is wrong with the points that types of units have for themselves, in `points/`."""
    files = survey.procedure.files
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.parts[0] != "points" or path.suffix != ".csv":
            continue
        if path.name != section.points and not (section.points == "points.csv" and path.parent.name == "points"):
            continue
        try:
            own = parse_points(content.decode("utf-8-sig", "replace"), name, may_be_none=True)
        except ProcedureError as error:
            yield _unreadable(error, name)
            continue
        if not own.rows:
            continue
        lacking = sorted({each for each in table.headings if each not in own.headings} - {MPE, "repeats"})
        if lacking:
            problem = Text("it has no column {lacking}, as {points} has", zh="缺少 {points} 中的列 {lacking}")
            words = problem.filled(lacking=", ".join(lacking), points=section.points)
            yield _found(own, 1, "LP309", words, _SAME_COLUMNS)


def _choosing(survey: Survey, table: PointTable) -> Iterator[Finding]:
    """Tell of a column by which the points would choose the unit, which is the order's."""
    unit = survey.procedure.roles.unit
    for row in table.rows:
        key = row.cells.get(unit)
        if isinstance(key, str):
            problem = Text(
                "the column {unit} names {key}: points cannot choose the unit",
                zh="列 {unit} 写了 {key}：校准点不能选择被测对象",
            )
            yield _found(table, row.line, "LP312", problem.filled(unit=unit, key=key), _OTHER_COLUMN)
            return


def _rows(survey: Survey, section: Section, table: PointTable) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], int] = {}
    for each in survey.rows(section):
        line = each.row.line
        first = seen.setdefault(each.naming, line)
        if first != line:
            problem = Text("the same point stands in line {first}", zh="与第 {first} 行是同一个点").filled(first=first)
            yield _found(table, line, "LP304", problem, _REPEATS, Severity.WARNING)
        if (beyond := _beyond(each)) is not None:
            yield _found(table, line, "LP305", beyond, _WITHIN)
        permitted = each.row.cells.get(MPE)
        if isinstance(permitted, Decimal) and permitted <= 0:
            problem = Text("an mpe of {mpe} permits nothing", zh="最大允许误差为 {mpe}，不允许任何误差").filled(
                mpe=permitted
            )
            yield _found(table, line, "LP306", problem, _POSITIVE)


def _beyond(row: PointRow) -> Text | None:
    nominal, top = row.point.columns.get("nominal"), row.point.columns.get(RANGE)
    if (
        not isinstance(nominal, Quantity)
        or not isinstance(top, Quantity)
        or nominal.unit.dimension != top.unit.dimension
    ):
        return None
    if abs(nominal) <= top:
        return None
    written = row.row.cells.get(RANGE)
    if isinstance(written, str):
        return Text("{share} of a range lies beyond it", zh="{share} 倍量程超出量程").filled(
            share=row.row.cells["nominal"]
        )
    return Text("{nominal} lies beyond the range {top}", zh="{nominal} 超出量程 {top}").filled(nominal=nominal, top=top)


def _unused_readings(survey: Survey, section: Section, table: PointTable) -> Iterator[Finding]:
    dry = survey.rehearsed(section)
    asked = {column for each in (*dry, *survey.prepared(section)) for column in each.columns}
    if dry and READINGS in table.headings and READINGS not in asked:
        problem = Text(
            "the points say how many readings, the function takes others", zh="校准点规定了读数次数，函数却未采用"
        )
        yield _found(table, 0, "LP307", problem, _TIMES)


def _found(
    table: PointTable, line: int, code: str, problem: Text, remedy: Text, severity: Severity = Severity.ERROR
) -> Finding:
    return Finding(file=table.file, line=line, code=code, problem=problem, remedy=remedy, severity=severity)


_THINGS: Final = Text(
    "Name the column whose words are the things, as filter, in this section and in the one that measures them",
    zh="请指定以文字命名物品的列（如 filter），本部分与测量该物品的部分都应有该列",
)
_SAME_COLUMNS: Final = Text("Give it the columns of the procedure's own points", zh="请使其列与规程自带的校准点表一致")
_REPEATS: Final = Text(
    "Remove it, write repeats, or add a column that tells the two apart, as direction",
    zh="请删除，写 repeats，或添加 direction 等列加以区分",
)
_WITHIN: Final = Text("Give a nominal value within the range", zh="请给出量程之内的标称值")
_OTHER_COLUMN: Final = Text(
    "Give the column another name, or name a standard or auxiliary by the column of its role",
    zh="请将该列改名；按角色名命名的列只用于选择标准器或辅助设备",
)
_POSITIVE: Final = Text("Give the half-width of the limits, a positive number", zh="请给出允许误差限的半宽，为正数")
_TIMES: Final = Text("Write times=point.readings, or remove the column", zh="请写 times=point.readings，或删除该列")
