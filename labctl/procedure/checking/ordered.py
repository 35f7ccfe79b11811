"""Do the points that an order asks for fit the method: are they of a section, with its columns and kinds of units."""

from collections.abc import Iterator
from typing import Final

from labctl.errors import ProcedureError
from labctl.language import Text
from labctl.metrology.units import Unit
from labctl.procedure.checking.survey import MPE, nearest, said
from labctl.procedure.finding import Finding
from labctl.procedure.plan import ordered_name, table_of
from labctl.procedure.points import FREQUENCY, RANGE, Heading, PointTable
from labctl.procedure.procedure import Procedure, Section
from labctl.records.equipment import UnitUnderTest

ALWAYS: Final = frozenset({MPE, RANGE, FREQUENCY, "readings", "repeats"})
"""Columns that every method understands."""


def ordered(procedure: Procedure, unit: UnitUnderTest) -> Iterator[Finding]:
    """Return what is wrong with the points that the order of a unit asks for."""
    own = {ordered_name(procedure, each): each for each in procedure.sections if each.points}
    for name in unit.ordered:
        if name.partition("/")[0] != procedure.name:
            continue  # of another method
        if name not in own:
            problem = Text("{file}: no section of {method} has such points", zh="{file}：{method} 没有使用该文件的部分")
            words = problem.filled(file=name, method=procedure.name)
            yield Finding(file=name, line=0, code="LP311", problem=words, remedy=nearest(name, list(own)))
            continue
        yield from _fits(procedure, own[name], unit, name)


def _fits(procedure: Procedure, section: Section, unit: UnitUnderTest, name: str) -> Iterator[Finding]:
    try:
        mine = table_of(procedure, section)
        table = table_of(procedure, section, unit)
    except ProcedureError as error:
        yield Finding(file=name, line=0, code="LP301", problem=said(error), remedy=error.remedy)
        return
    if table.rows:
        yield from columns_of(table, mine, name)


def columns_of(table: PointTable, mine: PointTable, name: str) -> Iterator[Finding]:
    """Return the columns that are lacking, that nobody knows, and whose unit is of another kind."""
    lacking = sorted(mine.headings.keys() - table.headings.keys() - {MPE, "repeats"})
    unknown = sorted(table.headings.keys() - mine.headings.keys() - ALWAYS)
    if lacking:
        words = Text("it has no column {columns}", zh="缺少列 {columns}").filled(columns=", ".join(lacking))
        yield Finding(file=name, line=1, code="LP309", problem=words, remedy=_COLUMNS.filled(known=_listed(mine)))
    if unknown:
        words = Text("nobody reads its column {columns}", zh="没有使用列 {columns}").filled(columns=", ".join(unknown))
        yield Finding(file=name, line=1, code="LP309", problem=words, remedy=_COLUMNS.filled(known=_listed(mine)))
    for column, heading in table.headings.items():
        like = mine.headings.get(column)
        if like is None:
            continue
        given, wanted = _unit(table, heading), _unit(mine, like)
        if not _alike(given, wanted):
            problem = Text(
                "{column} is in {found}, where {wanted} is meant", zh="{column} 的单位为 {found}，应为 {wanted}"
            )
            words = problem.filled(column=column, found=given or "—", wanted=wanted or "—")
            yield Finding(file=name, line=1, code="LP308", problem=words, remedy=_UNITS)


def _alike(one: Unit | None, other: Unit | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.dimension, one.is_scale) == (other.dimension, other.is_scale)


def _unit(table: PointTable, heading: Heading) -> Unit | None:
    """Return the unit of a column; of shares of the range that of the range."""
    return table.headings[RANGE].unit if heading.of_range else heading.unit


def _listed(table: PointTable) -> str:
    return ", ".join(table.headings)


_COLUMNS: Final = Text(
    "Give it the columns of the method's own points: {known}", zh="请使其列与方法自带的校准点表一致：{known}"
)
_UNITS: Final = Text(
    "Give it the unit of the method's own points, or one of its kind", zh="请使用方法自带校准点表的单位或同类单位"
)
