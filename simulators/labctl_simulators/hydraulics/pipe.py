"""The pipe that an instrument stands in, as the instrument feels it; without a rig the water in it is at rest."""

from functools import lru_cache
from typing import Final, Protocol

from labctl.metrology.many import at_once, members_of
from labctl.metrology.physics.water import water_density

HOUR: Final = 3600.0
NORMAL: Final = 1013.25  # hPa


class Pipe(Protocol):
    """A pipe full of water; every quantity is a function of the world's instant, in seconds."""

    @property
    def steady(self) -> bool:
        """Return whether the flow changes by its slow waves alone, so that `damped` is what a meter sees."""
        ...

    def flow(self, instant: float) -> float:
        """Return the volume flow in m³/s."""
        ...

    def damped(self, instant: float, damping: float) -> float:
        """Return the steady flow in m³/s behind a further time constant."""
        ...

    def volume(self, instant: float) -> float:
        """Return the volume that has passed since the world began, in m³."""
        ...

    def temperature(self, instant: float) -> float:
        """Return the temperature of the water in °C."""
        ...

    def pressure(self, instant: float) -> float:
        """Return the absolute pressure in hPa."""
        ...

    def density(self, instant: float) -> float:
        """Return the density of the water in kg/m³."""
        ...

    def air(self, instant: float) -> float:
        """Return the share of the pipe that is bubbles, from 0 to 1; 1 is an empty pipe."""
        ...


class Following(Protocol):
    """Counts what passes through a pipe."""

    def note(self, instant: float) -> None:
        """Count what has passed up to an instant with what it was until then."""
        ...


class StillPipe:
    """A full pipe in which nothing moves, at 20 °C."""

    steady = True

    def flow(self, instant: float) -> float:  # noqa: ARG002  (at every instant)
        """Return no flow."""
        return 0.0

    def damped(self, instant: float, damping: float) -> float:  # noqa: ARG002  (at every instant)
        """Return no flow."""
        return 0.0

    def volume(self, instant: float) -> float:  # noqa: ARG002  (at every instant)
        """Return no volume."""
        return 0.0

    def temperature(self, instant: float) -> float:  # noqa: ARG002  (at every instant)
        """Return 20 °C."""
        return 20.0

    def pressure(self, instant: float) -> float:  # noqa: ARG002  (at every instant)
        """Return the pressure of the air."""
        return NORMAL

    def density(self, instant: float) -> float:
        """Return the density of water in kg/m³."""
        return density_of(self.temperature(instant), self.pressure(instant))

    def air(self, instant: float) -> float:  # noqa: ARG002  (at every instant)
        """Return no bubbles."""
        return 0.0


def density_of(temperature: float, pressure: float) -> float:
    """Return the density of water in kg/m³ at a temperature in °C and an absolute pressure in hPa.

    >>> round(density_of(20.0, 1013.25), 3)
    998.207
    """
    if members_of((temperature, pressure)) is not None:
        return at_once(water_density, temperature, pressure * 100)
    return _density(float(temperature), float(pressure))


@lru_cache(maxsize=256)  # water at rest is asked for again and again
def _density(temperature: float, pressure: float) -> float:
    return float(water_density(temperature, pressure * 100))
