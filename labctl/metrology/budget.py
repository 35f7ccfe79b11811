"""The uncertainty budget of one result: a row for every contribution, and what they add up to."""

import math
from collections.abc import Sequence
from typing import Final, Literal

from attrs import frozen

from labctl.language import Language, Text
from labctl.metrology.quantity import shortest
from labctl.metrology.rounding import report


@frozen(kw_only=True)
class BudgetRow:
    """One contribution (JCGM 100:2008, 5): `u` in the unit of its input, `contribution` in that of the result."""

    symbol: str
    description: Text
    value: float
    unit: str
    distribution: Text
    stated: float  # half-width, or U where k is the divisor
    divisor: float
    u: float
    dof: float | None  # None: infinitely many
    type: Literal["A", "B"]
    sensitivity: float  # unit of the result per unit of the input
    contribution: float  # |c|·u
    percent: float  # share of the variance; with correlation it may be negative, all together give 100
    source: str
    effect: str
    confirmed: bool = True


@frozen(kw_only=True)
class Budget:
    """All rows of one result at one point, and their sum."""

    output: str
    point: int
    value: float
    unit: str
    rows: tuple[BudgetRow, ...]
    u: float
    dof: float | None
    k: float
    probability: float
    expanded: float
    rule: Text
    warnings: tuple[Text, ...] = ()

    def as_text(self, language: Language = Language.ENGLISH) -> str:
        """Return the budget as a table for people, two significant digits of each uncertainty."""
        heads = [head.within(language) for head in _HEADS]
        body = [self._cells(row, language) for row in self.rows]
        return "\n".join([*_aligned([heads, *body]), *self._footer(language)])

    def _cells(self, row: BudgetRow, language: Language) -> list[str]:
        return [
            row.symbol,
            row.description.within(language) + ("" if row.confirmed else _UNCONFIRMED.within(language)),
            f"{row.value:.10g}{_after(row.unit)}",
            row.distribution.within(language),
            f"{row.u:.2g}",
            "∞" if row.dof is None else f"{row.dof:.3g}",
            row.type,
            f"{row.sensitivity + 0.0:.4g}",
            f"{row.contribution:.2g}",
            f"{row.percent:.1f} %",
            row.source,
        ]

    def _footer(self, language: Language) -> list[str]:
        value, expanded = report(self.value, self.expanded) if self.expanded > 0 else (shortest(self.value), "0")
        dof = "∞" if self.dof is None else f"{self.dof:.4g}"
        facts = _SUM.filled(
            output=self.output, value=value, unit=_after(self.unit), expanded=expanded, u=f"{self.u:.3g}",
            dof=dof, k=f"{self.k:.2f}", p=f"{100 * self.probability:.6g}", rule=self.rule,
        )  # fmt: skip
        return [facts.within(language), *(warning.within(language) for warning in self.warnings)]


def finite_dof(dof: float) -> float | None:
    """Return degrees of freedom as a record holds them: None for infinitely many."""
    return dof if math.isfinite(dof) else None


def _after(unit: str) -> str:
    return "" if unit in {"", "1"} else f" {unit}"


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(_width(row[column]) for row in table) for column in range(len(table[0]))]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def _width(cell: str) -> int:
    return sum(2 if "\u2e80" <= sign <= "\uffe6" else 1 for sign in cell)  # Chinese signs are two wide


_HEADS: Final = (
    Text("Symbol", zh="符号"),
    Text("Source of uncertainty", zh="不确定度来源"),
    Text("Value", zh="量值"),
    Text("Distribution", zh="分布"),
    Text("u", zh="u"),
    Text("ν", zh="ν"),
    Text("Type", zh="类别"),
    Text("c", zh="c"),
    Text("|c|·u", zh="|c|·u"),
    Text("Share", zh="占比"),
    Text("Stated in", zh="依据"),
)
_UNCONFIRMED: Final = Text(" (unconfirmed)", zh="（未经核实）")
_SUM: Final = Text(
    "{output} = {value}{unit}, u = {u}, ν_eff = {dof}, k = {k} ({rule}), U = {expanded}{unit}",
    zh="{output} = {value}{unit},u = {u},ν_eff = {dof},k = {k}({rule}),U = {expanded}{unit}",
)
