"""What a sensor may stand in: a place of a medium has a temperature, and a medium that stands still is known to."""

from typing import Final, Protocol, runtime_checkable

from attrs import frozen

ROOM: Final = 20.0  # °C
TRIPLE_POINT: Final = 0.01  # °C


@frozen
class Place:
    """Where in a medium a sensor stands."""

    across: float = 0.0  # from -1 at one side to 1 at the other
    depth: float = 300.0  # millimetres of immersion


class Warmth(Protocol):
    """Temperatures at places, at one instant."""

    def at(self, place: Place) -> float:
        """Return the temperature at a place, in °C."""
        ...

    def immersion(self, place: Place) -> float:
        """Return the millimetres of a sensor that are in it."""
        ...


class Medium(Protocol):
    """Anything with a temperature at each of its places."""

    @property
    def still(self) -> bool:
        """Return whether its temperatures stay as they are until somebody acts."""
        ...

    @property
    def now(self) -> Warmth:
        """Return how it is now; that stays as it is, whatever becomes of the medium."""
        ...


@runtime_checkable
class Heats(Protocol):
    """An instrument whose working volume sensors can be put into."""

    @property
    def volume(self) -> Medium:
        """Return its working volume."""
        ...


@frozen
class Fixed:
    """A medium of one temperature: the air of the room, an ice point, a triple-point cell."""

    temperature: float
    surface: float = 0.0  # millimetres by which a sensor stands out further than elsewhere

    @property
    def still(self) -> bool:
        """Return true: it stays."""
        return True

    @property
    def now(self) -> "Fixed":
        """Return itself: it stays."""
        return self

    def at(self, place: Place) -> float:  # noqa: ARG002  (the same everywhere)
        """Return the temperature."""
        return self.temperature

    def immersion(self, place: Place) -> float:
        """Return the depth."""
        return place.depth - self.surface
