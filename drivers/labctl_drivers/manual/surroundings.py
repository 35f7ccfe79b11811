"""Instruments for the state of the room that a person reads from the wall."""

from typing import ClassVar

from labctl.instruments.limits import Limit
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl_drivers.manual.by_hand import ByHand

_ROOM = Limit(low=Quantity.of(-30, "°C"), high=Quantity.of(60, "°C"))
_MOISTURE = Limit(low=Quantity.of(0, "%"), high=Quantity.of(100, "%"))
_WEATHER = Limit(low=Quantity.of(500, "hPa"), high=Quantity.of(1100, "hPa"))


class Thermohygrometer(ByHand, model="thermohygrometer"):
    """A thermometer and hygrometer for the room, read by hand."""

    quantities: ClassVar[tuple[str, ...]] = ("temperature", "humidity")
    limits: ClassVar = {"temperature": _ROOM, "humidity": _MOISTURE}

    def temperature(self) -> Indication:
        """Measure the air temperature: a person reads it."""
        return self._read("temperature", "°C", Text("{name}: read the air temperature", zh="{name}：请读取气温"))

    def humidity(self) -> Indication:
        """Measure the relative humidity: a person reads it."""
        return self._read("humidity", "%", Text("{name}: read the relative humidity", zh="{name}：请读取相对湿度"))


class WeatherStation(Thermohygrometer, model="weather station"):
    """A thermometer, hygrometer and barometer for the room, read by hand."""

    quantities: ClassVar[tuple[str, ...]] = ("temperature", "humidity", "pressure")
    limits: ClassVar = {"temperature": _ROOM, "humidity": _MOISTURE, "pressure": _WEATHER}

    def pressure(self) -> Indication:
        """Measure the air pressure: a person reads it."""
        return self._read("pressure", "hPa", Text("{name}: read the air pressure", zh="{name}：请读取气压"))
