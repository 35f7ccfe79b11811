"""Keysight 34465A digital multimeter: DC voltage, and the adjustment of its constants.

Source: Truevolt Series Operating and Service Guide. LAN: HiSLIP (hislip0) or a raw socket on port 5025.
"""

from collections.abc import Sequence
from typing import Final

from labctl.errors import InstrumentReported, LimitExceeded, NotReady
from labctl.instruments.capabilities import AdjustmentStep
from labctl.instruments.scpi import ScpiDriver, written
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication

RANGES: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
"""Upper ends of the DC voltage ranges, in volts."""
CYCLES: Final = 10.0
"""Integration time of a run, in power line cycles: six and a half digits, mains hum rejected."""
STEPS: Final = {100.0: 1e6, 10.0: 1e6, 1.0: 1e6, 0.2: 1e5, 0.06: 1e5, 0.02: 1e4}
"""Steps of the display within a range, by integration time in power line cycles: six and a half digits or fewer."""
CODE: Final = "AT34465A"
"""Security code for adjustments as the meter is delivered."""

_LINE_PERIOD: Final = 0.02  # seconds, at 50 Hz
_ADJUSTMENT: Final = 60.0  # seconds an adjustment of one range may take


class K34465A(ScpiDriver, maker="Keysight", model="34465A"):
    """Keysight 34465A, 6½-digit multimeter."""

    quantities = ("DC voltage",)

    _range: float | None = None  # volts; None: not known, so it is asked for
    _cycles: float = CYCLES

    def dc_voltage(self) -> Indication:
        """Measure DC voltage on the present range.

        The resolution is the step of the display at this range and integration time.

        Raises:
            Overload: the input is beyond the range.
        """
        top = self._range if self._range is not None else self.query_number("SENS:VOLT:DC:RANG?")
        return self.indication(
            "READ?",
            "V",
            within=2.0 + 4 * self._cycles * _LINE_PERIOD,  # an auto-zero doubles it; twice that again for margin
            resolution=Quantity.of(top / STEPS[self._cycles], "V"),
        )

    def dc_voltage_adjustments(self) -> Sequence[AdjustmentStep]:
        """Return the voltages it asks for: the upper end of each range, upwards."""
        return [AdjustmentStep(key=f"DC voltage {top:g} V", voltage=Quantity.of(top, "V")) for top in RANGES]

    def prepare(self) -> None:
        """Bring the meter from a reset to DC voltage on its highest range, ten power line cycles, auto-zero on."""
        self._range = None
        self.send("*CLS", check=False)
        self.send("*RST")
        self.send("CONF:VOLT:DC 1000")
        self.send("SENS:VOLT:DC:ZERO:AUTO ON")
        self.send(f"SENS:VOLT:DC:NPLC {CYCLES:g}")
        self._cycles = CYCLES
        self._range = RANGES[-1]

    def set_dc_voltage_range(self, top: Quantity) -> None:
        """Set the range whose upper end is `top`, and confirm it.

        Args:
            top: 0.1 V, 1 V, 10 V, 100 V or 1000 V.

        Raises:
            LimitExceeded: no such range; nothing was sent.
            NotReady: the meter reports another range.
        """
        volts = top.value_in("V")
        if volts not in RANGES:
            raise LimitExceeded(
                instrument=self.name, asked=str(top), allowed=", ".join(f"{each:g} V" for each in RANGES)
            )
        self._range = None
        self.send(f"SENS:VOLT:DC:RANG {written(top, 'V')}")
        found = self.query_number("SENS:VOLT:DC:RANG?")
        if found != volts:
            raise NotReady(instrument=self.name, asked=f"range {top}", found=f"range {found:g} V", waited=0.0)
        self._range = volts

    def set_integration_time(self, cycles: float) -> None:
        """Set the integration time, in power line cycles; ten at the start of a run.

        Raises:
            LimitExceeded: the meter has no such integration time; nothing was sent.
        """
        if cycles not in STEPS:
            allowed = ", ".join(f"{each:g}" for each in sorted(STEPS))
            raise LimitExceeded(instrument=self.name, asked=f"{cycles:g} cycles", allowed=allowed)
        self.send(f"SENS:VOLT:DC:NPLC {cycles:g}")
        self._cycles = cycles

    def adjust_dc_voltage(self, step: AdjustmentStep) -> None:
        """Take the voltage at the terminals as the value of the step, and store the new constants.

        The meter is unsecured for this step alone and its range is that of the step afterwards.

        Raises:
            InstrumentReported: the meter refused the step or failed the adjustment; nothing was stored.
        """
        volts = written(step.voltage, "V")
        self._range = None
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
