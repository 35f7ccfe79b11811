"""Do requirements, tables and adjustments name what exists, and do titles speak both languages."""

from collections.abc import Iterator

from labctl.language import Text
from labctl.procedure.checking.models import units_at
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.load import FILE
from labctl.procedure.procedure import Procedure, Section


def declarations(procedure: Procedure) -> Iterator[Finding]:
    """Return what is wrong with what hangs on the head."""
    if not procedure.sections:
        yield _found("LP001", Text("the procedure has no section", zh="规程没有任何部分"), _DECLARE)
    sections = {each.name: each for each in procedure.sections}
    for required in procedure.requirements:
        title = f"require({required.title.en!r})"
        section = sections.get(required.of)
        if section is None:
            yield _found("LP401", _NO_SECTION.filled(title=title, section=required.of), _sections(procedure))
        elif required.symbol not in section.model.outputs:
            yield _found("LP401", _NO_RESULT.filled(title=title, symbol=required.symbol), _results(section))
        else:
            yield from _names(procedure, section, title, required.limit.names)
    for made in procedure.adjustments:
        title = f"adjustment({made.title.en!r})"
        section = sections.get(made.of)
        if section is None:
            yield _found("LP404", _NO_SECTION.filled(title=title, section=made.of), _sections(procedure))
        else:
            yield from _names(procedure, section, title, made.offer.names)
    yield from _tables(procedure, sections)
    yield from _words(procedure)


def known_names(procedure: Procedure, section: Section) -> set[str]:
    """Return what figures and tables of a section may name."""
    return {*units_at(procedure, section), *section.model.outputs, *section.model.equations.inputs}


def _names(procedure: Procedure, section: Section, title: str, names: frozenset[str]) -> Iterator[Finding]:
    known = known_names(procedure, section)
    for name in sorted(names - known):
        if not name.startswith("unit."):
            problem = Text("{title}: {name} is not known here", zh="{title}：此处没有 {name}").filled(
                title=title, name=name
            )
            yield _found("LP402", problem, _KNOWN.filled(known=", ".join(sorted(known))))


def _tables(procedure: Procedure, sections: dict[str, Section]) -> Iterator[Finding]:
    for table in procedure.tables:
        title = f"table({table.section!r})"
        section = sections.get(table.section)
        if section is None:
            yield _found("LP403", _NO_SECTION.filled(title=title, section=table.section), _sections(procedure))
            continue
        known = {*known_names(procedure, section), *(f"U({each})" for each in section.model.outputs), "k", "verdict"}
        for column in table.columns:
            if column not in known:
                problem = Text("{title}: there is no column {column}", zh="{title}：没有列 {column}")
                yield _found(
                    "LP403", problem.filled(title=title, column=column), _KNOWN.filled(known=", ".join(sorted(known)))
                )


def _words(procedure: Procedure) -> Iterator[Finding]:
    titles = [
        procedure.title,
        *(procedure.role(name).title for name in procedure.roles),
        *(each.title for each in procedure.sections),
        *(each.title for each in procedure.requirements),
        *(each.title for each in procedure.adjustments),
        *(each.title for each in procedure.tables),
    ]
    for title in titles:
        if not title.zh:
            problem = Text("{title!r} has no Chinese title", zh="{title!r} 没有中文标题").filled(title=title.en)
            yield _found("LP501", problem, Text('Add zh="…"', zh='请补充 zh="…"'), Severity.WARNING)


def _found(code: str, problem: Text, remedy: Text, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(file=FILE, line=0, code=code, problem=problem, remedy=remedy, severity=severity)


def _sections(procedure: Procedure) -> Text:
    return Text("Sections are: {known}", zh="现有部分：{known}").filled(
        known=", ".join(each.name for each in procedure.sections)
    )


def _results(section: Section) -> Text:
    return Text("Results are: {known}", zh="现有结果：{known}").filled(known=", ".join(section.model.outputs))


_DECLARE = Text("Declare one with @METHOD.section", zh="请用 @METHOD.section 声明")
_NO_SECTION = Text("{title}: there is no section {section!r}", zh="{title}：没有 {section!r} 部分")
_NO_RESULT = Text("{title}: {symbol} is no result of the model", zh="{title}：{symbol} 不是模型的结果")
_KNOWN = Text("Known are: {known}", zh="可用：{known}")
