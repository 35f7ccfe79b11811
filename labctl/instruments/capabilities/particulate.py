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


class ResolvesSize(MeasuresMassConcentration, Protocol):
    """A monitor that tells several size fractions at once (unit µg/m³)."""

    @concerns("mass concentration", "µg/m³")
    def mass_concentration_up_to(self, diameter: Quantity) -> Indication:
        """Measure the mass concentration of the particles up to an aerodynamic diameter, 2.5 µm for PM2.5."""
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
