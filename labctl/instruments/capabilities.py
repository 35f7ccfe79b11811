"""What can be asked of an instrument, one Protocol an ability; a procedure sees nothing else."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication, Setting


class MeasuresDcVoltage(Protocol):
    """Anything that can tell a DC voltage (unit V)."""

    def set_dc_voltage_range(self, top: Quantity) -> None:
        """Set the range whose upper end is `top`, in volts."""
        ...

    def dc_voltage(self) -> Indication:
        """Measure DC voltage on the present range."""
        ...


class SourcesDcVoltage(Protocol):
    """Anything that can present a DC voltage (unit V)."""

    def source_dc_voltage(self, voltage: Quantity) -> Setting:
        """Present a DC voltage and wait until the source itself calls it settled."""
        ...

    def stand_by(self) -> None:
        """Take every output off its terminals."""
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


class MeasuresSurroundings(Protocol):
    """Anything that can tell the state of the room."""

    def temperature(self) -> Indication:
        """Measure the air temperature (unit °C)."""
        ...

    def humidity(self) -> Indication:
        """Measure the relative humidity (unit %)."""
        ...

    def pressure(self) -> Indication:
        """Measure the air pressure (unit hPa)."""
        ...
