"""Keysight (HP, Agilent) 3458A digital multimeter on its bus, in the language that is older than SCPI.

Source: 3458A User's Guide, chapter 6 (command reference). It tells no serial number; a laboratory writes it into the
calibration string, as `SN` and the number, and the driver reads it there. Readings are taken one at a time with the
trigger arm (`TARM SGL`), so that none is older than its question. [K]: that ERRSTR? is empty with `0,"NO ERROR"` alone.
"""

import math
import re
from collections.abc import Mapping
from typing import ClassVar, Final

from labctl.errors import LimitExceeded, NotReady, ReplyError
from labctl.instruments.scpi import Ieee4882Driver, written
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication

CYCLES: Final = 100.0
"""Integration time of a run, in power line cycles: eight and a half digits."""
LONGEST: Final = 1000.0
STEPS: Final = ((10.0, 1e8), (1.0, 1e7), (0.006, 1e6), (0.0, 3e4))  # from so many cycles, steps within the range
AC_STEPS: Final = 1e7
LOWEST: Final = 20.0
"""Hertz from which its AC detector measures in full, after a reset."""
RANGES: Final[Mapping[str, tuple[float, ...]]] = {
    "DCV": (0.1, 1.0, 10.0, 100.0, 1000.0),
    "ACV": (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0),
    "DCI": (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0),
    "ACI": (1e-4, 1e-3, 0.01, 0.1, 1.0),
    "OHM": (10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9),
    "OHMF": (10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9),
}
UNITS: Final = {"DCV": "V", "ACV": "V", "DCI": "A", "ACI": "A", "OHM": "Ω", "OHMF": "Ω"}
CODES: Final = {1: "DCV", 2: "ACV", 4: "OHM", 5: "OHMF", 6: "DCI", 7: "ACI"}
UNKNOWN: Final = ""

_LINE_PERIOD: Final = 0.02  # seconds, at 50 Hz
_MARGIN: Final = 3.0
_SERIAL: Final = re.compile(r".*\bSN[ :]*([^\s\",;]+).*")
_FUNCTION: Final = re.compile(r"\s*(\d+)\s*,.*")


class K3458A(Ieee4882Driver, maker="Keysight", model="3458A"):
    """Keysight 3458A, 8½-digit multimeter."""

    quantities = ("DC voltage", "AC voltage", "DC current", "AC current", "resistance")
    tells_serial = False
    answer_terminator = b"\r\n"
    error_query: ClassVar[str] = "ERRSTR?"

    _function: str = "DCV"  # as `prepare` leaves it; UNKNOWN: to be asked for
    _range: float | None = None
    _cycles: float = CYCLES
    _lowest: float = LOWEST

    def identify(self) -> Identity:
        """Return the model as `ID?` gives it, and the serial number where the calibration string holds one."""
        answer = self.query("ID?").strip()
        if not answer.startswith("HP"):
            sent, received = self._latest()
            raise ReplyError(instrument=self.name, query=sent, reply=received, expected="HP3458A")
        written_in = _SERIAL.fullmatch(self.query("CALSTR?"))
        serial = written_in[1] if written_in is not None else ""
        return Identity(manufacturer="HP", model=answer.removeprefix("HP"), serial=serial)

    def prepare(self) -> None:
        """Bring the meter from its preset to DC voltage, a hundred cycles, auto-zero on, waiting for its arm."""
        self._function, self._range = UNKNOWN, None
        self.send("TARM HOLD", check=False)
        self.send("PRESET NORM", check=False)
        self.send("TARM HOLD", check=False)
        self.send("END ALWAYS", check=False)
        self.query_integer("ERR?")
        self.query_integer("AUXERR?")
        for each in ("TRIG AUTO", "OFORMAT ASCII", "INBUF ON", f"NPLC {CYCLES:g}", "NDIG 8", "AZERO ON"):
            self.send(each)
        self.send(f"ACBAND {LOWEST:g}")
        self.send("DCV 1000")
        self._cycles, self._lowest = CYCLES, LOWEST
        self._function, self._range = "DCV", 1000.0

    def recover(self) -> Identity:
        """Return who answers on the wire opened anew; what the meter is set to counts as unknown."""
        self._function, self._range = UNKNOWN, None
        return super().recover()

    # --- functions ---------------------------------------------------------------------------------------------------

    def set_dc_voltage_range(self, top: Quantity) -> None:
        """Set the DC voltage range whose upper end is `top`, and confirm it.

        Raises:
            LimitExceeded: no such range; nothing was sent.
            NotReady: the meter reports another range.
        """
        self._select("DCV", top)

    def dc_voltage(self) -> Indication:
        """Measure DC voltage on the present range.

        Raises:
            Overload: the input is beyond the range.
            NotReady: another function is selected.
        """
        return self._shown("DCV")

    def set_ac_voltage_range(self, top: Quantity) -> None:
        """Set the AC voltage range whose upper end is `top`, and confirm it. Raises as `set_dc_voltage_range`."""
        self._select("ACV", top)

    def ac_voltage(self) -> Indication:
        """Measure the root mean square of an AC voltage on the present range. Raises as `dc_voltage`."""
        return self._shown("ACV")

    def set_dc_current_range(self, top: Quantity) -> None:
        """Set the DC current range whose upper end is `top`, and confirm it. Raises as `set_dc_voltage_range`."""
        self._select("DCI", top)

    def dc_current(self) -> Indication:
        """Measure DC current on the present range. Raises as `dc_voltage`."""
        return self._shown("DCI")

    def set_ac_current_range(self, top: Quantity) -> None:
        """Set the AC current range whose upper end is `top`, and confirm it. Raises as `set_dc_voltage_range`."""
        self._select("ACI", top)

    def ac_current(self) -> Indication:
        """Measure the root mean square of an AC current on the present range. Raises as `dc_voltage`."""
        return self._shown("ACI")

    def set_two_wire_resistance_range(self, top: Quantity) -> None:
        """Set the two-wire range whose upper end is `top`, and confirm it. Raises as `set_dc_voltage_range`."""
        self._select("OHM", top)

    def two_wire_resistance(self) -> Indication:
        """Measure the resistance between two terminals on the present range. Raises as `dc_voltage`."""
        return self._shown("OHM")

    def set_four_wire_resistance_range(self, top: Quantity) -> None:
        """Set the four-wire range whose upper end is `top`, and confirm it. Raises as `set_dc_voltage_range`."""
        self._select("OHMF", top)

    def four_wire_resistance(self) -> Indication:
        """Measure the resistance with separate current and potential leads. Raises as `dc_voltage`."""
        return self._shown("OHMF")

    # --- how it measures ---------------------------------------------------------------------------------------------

    def set_integration_time(self, cycles: float) -> None:
        """Set the integration time, in power line cycles, up to 1000. Raises LimitExceeded."""
        if not 0 < cycles <= LONGEST:
            raise LimitExceeded(instrument=self.name, asked=f"{cycles:g} cycles", allowed=f"up to {LONGEST:g}")
        self.send(f"NPLC {cycles:g}")
        self._cycles = cycles

    def set_lowest_frequency(self, frequency: Quantity) -> None:
        """Set the AC detector so that signals from this frequency upwards are measured in full.

        Raises:
            LimitExceeded: below 1 Hz; nothing was sent.
        """
        hertz = frequency.value_in("Hz")
        if hertz < 1:
            raise LimitExceeded(instrument=self.name, asked=str(frequency), allowed="from 1 Hz")
        self.send(f"ACBAND {hertz:g}")
        self._lowest = hertz

    def internal_temperature(self) -> Indication:
        """Measure the temperature inside the meter, which tells whether it has warmed up (`TEMP?`)."""
        return self.indication("TEMP?", "°C", within=_MARGIN, resolution=Quantity.of(0.1, "K"))

    def terminals(self) -> str:
        """Return which terminals are switched in: FRON or REAR."""
        return {0: "OPEN", 1: "FRON", 2: "REAR"}.get(self.query_integer("TERM?"), "unknown")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _select(self, function: str, top: Quantity) -> None:
        unit = UNITS[function]
        value = top.value_in(unit)
        if not any(math.isclose(value, each, rel_tol=1e-9) for each in RANGES[function]):
            allowed = ", ".join(f"{each:g} {unit}" for each in RANGES[function])
            raise LimitExceeded(instrument=self.name, asked=str(top), allowed=allowed)
        self._function, self._range = UNKNOWN, None
        self.send(f"{function} {written(top, unit)}")
        found = self.query_number("RANGE?")
        if not math.isclose(found, value, rel_tol=1e-6):
            raise NotReady(instrument=self.name, asked=f"range {top}", found=f"range {found:g} {unit}", waited=0.0)
        self._function, self._range = function, value

    def _shown(self, function: str) -> Indication:
        selected = self._function if self._function != UNKNOWN else self._asked_function()
        if selected != function:
            raise NotReady(instrument=self.name, asked=function, found=selected, waited=0.0)
        top = self._range if self._range is not None else self.query_number("RANGE?")
        unit = UNITS[function]
        if function in {"ACV", "ACI"}:
            lasts, steps = 30.0 / self._lowest, AC_STEPS
        else:
            lasts = 4 * self._cycles * _LINE_PERIOD  # auto-zero doubles it; twice that again for margin
            steps = next(each for cycles, each in STEPS if self._cycles >= cycles)
        return self.indication("TARM SGL", unit, within=_MARGIN + lasts, resolution=Quantity.of(top / steps, unit))

    def _asked_function(self) -> str:
        answer = self.query("FUNC?")
        code = _FUNCTION.fullmatch(answer)
        if code is None:
            sent, received = self._latest()
            raise ReplyError(instrument=self.name, query=sent, reply=received, expected="function,range")
        return CODES.get(int(code[1]), answer)
