"""Keysight (Agilent, HP) 34401A digital multimeter on its IEEE 488 bus or its serial port.

Source: 34401A User's Guide, chapter 4. Serial as delivered by this laboratory's stations: 9600 baud, 8N2. On RS-232 the
meter obeys only after `SYSTem:REMote`, which on the bus is an error (514); it is therefore sent before the errors are
cleared. Its `*IDN?` gives 0 in place of a serial number. The seconds of its AC filters are those of the manual's
table of automatic trigger delays [K].
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from attrs import evolve

from labctl.records.equipment import Identity
from labctl_drivers.electrics.scpi_multimeter import (
    AC_CURRENT,
    AC_VOLTAGE,
    DC_CURRENT,
    DC_VOLTAGE,
    FOUR_WIRE,
    TWO_WIRE,
    UNKNOWN,
    ScpiMultimeter,
)

VOLTS: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
AC_VOLTS: Final = (0.1, 1.0, 10.0, 100.0, 750.0)
AMPERES: Final = (0.01, 0.1, 1.0, 3.0)
OHMS: Final = (100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8)
NO_SERIAL: Final = "0"


class K34401A(ScpiMultimeter, maker="Keysight", model="34401A"):
    """Keysight 34401A, 6½-digit multimeter."""

    tells_serial = False
    quantities = ("DC voltage", "AC voltage", "DC current", "AC current", "resistance", "frequency")
    ranges: ClassVar[Mapping[str, tuple[float, ...]]] = {
        DC_VOLTAGE: VOLTS, AC_VOLTAGE: AC_VOLTS, DC_CURRENT: AMPERES, AC_CURRENT: AMPERES[2:], TWO_WIRE: OHMS,
        FOUR_WIRE: OHMS,
    }  # fmt: skip
    steps: ClassVar[Mapping[float, float]] = {100.0: 1e6, 10.0: 1e6, 1.0: 1e5, 0.2: 1e5, 0.02: 1e4}
    filters: ClassVar[Mapping[float, float]] = {3.0: 7.0, 20.0: 1.0, 200.0: 0.6}

    def identify(self) -> Identity:
        """Return who answers, as `*IDN?` gives it; without a serial number where a zero stands in its place."""
        found = super().identify()
        return evolve(found, serial="") if found.serial == NO_SERIAL else found

    def prepare(self) -> None:
        """Bring the meter from a reset, in remote, to DC voltage on its highest range, ten cycles, auto-zero on."""
        self._function, self._range = UNKNOWN, None
        self.send("SYST:REM", check=False)
        self.send("*CLS", check=False)
        self.send("*RST")
        self.send("CONF:VOLT:DC 1000")
        self.send("SENS:ZERO:AUTO ON")
        self.send(f"SENS:VOLT:DC:NPLC {self.cycles:g}")
        self._integration, self._lowest = {}, None
        self._function, self._range = DC_VOLTAGE, VOLTS[-1]

    def _filter_by(self, lowest: float) -> float:
        """Choose the filter of the one detector and return the one that the meter reports."""
        self.send(f"SENS:DET:BAND {lowest:g}")
        return self.query_number("SENS:DET:BAND?")
