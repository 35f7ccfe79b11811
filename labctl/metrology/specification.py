"""Accuracy specifications as data: the limits of an instrument by quantity, range and value."""

import math
from collections.abc import Sequence
from typing import Final, Protocol

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
    figure: str  # of nominal, range and digit: "0.05 % * abs(nominal) + 3 * digit", "max(4 ppm * range, 2 µV)"
    interval: str = ""  # since calibration: "24 hours", "90 days", "1 year"
    frequency: str = ""  # the band in which it holds, "40 Hz … 20 kHz"
    temperature: str = ""  # the band in which it holds, "(23 ± 5) °C"
    per_kelvin: str = ""  # what each kelvin outside that band adds: "2 ppm * abs(nominal) + 1 ppm * range"
    operating: str = ""  # beyond this band even that does not hold, "0 … 55 °C"
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
    owner: str | Text = field(default="", kw_only=True)

    def limit(
        self,
        quantity: str,
        nominal: Quantity,
        range: Quantity | None = None,  # noqa: A002  the word of the specification and of the points' column
        *,
        temperature: Quantity | None = None,
        frequency: Quantity | None = None,
        interval: str = "",
        digit: Quantity | None = None,
    ) -> SpecificationLimit:
        """Return the half-width of the limits at a nominal value.

        Without `range` the lowest range that holds the value is taken, as a source does by itself.

        Args:
            quantity: the name under which the lines stand.
            nominal: the value.
            range: upper end of the range in use.
            temperature: of the surroundings; outside the band of a line its temperature coefficient is added.
            frequency: for lines that hold in a band of it.
            interval: since calibration, as the lines write it, where they state more than one.
            digit: the last digit of the display, for figures that count digits.

        Raises:
            OutsideCalibratedInterval: no line holds the value, range, frequency or temperature; it names the nearest.
            UncertaintyError: lines for several intervals or frequencies stand there and none was asked for, or the
                figure gives no positive half-width in the unit of the value.
            FigureError: the figure counts digits and no digit was given.
        """
        line = self._line(quantity, nominal, range, frequency, interval)
        names = {"nominal": nominal, "range": range if range is not None else line.up_to}
        if digit is not None:
            names["digit"] = digit
        width = Figure(line.figure).quantity(names)
        beyond = self._beyond(line, quantity, temperature)
        if beyond > 0:
            width = width + Figure(getattr(line, "per_kelvin", "")).quantity(names) * beyond
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

    def _beyond(self, line: StatesLimits, quantity: str, temperature: Quantity | None) -> float:
        """Return by how many kelvin a temperature lies outside the band of a line. Refuses what no line allows."""
        band = getattr(line, "temperature", "")
        if temperature is None or not band:
            return 0.0
        inside = parse_interval(band)
        if inside.holds(temperature):
            return 0.0
        operating = getattr(line, "operating", "")
        allowed = not operating or parse_interval(operating).holds(temperature)
        if not getattr(line, "per_kelvin", "") or not allowed:
            asked = _AT.filled(quantity=_spoken(quantity), at=temperature)
            raise self._outside(asked, operating if not allowed else band)
        ends = [end for end in (inside.low, inside.high) if end is not None]
        return min(abs((temperature - end).value_in("K")) for end in ends)

    def _line(
        self, quantity: str, nominal: Quantity, chosen: Quantity | None, frequency: Quantity | None, interval: str
    ) -> StatesLimits:
        known = sorted((line for line in self.lines if line.quantity == quantity), key=_upper_end)
        if not known:
            others = [_spoken(each) for each in dict.fromkeys(line.quantity for line in self.lines)]
            listed = Text(", ".join(each.en for each in others), zh="、".join(each.zh for each in others))
            raise self._outside(_spoken(quantity), _OTHERS.filled(others=listed) if others else _NOTHING)
        known = self._of_interval(quantity, known, interval)
        bands = list(dict.fromkeys(getattr(line, "frequency", "") for line in known))
        if frequency is None and len(bands) > 1:
            raise UncertaintyError(
                code="frequency-unstated",
                input=f"{self.owner} {quantity}",
                problem=Text(
                    "limits are stated for {stated}; say which frequency is meant",
                    zh="按频率 {stated} 分别给出指标；请说明频率",
                ).filled(stated=", ".join(each or "—" for each in bands)),
            )
        in_band = [line for line in known if frequency is None or _holds(getattr(line, "frequency", ""), frequency)]
        if not in_band:
            raise self._outside(_AT.filled(quantity=_spoken(quantity), at=frequency), ", ".join(bands))
        for line in in_band:
            fits = chosen is None or _same(line.up_to, chosen)
            if fits and _size(nominal) <= _upper_end(line):
                return line
        asked = (_OF if chosen is None else _IN_RANGE).filled(quantity=_spoken(quantity), nominal=nominal, range=chosen)
        nearest = min(in_band, key=lambda line: abs(_upper_end(line) - _size(chosen or nominal)))
        raise self._outside(asked, f"± {nearest.up_to}")

    def _of_interval(self, quantity: str, known: list[StatesLimits], interval: str) -> list[StatesLimits]:
        """Return the lines of one interval since calibration; one has to be named where several stand."""
        stated = list(dict.fromkeys(getattr(line, "interval", "") for line in known))
        if not interval:
            if len(stated) > 1:
                raise UncertaintyError(
                    code="interval-unstated",
                    input=f"{self.owner} {quantity}",
                    problem=Text(
                        "limits are stated for {stated}; say which interval since calibration holds",
                        zh="给出了 {stated} 的指标；请说明适用的校准后时间间隔",
                    ).filled(stated=", ".join(stated)),
                )
            return known
        found = [line for line in known if getattr(line, "interval", "") == interval]
        if not found:
            raise self._outside(_OF.filled(quantity=_spoken(quantity), nominal=interval), ", ".join(stated) or "—")
        return found

    def _outside(self, asked: Text, allowed: str | Text) -> OutsideCalibratedInterval:
        return OutsideCalibratedInterval(standard=self.owner or "specification", asked=asked, allowed=allowed)


def _spoken(quantity: str) -> Text:
    """Return the name of a quantity, which is a word of station files, in both languages where it is a usual one."""
    return Text(quantity, zh=_QUANTITIES.get(quantity, quantity))


_OF: Final = Text("{quantity} {nominal}", zh="{quantity} {nominal}")
_IN_RANGE: Final = Text("{quantity} {nominal}, range {range}", zh="{quantity} {nominal}（量程 {range}）")
_AT: Final = Text("{quantity} at {at}", zh="{at} 时的{quantity}")
_OTHERS: Final = Text("what its record states, which is {others}", zh="其记录给出的指标（{others}）")
_NOTHING: Final = Text("its record, which states no accuracy", zh="其记录范围（未给出准确度指标）")
_QUANTITIES: Final = {
    "AC current": "交流电流",
    "AC voltage": "交流电压",
    "DC current": "直流电流",
    "DC voltage": "直流电压",
    "flow": "流量",
    "humidity": "相对湿度",
    "mass": "质量",
    "mass concentration": "质量浓度",
    "pressure": "压力",
    "resistance": "电阻",
    "temperature": "温度",
    "thermovoltage": "热电动势",
    "time": "时间",
    "volume": "体积",
    "volume flow": "体积流量",
}


def _same(one: Quantity, other: Quantity) -> bool:
    """Return whether two ends of ranges are one, whatever prefix they are written with."""
    return one.unit.dimension == other.unit.dimension and math.isclose(one.si, other.si, rel_tol=1e-9)


def _holds(band: str, frequency: Quantity) -> bool:
    return not band or parse_interval(band).holds(frequency)


def _upper_end(line: StatesLimits) -> float:
    return _size(line.up_to)


def _size(quantity: Quantity) -> float:
    """Return the absolute value in coherent SI, of °C in degrees."""
    return abs(quantity.value if quantity.unit.is_scale else quantity.si)
