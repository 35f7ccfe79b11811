"""Sartorius ME5-F filter microbalance on its serial port (SBI).

Source: Sartorius ME operating instructions, pages 131 to 137; Cubis MSE manual, page 71, for the commands. As
delivered: 1200 baud, 7O1. Model and serial number are laid out from engineering memory.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final

from labctl.metrology.many import finite, nan
from labctl.simulation.dialogue import Dialogue, Spoken
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import Status
from labctl.simulation.world import World
from labctl_simulators.worlds.hidden import indication_of

CAPACITY: Final = 5100.0  # mg
STEP: Final = 0.001  # mg
NOISE: Final = 0.0005  # mg
SETTLING: Final = 1.5  # seconds, time constant of pan and filter
UNREST: Final = 12.0  # seconds after a change until it calls itself stable
THROWN: Final = 0.5  # mg by which a change overshoots
ZERO_DRIFT: Final = 0.001  # mg an hour
FIRMWARE: Final = "01-37-05"


class ME5F(
    SimulatedInstrument, maker="Sartorius", model="ME5-F", wires=("serial",), line="baud=1200&bits=7&parity=odd"
):
    """The balance: what lies on its pan, how it comes to rest, how its zero wanders."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand on its stone, switched on, the pan empty."""
        super().__init__(world, placed)
        self.indication = indication_of(world, placed, "mass", "mg", usual="1e-6 * abs(nominal) + 0.002 mg")
        self.drift = world.drawn(ZERO_DRIFT, placed.key, "zero drift") / 3600.0
        self.pan: Callable[[float], float] | None = None  # mass in mg at an instant
        self.changed_at = -UNREST
        self.zero = 0.0
        self.power_on()

    def power_on(self) -> None:
        """Take the present load as zero."""
        self.zero = self._felt(self.now)
        self.changed_at = self.now - UNREST

    # --- physics -----------------------------------------------------------------------------------------------------

    def load(self, mass: Callable[[float], float] | None) -> None:
        """Put something on the pan, or take it off."""
        self.pan = mass
        self.changed_at = self.now

    def true_mass(self) -> float:
        """Return the mass on the pan in mg."""
        return self.pan(self.now) if self.pan is not None else 0.0

    def _felt(self, instant: float) -> float:
        mass = self.pan(instant) if self.pan is not None else 0.0
        return self.indication.shown(mass) - self.indication.shown(0.0) + self.drift * instant

    def stable(self) -> bool:
        """Return whether it calls itself stable."""
        return self.now - self.changed_at >= UNREST

    def shown(self, message: str) -> float:
        """Return what is shown, in mg; beyond its capacity infinite."""
        swing = THROWN * math.exp(-(self.now - self.changed_at) / SETTLING)
        rough = NOISE * self.world.noise(f"{self.key} mass", math.floor(self.now * 2))
        value = self._felt(self.now) - self.zero + swing + rough
        if self.true_mass() > CAPACITY:
            value = math.inf
        return self.faults.on_value(value, self.now, message)

    def take_zero(self) -> None:
        """Show the present load as zero."""
        self.zero = self._felt(self.now)

    # --- what is seen ------------------------------------------------------------------------------------------------

    def dialogue(self) -> "ME5FDialogue":
        """Return a new session's dialogue."""
        return ME5FDialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what its display shows."""
        return {"energised": False, "loaded": self.pan is not None, "stable": self.stable()}

    def truth(self, name: str, **at: float) -> float:
        """Return the true `mass` on the pan, or `error` of indication at one, both in mg."""
        if name == "mass":
            return self.true_mass()
        if name == "error":
            return self.indication.shown(at["at"]) - self.indication.shown(0.0) - at["at"]
        return super().truth(name, **at)


class ME5FDialogue(Dialogue):
    """Escape commands; what is not known is not answered."""

    ends = b"\r\n"
    answer_end = b"\r\n"
    latency = 0.02

    def __init__(self, balance: ME5F) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.balance = balance

    def readable(self, message: bytes) -> str:
        """Return the characters of seven bits from the last escape on."""
        text = "".join(chr(each & 0x7F) for each in message)
        _, escape, command = text.rpartition("\x1b")
        return f"ESC {command.strip()}" if escape else ""

    def carry_out(self, unit: str) -> Spoken:
        """Carry out a command."""
        order = unit.removeprefix("ESC ")
        if order == "P":
            return self._identified(self._weight(unit))
        if order in {"T", "V"}:
            self.balance.take_zero()
        elif order == "S":
            self.balance.power_on()
        return self._plate().get(order)

    def _plate(self) -> Mapping[str, str]:
        who = disguised(self.balance.identity, self.struck)
        return {
            "x1_": f"Mod.{who.model:>16}",
            "x2_": f"S/N{who.serial:>17}",
            "x3_": f"Vers.{who.firmware or FIRMWARE:>15}",
        }

    def _weight(self, message: str) -> str:
        value = self.balance.shown(message)
        if nan(value):
            return "Err 054".center(14)
        if not finite(value):
            return "H".center(14) if value > 0 else "L".center(14)
        unit = "mg " if self.balance.stable() else "   "
        return f"{round(value / STEP) * STEP + 0.0:=+10.3f} {unit}"

    def _identified(self, weight: str) -> str:
        return weight if not self.balance.figure("22 characters", 0.0) else f"N     {weight}"
