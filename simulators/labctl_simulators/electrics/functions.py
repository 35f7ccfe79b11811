"""What a multimeter can measure: each function with its ranges, its load, its noise, its limits, as data."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from labctl_simulators.electrics.circuit import CURRENT, FOUR_WIRE, RESISTANCE, VOLTAGE

DC_VOLTAGE: Final = "DC voltage"
AC_VOLTAGE: Final = "AC voltage"
DC_CURRENT: Final = "DC current"
AC_CURRENT: Final = "AC current"
TWO_WIRE: Final = "two-wire resistance"
FOUR_WIRES: Final = "four-wire resistance"
FREQUENCY: Final = "frequency"

_KINDS: Final = {
    DC_VOLTAGE: VOLTAGE,
    AC_VOLTAGE: VOLTAGE,
    FREQUENCY: VOLTAGE,
    DC_CURRENT: CURRENT,
    AC_CURRENT: CURRENT,
    TWO_WIRE: RESISTANCE,
    FOUR_WIRES: FOUR_WIRE,
}
_UNITS: Final = {VOLTAGE: "V", CURRENT: "A", RESISTANCE: "Ω", FOUR_WIRE: "Ω"}


@frozen(kw_only=True)
class Function:
    """One function of a meter."""

    name: str
    ranges: tuple[float, ...]  # upper ends, ascending
    usual: str  # limits of error taken where nobody states them
    noise: Mapping[float, float] = field(factory=dict[float, float])  # rms by range, in one power line cycle
    noise_share: float = 1e-6  # of the range, where no noise is stated for it
    over: float = 1.2  # of the range, until it says overload
    last_over: float = 1.2  # the same for the highest range
    ohms: Mapping[float, float] = MappingProxyType({})  # by range: its input resistance, or its shunt
    through: Mapping[float, float] = MappingProxyType({})  # by range: its test current in A
    usual_top: float = 0.0  # the range of a reset

    @property
    def kind(self) -> str:
        """Return what the circuit has to bring for it."""
        return _KINDS[self.name]

    @property
    def unit(self) -> str:
        """Return the symbol of its unit."""
        return "Hz" if self.name == FREQUENCY else _UNITS[self.kind]

    @property
    def quantity(self) -> str:
        """Return what specifications call it."""
        return "resistance" if self.name in {TWO_WIRE, FOUR_WIRES} else self.name

    @property
    def alternating(self) -> bool:
        """Return whether it looks at the alternating part."""
        return self.name in {AC_VOLTAGE, AC_CURRENT, FREQUENCY}

    def most(self, top: float) -> float:
        """Return the highest value that a range shows."""
        return top * (self.last_over if top == self.ranges[-1] else self.over)

    def range_for(self, value: float) -> float:
        """Return the range that automatic ranging takes."""
        return next((each for each in self.ranges if abs(value) <= self.most(each)), self.ranges[-1])

    def noise_of(self, top: float) -> float:
        """Return the rms noise of a range in one power line cycle."""
        return self.noise.get(top, self.noise_share * top)
