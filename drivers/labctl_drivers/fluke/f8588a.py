"""Fluke 8588A reference multimeter on its LAN.

Source: 8588A/8558A Remote Programmers Manual. LAN: HiSLIP, VXI-11 or a raw socket. The command for the AC filter and
the seconds that it takes are engineering memory [K].
"""

from collections.abc import Mapping
from typing import ClassVar, Final

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
AMPERES: Final = (1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 30.0)
OHMS: Final = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10)


class F8588A(ScpiMultimeter, maker="Fluke", model="8588A"):
    """Fluke 8588A, 8½-digit reference multimeter."""

    quantities = ("DC voltage", "AC voltage", "DC current", "AC current", "resistance", "frequency")
    ranges: ClassVar[Mapping[str, tuple[float, ...]]] = {
        DC_VOLTAGE: VOLTS, AC_VOLTAGE: (0.01, *VOLTS), DC_CURRENT: AMPERES, AC_CURRENT: AMPERES, TWO_WIRE: OHMS,
        FOUR_WIRE: OHMS,
    }  # fmt: skip
    cycles: ClassVar[float] = 100.0
    steps: ClassVar[Mapping[float, float]] = {500.0: 1e8, 100.0: 1e8, 10.0: 1e8, 1.0: 1e7, 0.2: 1e6, 0.02: 1e6}
    ac_steps: ClassVar[float] = 1e7
    filters: ClassVar[Mapping[float, float]] = {1.0: 6.0, 10.0: 1.5, 40.0: 0.5, 100.0: 0.2, 1000.0: 0.05}
    filter: ClassVar[float] = 40.0

    def prepare(self) -> None:
        """Bring the meter from a reset to DC voltage on its highest range, a hundred cycles in every function."""
        self._function, self._range = UNKNOWN, None
        self.send("*CLS", check=False)
        self.send("*RST")
        for each in (DC_CURRENT, TWO_WIRE, FOUR_WIRE, DC_VOLTAGE):
            self.send(f"SENS:{each}:NPLC {self.cycles:g}")
        self.send(f'SENS:FUNC "{DC_VOLTAGE}"')
        self.send("SENS:VOLT:DC:RANG 1000")
        self._integration, self._lowest = {}, None
        self._function, self._range = DC_VOLTAGE, VOLTS[-1]
