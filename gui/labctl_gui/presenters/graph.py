"""The plot of the point at work as plain figures: curves, the band that each is held against, titles and ranges."""

from datetime import datetime

from attrs import frozen

from labctl.events.kinds import Purpose
from labctl.language import Language, Text
from labctl.metrology.display import fitting_unit
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import KELVIN, Unit, parse_unit
from labctl_gui.presenters.live import Line, Trace
from labctl_gui.presenters.rig import Rig

_DEVIATION = Text("deviation / {unit}", zh="偏差 / {unit}")
_CHANGE = Text("change / {unit}", zh="变化 / {unit}")
_VALUE = Text("{symbol} / {unit}", zh="{symbol} / {unit}")
_TIME = Text("time / {unit}", zh="时间 / {unit}")
_MPE = Text("permissible error", zh="允许误差")
_STEADY = Text("steady when within", zh="稳定判据")
_NEAR = Text("near the nominal value", zh="接近标称值")
_NOMINAL = Text("nominal value", zh="标称值")
_MASS = Text("mass in the tank / kg", zh="水箱质量 / kg")
_ESTIMATED = Text("by flow and time", zh="按流量与时间")
_WEIGHED = Text("weighed", zh="称量")
_MILLIKELVIN = 0.1  # K below which differences are told in millikelvin
_MINUTES, _HOURS = 180.0, 3 * 3600.0
_TAIL = 10  # readings by which a line without a nominal value is centred
_ZOOM = 6.0  # widths of the band within which the plot comes close
_ROOM = 1.25
_FLAT = 1e-6  # of the value: what is seen as flat is not blown up
_WINDOWS = 2.5  # of the criterion, that are seen when the plot comes close


@frozen(kw_only=True)
class Curve:
    """Readings of one series, in the plot's units."""

    title: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    hollow: bool  # it settles or is recorded beside, and does not count


@frozen(kw_only=True)
class Band:
    """A range that readings are held against; a line where both ends are one."""

    title: str
    low: float
    high: float
    kind: str  # "mpe", "steady", "near", "nominal"


@frozen(kw_only=True)
class Graph:
    """Everything that is drawn."""

    curves: tuple[Curve, ...] = ()
    bands: tuple[Band, ...] = ()
    x_title: str = ""
    y_title: str = ""
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (-1.0, 1.0)


@frozen(kw_only=True)
class _Scale:
    """How values of a line become heights."""

    unit: Unit  # of the lines, as a difference
    shown: Unit
    middle: dict[str, float]  # by line: what is taken off

    def height(self, symbol: str, value: float) -> float:
        return self.length(value - self.middle[symbol])

    def length(self, difference: float) -> float:
        return Quantity(difference, self.unit).value_in(self.shown)


def graph_of(trace: Trace, language: Language, *, absolute: bool = False) -> Graph:
    """Return the plot of the point at work.

    Args:
        trace: its readings.
        language: of the titles.
        absolute: draw values, not deviations, where they are of the nominal value's kind.
    """
    lines = [each for each in trace.seen() if each.dots and _alike(each, trace, absolute=absolute)]
    if not lines:
        return Graph(
            x_title=_TIME.filled(unit="s").within(language), y_title=_DEVIATION.filled(unit="–").within(language)
        )
    nominal = _of_kind(trace.nominal, lines[0].unit)
    limit = _width(trace.limit, lines[0].unit) if not absolute and any(each.is_of_unit for each in lines) else None
    scale = _scale(lines, nominal, limit, absolute=absolute and nominal is not None)
    pace, pace_unit = _pace(max(each.dots[-1].seconds for each in lines))
    curves = tuple(each for line in lines for each in _curves(line, scale, pace))
    bands = tuple(_bands(trace, lines, scale, nominal, limit, language))
    title = _title(trace, scale, nominal, limit, absolute=absolute)
    size = max(abs(each.dots[-1].value) for each in lines)
    x_range, y_range = _ranges(trace, curves, bands, pace, scale.length(size * _FLAT or _FLAT), absolute=absolute)
    return Graph(
        curves=curves,
        bands=bands,
        x_title=_TIME.filled(unit=pace_unit).within(language),
        y_title=title.within(language),
        x_range=x_range,
        y_range=y_range,
    )


def mass_graph(rig: Rig, started: datetime | None, language: Language) -> Graph:
    """Return the mass in a tank over the point: as it was weighed, and as flow and time tell it in between."""
    if started is None or not rig.history:
        return Graph(
            x_title=_TIME.filled(unit="s").within(language), y_title=_MASS.within(language), y_range=(0.0, 1.0)
        )
    moments = [((at - started).total_seconds(), kg, weighed) for at, kg, weighed in rig.history]
    pace, pace_unit = _pace(max(moments[-1][0], 1.0))
    curves: list[Curve] = []
    for title, wanted in ((_ESTIMATED, False), (_WEIGHED, True)):
        chosen = [(seconds / pace, kg) for seconds, kg, weighed in moments if weighed is wanted]
        if chosen:
            xs, ys = zip(*chosen, strict=True)
            curves.append(Curve(title=title.within(language), xs=xs, ys=ys, hollow=not wanted))
    return Graph(
        curves=tuple(curves),
        x_title=_TIME.filled(unit=pace_unit).within(language),
        y_title=_MASS.within(language),
        x_range=(moments[0][0] / pace, max(moments[-1][0], moments[0][0] + 1.0) / pace),
        y_range=(0.0, max(rig.capacity, rig.expected) * 1.05),
    )


def _alike(line: Line, trace: Trace, *, absolute: bool) -> bool:
    """Return whether a line is seen beside the present one; what settled before is over where values are drawn."""
    now = trace.line
    if now is None or line.unit.is_scale != now.unit.is_scale:
        return False
    return not absolute or now.purpose is Purpose.SETTLE or line.purpose is not Purpose.SETTLE


def _of_kind(quantity: Quantity | None, unit: Unit) -> float | None:
    """Return a quantity in the unit of the lines; None where it is of another kind."""
    if quantity is None or quantity.unit.dimension != unit.dimension or quantity.unit.is_scale != unit.is_scale:
        return None
    return quantity.value_in(unit)


def _width(quantity: Quantity | None, unit: Unit) -> float | None:
    """Return a width in the unit of differences of the lines; None where it is of another kind."""
    return _of_kind(quantity, KELVIN if unit.is_scale else unit)


def _scale(lines: list[Line], nominal: float | None, limit: float | None, *, absolute: bool) -> _Scale:
    difference = KELVIN if lines[0].unit.is_scale else lines[0].unit
    middle = {each.symbol: _middle(each, nominal, limit) for each in lines}
    if absolute:
        return _Scale(unit=lines[0].unit, shown=lines[0].unit, middle=dict.fromkeys(middle, 0.0))
    counted = [line for line in lines if line.purpose is not Purpose.SETTLE] or lines
    away = [abs(dot.value - middle[line.symbol]) for line in counted for dot in line.dots[-_TAIL:]]
    reach = max([*away, limit or 0.0])
    return _Scale(unit=difference, shown=_fitting(difference, reach), middle=middle)


def _middle(line: Line, nominal: float | None, limit: float | None) -> float:
    if nominal is not None:
        return nominal
    if limit is not None:
        return 0.0
    latest = [dot.value for dot in line.dots[-_TAIL:]]
    return sum(latest) / len(latest)


def _fitting(unit: Unit, reach: float) -> Unit:
    if unit == KELVIN and 0 < reach < _MILLIKELVIN:
        return parse_unit("mK")
    return fitting_unit(unit, reach) if reach else unit


def _pace(seconds: float) -> tuple[float, str]:
    """Return how many seconds one unit of the time axis has, and its symbol."""
    if seconds <= _MINUTES:
        return 1.0, "s"
    return (60.0, "min") if seconds <= _HOURS else (3600.0, "h")


def _curves(line: Line, scale: _Scale, pace: float) -> list[Curve]:
    found: list[Curve] = []
    beside = line.purpose is Purpose.RECORD
    for hollow in (True, False):
        dots = [dot for dot in line.dots if (dot.settling or beside) is hollow]
        if dots:
            xs = tuple(dot.seconds / pace for dot in dots)
            ys = tuple(scale.height(line.symbol, dot.value) for dot in dots)
            found.append(Curve(title=line.symbol, xs=xs, ys=ys, hollow=hollow))
    return found


def _bands(
    trace: Trace, lines: list[Line], scale: _Scale, nominal: float | None, limit: float | None, language: Language
) -> list[Band]:
    bands: list[Band] = []
    main = trace.symbol if trace.symbol in scale.middle else lines[0].symbol
    if limit is not None and limit > 0:
        low, high = (scale.height(main, (nominal or 0.0) + side * limit) for side in (-1, 1))
        bands.append(_band(_MPE, low, high, "mpe", language))
    if nominal is not None:
        at = scale.height(main, nominal)
        bands.append(_band(_NOMINAL, at, at, "nominal", language))
    settling = next((each for each in lines if each.symbol == trace.settling), None)
    if trace.watch is None or settling is None or trace.symbol != trace.settling:
        return bands
    if (near := _allowed(trace.watch.near, settling, nominal)) is not None and nominal is not None:
        low, high = scale.height(main, nominal - near), scale.height(main, nominal + near)
        bands.append(_band(_NEAR, low, high, "near", language))
    latest = [dot.value for dot in settling.dots[-max(trace.watch.together[0], 1) :]]
    middle = (max(latest) + min(latest)) / 2
    if (within := _allowed(trace.watch.within, settling, middle)) is not None:
        low, high = (scale.height(settling.symbol, middle + side * within / 2) for side in (-1, 1))
        bands.append(_band(_STEADY, low, high, "steady", language))
    return bands


def _band(title: Text, low: float, high: float, kind: str, language: Language) -> Band:
    return Band(title=title.within(language), low=low, high=high, kind=kind)


def _allowed(figure: Quantity | None, line: Line, of: float | None) -> float | None:
    """Return a width of the criterion in the unit of differences; a pure number is of the value."""
    if figure is None:
        return None
    if figure.unit.is_number and not line.unit.is_number:
        return figure.si * abs(of) if of is not None else None
    return _width(figure, line.unit)


def _title(trace: Trace, scale: _Scale, nominal: float | None, limit: float | None, *, absolute: bool) -> Text:
    unit = scale.shown.symbol
    if absolute and nominal is not None:
        return _VALUE.filled(symbol=trace.symbol, unit=unit)
    return (_DEVIATION if nominal is not None or limit is not None else _CHANGE).filled(unit=unit)


def _ranges(
    trace: Trace, curves: tuple[Curve, ...], bands: tuple[Band, ...], pace: float, least: float, *, absolute: bool
) -> tuple[tuple[float, float], tuple[float, float]]:
    last = max(x for each in curves for x in each.xs)
    first = min(x for each in curves for x in each.xs)  # what settled before is of another kind
    held = [each for each in bands if each.kind in {"steady", "near"}]
    window = trace.watch.window / pace if trace.watch is not None else 0.0
    zooms = not any(each.kind == "mpe" for each in bands) and not (absolute and len(held) == 1)
    close = bool(held and window) and zooms and _is_close(curves, held)
    if close:
        first = max(0.0, last - _WINDOWS * window)
    counted = [y for each in curves if not each.hollow for y in each.ys]
    whole = absolute or not counted
    ys = counted if not whole else [y for each in curves for y in (each.ys[-_TAIL:] if close else each.ys)]
    ends = [end for each in bands for end in (each.low, each.high)]
    low, high = min([*ys, *ends]), max([*ys, *ends])
    if any(each.kind == "mpe" for each in bands) and low < 0 < high:
        high = max(high, -low)
        low = -high
    middle, half = (low + high) / 2, max((high - low) / 2, least)
    return (first, max(last, first + 1.0 / pace)), (middle - half * _ROOM, middle + half * _ROOM)


def _is_close(curves: tuple[Curve, ...], bands: list[Band]) -> bool:
    """Return whether the latest readings have come near the bands, so that they can be seen beside them."""
    latest = max(curves, key=lambda each: each.xs[-1]).ys[-_TAIL:]
    width = max(each.high - each.low for each in bands)
    near = [each for each in bands if each.kind == "near"]
    if near:
        return abs(latest[-1] - (near[0].high + near[0].low) / 2) <= _ZOOM * width
    return max(latest) - min(latest) <= _ZOOM * width
