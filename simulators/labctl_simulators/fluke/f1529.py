"""Fluke 1529 Chub-E4 thermometer readout on its serial port: four channels, each reading once new and then old.

Source: 1529 technical manual, chapter interface commands (command syntax, page 84; FETCh?, page 87; SENSe:DATA?,
page 90).
"""

import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from labctl.clock import SimulatedClock
from labctl.metrology.many import finite
from labctl.simulation.dialogue import Answer, ScpiDialogue, Spoken, command, only, switch
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import EXECUTION_ERROR, Complaint, Status
from labctl.simulation.world import World
from labctl_simulators.thermal.inputs import Inputs
from labctl_simulators.thermal.sensors import Thermoelectric

PERIOD: Final = 1.0  # seconds between two readings of a channel
SUFFIX: Final = Complaint(-114, "Header suffix out of range")
UNITS: Final[dict[str, Callable[[float], float]]] = {
    "C": lambda t: t,
    "F": lambda t: 1.8 * t + 32.0,
    "K": lambda t: t + 273.15,
}
NOTHING: Final = "9.9E+37"


class F1529(SimulatedInstrument, maker="Fluke", model="1529", wires=("serial",), line="baud=9600"):
    """Four channels that are measured at once, every second."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand switched on, with nothing plugged in."""
        super().__init__(world, placed)
        self.inputs = Inputs(self, (1, 2, 3, 4), gain=self.figure("gain", 20e-6), noise=self.figure("noise", 5e-7))
        self.status = Status()
        self.power_on()

    def power_on(self) -> None:
        """Forget how readings shall look."""
        self.status.clear()
        self.stamped = False
        self.unit = "C"
        self.read: dict[int, int] = {}

    @property
    def number(self) -> int:
        """Return the number of the reading that was made last."""
        return math.floor(self.now / PERIOD)

    def input(self, channel: int, message: str) -> float:
        """Return the input value of a channel: Ω, or mV of a thermocouple."""
        if isinstance(self.inputs.plugged.get(channel), Thermoelectric):
            value = 1e3 * self.inputs.voltage(channel, self.number)
        else:
            value = self.inputs.resistance(channel, self.number)
        return self.faults.on_value(value, self.now, message)

    def temperature(self, channel: int, message: str) -> float:
        """Return the temperature of a channel in the unit of the display."""
        found = self.faults.on_value(self.inputs.temperature(channel, self.number), self.now, message)
        return UNITS[self.unit](found)

    def dialogue(self) -> "F1529Dialogue":
        """Return a new session's dialogue."""
        return F1529Dialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what the display shows."""
        shown = {f"channel {each}": self.inputs.temperature(each, self.number) for each in self.inputs.plugged}
        return {"energised": False, **shown}


class F1529Dialogue(ScpiDialogue):
    """One command a line: what follows a semicolon is not understood."""

    ends = b"\r\n"
    answer_end = b"\r\n"
    latency = 0.03
    longest = 128

    def __init__(self, readout: F1529) -> None:
        """Begin a session."""
        super().__init__(readout.status)  # the queue is the instrument's, whoever asks
        self.readout = readout

    def answer(self, message: str) -> Answer | None:
        """Carry out the one command of a line."""
        if ";" in message:
            self.status.complain(Complaint(-102, "Syntax error"))
            return None
        return super().answer(message)

    def identity(self) -> str:
        """Return maker, model, serial number and firmware."""
        who = disguised(self.readout.identity, self.struck)
        return f"HART,{who.model},{who.serial},{who.firmware or '1.20'}"

    def _channel(self, parameters: list[str]) -> int:
        wanted = only(parameters)
        if wanted not in {"1", "2", "3", "4"}:
            raise Complaint(-222, "Data out of range", EXECUTION_ERROR)
        return int(wanted)

    @command("FETCh?", "MEASure?", "READ?")
    def _fetch(self, parameters: list[str]) -> Spoken:
        channel = self._channel(parameters) if parameters else min(self.readout.inputs.plugged, default=1)
        number = self.readout.number
        shown = self.readout.temperature(channel, f"FETC? {channel}")
        value = f"{shown:.4f}" if finite(shown) else NOTHING
        if not self.readout.stamped:
            return value
        new = int(self.readout.read.get(channel, -1) < number)
        self.readout.read[channel] = number
        return f"{new},{channel},{value},{self.readout.unit},{self._made_at()}"

    def _made_at(self) -> str:
        clock = self.readout.world.clock
        if isinstance(clock, SimulatedClock):
            made = clock.started + timedelta(seconds=self.readout.number * PERIOD)
        else:
            made = clock.now()
        return f"{made.hour},{made.minute},{made.second},{made.year},{made.month},{made.day}"

    @command("STATus:MEASure?")
    def _is_new(self, parameters: list[str]) -> Spoken:
        return str(int(self.readout.read.get(self._channel(parameters), -1) < self.readout.number))

    @command("SENSe1:DATA?")
    def _first(self, _: list[str]) -> Spoken:
        return self._data(1)

    @command("SENSe2:DATA?")
    def _second(self, _: list[str]) -> Spoken:
        return self._data(2)

    @command("SENSe3:DATA?")
    def _third(self, _: list[str]) -> Spoken:
        return self._data(3)

    @command("SENSe4:DATA?")
    def _fourth(self, _: list[str]) -> Spoken:
        return self._data(4)

    @command("SENSe:DATA?")
    def _without_channel(self, _: list[str]) -> Spoken:
        raise SUFFIX

    def _data(self, channel: int) -> str:
        value = self.readout.input(channel, f"SENS{channel}:DATA?")
        return f"{value:.4f}, 0.0000" if finite(value) else f"{NOTHING}, 0.0000"

    @command("FORMat:STAMp")
    def _stamp(self, parameters: list[str]) -> Spoken:
        self.readout.stamped = switch(parameters)
        return None

    @command("FORMat:STAMp?")
    def _stamp_query(self, _: list[str]) -> Spoken:
        return str(int(self.readout.stamped))

    @command("UNIT:TEMPerature")
    def _unit(self, parameters: list[str]) -> Spoken:
        wanted = only(parameters).upper()
        if wanted not in UNITS:
            raise Complaint(-224, "Illegal parameter value", EXECUTION_ERROR)
        self.readout.unit = wanted
        return None

    @command("UNIT:TEMPerature?")
    def _unit_query(self, _: list[str]) -> Spoken:
        return self.readout.unit

    @command("SYSTem:SNUMber?")
    def _serial(self, _: list[str]) -> Spoken:
        return disguised(self.readout.identity, self.struck).serial
