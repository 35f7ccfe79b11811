"""The plot of errors: E and U as shares of the limit, so that ranges stand beside each other; drawn for grey printers."""

from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby
from typing import Final

from attrs import frozen

from labctl.certificate.document import Plot
from labctl.certificate.figures import given_unit, plain
from labctl.certificate.words import PLOT
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.calibration import PointResult, SectionResult

FONT: Final = "Noto Sans SC"
MOST: Final = 60  # points in one picture
_WIDTH, _HEIGHT = 680.0, 232.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 8.0, 24.0, 38.0
_Place = Callable[[float], float]
_LABELLED: Final = 32  # above this many points every label would touch the next


@frozen(kw_only=True)
class _Bar:
    """One point: error and expanded uncertainty, both divided by the limit."""

    error: float
    expanded: float
    label: str
    range: str


def plots_of(title: Text, section: SectionResult) -> tuple[Plot, ...]:
    """Return the pictures of a section's judged symbols, as many as its points need; none where nothing was set."""
    symbols = dict.fromkeys(each.symbol for point in section.points for each in point.judgements)
    plots: list[Plot] = []
    for symbol in symbols:
        bars = [bar for point in section.points if (bar := _bar(point, symbol)) is not None]
        for start in range(0, len(bars), MOST):
            plots.append(
                Plot(svg=draw(bars[start : start + MOST], symbol), alt=PLOT.filled(title=title, symbol=symbol))
            )
    return tuple(plots)


def _bar(point: PointResult, symbol: str) -> _Bar | None:
    judged = next((each for each in point.judgements if each.symbol == symbol), None)
    result = next((each for each in point.results if each.symbol == symbol), None)
    top, nominal = point.columns.get("range"), point.columns.get("nominal")
    if judged is None or result is None or judged.limit.value <= 0 or not isinstance(nominal, Quantity):
        return None
    limit = judged.limit.value_in(result.unit)
    return _Bar(
        error=result.value / limit,
        expanded=result.expanded / limit,
        range=_words(top, unit=True) if isinstance(top, Quantity) else "",
        label=_words(nominal, like=top),
    )


def _words(quantity: Quantity, *, unit: bool = False, like: object = None) -> str:
    """Return a quantity as a label, in the unit that suits its range."""
    size = like if isinstance(like, Quantity) and like.unit.dimension == quantity.unit.dimension else quantity
    chosen = given_unit(size.unit, abs(size.value))
    digits = plain(float(f"{quantity.value_in(chosen):.6g}")).replace("-", "−")
    return f"{digits} {chosen.symbol}" if unit else digits


def draw(bars: Sequence[_Bar], symbol: str) -> str:
    """Return the picture as SVG."""
    reach = _reach(bars)
    step = (_WIDTH - _LEFT - _RIGHT) / len(bars)

    def x(index: float) -> float:
        return _LEFT + (index + 0.5) * step

    def y(share: float) -> float:
        return _TOP + (reach - share) / (2 * reach) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" '
        f'width="{_WIDTH:g}" height="{_HEIGHT:g}" font-family="{FONT}" font-size="9.5" fill="#000">',
        *_beyond(y(reach), y(1.0)),
        *_beyond(y(-1.0), y(-reach)),
        *_scale(reach, y),
    ]
    at = 0
    for index, (name, members) in enumerate(groupby(bars, key=lambda each: each.range)):
        count = len(list(members))
        parts += _heading(name, x(at - 0.5), x(at + count - 0.5), first=index == 0)
        at += count
    width = min(step * 0.22, 4.0)
    for index, bar in enumerate(bars):
        parts += _point(bar, x(index), y, width)
        if len(bars) <= _LABELLED or index % 3 == 0:
            parts.append(_text(x(index), _HEIGHT - _BOTTOM + 13, bar.label, size=_label_size(step, bars)))
    bottom = _HEIGHT - _BOTTOM
    parts += [
        f'<rect x="{_LEFT:g}" y="{_TOP:g}" width="{_WIDTH - _LEFT - _RIGHT:g}" height="{bottom - _TOP:g}" '
        'fill="none" stroke="#000" stroke-width="0.8"/>',
        _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 6, "标称值 Nominal"),
        f'<text x="12" y="{(_TOP + bottom) / 2:.2f}" text-anchor="middle" '
        f'transform="rotate(-90 12 {(_TOP + bottom) / 2:.2f})">{_symbol(symbol)} / MPE, %</text>',
        "</svg>",
    ]
    return "\n".join(parts)


def _reach(bars: Sequence[_Bar]) -> float:
    """Return how far the scale goes, in limits: always past ±1, and in steps of a half."""
    most = max([1.0, *(abs(each.error) + each.expanded for each in bars)])
    return 1.4 if most <= 1.3 else -(-most * 1.08 // 0.5) * 0.5


def _label_size(step: float, bars: Sequence[_Bar]) -> float:
    longest = max((len(each.label) for each in bars), default=1)
    return max(4.5, min(9.5, 1.65 * step / max(longest, 1)))


def _beyond(top: float, bottom: float) -> list[str]:
    """Return the field beyond a limit, hatched by plain lines, so that it reads without colour."""
    left, right, height = _LEFT, _WIDTH - _RIGHT, bottom - top
    lines = [f'<rect x="{left:g}" y="{top:.2f}" width="{right - left:g}" height="{height:.2f}" fill="#ececec"/>']
    start = left - height
    path: list[str] = []
    while start < right:
        low, high = max(start, left), min(start + height, right)
        if low < high:
            path.append(f"M{low:.2f} {bottom - (low - start):.2f}L{high:.2f} {bottom - (high - start):.2f}")
        start += 6.0
    return [*lines, f'<path d="{"".join(path)}" stroke="#b4b4b4" stroke-width="0.5" fill="none"/>']


def _scale(reach: float, y: _Place) -> list[str]:
    """Return the lines and figures of the vertical axis."""
    parts: list[str] = []
    shares = [-1.0, -0.5, 0.0, 0.5, 1.0] if reach <= 2.0 else [-1.0, 0.0, 1.0]  # noqa: PLR2004  room for five
    for share in shares:
        strong = abs(share) == 1.0
        stroke = "#000" if strong else "#9a9a9a"
        parts.append(
            f'<line x1="{_LEFT:g}" x2="{_WIDTH - _RIGHT:g}" y1="{y(share):.2f}" y2="{y(share):.2f}" '
            f'stroke="{stroke}" stroke-width="{0.8 if strong else 0.4}"'
            + ("" if share == 0 or strong else ' stroke-dasharray="2 2"')
            + "/>"
        )
        words = f"{100 * share:.0f}".replace("-", "−")
        parts.append(_text(_LEFT - 4, y(share) + 3.4, words, anchor="end"))
    return parts


def _heading(name: str, left: float, right: float, *, first: bool) -> list[str]:
    parts = [] if first else [
        f'<line x1="{left:.2f}" x2="{left:.2f}" y1="{_TOP - 16:g}" y2="{_HEIGHT - _BOTTOM:g}" '
        'stroke="#000" stroke-width="0.6"/>'
    ]  # fmt: skip
    return [*parts, _text((left + right) / 2, _TOP - 7, name)] if name else parts


def _point(bar: _Bar, x: float, y: _Place, width: float) -> list[str]:
    """Return the bar of U with its ends, and the error as a dot."""
    high, low, middle = y(bar.error + bar.expanded), y(bar.error - bar.expanded), y(bar.error)
    return [
        f'<path d="M{x:.2f} {high:.2f}V{low:.2f}M{x - width:.2f} {high:.2f}H{x + width:.2f}'
        f'M{x - width:.2f} {low:.2f}H{x + width:.2f}" stroke="#000" stroke-width="0.9" fill="none"/>',
        f'<circle cx="{x:.2f}" cy="{middle:.2f}" r="{max(1.2, min(2.6, width)):.2f}" fill="#000"/>',
    ]


def _symbol(symbol: str) -> str:
    letters, _, subscript = symbol.partition("_")
    if not subscript:
        return escape(letters)
    return f'{escape(letters)}<tspan dy="2.5" font-size="7">{escape(subscript)}</tspan><tspan dy="-2.5"> </tspan>'


def _text(x: float, y: float, words: str, *, anchor: str = "middle", size: float = 9.5) -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}" font-size="{size:.2f}">{escape(words)}</text>'
