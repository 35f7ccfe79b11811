"""Fluke 1594A Super-Thermometer on its serial and network ports: ratio, resistance, temperature, a probe library.

Source: 1594A/1595A user manual, chapter 8.7: the first three or four letters of a word count, one command a line, no
semicolons (page 70); CALC:TYPE, page 80; INP:PROB:TEST?, page 87; STAT:OPER?, page 94. `ROUT:CLOS` and `SENS<n>:CURR`
are engineering memory.
"""

import math
import re
from collections.abc import Mapping
from typing import Final

from attrs import frozen

from labctl.metrology.many import finite
from labctl.simulation.dialogue import Answer, Dialogue, Spoken, number, only, switch
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import EXECUTION_ERROR, Complaint, Status
from labctl.simulation.world import World
from labctl_simulators.thermal.inputs import Inputs

PERIOD: Final = 2.0  # seconds of one measurement, both polarities
REFERENCE: Final = 100.0  # Ω, the internal reference resistor
HEADER: Final = Complaint(-113, "Undefined header")
SUFFIX: Final = Complaint(-114, "Header suffix out of range")
ILLEGAL: Final = Complaint(-224, "Illegal parameter value", EXECUTION_ERROR)
STALE: Final = Complaint(-230, "Data corrupt or stale", EXECUTION_ERROR)
RANGE: Final = Complaint(-222, "Data out of range", EXECUTION_ERROR)
TYPES: Final = ("TEMP", "RES", "RAT")
MEASURED: Final = 16
OPEN: Final = 5e5  # Ω, beyond which it measures nothing

_WORD: Final = re.compile(r"([A-Z*]+)(\d*)(\??)")


@frozen
class Made:
    """One measurement: of which channel, which number, and what it gave."""

    channel: int
    number: int
    value: float


class F1594A(SimulatedInstrument, maker="Fluke", model="1594A", wires=("serial", "tcp"), line="baud=9600"):
    """Four channels, one of which is closed and measured again and again."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand switched on, with nothing plugged in."""
        super().__init__(world, placed)
        self.inputs = Inputs(self, (1, 2, 3, 4), gain=self.figure("gain", 1e-6), noise=self.figure("noise", 2e-7))
        self.status = Status()
        self.power_on()

    def power_on(self) -> None:
        """Measure channel 1 in ohms at 1 mA."""
        self.status.clear()
        self.types = dict.fromkeys(self.inputs.channels, "RES")
        self.currents = dict.fromkeys(self.inputs.channels, 1.0)
        self.running = True
        self.close(1)

    def close(self, channel: int) -> None:
        """Connect a channel; its first measurement takes its time."""
        self.channel = channel
        self.since = self.now
        self.seen = 0
        self.last: Made | None = None

    @property
    def number(self) -> int:
        """Return how many measurements were made since the channel was closed."""
        return math.floor((self.now - self.since) / PERIOD + 1e-9) if self.running else self.seen

    def measured(self) -> float | None:
        """Return the last measurement, always the same once it was looked at; None before the first."""
        count = self.number
        if count == 0:
            return None
        if self.last is None or self.last.number != count or self.last.channel != self.channel:
            self.last = Made(self.channel, count, self._measure())
        return self.last.value

    def _measure(self) -> float:
        channel, current = self.channel, self.currents[self.channel]
        serial = round(self.now / PERIOD)
        found = self.inputs.resistance(channel, serial, current=current)
        if self.types[channel] == "TEMP":
            found = self.inputs.temperature(channel, serial, current=current)
        elif self.types[channel] == "RAT":
            found /= REFERENCE
        return self.faults.on_value(found, self.now, "FETC?")

    def dialogue(self) -> "F1594ADialogue":
        """Return a new session's dialogue."""
        return F1594ADialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what the display shows."""
        return {"energised": False, "channel": self.channel, "type": self.types[self.channel], "current": self.currents}


class F1594ADialogue(Dialogue):
    """Words count by their first letters; a channel's number stands at the end of a word."""

    ends = b"\r\n"
    answer_end = b"\n"
    latency = 0.02

    def __init__(self, bridge: F1594A) -> None:
        """Begin a session."""
        super().__init__(bridge.status)  # the queue is the instrument's, whoever asks
        self.bridge = bridge

    def answer(self, message: str) -> Answer | None:
        """Carry out the one command of a line, and return its answer."""
        try:
            said = self.carry_out(message)
        except Complaint as complaint:
            self.status.complain(complaint)
            return None
        return Answer(lambda: said) if isinstance(said, str) else said

    def carry_out(self, unit: str) -> Spoken:
        """Carry out a command."""
        header, parameters = self.parts(unit)
        if header.startswith("*"):
            return super().carry_out(unit)
        words, suffix = _shortened(header)
        method = _COMMANDS.get(words)
        if method is None:
            raise HEADER
        return getattr(self, method[0])(self._channel(suffix) if method[1] else 0, parameters)  # type: ignore[no-any-return]

    def identity(self) -> str:
        """Return maker, model, serial number and firmware."""
        who = disguised(self.bridge.identity, self.struck)
        return f"FLUKE,{who.model},{who.serial},{who.firmware or '1.31'}"

    def reset(self) -> None:
        """Be as after power-up."""
        self.bridge.power_on()

    def _channel(self, suffix: str) -> int:
        if not suffix.isdecimal() or int(suffix) not in self.bridge.inputs.channels:
            raise SUFFIX
        return int(suffix)

    # --- commands ----------------------------------------------------------------------------------------------------

    def _fetch(self, _: int, __: list[str]) -> Spoken:
        value = self.bridge.measured()
        if value is None or not finite(value) or abs(value) > OPEN:
            raise STALE
        self.bridge.seen = self.bridge.number
        digits = {"TEMP": 5, "RES": 6, "RAT": 8}[self.bridge.types[self.bridge.channel]]
        return f"{value:.{digits}f}"

    def _operation(self, _: int, __: list[str]) -> Spoken:
        new = self.bridge.number > self.bridge.seen
        self.bridge.seen = self.bridge.number
        return str(MEASURED if new else 0)

    def _condition(self, _: int, __: list[str]) -> Spoken:
        return str(MEASURED if self.bridge.running else 0)

    def _close(self, _: int, parameters: list[str]) -> Spoken:
        self.bridge.close(self._channel(only(parameters)))
        return None

    def _closed(self, _: int, __: list[str]) -> Spoken:
        return str(self.bridge.channel)

    def _type(self, channel: int, parameters: list[str]) -> Spoken:
        wanted = only(parameters).upper()[:4]
        if wanted not in TYPES:
            raise ILLEGAL
        self.bridge.types[channel] = wanted
        self.bridge.last = None
        return None

    def _type_query(self, channel: int, _: list[str]) -> Spoken:
        return self.bridge.types[channel]

    def _current(self, channel: int, parameters: list[str]) -> Spoken:
        wanted = number(only(parameters))
        if not 0.001 <= wanted <= 20:  # noqa: PLR2004  (mA)
            raise RANGE
        self.bridge.currents[channel] = wanted
        self.bridge.last = None
        return None

    def _current_query(self, channel: int, _: list[str]) -> Spoken:
        return f"{self.bridge.currents[channel]:.6g}"

    def _continuous(self, _: int, parameters: list[str]) -> Spoken:
        self.bridge.running = switch(parameters)
        return None

    def _continuous_query(self, _: int, __: list[str]) -> Spoken:
        return str(int(self.bridge.running))

    def _probe(self, _: int, parameters: list[str]) -> Spoken:
        if len(parameters) != 2:  # noqa: PLR2004  (identifier, resistance)
            raise Complaint(-109, "Missing parameter")
        wanted = parameters[0].strip("\"'")
        named = (each for each in self.bridge.inputs.plugged.values() if wanted in {each.key, each.identity.serial})
        sensor = next(named, None)
        if sensor is None:
            raise ILLEGAL
        resistance = number(parameters[1])
        curve = sensor.certified
        if not min(curve.value(curve.low), curve.value(curve.high)) <= resistance <= curve.value(curve.high):
            raise STALE
        return f"{curve.inverse(resistance, 25.0):.3f},C"

    def _error(self, _: int, __: list[str]) -> Spoken:
        code, words = self.status.next_error()
        return f'{code},"{words}"'


_COMMANDS: Final = {  # words in their shortest form, the method, and whether a channel stands in it
    "FETC?": ("_fetch", False),
    "STAT:OPER?": ("_operation", False),
    "STAT:OPER:COND?": ("_condition", False),
    "ROUT:CLOS": ("_close", False),
    "ROUT:CLOS?": ("_closed", False),
    "CALC:TYPE": ("_type", True),
    "CALC:TYPE?": ("_type_query", True),
    "SENS:CURR": ("_current", True),
    "SENS:CURR?": ("_current_query", True),
    "INIT:CONT": ("_continuous", False),
    "INIT:CONT?": ("_continuous_query", False),
    "INP:PROB:TEST?": ("_probe", False),
    "SYST:ERR?": ("_error", False),
}


def _shortened(header: str) -> tuple[str, str]:
    """Return a header's words by the letters that count, and the number in it.

    >>> _shortened("CALCULATE3:TYPE"), _shortened("FETCH?")
    (('CALC:TYPE', '3'), ('FETC?', ''))
    """
    words: list[str] = []
    suffix = ""
    for each in header.strip(":").split(":"):
        found = _WORD.fullmatch(each)
        if found is None:
            return "", ""
        word = found[1]
        short = word[:3] if word in {"INPUT", "ERROR"} else word[:4]
        words.append(short + found[3])
        suffix = suffix or found[2]
    return ":".join(words), suffix
