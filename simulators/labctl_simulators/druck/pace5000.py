"""Druck PACE5000 pressure controller on its serial port and the network: a volume of gas that it fills and vents.

Source: PACE Series SCPI Remote Communications Manual K0472 revision A, pages 4-32, 4-71, 4-87 to 4-89: the answer to a
query repeats its header. Figures of its physics are engineering estimates.
"""

import math
from collections.abc import Mapping
from typing import Final

from labctl.simulation.dialogue import ScpiDialogue, Spoken, command, number, only, switch
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.physics import FirstOrder
from labctl.simulation.status import EXECUTION_ERROR, Complaint, Status
from labctl.simulation.truth import of_standard
from labctl.simulation.world import World

FULL_SCALE: Final = 2000.0  # kPa, of the control module as usual
LOWEST: Final = -100.0  # kPa
FILLING: Final = 2.0  # seconds, time constant of filling and venting
ARRIVAL: Final = 1e-4  # kPa
NOISE: Final = 5e-6  # of full scale, of its sensor
STEP: Final = 0.1  # seconds
READING: Final = ":SENS:PRES"
KILOPASCALS: Final = {
    "PA": 1e-3,
    "HPA": 0.1,
    "MBAR": 0.1,
    "KPA": 1.0,
    "PSI": 6.894757293168,
    "BAR": 100.0,
    "MPA": 1000.0,
}
NOT_THERE: Final = Complaint(-224, "Illegal parameter value", EXECUTION_ERROR)
BEYOND: Final = Complaint(-222, "Data out of range", EXECUTION_ERROR)


class PACE5000(SimulatedInstrument, maker="Druck", model="PACE5000", wires=("serial", "tcp")):
    """Sensor, two valves and a controller on one volume of gas."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand switched on, vented, with the hidden error of its sensor drawn."""
        super().__init__(world, placed)
        self.full_scale = self.figure("full scale", FULL_SCALE)
        self.error = of_standard(world, placed.asset, "pressure", "kPa")
        self.gas = _Gas(FirstOrder(time_constant=self.figure("filling", FILLING), arrival=ARRIVAL))
        self.set_point = 0.0
        self.controls = False
        self.vented = False  # whether it was told to vent since it last controlled
        self.overshoots = True
        world.physical.append(self.gas)

    def power_on(self) -> None:
        """Be off, with its valves closed: what is in the volume stays there."""
        self.controls = self.vented = False
        self.set_point = 0.0
        self.gas.hold()

    # --- what the controller does ------------------------------------------------------------------------------------

    def aim(self, set_point: float) -> None:
        """Take a set-point in kPa."""
        if not LOWEST <= set_point <= self.full_scale:
            raise BEYOND
        self.set_point = set_point
        if self.controls:
            self._control()

    def switch(self, *, on: bool) -> None:
        """Control, or close both valves."""
        self.controls = on
        if on:
            self._control()
        else:
            self.gas.hold()

    def vent(self, *, start: bool) -> None:
        """Open to the atmosphere, or stop doing so; a controller that vents does not control."""
        self.controls, self.vented = False, start
        if start:
            self.gas.go(0.0)
        else:
            self.gas.hold()

    def _control(self) -> None:
        self.vented = False
        self.gas.go(self.true(self.set_point))

    def true(self, shown: float) -> float:
        """Return the pressure that is there when its sensor shows one, in kPa."""
        return shown + self.error.at(shown)

    def shown(self, message: str = READING) -> float:
        """Return the pressure that its sensor shows, in kPa."""
        noise = NOISE * self.full_scale * self.world.noise(f"{self.key} pressure", math.floor(self.now / STEP))
        present = self.gas.pressure
        return self.faults.on_value(present - self.error.at(present) + noise, self.now, message)

    def dialogue(self) -> "PACE5000Dialogue":
        """Return a new session's dialogue."""
        return PACE5000Dialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what its display shows."""
        pressure = self.gas.pressure
        held = abs(pressure) > 1.0 and not self.vented  # kPa, shut in; a volume that is open feeds nothing
        return {"energised": self.controls or held, "set-point": self.set_point, "pressure": round(pressure, 3)}

    def truth(self, name: str, **at: float) -> float:
        """Return the true `pressure` in its volume, or the true `output` at a set-point, in kPa."""
        if name == "pressure":
            return self.gas.pressure
        if name == "output":
            return self.true(at["at"])
        return super().truth(name, **at)


class _Gas:
    """What is in the volume: it goes to a pressure, or stays at the one that it has."""

    step = STEP

    def __init__(self, approach: FirstOrder) -> None:
        self.approach = approach

    @property
    def pressure(self) -> float:
        """Return the pressure relative to the atmosphere, in kPa."""
        return self.approach.value

    @property
    def resting(self) -> bool:
        """Return whether it stays as it is."""
        return self.approach.resting

    def go(self, end: float) -> None:
        """Begin to approach a pressure, from below or above without overshoot."""
        self.approach.end = end

    def hold(self) -> None:
        """Stay."""
        self.approach.end = self.approach.value

    def advance(self, dt: float) -> None:
        """Let `dt` seconds pass."""
        self.approach.advance(dt)


class PACE5000Dialogue(ScpiDialogue):
    """Its language; every answer begins with the header that was asked for."""

    latency = 0.02

    def __init__(self, controller: PACE5000) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.controller = controller
        self.unit = "MBAR"

    def identity(self) -> str:
        """Return who it is (page 4-71)."""
        who = disguised(self.controller.identity, self.struck)
        model = "Pace5000 User Interface" if who.model == PACE5000.model else who.model
        return f"*IDN GE Druck,{model},{who.serial},{who.firmware or '02.00.16'}"

    @property
    def size(self) -> float:
        """Return the unit in use in kPa."""
        return KILOPASCALS[self.unit]

    @command("SYSTem:ERRor[:NEXT]?")
    def _next_error(self, _: list[str]) -> Spoken:
        code, words = self.status.next_error()
        return f':SYST:ERR {code},"{words}"'

    @command("UNIT[:PRESsure]")
    def _unit(self, parameters: list[str]) -> Spoken:
        word = only(parameters).upper()
        if word not in KILOPASCALS:
            raise NOT_THERE
        self.unit = word
        return None

    @command("UNIT[:PRESsure]?")
    def _unit_query(self, _: list[str]) -> Spoken:
        return f":UNIT:PRES {self.unit}"

    @command("SENSe[:PRESsure]?")
    def _pressure(self, _: list[str]) -> Spoken:
        return f"{READING} {self._printed(self.controller.shown())}"

    @command("SOURce[:PRESsure][:LEVel][:IMMediate][:AMPLitude]")
    def _aim(self, parameters: list[str]) -> Spoken:
        self.controller.aim(number(only(parameters)) * self.size)
        return None

    @command("SOURce[:PRESsure][:LEVel][:IMMediate][:AMPLitude]?")
    def _aim_query(self, _: list[str]) -> Spoken:
        return f":SOUR:PRES:LEV:IMM:AMPL {self._printed(self.controller.set_point)}"

    @command("SOURce[:PRESsure][:LEVel][:IMMediate][:AMPLitude]:VENT")
    def _vent(self, parameters: list[str]) -> Spoken:
        self.controller.vent(start=switch(parameters))
        return None

    @command("SOURce[:PRESsure][:LEVel][:IMMediate][:AMPLitude]:VENT?")
    def _vent_query(self, _: list[str]) -> Spoken:
        vented = self.controller.vented
        return f":SOUR:PRES:LEV:IMM:AMPL:VENT {(2 if self.controller.gas.resting else 1) if vented else 0}"

    @command("SOURce[:PRESsure]:SLEW:OVERshoot[:STATe]")
    def _overshoot(self, parameters: list[str]) -> Spoken:
        self.controller.overshoots = switch(parameters)
        return None

    @command("OUTPut[:STATe]")
    def _output(self, parameters: list[str]) -> Spoken:
        self.controller.switch(on=switch(parameters))
        return None

    @command("OUTPut[:STATe]?")
    def _output_query(self, _: list[str]) -> Spoken:
        return f":OUTP:STAT {int(self.controller.controls)}"

    def _printed(self, kilopascals: float) -> str:
        value = kilopascals / self.size
        if math.isfinite(value):
            return f"{value:.3f}"
        return "NAN" if math.isnan(value) else f"{math.copysign(9.9e37, value):.1E}"
