"""Where an instrument draws its air: the particles at that place, what the inlet lets through, a filter before it."""

import math
from bisect import bisect_right
from typing import Final, Protocol

from attrs import define, field

from labctl.metrology.many import as_many, chosen, everywhere, greatest, least, mapped

MEDIAN: Final = 2.2  # µm, mass median aerodynamic diameter of the test dust
SPREAD: Final = 2.0  # geometric standard deviation of its lognormal distribution of mass
SHARPNESS: Final = 1.2  # geometric standard deviation of an inlet's cut (HJ 93: 1.2 ± 0.1)
CONVENTION: Final = 2.5  # µm: concentrations of the chamber are of PM2.5
CUT_EXPONENT: Final = -0.5  # of the flow: an impactor's cut follows the Stokes number


class ParticleAir(Protocol):
    """Air with particles in it: the concentration of PM2.5 at every instant, and its integral."""

    def concentration(self, instant: float) -> float:
        """Return the mass concentration in µg/m³."""
        ...

    def exposure(self, instant: float) -> float:
        """Return the integral of the mass concentration since the world began, in µg/m³ · s."""
        ...


@define
class CleanAir:
    """Air without particles, where nothing else is connected."""

    def concentration(self, instant: float) -> float:  # noqa: ARG002  (the same at every instant)
        """Return zero."""
        return 0.0

    def exposure(self, instant: float) -> float:  # noqa: ARG002  (the same at every instant)
        """Return zero."""
        return 0.0


def passed(cut: float) -> float:
    """Return the share of the dust's mass that passes a cut at a diameter in µm.

    Both the distribution of mass and the cut are lognormal, so that their product has a closed form.
    """
    width = math.hypot(math.log(SPREAD), math.log(SHARPNESS))
    return 0.5 * (1.0 + mapped(math.erf, mapped(math.log, cut / MEDIAN) / (width * math.sqrt(2.0))))


def relative(cut: float) -> float:
    """Return what passes a cut in proportion to PM2.5.

    >>> relative(2.5), relative(2.6) > 1.0
    (1.0, True)
    """
    return passed(cut) / passed(CONVENTION)


@define
class Inlet:
    """The inlet of one instrument, at its own place in the air of the bench."""

    cut: float = CONVENTION  # µm, at the nominal flow
    nominal_flow: float = 16.67  # L/min
    air: ParticleAir = field(factory=CleanAir)
    _since: list[float] = field(factory=lambda: [0.0], init=False)
    _shares: list[float] = field(factory=lambda: [1.0], init=False)  # of the air's concentration, from then on
    _place: float = field(default=1.0, init=False)
    _gauze: float = field(default=1.0, init=False)
    filtered: bool = field(default=False, init=False)

    def stand_at(self, instant: float, place: float) -> None:
        """Hang where the concentration is so many times that of the whole air."""
        self._place = place
        self._change(instant)

    def filter(self, instant: float, *, on: bool) -> None:
        """Put a zero filter on, or take it off."""
        self.filtered = on
        self._change(instant)

    def cover(self, instant: float, share: float) -> None:
        """Put a gauze before it that lets a share of the particles through; 1 takes it off."""
        self._gauze = share
        self._change(instant)

    def cut_at(self, flow: float) -> float:
        """Return the diameter in µm at which half of the particles pass, at a flow in L/min."""
        slower: float = (greatest((flow, 1e-3)) / self.nominal_flow) ** CUT_EXPONENT
        return self.cut * slower

    def concentration(self, instant: float) -> float:
        """Return the mass concentration of PM2.5 before the inlet, in µg/m³."""
        return self._shares[bisect_right(self._since, instant) - 1] * self.air.concentration(instant)

    def mean(self, start: float, end: float) -> float:
        """Return the mean mass concentration of PM2.5 before the inlet between two instants, in µg/m³."""
        return self.exposure(start, end) / (end - start) if end > start else self.concentration(end)

    def exposure(self, start: float, end: float) -> float:
        """Return the integral of the concentration before the inlet, in µg/m³ · s; nothing before the world began."""
        if as_many(start) is not None or as_many(end) is not None:
            return self._exposure_of_each(greatest((start, 0.0)), end)
        start, total = max(start, 0.0), 0.0
        n = max(bisect_right(self._since, start) - 1, 0)
        while start < end:
            until = min(self._since[n + 1], end) if n + 1 < len(self._since) else end
            total += self._shares[n] * (self.air.exposure(until) - self.air.exposure(start))
            start, n = until, n + 1
        return total

    def _exposure_of_each(self, start: float, end: float) -> float:
        """Return the same between instants that differ between worlds in step."""
        total = 0.0
        for since, until, share in zip(self._since, (*self._since[1:], math.inf), self._shares, strict=True):
            begun, ended = greatest((start, since)), least((end, until))
            if not everywhere(begun >= ended):
                passed = self.air.exposure(greatest((begun, ended))) - self.air.exposure(begun)
                total += share * chosen(begun < ended, passed, 0.0)
        return total

    def _change(self, instant: float) -> None:
        share = 0.0 if self.filtered else self._place * self._gauze
        if self._since[-1] == instant:
            self._shares[-1] = share
        else:
            self._since.append(instant)
            self._shares.append(share)
