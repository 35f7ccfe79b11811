"""A gravimetric and master-meter flow rig: pump to pipe to meters to diverter to tank to balance, in a room."""

from collections.abc import Callable, Mapping
from functools import partial
from math import floor
from typing import Final, Protocol, runtime_checkable

from labctl.metrology.many import at_once, everywhere, greatest, latest
from labctl.metrology.physics.air import air_density
from labctl.records.equipment import Asset
from labctl.simulation.coupling import Coupling
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.physics import Wander
from labctl.simulation.truth import of_characteristic
from labctl.simulation.world import World
from labctl_simulators.hydraulics.diverter import Diverter
from labctl_simulators.hydraulics.gate import PulseGate
from labctl_simulators.hydraulics.meter import InlineMeter
from labctl_simulators.hydraulics.pipe import HOUR, density_of
from labctl_simulators.hydraulics.rig import PULSATION, UNSTEADINESS, Drifting, Rig, slow_waves
from labctl_simulators.hydraulics.tank import Filled, Tank, presses
from labctl_simulators.sensor.pulse_meter import TurbineMeter

DAY: Final = 6 * 3600.0  # seconds, the slowest wave of a room
SPLASH: Final = "splash and storage"
DENSITY: Final = "water density"
FULL_FLOW: Final = 20.0  # m³/h of the pump at full speed, where no drive says
EMPTY: Final = 0.02  # of the capacity, below which the empty switch is on
FASTEST: Final = 1.1  # of the full flow: more than any wave makes of it
BRIM: Final = 0.98  # of the capacity, from which the full switch is on
DRAINING: Final = 45.0  # seconds to empty a full tank
RESIDUE: Final = (0.003, 0.0005)  # share of the capacity that stays in a drained tank, and how it scatters
PLUG: Final = "pulses of "
MISSING: Final = 1e-4  # of the pulses, by the fault of that name


@runtime_checkable
class Pumps(Protocol):
    """Drives the pump, and is told the flow by a meter."""

    speed: float
    full_flow: float
    feedback: Callable[[], float]


@runtime_checkable
class Switches(Protocol):
    """Moves the valves and the diverter, and times a filling."""

    line_open: bool
    drain_open: bool
    line_stuck: bool
    diverter: Diverter
    gate: PulseGate
    filled: list[Filled]
    moved: Callable[[float], None]
    full: Callable[[], bool]
    full_in: Callable[[], float]
    empty: Callable[[], bool]

    def remaining(self) -> float:
        """Return the seconds until the diverter is back at the bypass."""
        ...


@runtime_checkable
class Weighs(Protocol):
    """Carries the tank."""

    capacity: float
    shaken: float
    load: Callable[[float], float]
    calm_in: Callable[[], float]
    told: bool

    def note(self) -> None:
        """Weigh what there was until now."""
        ...


@runtime_checkable
class Counts(Protocol):
    """Counts pulses while its gate is open."""

    pulses: Callable[[float, float], int]
    frequency: Callable[[float], float]

    def gate(self, *, high: bool, pulses: int = 0) -> None:
        """Take an edge at the gate input."""
        ...


@runtime_checkable
class Immersed(Protocol):
    """Has sensors in water."""

    sees: dict[str, Callable[[float], float]]
    offset: float


@runtime_checkable
class Feels(Protocol):
    """Feels the air of the room."""

    air: dict[str, Wander]


class Flow(Coupling, field="flow"):
    """One pipe through which all meters of the bench see the same stream, one tank on one balance."""

    def __init__(
        self, world: World, instruments: Mapping[str, SimulatedInstrument], auxiliaries: Mapping[str, Asset]
    ) -> None:
        """Connect what stands on the bench; the pump rests, the tank is empty."""
        super().__init__(world, instruments, auxiliaries)
        self.air = room(world)
        self.lost = self.doubled = 0.0  # shares of the pulses
        everything = list(instruments.values())
        drive = next((each for each in everything if isinstance(each, Pumps)), None)
        self.io = next((each for each in everything if isinstance(each, Switches)), None)
        self.balance = next((each for each in everything if isinstance(each, Weighs)), None)
        self.counter = next((each for each in everything if isinstance(each, Counts)), None)
        self.meters = [each for each in everything if isinstance(each, InlineMeter)]
        self.rig = self._rig(drive)
        self.tank = self._tank()
        world.physical.append(self.rig)
        world.physical.append(Drifting(rig=self.rig, meters=self.meters))
        self._buoyant = 1.0  # kg of water for each kg that the balance feels
        self._filling: tuple[float, float] | None = None  # since when, and the volume that had passed then
        self._couple_meters(drive)
        self._couple_tank()
        for each in everything:
            if isinstance(each, Feels):
                each.air = self.air
            if isinstance(each, Immersed):
                each.sees |= self._water_at(each)

    # --- what stands on the bench ------------------------------------------------------------------------------------

    def _rig(self, drive: Pumps | None) -> Rig:
        io = self.io
        return Rig(
            speed=lambda: drive.speed if drive is not None else 0.0,
            open=lambda: io.line_open if io is not None else True,
            now=lambda: self.world.stepped,
            full_flow=1.1 * (drive.full_flow if drive is not None else FULL_FLOW) / HOUR,
            water=self.world.wander(20.5 + self.world.drawn(1.0, "water"), 0.6, "water", slowest=DAY),
            weather=self.air["pressure"],
            heavier=self._of_characteristic(DENSITY, "kg/m³"),
            pulsation=self.world.restless(PULSATION),
            waves=slow_waves(
                self.world.restless(UNSTEADINESS), lambda half, name: self.world.drawn(half, "wave", name)
            ),
        )

    def _tank(self) -> Tank:
        capacity = self.balance.capacity if self.balance is not None else 150.0
        stays, scatter = (each * capacity for each in RESIDUE)
        return Tank(
            stream=self.rig.mass,
            residue=lambda n: greatest((stays + scatter * self.world.noise("residue", n), 0.0)),
            drains=capacity / DRAINING,
            left=stays,
            splash=self._of_characteristic(SPLASH, "kg"),
        )

    def _couple_meters(self, drive: Pumps | None) -> None:
        for each in self.meters:
            each.pipe = self.rig
        units = [each for each in self.meters if each.placed.unit is not None]
        masters = [each for each in self.meters if each.placed.unit is None]
        if drive is not None:
            drive.feedback = (lambda: masters[0].shown_at(self.world.stepped) * HOUR) if masters else self._flow_seen
        wired = [each for each in self.meters if each.placed.address]  # on the counter's channel
        for each in (wired or units or masters)[:1]:
            self._plug(each)
        if self.io is not None and self.counter is not None:
            counter = self.counter
            self.io.gate.opened = lambda: counter.gate(high=True)
            self.io.gate.closed = lambda pulses: counter.gate(high=False, pulses=self._counted(pulses))

    def _plug(self, meter: InlineMeter) -> None:
        """Bring the pulses of a meter to the timer unit and the counter."""
        if self.io is not None:
            self.io.gate.pulses, self.io.gate.rate = meter.pulses, meter.pulse_rate
        if self.counter is not None:
            self.counter.pulses = lambda since, until: floor(meter.pulses(until)) - floor(meter.pulses(since))
            self.counter.frequency = meter.pulse_rate

    def _couple_tank(self) -> None:
        capacity = self.balance.capacity if self.balance is not None else 150.0
        if self.io is not None:
            self.io.moved = self._moved
            self.io.full = lambda: self.tank.mass(self.world.present) > BRIM * capacity
            self.io.full_in = lambda: self._full_in(BRIM * capacity)
            self.io.empty = lambda: everywhere(self.tank.mass(self.world.present) < EMPTY * capacity)
        if self.balance is not None:
            self.balance.load = lambda instant: self.tank.mass(instant) / self._buoyant
            self.balance.calm_in = lambda: self.io.remaining() if self.io is not None else 0.0
            self.balance.told = True
        self._moved(self.world.present)

    def _full_in(self, brim: float) -> float:
        """Return for how long the tank cannot become full, however fast the pump turns; of tanks in step the first."""
        fastest = FASTEST * self.rig.full_flow * self.rig.density(self.world.present)
        return -latest((self.tank.mass(self.world.present) - brim) / fastest)

    def _water_at(self, module: Immersed) -> dict[str, Callable[[float], float]]:
        if "pressure" in module.sees:
            return {"temperature": self.rig.temperature, "pressure": lambda instant: self.rig.pressure(instant) / 10}
        return {"temperature": self.tank_temperature}

    # --- physics -----------------------------------------------------------------------------------------------------

    def _moved(self, instant: float) -> None:
        """Take note that a valve or the diverter moved at an instant; buoyancy is that of the present."""
        now = self.world.present
        if self.balance is not None:
            self.balance.note()
        self._buoyant = 1 / presses(
            1.0, density_of(self.tank_temperature(now), self._weather(now)), self.air_density(now)
        )
        filling = self.io is not None and self.io.diverter.stream
        draining = self.io is not None and self.io.drain_open
        self.tank.change(instant, filling=filling, draining=draining)
        self._note_filling(instant, filling=filling)

    def _note_filling(self, instant: float, *, filling: bool) -> None:
        """Keep what a filling truly was, for those who are told the truth."""
        if filling and self._filling is None:
            self._filling = (instant, self.rig.volume(instant))
        elif not filling and self._filling is not None and self.io is not None:
            since, passed = self._filling
            volume = self.rig.volume(instant) - passed
            self.io.filled.append(Filled(mass=self.tank.collected, volume=volume, lasted=instant - since))
            self._filling = None

    def _flow_seen(self) -> float:
        return self.rig.flow(self.world.stepped) * HOUR

    def _counted(self, pulses: int) -> int:
        """Return what arrives of so many pulses."""
        return pulses + round(pulses * (self.doubled - self.lost))

    def tank_temperature(self, instant: float) -> float:
        """Return the temperature of the water in the tank, a little nearer to that of the room."""
        return self.rig.temperature(instant) + 0.05 * (
            self.air["temperature"].at(instant) - self.rig.temperature(instant)
        )

    def air_density(self, instant: float) -> float:
        """Return the density of the air in kg/m³."""
        air = self.air
        humidity = air["humidity"].at(instant) / 100
        return at_once(air_density, air["temperature"].at(instant), self._weather(instant) * 100, humidity)

    def _weather(self, instant: float) -> float:
        return self.air["pressure"].at(instant)

    def _of_characteristic(self, name: str, unit: str) -> float:
        """Draw the true value of what an auxiliary's record states under a name; zero where none does."""
        for asset in self.auxiliaries.values():
            for each in asset.characteristics:
                if each.name == name:
                    return of_characteristic(self.world, asset, each, unit)
        return 0.0

    # --- acting ------------------------------------------------------------------------------------------------------

    def act(self, action: str) -> None:
        """Do what an operator does, or what goes wrong at such a rig, by its name; `mend` puts all of it right.

        `pulses of NAME` brings the pulses of that meter to the counter, `bleed` the air out of the pipe.
        """
        self.world.catch_up()
        if action.startswith(PLUG):
            meters = {each.key: each for each in self.meters}
            if action.removeprefix(PLUG) not in meters:
                raise LookupError(action)
            self._plug(meters[action.removeprefix(PLUG)])
            return
        actions: dict[str, Callable[[], None]] = {
            "leak": lambda: self._lose(0.002),
            "evaporation": lambda: self._lose(2e-5),
            "diverter leak": lambda: self._leak(2e-4),
            "bleed": lambda: self._bubbles(0.0),
            "bubbles": lambda: self._bubbles(0.02),
            "empty pipe": lambda: self._bubbles(1.0),
            "missing pulses": lambda: self._pulses(lost=MISSING),
            "double pulses": lambda: self._pulses(doubled=MISSING),
            "coating": lambda: self._change(-0.005),
            "stuck rotor": lambda: self._hold(stuck=True),
            "vibration": lambda: self._shake(3.0),
            "line valve stuck": lambda: self._stick(stuck=True),
            "line temperature sensor off": lambda: self._offset(0.5),
            "mend": self._mend,
        }
        if action not in actions:
            raise LookupError(action)
        actions[action]()

    def _mend(self) -> None:
        self._lose(0.0)
        self._leak(0.0)
        self._bubbles(0.0)
        self._pulses()
        self._shake(0.0)
        self._stick(stuck=False)
        self._change(0.0)
        self._hold(stuck=False)
        self._offset(0.0)

    def _lose(self, rate: float) -> None:
        self._moved(self.world.present)
        self.tank.loses = rate

    def _leak(self, share: float) -> None:
        self._moved(self.world.present)
        self.tank.gains = share

    def _bubbles(self, share: float) -> None:
        for each in self.meters:
            each.note(self.world.present)
        self.rig.bubbles = share

    def _pulses(self, *, lost: float = 0.0, doubled: float = 0.0) -> None:
        self.lost, self.doubled = lost, doubled

    def _shake(self, intervals: float) -> None:
        if self.balance is not None:
            self.balance.note()
            self.balance.shaken = intervals * self.balance.capacity * 1e-5

    def _change(self, relative: float) -> None:
        for each in self.meters:
            if each.placed.unit is not None:
                each.become(partial(setattr, each, "changed", relative))

    def _hold(self, *, stuck: bool) -> None:
        for each in self.meters:
            if isinstance(each, TurbineMeter):
                each.become(partial(setattr, each, "stuck", stuck))

    def _stick(self, *, stuck: bool) -> None:
        if self.io is not None:
            self.io.line_stuck = stuck

    def _offset(self, kelvins: float) -> None:
        for each in self.instruments.values():
            if isinstance(each, Immersed) and "pressure" in each.sees:
                each.offset = kelvins

    # --- truth -------------------------------------------------------------------------------------------------------

    def truth(self, name: str) -> float:
        """Return a hidden value of the rig.

        `flow` in m³/h, `volume` and `mass` through the meters since the world began in m³ and kg, `collected mass` that
        the diverter sent into the tank in the last filling, `tank mass`, `splash`, all in kg; `diverter` in s, by
        how much longer than its timer says it fills; `line temperature`, `tank temperature`, `line pressure` in hPa,
        `water density` and `air density`.
        """
        now = self.world.present
        found: dict[str, Callable[[], float]] = {
            "flow": lambda: self.rig.flow(now) * HOUR,
            "volume": lambda: self.rig.volume(now),
            "mass": lambda: self.rig.mass(now),
            "collected mass": lambda: self.tank.collected,
            "tank mass": lambda: self.tank.mass(now),
            "splash": lambda: self.tank.splash,
            "diverter": lambda: self.io.diverter.asymmetry if self.io is not None else 0.0,
            "line temperature": lambda: self.rig.temperature(now),
            "tank temperature": lambda: self.tank_temperature(now),
            "line pressure": lambda: self.rig.pressure(now),
            "water density": lambda: self.rig.density(now),
            "air density": lambda: self.air_density(now),
        }
        return found[name]() if name in found else super().truth(name)


def room(world: World) -> dict[str, Wander]:
    """Return the air of a flow hall: a little above 20 °C, moist, and the weather's pressure."""
    return {
        "temperature": world.wander(21.5, 0.8, "room temperature", slowest=DAY),
        "humidity": world.wander(58.0, 5.0, "room humidity", slowest=DAY),
        "pressure": world.wander(1012.0, 2.0, "room pressure", slowest=DAY),
    }
