"""Tables of results in the digital certificate: one list a group, one quantity a column, values as they are printed."""

from typing import Final

from labctl.certificate.document import Cell, Column, Group, ResultTable
from labctl.certificate.dsi import dsi
from labctl.certificate.element import Element
from labctl.certificate.figures import factor
from labctl.certificate.words import RULES, TEMPLATE
from labctl.language import Text
from labctl.metrology.conformity import Side, Verdict
from labctl.metrology.units import ONE, parse_unit
from labctl.records.calibration import Judgement, PointResult, SectionResult

_NONE: Final = "NaN"
_STATUS: Final = {Verdict.CONFORMS: "pass", Verdict.DOES_NOT_CONFORM: "fail"}
_KINDS: Final = {"nominal": "basic_nominalValue", "range": "basic_measurementRange", "mpe": "basic_toleranceLimit"}
_SAYS: Final = Text(
    "Conformity by the decision rule of each value: {rules}. An inconclusive value is conditionalPass where the error "
    "is within the limit, conditionalFail where it is not.",
    zh="按各值的判定规则给出符合性：{rules}。待定的值，误差在限内记为 conditionalPass，超限记为 conditionalFail。",
)


def result(results: Element, table: ResultTable, section: SectionResult, *, conformity: bool) -> None:
    """Write the results of one section."""
    parent = results.add("result", refType="gp_measuringResult1")
    parent.words("name", _named(table))
    parent.same("description", "; ".join(section.model) or section.title.en)
    content = parent.add("data")
    points = iter(section.points)
    filled = 0
    for group in table.groups:
        members = [next(points) for _ in group.rows]
        if group.rows:
            filled += 1
            _list(content, table, group, members, filled, conformity=conformity)
    if not filled:
        content.words("text", TEMPLATE["no_results"])


def _named(table: ResultTable, group: Group | None = None) -> Text:
    """Return title, phase and range as far as there are any."""
    parts = [table.title, table.phase_name]
    if group is not None and group.title.en:
        parts.append(Text("range {range}", zh="量程 {range}").filled(range=group.title))
    said = [each for each in parts if each.en]
    return Text(", ".join(each.en for each in said), zh="，".join(each.zh or each.en for each in said))


def _list(
    content: Element, table: ResultTable, group: Group, members: list[PointResult], number: int, *, conformity: bool
) -> None:
    listed = content.add("list", refType=f"gp_table{number}")
    listed.words("name", _named(table, group))
    columns = list(zip(table.columns, group.units, zip(*group.rows, strict=True), strict=True))
    expanded = {cells[0].origin.symbol: cells for column, _, cells in columns if column.name.startswith("U(")}
    for column, unit, cells in columns:
        kind = cells[0].origin.kind
        if kind in {"uncertainty", "k", "dof", "verdict", "limit"}:
            continue  # these stand with the value that they belong to
        quantity = listed.add("quantity", refType=_kind(column, kind))
        quantity.words("name", column.heading)
        if not all(each.number for each in cells):
            quantity.add("charsXMLList", " ".join("_".join(each.printed.split()) or "—" for each in cells))
            continue
        values = quantity.si("realListXMLList")
        if column.symbol:
            values.si("labelXMLList", column.symbol)
        values.si("valueXMLList", _joined(cells))
        values.si("unitXMLList", _unit(unit))
        if kind == "value":
            _uncertainty(values, expanded.get(column.name, ()), members, column.name)
            if conformity:
                _conformity(quantity, table, members, column.name, unit, _limits(columns, column.name))


def _kind(column: Column, kind: str) -> str:
    if kind == "correlation":
        return "math_correlationCoefficient"
    if kind == "value":
        return "basic_measurementError" if column.name.split("_")[0] == "E" else "basic_measuredValue"
    return "basic_measuredValue" if kind == "input" else _KINDS.get(column.name, "basic_nominalValue")


def _joined(cells: tuple[Cell, ...]) -> str:
    return " ".join(each.printed if each.number else _NONE for each in cells)


def _unit(symbol: str) -> str:
    return dsi(parse_unit(symbol) if symbol else ONE)


def _uncertainty(values: Element, cells: tuple[Cell, ...], members: list[PointResult], symbol: str) -> None:
    """Write U, k and the probability beside the values, as far as the table states them."""
    found = [next((each for each in point.results if each.symbol == symbol), None) for point in members]
    stated = [each for each in found if each is not None]
    if not cells or len(stated) != len(members) or not all(each.number for each in cells):
        return
    expanded = values.si("measurementUncertaintyUnivariateXMLList").si("expandedMUXMLList")
    expanded.si("valueExpandedMUXMLList", _joined(cells))
    expanded.si("coverageFactorXMLList", " ".join(factor(each.k) for each in stated))
    expanded.si("coverageProbabilityXMLList", " ".join(f"{each.probability:.6g}" for each in stated))
    expanded.si("distributionXMLList", "normal")


def _limits(columns: list[tuple[Column, str, tuple[Cell, ...]]], symbol: str) -> tuple[str, tuple[Cell, ...]] | None:
    """Return the printed limits where they are those of a result: a table may judge others without printing theirs."""
    for _, unit, cells in columns:
        mine = all(each.number and each.origin.symbol == symbol for each in cells)
        if cells[0].origin.kind == "limit" and mine:
            return unit, cells
    return None


def _conformity(
    quantity: Element,
    table: ResultTable,
    members: list[PointResult],
    symbol: str,
    unit: str,
    limits: tuple[str, tuple[Cell, ...]] | None,
) -> None:
    """Write verdict, rule and limits of every value, where each of them has a verdict."""
    found = [next((each for each in point.judgements if each.symbol == symbol), None) for point in members]
    judged = [each for each in found if each is not None]
    if len(judged) != len(members):
        return
    marks = {RULES[each.rule] for each in judged}
    rules = [text for mark, text in table.notes if mark in marks]
    meta = quantity.add("measurementMetaData").add("metaData", refType="basic_conformity")
    said = Text("; ".join(each.en for each in rules), zh="; ".join(each.zh for each in rules))
    meta.words("declaration", _SAYS.filled(rules=said))
    statuses = (_status(each, point, symbol) for each, point in zip(judged, members, strict=True))
    meta.add("conformityXMLList", " ".join(statuses))
    if limits is None:
        return
    content = meta.add("data")
    side = Side(judged[0].side)
    for name, kind, sign, other in (
        (Text("Lower limit", zh="下限"), "basic_toleranceLimitLower", "-", Side.AT_MOST),
        (Text("Upper limit", zh="上限"), "basic_toleranceLimitUpper", "", Side.AT_LEAST),
    ):
        if side is other:
            continue
        sign = sign if side is Side.WITHIN else ""  # noqa: PLW2901  (a limit on one side stands as it is)
        limit = content.add("quantity", refType=kind)
        limit.words("name", name)
        values = limit.si("realListXMLList")
        values.si("valueXMLList", " ".join(sign + each.printed for each in limits[1]))
        values.si("unitXMLList", _unit(limits[0] or unit))


def _status(judged: Judgement, point: PointResult, symbol: str) -> str:
    if judged.verdict in _STATUS:
        return _STATUS[judged.verdict]
    value = next(each for each in point.results if each.symbol == symbol)
    within = abs(value.value) <= judged.limit.value_in(value.unit)
    return "conditionalPass" if within else "conditionalFail"
