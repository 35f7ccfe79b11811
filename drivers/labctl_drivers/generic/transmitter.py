"""Transmitters for water: temperature, and pressure where there is a sensor for it.

Profile (ours), input registers, floats in two registers, higher word first:

| register | holds |
|---|---|
| 0, 1 | temperature in °C, no number while the sensor is broken |
| 2, 3 | absolute pressure in kPa; the tank's thermometer has none |
| 4 | conversions since power-up, modulo 65536 |
| 16 to 23 | serial number |
"""

from typing import Final

from labctl.errors import NotReady
from labctl.instruments.modbus import Register
from labctl.records.observation import Indication
from labctl_drivers.generic.module import GenericModule

TEMPERATURE: Final = Register(0, "input", "f32", unit="°C", resolution=0.001)
PRESSURE: Final = Register(2, "input", "f32", unit="kPa", resolution=0.01)
CONVERSIONS: Final = Register(4, "input")
LONGEST: Final = 3.0  # seconds until another conversion; a module that needs more has stopped
POLL: Final = 0.1


class Transmitter(GenericModule):
    """A module that converts what its sensors see, again and again."""

    _seen: int | None = None  # the conversion that was read last

    def temperature(self) -> Indication:
        """Measure the temperature of the water.

        Raises:
            NotReady: the module makes no conversions any more.
            ReplyError: the sensor is broken.
        """
        return self._fresh(TEMPERATURE)

    def _fresh(self, register: Register) -> Indication:
        """Return an indication that no earlier call has seen."""
        started = self.clock.monotonic()
        while (conversion := self.query_count(CONVERSIONS)) == self._seen:
            waited = self.clock.monotonic() - started
            if waited >= LONGEST:
                found = f"still conversion {conversion}"
                raise NotReady(instrument=self.name, asked="another conversion", found=found, waited=waited)
            self.clock.wait(POLL)
        shown = self.indication_of(register)
        self._seen = conversion
        return shown


class TankThermometer(Transmitter, model="tank-thermometer"):
    """A transmitter of the water's temperature in a tank."""

    quantities = ("temperature",)


class LineTransmitter(Transmitter, model="line-transmitter"):
    """A transmitter of temperature and pressure in the pipe."""

    quantities = ("temperature", "pressure")

    def pressure(self) -> Indication:
        """Measure the absolute pressure of the water.

        Raises:
            NotReady: the module makes no conversions any more.
            ReplyError: the sensor is broken.
        """
        return self._fresh(PRESSURE)
