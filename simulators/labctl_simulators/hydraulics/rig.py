"""A closed rig: pump, pipe, valves. Its flow follows the pump's speed with a lag, and pulsates with its blades."""

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from attrs import define, field, frozen

from labctl.metrology.many import (
    Members,
    both,
    chosen,
    common,
    everywhere,
    for_each,
    greatest,
    many,
    mapped,
    members_of,
    values_of,
)
from labctl.simulation.physics import Wander
from labctl_simulators.hydraulics.pipe import Following, density_of

STEP: Final = 0.4  # seconds
DRIFTING: Final = 10.0  # seconds between two looks at the water's density while nothing else changes
ARRIVED: Final = 1e-6  # of the full flow: what is left of a change that is over
STATIC: Final = 0.04  # of the pump's head at full speed: what it takes to move anything
PUMP_HEAD: Final = 350.0  # kPa at full speed and no flow
METER_SHARE: Final = 0.6  # of the head, that is still there behind the meter
BLADES: Final = 2 * math.pi * 24.0  # rad/s, frequency of the pulsation
PULSATION: Final = 0.002
UNSTEADINESS: Final = 0.0005
WAVES: Final = 5  # as many slow waves, unlike each other, so that no series of fillings keeps step with all of them
SHARE: Final = 0.32  # of the unsteadiness, amplitude of each
PERIODS: Final = (8.0, 60.0)  # seconds, between which their periods lie


@frozen
class Wave:
    """A slow wave of the flow: its amplitude as a share of the flow, its rate in rad/s, its phase in rad."""

    amplitude: float
    rate: float
    phase: float

    def at(self, instant: float) -> float:
        """Return how far it is up, as a share of the flow."""
        return self.amplitude * mapped(math.sin, self.rate * instant + self.phase)

    def risen(self, instant: float) -> float:
        """Return its integral, in seconds."""
        return -self.amplitude / self.rate * mapped(math.cos, self.rate * instant + self.phase)

    def behind(self, lag: float) -> "Wave":
        """Return what is left of it behind a time constant."""
        turned = self.rate * lag
        length = for_each(math.hypot, 1, turned)
        return Wave(self.amplitude / length, self.rate, self.phase - mapped(math.atan, turned))


class Waves:
    """Slow waves that are looked at together; those of rigs in step all at once."""

    def __init__(self, waves: Sequence[Wave]) -> None:
        """Lay them on top of each other.

        Args:
            waves: of one rig, or of rigs in step.
        """
        self._waves = waves
        figures = [(each.amplitude, each.rate, each.phase, -each.amplitude / each.rate) for each in waves]
        self._members: Members | None = members_of(each for row in figures for each in row)
        if self._members is not None:
            rows = np.broadcast_arrays(*(values_of(each) for row in figures for each in row))
            stacked = np.stack(rows).reshape(len(waves), 4, -1).swapaxes(0, 1).copy()
            self._amplitude, self._rate, self._phase, self._length = stacked

    def at(self, instant: float) -> float:
        """Return how far they are up together, as a share of the flow."""
        if self._members is None:
            return sum([each.at(instant) for each in self._waves])
        heights = self._amplitude * np.sin(self._rate * values_of(instant) + self._phase)
        return many(self._members, heights.sum(axis=0))

    def risen(self, instant: float) -> float:
        """Return the integral of that, in seconds."""
        if self._members is None:
            return sum([each.risen(instant) for each in self._waves])
        lengths = self._length * np.cos(self._rate * values_of(instant) + self._phase)
        return many(self._members, lengths.sum(axis=0))


def slow_waves(unsteadiness: float, drawn: Callable[[float, str], float]) -> tuple[Wave, ...]:
    """Return the waves of a rig: `drawn` gives a number of its own for each name, from minus to plus a half-width."""
    shortest, longest = PERIODS
    return tuple(
        Wave(
            amplitude=SHARE * unsteadiness,
            rate=2 * math.pi / shortest * (shortest / longest) ** ((n + 0.5 + drawn(0.5, f"period {n}")) / WAVES),
            phase=drawn(math.pi, f"phase {n}"),
        )
        for n in range(WAVES)
    )


@define(eq=False, kw_only=True)
class Rig:
    """The stream through a rig, in closed form from one change of pump or valve to the next.

    The flow is the one that pump and pipes come to, with slow waves on it as they are after the pipe's lag, and what
    is left of the last change, which decays. As soon as that has gone, further steps change nothing.

    Attributes:
        speed: of the pump, from 0 to 1.
        open: whether the line valve is open.
        full_flow: in m³/s, at full speed with the valve open.
        lag: seconds, time constant.
        pulsation: amplitude, of the flow.
        waves: slow ones, of the flow that pump and pipes come to.
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
    waves: tuple[Wave, ...] = ()
    bubbles: float = 0.0  # share of the pipe
    heavier: float = 0.0
    step: float = STEP
    _level: float = field(default=0.0, init=False)  # m³/s, to which it comes, waves apart
    _left: float = field(default=0.0, init=False)  # m³/s, of the last change at the last step
    _volume: float = field(default=0.0, init=False)
    _mass: float = field(default=0.0, init=False)
    _base: float = field(default=0.0, init=False)  # the volume at the last look at the density, pulsation included
    _since: float = field(default=0.0, init=False)
    _asked: float = field(default=-1.0, init=False)
    _answer: float = field(default=0.0, init=False)
    _second: int = field(default=-1, init=False)
    _density: float = field(default=998.0, init=False)
    _behind: dict[float, Waves] = field(factory=dict[float, Waves], init=False)
    _waved: dict[float, tuple[float, float]] = field(factory=dict[float, tuple[float, float]], init=False)
    _rose: float = field(default=0.0, init=False)  # the integral of the waves at the last step
    _turning: float = field(default=0.0, init=False)  # the speed that was asked for last, with what it wants
    _wants: float = field(default=0.0, init=False)

    # --- physics -----------------------------------------------------------------------------------------------------

    @property
    def resting(self) -> bool:
        """Return whether nothing changes but the waves."""
        return everywhere(self.steady)

    @property
    def steady(self) -> bool:
        """Return the same, of rigs in step for each."""
        return both(self._left == 0, self._wanted() == self._level)

    @property
    def still(self) -> bool:
        """Return whether nothing flows."""
        return everywhere(self._left == 0) and everywhere(self._level == 0)

    def advance(self, dt: float) -> None:  # noqa: ARG002  (the instant tells)
        """Let one step pass, and see what pump and valve want in the next one."""
        now = self.now()
        if int(now) != self._second:  # so slow that once a second is often enough
            self._second = int(now)
            self.weigh(now, unless=self.steady)
        flow, self._volume = self.flow(now), self._passed(now)
        self._since, self._asked, self._level, self._rose = now, -1.0, self._wanted(), self._risen(now)
        left = flow - self._level * (1 + self._wave(now, 0.0))
        self._left = common(chosen(abs(left) < ARRIVED * self.full_flow, 0.0, left))

    def weigh(self, now: float, *, unless: bool = False) -> None:
        """Bring the mass up to date, and find the density of what passes from now on.

        Args:
            now: the instant.
            unless: leaves things as they are; of rigs in step it may hold for some.
        """
        mass, base = self.mass(now), self.volume(now)
        density = density_of(self.temperature(now), self.pressure(now)) + self.heavier
        self._mass, self._base = chosen(unless, self._mass, mass), chosen(unless, self._base, base)
        self._density = chosen(unless, self._density, density)

    def _wanted(self) -> float:
        """Return the flow at which the pump's head and that of the pipes are equal."""
        speed = self.speed() if self.open() else 0.0
        if speed is not self._turning:  # asked for at every step, and seldom another
            over = greatest((speed * speed - STATIC, 0.0))
            self._turning, self._wants = speed, self.full_flow * mapped(math.sqrt, over / (1 - STATIC))
        return self._wants

    def _after(self, damping: float) -> Waves:
        """Return the waves behind the lag of the pipe and a damping."""
        if damping not in self._behind:
            self._behind[damping] = Waves([each.behind(self.lag).behind(damping) for each in self.waves])
        return self._behind[damping]

    def _wave(self, instant: float, damping: float) -> float:
        asked, answer = self._waved.get(damping, (-1.0, 0.0))
        if not everywhere(instant == asked):  # everybody asks for the same instant
            answer = self._after(damping).at(instant)
            self._waved[damping] = (instant, answer)
        return answer

    def _risen(self, instant: float) -> float:
        return self._after(0.0).risen(instant)

    def _passed(self, instant: float) -> float:
        lasted = instant - self._since
        passed = self._volume
        if not everywhere(self._level == 0):
            passed += self._level * (lasted + self._risen(instant) - self._rose)
        if not everywhere(self._left == 0):
            passed += self._left * self.lag * -mapped(math.expm1, -lasted / self.lag)
        return passed

    # --- what the pipe is to a meter ---------------------------------------------------------------------------------

    def flow(self, instant: float) -> float:
        """Return the flow in m³/s, pulsation apart: no meter is that fast."""
        flow = self.damped(instant, 0.0)
        if not everywhere(self._left == 0):
            flow += self._left * mapped(math.exp, -(instant - self._since) / self.lag)
        return flow

    def damped(self, instant: float, damping: float) -> float:
        """Return the flow in m³/s that a meter with this time constant sees once nothing changes but the waves."""
        return self._level * (1 + self._wave(instant, damping)) if not everywhere(self._level == 0) else 0.0

    def volume(self, instant: float) -> float:
        """Return the volume that has passed in m³, pulsation included."""
        if not everywhere(instant == self._asked):  # all meters ask for the same instant
            swings = self.pulsation / BLADES * self.flow(instant) * mapped(math.cos, BLADES * instant)
            self._asked, self._answer = instant, self._passed(instant) - swings
        return self._answer

    def temperature(self, instant: float) -> float:
        """Return the temperature of the water in °C."""
        return self.water.at(instant)

    def pressure(self, instant: float) -> float:
        """Return the absolute pressure at the meter in hPa."""
        share = self.flow(instant) / self.full_flow
        speed = self.speed()
        head = PUMP_HEAD * speed * speed if not self.open() else PUMP_HEAD * METER_SHARE * share * share
        return self.weather.at(instant) + 10 * head

    def density(self, instant: float) -> float:
        """Return the density of the water in kg/m³."""
        if self.still:
            return density_of(self.temperature(instant), self.pressure(instant)) + self.heavier
        return self._density

    def mass(self, instant: float) -> float:
        """Return the mass that has passed in kg."""
        return self._mass + (self.volume(instant) - self._base) * self._density

    def air(self, instant: float) -> float:  # noqa: ARG002  (until somebody bleeds it)
        """Return the share of the pipe that is bubbles."""
        return self.bubbles


@define(eq=False, kw_only=True)
class Drifting:
    """What changes slowly in a rig however steadily it flows: the density of its water, and what meters make of it."""

    rig: Rig
    meters: Sequence[Following]
    step: float = DRIFTING

    @property
    def resting(self) -> bool:
        """Return whether nothing flows."""
        return self.rig.still

    def advance(self, dt: float) -> None:  # noqa: ARG002  (the instant tells)
        """Let everybody count what has passed so far with the density that it had."""
        now = self.rig.now()
        for each in self.meters:
            each.note(now)
        self.rig.weigh(now)
