"""What Vaisala's transmitters of the state of the air have in common: sensors, modes, the commands of the serial line.

Source: PTU300 User's Guide M210796EN and HMT330 User's Guide M210566EN, chapter 4, serial line communication. As
delivered: 4800 baud, 7E1, carriage return ends a command, echo off.
"""

import re
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from labctl.simulation.dialogue import Answer, Dialogue, Spoken, command
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.physics import Wander
from labctl.simulation.status import Complaint, Status
from labctl.simulation.truth import Errorless, TrueError, of_standard
from labctl.simulation.world import World
from labctl_simulators.vaisala.formatter import Unreadable, rendered, tokens

UNITS: Final = {"temperature": "°C", "humidity": "%", "pressure": "hPa"}
SYMBOLS: Final = {"temperature": "T", "humidity": "RH", "pressure": "P"}
NOISE: Final = {"temperature": 0.01, "humidity": 0.03, "pressure": 0.02}
USUAL: Final = {"temperature": 0.1, "humidity": 0.8, "pressure": 0.1}  # half-width of the error without a record
STILL: Final = {"temperature": 20.0, "humidity": 50.0, "pressure": 1013.25}  # the air of a room that nobody set
MODES: Final = ("STOP", "RUN", "SEND", "POLL")
SECONDS: Final = {"S": 1, "MIN": 60, "H": 3600}
ADDRESSES: Final = 256
VERSION: Final = "5.16"

_INTERVAL: Final = re.compile(r"(\d{1,3})\s*(S|MIN|H)", re.IGNORECASE)


class Transmitter(SimulatedInstrument):
    """What a transmitter makes of the air around it."""

    senses: ClassVar[tuple[str, ...]] = ("temperature", "humidity")

    def __init__(self, world: World, placed: Placed) -> None:
        """Hang on the wall, switched on, with its hidden errors drawn."""
        super().__init__(world, placed)
        self.air = {each: Wander(STILL[each], 0.0) for each in UNITS}  # or set by the room
        self.errors: dict[str, TrueError] = {
            quantity: of_standard(world, placed.asset, quantity, UNITS[quantity]) for quantity in self.senses
        }
        self.mode = "STOP"  # these outlast the power
        self.interval = 1.0
        self.bus_address = 0
        self.form = ""  # as delivered
        self.power_on()

    def power_on(self) -> None:
        """Begin in the mode that was chosen last; RUN begins to talk, which nobody on this bench wants."""
        self.mode = "STOP" if self.mode == "RUN" else self.mode
        self.opened = False

    def shown(self, quantity: str, message: str = "SEND") -> float:
        """Return what is shown of a quantity now."""
        true = self.air[quantity].at(self.now)
        error = self.errors[quantity]
        off = self.world.drawn(USUAL[quantity], self.key, quantity) if isinstance(error, Errorless) else error.at(true)
        noise = NOISE[quantity] * self.world.noise(f"{self.key} {quantity}", round(self.now * 10))
        return self.faults.on_value(true - off + noise, self.now, message)

    def failed(self) -> bool:
        """Return whether a sensor gives no number."""
        return any(each.fault.name in {"nan", "overload"} for each in self.faults.armed)

    def listens(self) -> bool:
        """Return whether it takes every command: not while it talks by itself, nor closed on a bus."""
        return self.mode != "RUN" and (self.mode != "POLL" or self.opened)

    def state(self) -> Mapping[str, object]:
        """Return what its display shows."""
        return {"energised": False, "mode": self.mode}

    def truth(self, name: str, **at: float) -> float:
        """Return a true `temperature`, `humidity` or `pressure` of the room, now."""
        if name in self.air:
            return self.air[name].at(self.now)
        return super().truth(name, **at)


class TransmitterDialogue(Dialogue):
    """The serial line commands, without echo.

    While it talks by itself only `S` is heard: whoever asks anything else has the next output before him, instead of
    an answer. Outputs that nobody waits for are not put on the wire. On a bus (POLL) it hears `SEND` and `OPEN` with
    its own address alone.
    """

    ends = b"\r\n"
    answer_end = b"\r\n"
    latency = 0.05

    def __init__(self, transmitter: Transmitter) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.transmitter = transmitter

    def readable(self, message: bytes) -> str:
        """Return the characters of seven bits."""
        return "".join(chr(each & 0x7F) for each in message).strip()

    def answer(self, message: str) -> Answer | None:
        """Carry out a command; a semicolon separates nothing here."""
        self.begin()
        said = self.carry_out(message)
        return Answer(_constant(said)) if isinstance(said, str) else said

    def carry_out(self, unit: str) -> Spoken:
        """Carry out a command; one that is not known is answered in words."""
        header, _, rest = unit.partition(" ")
        header, rest = header.upper(), rest.strip()
        if not self.transmitter.listens():
            return self._barely_heard(header, rest)
        if header == "FORM":
            return self._form(rest)
        try:
            return super().carry_out(unit)
        except Complaint:
            return f"Unknown command: {unit}"

    def parts(self, unit: str) -> tuple[str, list[str]]:
        """Return the header in capitals and what follows, separated by blanks."""
        header, _, rest = unit.partition(" ")
        return header.upper(), rest.split()

    @abstractmethod
    def default(self) -> str:
        """Return the output as delivered."""

    def output(self) -> str:
        """Return one output, without its line's end."""
        transmitter = self.transmitter
        if not transmitter.form:
            return self.default()
        quantities = {SYMBOLS[each]: transmitter.shown(each) for each in transmitter.senses}
        return rendered(transmitter.form, quantities, self._words()).removesuffix("\r\n")

    def _words(self) -> Mapping[str, str]:
        return {
            "SN": disguised(self.transmitter.identity, self.struck).serial,
            "ADDR": str(self.transmitter.bus_address),
            "ERR": "0000",
            "OK": "OK",
        }

    def _barely_heard(self, header: str, rest: str) -> Spoken:
        transmitter = self.transmitter
        if transmitter.mode == "RUN":
            if header != "S":
                return Answer(self.output, self._until_next())
            transmitter.mode = "STOP"
            return None
        if rest != str(transmitter.bus_address):
            return None
        if header == "OPEN":
            transmitter.opened = True
            return f"{disguised(transmitter.identity, self.struck).model} {rest} line opened for operator commands"
        return self.output() if header == "SEND" else None

    def _until_next(self) -> float:
        """Return the seconds until it says its next output by itself."""
        interval = max(self.transmitter.interval, self.latency)
        return interval - self.transmitter.now % interval

    # --- output ------------------------------------------------------------------------------------------------------

    @command("SEND")
    def _send(self, _: list[str]) -> Spoken:
        return self.output()

    @command("R")
    def _run(self, _: list[str]) -> Spoken:
        self.transmitter.mode = "RUN"
        return Answer(self.output, self._until_next())

    @command("S")
    def _stop(self, _: list[str]) -> Spoken:
        return None

    @command("INTV")
    def _interval(self, parameters: list[str]) -> Spoken:
        given = _INTERVAL.fullmatch(" ".join(parameters))
        if given is not None:
            self.transmitter.interval = float(int(given[1]) * SECONDS[given[2].upper()])
        return f"Output interval: {self.transmitter.interval:.0f} S"

    def _form(self, given: str) -> Spoken:
        transmitter = self.transmitter
        if not given:
            return transmitter.form.replace("#", "\\") or "default"
        try:
            tokens("" if given == "/" else given)
            rendered("" if given == "/" else given, dict.fromkeys(("P", "T", "RH"), 0.0), self._words())
        except Unreadable:
            return "Invalid format"
        transmitter.form = "" if given == "/" else given
        return "OK"

    # --- modes and bus -----------------------------------------------------------------------------------------------

    @command("SMODE")
    def _mode(self, parameters: list[str]) -> Spoken:
        if parameters and parameters[0].upper() in MODES:
            self.transmitter.mode = parameters[0].upper()
            self.transmitter.opened = False
        return f"Output mode : {self.transmitter.mode}"

    @command("ADDR")
    def _address(self, parameters: list[str]) -> Spoken:
        if parameters and parameters[0].isdigit() and int(parameters[0]) < ADDRESSES:
            self.transmitter.bus_address = int(parameters[0])
        return f"Address : {self.transmitter.bus_address}"

    @command("OPEN")
    def _open(self, _: list[str]) -> Spoken:
        return None

    @command("CLOSE")
    def _close(self, _: list[str]) -> Spoken:
        self.transmitter.mode, self.transmitter.opened = "POLL", False
        return "line closed"

    # --- who it is ---------------------------------------------------------------------------------------------------

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
            *self.modules(),
        )
        return "\r\n".join(lines)

    def modules(self) -> tuple[str, str]:
        """Return the last two lines of the listing."""
        return "Module 1       : not installed", "Module 2       : not installed"

    @command("ERRS")
    def _errors(self, _: list[str]) -> Spoken:
        return "E3 Humidity sensor failure" if self.transmitter.failed() else "No errors"

    @command("VERS")
    def _versions(self, _: list[str]) -> Spoken:
        who = disguised(self.transmitter.identity, self.struck)
        return f"{who.model} / {who.firmware or VERSION}"

    @command("SNUM")
    def _serial(self, _: list[str]) -> Spoken:
        return f"Serial number  : {disguised(self.transmitter.identity, self.struck).serial}"


def _constant(text: str) -> Callable[[], str]:
    return lambda: text
