"""An electrical bench: a calibrator's output through leads to a meter's terminals, in a room."""

from collections.abc import Mapping
from typing import Final, Protocol, runtime_checkable

from labctl.records.equipment import Asset
from labctl.simulation.coupling import Coupling
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.physics import FirstOrder, Wander
from labctl.simulation.truth import of_characteristic
from labctl.simulation.world import World

EMF: Final = "thermal EMF"
OPEN: Final = 0.012  # volts that open terminals pick up
DAY: Final = 6 * 3600.0  # seconds, the slowest wave of a room


@runtime_checkable
class Sources(Protocol):
    """Has a voltage at its output terminals."""

    resistance: float

    def terminals(self) -> float:
        """Return the voltage without load."""
        ...

    def noise(self) -> float:
        """Return the noise of the output, in volts rms."""
        ...


@runtime_checkable
class Senses(Protocol):
    """Has input terminals."""

    input: FirstOrder
    noise_at_terminals: float

    def input_resistance(self) -> float:
        """Return its load in ohms."""
        ...


@runtime_checkable
class Feels(Protocol):
    """Feels the air of the room."""

    air: dict[str, Wander]


class Leads:
    """The leads between a source and a meter: connected, or the meter's input short-circuited, or open."""

    def __init__(self, source: Sources, meter: Senses, emf: float) -> None:
        """Connect source and meter."""
        self.source = source
        self.meter = meter
        self.emf = emf
        self.wiring = "connect"

    def noise(self) -> float:
        """Return the noise at the meter's terminals, in volts rms."""
        return self.source.noise() if self.wiring == "connect" else 0.0

    def voltage(self) -> float:
        """Return the voltage at the meter's terminals."""
        if self.wiring == "short":
            return 0.0
        if self.wiring == "open":
            return OPEN
        load = self.meter.input_resistance()
        return self.source.terminals() * (load / (load + self.source.resistance)) + self.emf

    @property
    def resting(self) -> bool:
        """Return whether the meter has heard of the present voltage."""
        return self.meter.input.end == self.voltage() and self.meter.noise_at_terminals == self.noise()

    def advance(self, dt: float) -> None:  # noqa: ARG002  (a wire knows no delay)
        """Bring the source's voltage to the meter."""
        self.meter.input.end = self.voltage()
        self.meter.noise_at_terminals = self.noise()


class Electrical(Coupling, field="electrical"):
    """Every source connected to every meter of the bench by one pair of leads, in a room of 20 °C."""

    def __init__(
        self, world: World, instruments: Mapping[str, SimulatedInstrument], auxiliaries: Mapping[str, Asset]
    ) -> None:
        """Connect what stands on the bench."""
        super().__init__(world, instruments, auxiliaries)
        self.emf = self._drawn_emf()
        sources = [each for each in instruments.values() if isinstance(each, Sources)]
        meters = [each for each in instruments.values() if isinstance(each, Senses)]
        self.leads = [Leads(source, meter, self.emf) for source in sources for meter in meters]
        world.physical.extend(self.leads)
        for each in instruments.values():
            if isinstance(each, Feels):
                each.air = room(world.seed)

    def act(self, action: str) -> None:
        """Connect, short-circuit or open the meter's input."""
        if action not in {"connect", "short", "open"}:
            raise LookupError(action)
        self.world.catch_up()
        for each in self.leads:
            each.wiring = action

    def truth(self, name: str) -> float:
        """Return the `thermal EMF` of the leads, in volts."""
        return self.emf if name == EMF else super().truth(name)

    def _drawn_emf(self) -> float:
        for asset in self.auxiliaries.values():
            for each in asset.characteristics:
                if each.name == EMF:
                    return of_characteristic(self.world, asset, each, "V")
        return 0.0


def room(seed: int) -> dict[str, Wander]:
    """Return the air of a laboratory: 20 °C, half the possible moisture, and the weather's pressure."""
    return {
        "temperature": Wander(20.0, 0.3, (seed, "room temperature"), DAY),
        "humidity": Wander(46.0, 4.0, (seed, "room humidity"), DAY),
        "pressure": Wander(1012.0, 2.0, (seed, "room pressure"), DAY),
    }
