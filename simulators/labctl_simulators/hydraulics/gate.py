"""Double timing: a counter's gate that is opened and closed by pulses, the first ones after the diverter's passages."""

import math
from collections.abc import Callable
from typing import Final

from attrs import define, field

from labctl.simulation.world import World

PATIENCE: Final = 2.0  # seconds for a pulse to come; a meter that stands still gives none
PERIODS: Final = 3.0  # and as many periods of a slow one
EDGE: Final = 1e-6  # of a pulse


@define(eq=False)
class PulseGate:
    """Waits for edges of a meter's pulses, of which each integer is one.

    Attributes:
        pulses: since the world began, at an instant; none where no meter is connected.
        rate: pulses a second at an instant.
        opened: is told that the gate opens.
        closed: is told that it closes, with the pulses in between.
    """

    world: World
    pulses: Callable[[float], float] | None = None
    rate: Callable[[float], float] = field(default=lambda _: 0.0)
    opened: Callable[[], None] = field(default=lambda: None)
    closed: Callable[[int], None] = field(default=lambda _: None)
    _run: int = field(default=0, init=False)
    _first: tuple[float, int] | None = field(default=None, init=False)

    def start(self) -> None:
        """Wait for the first pulse from now on."""
        self._first = None
        self._next(self._open, lambda: None)

    def stop(self, done: Callable[[float], None]) -> None:
        """Wait for the last pulse, the first one from now on; `done` is told the seconds from first to last."""
        if self._first is None:
            self.cancel()
            done(0.0)
            return
        self._next(lambda n: self._close(n, done), lambda: self._gave_up(done))

    def cancel(self) -> None:
        """Wait no longer; an open gate is closed."""
        self._run += 1
        if self._first is not None:
            self._first = None
            self.closed(0)

    def _open(self, edge: int) -> None:
        self._first = (self.world.present, edge)
        self.opened()

    def _close(self, edge: int, done: Callable[[float], None]) -> None:
        if self._first is None:
            return
        instant, first = self._first
        self._first = None
        self.closed(edge - first)
        done(round(self.world.present - instant, 6))

    def _gave_up(self, done: Callable[[float], None]) -> None:
        self.cancel()
        done(0.0)

    def _next(self, action: Callable[[int], None], give_up: Callable[[], None]) -> None:
        """Do something at the next edge."""
        self._run += 1
        run, world = self._run, self.world
        if self.pulses is None:
            give_up()
            return
        wanted, pulses = math.floor(self.pulses(world.present)) + 1, self.pulses
        rate_now = self.rate(world.present)
        until = world.present + max(PATIENCE, PERIODS / rate_now if rate_now > 0 else 0.0)

        def look() -> None:
            if run != self._run:
                return
            missing, rate = wanted - pulses(world.present), self.rate(world.present)
            if missing <= EDGE:
                action(wanted)
            elif world.present >= until:
                give_up()
            elif rate <= 0:
                world.at(until, look)
            else:
                world.at(min(world.present + missing / rate, until), look)

        look()
