"""What every simulated instrument has: who it is, its place in the world, its faults, one dialogue a session."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from attrs import field, frozen

from labctl.records.equipment import Asset, Identity, UnitUnderTest
from labctl.simulation.faults import Faults
from labctl.simulation.talk import Talk
from labctl.simulation.world import World


@frozen(kw_only=True)
class Placed:
    """One instrument of a bench, as its station describes it."""

    key: str  # its name on the bench, "calibrator"
    simulator: str  # "fluke/5522A"
    identity: Identity
    wires: tuple[str, ...] = ()  # empty: all that the model has
    wire: str = ""  # by which it is reached here, for which a loopback stands; empty: by one that takes no time
    asset: Asset | None = None  # the record from which the true errors of a standard are drawn
    unit: UnitUnderTest | None = None  # the type from which the true errors of a unit are drawn
    settings: Mapping[str, float] = field(factory=dict[str, float])  # of the physics, wanted otherwise here
    address: str = ""  # of a sensor: the channel that it hangs on, "channel:readout/2"


class SimulatedInstrument:
    """One instrument: its physics, which know no commands, and the dialogues that ask it.

    A subclass names its maker, its model, its wires and how its serial line is set in the class line.
    """

    maker: ClassVar[str] = ""
    model: ClassVar[str] = ""
    wires: ClassVar[tuple[str, ...]] = ()  # of "serial", "tcp", "hislip", "modbus", …
    modbus_unit: ClassVar[int] = 1  # its unit identifier, as delivered
    line: ClassVar[str] = "baud=9600"  # how its serial port is set as delivered, "baud=4800&bits=7&parity=even"

    def __init_subclass__(
        cls, *, maker: str = "", model: str = "", wires: tuple[str, ...] = (), line: str = ""
    ) -> None:
        """Take the identity from the class line."""
        super().__init_subclass__()
        cls.maker = maker or cls.maker
        cls.model = model or cls.model
        cls.wires = wires or cls.wires
        cls.line = line or cls.line

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand on the bench, switched on."""
        self.world = world
        self.placed = placed
        self.key = placed.key
        self.identity = placed.identity
        self.faults = Faults()
        self.on_power: list[Callable[[], None]] = []  # sessions that end when the power goes

    @property
    def now(self) -> float:
        """Return the present instant of the world, in seconds."""
        return self.world.present

    def figure(self, name: str, usual: float) -> float:
        """Return a figure of the physics: the bench's, or the usual one."""
        return self.placed.settings.get(name, usual)

    def dialogue(self) -> Talk[Any]:
        """Return a new session's dialogue."""
        raise LookupError(self.model)  # every model has its own

    def power_on(self) -> None:
        """Be as after power was switched on."""

    def power_cycle(self) -> None:
        """Be switched off and on again."""
        self.power_on()
        for each in list(self.on_power):
            each()

    def state(self) -> Mapping[str, object]:
        """Return what a person reads on the front panel."""
        return {}

    def truth(self, name: str, **at: float) -> float:
        """Return a hidden value; for tests and validation only. Raises KeyError for a name it has not."""
        raise KeyError(name, at)
