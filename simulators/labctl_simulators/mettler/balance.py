"""What every Mettler-Toledo weighing terminal does with the load on its platform: filter, zero, tare, limits."""

import math
from collections.abc import Callable, Mapping
from typing import Final

from labctl.metrology.many import chosen, everywhere, finite, greatest, latest, mapped
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.truth import TrueError, of_standard
from labctl.simulation.world import World

STEP: Final = 0.2  # seconds between two weighings inside the terminal
FILTER: Final = 0.7  # seconds, time constant
CALM: Final = 1.0  # seconds of quiet, until it calls itself stable
MEMORY: Final = 5.0  # time constants after which the filter has forgotten what was before
ARRIVED: Final = 1e-3  # of a step of the display: what the filter no longer follows
QUIET: Final = 0.1  # of a step of the display: the change from one weighing to the next that counts as quiet
GIVES_UP: Final = 30.0  # seconds it waits for stability, then it answers that it cannot
ZERO_RANGE: Final = 0.02  # of the capacity, around the zero at power-up
OVER: Final = 9  # steps of the display above the capacity, until it shows overload
UNDER: Final = 20  # and below zero, until it shows underload
NOISE: Final = 0.2  # of a step of the display, standard deviation
DRIFT: Final = 0.25  # of a step of the display: how far the zero wanders in a day


class Balance(SimulatedInstrument):
    """A platform with its terminal; the load is what presses on it, as weights of 8000 kg/m³ would."""

    capacity: float = 150.0  # kg
    interval: float = 0.002  # kg

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand there empty, switched on, with its hidden errors drawn."""
        super().__init__(world, placed)
        self.capacity = self.figure("capacity", self.capacity)
        self.interval = self.figure("interval", self.interval)
        self.filter = self.figure("filter", FILTER)
        self.load: Callable[[float], float] = lambda _: 0.0  # kg at an instant; set by what stands on the platform
        self.calm_in: Callable[[], float] = lambda: 0.0  # seconds until nothing flows in or out any more
        self.told = False  # whether somebody calls `note` before the load goes another way
        self.shaken = 0.0  # kg, amplitude of vibration
        self.error: TrueError = of_standard(world, placed.asset, "mass", "kg")
        swing = self.figure("drift", DRIFT) * self.interval
        self.wander = world.wander(0.0, swing, self.key, "zero", slowest=24 * 3600.0)
        self.noise = self.figure("noise", NOISE) * self.interval
        self.filtered = 0.0  # kg, at the last step or note
        self._noted = 0.0  # the instant of the last note
        self._since = -CALM  # the instant from which it has been quiet
        self.power_on()
        world.physical.append(self)

    def power_on(self) -> None:
        """Be as after power-up: nothing tared; the zero stays as it was set."""
        self.zero = getattr(self, "zero", 0.0)
        self.tare = 0.0

    # --- physics -----------------------------------------------------------------------------------------------------

    step: float = STEP

    @property
    def resting(self) -> bool:
        """Return whether the filter has arrived at the load, or its way is known."""
        if self.shaken:
            return False
        return self.told or self.filtered == self.load(self.world.stepped)

    def advance(self, dt: float) -> None:
        """Let the filter follow the load for one step."""
        if self.told and not self.shaken:
            return
        now = self.world.stepped
        load, before = self.load(now), self.filtered
        if abs(load - self.filtered) < ARRIVED * self.interval:
            self.filtered = load
        else:
            self.filtered += (load - self.filtered) * -math.expm1(-dt / self.filter)
        if self.shaken:
            self.filtered += self.shaken * self.world.noise(f"{self.key} vibration", round(now / dt))
        if abs(self.filtered - before) > QUIET * self.interval:
            self._since = now

    def note(self) -> None:
        """Weigh what there was until now; called before the load goes another way."""
        now = self.now
        self._since, self.filtered = self.quiet_since(), self.weighed_at(now)
        self._noted = now

    def weighed_at(self, instant: float) -> float:
        """Return what the filter has made of the load, in kg, at an instant from the last step or note on.

        A filter of first order is behind a load that grows steadily by its time constant, and forgets what was
        before. How fast the load grows is seen over as long as the filter remembers.
        """
        if self.shaken or not self.told:
            return self.filtered
        lasted, load = instant - self._noted, self.load(instant)
        window = min(lasted, MEMORY * self.filter)
        behind = (load - self.load(instant - window)) / window * self.filter if window > 0 else 0.0
        left = (self.filtered - self.load(self._noted) + behind) * math.exp(-lasted / self.filter)
        return load - behind + chosen(abs(left) > ARRIVED * self.interval, left, 0.0)

    def quiet_since(self) -> float:
        """Return the instant of the last weighing that was not like the one before, as far as it matters."""
        if self.shaken or not self.told:
            return self._since
        last, since = math.floor(self.now / STEP + 1e-9), self._since
        moved: list[tuple[float, bool]] = []
        for n in range(last, last - round(CALM / STEP), -1):
            before, after = max((n - 1) * STEP, self._noted), n * STEP
            if after <= self._noted:
                break
            changed = abs(self.weighed_at(after) - self.weighed_at(before)) > QUIET * self.interval
            if everywhere(changed):
                since = after
                break
            moved.append((after, changed))
        for after, changed in reversed(moved):  # of balances in step each has its own
            since = chosen(changed, after, since)
        return since

    @property
    def stable(self) -> bool:
        """Return whether the terminal calls itself stable; of terminals in step, whether all do."""
        return everywhere(self.now - self.quiet_since() >= CALM)

    def stable_in(self) -> float:
        """Return the seconds until it will call itself stable, if nobody does anything; infinite for never."""
        if self.shaken:
            return math.inf
        waiting = self.calm_in()
        away = self.capacity if waiting else abs(self.load(self.now) - self.weighed_at(self.now))
        quiet = QUIET * self.interval / -math.expm1(-STEP / self.filter)  # away from the load, where steps are quiet
        if everywhere(away <= quiet) and self.stable:
            return 0.0
        return latest(waiting + self.filter * mapped(math.log, greatest((away / quiet, 1.0))) + CALM + 2 * STEP)

    # --- what it makes of it -----------------------------------------------------------------------------------------

    def gross(self) -> float:
        """Return the indication before tare, in kg, not rounded."""
        drifted = self.weighed_at(self.now) + self.wander.at(self.now) - self.zero
        noise = self.noise * self.world.noise(f"{self.key} reading", round(self.now * 10))
        return drifted - self.error.at(drifted) + noise

    def shown(self, message: str) -> float:
        """Return what the display shows, in kg; infinite beyond its range."""
        gross = self.faults.on_value(self.gross(), self.now, message)
        if not finite(gross):
            return gross
        if gross > self.capacity + OVER * self.interval:
            return math.inf
        if gross < -UNDER * self.interval:
            return -math.inf
        return round((gross - self.tare) / self.interval) * self.interval

    def set_zero(self) -> int:
        """Take the present load for zero; return 0, or the sign of the side on which it lies too far away."""
        beyond = self.weighed_at(self.now) + self.wander.at(self.now)
        if abs(beyond) > ZERO_RANGE * self.capacity:
            return 1 if beyond > 0 else -1
        self.zero = beyond
        self.tare = 0.0
        return 0

    def set_tare(self) -> float:
        """Take the present load for the tare, and return it as displayed."""
        self.tare = round(self.gross() / self.interval) * self.interval
        return self.tare

    # --- seen --------------------------------------------------------------------------------------------------------

    def state(self) -> Mapping[str, object]:
        """Return what the display shows, and whether it is stable."""
        return {"mass": self.shown("display"), "stable": self.stable, "tare": self.tare}

    def truth(self, name: str, **at: float) -> float:
        """Return the `load` on the platform now, or the hidden `error` of indication `at` a load, in kg."""
        if name == "load":
            return self.load(self.now)
        if name == "error":
            return -self.error.at(at["at"])
        return super().truth(name, **at)
