"""The physics of a multimeter: what stands at its terminals, how it settles, what the meter makes of it."""

import math
from collections.abc import Mapping
from typing import ClassVar, Final

from attrs import evolve, field, frozen

from labctl.metrology.many import FIRST, finite, for_each, mapped, nan, value_of
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.physics import FirstOrder
from labctl.simulation.status import DEVICE_ERROR, Complaint
from labctl.simulation.truth import Constants
from labctl.simulation.world import World
from labctl_simulators.electrics.circuit import CURRENT, VOLTAGE, Load, Seen
from labctl_simulators.electrics.functions import DC_VOLTAGE, FREQUENCY, Function
from labctl_simulators.electrics.hidden import Errs, hidden_error

MAINS: Final = 50.0  # hertz
SETTLING: Final = 0.02  # seconds, time constant of the input
AC_SETTLING: Final = 0.3  # seconds, of the detector with its 20 Hz filter
OVERHEAD: Final = 0.0005  # seconds a reading
AUTOMATIC_DELAY: Final = 0.0015  # seconds from trigger to reading, direct voltage
FAR_OFF: Final = Complaint(707, "Signal measurement is out of range", DEVICE_ERROR)
LEAST: Final = 1e-3  # of a range: below it a frequency is not found
UNADJUSTED: Final = Constants(gain=0.0, offset=0.0, bow=0.0)
FLAT: Final = 30e3  # hertz, up to which a detector is flat to about the half of its limits


@frozen(kw_only=True)
class Settings:
    """How one function measures."""

    top: float
    automatic: bool = True  # range
    cycles: float = 10.0
    zero: bool = True  # auto-zero


@frozen(kw_only=True)
class Setup:
    """How the meter measures; a reset brings these back."""

    function: str = DC_VOLTAGE
    each: Mapping[str, Settings] = field(factory=dict[str, Settings])  # by function
    lowest: float = 20.0  # hertz that the filter of the detector passes in full
    samples: int = 1
    triggers: int = 1
    source: str = "IMM"
    delay: float | None = None  # seconds; None: automatic
    averaged: int = 1  # readings to one indication

    @property
    def now(self) -> Settings:
        """Return the settings of the present function."""
        return self.each[self.function]

    def with_settings(self, function: str, settings: Settings) -> "Setup":
        """Return the set-up with other settings of one function."""
        return evolve(self, each={**self.each, function: settings})


class Inputs:
    """What stands at the terminals, each part with its own inertia; a resistance is there at once."""

    def __init__(self, direct: FirstOrder) -> None:
        """Have nothing at the terminals."""
        self.voltage = direct
        self.current = FirstOrder(time_constant=direct.time_constant)
        self.alternating = FirstOrder(time_constant=AC_SETTLING, arrival=1e-9)
        self.resistance = math.inf
        self.hertz = 0.0

    @property
    def resting(self) -> bool:
        """Return whether all of them have arrived; the direct voltage is stepped by itself."""
        return self.current.resting and self.alternating.resting

    def advance(self, dt: float) -> None:
        """Let `dt` seconds pass."""
        if not self.current.resting:
            self.current.advance(dt)
        if not self.alternating.resting:
            self.alternating.advance(dt)

    def slow_down(self, time_constant: float) -> None:
        """Give the detector another filter."""
        if time_constant != self.alternating.time_constant:
            before = self.alternating
            self.alternating = FirstOrder(time_constant, before.value, before.end, before.arrival)


class Multimeter(SimulatedInstrument):
    """A meter with several functions; a model states them as data.

    Its errors are hidden: drawn from the record of a standard, from the type of a unit, or from the usual limits.
    """

    functions: ClassVar[Mapping[str, Function]] = {}
    resolution: ClassVar[Mapping[float, float]] = {}  # share of the range, by integration time in cycles
    ac_resolution: ClassVar[float] = 1e-6
    ac_delays: ClassVar[Mapping[float, float]] = {3.0: 2.5, 20.0: 0.625, 200.0: 0.025}  # s, by lowest frequency
    usual_lowest: ClassVar[float] = 20.0  # hertz
    code: ClassVar[str] = ""  # that unsecures its adjustment, as delivered

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand on the bench, switched on, with its hidden errors drawn."""
        super().__init__(world, placed)
        self.input = FirstOrder(time_constant=self.figure("settling", SETTLING))
        self.inputs = Inputs(self.input)
        self.noise_at_terminals = 0.0  # rms, what comes with the signal
        self.switched = "FRON"
        self.fused = True
        self._load, self._load_of, self._load_fused = Load(), Setup(), True
        self.adjusted: dict[tuple[str, float], Constants] = {}  # by function and range, where it was adjusted
        self._hidden: dict[tuple[str, float], Errs] = {}  # drawn when it is first looked at
        self.adjustments = 41  # counted since it was made
        self.power_on()
        world.physical.append(self.input)
        world.physical.append(self.inputs)

    def power_on(self) -> None:
        """Be as after every power-up."""
        self.setup = self.delivered()
        self.secured = True
        self.asked = 0.0  # value announced for the next adjustment

    def delivered(self) -> Setup:
        """Return the set-up of a reset."""
        each = {name: Settings(top=function.usual_top) for name, function in self.functions.items()}
        return Setup(each=each, lowest=self.usual_lowest)

    def ac_delay(self, setup: Setup) -> float:
        """Return the seconds that the detector is given to settle before a reading."""
        return self.ac_delays[setup.lowest]

    # --- the circuit -------------------------------------------------------------------------------------------------

    @property
    def function(self) -> Function:
        """Return the present function."""
        return self.functions[self.setup.function]

    def load(self) -> Load:
        """Return what it is to a source now; the same as long as the set-up is."""
        if self._load_of is not self.setup or self._load_fused is not self.fused:
            self._load, self._load_of, self._load_fused = self._present_load(), self.setup, self.fused
        return self._load

    def _present_load(self) -> Load:
        function, top = self.function, self.setup.now.top
        kind = function.kind
        ohms = function.ohms.get(top, 1e10)
        if kind == VOLTAGE:
            return Load(kind, ohms, self._shunt(self.functions))
        if kind == CURRENT:
            return Load(kind, 1e10, ohms if self.fused else math.inf)
        return Load(kind, 1e10, self._shunt(self.functions), function.through.get(top, 1e-3))

    def _shunt(self, functions: Mapping[str, Function]) -> float:
        """Return what stands between the current terminals while another function is selected."""
        found = next((each for each in functions.values() if each.kind == CURRENT), None)
        return found.ohms.get(found.ranges[-1], 0.1) if found is not None and self.fused else math.inf

    def hear(self, seen: Seen) -> None:
        """Take what stands at its terminals from now on."""
        kind = self.function.kind
        self.input.end = seen.direct if kind == VOLTAGE else 0.0
        self.inputs.current.end = seen.direct if kind == CURRENT else 0.0
        self.inputs.resistance = seen.direct if kind not in {VOLTAGE, CURRENT} else math.inf
        self.inputs.slow_down(self.figure("AC settling", AC_SETTLING) * 20.0 / self.setup.lowest)
        self.inputs.alternating.end = seen.alternating
        self.inputs.hertz = seen.hertz
        self.noise_at_terminals = seen.noise

    def at_terminals(self, function: Function) -> float:
        """Return what a function looks at."""
        inputs = self.inputs
        if function.name == FREQUENCY:
            return inputs.hertz if inputs.alternating.value > LEAST * self.functions[DC_VOLTAGE].ranges[0] else 0.0
        if function.alternating:
            return inputs.alternating.value
        if function.kind == VOLTAGE:
            return self.input.value
        return inputs.current.value if function.kind == CURRENT else inputs.resistance

    # --- what it makes of it -----------------------------------------------------------------------------------------

    def lasts(self, setup: Setup) -> float:
        """Return the seconds that one reading takes."""
        function = self.functions[setup.function]
        if function.alternating:
            delay = self.ac_delay(setup) if setup.delay is None else setup.delay
            return delay + OVERHEAD + (0.1 if function.name == FREQUENCY else 0.0)
        delay = AUTOMATIC_DELAY if setup.delay is None else setup.delay
        settings = setup.now
        return (delay + settings.cycles / MAINS * (2 if settings.zero else 1) + OVERHEAD) * setup.averaged

    def range_of(self, setup: Setup) -> float:
        """Return the range on which the present input is measured."""
        function = self.functions[setup.function]
        return function.range_for(self.at_terminals(function)) if setup.now.automatic else setup.now.top

    def measure(self, setup: Setup, message: str = "READ?") -> float:
        """Return one reading of the terminals, taken now; infinite where it is an overload."""
        function, settings = self.functions[setup.function], setup.now
        true = self.at_terminals(function)
        top = self.range_of(setup)
        step = round(self.now * 10_000)
        noise = for_each(math.hypot, function.noise_of(top), self.noise_at_terminals) / math.sqrt(
            settings.cycles * setup.averaged
        )
        noise = self.frequency_noise(true) if function.name == FREQUENCY else noise
        name = f"{self.key} reading" if function.name == DC_VOLTAGE else f"{self.key} {function.name} reading"
        hertz = self.inputs.hertz if function.alternating else 0.0
        seen = self.shaped(function, true, setup, hertz, top) if function.alternating else true
        seen = seen + self.error_of(function.name, true, top, hertz) + noise * self.world.noise(name, step)
        seen = self.faults.on_value(seen, self.now, message)
        if not finite(seen) or abs(true) > function.most(top):
            return seen if nan(seen) else math.copysign(math.inf, value_of(true, FIRST))
        seen = abs(seen) if function.alternating else seen
        finest = self.step_of(function, settings, top, seen)
        return round(seen / finest) * finest

    def step_of(self, function: Function, settings: Settings, top: float, seen: float) -> float:
        """Return the last digit of a reading."""
        if function.name == FREQUENCY:
            return mapped(lambda hertz: 10.0 ** (math.floor(math.log10(max(abs(hertz), 1.0))) - 6), seen)
        return (self.ac_resolution if function.alternating else self.resolution[settings.cycles]) * top

    def shaped(self, function: Function, true: float, setup: Setup, hertz: float, top: float) -> float:
        """Return what filter and flatness of the detector leave of an alternating signal.

        In the record of a standard both are accounted for.
        """
        if function.name == FREQUENCY or not hertz or self.hidden(function.name, top).flat:
            return true
        low = 1.0 / math.sqrt(1.0 + (0.1 * setup.lowest / hertz) ** 4)
        bend = self.world.drawn(3e-4, self.key, function.name, "flatness")
        return true * low * (1.0 + bend * (hertz / FLAT) ** 2 / (1.0 + (hertz / FLAT) ** 2))

    def frequency_noise(self, hertz: float) -> float:
        """Return the scatter of a frequency in Hz."""
        return 3e-7 * hertz

    def error_of(self, function: str, true: float, top: float, hertz: float = 0.0) -> float:
        """Return the hidden error of indication at a value on a range, as adjusted."""
        if not finite(true):
            return 0.0
        constants = self.adjusted.get((function, top), UNADJUSTED)
        raw = true + self.hidden(function, top).error(true, top, hertz)
        return raw * (1 + constants.gain) + constants.offset - true

    def hidden(self, function: str, top: float) -> Errs:
        """Return how the meter errs on a range as it left its maker."""
        found = self._hidden.get((function, top))
        if found is None:
            each = self.functions[function]
            found = self._hidden[function, top] = hidden_error(
                self.world,
                self.placed,
                quantity=each.quantity,
                symbol=each.unit,
                top=top,
                usual=each.usual,
                scale=self.figure("error", 1.0),
            )
        return found

    def adjust(self, true: float) -> None:
        """Take the value at the terminals for `true`, and change the constants of the present range."""
        function, top = self.function, self.setup.now.top
        here = self.at_terminals(function)
        constants = self.adjusted.get((function.name, top), UNADJUSTED)
        off = here + self.error_of(function.name, here, top) - true
        if not abs(off) <= 0.01 * top:
            raise FAR_OFF
        if true == 0:
            self.adjusted[function.name, top] = evolve(constants, offset=constants.offset - off)
        else:
            self.adjusted[function.name, top] = evolve(constants, gain=(1 + constants.gain) * (1 - off / true) - 1)
        self.adjustments += 1

    def state(self) -> Mapping[str, object]:
        """Return what the front panel shows of the set-up."""
        now = self.setup.now
        return {
            "function": self.setup.function,
            "range": now.top,
            "automatic": now.automatic,
            "cycles": now.cycles,
            "terminals": self.switched,
        }

    def truth(self, name: str, **at: float) -> float:
        """Return a hidden value.

        `error` is the true error of indication `at` a direct voltage on a `range`, `AC voltage error` that of another
        function, an alternating one at a `frequency` with the present filter; `input` is the direct voltage at the
        terminals now.
        """
        function = name.removesuffix("error").strip() or DC_VOLTAGE
        if name.endswith("error") and function in self.functions:
            value, top, hertz = at["at"], at["range"], at.get("frequency", 0.0)
            error = self.error_of(function, value, top, hertz)
            each = self.functions[function]
            return error + self.shaped(each, value, self.setup, hertz, top) - value if each.alternating else error
        if name == "input":
            return self.input.value
        return super().truth(name, **at)
