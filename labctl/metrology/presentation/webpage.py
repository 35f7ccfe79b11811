"""Budgets as one self-contained HTML page: no script, no style sheet or picture from elsewhere."""

from collections.abc import Sequence
from html import escape
from typing import Final

from labctl.language import Language, Text
from labctl.metrology.budget import Budget, BudgetRow
from labctl.metrology.presentation.pareto import as_svg
from labctl.metrology.presentation.sources import by_source
from labctl.metrology.quantity import shortest
from labctl.metrology.rounding import report


def as_html(
    budgets: Sequence[Budget], language: Language = Language.ENGLISH, *, title: str = "", notes: Sequence[Text] = ()
) -> str:
    """Return a page with a table, shares by source and a Pareto plot for each budget, then the notes."""
    heading = escape(title or _TITLE.within(language))
    tongue = "zh-CN" if language is Language.CHINESE else "en"
    parts = [
        f'<!DOCTYPE html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n<title>{heading}</title>',
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{heading}</h1>",
    ]
    for budget in budgets:
        parts += _section(budget, language)
    parts += [f"<p>{escape(each.within(language))}</p>" for each in notes]
    return "\n".join([*parts, "</body>\n</html>\n"])


def _section(budget: Budget, language: Language) -> list[str]:
    def words(text: Text) -> str:
        return escape(text.within(language))

    heads = "".join(f"<th>{words(head)}</th>" for head in _HEADS)
    shares = "".join(
        f"<tr><td>{words(each.source)}</td><td>{each.u:.2g}</td><td>{each.percent:.1f} %</td></tr>"
        for each in by_source(budget)
    )
    value, expanded = report(budget.value, budget.expanded) if budget.expanded > 0 else (shortest(budget.value), "0")
    dof = "∞" if budget.dof is None else f"{budget.dof:.4g}"
    figures = _FIGURES.filled(u=f"{budget.u:.3g}", unit=budget.unit, dof=dof, k=f"{budget.k:.2f}", rule=budget.rule)
    result = f"{budget.output} = ({value} ± {expanded}) {budget.unit}"
    return [
        f"<h2>{escape(budget.output)}</h2>",
        f'<p class="result">{escape(result)}</p>',
        f"<p>{words(figures)}</p>",
        *(f'<p class="warning">{words(each)}</p>' for each in budget.warnings),
        f"<table><thead><tr>{heads}</tr></thead><tbody>",
        *(_row(row, language) for row in budget.rows),
        "</tbody></table>",
        f"<h3>{words(_BY_SOURCE)}</h3>\n<table><tbody>{shares}</tbody></table>",
        as_svg([budget], language),
    ]


def _row(row: BudgetRow, language: Language) -> str:
    cells = [
        row.symbol,
        row.description.within(language) + ("" if row.confirmed else _UNCONFIRMED.within(language)),
        f"{row.value:.10g}",
        row.unit,
        row.distribution.within(language),
        f"{row.stated:.4g}",
        f"{row.divisor:.4g}",
        f"{row.u:.2g}",
        "∞" if row.dof is None else f"{row.dof:.3g}",
        row.type,
        f"{row.sensitivity:.4g}",
        f"{row.contribution:.2g}",
        f"{row.percent:.1f} %",
        row.source,
    ]
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


_STYLE: Final = (
    "body{font-family:sans-serif;color:#1a202c;margin:2em;max-width:80em}"
    "table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #cbd5e0;padding:.25em .6em;text-align:left}"
    "th{background:#edf2f7}.result{font-size:1.3em}.warning{color:#9c4221}"
)
_TITLE: Final = Text("Uncertainty budget", zh="测量不确定度评定表")
_BY_SOURCE: Final = Text("By source", zh="按依据汇总")
_UNCONFIRMED: Final = Text(" (unconfirmed)", zh="（未经核实）")
_FIGURES: Final = Text(
    "u = {u} {unit}, ν_eff = {dof}, k = {k} ({rule})", zh="u = {u} {unit},ν_eff = {dof},k = {k}({rule})"
)
_HEADS: Final = (
    Text("Symbol", zh="符号"),
    Text("Source of uncertainty", zh="不确定度来源"),
    Text("Value", zh="量值"),
    Text("Unit", zh="单位"),
    Text("Distribution", zh="分布"),
    Text("Stated", zh="给出值"),
    Text("Divisor", zh="除数"),
    Text("u", zh="u"),
    Text("ν", zh="ν"),
    Text("Type", zh="类别"),
    Text("c", zh="c"),
    Text("|c|·u", zh="|c|·u"),
    Text("Share", zh="占比"),
    Text("Stated in", zh="依据"),
)
