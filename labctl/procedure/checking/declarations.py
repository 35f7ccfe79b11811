"""Do tables and adjustments name what exists, is everything used, and does each title speak both languages."""

import re
from collections.abc import Iterator
from typing import Final

from labctl.errors import MetrologyError, UnitMismatch
from labctl.language import Text
from labctl.metrology.figure import Figure
from labctl.metrology.quantity import parse_quantity
from labctl.metrology.units import Unit, parse_unit
from labctl.procedure.checking.survey import UNIT_DATA, Survey, Target, nearest
from labctl.procedure.declared import EACH_POINT
from labctl.procedure.finding import Finding, Severity
from labctl.procedure.load import FILE
from labctl.procedure.procedure import Section
from labctl.procedure.sources import Characteristic, Effect, Source
from labctl.records.calibration import COVARIANCE
from labctl.records.interval import months_of

VERIFIES: Final = "JJG"
"""How the documents begin that verify."""
DOCUMENT: Final = re.compile(r"(JJF|JJG|GB|GB/T|ISO|IEC|OIML|DL/T|JB/T|HJ|ASTM|EURAMET|VDI|DKD)\b.*\d", re.IGNORECASE)


def declarations(survey: Survey) -> Iterator[Finding]:
    """Return what is wrong with what hangs on the head."""
    procedure = survey.procedure
    if not procedure.sections:
        yield found(0, "LP001", Text("the procedure has no section", zh="规程没有任何部分"), _DECLARE)
        return
    sections = {each.name: each for each in procedure.sections}
    for made in procedure.adjustments:
        title, line = f"adjustment({made.title.en!r})", survey.lines.declared("adjustment", made.title.en)
        section = sections.get(made.of)
        if section is None:
            yield found(
                line, "LP404", NO_SECTION.filled(title=title, section=made.of), nearest(made.of, list(sections))
            )
        else:
            unknown = list(names(survey, section, title, line, made.offer.names))
            yield from unknown or _compared(survey, section, title, line, made.offer)
    for title in procedure.planners:
        if title not in sections:
            words = NO_SECTION.filled(title=f"plan({title!r})", section=title)
            yield found(survey.lines.declared("plan", title), "LP310", words, nearest(title, list(sections)))
        elif not sections[title].points:
            words = Text("plan({title}): the section has no points", zh="plan({title})：该部分没有校准点文件")
            yield found(survey.lines.declared("plan", title), "LP310", words.filled(title=repr(title)), _GIVE_ROWS)
    yield from _lasting(survey)
    yield from _tables(survey)
    yield from _order(survey)
    yield from _unused(survey)
    yield from _words(survey)
    yield from _document(survey)


def _compared(survey: Survey, section: Section, title: str, line: int, offer: Figure) -> Iterator[Finding]:
    """Tell of a condition that compares what is of two kinds: nobody would hear of it before the run is measured."""
    if any(each.startswith(UNIT_DATA) for each in offer.names):
        return
    try:
        offer.evaluate(survey.names(section))
    except MetrologyError as error:
        if isinstance(error.__cause__, UnitMismatch):
            problem = Text("{title}: {why}", zh="{title}：{why}").filled(title=title, why=error.text())
            yield found(line, "LP406", problem, _SAME_KIND)


def _lasting(survey: Survey) -> Iterator[Finding]:
    """Tell of results that may not stand in later: of the unit, resting on what does not, or that others wait for."""
    procedure, unit = survey.procedure, survey.procedure.roles.unit
    lasting = {each.name: each for each in procedure.sections if each.valid_for}
    for section in lasting.values():
        why: Text | None = None
        others = [each.section for each in section.model.results.values() if each.section not in lasting]
        waiting = [each.title for each in procedure.sections if section.name in {each.after, each.again_of}]
        if not _is_time(section.valid_for):
            why = Text("valid_for={given!r} is no time", zh="valid_for={given!r} 不是时间").filled(
                given=section.valid_for
            )
        elif unit in section.drawn_on:
            why = Text(
                "it measures the unit, of which another run knows nothing",
                zh="该部分测量被测对象，其他运行的结果不适用",
            )
        elif others:
            why = Text("it rests on {others}, which does not", zh="其依赖的 {others} 不能沿用").filled(others=others[0])
        elif waiting or section.again_of:
            why = Text("it has its time among other sections", zh="该部分与其他部分有时间关系")
        if why is not None:
            words = _NOT_LASTING.filled(section=section.title, why=why)
            yield found(survey.lines.declared("section", section.name), "LP420", words, _MEASURE_ANEW)


def _is_time(words: str) -> bool:
    try:
        return parse_quantity(words).value_in("s") > 0
    except MetrologyError:
        return False


def known_names(survey: Survey, target: Target) -> set[str]:
    """Return what figures and tables of a section or reduction may name."""
    known = {*survey.headings(target), *target.model.outputs}
    if isinstance(target, Section):
        known |= {*target.model.equations.inputs}
    if isinstance(target, Section) or target.each == EACH_POINT:
        known.add("mpe")  # where the points do not state one, the unit's type may
    return known


def names(survey: Survey, target: Target, title: str, line: int, wanted: frozenset[str]) -> Iterator[Finding]:
    """Return the names of a figure that are not known at a point."""
    known = known_names(survey, target)
    if survey.lost(target):
        return  # without its points nobody can say
    for name in sorted(wanted - known):
        if name == "mpe":
            problem = Text("{title}: nobody states an mpe here", zh="{title}：此处没有最大允许误差").filled(title=title)
            yield found(line, "LP415", problem, _STATE_LIMIT)
        elif not name.startswith("unit."):
            problem = Text("{title}: {name} is not known here", zh="{title}：此处没有 {name}")
            yield found(line, "LP402", problem.filled(title=title, name=name), nearest(name, sorted(known)))


def found(line: int, code: str, problem: Text, remedy: Text, severity: Severity = Severity.ERROR) -> Finding:
    """Return a finding on a line of the procedure's file."""
    return Finding(file=FILE, line=line, code=code, problem=problem, remedy=remedy, severity=severity)


def _tables(survey: Survey) -> Iterator[Finding]:
    for table in survey.procedure.tables:
        title, line = f"table({table.section!r})", survey.lines.declared("table", table.section)
        target = survey.find(table.section)
        if target is None:
            yield found(
                line, "LP403", NO_SECTION.filled(title=title, section=table.section), survey.known(table.section)
            )
            continue
        known = known_names(survey, target)
        known |= {*(f"U({each})" for each in target.model.outputs), "k", "verdict", "mpe", COVARIANCE}
        uncertain = [each for each in target.model.outputs if each not in target.model.equations.statistics]
        if COVARIANCE in table.names and not table.correlated(uncertain):
            problem = Text("{title}: there are no two results to correlate", zh="{title}：没有两个可求相关系数的结果")
            yield found(line, "LP403", problem.filled(title=title), _TWO_RESULTS)
        for column in (*table.names, *table.titles):
            if column not in known and not survey.lost(target):
                problem = Text("{title}: there is no column {column}", zh="{title}：没有列 {column}")
                yield found(line, "LP403", problem.filled(title=title, column=column), nearest(column, sorted(known)))
        units = survey.units(target) | survey.results(target)
        for column, written in table.units.items():
            wanted = units.get(column.removeprefix("U(").rstrip(")"))
            if wanted is not None and column.startswith("U("):
                wanted = wanted.difference
            yield from _printed(title, line, column, written, wanted)


def _printed(title: str, line: int, column: str, written: str, unit: Unit | None) -> Iterator[Finding]:
    """Tell of a column that is to be printed in a unit that there is not, or of another kind."""
    try:
        asked = parse_unit(written)
    except MetrologyError as error:
        problem = Text("{title}, {column}: {why}", zh="{title}，{column}：{why}")
        yield found(line, "LP418", problem.filled(title=title, column=column, why=error.text()), _PRINTABLE)
        return
    if unit is not None and (asked.dimension, asked.is_scale) != (unit.dimension, unit.is_scale):
        problem = Text(
            "{title}: {column} is in {unit}, not in {written}", zh="{title}：{column} 的单位为 {unit}，不是 {written}"
        )
        yield found(line, "LP418", problem.filled(title=title, column=column, unit=unit, written=written), _PRINTABLE)


# --- sections that are measured again --------------------------------------------------------------------------------


def _order(survey: Survey) -> Iterator[Finding]:
    titles = [each.name for each in survey.procedure.sections]
    for number, section in enumerate(survey.procedure.sections):
        line = survey.lines.declared("again", section.name)
        if section.after and section.after not in titles[:number]:
            later = section.after in titles
            problem = (
                Text(
                    "{title} is to come after {after}, which comes later",
                    zh="{title} 应在 {after} 之后，但后者排在其后",
                )
                if later
                else Text(
                    "{title} is to come after {after}, which there is not", zh="{title} 应在 {after} 之后，但没有该部分"
                )
            )
            words = problem.filled(title=section.title, after=section.after)
            yield found(line, "LP412", words, _BEFORE if later else nearest(section.after, titles))
        yield from _window(section, line)


def _window(section: Section, line: int) -> Iterator[Finding]:
    seconds: dict[str, float] = {}
    for name, figure in (("earliest", section.earliest), ("latest", section.latest)):
        if not figure:
            continue
        try:
            seconds[name] = Figure(figure).quantity().value_in("s")
        except MetrologyError as error:
            problem = Text("{title}, {name}: {why}", zh="{title}，{name}：{why}")
            yield found(line, "LP413", problem.filled(title=section.title, name=name, why=error.text()), _TIMES)
    if seconds and not section.after:
        problem = Text("{title}: earliest and latest count from nothing", zh="{title}：earliest 和 latest 没有起点")
        yield found(line, "LP413", problem.filled(title=section.title), _AFTER)
    if len(seconds) == 2 and seconds["earliest"] > seconds["latest"]:  # noqa: PLR2004  (both of them)
        problem = Text(
            "{title} may begin {earliest} later at the earliest, and {latest} at the latest",
            zh="{title} 最早须在 {earliest} 之后，最迟却在 {latest} 之内",
        ).filled(title=section.title, earliest=section.earliest, latest=section.latest)
        yield found(line, "LP413", problem, _TIMES)


# --- what nobody uses ------------------------------------------------------------------------------------------------


def _unused(survey: Survey) -> Iterator[Finding]:
    procedure = survey.procedure
    used = {each.of for each in procedure.requirements} | {each.of for each in procedure.checks}
    used |= {each.of for each in procedure.adjustments}
    used |= {each.section for each in procedure.tables}
    used |= {each.section for target in survey.targets for each in target.model.results.values()}
    for target in survey.targets:
        if target.name not in used:
            word = "section" if isinstance(target, Section) else "reduce"
            line = survey.lines.declared(word, target.name) or survey.lines.declared("again", target.name)
            problem = Text("nobody uses the results of {title}", zh="没有使用 {title} 的结果").filled(
                title=target.title
            )
            yield found(line, "LP414", problem, _USE, Severity.WARNING)


# --- words -----------------------------------------------------------------------------------------------------------


def _words(survey: Survey) -> Iterator[Finding]:
    procedure, lines = survey.procedure, survey.lines
    titles = [
        (procedure.title, lines.head()),
        *((procedure.role(name).title, lines.head()) for name in procedure.roles),
        *(
            (each.title, lines.declared("again" if each.again_of else "section", each.name))
            for each in procedure.sections
        ),
        *((each.title, lines.declared("reduce", each.name)) for each in procedure.reductions),
        *((each.title, lines.declared("require", each.title.en)) for each in procedure.requirements),
        *((each.title, lines.declared("check", each.title.en)) for each in procedure.checks),
        *((each.title, lines.declared("inspection", each.title.en)) for each in procedure.inspections),
        *((each.question, lines.declared("inspection", each.title.en)) for each in procedure.inspections),
        *((each.title, lines.declared("adjustment", each.title.en)) for each in procedure.adjustments),
        *((each.title, lines.declared("table", each.section)) for each in procedure.tables),
        *(
            (words, lines.declared("table", each.section))
            for each in procedure.tables
            for words in each.titles.values()
        ),
        *(
            (words, lines.model(target, symbol))
            for target in survey.targets
            for symbol, source in target.model.sources.items()
            if (words := _words_of(source)) is not None
        ),
    ]
    for title, line in titles:
        if not title.zh and not _is_plain(title.en):
            problem = Text("{title!r} has no Chinese title", zh="{title!r} 没有中文标题").filled(title=title.en)
            yield found(line, "LP501", problem, Text('Add zh="…"', zh='请补充 zh="…"'), Severity.WARNING)


def _words_of(source: Source) -> Text | None:
    """Return what a budget prints of a source, where the method says it."""
    match source:
        case Effect():
            return Text(source.title, zh=source.zh)
        case Characteristic():
            return Text(source.name, zh=source.zh)
        case _:
            return None


def _is_plain(words: str) -> bool:
    """Return whether a title needs no translation: it is empty, or a quantity as it stands."""
    try:
        parse_quantity(words)
    except MetrologyError:
        return not words
    return True


def _document(survey: Survey) -> Iterator[Finding]:
    procedure = survey.procedure
    if not DOCUMENT.match(procedure.document):
        problem = Text(
            "{document!r} is no number of a specification or regulation", zh="{document!r} 不是规范或规程的编号"
        ).filled(document=procedure.document)
        yield found(survey.lines.head(), "LP505", problem, _NUMBER, Severity.WARNING)
    elif procedure.document.startswith(VERIFIES) and not (procedure.requirements or procedure.inspections):
        problem = Text(
            "{document} verifies, and nothing is required of the unit", zh="{document} 为检定规程，却没有任何要求"
        )
        yield found(survey.lines.head(), "LP505", problem.filled(document=procedure.document), _REQUIRE)
    if not procedure.accuracy_ratio >= 1:
        problem = Text("an accuracy ratio of {ratio}", zh="准确度比为 {ratio}").filled(ratio=procedure.accuracy_ratio)
        yield found(survey.lines.head(), "LP506", problem, _RATIO)
    yield from _interval(survey)


def _interval(survey: Survey) -> Iterator[Finding]:
    procedure = survey.procedure
    if procedure.interval and not months_of(procedure.interval):
        problem = Text("{interval!r} is no interval", zh="{interval!r} 不是有效的周期")
        yield found(survey.lines.head(), "LP507", problem.filled(interval=procedure.interval), _INTERVAL)
    elif procedure.document.startswith(VERIFIES) and not procedure.interval:
        problem = Text(
            "{document} verifies, and nobody says for how long", zh="{document} 为检定规程，却未给出检定周期"
        ).filled(document=procedure.document)
        yield found(survey.lines.head(), "LP507", problem, _INTERVAL, Severity.WARNING)


_DECLARE: Final = Text("Declare one with @METHOD.section", zh="请用 @METHOD.section 声明")
NO_SECTION: Final = Text("{title}: there is no section {section!r}", zh="{title}：没有 {section!r} 部分")
_STATE_LIMIT: Final = Text(
    "Give the figure itself with its source, or use a constant of the unit, as unit.accuracy_class",
    zh="请直接给出数值及其来源，或使用被测对象的常数，如 unit.accuracy_class",
)
_SAME_KIND: Final = Text(
    "Compare the result with a figure of its kind, as abs(E) > 0.7 * mpe",
    zh="请与同类量比较，如 abs(E) > 0.7 * mpe",
)
_TWO_RESULTS: Final = Text(
    "Give two results or more a column, or remove covariance", zh="请至少列出两个结果的列，或删除 covariance"
)
_PRINTABLE: Final = Text("Write a unit of the same kind, as q [m³/h]", zh="请写同类单位，如 q [m³/h]")
_BEFORE: Final = Text("Declare it below the section that it waits for", zh="请在其等待的部分之后声明")
_TIMES: Final = Text('Write times, as earliest="24 h", latest="48 h"', zh='请写时间，如 earliest="24 h"，latest="48 h"')
_AFTER: Final = Text(
    "Name the section from whose end they count with after=", zh="请用 after= 指明从哪一部分结束时起算"
)
_USE: Final = Text(
    "Print it with METHOD.table, require or check something of it, or remove it",
    zh="请用 METHOD.table 输出，提出要求或核查，或删除",
)
_NUMBER: Final = Text("Write it as JJF 1587-2016, or JJG 1037-2008", zh="请写成 JJF 1587-2016 或 JJG 1037-2008 的形式")
_NOT_LASTING: Final = Text(
    "{section}: an earlier result cannot stand in: {why}", zh="{section}：不能沿用以前的结果：{why}"
)
_MEASURE_ANEW: Final = Text('Leave valid_for= out, or write it as "90 d"', zh='请去掉 valid_for=，或写成 "90 d" 的形式')
_GIVE_ROWS: Final = Text(
    "Give it points=, rows with the columns that its function needs", zh="请用 points= 给出含所需列的校准点文件"
)
_RATIO: Final = Text(
    "Say how often U has to go into the MPE, as accuracy_ratio=3",
    zh="请写 U 应为最大允许误差的几分之一，如 accuracy_ratio=3",
)
_INTERVAL: Final = Text(
    'State the interval of the regulation, as interval="12 months"', zh='请给出检定周期，如 interval="12 months"'
)
_REQUIRE: Final = Text(
    "Declare what the regulation requires with METHOD.require", zh="请用 METHOD.require 声明规程的要求"
)
