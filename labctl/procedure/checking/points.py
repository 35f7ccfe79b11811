"""Are the points there, do the hooks' columns exist, does somebody say where the figures come from."""

from collections.abc import Iterator

from labctl.errors import ProcedureError
from labctl.language import Text
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.plan import table_of
from labctl.procedure.points import PointTable
from labctl.procedure.procedure import SECTION, Procedure, Section


def points(procedure: Procedure) -> Iterator[Finding]:
    """Return what is wrong with the points of every section."""
    for section in procedure.sections:
        try:
            table = table_of(procedure, section)
        except ProcedureError as error:
            problem = Text("{where}: {problem}", zh="{where}:{problem}").filled(
                where=error.where, problem=error.problem
            )
            yield Finding(file=section.points, line=0, code="LP301", problem=problem, remedy=error.remedy)
            continue
        yield from _hooks(section, table)
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


def _hooks(section: Section, table: PointTable) -> Iterator[Finding]:
    for hook in section.hooks:
        if hook.column != SECTION and hook.column not in table.headings:
            known = ", ".join([SECTION, *table.headings])
            yield Finding(
                file=hook.body.file,
                line=hook.body.first_line,
                code="LP302",
                problem=Text("{points} has no column {column}", zh="{points} 没有 {column} 列").filled(
                    points=section.points, column=hook.column
                ),
                remedy=Text("Columns are: {known}", zh="可用列：{known}").filled(known=known),
            )
