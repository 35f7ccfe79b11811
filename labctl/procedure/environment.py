"""The surroundings in which a method may be carried out."""

from attrs import field, frozen

from labctl.language import Text
from labctl.metrology.figure import Interval, parse_interval
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import Unit, parse_unit
from labctl.procedure.kinds import keep_kinds, refused

UNITS = {"temperature": "°C", "humidity": "%", "pressure": "hPa"}
"""The unit of each ambient condition, or one of its kind."""


def _interval(text: str | Interval | None) -> Interval | None:
    return parse_interval(text) if isinstance(text, str) else text


@frozen(kw_only=True)
class Environment:
    """Intervals of the ambient conditions, written as `(20 ± 1) °C` or `≤ 75 %`; None: the method asks for nothing.

    >>> Environment(temperature="(20 ± 1) °C").beyond("temperature", Quantity.of(21.2, "°C")).en
    'temperature 21.2 °C lies outside 19 °C … 21 °C of the method'
    """

    temperature: Interval | None = field(default=None, converter=_interval)
    humidity: Interval | None = field(default=None, converter=_interval)
    pressure: Interval | None = field(default=None, converter=_interval)

    def __attrs_post_init__(self) -> None:
        """Refuse what is no interval of its condition. Raises ProcedureError."""
        keep_kinds(self)
        for name, interval in self.limits.items():
            if not _of_kind(interval, parse_unit(UNITS[name])):
                problem = _OTHER_KIND.filled(name=CONDITIONS[name], interval=interval)
                raise refused("Environment", problem, _WITH_UNIT.filled(name=name, unit=UNITS[name]))

    @property
    def limits(self) -> dict[str, Interval]:
        """Return the interval of each condition that the method asks for."""
        named = {"temperature": self.temperature, "humidity": self.humidity, "pressure": self.pressure}
        return {name: interval for name, interval in named.items() if interval is not None}

    def beyond(self, name: str, found: Quantity) -> Text | None:
        """Return what is wrong with a condition; None where nothing is. Raises UnitMismatch."""
        interval = self.limits.get(name)
        if interval is None or interval.holds(found):
            return None
        return _BEYOND.filled(name=CONDITIONS.get(name, Text(name, zh=name)), found=found, allowed=interval)


def _of_kind(interval: Interval, unit: Unit) -> bool:
    ends = [each.unit for each in (interval.low, interval.high) if each is not None]
    return all((each.dimension, each.is_scale) == (unit.dimension, unit.is_scale) for each in ends)


CONDITIONS = {
    "temperature": Text("temperature", zh="温度"),
    "humidity": Text("relative humidity", zh="相对湿度"),
    "pressure": Text("air pressure", zh="大气压力"),
}
"""Names of the conditions for people."""
_BEYOND = Text("{name} {found} lies outside {allowed} of the method", zh="{name} {found} 超出方法规定的 {allowed}")
_OTHER_KIND = Text("{interval} is no {name}", zh="{interval} 不是{name}")
_WITH_UNIT = Text("Write {name} with its unit, in {unit}", zh="{name} 请注明单位，如 {unit}")
