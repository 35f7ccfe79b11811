"""Keysight 34465A digital multimeter: seven functions, and the adjustment of its DC voltage constants.

Source: Truevolt Series Operating and Service Guide. LAN: HiSLIP (hislip0), VXI-11 (inst0) or a raw socket on port 5025.
The seconds that its AC filters take are engineering memory [K].
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from labctl.errors import InstrumentReported
from labctl.instruments.capabilities import AdjustmentStep
from labctl.instruments.scpi import written
from labctl.metrology.quantity import Quantity
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
AMPERES: Final = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 3.0, 10.0)
OHMS: Final = (100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9)
CODE: Final = "AT34465A"
"""Security code for adjustments as the meter is delivered."""

_ADJUSTMENT: Final = 60.0  # seconds an adjustment of one range may take


class K34465A(ScpiMultimeter, maker="Keysight", model="34465A"):
    """Keysight 34465A, 6½-digit multimeter."""

    quantities = ("DC voltage", "AC voltage", "DC current", "AC current", "resistance", "frequency")
    ranges: ClassVar[Mapping[str, tuple[float, ...]]] = {
        DC_VOLTAGE: VOLTS, AC_VOLTAGE: VOLTS, DC_CURRENT: AMPERES, AC_CURRENT: AMPERES[2:], TWO_WIRE: OHMS,
        FOUR_WIRE: OHMS,
    }  # fmt: skip
    steps: ClassVar[Mapping[float, float]] = {100.0: 1e6, 10.0: 1e6, 1.0: 1e6, 0.2: 1e5, 0.06: 1e5, 0.02: 1e4}
    filters: ClassVar[Mapping[float, float]] = {3.0: 2.5, 20.0: 0.625, 200.0: 0.025}

    def dc_voltage_adjustments(self) -> Sequence[AdjustmentStep]:
        """Return the voltages it asks for: the upper end of each range, upwards."""
        return [AdjustmentStep(key=f"DC voltage {top:g} V", voltage=Quantity.of(top, "V")) for top in VOLTS]

    def prepare(self) -> None:
        """Bring the meter from a reset to DC voltage on its highest range, ten power line cycles, auto-zero on."""
        self._function, self._range = UNKNOWN, None
        self.send("*CLS", check=False)
        self.send("*RST")
        self.send("CONF:VOLT:DC 1000")
        self.send("SENS:VOLT:DC:ZERO:AUTO ON")
        self.send(f"SENS:VOLT:DC:NPLC {self.cycles:g}")
        self._integration, self._lowest = {}, None
        self._function, self._range = DC_VOLTAGE, VOLTS[-1]

    def adjust_dc_voltage(self, step: AdjustmentStep) -> None:
        """Take the voltage at the terminals as the value of the step, and store the new constants.

        The meter is unsecured for this step alone and its range is that of the step afterwards.

        Raises:
            InstrumentReported: the meter refused the step or failed the adjustment; nothing was stored.
        """
        volts = written(step.voltage, "V")
        self._function, self._range = UNKNOWN, None
        self.send(f"CAL:SEC:STAT OFF,{CODE}")
        try:
            self.send(f"CONF:VOLT:DC {volts}")
            self.send(f"CAL:VAL {volts}")
            failed = self.query_integer("CAL?", within=_ADJUSTMENT)
            self.check_errors()
            if failed:
                raise InstrumentReported(
                    instrument=self.name, command=b"CAL?\n", code=failed, message="adjustment failed"
                )
            self.send("CAL:STOR")
        finally:
            if not self.wire.poisoned:
                self.send(f"CAL:SEC:STAT ON,{CODE}")
