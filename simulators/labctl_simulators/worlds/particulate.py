"""A particulate chamber: generator and dilution air to chamber, chamber to inlets, filters between sampler and balance.

Everything is a function of time in closed form: the chamber between two changes, the dust on a filter between start
and stop, the water in it on steps of ten minutes. Days of sampling and conditioning pass in milliseconds.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol, runtime_checkable

from labctl.metrology.many import greatest
from labctl.records.equipment import Asset
from labctl.simulation.coupling import Coupling
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.physics import Wander
from labctl.simulation.truth import half_width
from labctl.simulation.world import World
from labctl_simulators.worlds.chamber import MINUTE, Chamber
from labctl_simulators.worlds.electrical import DAY, room
from labctl_simulators.worlds.filters import Filter
from labctl_simulators.worlds.gas import MassFlowController
from labctl_simulators.worlds.inlet import Inlet

VOLUME: Final = 120.0  # L
VENTILATION: Final = 20.0  # L/min for which the generator is set up: six minutes of mixing
OWN_AIR: Final = 5.0  # L/min that the generator brings along where a controller meters the dilution air
LOSS: Final = 0.3 / 3600.0  # 1/s, deposition on the walls
SCATTER: Final = 0.05  # of the feed from minute to minute
BACKGROUND: Final = 0.3  # µg/m³ behind the filter of the dilution air
LEAK: Final = 10.0  # L/min through a door that is ajar
UNIFORMITY: Final = "uniformity about the mean"  # characteristic of the auxiliary that is the chamber
GRADIENT: Final = "3 %"  # half-width of the deviation of one place, where no auxiliary says
STILL: Final = 5.0  # by how much the deviations grow without the fan

GAUZE: Final = 0.6  # of the particles that pass one before an inlet
ROLLED_BACK: Final = -1800.0  # seconds

MEMBRANE: Final = (145.0, 8.0)  # mg, middle and half-width
BLANK_DRIFT: Final = 0.002  # mg a day, half-width
VOLATILE: Final = 0.02  # of the dust, half-width and middle
HUMIDITY: Final = (50.0, 4.0)  # %, middle and swing: filters are conditioned here
HANDLING: Final = 0.001  # mg, standard deviation of what tweezers do


@runtime_checkable
class Breathes(Protocol):
    """Draws air through an inlet."""

    inlet: Inlet

    def true_flow(self, instant: float) -> float:
        """Return the flow that it truly draws, in L/min."""
        ...


@runtime_checkable
class Feeds(Protocol):
    """Feeds particles into the chamber."""

    fed: Callable[[], None] | None
    clogged: bool

    def feeds(self) -> float:
        """Return the concentration that it would come to, in µg/m³."""
        ...


@runtime_checkable
class Collects(Breathes, Protocol):
    """Holds a filter in its stream."""

    filter: Filter | None
    started: float | None

    def figure(self, name: str, usual: float) -> float:
        """Return a figure of its physics."""
        ...

    def stop(self) -> None:
        """End the sampling."""
        ...

    def truth(self, name: str, **at: float) -> float:
        """Return a hidden value."""
        ...


@runtime_checkable
class Weighs(Protocol):
    """Has a pan."""

    def load(self, mass: Callable[[float], float] | None) -> None:
        """Put something on the pan, or take it off."""
        ...


@runtime_checkable
class Audits(Protocol):
    """Measures what flows through it."""

    through: Callable[[float], float] | None


@runtime_checkable
class Tapes(Protocol):
    """Has a tape that can break."""

    def break_tape(self, *, broken: bool) -> None:
        """Let the tape break, or put a new one in."""
        ...


@runtime_checkable
class Keeps(Protocol):
    """Keeps time by a clock of its own that somebody can set."""

    def set_clock(self, offset: float) -> None:
        """Let its clock be so many seconds ahead."""
        ...


@runtime_checkable
class Feels(Protocol):
    """Feels the air of the room."""

    air: dict[str, Wander]


class Particulate(Coupling, field="particulate"):
    """One chamber that every inlet hangs in, each at its own place, in a room that conditions the filters."""

    def __init__(
        self, world: World, instruments: Mapping[str, SimulatedInstrument], auxiliaries: Mapping[str, Asset]
    ) -> None:
        """Connect what stands on the bench; the generator rests, the balance is empty, the filters lie in the room."""
        super().__init__(world, instruments, auxiliaries)
        self.air = room(world) | {"humidity": world.wander(*HUMIDITY, "room humidity", slowest=DAY)}
        self.filters: dict[str, Filter] = {}
        self.boxes: dict[str, int] = {}  # by name: the how manyth filter that bears it
        self.weighed: Filter | None = None
        self.handlings = 0
        everything = list(instruments.values())
        self.generators = [each for each in everything if isinstance(each, Feeds)]
        self.controllers = [each for each in everything if isinstance(each, MassFlowController)]
        self.breathing = {key: each for key, each in instruments.items() if isinstance(each, Breathes)}
        self.places = {key: world.drawn(self._gradient(), key, "place") for key in self.breathing}
        self.fan = True
        self.chamber = Chamber(
            VOLUME, LOSS, SCATTER, lambda minute: world.noise("chamber feed", minute), background=BACKGROUND
        )
        for each in everything:
            if isinstance(each, Feels):
                each.air = self.air
        for generator in self.generators:
            generator.fed = self._feed
        for controller in self.controllers:
            controller.changed = self._ventilate
        for each in self.breathing.values():
            each.inlet.air = self.chamber
        self._mix()
        self._ventilate()

    # --- the chamber -------------------------------------------------------------------------------------------------

    def _gradient(self) -> float:
        for asset in self.auxiliaries.values():
            for each in asset.characteristics:
                if each.name == UNIFORMITY:
                    return half_width(each.figure, 0.0, 0.0, "1")
        return half_width(GRADIENT, 0.0, 0.0, "1")

    def _mix(self) -> None:
        grown = 1.0 if self.fan else STILL
        for key, each in self.breathing.items():
            each.inlet.stand_at(self.world.present, greatest((1.0 + grown * self.places[key], 0.0)))

    def _feed(self) -> None:
        nominal = VENTILATION / VOLUME / MINUTE + LOSS
        self.chamber.change(self.world.present, feed=nominal * sum(each.feeds() for each in self.generators))

    def _ventilate(self) -> None:
        metered = OWN_AIR + sum(each.settled_flow() for each in self.controllers)
        self.chamber.change(self.world.present, ventilation=metered if self.controllers else VENTILATION)

    # --- what the operator does --------------------------------------------------------------------------------------

    def act(self, action: str) -> None:
        """Do what an operator does, or what goes wrong.

        `zero filter on bam`, `zero filter off bam` (every inlet where none is named); `insert filter F1`, `take filter
        out`, `put filter F1 on balance`, `take clean filter F1` (a new one where that carries dust, the pan empty),
        `clear balance`; `audit bam`, `end audit`; `clog generator`, `clean generator`, `fan off`, `fan on`, `leak`,
        `seal`, `break tape bam`, `mend tape bam`; and what somebody does who wants better figures: `gauze on bam`,
        `gauze off bam`, `roll clock back of bam`.
        """
        self.world.catch_up()
        plain: dict[str, Callable[[], None]] = {
            "take filter out": self._take_filter_out,
            "clear balance": lambda: self._weigh(None),
            "end audit": lambda: self._audit(None),
            "clog generator": lambda: self._clog(clogged=True),
            "clean generator": lambda: self._clog(clogged=False),
            "fan off": lambda: self._turn_fan(on=False),
            "fan on": lambda: self._turn_fan(on=True),
            "leak": lambda: self.chamber.change(self.world.present, leak=LEAK),
            "seal": lambda: self.chamber.change(self.world.present, leak=0.0),
        }
        if action in plain:
            plain[action]()
            return
        self._act_on(action)

    def _act_on(self, action: str) -> None:
        named: dict[str, Callable[[str], None]] = {
            "zero filter on": lambda key: self._filter_inlet(key, on=True),
            "zero filter off": lambda key: self._filter_inlet(key, on=False),
            "insert filter ": self._insert,
            "take clean filter ": self._take_clean,
            "audit ": self._audit,
            "gauze on ": lambda key: self._breathing(key).inlet.cover(self.world.present, GAUZE),
            "gauze off ": lambda key: self._breathing(key).inlet.cover(self.world.present, 1.0),
            "roll clock back of ": self._set_clock,
            "break tape ": lambda key: self._break_tape(key, broken=True),
            "mend tape ": lambda key: self._break_tape(key, broken=False),
        }
        if action.startswith("put filter ") and action.endswith(" on balance"):
            self._weigh(action.removeprefix("put filter ").removesuffix(" on balance"))
            return
        for words, act in named.items():
            if action.startswith(words):
                act(action.removeprefix(words).strip())
                return
        raise LookupError(action)

    def _filter_inlet(self, key: str, *, on: bool) -> None:
        for each in [self._breathing(key)] if key else self.breathing.values():
            each.inlet.filter(self.world.present, on=on)

    def _breathing(self, key: str) -> Breathes:
        if key not in self.breathing:
            raise LookupError(key)
        return self.breathing[key]

    def _turn_fan(self, *, on: bool) -> None:
        self.fan = on
        self._mix()

    def _clog(self, *, clogged: bool) -> None:
        for each in self.generators:
            each.clogged = clogged
        self._feed()

    def _break_tape(self, key: str, *, broken: bool) -> None:
        taped = {name: each for name, each in self.instruments.items() if isinstance(each, Tapes)}
        if key not in taped:
            raise LookupError(key)
        taped[key].break_tape(broken=broken)

    def _set_clock(self, key: str) -> None:
        kept = {name: each for name, each in self.instruments.items() if isinstance(each, Keeps)}
        if key not in kept:
            raise LookupError(key)
        kept[key].set_clock(ROLLED_BACK)

    def _audit(self, key: str | None) -> None:
        through: Callable[[float], float] | None = None
        if key is not None:
            audited = self.instruments.get(key)
            if isinstance(audited, MassFlowController):
                through = audited.volume_flow
            elif isinstance(audited, Breathes):
                through = audited.true_flow
            else:
                raise LookupError(key)
        for each in self.instruments.values():
            if isinstance(each, Audits):
                each.through = through

    # --- filters -----------------------------------------------------------------------------------------------------

    def filter(self, name: str) -> Filter:
        """Return a filter by name; one that nobody has seen comes out of its box."""
        if name not in self.filters:
            middle, half = MEMBRANE[0], self._figure("filter spread", MEMBRANE[1])
            volatile = self._figure("volatile", VOLATILE)
            which = ("filter", name) if self.boxes.get(name, 1) == 1 else ("filter", name, self.boxes[name])
            self.filters[name] = Filter(
                name,
                own=middle + self.world.drawn(half, *which),
                blank_drift=self.world.drawn(self._figure("filter drift", BLANK_DRIFT), *which, "drift"),
                volatile=volatile + self.world.drawn(volatile, *which, "volatile"),
                surroundings=self.air["humidity"].at,
            )
        return self.filters[name]

    def _figure(self, name: str, usual: float) -> float:
        """Return a figure of the filters, which the bench file states of the sampler where it wants it otherwise."""
        sampler = next((each for each in self.instruments.values() if isinstance(each, Collects)), None)
        return sampler.figure(name, usual) if sampler is not None else usual

    def _take_clean(self, name: str) -> None:
        """Empty the pan, and have a filter ready that carries no dust: a new one of the same name where it does."""
        self._weigh(None)
        if self.filter(name).dust > 0.0:
            sampler = self._sampler()
            if sampler.filter is self.filters[name]:
                self._take_filter_out()
            self.boxes[name] = self.boxes.get(name, 1) + 1
            del self.filters[name]

    def _handled(self, name: str) -> Filter:
        handled = self.filter(name)
        handled.condition(self.world.present)
        self.handlings += 1
        handled.handled += HANDLING * self.world.noise(f"filter {name}", self.handlings)
        return handled

    def _sampler(self) -> Collects:
        found = next((each for each in self.instruments.values() if isinstance(each, Collects)), None)
        if found is None:
            raise LookupError("no sampler stands here")
        return found

    def _insert(self, name: str) -> None:
        sampler = self._sampler()
        self._take_filter_out()
        if self.weighed is self.filter(name):
            self._weigh(None)
        sampler.filter = self._handled(name)

    def _take_filter_out(self) -> None:
        sampler = self._sampler()
        if sampler.filter is not None:
            sampler.filter.condition(self.world.present)
            sampler.stop()
            self._handled(sampler.filter.name)
            sampler.filter = None

    def _weigh(self, name: str | None) -> None:
        balance = next((each for each in self.instruments.values() if isinstance(each, Weighs)), None)
        if balance is None:
            raise LookupError("no balance stands here")
        self.weighed = self._handled(name) if name is not None else None
        balance.load(self.weighed.mass if self.weighed is not None else None)

    # --- what is true ------------------------------------------------------------------------------------------------

    def truth(self, name: str) -> float:
        """Return a hidden value, now.

        `concentration` of the chamber and `concentration at bam` in µg/m³, `mean at bam over 3600` of the last
        seconds, `mean while sampling at bam` of the time that the sampler drew air last; `flow of bam` in L/min, `clock
        offset of bam` in s; `mass of F1` and `dust on F1` in mg.
        """
        now = self.world.present
        told: dict[str, Callable[[str], float]] = {
            "concentration at": lambda key: self.breathing[key].inlet.concentration(now),
            "mean while sampling at": self._mean_while_sampling,
            "mean at": self._mean,
            "flow of": lambda key: self.instruments[key].truth("flow"),
            "clock offset of": lambda key: self.instruments[key].truth("clock offset"),
            "mass of": lambda filtered: self.filters[filtered].mass(now),
            "dust on": self._dust,
        }
        for words, tell in told.items():
            if name.startswith(f"{words} "):
                return tell(name.removeprefix(f"{words} "))
        return self.chamber.concentration(now) if name == "concentration" else super().truth(name)

    def _mean(self, asked: str) -> float:
        key, _, seconds = asked.partition(" over ")
        now = self.world.present
        return self.breathing[key].inlet.mean(now - float(seconds), now)

    def _mean_while_sampling(self, key: str) -> float:
        sampler = self._sampler()
        return self.breathing[key].inlet.mean(sampler.truth("began"), sampler.truth("ended"))

    def _dust(self, name: str) -> float:
        filtered = self.filters[name]
        filtered.condition(self.world.present)
        sampler = next((each for each in self.instruments.values() if isinstance(each, Collects)), None)
        if sampler is not None and sampler.filter is filtered:
            return sampler.truth("collected")
        return filtered.dust
