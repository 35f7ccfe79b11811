"""Double timing: a counter's gate that is opened and closed by pulses, the first ones after the diverter's passages."""

import math
from collections.abc import Callable
from typing import Final

from attrs import define, field

from labctl.metrology.many import both, chosen, everywhere, greatest, latest, least
from labctl.simulation.world import World

PATIENCE: Final = 2.0  # seconds for a pulse to come; a meter that stands still gives none
PERIODS: Final = 3.0  # and as many periods of a slow one
EDGE: Final = 1e-6  # of a pulse
STILL: Final = 1e-300  # pulses a second: it divides, and no pulse ever comes


@define(eq=False)
class PulseGate:
    """Waits for edges of a meter's pulses, of which each integer is one.

    Gates in step have edges at instants of their own; whoever is told hears when the last one has come.

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

    def start(self, instant: float) -> None:
        """Wait for the first pulse from an instant on, which is now."""
        self._first = None
        self._next(instant, self._open, lambda: None)

    def stop(self, instant: float, done: Callable[[float], None]) -> None:
        """Wait for the last pulse, the first one from now on; `done` is told the seconds from first to last."""
        if self._first is None:
            self.cancel()
            done(0.0)
            return
        self._next(instant, lambda at, edge: self._close(at, edge, done), lambda: self._gave_up(done))

    def cancel(self) -> None:
        """Wait no longer; an open gate is closed."""
        self._run += 1
        if self._first is not None:
            self._first = None
            self.closed(0)

    def _open(self, instant: float, edge: int) -> None:
        self._first = (instant, edge)
        self.opened()

    def _close(self, instant: float, edge: int, done: Callable[[float], None]) -> None:
        if self._first is None:
            return
        since, first = self._first
        self._first = None
        self.closed(edge - first)
        done(round(instant - since, 6))

    def _gave_up(self, done: Callable[[float], None]) -> None:
        self.cancel()
        done(0.0)

    def _next(self, instant: float, action: Callable[[float, int], None], give_up: Callable[[], None]) -> None:
        """Do something at the next edge from an instant on."""
        self._run += 1
        run, world = self._run, self.world
        if self.pulses is None:
            give_up()
            return
        wanted, pulses = math.floor(self.pulses(instant)) + 1, self.pulses
        rate_now = self.rate(instant)
        periods = chosen(rate_now > 0, PERIODS / greatest((rate_now, STILL)), 0.0)
        until = instant + greatest((PATIENCE, periods))

        def look(at: float) -> None:
            if run != self._run:
                return
            missing = wanted - pulses(at)
            came = missing <= EDGE
            if everywhere(came):
                action(at, wanted)
            elif both(missing > EDGE, at >= until):
                give_up()
            else:
                comes = least((at + missing / greatest((self.rate(at), STILL)), until))
                following = chosen(came, at, comes)
                world.at(latest(following), lambda: look(following))

        look(instant)
