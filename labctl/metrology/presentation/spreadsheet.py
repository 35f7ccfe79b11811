"""A budget as comma-separated values with all digits, one row for each contribution and one for the result."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from labctl.language import Language, Text
from labctl.metrology.budget import Budget, BudgetRow
from labctl.metrology.presentation.records import INFINITE, Plain

_HEADS: Final = (
    Text("result", zh="被测量"),
    Text("symbol", zh="符号"),
    Text("description", zh="不确定度来源"),
    Text("value", zh="量值"),
    Text("unit", zh="单位"),
    Text("distribution", zh="分布"),
    Text("stated", zh="给出值"),
    Text("divisor", zh="除数"),
    Text("u", zh="标准不确定度"),
    Text("dof", zh="自由度"),
    Text("type", zh="类别"),
    Text("sensitivity", zh="灵敏系数"),
    Text("contribution", zh="不确定度分量"),
    Text("percent", zh="占比/%"),
    Text("source", zh="依据"),
    Text("effect", zh="影响量"),
    Text("confirmed", zh="已核实"),
    Text("k", zh="k"),
    Text("U", zh="扩展不确定度"),
    Text("probability", zh="包含概率"),
)
_RESULT: Final = Text("result", zh="结果")
_YES_NO: Final = (Text("no", zh="否"), Text("yes", zh="是"))


def as_csv(budgets: Iterable[Budget], language: Language = Language.ENGLISH) -> str:
    r"""Return budgets under one heading, lines ended by \r\n (RFC 4180); a byte-order mark is left to the writer."""
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow([head.within(language) for head in _HEADS])
    for budget in budgets:
        for row in budget.rows:
            writer.writerow([_cell(each) for each in _row(budget, row, language)])
        writer.writerow([_cell(each) for each in _sum(budget, language)])
    return page.getvalue()


def _row(budget: Budget, row: BudgetRow, language: Language) -> list[Plain]:
    return [
        budget.output, row.symbol, row.description.within(language), row.value, row.unit,
        row.distribution.within(language), row.stated, row.divisor, row.u, INFINITE if row.dof is None else row.dof,
        row.type, row.sensitivity, row.contribution, row.percent, row.source, row.effect,
        _YES_NO[row.confirmed].within(language), "", "", "",
    ]  # fmt: skip


def _sum(budget: Budget, language: Language) -> list[Plain]:
    return [
        budget.output, budget.output, _RESULT.within(language), budget.value, budget.unit, "", "", "", budget.u,
        INFINITE if budget.dof is None else budget.dof, "", "", budget.u, sum(row.percent for row in budget.rows),
        "", "", "", budget.k, budget.expanded, budget.probability,
    ]  # fmt: skip


def _cell(content: Plain) -> str:
    """Return a cell; words that a spreadsheet would take for a formula are kept words by an apostrophe."""
    if isinstance(content, str):
        return f"'{content}" if content.startswith(("=", "+", "-", "@", "\t", "\r")) else content
    return "" if content is None else repr(content)
