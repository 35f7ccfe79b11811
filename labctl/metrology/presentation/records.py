"""A budget as plain mappings and numbers, for JSON and for tables; infinite degrees of freedom are the word "inf"."""

from collections.abc import Mapping

from labctl.metrology.budget import Budget, BudgetRow
from labctl.metrology.presentation.sources import by_source

Plain = float | int | str | bool | None
INFINITE = "inf"


def plain_row(row: BudgetRow) -> dict[str, Plain]:
    """Return one contribution with all its digits, words in English."""
    return {
        "symbol": row.symbol,
        "description": row.description.en,
        "value": row.value,
        "unit": row.unit,
        "distribution": row.distribution.en,
        "stated": row.stated,
        "divisor": row.divisor,
        "u": row.u,
        "dof": INFINITE if row.dof is None else row.dof,
        "type": row.type,
        "sensitivity": row.sensitivity,
        "contribution": row.contribution,
        "percent": row.percent,
        "source": row.source,
        "effect": row.effect,
        "confirmed": row.confirmed,
    }


def plain_budget(budget: Budget) -> Mapping[str, object]:
    """Return a budget with its rows and its shares by source, ready for `json.dumps`."""
    return {
        "output": budget.output,
        "value": budget.value,
        "unit": budget.unit,
        "u": budget.u,
        "dof": INFINITE if budget.dof is None else budget.dof,
        "k": budget.k,
        "U": budget.expanded,
        "probability": budget.probability,
        "rule": budget.rule.en,
        "warnings": [each.en for each in budget.warnings],
        "rows": [plain_row(row) for row in budget.rows],
        "sources": [{"source": each.source.en, "percent": each.percent, "u": each.u} for each in by_source(budget)],
    }
