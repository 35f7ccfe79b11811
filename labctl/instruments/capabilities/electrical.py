"""What can be asked of electrical instruments: to measure and to present voltages, currents and resistances."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from labctl.instruments.capabilities.general import StandsBy
from labctl.instruments.capabilities.subject import concerns
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication, Setting


class MeasuresDcVoltage(Protocol):
    """Anything that can tell a DC voltage (unit V)."""

    def set_dc_voltage_range(self, top: Quantity) -> None:
        """Set the range whose upper end is `top`, in volts."""
        ...

    @concerns("DC voltage", "V")
    def dc_voltage(self) -> Indication:
        """Measure DC voltage on the present range."""
        ...


class MeasuresAcVoltage(Protocol):
    """Anything that can tell the root mean square of an AC voltage (unit V)."""

    def set_ac_voltage_range(self, top: Quantity) -> None:
        """Set the range whose upper end is `top`, in volts."""
        ...

    @concerns("AC voltage", "V")
    def ac_voltage(self) -> Indication:
        """Measure AC voltage on the present range."""
        ...


class MeasuresDcCurrent(Protocol):
    """Anything that can tell a DC current (unit A)."""

    def set_dc_current_range(self, top: Quantity) -> None:
        """Set the range whose upper end is `top`, in amperes."""
        ...

    @concerns("DC current", "A")
    def dc_current(self) -> Indication:
        """Measure DC current on the present range."""
        ...


class MeasuresAcCurrent(Protocol):
    """Anything that can tell the root mean square of an AC current (unit A)."""

    def set_ac_current_range(self, top: Quantity) -> None:
        """Set the range whose upper end is `top`, in amperes."""
        ...

    @concerns("AC current", "A")
    def ac_current(self) -> Indication:
        """Measure AC current on the present range."""
        ...


class MeasuresTwoWireResistance(Protocol):
    """Anything that can tell a resistance with its leads in it (unit Ω)."""

    def set_two_wire_resistance_range(self, top: Quantity) -> None:
        """Set the range whose upper end is `top`, in ohms."""
        ...

    @concerns("resistance", "Ω")
    def two_wire_resistance(self) -> Indication:
        """Measure the resistance between two terminals on the present range."""
        ...


class MeasuresFourWireResistance(Protocol):
    """Anything that can tell a resistance without its leads (unit Ω)."""

    def set_four_wire_resistance_range(self, top: Quantity) -> None:
        """Set the range whose upper end is `top`, in ohms."""
        ...

    @concerns("resistance", "Ω")
    def four_wire_resistance(self) -> Indication:
        """Measure the resistance with separate current and potential leads on the present range."""
        ...


class MeasuresFrequency(Protocol):
    """Anything that can tell a frequency (unit Hz)."""

    @concerns("frequency", "Hz")
    def frequency(self) -> Indication:
        """Measure the frequency of what is at its terminals."""
        ...


class SetsLowestFrequency(Protocol):
    """An AC meter whose filter has to be chosen."""

    def set_lowest_frequency(self, frequency: Quantity) -> None:
        """Set the filter so that signals from this frequency upwards are measured in full."""
        ...


class SourcesDcVoltage(StandsBy, Protocol):
    """Anything that can present a DC voltage (unit V)."""

    @concerns("DC voltage", "V")
    def source_dc_voltage(self, voltage: Quantity) -> Setting:
        """Present a DC voltage and wait until the source itself calls it settled."""
        ...


class SourcesAcVoltage(StandsBy, Protocol):
    """Anything that can present a sinusoidal AC voltage (unit V, root mean square)."""

    @concerns("AC voltage", "V")
    def source_ac_voltage(self, voltage: Quantity, frequency: Quantity) -> Setting:
        """Present an AC voltage of a frequency and wait until the source itself calls it settled."""
        ...


class SourcesDcCurrent(StandsBy, Protocol):
    """Anything that can present a DC current (unit A)."""

    @concerns("DC current", "A")
    def source_dc_current(self, current: Quantity) -> Setting:
        """Present a DC current and wait until the source itself calls it settled."""
        ...


class SourcesAcCurrent(StandsBy, Protocol):
    """Anything that can present a sinusoidal AC current (unit A, root mean square)."""

    @concerns("AC current", "A")
    def source_ac_current(self, current: Quantity, frequency: Quantity) -> Setting:
        """Present an AC current of a frequency and wait until the source itself calls it settled."""
        ...


class SourcesResistance(StandsBy, Protocol):
    """Anything that can present a resistance (unit Ω)."""

    @concerns("resistance", "Ω")
    def source_resistance(self, resistance: Quantity) -> Setting:
        """Present a resistance and wait until the source itself calls it settled.

        Where only certain values exist, as in a set of fixed resistors, the Setting holds the value that is there.
        """
        ...


@frozen(kw_only=True)
class AdjustmentStep:
    """One voltage that an instrument asks for while it is adjusted."""

    key: str
    voltage: Quantity


class AdjustsDcVoltage(Protocol):
    """A voltmeter whose DC voltage constants can be changed."""

    def dc_voltage_adjustments(self) -> Sequence[AdjustmentStep]:
        """Return the voltages it asks for, in order."""
        ...

    def adjust_dc_voltage(self, step: AdjustmentStep) -> None:
        """Take the voltage at its terminals as the value of the step and change its constants."""
        ...
