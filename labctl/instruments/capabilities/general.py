"""What instruments of every field can be asked: a source to let go, an ability to tell humidity or pressure."""

from typing import Protocol

from labctl.instruments.capabilities.subject import concerns
from labctl.records.observation import Indication


class StandsBy(Protocol):
    """Anything that can let go of what it presents."""

    def stand_by(self) -> None:
        """Take every output off its terminals: no voltage, no heat, no flow, no aerosol."""
        ...


class MeasuresTemperature(Protocol):
    """Anything that can tell a temperature (unit °C): of the air, a bath, a line, or of what it is put into."""

    @concerns("temperature", "°C")
    def temperature(self) -> Indication:
        """Measure the temperature."""
        ...


class MeasuresHumidity(Protocol):
    """Anything that can tell a relative humidity (unit %)."""

    @concerns("humidity", "%")
    def humidity(self) -> Indication:
        """Measure the relative humidity."""
        ...


class MeasuresPressure(Protocol):
    """Anything that can tell a pressure (unit hPa, or a multiple): of the air, or in a line."""

    @concerns("pressure", "hPa")
    def pressure(self) -> Indication:
        """Measure the pressure."""
        ...


class MeasuresLength(Protocol):
    """Anything that can tell a length (unit mm, or a multiple)."""

    @concerns("length", "mm")
    def length(self) -> Indication:
        """Measure the length."""
        ...


class MeasuresDuration(Protocol):
    """Anything that can tell how long something took (unit s), such as a stopwatch."""

    @concerns("time", "s")
    def duration(self) -> Indication:
        """Measure a duration."""
        ...


class MeasuresSurroundings(MeasuresTemperature, MeasuresHumidity, MeasuresPressure, Protocol):
    """Anything that can tell the state of the room."""


class TellsTime(Protocol):
    """An instrument with a clock of its own that can be compared with the laboratory's."""

    @concerns("time", "s")
    def clock_time(self) -> Indication:
        """Read its clock, as seconds since midnight on it."""
        ...
