"""The aerosol chamber: what the generator feeds it, how it mixes and decays, in closed form from minute to minute."""

import math
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

import numpy as np
from attrs import define, field, frozen

from labctl.metrology.many import Mask, as_many, chosen, everywhere, greatest, mapped

MINUTE: Final = 60.0  # seconds for which the generator's output keeps one value


@frozen
class Piece:
    """A stretch of time with one feed: the concentration approaches `end` exponentially."""

    since: float
    start: float  # µg/m³
    end: float
    rate: float  # 1/s
    before: float  # exposure until then, µg/m³ · s

    def concentration(self, instant: float) -> float:
        """Return the concentration at an instant within."""
        return self.end + (self.start - self.end) * mapped(math.exp, -self.rate * (instant - self.since))

    def exposure(self, instant: float) -> float:
        """Return the exposure since the world began."""
        passed = instant - self.since
        gone = -mapped(math.expm1, -self.rate * passed) / self.rate
        return self.before + self.end * passed + (self.start - self.end) * gone


@define
class Chamber:
    """A stirred volume: dC/dt = feed − (ventilation / volume + loss) · C, and the clean air that ventilates it.

    The feed scatters from minute to minute; the concentration between follows exactly, so that no instant depends on
    how often anybody looks, and a day costs 1440 pieces.
    """

    volume: float  # L
    loss: float  # 1/s, by deposition
    scatter: float  # relative standard deviation of one minute's feed
    noise: Callable[[int], float]  # standard normal, by minute
    background: float = 0.0  # µg/m³ of the air that ventilates it
    feed: float = field(default=0.0, init=False)  # µg/m³ a second
    ventilation: float = field(default=20.0, init=False)  # L/min
    leak: float = field(default=0.0, init=False)  # L/min
    _pieces: list[Piece] = field(factory=list, init=False)
    _since: list[float] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with the air of the background."""
        self._begin(Piece(0.0, self.background, self.background, self._rate(), 0.0))

    def change(
        self,
        instant: float,
        *,
        feed: float | None = None,
        ventilation: float | None = None,
        leak: float | None = None,
    ) -> None:
        """Feed or ventilate it differently from an instant on, which is not before the last change."""
        self._reach(instant)
        self.feed = self.feed if feed is None else feed
        self.ventilation = self.ventilation if ventilation is None else ventilation
        self.leak = self.leak if leak is None else leak
        self._turn(instant)

    def concentration(self, instant: float) -> float:
        """Return the mass concentration of PM2.5 in µg/m³."""
        return self._piece(instant).concentration(instant)

    def exposure(self, instant: float) -> float:
        """Return its integral since the world began, in µg/m³ · s."""
        differing = as_many(instant)
        if differing is None:
            return self._piece(instant).exposure(instant)
        self._reach(float(differing.values.max()))
        places = np.maximum(np.searchsorted(self._since, differing.values, side="right") - 1, 0)
        first, *others = sorted({int(each) for each in places})
        found = self._pieces[first].exposure(instant)
        for each in others:
            found = chosen(Mask(differing.members, places == each), self._pieces[each].exposure(instant), found)
        return found

    def settled(self) -> float:
        """Return the concentration that the present feed would come to."""
        return self.background * self._flush() / self._rate() + self.feed / self._rate()

    def _flush(self) -> float:
        return (self.ventilation + self.leak) / self.volume / MINUTE

    def _rate(self) -> float:
        return self._flush() + self.loss

    def _piece(self, instant: float) -> Piece:
        self._reach(instant)
        return self._pieces[max(bisect_right(self._since, instant) - 1, 0)]

    def _reach(self, instant: float) -> None:
        """Add the minutes that have passed."""
        if everywhere(self.feed == 0.0):
            return
        minute = math.floor(self._since[-1] / MINUTE) + 1
        while minute * MINUTE <= instant:
            self._turn(minute * MINUTE)
            minute += 1

    def _turn(self, instant: float) -> None:
        last = self._pieces[-1]
        scattered = greatest((1.0 + self.scatter * self.noise(math.floor(instant / MINUTE)), 0.0))
        end = (self.background * self._flush() + self.feed * scattered) / self._rate()
        self._begin(Piece(instant, last.concentration(instant), end, self._rate(), last.exposure(instant)))

    def _begin(self, piece: Piece) -> None:
        if self._since and self._since[-1] == piece.since:
            self._pieces[-1] = piece
            return
        self._since.append(piece.since)
        self._pieces.append(piece)
