"""A controlled volume of liquid, metal or air: how it comes to a set-point, and how unlike its places are."""

import math
from collections import deque
from functools import cached_property
from typing import Final

from attrs import define, field

from labctl.metrology.many import chosen, everywhere, mapped, within
from labctl.simulation.world import World
from labctl_simulators.thermal.media import ROOM, Place

STEP: Final = 1.0  # seconds
ARRIVED: Final = 1e-7  # kelvins from the set-point, and kelvins a second
UNSTIRRED: Final = 12.0  # times the gradients of a stirred bath
HUNTING: Final = 25.0  # times the ripple of a well tuned controller
MIDDLE: Final = 200.0  # millimetres of depth at which the control sensor stands
LOSS: Final = 5400.0  # seconds in which an unheated volume comes nearer to the room by a factor e


@define(kw_only=True)
class Figures:
    """What makes one kind of volume differ from another; kelvins and seconds."""

    time_constant: float = 420.0  # of the whole approach; the loop itself answers six times as fast
    damping: float = 0.6
    dead_time: float = 25.0
    heating: float = 2.5 / 60  # kelvins a second
    cooling: float = 0.6 / 60
    stability: float = 0.008  # half-width of the ripple
    ripple: float = 97.0  # seconds
    across: float = 0.006  # greatest difference from side to side, at 50 K from the room
    along: float = 0.006  # greatest difference over 100 mm of depth, likewise
    bow: float = 0.0  # kelvins by which a furnace falls off 100 mm from its middle
    lowest: float = -45.0
    highest: float = 150.0


@define(kw_only=True)
class Volume:
    """A volume that a controller brings to its set-point: rate-limited, then a damped second-order approach.

    The demand climbs with the power that there is; the volume hears of it after a dead time and overshoots as its
    damping has it. A slow ripple lies on top. Gradients grow with the distance from the room's temperature.
    """

    world: World
    name: str
    figures: Figures
    step: float = STEP
    set_point: float = 25.0
    powered: bool = True
    stirred: bool = True
    level: float = 0.0  # millimetres below full
    condition: str = ""  # "oscillate": the controller hunts; "burn": the heater is open
    temperature: float = ROOM  # of the control sensor, without the ripple
    demand: float = ROOM
    now: "Moment" = field(init=False)
    _rate: float = 0.0
    _elapsed: float = 0.0
    _late: deque[float] = field(factory=deque[float], init=False)
    _phases: tuple[float, float] = field(default=(0.0, 0.0), init=False)
    _gradients: tuple[float, float] = field(default=(0.0, 0.0), init=False)

    def __attrs_post_init__(self) -> None:
        """Draw what nobody knows: the phases of the ripple, the directions of the gradients."""
        turn, drawn = 2 * math.pi, self.world.uniform
        self._phases = (turn * drawn(self.name, "phase", 1), turn * drawn(self.name, "phase", 2))
        self._gradients = (
            self.world.drawn(self.figures.across, self.name, "across"),
            self.world.drawn(self.figures.along, self.name, "along"),
        )
        self.now = Moment(self, self._elapsed, self.temperature, ripple=0.0, strength=1.0, level=self.level)
        self._late.extend([self.demand] * max(round(self.figures.dead_time / self.step), 1))

    # --- in time -----------------------------------------------------------------------------------------------------

    @property
    def still(self) -> bool:
        """Return whether it is off and at the temperature of the room."""
        return not self.powered and self.now.ripple == 0 and everywhere(self.temperature == ROOM)

    @property
    def resting(self) -> bool:
        """Return whether it is still."""
        return self.still

    def advance(self, dt: float) -> None:
        """Let `dt` seconds pass."""
        self._elapsed += dt
        if self.powered:
            self._controlled(dt)
        else:
            self._left_alone(dt)
        self.now = self._moment()

    def _moment(self) -> "Moment":
        unlike = 1.0 if self.stirred else UNSTIRRED
        hunting = HUNTING if self.condition == "oscillate" else 1.0
        ripple = self.world.restless(self.figures.stability) * unlike * hunting if self.powered else 0.0
        return Moment(self, self._elapsed, self.temperature, ripple, unlike, self.level)

    def _controlled(self, dt: float) -> None:
        figures = self.figures
        way = self.set_point - self.demand
        heating = 0.0 if self.condition == "burn" else figures.heating
        self.demand += within(way, -figures.cooling * dt, heating * dt)
        if self.condition == "burn":
            self.demand += (ROOM - self.demand) * dt / LOSS
        self._late.append(self.demand)
        heard = self._late.popleft()
        pull = 6.0 / figures.time_constant
        rest = heard - self.temperature
        self._rate += dt * (pull * pull * rest - 2.0 * figures.damping * pull * self._rate)
        self.temperature += dt * self._rate
        arrived = (abs(rest) < ARRIVED) & (abs(self._rate) < ARRIVED) & (heard == self.set_point)
        self.temperature = chosen(arrived, self.set_point, self.temperature)
        self._rate = chosen(arrived, 0.0, self._rate)

    def _left_alone(self, dt: float) -> None:
        self._rate = 0.0
        self.temperature += (ROOM - self.temperature) * -math.expm1(-dt / LOSS)
        self.temperature = chosen(abs(self.temperature - ROOM) < ARRIVED, ROOM, self.temperature)
        self.demand = self.temperature
        for n in range(len(self._late)):
            self._late[n] = self.temperature

    def uneven(self, uniformity: float) -> None:
        """Be as uneven as this: the greatest difference between two places of its working space, in kelvins."""
        each = uniformity / 2.0 / _strength_at(self.figures.highest)  # never more than this, however hot
        self._gradients = (each, chosen(self._gradients[1] < 0, -abs(each), abs(each)))

    # --- what there is to see ----------------------------------------------------------------------------------------

    @property
    def at_sensor(self) -> float:
        """Return the temperature of the control sensor, with the ripple."""
        return self.now.at_sensor

    @property
    def hottest(self) -> float:
        """Return a temperature that the control sensor's does not exceed now."""
        return self.temperature + self.now.ripple

    def wave(self, elapsed: float) -> float:
        """Return the ripple at an instant, between -1 and 1."""
        turn = 2 * math.pi * elapsed / self.figures.ripple
        return 0.7 * mapped(math.sin, turn + self._phases[0]) + 0.3 * mapped(math.sin, 2.7 * turn + self._phases[1])

    def unlike(self, across: float, below: float) -> float:
        """Return by how much a place is warmer than the control sensor, the gradients being as strong as usual."""
        return self._gradients[0] * across + self._gradients[1] * below

    @property
    def duty(self) -> float:
        """Return the heater's duty cycle in percent: what the losses need, and what the climb needs."""
        if not self.powered:
            return 0.0
        figures = self.figures
        needed = 30.0 + 40.0 * (self.set_point - ROOM) / max(figures.highest - ROOM, 1.0)
        climbing = within((self.set_point - self.temperature) * 20.0, -100.0, 100.0)
        return within(needed + climbing, 0.0, 100.0)


@define(eq=False)
class Moment:
    """A volume for the length of one step; how warm it is where is worked out when somebody wants to know."""

    volume: Volume
    elapsed: float
    temperature: float  # of the control sensor, without the ripple
    ripple: float  # half-width
    strength: float  # of the gradients, in terms of a stirred volume
    level: float

    @cached_property
    def at_sensor(self) -> float:
        """Return the temperature of the control sensor, with the ripple."""
        return self.temperature + self.ripple * self.volume.wave(self.elapsed) if self.ripple else self.temperature

    @cached_property
    def _unlikeness(self) -> tuple[float, float]:
        """Return the strength of the gradients, and the bow."""
        away = self.at_sensor - ROOM
        return _strength_at(self.at_sensor) * self.strength, self.volume.figures.bow * away / 1000.0

    def at(self, place: Place) -> float:
        """Return the temperature at a place."""
        below = (place.depth - MIDDLE) / 100.0
        strength, bow = self._unlikeness
        return self.at_sensor + strength * self.volume.unlike(place.across, below) - bow * below * below

    def immersion(self, place: Place) -> float:
        """Return the millimetres of a sensor that are in it."""
        return max(place.depth - self.level, 0.0)


def _strength_at(temperature: float) -> float:
    """Return how strong the gradients of a stirred volume are at a temperature."""
    return within(abs(temperature - ROOM) / 50.0, 0.2, 3.0)
