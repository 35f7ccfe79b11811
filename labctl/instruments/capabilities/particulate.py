"""What can be asked of particle monitors, aerosol generators and samplers."""

from typing import Protocol

from labctl.instruments.capabilities.general import StandsBy
from labctl.instruments.capabilities.subject import concerns
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication, Setting


class MeasuresMassConcentration(Protocol):
    """Anything that can tell the mass of particles in a volume of air (unit µg/m³)."""

    @concerns("mass concentration", "µg/m³")
    def mass_concentration(self) -> Indication:
        """Measure the mass concentration."""
        ...


class SelectsSizeFraction(Protocol):
    """A monitor that can be told up to which aerodynamic diameter particles count, such as 2.5 µm for PM2.5."""

    def select_size_fraction(self, diameter: Quantity) -> None:
        """Select the diameter at which its size fraction ends; what it measures from then on is of that fraction."""
        ...


class GeneratesAerosol(StandsBy, Protocol):
    """A generator that can be told a mass concentration in its chamber (unit µg/m³)."""

    @concerns("mass concentration", "µg/m³")
    def set_mass_concentration(self, concentration: Quantity) -> Setting:
        """Set the concentration it shall come to, and begin to generate; it returns before it is reached."""
        ...


class SamplesAir(StandsBy, Protocol):
    """A sampler that draws air through a filter."""

    def start(self) -> None:
        """Start to draw air through the filter."""
        ...

    def stop(self) -> None:
        """Stop drawing air."""
        ...

    @concerns("time", "s")
    def sampling_time(self) -> Indication:
        """Read for how long air was drawn since the last start."""
        ...
