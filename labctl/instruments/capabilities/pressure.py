"""What can be asked of pressure controllers, and of gauges with a pointer."""

from typing import Protocol

from labctl.instruments.capabilities.general import StandsBy
from labctl.instruments.capabilities.subject import concerns
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Setting


class SourcesPressure(StandsBy, Protocol):
    """A controller or pump that can be told a gauge pressure (unit kPa, or a multiple)."""

    @concerns("pressure", "kPa")
    def set_pressure(self, pressure: Quantity) -> Setting:
        """Set the pressure it shall come to, and begin to control; it returns before it is reached."""
        ...


class HasPointer(Protocol):
    """A gauge whose pointer may hang by friction until its case is tapped."""

    def tap(self) -> None:
        """Bring the pointer to where it stands without friction, by a light tap on the case."""
        ...
