"""The plot of errors: E and U as shares of the limit, so that all ranges share one scale; drawn for grey printers."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from attrs import frozen

from labctl.certificate.document import Plot
from labctl.certificate.figures import given_unit, plain
from labctl.certificate.svg import BLACK, GREY, box, dot, line, path, picture, text
from labctl.certificate.words import HEADINGS, PLOT
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.calibration import PointResult, SectionResult

FONT: Final = "Noto Sans SC"
MOST: Final = 60  # points in one picture
_WIDTH, _HEIGHT = 680.0, 232.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 672.0, 24.0, 194.0  # of the field
_FEWEST: Final = 2  # points that a picture compares
_LABELLED: Final = 32  # above this many points every label would touch the next
_USUAL: Final = 1.4  # limits: how far the scale of a unit that conforms goes
_FEW: Final = 2.0  # limits: up to here there is room for half limits too
_HATCH: Final = 6.0
_FIRST_LINE, _SECOND_LINE = 12.0, 21.0  # of labels, under the field


@frozen(kw_only=True)
class _Bar:
    """One point: error and expanded uncertainty, both divided by the limit."""

    error: float
    expanded: float
    label: str
    range: str
    below: str = ""  # its frequency, where it has one


@frozen
class _Field:
    """From points and shares to places on the picture."""

    count: int
    reach: float  # the scale ends at this many limits

    @property
    def step(self) -> float:
        """Return the room of one point."""
        return (_RIGHT - _LEFT) / self.count

    def x(self, index: float) -> float:
        """Return where a point stands."""
        return _LEFT + (index + 0.5) * self.step

    def y(self, share: float) -> float:
        """Return where a share of the limit stands."""
        return _TOP + (self.reach - share) / (2 * self.reach) * (_BOTTOM - _TOP)


def plots_of(title: Text, section: SectionResult) -> tuple[Plot, ...]:
    """Return the pictures of a section's judged symbols with a U, as many as its points need.

    None where nothing was set, and none of a single point.
    """
    symbols = dict.fromkeys(each.symbol for point in section.points for each in point.judgements)
    plots: list[Plot] = []
    for symbol in symbols:
        bars = [bar for point in section.points if (bar := _bar(point, symbol)) is not None]
        for start in range(0, len(bars) if len(bars) >= _FEWEST else 0, MOST):
            part = bars[start : start + MOST]
            plots += [Plot(svg=draw(part, symbol), alt=PLOT.filled(title=title, symbol=symbol))]
    return tuple(plots)


def _bar(point: PointResult, symbol: str) -> _Bar | None:
    judged = next((each for each in point.judgements if each.symbol == symbol), None)
    result = next((each for each in point.results if each.symbol == symbol), None)
    top, nominal = point.columns.get("range"), point.columns.get("nominal")
    if judged is None or result is None or judged.limit.value <= 0 or not isinstance(nominal, Quantity):
        return None
    if not result.k:  # a statistic: bars would show a U that nobody states
        return None
    limit = judged.limit.value_in(result.unit)
    return _Bar(
        error=result.value / limit,
        expanded=result.expanded / limit,
        range=_words(top, unit=True) if isinstance(top, Quantity) else "",
        label=_words(nominal, like=top),
        below=_words(at, unit=True) if isinstance(at := point.columns.get("frequency"), Quantity) else "",
    )


def _words(quantity: Quantity, *, unit: bool = False, like: object = None) -> str:
    """Return a quantity as a label, in the unit that suits its range."""
    size = like if isinstance(like, Quantity) and like.unit.dimension == quantity.unit.dimension else quantity
    chosen = given_unit(size.unit, abs(size.value))
    digits = plain(float(f"{quantity.value_in(chosen):.8g}")).replace("-", "−")
    return f"{digits} {chosen.symbol}" if unit else digits


def draw(bars: Sequence[_Bar], symbol: str) -> str:
    """Return the picture as SVG."""
    field = _Field(len(bars), _reach(bars))
    shapes = [
        *_beyond(field.y(field.reach), field.y(1.0)),
        *_beyond(field.y(-1.0), field.y(-field.reach)),
        *_scale(field),
        *_ranges(bars, field),
    ]
    for index, bar in enumerate(bars):
        shapes += _point(bar, index, field)
        if len(bars) <= _LABELLED or index % 3 == 0:
            size = _label_size(field.step, bars)
            shapes.append(text((field.x(index), _BOTTOM + _FIRST_LINE), bar.label, size=size))
            if bar.below:
                shapes.append(text((field.x(index), _BOTTOM + _SECOND_LINE), bar.below, size=size))
    nominal = HEADINGS["nominal"]
    shapes += [
        box((_LEFT, _TOP), (_RIGHT - _LEFT, _BOTTOM - _TOP), width=0.8),
        text(((_LEFT + _RIGHT) / 2, _HEIGHT - 3), f"{nominal.zh} {nominal.en}"),
        text((12.0, (_TOP + _BOTTOM) / 2), f"{symbol} / MPE, %", upright=False),
    ]
    return picture((_WIDTH, _HEIGHT), FONT, shapes)


def _reach(bars: Sequence[_Bar]) -> float:
    """Return how far the scale goes, in limits: always past ±1, and in steps of a half."""
    most = max(abs(each.error) + each.expanded for each in bars)
    return _USUAL if most <= _USUAL - 0.1 else -(-most * 1.08 // 0.5) * 0.5


def _label_size(step: float, bars: Sequence[_Bar]) -> float:
    longest = max(max(len(each.label), len(each.below)) for each in bars)
    return max(4.5, min(9.5, 1.65 * step / max(longest, 1)))


def _beyond(top: float, bottom: float) -> list[str]:
    """Return the field beyond a limit, hatched by plain lines, so that it reads without colour."""
    height = bottom - top
    steps: list[str] = []
    start = _LEFT - height
    while start < _RIGHT:
        low, high = max(start, _LEFT), min(start + height, _RIGHT)
        steps.append(f"M{low:.2f} {bottom - (low - start):.2f}L{high:.2f} {bottom - (high - start):.2f}")
        start += _HATCH
    return [
        box((_LEFT, top), (_RIGHT - _LEFT, height), fill="#ececec"),
        path("".join(steps), stroke="#b4b4b4", width=0.5),
    ]


def _scale(field: _Field) -> list[str]:
    """Return the lines and figures of the vertical axis."""
    shapes: list[str] = []
    for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
        strong = abs(share) == 1.0
        if field.reach > _FEW and not strong and share:
            continue
        y = field.y(share)
        stroke, width = (BLACK, 0.8) if strong else (GREY, 0.4)
        shapes.append(line((_LEFT, y), (_RIGHT, y), stroke=stroke, width=width))
        shapes.append(text((_LEFT - 4, y + 3.4), f"{100 * share:.0f}".replace("-", "−"), anchor="end"))
    return shapes


def _ranges(bars: Sequence[_Bar], field: _Field) -> list[str]:
    """Return the name of each range above its points, and a line between two ranges."""
    shapes: list[str] = []
    at = 0
    for name, members in groupby(bars, key=lambda each: each.range):
        count = len(list(members))
        left, right = field.x(at - 0.5), field.x(at + count - 0.5)
        if at:
            shapes.append(line((left, _TOP - 16), (left, _BOTTOM), width=0.6))
        if name:
            shapes.append(text(((left + right) / 2, _TOP - 7), name))
        at += count
    return shapes


def _point(bar: _Bar, index: int, field: _Field) -> list[str]:
    """Return the bar of U with its ends, and the error as a dot."""
    x, width = field.x(index), min(field.step * 0.22, 4.0)
    high, low = field.y(bar.error + bar.expanded), field.y(bar.error - bar.expanded)
    ends = "".join(f"M{x - width:.2f} {y:.2f}H{x + width:.2f}" for y in (high, low))
    radius = max(1.2, min(2.6, width))
    return [path(f"M{x:.2f} {high:.2f}V{low:.2f}{ends}"), dot((x, field.y(bar.error)), radius)]
