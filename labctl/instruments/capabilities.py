"""What can be asked of an instrument, one Protocol an ability; a procedure sees nothing else."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

from attrs import frozen

from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication, Setting

M = TypeVar("M", bound=Callable[..., Any])


@frozen(kw_only=True)
class Subject:
    """What a method of a capability measures or presents."""

    quantity: str  # as specifications and certificates in a station name it, "DC voltage"
    unit: str


_SUBJECTS: Final[dict[str, Subject]] = {}


def concerns(quantity: str, unit: str) -> Callable[[M], M]:
    """Declare once, for every driver, what a method of a capability measures or presents."""

    def declared(method: M) -> M:
        _SUBJECTS[f"{method.__module__}.{method.__qualname__}"] = Subject(quantity=quantity, unit=unit)
        return method

    return declared


def subject(ability: type, method: str) -> Subject | None:
    """Return what a method of a capability measures or presents; None for one that only changes a state."""
    owners = (f"{kind.__module__}.{kind.__qualname__}.{method}" for kind in ability.__mro__)
    return next((_SUBJECTS[each] for each in owners if each in _SUBJECTS), None)


class MeasuresDcVoltage(Protocol):
    """Anything that can tell a DC voltage (unit V)."""

    def set_dc_voltage_range(self, top: Quantity) -> None:
        """Set the range whose upper end is `top`, in volts."""
        ...

    @concerns("DC voltage", "V")
    def dc_voltage(self) -> Indication:
        """Measure DC voltage on the present range."""
        ...


class SourcesDcVoltage(Protocol):
    """Anything that can present a DC voltage (unit V)."""

    @concerns("DC voltage", "V")
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

    @concerns("temperature", "°C")
    def temperature(self) -> Indication:
        """Measure the air temperature (unit °C)."""
        ...

    @concerns("humidity", "%")
    def humidity(self) -> Indication:
        """Measure the relative humidity (unit %)."""
        ...

    @concerns("pressure", "hPa")
    def pressure(self) -> Indication:
        """Measure the air pressure (unit hPa)."""
        ...
