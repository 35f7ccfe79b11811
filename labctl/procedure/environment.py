"""The surroundings in which a method may be carried out."""

from attrs import field, frozen

from labctl.language import Text
from labctl.metrology.figure import Interval, parse_interval
from labctl.metrology.quantity import Quantity


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


CONDITIONS = {
    "temperature": Text("temperature", zh="温度"),
    "humidity": Text("relative humidity", zh="相对湿度"),
    "pressure": Text("air pressure", zh="大气压力"),
}
"""Names of the conditions for people."""
_BEYOND = Text("{name} {found} lies outside {allowed} of the method", zh="{name} {found} 超出方法规定的 {allowed}")
