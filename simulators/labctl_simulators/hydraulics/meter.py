"""What every flowmeter does with what flows through it: an error curve, a zero, damping, pulses, a counted volume."""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from labctl.metrology.many import Floats, as_many, both, chosen, everywhere, greatest, many, values_of
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.truth import TrueError, half_width, of_standard
from labctl.simulation.world import World
from labctl_simulators.hydraulics.pipe import HOUR, Pipe, StillPipe

STEP: Final = 0.4  # seconds
ARRIVED: Final = 1e-6  # of the range: what is left of a change of the display that is over
UNIT: Final = "m³/h"
QUANTITY: Final = "flow"
KNOTS: Final = tuple(0.005 * 1.07**n for n in range(82))  # of the range: the flows for which its error is drawn
_KNOTS: Final = np.array(KNOTS)


class InlineMeter(SimulatedInstrument):
    """A meter in a pipe. Its indication is the true flow times 1 + e(q), and a zero beside it.

    What it counts is the integral of that, at any instant; pulses and totals are made of it. What it shows follows
    with its damping and some noise.
    """

    greatest: float = 20.0  # m³/h, upper end of its range
    pulses_per_litre: float = 100.0
    damping: float = 3.0  # seconds
    limit: str = "0.2 % * abs(nominal)"  # within which its errors are drawn, where no record or type says
    noise: float = 0.0005  # of the indication, rms, undamped
    offset: float = 2e-5  # of the range, within which its zero is drawn
    cut_off: float = 0.005  # of the range, below which it shows nothing

    step: float = STEP

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand in a pipe at rest, switched on, with its hidden errors drawn."""
        super().__init__(world, placed)
        self.pipe: Pipe = StillPipe()
        self.greatest = self.figure("greatest", self.greatest)
        self.pulses_per_litre = self.figure("pulses", self.pulses_per_litre)
        self.damping = self.figure("damping", self.damping)
        self.noise = self.figure("noise", self.noise)
        self.cut_off = self.figure("cut off", self.cut_off)
        self.record: TrueError | None = None
        if placed.asset is not None and placed.unit is None:
            self.record = of_standard(world, placed.asset, QUANTITY, UNIT)
        scale = self.figure("error", 1.0)
        self.gain = world.drawn(0.7 * scale, self.key, "gain")  # in parts of the limit
        self.bow = world.drawn(0.25 * scale, self.key, "bow")
        self.zero = world.drawn(self.figure("zero", self.offset), self.key, "zero") * self.greatest / HOUR  # m³/s
        self.changed = 0.0  # relative, since its errors were drawn: a coating, another factor behind its seal
        self.zero_set = 0.0  # m³/s, taken off by a zero adjustment
        self._shown = 0.0  # m³/s, damped, at the last step
        self._away = -self.zero  # m³/s, from what it shows once nothing changes but the flow's waves
        self._counted, self._passed, self.factor = 0.0, 0.0, 1.0
        self._at = 0.0
        self._dt, self._closed = 0.0, 1.0
        self._curve: list[float] = []  # its relative error at the knots, found when it is first asked for
        self._curves: Floats | None = None  # the same of meters in step, a column each
        world.physical.append(self)

    # --- its error ---------------------------------------------------------------------------------------------------

    def error(self, flow: float) -> float:
        """Return the relative error of indication at a true flow in m³/s, its zero apart; linear between knots."""
        q = abs(flow) * HOUR / self.greatest
        if not self._curve:
            self._curve = [self._error_at(each) for each in KNOTS]
        differing = as_many(q)
        if differing is not None:
            return many(differing.members, self._error_of_each(differing.values)) + self.changed
        n = bisect_left(KNOTS, q)
        if n in {0, len(KNOTS)}:
            return self._curve[min(n, len(KNOTS) - 1)] + self.changed
        share = (q - KNOTS[n - 1]) / (KNOTS[n] - KNOTS[n - 1])
        return (1 - share) * self._curve[n - 1] + share * self._curve[n] + self.changed

    def _error_of_each(self, shares: Floats) -> Floats:
        """Return the same for meters in step, each from its own curve."""
        if self._curves is None:
            self._curves = np.stack([np.broadcast_to(values_of(each), shares.shape) for each in self._curve])
        n, each = np.searchsorted(_KNOTS, shares), np.arange(shares.size)
        low, high = np.maximum(n - 1, 0), np.minimum(n, len(KNOTS) - 1)
        span = _KNOTS[high] - _KNOTS[low]
        share = (shares - _KNOTS[low]) / np.where(span > 0, span, 1.0)
        lower, upper = self._curves[low, each], self._curves[high, each]
        return np.where(span > 0, (1 - share) * lower + share * upper, lower)

    def _error_at(self, share: float) -> float:
        q = share * self.greatest
        if self.record is not None:
            return -self.record.at(q) / q
        lines = self.placed.unit.specification if self.placed.unit is not None else ()
        mine = [each for each in lines if each.quantity == QUANTITY]
        figure = next((each.figure for each in mine if q <= each.up_to.value_in(UNIT) * (1 + 1e-9)), "")
        figure = figure or (mine[-1].figure if mine else self.limit)
        return half_width(figure, q, self.greatest, UNIT) / q * (self.gain + self.bow * self.shape(share))

    def shape(self, share: float) -> float:
        """Return how the error bends along the range, from -1 to 1."""
        return math.cos(math.pi * min(share, 1.0))

    # --- physics -----------------------------------------------------------------------------------------------------

    @property
    def resting(self) -> bool:
        """Return whether the flow is steady and the display has arrived."""
        return everywhere(self._away == 0) and everywhere(self.pipe.steady)

    def advance(self, dt: float) -> None:
        """Count what has passed in one step, and let the display follow."""
        now = self.world.stepped
        flow = self.pipe.flow(now)
        self.note(now)
        steady, before = self.pipe.steady, self.factor
        self.find_factor(flow)
        self.factor = chosen(both(self._away == 0, steady), before, self.factor)  # at rest it stays as it is
        end = self._end(now)
        before = chosen(self._away == 0, end, self._shown)
        following = before + (self._indicated(flow) - before) * self._share(dt) - end
        away = chosen(steady, self._away * (1 - self._share(dt)), following)
        self._away = chosen(both(steady, abs(away) < ARRIVED * self.greatest / HOUR), 0.0, away)
        self._shown = end + self._away

    def note(self, instant: float) -> None:
        """Count what has passed so far; called before anything that it depends on becomes another."""
        self._counted, self._passed, self._at = self.counted(instant), self.pipe.volume(instant), instant

    def become(self, change: Callable[[], None]) -> None:
        """Let the meter be another from now on: what has passed so far was counted by the old one."""
        now = self.world.present
        self.note(now)
        change()
        self.find_factor(self.pipe.flow(now))

    def _end(self, instant: float) -> float:
        """Return what the display shows once nothing changes but the flow's waves."""
        return self._indicated(self.pipe.damped(instant, self.damping))

    def _share(self, dt: float) -> float:
        """Return which share of the way the display goes in one step."""
        if dt != self._dt:
            self._dt, self._closed = dt, -math.expm1(-dt / self.damping)
        return self._closed

    def find_factor(self, flow: float) -> None:
        """Find what the meter makes of the present flow."""
        self.factor = 1.0 + self.error(flow)

    def counted(self, instant: float) -> float:
        """Return the volume in m³ that the meter has counted at an instant from the last step on."""
        passed = self.pipe.volume(instant) - self._passed
        drifted = chosen(passed == 0, 0.0, self._offset() * (instant - self._at))
        return self._counted + passed * (self.factor + self.pipe.air(instant)) + drifted

    def shown_at(self, instant: float) -> float:
        """Return the flow in m³/s that it shows at an instant from the last step on, damped, without noise."""
        ended = self._end(instant) + self._away
        return chosen(self._away == 0, ended, chosen(self.pipe.steady, ended, self._shown))

    def indicated(self) -> float:
        """Return the flow that it shows now, in m³/s: damped, with noise."""
        flow = self.shown_at(self.now)
        silent = abs(flow) < self.cut_off * self.greatest / HOUR
        if everywhere(silent):
            return 0.0
        air = self.pipe.air(self.now)
        noise = (self.noise + air) / math.sqrt(1 + self.damping / STEP)
        shown = flow * (1 + noise * self.world.noise(f"{self.key} flow", round(self.now / STEP)))
        return chosen(silent, 0.0, shown)

    def _indicated(self, flow: float) -> float:
        return flow * self.factor + self._offset()

    def _offset(self) -> float:
        return self.zero - self.zero_set

    def set_zero(self) -> None:
        """Take what it sees now for no flow."""
        self.note(self.now)
        before, self.zero_set = self.zero_set, self.zero + self.pipe.flow(self.now)
        self._away += self.zero_set - before

    # --- pulses ------------------------------------------------------------------------------------------------------

    def pulses(self, instant: float) -> float:
        """Return the pulses since the world began, as a number that grows steadily: each integer is an edge."""
        return self.counted(instant) * 1000 * self.pulses_per_litre + 0.5

    def pulse_rate(self, instant: float) -> float:
        """Return the pulses a second, undamped."""
        flow = self.pipe.flow(instant)
        rate = greatest((flow * self.factor + self._offset(), 0.0)) * 1000 * self.pulses_per_litre
        return chosen(flow == 0, 0.0, rate)

    # --- seen --------------------------------------------------------------------------------------------------------

    def state(self) -> Mapping[str, object]:
        """Return what the display shows, in m³/h and m³."""
        return {"flow": self.indicated() * HOUR, "volume": self.counted(self.now), "energised": False}

    def truth(self, name: str, **at: float) -> float:
        """Return a hidden value.

        `error`, relative, and `K`, pulses a litre, `at` a true flow in m³/h; its `zero` in m³/h.
        """
        if name == "error":
            return self.error(at["at"] / HOUR)
        if name == "K":
            return self.pulses_per_litre * (1 + self.error(at["at"] / HOUR) + self._offset() * HOUR / at["at"])
        if name == "zero":
            return self._offset() * HOUR
        return super().truth(name, **at)
