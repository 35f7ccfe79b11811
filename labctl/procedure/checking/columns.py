"""Is every column of the points read by somebody: one that is not may be a word misspelt."""

from collections.abc import Iterator
from typing import Final

from labctl.errors import MetrologyError
from labctl.language import Text
from labctl.metrology.figure import Figure
from labctl.procedure.checking.survey import MPE, Survey, nearest
from labctl.procedure.declared import Reduction
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.points import COUNTS, FREQUENCY, RANGE, PointTable
from labctl.procedure.procedure import SECTION, Section
from labctl.procedure.settling import Steady
from labctl.procedure.sources import Applied, Constant, Effect, Result, Source, Spread

ALWAYS: Final = frozenset({"nominal", RANGE, MPE, FREQUENCY, *COUNTS})
"""Columns that labctl itself reads."""


def unread(survey: Survey, section: Section, table: PointTable) -> Iterator[Finding]:
    """Return the columns of numbers that nothing reads, and that tell no two points apart; words name a point."""
    if section.again_of or section.name in survey.procedure.planners:
        return
    series = [each for each in survey.procedure.sections if each.points == section.points]
    if not all(survey.rehearsed(each) for each in series):
        return  # told as a dry call that fails
    read = set(ALWAYS) | {*survey.procedure.roles}
    for each in series:
        read |= _read_in(survey, each)
    for target in survey.targets:
        read |= {*target.model.equations.inputs, *target.model.equations.columns}
        read |= {name for source in target.model.sources.values() for name in _named(source)}
        read |= {target.each} if isinstance(target, Reduction) else set()
    limits = [each.limit for each in survey.procedure.requirements] + [each.limit for each in survey.procedure.checks]
    read |= {name for each in limits for name in each.names}
    read |= {name for each in survey.procedure.tables for name in each.names}
    read |= {name for each in survey.lines.named(Steady).values() for name in _figures(each)}
    for name in table.headings:
        words = all(isinstance(each.cells[name], str) for each in table.rows)
        if name not in read and not words and not _tells_apart(table, name):
            problem = Text("nobody reads the column {name}", zh="没有使用列 {name}").filled(name=name)
            yield Finding(
                file=table.file,
                line=max(table.rows[0].line - 1, 1),
                code="LP313",
                problem=problem,
                remedy=nearest(name, sorted(ALWAYS)),
                severity=Severity.WARNING,
            )


def _read_in(survey: Survey, section: Section) -> set[str]:
    dry = (*survey.rehearsed(section), *survey.prepared(section))
    asked = {column for each in dry for column in each.columns}
    figures = {name for each in dry for steady in each.settles.values() for name in _figures(steady)}
    return asked | figures | {each.column for each in section.hooks if each.column != SECTION} | {section.uses_up}


def _figures(steady: object) -> set[str]:
    return {name for each in steady.figures for name in each.names} if isinstance(steady, Steady) else set()


def _named(source: Source) -> frozenset[str]:
    match source:
        case Result(by=by, at=at):
            return frozenset({by, at})
        case Effect(off=Spread(figure=figure)) | Constant(figure=figure) | Applied(at=figure) if figure:
            try:
                return Figure(figure).names
            except MetrologyError:
                return frozenset()  # told on its own
        case _:
            return frozenset()


def _tells_apart(table: PointTable, name: str) -> bool:
    """Return whether two rows would be one without a column."""
    others = [tuple(str(cell) for column, cell in each.cells.items() if column != name) for each in table.rows]
    return len(set(others)) < len(others)
