"""How a SCPI multimeter is asked: a function with its range first, then one reading; a model states its ranges."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from labctl.errors import LimitExceeded, NotReady
from labctl.instruments.scpi import ScpiDriver, written
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Indication

DC_VOLTAGE: Final = "VOLT:DC"
AC_VOLTAGE: Final = "VOLT:AC"
DC_CURRENT: Final = "CURR:DC"
AC_CURRENT: Final = "CURR:AC"
TWO_WIRE: Final = "RES"
FOUR_WIRE: Final = "FRES"
FREQUENCY: Final = "FREQ"
UNKNOWN: Final = ""
INTEGRATING: Final = (DC_VOLTAGE, DC_CURRENT, TWO_WIRE, FOUR_WIRE)
UNITS: Final = {
    DC_VOLTAGE: "V", AC_VOLTAGE: "V", DC_CURRENT: "A", AC_CURRENT: "A", TWO_WIRE: "Ω", FOUR_WIRE: "Ω"
}  # fmt: skip

_SPELLED: Final = {"VOLT": DC_VOLTAGE, "CURR": DC_CURRENT}
_LINE_PERIOD: Final = 0.02  # seconds, at 50 Hz
_MARGIN: Final = 2.0  # seconds beyond what a reading takes


class ScpiMultimeter(ScpiDriver):
    """A multimeter that follows SCPI.

    Setting a range selects its function. A method that measures refuses while another function is selected, for it
    may not change the meter; `frequency` alone asks so that the meter selects it by itself.
    """

    ranges: ClassVar[Mapping[str, tuple[float, ...]]] = {}  # upper ends by function, in its unit, ascending
    cycles: ClassVar[float] = 10.0  # integration time of a run, in power line cycles
    steps: ClassVar[Mapping[float, float]] = {}  # steps of the display within a range, by integration time
    ac_steps: ClassVar[float] = 1e6
    filters: ClassVar[Mapping[float, float]] = {}  # seconds that a reading takes, by the lowest frequency in Hz
    filter: ClassVar[float] = 20.0  # after a reset

    _function: str = DC_VOLTAGE  # as `prepare` leaves it; UNKNOWN: to be asked for
    _range: float | None = None  # of the function; None: not known, so it is asked for
    _integration: Mapping[str, float] = MappingProxyType({})  # by function, where it is not that of a run
    _lowest: float | None = None  # of the filter; None: that of a reset

    # --- voltage -----------------------------------------------------------------------------------------------------

    def set_dc_voltage_range(self, top: Quantity) -> None:
        """Set the DC voltage range whose upper end is `top`, and confirm it.

        Raises:
            LimitExceeded: no such range; nothing was sent.
            NotReady: the meter reports another range.
        """
        self._select(DC_VOLTAGE, top)

    def dc_voltage(self) -> Indication:
        """Measure DC voltage on the present range.

        The resolution is the step of the display at this range and integration time.

        Raises:
            Overload: the input is beyond the range.
            NotReady: another function is selected.
        """
        return self._shown(DC_VOLTAGE)

    def set_ac_voltage_range(self, top: Quantity) -> None:
        """Set the AC voltage range whose upper end is `top`, and confirm it. Raises as `set_dc_voltage_range`."""
        self._select(AC_VOLTAGE, top)

    def ac_voltage(self) -> Indication:
        """Measure the root mean square of an AC voltage on the present range. Raises as `dc_voltage`."""
        return self._shown(AC_VOLTAGE)

    # --- current -----------------------------------------------------------------------------------------------------

    def set_dc_current_range(self, top: Quantity) -> None:
        """Set the DC current range whose upper end is `top`, and confirm it. Raises as `set_dc_voltage_range`."""
        self._select(DC_CURRENT, top)

    def dc_current(self) -> Indication:
        """Measure DC current on the present range. Raises as `dc_voltage`."""
        return self._shown(DC_CURRENT)

    def set_ac_current_range(self, top: Quantity) -> None:
        """Set the AC current range whose upper end is `top`, and confirm it. Raises as `set_dc_voltage_range`."""
        self._select(AC_CURRENT, top)

    def ac_current(self) -> Indication:
        """Measure the root mean square of an AC current on the present range. Raises as `dc_voltage`."""
        return self._shown(AC_CURRENT)

    # --- resistance, frequency ---------------------------------------------------------------------------------------

    def set_two_wire_resistance_range(self, top: Quantity) -> None:
        """Set the two-wire range whose upper end is `top`, and confirm it. Raises as `set_dc_voltage_range`."""
        self._select(TWO_WIRE, top)

    def two_wire_resistance(self) -> Indication:
        """Measure the resistance between two terminals on the present range. Raises as `dc_voltage`."""
        return self._shown(TWO_WIRE)

    def set_four_wire_resistance_range(self, top: Quantity) -> None:
        """Set the four-wire range whose upper end is `top`, and confirm it. Raises as `set_dc_voltage_range`."""
        self._select(FOUR_WIRE, top)

    def four_wire_resistance(self) -> Indication:
        """Measure the resistance with separate current and potential leads. Raises as `dc_voltage`."""
        return self._shown(FOUR_WIRE)

    def frequency(self) -> Indication:
        """Measure the frequency of what is at the voltage terminals; the meter chooses the voltage range itself.

        The function is frequency afterwards, until a range of another one is set.
        """
        self._function, self._range = UNKNOWN, None
        return self.indication("MEAS:FREQ?", "Hz", within=_MARGIN + 3 * max(self.filters.values()))

    # --- how it measures ---------------------------------------------------------------------------------------------

    def set_integration_time(self, cycles: float) -> None:
        """Set the integration time of the present function, in power line cycles.

        Raises:
            LimitExceeded: the meter has no such integration time; nothing was sent.
            NotReady: the present function does not integrate.
        """
        if cycles not in self.steps:
            allowed = ", ".join(f"{each:g}" for each in sorted(self.steps))
            raise LimitExceeded(instrument=self.name, asked=f"{cycles:g} cycles", allowed=allowed)
        if self._function not in INTEGRATING:
            raise NotReady(instrument=self.name, asked="an integrating function", found=self._function, waited=0.0)
        self.send(f"SENS:{self._function}:NPLC {cycles:g}")
        self._integration = {**self._integration, self._function: cycles}

    def set_lowest_frequency(self, frequency: Quantity) -> None:
        """Set the filter so that signals from this frequency upwards are measured in full, and confirm it.

        Raises:
            LimitExceeded: the meter has no filter so low; nothing was sent.
            NotReady: the meter reports another filter.
        """
        hertz = frequency.value_in("Hz")
        fitting = [each for each in self.filters if each <= hertz * (1 + 1e-9)]
        if not fitting:
            allowed = f"from {min(self.filters):g} Hz"
            raise LimitExceeded(instrument=self.name, asked=str(frequency), allowed=allowed)
        self._lowest = None
        found = self._filter_by(max(fitting))
        if not math.isclose(found, max(fitting)):
            asked = f"a filter from {max(fitting):g} Hz"
            raise NotReady(instrument=self.name, asked=asked, found=f"{found:g} Hz", waited=0.0)
        self._lowest = max(fitting)

    def recover(self) -> Identity:
        """Return who answers on the wire opened anew; what the meter is set to counts as unknown."""
        self._function, self._range = UNKNOWN, None
        return super().recover()

    def terminals(self) -> str:
        """Return which terminals are switched in: FRON or REAR."""
        return self.query("ROUT:TERM?")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _filter_by(self, lowest: float) -> float:
        """Choose a filter and return the one that the meter reports."""
        self.send(f"SENS:{AC_VOLTAGE}:BAND {lowest:g}")
        self.send(f"SENS:{AC_CURRENT}:BAND {lowest:g}")
        return self.query_number(f"SENS:{AC_VOLTAGE}:BAND?")

    def _select(self, function: str, top: Quantity) -> None:
        unit = UNITS[function]
        value = top.value_in(unit)
        if not any(math.isclose(value, each, rel_tol=1e-9) for each in self.ranges[function]):
            allowed = ", ".join(f"{each:g} {unit}" for each in self.ranges[function])
            raise LimitExceeded(instrument=self.name, asked=str(top), allowed=allowed)
        before, self._function, self._range = self._function, UNKNOWN, None
        if before != function:
            self.send(f'SENS:FUNC "{function}"')
        self.send(f"SENS:{function}:RANG {written(top, unit)}")
        found = self.query_number(f"SENS:{function}:RANG?")
        if not math.isclose(found, value, rel_tol=1e-6):
            raise NotReady(instrument=self.name, asked=f"range {top}", found=f"range {found:g} {unit}", waited=0.0)
        self._function, self._range = function, value

    def _shown(self, function: str) -> Indication:
        selected = self._function if self._function != UNKNOWN else self._asked_function()
        if selected != function:
            raise NotReady(instrument=self.name, asked=function, found=selected, waited=0.0)
        top = self._range if self._range is not None else self.query_number(f"SENS:{function}:RANG?")
        lasts, steps = self._manners(function)
        return self.indication(
            "READ?", UNITS[function], within=_MARGIN + lasts, resolution=Quantity.of(top / steps, UNITS[function])
        )

    def _manners(self, function: str) -> tuple[float, float]:
        """Return the seconds that a reading may take, and the steps of the display within the range."""
        if function in INTEGRATING:
            cycles = self._integration.get(function, self.cycles)
            return 4 * cycles * _LINE_PERIOD, self.steps[cycles]  # auto-zero doubles it; twice that again for margin
        return 2 * self.filters[self._lowest if self._lowest is not None else self.filter], self.ac_steps

    def _asked_function(self) -> str:
        found = self.query("SENS:FUNC?").strip('" ')
        return _SPELLED.get(found, found)
