"""Accuracy specifications as data: the limits of an instrument by quantity, range and value."""

from collections.abc import Sequence
from typing import Protocol

from attrs import field, frozen

from labctl.errors import OutsideCalibratedInterval, UncertaintyError
from labctl.language import Text
from labctl.metrology.figure import Figure
from labctl.metrology.interval import parse_interval
from labctl.metrology.quantity import Quantity


class StatesLimits(Protocol):
    """A line of a specification, wherever it is recorded."""

    @property
    def quantity(self) -> str:
        """Return the name of the quantity, such as DC voltage."""
        ...

    @property
    def up_to(self) -> Quantity:
        """Return the upper end of the range, by absolute value."""
        ...

    @property
    def figure(self) -> str:
        """Return the half-width of the limits; it may use nominal and range."""
        ...

    @property
    def source(self) -> str:
        """Return the paper in which the figure stands."""
        ...

    @property
    def confirmed(self) -> bool:
        """Return whether a metrologist has held the figure against that paper."""
        ...


@frozen(kw_only=True)
class LimitLine:
    """A line of a specification with the conditions under which it holds."""

    quantity: str
    up_to: Quantity
    figure: str
    interval: str = ""  # since calibration, "1 year"
    temperature: str = ""  # the band in which it holds, "(23 ± 5) °C"
    source: str = ""
    confirmed: bool = False


@frozen(kw_only=True)
class SpecificationLimit:
    """What a specification says at one value."""

    half_width: Quantity
    line: StatesLimits
    source: str
    confirmed: bool


@frozen
class Specification:
    """All lines of one instrument; `owner` is named when a value lies outside them."""

    lines: Sequence[StatesLimits] = field(converter=tuple[StatesLimits, ...])
    owner: str = field(default="", kw_only=True)

    def limit(
        self,
        quantity: str,
        nominal: Quantity,
        range: Quantity | None = None,  # noqa: A002  the word of the specification and of the points' column
        *,
        temperature: Quantity | None = None,
    ) -> SpecificationLimit:
        """Return the half-width of the limits at a nominal value.

        Without `range` the lowest range that holds the value is taken, as a source does by itself.

        Raises:
            OutsideCalibratedInterval: no line holds the value, range or temperature; it names the nearest.
            UncertaintyError: the figure gives no positive half-width in the unit of the value.
        """
        line = self._line(quantity, nominal, range)
        band = getattr(line, "temperature", "")
        if temperature is not None and band and not parse_interval(band).holds(temperature):
            raise self._outside(f"{quantity} at {temperature}", band)
        names = {"nominal": nominal, "range": range if range is not None else line.up_to}
        width = Figure(line.figure).quantity(names)
        if width.unit.dimension != nominal.unit.dimension or width.unit.is_scale or width.value <= 0:
            raise UncertaintyError(
                code="no-half-width",
                input=f"{self.owner} {quantity}: {line.figure}",
                problem=Text(
                    "gives {width} at {nominal}; a positive half-width in that unit is needed",
                    zh="在 {nominal} 处得到 {width}；需要同单位的正半宽",
                ).filled(width=width, nominal=nominal),
            )
        return SpecificationLimit(half_width=width, line=line, source=line.source, confirmed=line.confirmed)

    def _line(self, quantity: str, nominal: Quantity, chosen: Quantity | None) -> StatesLimits:
        known = sorted((line for line in self.lines if line.quantity == quantity), key=_upper_end)
        if not known:
            others = ", ".join(dict.fromkeys(line.quantity for line in self.lines)) or "—"
            raise self._outside(quantity, others)
        for line in known:
            fits = chosen is None or line.up_to == chosen
            if fits and _size(nominal) <= _upper_end(line):
                return line
        asked = f"{quantity} {nominal}" if chosen is None else f"{quantity} {nominal}, range {chosen}"
        nearest = min(known, key=lambda line: abs(_upper_end(line) - _size(chosen or nominal)))
        raise self._outside(asked, f"± {nearest.up_to}")

    def _outside(self, asked: str, allowed: str) -> OutsideCalibratedInterval:
        return OutsideCalibratedInterval(standard=self.owner or "specification", asked=asked, allowed=allowed)


def _upper_end(line: StatesLimits) -> float:
    return _size(line.up_to)


def _size(quantity: Quantity) -> float:
    """Return the absolute value in coherent SI, of °C in degrees."""
    return abs(quantity.value if quantity.unit.is_scale else quantity.si)
