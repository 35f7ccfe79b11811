"""A Pareto plot of a budget: what each contribution adds, largest first, as a picture in SVG."""

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from labctl.language import Language, Text
from labctl.metrology.budget import Budget, BudgetRow

_MOST: Final = 20
_LABEL, _BAR, _LINE, _TOP, _FIGURE = 300, 420, 24, 46, 150
_BLUE, _RED, _GREY = "#2b6cb0", "#c05621", "#4a5568"


def as_svg(budgets: Sequence[Budget], language: Language = Language.ENGLISH) -> str:
    """Return a plot for each budget, one below the other, in one picture.

    Bars show |c|·u with the share of the variance, twenty at most, and a line u of the result. A share that
    correlation makes negative has another colour.
    """
    width = _LABEL + _BAR + _FIGURE
    plots: list[str] = []
    height = 0
    for budget in budgets:
        lines, deep = _plot(budget, language)
        plots += [f'<g transform="translate(0 {height})">', *lines, "</g>"]
        height += deep
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="sans-serif" font-size="13" fill="{_GREY}">'
    )
    return "\n".join([head, f'<rect width="{width}" height="{height}" fill="#ffffff"/>', *plots, "</svg>"]) + "\n"


def _plot(budget: Budget, language: Language) -> tuple[list[str], int]:
    """Return the elements of one plot, and its height."""
    rows = sorted((row for row in budget.rows if row.contribution > 0), key=lambda row: (-row.contribution, row.symbol))
    shown, left = rows[:_MOST], rows[_MOST:]
    largest = max([budget.u, *(row.contribution for row in shown)]) or 1.0
    title = escape(_TITLE.filled(output=budget.output, unit=budget.unit).within(language))
    parts = [f'<text x="12" y="24" font-size="15" font-weight="bold">{title}</text>']
    for number, row in enumerate(shown):
        parts += _bar(row, _TOP + number * _LINE, _BAR * row.contribution / largest, language)
    foot = _TOP + len(shown) * _LINE
    if left:
        rest = math.sqrt(math.fsum(row.contribution**2 for row in left))
        words = _REST.filled(count=len(left), u=f"{rest:.2g}").within(language)
        parts.append(f'<text x="{_LABEL}" y="{foot + 16}">{escape(words)}</text>')
        foot += _LINE
    place = f"{_LABEL + _BAR * budget.u / largest:.1f}"
    together = _TOGETHER.filled(output=budget.output, u=f"{budget.u:.3g}", unit=budget.unit).within(language)
    stroke = f'stroke="{_GREY}" stroke-dasharray="4 3"'
    parts += [
        f'<line x1="{place}" y1="{_TOP - 8}" x2="{place}" y2="{foot}" {stroke}/>',
        f'<text x="{place}" y="{foot + 18}" text-anchor="middle">{escape(together)}</text>',
    ]
    return parts, foot + 34


def _bar(row: BudgetRow, top: float, length: float, language: Language) -> list[str]:
    words = row.description.within(language)
    name = f"{row.symbol}  {words}" if words else row.symbol
    label = _fitting(name)
    figure = f"{row.contribution:.2g}  ({row.percent:.1f} %)"
    colour = _RED if row.percent < 0 else _BLUE
    return [
        f'<text x="{_LABEL - 8}" y="{top + 16}" text-anchor="end">{escape(label)}<title>{escape(name)}</title></text>',
        f'<rect x="{_LABEL}" y="{top + 4}" width="{max(length, 1):.1f}" height="{_LINE - 8}" fill="{colour}"/>',
        f'<text x="{_LABEL + max(length, 1) + 6:.1f}" y="{top + 16}">{escape(figure)}</text>',
    ]


def _fitting(name: str) -> str:
    """Return a name cut to what its column holds; Chinese signs are two wide."""
    room = _LONGEST
    for length, sign in enumerate(name):
        room -= 2 if "\u2e80" <= sign <= "\uffe6" else 1
        if room < 0:
            return name[:length] + "…"
    return name


_LONGEST: Final = 36
_TITLE: Final = Text("Contributions to u({output}) in {unit}", zh="u({output}) 的各分量，单位 {unit}")
_REST: Final = Text("{count} smaller ones, together {u}", zh="其余 {count} 个较小分量，合计 {u}")
_TOGETHER: Final = Text("u({output}) = {u} {unit}", zh="u({output}) = {u} {unit}")
