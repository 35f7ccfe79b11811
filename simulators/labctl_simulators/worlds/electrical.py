"""An electrical bench: sources and passive standards through leads to the meters' terminals, in a room."""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol, runtime_checkable

from labctl.records.equipment import Asset
from labctl.simulation.coupling import Coupling
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.physics import Wander
from labctl.simulation.truth import of_characteristic
from labctl.simulation.world import World
from labctl_simulators.electrics.calibrator import Calibrator
from labctl_simulators.electrics.circuit import Presents, Senses
from labctl_simulators.worlds.leads import JACKS, OPEN, Leads
from labctl_simulators.worlds.passive import PassiveStandard, passive_standard

__all__ = ["OPEN", "Electrical", "room"]

EMF: Final = "thermal EMF"
WARMTH: Final = "thermal EMF of a fresh connection"
RESISTANCE: Final = "lead resistance"
ON_METERS: Final = ("short", "open", "reverse", "front", "rear", "blow-fuse", "replace-fuse")
DAY: Final = 6 * 3600.0  # seconds, the slowest wave of a room


@runtime_checkable
class Feels(Protocol):
    """Feels the air of the room."""

    air: dict[str, Wander]


class Electrical(Coupling, field="electrical"):
    """Every meter of the bench connected by its leads to one source at a time, in a room of 20 °C.

    What the operator can do, to every meter or to the one that is named last: `connect`, `connect current`,
    `connect four-wire` (where the leads are plugged in; the voltage terminals where nothing is said), with the name of
    a source or passive standard to take that instead of the first one, `connect zener to reference`; `short`, `open`,
    `reverse` (the leads at the source), `front`, `rear` (the switch of the meter), `blow fuse`, `replace fuse`, each
    with the name of a meter or none; `standby` with the name of a source, at its front panel.
    """

    def __init__(
        self, world: World, instruments: Mapping[str, SimulatedInstrument], auxiliaries: Mapping[str, Asset]
    ) -> None:
        """Connect what stands on the bench."""
        super().__init__(world, instruments, auxiliaries)
        self.emf = self._drawn(EMF, "V")
        passive = {key: passive_standard(world, each) for key, each in auxiliaries.items()}
        self.sources: Mapping[str, Presents] = {
            key: each for key, each in instruments.items() if isinstance(each, Presents)
        } | {key: each for key, each in passive.items() if each is not None}
        first = next(iter(self.sources.values()), None)
        ohms, warmth = self._drawn(RESISTANCE, "Ω", middle=True), self._drawn(WARMTH, "V")
        self.leads = {
            key: Leads(key, first, each, self.emf, ohms, warmth)
            for key, each in instruments.items()
            if isinstance(each, Senses)
        }
        world.physical.extend(self.leads.values())
        world.physical.extend(each.contact for each in self.leads.values())
        for each in instruments.values():
            if isinstance(each, Feels):
                each.air = room(world)

    def act(self, action: str) -> None:
        """Connect, short-circuit, open or reverse leads, switch terminals over, change a fuse, press standby."""
        verb, *rest = action.replace(" fuse", "-fuse").split()
        if verb not in {"connect", "standby", *ON_METERS}:
            raise LookupError(action)
        self.world.catch_up()
        source, jacks, meters = self._read(action, rest)
        if verb in ON_METERS and (source is not None or jacks != "voltage"):
            raise LookupError(action)
        if verb == "standby":
            if not isinstance(source, Calibrator):
                raise LookupError(action)
            source.stand_by()
            return
        for each in meters:
            self._act_on(each, verb, source, jacks)

    def _act_on(self, leads: Leads, verb: str, source: Presents | None, jacks: str) -> None:
        if verb == "connect":
            if source is not None:
                leads.take(source)
            leads.connect(JACKS[jacks])
        elif verb in {"short", "open"}:
            leads.wiring = verb
        elif verb == "reverse":
            leads.reversed = not leads.reversed
        elif verb in {"blow-fuse", "replace-fuse"}:
            leads.meter.fused = verb == "replace-fuse"
        else:
            leads.meter.switched = {"front": "FRON", "rear": "REAR"}[verb]

    def _read(self, action: str, words: list[str]) -> tuple[Presents | None, str, Iterator[Leads]]:
        """Return the source, the terminals and the meters that an action names."""
        source, jacks, named = None, "voltage", None
        for each in words:
            if each in JACKS:
                jacks = each
            elif each in self.sources:
                source = self.sources[each]
            elif each in self.leads:
                named = each
            elif each != "to":
                raise LookupError(action)
        return source, jacks, iter(self.leads.values() if named is None else [self.leads[named]])

    def truth(self, name: str) -> float:
        """Return the `thermal EMF` of the leads in volts, or their `lead resistance` in ohms.

        A passive standard's true value is asked for by its name on the bench.
        """
        if name == EMF:
            return self.emf
        if name == RESISTANCE:
            return next((each.ohms for each in self.leads.values()), 0.0)
        standard = self.sources.get(name)
        return standard.value if isinstance(standard, PassiveStandard) else super().truth(name)

    def _drawn(self, name: str, unit: str, *, middle: bool = False) -> float:
        for asset in self.auxiliaries.values():
            for each in asset.characteristics:
                if each.name == name:
                    drawn = of_characteristic(self.world, asset, each, unit)
                    return abs(drawn) if middle else drawn
        return 0.0


def room(world: World) -> dict[str, Wander]:
    """Return the air of a laboratory: 20 °C, half the possible moisture, and the weather's pressure."""
    return {
        "temperature": world.wander(20.0, 0.3, "room temperature", slowest=DAY),
        "humidity": world.wander(46.0, 4.0, "room humidity", slowest=DAY),
        "pressure": world.wander(1012.0, 2.0, "room pressure", slowest=DAY),
    }
