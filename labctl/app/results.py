"""The results of a run as a table of plain text, for a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from labctl.app.readable import SIGNS, behind, of_statistic, printed_units, unit_for, width_of
from labctl.app.telling import point_title
from labctl.language import Language, Text
from labctl.metrology.conformity import Rule, Side
from labctl.metrology.quantity import Quantity
from labctl.metrology.rounding import report
from labctl.metrology.units import Unit
from labctl.records.calibration import Judgement, PointResult, Result, Table

_HEADS = (
    Text("section", zh="项目"),
    Text("point", zh="校准点"),
    Text("result", zh="结果"),
    Text("U", zh="U"),
    Text("k", zh="k"),
    Text("MPE", zh="最大允许误差"),
    Text("U/MPEV", zh="U/MPEV"),
    Text("verdict", zh="结论"),
    Text("rule", zh="判定规则"),
)
_RULES = {
    Rule.THIRD.value: Text("U ≤ MPEV/3", zh="U ≤ MPEV/3"),
    Rule.GUARDED.value: Text("U > MPEV/3", zh="U > MPEV/3"),
    Rule.SIMPLE.value: Text("|E| ≤ MPEV", zh="|E| ≤ MPEV"),
}


_ONE_SIDED = Text("limit alone", zh="仅比较允许值")
_UNTITLED: Mapping[str, Text] = MappingProxyType({})


def result_table(
    points: Sequence[PointResult],
    tables: Iterable[Table],
    language: Language,
    titles: Mapping[str, Text] = _UNTITLED,
    *,
    legal: bool = False,
) -> str:
    """Return one line for each result, in columns as wide as their words.

    Args:
        points: the results, in order.
        tables: of the method, which say in which units it prints them.
        language: of every word.
        titles: of the sections, by their names.
        legal: of a verification.
    """
    printed = printed_units(tables)
    rows = [[head.within(language) for head in _HEADS]]
    for point in points:
        judged = {each.symbol: each for each in point.judgements}
        section = titles[point.section].within(language) if point.section in titles else point.section
        for each in point.results:
            unit = printed.get((point.section, each.symbol), "")
            rows.append([section, *_row(point, each, judged.get(each.symbol), unit, language, legal=legal)])
    widths = [max(width_of(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)


def _row(
    point: PointResult, result: Result, judged: Judgement | None, printed: str, language: Language, *, legal: bool
) -> list[str]:
    unit = unit_for(result, judged.limit if judged is not None else None, point.columns.get("nominal"), printed)
    if not result.k:  # a statistic: no uncertainty is stated
        shown = f"{of_statistic(Quantity.of(result.value, result.unit).value_in(unit))}{behind(unit)}"
        row = [point_title(point), f"{result.symbol} = {shown}", "—", "—"]
        return [*row, *(_judged(judged, unit, language, ratio="—", legal=legal) if judged is not None else ["—"] * 4)]
    value, expanded = report(
        Quantity.of(result.value, result.unit).value_in(unit), Quantity.of(result.expanded, result.unit).value_in(unit)
    )
    shown = f"{result.symbol} = {value}{behind(unit)}"
    row = [point_title(point), shown, f"{expanded}{behind(unit)}", f"{result.k:.2f}"]
    if judged is None:
        return [*row, "—", "—", "—", "—"]
    return [*row, *_judged(judged, unit, language, ratio=f"{judged.ratio:.2f}", legal=legal)]


def _judged(judged: Judgement, unit: Unit, language: Language, *, ratio: str, legal: bool) -> list[str]:
    """Return limit, share, verdict and rule; a limit on one side is not one of a magnitude."""
    simple = judged.rule == Rule.SIMPLE.value and judged.side != Side.WITHIN.value
    return [
        f"{SIGNS[judged.side]}{judged.limit.value_in(unit):.6g}{behind(unit)}",
        ratio,
        judged.verdict.said(legal=legal).within(language),
        _ONE_SIDED.within(language) if simple else _RULES[judged.rule].within(language),
    ]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - width_of(cell))
