"""Tables of results: the columns that the procedure names, one group of rows a range, and what stands below them."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from attrs import evolve

from labctl.certificate.document import NOTHING, Column, ResultTable
from labctl.certificate.figures import factor
from labctl.certificate.plot import plots_of
from labctl.certificate.rows import BARE, SIGNS, Rows
from labctl.certificate.words import HEADINGS, PHASES, RULES, rule_of
from labctl.language import Text
from labctl.metrology.conformity import Rule, Side
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import parse_unit
from labctl.records.calibration import COVARIANCE, CalibrationRecord, PointResult, SectionResult, Table
from labctl.records.order import Kind

_TWO = "2.00"


def tables_of(record: CalibrationRecord) -> tuple[ResultTable, ...]:
    """Return every section of a record as it is printed; a section without a table of its own gets a plain one."""
    declared = {each.section: each for each in record.tables}
    return tuple(_table(record, section, declared.get(section.title.en)) for section in record.sections)


def _table(record: CalibrationRecord, section: SectionResult, declared: Table | None) -> ResultTable:
    title = declared.title if declared is not None and declared.title.en else section.title
    names = _with_factor(
        _spelled(declared, section.points) if declared is not None else _usual(section.points), section.points
    )
    units = {name: parse_unit(unit) for name, unit in declared.units.items()} if declared is not None else {}
    titles = declared.titles if declared is not None else {}
    grouped = "range" in names and any(isinstance(each.columns.get("range"), Quantity) for each in section.points)
    shown = tuple(name for name in names if not (grouped and name == "range"))
    several = len({each.phase for each in record.sections}) > 1
    legal = record.order.kind is Kind.VERIFICATION
    return ResultTable(
        phase=section.phase,
        phase_name=PHASES.get(section.phase, Text(section.phase, zh=section.phase)) if several else NOTHING,
        section=section.title.en,
        title=title,
        columns=tuple(_titled(_column(name, section.points), titles) for name in shown),
        groups=tuple(
            Rows.of(tuple(points), shown, legal=legal, units=units).group(grouped=grouped)
            for _, points in groupby(section.points, key=lambda each: str(each.columns.get("range")) if grouped else "")
        ),
        notes=tuple(_rules(section.points, legal=legal)) if "verdict" in shown else (),
        plots=plots_of(title, section),
    )


def _rules(points: tuple[PointResult, ...], *, legal: bool) -> Iterator[tuple[str, Text]]:
    """Yield each rule with its mark; what is required beside the limit of the table's column is told with its limit."""
    first = {point.judgements[0].requirement for point in points if point.judgements}
    used = {(each.rule, each.side) for point in points for each in point.judgements if each.requirement in first}
    for rule, side in sorted(used, key=lambda each: (RULES[each[0]], each[1])):
        yield RULES[rule], rule_of(Rule(rule), Side(side), legal=legal)
    others = dict.fromkeys(
        (each.requirement, each.rule, each.side, str(each.limit))
        for point in points
        for each in point.judgements
        if each.requirement not in first
    )
    for title, rule, side, limit in others:
        said = rule_of(Rule(rule), Side(side), legal=legal)
        yield RULES[rule], _ALSO.filled(title=title, sign=SIGNS[side], limit=limit, rule=said)


_ALSO = Text("{title} {sign} {limit}: {rule}", zh="{title} {sign} {limit}：{rule}")


def _spelled(declared: Table, points: tuple[PointResult, ...]) -> tuple[str, ...]:
    """Return the columns of a table, its covariance as the U that are missing and a column for each pair of results."""
    pairs = declared.correlated({each.symbol for point in points for each in point.results if each.k})
    lacking = dict.fromkeys(f"U({each})" for pair in pairs for each in pair if f"U({each})" not in declared.names)
    spelled = (*lacking, *(f"r({a}, {b})" for a, b in pairs))
    return tuple(name for each in declared.names for name in (spelled if each == COVARIANCE else (each,)))


def _usual(points: tuple[PointResult, ...]) -> tuple[str, ...]:
    """Return the columns of a section for which the procedure names none."""
    if not points:
        return ("nominal",)
    first = points[0]
    names = [name for name in BARE if name in first.columns] or ["point"]
    for result in first.results:
        names += [result.symbol, f"U({result.symbol})"]
    return (*names, "mpe", "verdict") if any(each.judgements for each in points) else tuple(names)


def _with_factor(names: tuple[str, ...], points: tuple[PointResult, ...]) -> tuple[str, ...]:
    """Put k and the degrees of freedom behind the last U where the k of any printed U is not 2.00."""
    stated = [index for index, name in enumerate(names) if name.startswith("U(")]
    printed = {names[index][2:-1] for index in stated}
    factors = {factor(each.k) for point in points for each in point.results if each.k and each.symbol in printed}
    if not stated or factors <= {_TWO} or "k" in names:
        return names
    behind = stated[-1] + 1
    return (*names[:behind], "k", "dof", *names[behind:])


def _titled(column: Column, titles: Mapping[str, Text]) -> Column:
    return evolve(column, heading=titles[column.name]) if column.name in titles else column


def _column(name: str, points: tuple[PointResult, ...]) -> Column:
    results = {each.symbol for point in points for each in point.results}
    if name.startswith("U("):
        return Column(name=name, heading=HEADINGS["uncertainty"], symbol=name if len(results) > 1 else "U")
    if name.startswith("r("):
        return Column(name=name, heading=HEADINGS["correlation"], symbol=name)
    if name in results:
        heading = HEADINGS["error"] if name.partition("_")[0] == "E" else HEADINGS["result"]
        return Column(name=name, heading=heading, symbol=name)
    if any(name in each.inputs for point in points for each in point.results):
        return Column(name=name, heading=HEADINGS["indication"], symbol=name)
    symbol = {"k": "k", "dof": "ν"}.get(name, "")
    heading = HEADINGS.get(name, Text(name, zh=name))
    return Column(name=name, heading=heading, symbol=symbol, number=name not in {"verdict", "point"})
