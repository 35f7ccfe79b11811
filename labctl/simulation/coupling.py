"""How the instruments of a bench act on each other: the part of a world that belongs to a field, such as electrical."""

from collections.abc import Mapping
from typing import ClassVar

from labctl.records.equipment import Asset
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.world import World


class Coupling:
    """The wiring, tubing or air between instruments; a subclass names its field in the class line."""

    field: ClassVar[str] = ""

    def __init_subclass__(cls, *, field: str = "") -> None:
        """Take the field from the class line."""
        super().__init_subclass__()
        cls.field = field or cls.field

    def __init__(
        self, world: World, instruments: Mapping[str, SimulatedInstrument], auxiliaries: Mapping[str, Asset]
    ) -> None:
        """Connect the instruments of a bench as they are found in the morning."""
        self.world = world
        self.instruments = instruments
        self.auxiliaries = auxiliaries

    def act(self, action: str) -> None:
        """Do what an operator does, by the action's name. Raises LookupError for one that it has not."""
        raise LookupError(action)

    def truth(self, name: str) -> float:
        """Return a hidden value of the coupling; for tests and validation only. Raises KeyError."""
        raise KeyError(name)
