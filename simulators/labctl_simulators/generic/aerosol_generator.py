"""An aerosol generator by labctl's own profile of SCPI: a nebuliser, a heater, a feed into the chamber.

Its profile stands with its driver's documentation (`generic/AEROSOL-GENERATOR`).
"""

import math
from collections.abc import Callable, Mapping
from typing import Final

from labctl.metrology.many import greatest
from labctl.simulation.dialogue import ScpiDialogue, Spoken, command, number, only, switch
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import EXECUTION_ERROR, Complaint, Status
from labctl.simulation.world import World
from labctl_simulators.worlds.hidden import indication_of

HIGHEST: Final = 1000.0  # µg/m³
CLOGGED: Final = 0.3  # of its feed that is left
CLOG: Final = 2
FIRMWARE: Final = "1.0"
OUT_OF_RANGE: Final = Complaint(-222, "Data out of range", EXECUTION_ERROR)


class AerosolGenerator(SimulatedInstrument, maker="Generic", model="AEROSOL-GENERATOR", wires=("tcp", "serial")):
    """The generator: what it is told to feed, and what it truly feeds."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand beside the chamber, off, its hidden error drawn."""
        super().__init__(world, placed)
        self.calibration = indication_of(world, placed, "mass concentration", "µg/m³", usual="8 % * abs(nominal)")
        self.fed: Callable[[], None] | None = None  # hears that the feed changed; set by the world
        self.clogged = False
        self.power_on()

    def power_on(self) -> None:
        """Be off, its set-point zero."""
        self.setpoint = 0.0
        self.switch(on=False)

    def switch(self, *, on: bool) -> None:
        """Switch nebuliser and heater."""
        self.energised = on
        self.changed()

    def changed(self) -> None:
        """Tell the chamber."""
        if self.fed is not None:
            self.fed()

    def feeds(self) -> float:
        """Return the concentration that its feed truly comes to in its own chamber, in µg/m³."""
        if not self.energised or not self.setpoint:
            return 0.0
        told = self.faults.on_value(self.setpoint, self.now, "SOUR:CONC")
        if not math.isfinite(told):
            return 0.0  # it trips
        return greatest((self.calibration.true(told), 0.0)) * (CLOGGED if self.clogged else 1.0)

    def dialogue(self) -> "AerosolGeneratorDialogue":
        """Return a new session's dialogue."""
        return AerosolGeneratorDialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what its front panel shows."""
        return {"energised": self.energised, "setpoint": self.setpoint, "clogged": self.clogged}

    def truth(self, name: str, **at: float) -> float:
        """Return the true `feed`, or what `output` would truly come of a set-point, in µg/m³."""
        if name == "feed":
            return self.feeds()
        if name == "output":
            return self.calibration.true(at["at"])
        return super().truth(name, **at)


class AerosolGeneratorDialogue(ScpiDialogue):
    """The profile."""

    def __init__(self, generator: AerosolGenerator) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.generator = generator

    def identity(self) -> str:
        """Return maker, model, serial number and firmware."""
        who = disguised(self.generator.identity, self.struck)
        return f"GENERIC,{who.model},{who.serial},{who.firmware or FIRMWARE}"

    def reset(self) -> None:
        """Be off."""
        self.generator.power_on()

    @command("[SOURce:]CONCentration")
    def _set(self, parameters: list[str]) -> Spoken:
        value = number(only(parameters))
        if not 0.0 <= value <= HIGHEST:
            raise OUT_OF_RANGE
        self.generator.setpoint = value
        self.generator.changed()
        return None

    @command("[SOURce:]CONCentration?")
    def _setpoint(self, _: list[str]) -> Spoken:
        return f"{self.generator.setpoint:.1f}"

    @command("OUTPut[:STATe]")
    def _switch(self, parameters: list[str]) -> Spoken:
        self.generator.switch(on=switch(parameters))
        return None

    @command("OUTPut[:STATe]?")
    def _switched(self, _: list[str]) -> Spoken:
        return str(int(self.generator.energised))

    @command("STATus:QUEStionable[:CONDition]?")
    def _questionable(self, _: list[str]) -> Spoken:
        return str(CLOG if self.generator.clogged and self.generator.energised else 0)
