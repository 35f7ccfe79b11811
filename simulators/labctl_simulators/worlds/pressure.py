"""A pressure bench: gauges on the manifold of one controller, each at a height of its own."""

from collections.abc import Mapping
from typing import Final, Protocol, runtime_checkable

from labctl.records.equipment import Asset
from labctl.simulation.coupling import Coupling
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.truth import of_characteristic
from labctl.simulation.world import World
from labctl_simulators.druck.pace5000 import PACE5000
from labctl_simulators.worlds.electrical import Feels, room

STEP: Final = 0.1  # seconds
HEAD: Final = "head"


@runtime_checkable
class Screwed(Protocol):
    """Something with a thread that feels a pressure."""

    def move(self, pressure: float) -> None:
        """Follow a pressure, in MPa."""
        ...


class Pressure(Coupling, field="pressure"):
    """Every gauge lies on the table to begin with.

    What the operator can do, to every gauge or to the one that is named: `connect`, `disconnect`. Of the record of an
    auxiliary the characteristic "head" counts: by how much the pressure in a gauge lies above that of the standard.
    """

    def __init__(
        self, world: World, instruments: Mapping[str, SimulatedInstrument], auxiliaries: Mapping[str, Asset]
    ) -> None:
        """Set up what stands on the bench."""
        super().__init__(world, instruments, auxiliaries)
        controllers = [each for each in instruments.values() if isinstance(each, PACE5000)]
        self.controller = controllers[0] if controllers else None
        self.gauges: dict[str, Screwed] = {key: each for key, each in instruments.items() if isinstance(each, Screwed)}
        self.connected: set[str] = set()
        self.head = self._head()
        for each in instruments.values():
            if isinstance(each, Feels):
                each.air = room(world)
        world.physical.append(_Manifold(self))

    def _head(self) -> float:
        """Draw the true head of the line as its record says, in MPa."""
        for asset in self.auxiliaries.values():
            for each in asset.characteristics:
                if each.name == HEAD:
                    return of_characteristic(self.world, asset, each, "MPa")
        return 0.0

    def in_gauge(self, key: str) -> float:
        """Return the pressure in a gauge, in MPa."""
        if self.controller is None or key not in self.connected:
            return 0.0
        return self.controller.gas.pressure / 1000.0 + self.head

    def act(self, action: str) -> None:
        """Do what an operator does. Raises LookupError for something that this bench does not know."""
        self.world.catch_up()
        verb, _, key = action.partition(" ")
        if verb not in {"connect", "disconnect"} or (key and key not in self.gauges):
            raise LookupError(action)
        meant = {key} if key else set(self.gauges)
        self.connected = self.connected | meant if verb == "connect" else self.connected - meant
        self.follow()

    def follow(self) -> None:
        """Let every gauge follow its pressure."""
        for key, gauge in self.gauges.items():
            gauge.move(self.in_gauge(key))

    def truth(self, name: str) -> float:
        """Return the true `head` of the line, in MPa."""
        return self.head if name == HEAD else super().truth(name)


class _Manifold:
    """What all gauges are screwed into; they follow it ten times a second."""

    step = STEP

    def __init__(self, bench: Pressure) -> None:
        self.bench = bench

    @property
    def resting(self) -> bool:
        """Return whether the controller's volume stays as it is."""
        return self.bench.controller is None or self.bench.controller.gas.resting

    def advance(self, dt: float) -> None:  # noqa: ARG002  (gauges know no delay of their own)
        """Follow."""
        self.bench.follow()
