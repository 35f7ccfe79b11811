"""What can be asked of baths, furnaces, thermometer readouts and the sensors on their channels."""

from typing import Protocol

from labctl.instruments.capabilities.general import StandsBy
from labctl.instruments.capabilities.subject import concerns
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication, Setting


class ControlsTemperature(StandsBy, Protocol):
    """A bath, dry well or furnace that can be told a temperature (unit °C)."""

    @concerns("temperature", "°C")
    def set_temperature(self, temperature: Quantity) -> Setting:
        """Set the temperature it shall come to, and begin to control; it returns before it is reached."""
        ...


class MeasuresResistance(Protocol):
    """Anything that can tell a resistance (unit Ω) without being told a range, such as a sensor on its readout."""

    @concerns("resistance", "Ω")
    def resistance(self) -> Indication:
        """Measure the resistance."""
        ...


class MeasuresThermovoltage(Protocol):
    """Anything that can tell the small DC voltage (unit mV) of a thermocouple without being told a range."""

    @concerns("thermovoltage", "mV")
    def thermovoltage(self) -> Indication:
        """Measure the voltage of the thermocouple as it stands, without compensation of its reference junction."""
        ...


class ScansResistance(Protocol):
    """A readout that can tell the resistance of the sensor on each of its channels (unit Ω)."""

    @concerns("resistance", "Ω")
    def resistance_on(self, channel: int) -> Indication:
        """Measure the resistance of the sensor on a channel, counted from 1."""
        ...


class ScansTemperature(Protocol):
    """A readout that can tell the temperature of the sensor on each of its channels (unit °C)."""

    @concerns("temperature", "°C")
    def temperature_on(self, channel: int) -> Indication:
        """Measure the temperature by the sensor on a channel, counted from 1, with the coefficients stored for it."""
        ...


class ScansThermovoltage(Protocol):
    """A readout that can tell the voltage of the thermocouple on each of its channels (unit mV)."""

    @concerns("thermovoltage", "mV")
    def thermovoltage_on(self, channel: int) -> Indication:
        """Measure the voltage of the thermocouple on a channel, counted from 1, without reference junction."""
        ...


class SetsCurrent(Protocol):
    """A bridge or readout whose measuring current can be chosen (unit A)."""

    def set_current(self, current: Quantity) -> None:
        """Set the current through the sensor."""
        ...


class StartsMeasurement(Protocol):
    """Anything that measures from when it is switched on, such as a clinical thermometer that holds its highest."""

    def start_measurement(self) -> None:
        """Start a measurement; what was held before is forgotten."""
        ...
