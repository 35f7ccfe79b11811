"""A closed rig: pump, pipe, valves. Its flow follows the pump's speed with a lag, and pulsates with its blades."""

import math
from collections.abc import Callable
from typing import Final

from attrs import define, field

from labctl.simulation.physics import Wander
from labctl_simulators.hydraulics.pipe import density_of

STEP: Final = 0.4  # seconds
STATIC: Final = 0.04  # of the pump's head at full speed: what it takes to move anything
PUMP_HEAD: Final = 350.0  # kPa at full speed and no flow
METER_SHARE: Final = 0.6  # of the head, that is still there behind the meter
BLADES: Final = 2 * math.pi * 24.0  # rad/s, frequency of the pulsation
PULSATION: Final = 0.002
UNSTEADINESS: Final = 0.0005
WAVES: Final = ((0.6, 2 * math.pi / 37.0), (0.4, 2 * math.pi / 11.3))  # of the unsteadiness: share, and rad/s


@define(eq=False, kw_only=True)
class Rig:
    """The stream through a rig, in closed form within a step of its own.

    Attributes:
        speed: of the pump, from 0 to 1.
        open: whether the line valve is open.
        full_flow: in m³/s, at full speed with the valve open.
        lag: seconds, time constant.
        pulsation: amplitude, of the flow.
        unsteadiness: amplitude of slow waves, of the flow.
        now: the instant up to which the world has been stepped.
        water: temperature of the water in °C.
        weather: pressure of the air in hPa.
        heavier: than pure water, in kg/m³.
    """

    speed: Callable[[], float]
    open: Callable[[], bool]
    now: Callable[[], float]
    full_flow: float
    water: Wander
    weather: Wander
    lag: float = 5.0
    pulsation: float = PULSATION
    unsteadiness: float = UNSTEADINESS
    bubbles: float = 0.0  # share of the pipe
    heavier: float = 0.0
    step: float = STEP
    _flow: float = field(default=0.0, init=False)
    _end: float = field(default=0.0, init=False)
    _volume: float = field(default=0.0, init=False)
    _mass: float = field(default=0.0, init=False)
    _base: float = field(default=0.0, init=False)  # the volume at the last step, pulsation included
    _since: float = field(default=0.0, init=False)
    _asked: float = field(default=-1.0, init=False)
    _answer: float = field(default=0.0, init=False)
    _second: int = field(default=-1, init=False)
    _density: float = field(default=998.0, init=False)

    # --- physics -----------------------------------------------------------------------------------------------------

    @property
    def resting(self) -> bool:
        """Return whether nothing flows, and nothing will."""
        return self._flow == 0 and self._end == 0 and self._wanted(self.now()) == 0

    def advance(self, dt: float) -> None:  # noqa: ARG002  (the instant tells)
        """Let one step pass, and see what pump and valve want in the next one."""
        now = self.now()
        self._mass, self._base = self.mass(now), self.volume(now)
        self._flow, self._volume, self._since, self._asked = self._steady(now), self._passed(now), now, -1.0
        self._end = self._wanted(now)
        if int(now) != self._second:  # so slow that once a second is often enough
            self._second = int(now)
            self._density = density_of(self.temperature(now), self.pressure(now)) + self.heavier
        if self._end == 0 and self._flow < 1e-6 * self.full_flow:
            self._flow = 0.0

    def _wanted(self, instant: float) -> float:
        """Return the flow at which the pump's head and that of the pipes are equal."""
        speed = self.speed() if self.open() else 0.0
        over = speed * speed - STATIC
        if over <= 0:
            return 0.0
        (first, slow), (second, fast) = WAVES
        waves = first * math.sin(slow * instant) + second * math.sin(fast * instant)
        return self.full_flow * math.sqrt(over / (1 - STATIC)) * (1 + self.unsteadiness * waves)

    def _steady(self, instant: float) -> float:
        return self._end + (self._flow - self._end) * math.exp(-(instant - self._since) / self.lag)

    def _passed(self, instant: float) -> float:
        lasted = instant - self._since
        return self._volume + self._end * lasted + (self._flow - self._end) * self.lag * -math.expm1(-lasted / self.lag)

    # --- what the pipe is to a meter ---------------------------------------------------------------------------------

    def flow(self, instant: float) -> float:
        """Return the flow in m³/s, pulsation apart: no meter is that fast."""
        return self._steady(instant)

    def volume(self, instant: float) -> float:
        """Return the volume that has passed in m³, pulsation included."""
        if instant != self._asked:  # all meters ask for the same instant
            swings = self.pulsation / BLADES * self._steady(instant) * math.cos(BLADES * instant)
            self._asked, self._answer = instant, self._passed(instant) - swings
        return self._answer

    def temperature(self, instant: float) -> float:
        """Return the temperature of the water in °C."""
        return self.water.at(instant)

    def pressure(self, instant: float) -> float:
        """Return the absolute pressure at the meter in hPa."""
        share = self._steady(instant) / self.full_flow
        speed = self.speed()
        head = PUMP_HEAD * speed * speed if not self.open() else PUMP_HEAD * METER_SHARE * share * share
        return self.weather.at(instant) + 10 * head

    def density(self, instant: float) -> float:
        """Return the density of the water in kg/m³."""
        if self.resting:
            return density_of(self.temperature(instant), self.pressure(instant)) + self.heavier
        return self._density

    def mass(self, instant: float) -> float:
        """Return the mass that has passed in kg."""
        return self._mass + (self.volume(instant) - self._base) * self._density

    def air(self, instant: float) -> float:  # noqa: ARG002  (until somebody bleeds it)
        """Return the share of the pipe that is bubbles."""
        return self.bubbles
