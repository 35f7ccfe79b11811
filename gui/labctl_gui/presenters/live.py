"""What a run shows at this moment: the newest value of each instrument, and the readings of the point at work."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from labctl.events.kinds import IndicationTaken, Purpose
from labctl.language import Language, Text
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import Unit

if TYPE_CHECKING:
    from labctl.app.watching import Watch

_ONCE = Text("one measurement", zh="单次测量")


@frozen(kw_only=True)
class Live:
    """The newest indication of one instrument or what it presents."""

    instrument: str
    value: str
    unit: str
    at: datetime
    is_setting: bool = False
    is_safe: bool = False  # it was sent its safe state and presents nothing


@frozen
class Dot:
    """One reading of the trace, in seconds since the point began and in the unit of its line."""

    seconds: float
    value: float
    settling: bool = False


@define
class Line:
    """The readings of one series or trace of the point at work."""

    symbol: str
    unit: Unit
    instrument: str
    purpose: Purpose
    is_of_unit: bool = False  # the unit under test shows it
    dots: list[Dot] = field(factory=list[Dot])


@define
class Trace:
    """The readings of the point at work, with what they are held against."""

    symbol: str = ""  # of the line that is written now
    nominal: Quantity | None = None
    limit: Quantity | None = None  # half-width of the permissible error around the nominal
    started: datetime | None = None
    units: frozenset[str] = frozenset()  # instruments under test
    lines: dict[str, Line] = field(factory=dict[str, Line])
    watch: "Watch | None" = None  # of the trace that settles now, or settled last
    settling: str = ""  # its symbol

    @property
    def line(self) -> Line | None:
        """Return the line that is written now."""
        return self.lines.get(self.symbol)

    @property
    def dots(self) -> list[Dot]:
        """Return the readings of the lines that are seen together, in time."""
        return sorted((dot for line in self.seen() for dot in line.dots), key=lambda dot: dot.seconds)

    def seen(self) -> list[Line]:
        """Return the line that is written now and those of its kind, in the order in which they began."""
        now = self.line
        return [each for each in self.lines.values() if now and each.unit.dimension == now.unit.dimension]

    def take(self, event: IndicationTaken) -> None:
        """Take in one reading; a trace that is recorded beside something else does not come to the fore."""
        place, quantity = event.place, event.quantity
        self.started = self.started or event.taken_at
        line = self.lines.get(place.symbol)
        if line is None:
            line = Line(place.symbol, quantity.unit, event.instrument, place.purpose)
            line.is_of_unit = not self.units.isdisjoint({event.instrument, event.of})
            self.lines[place.symbol] = line
        seconds = (event.taken_at - self.started).total_seconds()
        line.dots.append(Dot(seconds, quantity.value_in(line.unit), place.purpose is Purpose.SETTLE))
        line.purpose = place.purpose
        if place.purpose is not Purpose.RECORD or self.line is None or self.line.purpose is Purpose.RECORD:
            self.symbol = place.symbol


def shown(
    name: str, quantity: Quantity, at: datetime, *, resolution: Quantity | None = None, is_setting: bool = False
) -> Live:
    """Return a quantity as the live display shows it: at the instrument's own resolution where it is known."""
    symbol = quantity.unit.symbol
    if resolution is not None and resolution.value > 0:
        step = resolution.value if quantity.unit.is_scale else resolution.value_in(symbol)  # kelvin is a step of °C
        places = max(0, -_exponent(step))
        return Live(instrument=name, value=f"{quantity.value:.{places}f}", unit=symbol, at=at, is_setting=is_setting)
    digits = 10 if is_setting else 7
    return Live(instrument=name, value=f"{quantity.value:.{digits}g}", unit=symbol, at=at, is_setting=is_setting)


def _exponent(value: float) -> int:
    return int(f"{value:.0e}".split("e")[1])


def point_title(columns: Mapping[str, Quantity | str | float], language: Language) -> str:
    """Return how a point is called on the list: its nominal value, frequency and range, or by its words."""
    nominal, top, at = columns.get("nominal"), columns.get("range"), columns.get("frequency")
    if nominal is None and top is None:
        return named(columns) or _ONCE.within(language)
    parts = [str(nominal).replace("-", "−")] if nominal is not None else []
    if isinstance(at, Quantity):
        parts.append(str(at))
    if top is not None:
        parts.append(f"[{top}]")
    return "  ".join(parts)


def named(columns: Mapping[str, Quantity | str | float]) -> str:
    """Return the name that the columns of a point without a nominal value give it, such as that of its filter."""
    return next((each for each in columns.values() if isinstance(each, str) and each), "")
