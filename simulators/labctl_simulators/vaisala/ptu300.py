"""Vaisala PTU300 transmitter of the state of the air, on its serial service port.

Source: PTU300 User's Guide M210796EN, chapter 4. As delivered: 4800 baud, 7E1, carriage return ends a command.
"""

from typing import Final

from labctl.simulation.dialogue import Dialogue, Spoken, command
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.physics import Wander
from labctl.simulation.status import Complaint, Status
from labctl.simulation.truth import Errorless, TrueError, of_standard
from labctl.simulation.world import World

UNITS: Final = {"temperature": "°C", "humidity": "%", "pressure": "hPa"}
NOISE: Final = {"temperature": 0.01, "humidity": 0.03, "pressure": 0.02}
USUAL: Final = {"temperature": 0.1, "humidity": 0.8, "pressure": 0.1}  # half-width of the error without a record
MODES: Final = ("STOP", "RUN", "SEND", "POLL")
VERSION: Final = "5.16"


class PTU300(
    SimulatedInstrument, maker="Vaisala", model="PTU300", wires=("serial",), line="baud=4800&bits=7&parity=even"
):
    """What the transmitter makes of the air around it."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Hang on the wall, switched on, with its hidden errors drawn."""
        super().__init__(world, placed)
        self.air: dict[str, Wander] = {}  # set by the room it hangs in
        self.errors: dict[str, TrueError] = {
            quantity: of_standard(world, placed.asset, quantity, unit) for quantity, unit in UNITS.items()
        }
        self.mode = "STOP"

    def power_on(self) -> None:
        """Be silent until asked."""
        self.mode = "STOP"

    def shown(self, quantity: str, message: str = "SEND") -> float:
        """Return what is shown of a quantity now."""
        true = self.air[quantity].at(self.now)
        error = self.errors[quantity]
        off = self.world.drawn(USUAL[quantity], self.key, quantity) if isinstance(error, Errorless) else error.at(true)
        noise = NOISE[quantity] * self.world.noise(f"{self.key} {quantity}", round(self.now * 10))
        return self.faults.on_value(true - off + noise, self.now, message)

    def dialogue(self) -> "PTU300Dialogue":
        """Return a new session's dialogue."""
        return PTU300Dialogue(self)

    def truth(self, name: str, **at: float) -> float:
        """Return a true `temperature`, `humidity` or `pressure` of the room, now."""
        if name in self.air:
            return self.air[name].at(self.now)
        return super().truth(name, **at)


class PTU300Dialogue(Dialogue):
    """The serial line commands, without echo."""

    ends = b"\r\n"
    answer_end = b"\r\n"
    latency = 0.05

    def __init__(self, transmitter: PTU300) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.transmitter = transmitter

    def readable(self, message: bytes) -> str:
        """Return the characters of seven bits."""
        return "".join(chr(each & 0x7F) for each in message).strip()

    def carry_out(self, unit: str) -> Spoken:
        """Carry out a command; one that is not known is answered in words."""
        try:
            return super().carry_out(unit)
        except Complaint:
            return f"Unknown command: {unit}"

    @command("SEND", "S")
    def _send(self, _: list[str]) -> Spoken:
        shown = {each: self.transmitter.shown(each) for each in UNITS}
        fields = (
            f"P={field(shown['pressure'], 4)} hPa",
            f"T={field(shown['temperature'], 3)} 'C",
            f"RH={field(shown['humidity'], 3)} %RH",
        )
        return " ".join(fields)

    @command("?")
    def _listing(self, _: list[str]) -> Spoken:
        who = disguised(self.transmitter.identity, self.struck)
        lines = (
            f"{who.model} / {who.firmware or VERSION}",
            f"Serial number  : {who.serial}",
            "Batch number   : A1450032",
            "Adjust. info   : / 2025-11-03",
            f"Output mode    : {self.transmitter.mode}",
            "Baud P D S     : 4800 E 7 1",
            "Echo           : OFF",
            "Pressure       : 1013.25 hPa",
            "Module 1       : BARO-1",
            "Module 2       : not installed",
        )
        return "\r\n".join(lines)

    @command("ERRS")
    def _errors(self, _: list[str]) -> Spoken:
        return "No errors"

    @command("VERS")
    def _versions(self, _: list[str]) -> Spoken:
        who = disguised(self.transmitter.identity, self.struck)
        return f"{who.model} / {who.firmware or VERSION}"

    @command("SNUM")
    def _serial(self, _: list[str]) -> Spoken:
        return f"Serial number  : {disguised(self.transmitter.identity, self.struck).serial}"

    @command("SMODE")
    def _mode(self, parameters: list[str]) -> Spoken:
        if parameters and parameters[0].upper() in MODES:
            self.transmitter.mode = parameters[0].upper()
        return f"Output mode : {self.transmitter.mode}"


def field(value: float, whole: int) -> str:
    """Return a value with one decimal, right-aligned; asterisks where there is none.

    >>> field(13.25, 4), field(float("nan"), 3)
    ('  13.2', '*****')
    """
    width = whole + 2
    return f"{value:{width}.1f}" if abs(value) < 10**whole else "*" * width
