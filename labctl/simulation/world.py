"""The simulated world: its instant, its physics on one fixed step, what is going to happen, its chance."""

import heapq
import math
from collections.abc import Callable
from typing import Final

from attrs import define, field

from labctl.clock import Clock
from labctl.metrology.many import Floats, Members, NotInStep, as_many, many
from labctl.simulation import chance
from labctl.simulation.physics import SLOWEST, Physical, Wander

STEP: Final = 0.01
"""Seconds of physics between two looks; a hundredth is short against every time constant of these benches."""


@define(eq=False)
class World:
    """Everything that happens on a bench, up to `present`.

    The world follows its clock: `catch_up` lets physics and events pass until the clock's instant. Physics is
    stepped at whole multiples of `STEP` since the start, or of the longer `step` that a thing declares, events run
    at their own instants between, so the result does not depend on how often anybody looks.

    It can be several worlds in step, which differ in what chance gives them and in nothing else: every number that
    depends on chance is then a `Many`, and what is said on the wires is the first one's, with everyone's beside it.

    Args:
        seed: of all chance; of the first, where it is several worlds.
        clock: whose instants it follows.
        physical: what has physics.
        noisy: whether anything changes by chance in time; hidden errors are drawn all the same.
        pace: seed of how long answers take, where that is to be the same as in another world; its own otherwise.
        seeds: of all the worlds in step.
    """

    seed: int
    clock: Clock
    physical: list[Physical] = field(factory=list)
    noisy: bool = field(default=True, kw_only=True)
    _pace: int | None = field(default=None, kw_only=True, alias="pace")
    seeds: chance.Seeds | None = field(default=None, kw_only=True)
    members: Members | None = field(default=None, init=False)
    present: float = field(default=0.0, init=False)  # seconds since the world began
    _origin: float = field(default=0.0, init=False)
    _ticks: int = field(default=0, init=False)
    _agenda: list[tuple[float, int, Callable[[], None]]] = field(factory=list, init=False)
    _noted: int = field(default=0, init=False)
    _paces: list["_Pace"] = field(factory=list, init=False)
    _paced: int = field(default=0, init=False)  # how many things the paces were made of

    def __attrs_post_init__(self) -> None:
        """Begin at the clock's present instant."""
        self._origin = self.clock.monotonic()
        if self.seeds is not None:
            self.members = Members(len(self.seeds.all))

    @property
    def pace(self) -> int:
        """Return the seed of how long answers take."""
        return self.seed if self._pace is None else self._pace

    def at(self, instant: float, action: Callable[[], None]) -> None:
        """Let something happen at an instant of this world; what is past happens at the next look.

        Raises:
            NotInStep: it would happen at another instant in each of several worlds.
        """
        if as_many(instant) is not None:
            raise NotInStep("an event")
        self._noted += 1
        heapq.heappush(self._agenda, (instant, self._noted, action))

    def catch_up(self) -> float:
        """Let everything happen that is due by the clock, and return the present instant."""
        until = self.clock.monotonic() - self._origin
        while self._agenda and self._agenda[0][0] <= until:
            instant, _, action = heapq.heappop(self._agenda)
            self._step_to(instant)
            self.present = max(self.present, instant)
            action()
        self._step_to(until)
        self.present = max(self.present, until)
        return self.present

    @property
    def stepped(self) -> float:
        """Return the instant up to which physics has been stepped; within a step, that of its end."""
        return self._ticks * STEP

    def on_clock(self, instant: float) -> float:
        """Return an instant of this world on the clock's monotonic scale."""
        return instant + self._origin

    def _step_to(self, instant: float) -> None:
        until = int(instant / STEP + 1e-9)
        if self._paced != len(self.physical):
            self._paces, self._paced = _paces_of(self.physical), len(self.physical)
        while self._ticks < until:
            tick = until + 1
            for each in self._paces:
                following = self._ticks - self._ticks % each.ticks + each.ticks
                if following < tick and not each.resting:
                    tick = following
            self._ticks = min(tick, until)
            if tick > until:
                return
            for each in self._paces:
                if tick % each.ticks == 0:
                    each.advance()

    # --- chance ------------------------------------------------------------------------------------------------------

    def drawn(self, half_width: float, *names: object) -> float:
        """Return a hidden error, drawn once from the rectangular distribution of this half-width."""
        return (2.0 * self.uniform(*names) - 1.0) * half_width

    def uniform(self, *names: object) -> float:
        """Return a number in [0, 1) that belongs to these names."""
        return self._of_each(self.seeds.uniform(*names)) if self.seeds else chance.uniform(self.seed, *names)

    def normal(self, *names: object) -> float:
        """Return a number from the standard normal distribution that belongs to these names."""
        return self._of_each(self.seeds.normal(*names)) if self.seeds else chance.normal(self.seed, *names)

    def noise(self, quantity: str, step: int) -> float:
        """Return the standard normal noise of a quantity at one of its steps: the same whoever asks, and how often."""
        return self.normal(quantity, step) if self.noisy else 0.0

    def restless(self, amplitude: float) -> float:
        """Return how far something moves about its middle by itself: not at all where nothing changes by chance."""
        return amplitude if self.noisy else 0.0

    def wander(self, middle: float, swing: float, *names: object, slowest: float = SLOWEST) -> Wander:
        """Return a quantity that drifts slowly around its middle, as chance has it."""
        phases = [2 * math.pi * self.uniform(*names, "phase", n) for n in range(3)]
        return Wander(middle, self.restless(swing), phases, slowest)

    def _of_each(self, values: Floats) -> float:
        return many(self.members, values) if self.members is not None else values.item()


@define(eq=False)
class _Pace:
    """What is stepped together, in the order in which it came to the world."""

    ticks: int
    things: list[Physical] = field(factory=list[Physical])

    @property
    def resting(self) -> bool:
        """Return whether nothing of it would change."""
        return all(each.resting for each in self.things)

    def advance(self) -> None:
        """Let one step of this pace pass."""
        dt = self.ticks * STEP
        for each in self.things:
            each.advance(dt)


def _paces_of(physical: list[Physical]) -> list[_Pace]:
    paces: dict[int, _Pace] = {}
    for each in physical:
        ticks = max(round(getattr(each, "step", STEP) / STEP), 1)
        paces.setdefault(ticks, _Pace(ticks)).things.append(each)
    return list(paces.values())
