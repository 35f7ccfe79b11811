"""The physics of a multifunction calibrator: what it is set to, what it truly puts out, how it gets there and trips."""

import math
from collections.abc import Mapping
from typing import ClassVar, Final

from attrs import define, frozen

from labctl.metrology.many import finite, for_each
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.physics import FirstOrder
from labctl.simulation.status import POWER_ON, Complaint, Status
from labctl.simulation.truth import TrueError, of_standard
from labctl.simulation.world import World
from labctl_simulators.electrics.circuit import CURRENT, NOTHING, RESISTANCE, VOLTAGE, Presented

SETTLING: Final = 1.5  # seconds
RANGE_CHANGE: Final = 2.0  # seconds more
TRIP: Final = 0.2  # seconds of overload until the output trips
OUTPUT_RESISTANCE: Final = 0.0005  # ohms
COMPLIANCE: Final = 10.0  # volts of a current output
UNITS: Final = {"DC voltage": "V", "AC voltage": "V", "DC current": "A", "AC current": "A", "resistance": "Ω"}
_KINDS: Final = {"V": VOLTAGE, "A": CURRENT, "OHM": RESISTANCE}
_FACTS: Final = {"V": "voltage", "A": "current"}


@frozen
class Amplitude:
    """What the output is set to."""

    value: float = 0.0
    hertz: float = 0.0
    unit: str = "V"  # V, A, OHM

    @property
    def quantity(self) -> str:
        """Return what specifications call it."""
        if self.unit == "OHM":
            return "resistance"
        return f"{'AC' if self.hertz else 'DC'} {_FACTS[self.unit]}"


@frozen(kw_only=True)
class Span:
    """One range of a function: up to where, its name on the wire, and what the output bears there."""

    top: float
    name: str
    most: float = math.inf  # A of a voltage, V of a current


@define
class Changes:
    """Bits of the status register that fell and rose since somebody asked."""

    last: int
    fell: int = 0
    rose: int = 0

    def notice(self, status: int) -> None:
        """Compare with what was seen last."""
        self.fell |= self.last & ~status
        self.rose |= ~self.last & status
        self.last = status


class Calibrator(SimulatedInstrument):
    """One output with several functions.

    A new amplitude approaches exponentially and counts as settled after 1.5 s, 2 s later when the range changes.
    Whoever speaks to it may vanish: it goes on sourcing.
    """

    spans: ClassVar[Mapping[str, tuple[Span, ...]]] = {}  # by quantity
    dangerous: ClassVar[float] = 33.0  # volts; going above drops to standby
    tripped: ClassVar[Complaint]
    settled: ClassVar[int] = 1 << 12  # the bit of the status register

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand on the bench in standby, with its hidden errors drawn."""
        super().__init__(world, placed)
        self.errors: dict[str, TrueError] = {
            quantity: of_standard(world, placed.asset, quantity, unit) for quantity, unit in UNITS.items()
        }
        settling = self.figure("settling", SETTLING)
        self._noise_at, self._noise = math.nan, 0.0  # for which output it was worked out
        self.output = FirstOrder(time_constant=settling / 16)  # 16 time constants leave 0.1 ppm of a step
        self.resistance = self.figure("output resistance", OUTPUT_RESISTANCE)
        self.status = self.registers()
        self.amplitude = Amplitude()
        self.compensation = ""  # for which kind of ohmmeter the leads are compensated
        self.strained_by: dict[str, bool] = {}  # by meter
        self.power_on()
        world.physical.append(self.output)

    def registers(self) -> Status:
        """Return fresh registers."""
        raise LookupError(self.model)  # every model has its own

    def power_on(self) -> None:
        """Be in standby at 0 V, as after every power-up."""
        self.status.clear()
        self.status.events = POWER_ON
        self.changes = Changes(self.settled)
        self.remote = False
        self.locked: bool = False
        self.limits = {"V": (math.inf, -math.inf), "A": (math.inf, -math.inf)}
        self.reset()

    def reset(self) -> None:
        """Be in standby at 0 V."""
        self.energised = False
        self.amplitude = Amplitude()
        self.compensation = ""
        self.range: str = self.span_of(self.amplitude).name
        self._most = self._borne()
        self.settled_at = self.now
        self.output.jump(0.0)

    # --- physics -----------------------------------------------------------------------------------------------------

    def terminals(self) -> float:
        """Return what is at the NORMAL terminals now, without load, in the unit of the amplitude."""
        return self.output.value

    def noise(self) -> float:
        """Return the noise of the output, rms: of a DC voltage half a microvolt and 0.02 ppm."""
        if not self.energised:
            return 0.0
        if self.amplitude.quantity == "DC voltage":
            if self._noise_at is not self.output.end:
                self._noise_at = self.output.end
                self._noise = for_each(math.hypot, self.figure("noise", 0.5e-6), 0.02e-6 * self.output.end)
            return self._noise
        return 0.0 if self.amplitude.unit == "OHM" else 0.5e-6 * abs(self.output.end)

    def presented(self) -> Presented:
        """Return what it holds at its terminals now; in standby 0 V, or an open circuit where a resistance is set."""
        set_to = self.amplitude
        if not self.energised:
            return Presented(NOTHING) if set_to.unit == "OHM" else Presented(VOLTAGE, 0.0, 0.0, self.resistance)
        kind = _KINDS[set_to.unit]
        series = self.resistance if kind == VOLTAGE else 0.0
        return Presented(kind, self.output.value, set_to.hertz, series, self._most, self.noise(), self.compensation)

    def _borne(self) -> float:
        """Return what the output bears of what it does not hold."""
        if self.amplitude.unit == "A":
            return self.figure("compliance", COMPLIANCE)
        return self.span_of(self.amplitude).most

    def strain(self, by: str, *, strained: bool | None) -> None:
        """Learn whether a meter's circuit lets it hold its output: where not, it trips after a fifth of a second.

        A current has to find one way; a voltage must not find one that bears too much.
        """
        before = self.strained
        if strained is None:
            self.strained_by.pop(by, None)
        else:
            self.strained_by[by] = strained
        if self.strained and not before:
            self.world.at(self.now + TRIP, self._give_in)

    @property
    def strained(self) -> bool:
        """Return whether it cannot hold its output."""
        told = self.strained_by.values()
        return bool(told) and (all(told) if self.amplitude.unit == "A" else any(told))

    def _give_in(self) -> None:
        if self.strained:
            self.trip()

    def true_output(self, amplitude: Amplitude) -> float:
        """Return what settles at the terminals when this is set."""
        return amplitude.value + self.errors[amplitude.quantity].at(amplitude.value, amplitude.hertz)

    def span_of(self, amplitude: Amplitude) -> Span:
        """Return the range that an amplitude needs."""
        spans = self.spans[amplitude.quantity]
        return next((each for each in spans if abs(amplitude.value) <= each.top), spans[-1])

    def present(self, amplitude: Amplitude) -> None:
        """Set the output."""
        before = self.amplitude
        away = amplitude.unit == "V" and abs(amplitude.value) > self.dangerous >= abs(before.value)
        if away or amplitude.quantity != before.quantity:
            self.stand_by()
        wanted = self.span_of(amplitude).name
        changed = not self.locked and wanted != self.range
        if amplitude.quantity != before.quantity:
            self.compensation, self.locked = "", False
        self.amplitude = amplitude
        self.range = self.range if self.locked else wanted
        self._most = self._borne()
        self._approach(RANGE_CHANGE if changed else 0.0)

    def operate(self) -> None:
        """Connect the output to the terminals."""
        if not self.energised:
            self.energised = True
            self._approach(0.0)
        if self.faults.on_value(1.0, self.now, "OPER") == math.inf:
            self.world.at(self.now + TRIP, self.trip)

    def stand_by(self) -> None:
        """Disconnect the output from the terminals."""
        self.energised = False
        self.output.jump(0.0)

    def _approach(self, longer: float) -> None:
        if self.energised:
            usual = self.true_output(self.amplitude)
            shown = self.faults.on_value(usual, self.now, "OUT")
            end = shown if finite(shown) else usual
            if self.amplitude.unit == "OHM":
                self.output.jump(end)
            else:
                self.output.end = end
        self.settled_at = max(self.settled_at, self.now + self.figure("settling", SETTLING) + longer)
        self.world.at(self.settled_at, self.notice)
        self.notice()

    def trip(self) -> None:
        """Give up what it cannot hold, and say so."""
        if self.energised:
            self.stand_by()
            self.status.complain(self.tripped)
            self.notice()

    # --- what it shows -----------------------------------------------------------------------------------------------

    @property
    def register(self) -> int:
        """Return the instrument status register."""
        raise LookupError(self.model)  # every model has its own

    def notice(self) -> None:
        """Keep the change registers up to date."""
        self.changes.notice(self.register)

    def state(self) -> Mapping[str, object]:
        """Return what the front panel shows, and the value at the terminals."""
        return {"energised": self.energised, "setting": self.amplitude.value, "output": self.terminals()}

    def truth(self, name: str, **at: float) -> float:
        """Return a hidden value.

        `output` is what truly settles at the terminals when `at` volts are set; `AC voltage output`,
        `DC current output` and so on tell the same of the other functions, the alternating ones at a `frequency`.
        """
        quantity = name.removesuffix("output").strip() or "DC voltage"
        if name.endswith("output") and quantity in self.errors:
            return at["at"] + self.errors[quantity].at(at["at"], at.get("frequency", 0.0))
        return super().truth(name, **at)
