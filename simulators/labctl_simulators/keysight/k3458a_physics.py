"""Keysight (HP, Agilent) 3458A digital multimeter: its functions as data, its registers, its trigger, its memory.

Source: 3458A User's Guide, chapter 6 (command reference). The texts of the error bits, the noise and the usual limits
are engineering memory [K]; so is that ERRSTR? numbers the bits of the error register from 100, the auxiliary ones
from 200.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from attrs import define

from labctl.simulation.instrument import Placed
from labctl.simulation.status import Complaint, Status
from labctl.simulation.world import World
from labctl_simulators.electrics.functions import (
    AC_CURRENT,
    AC_VOLTAGE,
    DC_CURRENT,
    DC_VOLTAGE,
    FOUR_WIRES,
    FREQUENCY,
    TWO_WIRE,
    Function,
)
from labctl_simulators.electrics.multimeter import Multimeter, Settings, Setup

VOLTS: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
AC_VOLTS: Final = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
AMPERES: Final = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0)
OHMS: Final = (10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9)
SHUNTS: Final = {
    1e-7: 545.2e3, 1e-6: 45.2e3, 1e-5: 5.2e3, 1e-4: 730.0, 1e-3: 100.0, 0.01: 10.0, 0.1: 1.0, 1.0: 0.1
}  # fmt: skip
THROUGH: Final = {
    10.0: 0.01, 100.0: 1e-3, 1e3: 1e-3, 1e4: 1e-4, 1e5: 5e-5, 1e6: 5e-6, 1e7: 5e-7, 1e8: 5e-7, 1e9: 5e-7
}  # fmt: skip
RESISTANCE_LIMITS: Final = "15 ppm * abs(nominal) + 1 ppm * range"
DIGITS: Final = ((0.0001, 3e-5), (0.006, 1e-6), (1.0, 1e-7), (10.0, 1e-8))  # cycles up to which, share of the range
FINEST: Final = 1e-8

FUNCTIONS: Final = (
    Function(
        name=DC_VOLTAGE,
        ranges=VOLTS,
        usual_top=1000.0,
        usual="8 ppm * abs(nominal) + 0.3 ppm * range",
        noise={0.1: 0.06e-6, 1.0: 0.1e-6, 10.0: 0.5e-6, 100.0: 10e-6, 1000.0: 100e-6},
        ohms={0.1: 1e10, 1.0: 1e10, 10.0: 1e10, 100.0: 10e6, 1000.0: 10e6},
        last_over=1.05,
    ),
    Function(
        name=AC_VOLTAGE,
        ranges=AC_VOLTS,
        usual_top=1000.0,
        usual="100 ppm * abs(nominal) + 20 ppm * range",
        noise_share=2e-6,
        ohms=dict.fromkeys(AC_VOLTS, 1e6),
        last_over=1.05,
    ),
    Function(
        name=DC_CURRENT,
        ranges=AMPERES,
        usual_top=1.0,
        usual="25 ppm * abs(nominal) + 5 ppm * range",
        noise_share=3e-7,
        ohms=SHUNTS,
        last_over=1.05,
    ),
    Function(
        name=AC_CURRENT,
        ranges=AMPERES[3:],
        usual_top=1.0,
        usual="600 ppm * abs(nominal) + 200 ppm * range",
        noise_share=5e-6,
        ohms=SHUNTS,
        last_over=1.05,
    ),
    Function(name=TWO_WIRE, ranges=OHMS, usual_top=1e9, usual=RESISTANCE_LIMITS, through=THROUGH, noise_share=2e-7),
    Function(name=FOUR_WIRES, ranges=OHMS, usual_top=1e9, usual=RESISTANCE_LIMITS, through=THROUGH, noise_share=2e-7),
    Function(name=FREQUENCY, ranges=(1e7,), usual_top=1e7, usual="100 ppm * abs(nominal) + 0 Hz", ohms={1e7: 1e6}),
)


SYNTAX: Final = Complaint(1 << 3, "SYNTAX ERROR")
TEXTS: Final = {
    1: "HARDWARE ERROR--CHECK AUXERR", 2: "CALIBRATION OR ACAL ERROR", 4: "TRIGGER TOO FAST", 8: "SYNTAX ERROR",
    16: "COMMAND NOT ALLOWED FROM REMOTE", 32: "UNDEFINED PARAMETER", 64: "PARAMETER OUT OF RANGE",
    128: "REQUIRED PARAMETER MISSING", 256: "PARAMETER IGNORED", 512: "OUT OF CALIBRATION", 1024: "AUTOCAL REQUIRED",
}  # fmt: skip
POWER: Final = 1 << 3
READY: Final = 1 << 4
ERROR: Final = 1 << 5
DATA: Final = 1 << 7


@define(kw_only=True)
class Registers(Status):
    """Status of the meter: error bits instead of a queue."""

    bits: int = 0
    auxiliary: int = 0
    powered: bool = True
    busy: bool = False

    def power_on(self) -> None:
        """Be as after every power-up."""
        self.bits = self.auxiliary = 0
        self.powered = True

    def complain(self, complaint: Complaint) -> None:
        """Set the bit of an error; what the common dialogue finds is a syntax error here."""
        self.bits |= complaint.code if complaint.code > 0 else SYNTAX.code

    def next_error(self) -> tuple[int, str]:
        """Return one error, the auxiliary ones first, and forget it."""
        for name, base in (("auxiliary", 200), ("bits", 100)):
            bits = int(getattr(self, name))
            if bits:
                lowest = bits & -bits
                setattr(self, name, bits & ~lowest)
                text = TEXTS[lowest] if base == 100 else "HARDWARE ERROR"  # noqa: PLR2004  (the main register)
                return base + lowest.bit_length() - 1, text
        return 0, "NO ERROR"

    def clear(self) -> None:
        """Clear the status (CSB), the error bits stay."""
        self.powered = False

    def byte(self, *, message_waits: bool = False) -> int:
        """Return the status byte."""
        byte = POWER if self.powered else 0
        byte |= ERROR if self.bits or self.auxiliary else 0
        byte |= DATA if message_waits else 0
        return byte | (0 if self.busy else READY)


class Physics3458A(Multimeter):
    """The meter; registers, trigger and output are its own, for it has one bus connector."""

    functions: ClassVar[Mapping[str, Function]] = {each.name: each for each in FUNCTIONS}
    ac_resolution = 1e-7

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand on the bench, switched on."""
        self.registers = Registers()
        super().__init__(world, placed)

    def power_on(self) -> None:
        """Be as after every power-up: it measures by itself, and says in its status that power came."""
        super().power_on()
        self.registers.power_on()
        self.preset()

    def preset(self) -> None:
        """Be as after RESET: triggers automatic."""
        self.setup = self.delivered()
        self.armed = "AUTO"
        self.triggered = "AUTO"
        self.always_ends = False
        self.digits = 7
        self.memory: str = "OFF"
        self.stored: list[float] = []

    def step_of(self, function: Function, settings: Settings, top: float, seen: float) -> float:
        """Return the last digit of a reading, of which there are more the longer it integrates."""
        if function.alternating:
            return super().step_of(function, settings, top, seen)
        return next((share for cycles, share in DIGITS if settings.cycles <= cycles), FINEST) * top

    def ac_delay(self, setup: Setup) -> float:
        """Return the seconds that the detector is given to settle before a reading."""
        return max(0.02, 12.0 / setup.lowest)

    def internal_temperature(self) -> float:
        """Return the temperature inside, in degrees Celsius: some 14 K above the room."""
        return 34.0 + self.world.drawn(2.0, self.key, "internal temperature")

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Let something happen after so many seconds."""
        self.world.at(self.now + seconds, action)
