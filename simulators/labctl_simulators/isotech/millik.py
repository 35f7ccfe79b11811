"""Isotech milliK precision thermometer with its millisKanners on its serial and network ports.

Commands and answers end with CR, several commands of one line are joined by semicolons and carried out in order; under
local control it answers `*IDN?` and the list of devices only. As public drivers use it; not held against the manual.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from labctl.metrology.many import finite
from labctl.simulation.dialogue import Answer, Dialogue, Spoken, number, only
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import Complaint, Status
from labctl.simulation.world import World
from labctl_simulators.thermal.inputs import Inputs

PERIOD: Final = 1.0  # seconds of one reading
RANGES: Final = (115.0, 460.0, 500_000.0)  # Ω
CURRENTS: Final = {"NORMAL": 1.0, "ROOT2": math.sqrt(2.0)}  # mA
THERMISTOR: Final = 0.002  # mA, in the highest range
NOT_UNDERSTOOD: Final = Complaint(-113, "Undefined header")


class MilliK(SimulatedInstrument, maker="Isotech", model="milliK", wires=("serial", "tcp"), line="baud=9600"):
    """Two channels of its own, and eight more with each scanner (figure `scanners`, four of them unless told)."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand switched on, under local control."""
        super().__init__(world, placed)
        self.scanners = round(self.figure("scanners", 4))
        own = (1, 2) if not self.scanners else (1,)
        channels = (*own, *(10 * n + k for n in range(1, self.scanners + 1) for k in range(8)))
        self.inputs = Inputs(self, channels, gain=self.figure("gain", 5e-6), noise=self.figure("noise", 1e-6))
        self.power_on()

    def power_on(self) -> None:
        """Be under local control, on channel 1, in ohms."""
        self.remote = False
        self.channel = 1
        self.function = "RESISTANCE"
        self.range = RANGES[1]
        self.current = "NORMAL"
        self.leads = 4
        self.probe = "NONE"
        self.compensation = "NONE"

    def reading(self, count: int) -> float:
        """Return one reading in Ω or V; `count` tells the readings of one query apart."""
        serial = 100 * round(self.now * 10) + count
        if self.function == "VOLTAGE":
            found = self.inputs.voltage(self.channel, serial)
        else:
            current = THERMISTOR if self.range == RANGES[-1] else CURRENTS[self.current]
            found = self.inputs.resistance(self.channel, serial, current=current, wires=self.leads)
            found = found if found <= 1.02 * self.range else math.inf
        return self.faults.on_value(found, self.now, "READ?")

    def dialogue(self) -> "MilliKDialogue":
        """Return a new session's dialogue."""
        return MilliKDialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what the display shows."""
        return {"energised": False, "remote": self.remote, "channel": self.channel, "function": self.function}


class MilliKDialogue(Dialogue):
    """Short words or long, any case; what is not understood has no effect and no answer."""

    ends = b"\r\n"
    answer_end = b"\r"
    latency = 0.02
    longest = 512

    def __init__(self, thermometer: MilliK) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.thermometer = thermometer

    def identity(self) -> str:
        """Return maker, model, serial number and firmware."""
        who = disguised(self.thermometer.identity, self.struck)
        return f"Isothermal Technology,{who.model},{who.serial},{who.firmware or '4.0.0'}"

    def carry_out(self, unit: str) -> Spoken:
        """Carry out one command of a line; settings and readings only under remote control."""
        header, parameters = self.parts(unit)
        words = _words(header)
        if words in _ALWAYS:
            return getattr(self, _ALWAYS[words])(parameters)  # type: ignore[no-any-return]
        if not self.thermometer.remote or words not in _REMOTE:
            raise NOT_UNDERSTOOD
        return getattr(self, _REMOTE[words])(parameters)  # type: ignore[no-any-return]

    def _identify(self, _: list[str]) -> Spoken:
        return self.identity()

    def _remote(self, _: list[str]) -> Spoken:
        self.thermometer.remote = True
        return None

    def _local(self, _: list[str]) -> Spoken:
        self.thermometer.remote = False
        return None

    def _list(self, _: list[str]) -> Spoken:
        scanners = (f"Isothermal Technology,millisKanner,21-P{2590 + n},2.01" for n in range(self.thermometer.scanners))
        return "\r".join((*scanners, self.identity()))

    def _channel(self, parameters: list[str]) -> Spoken:
        wanted = int(number(only(parameters)))
        if wanted not in self.thermometer.inputs.channels:
            raise NOT_UNDERSTOOD
        self.thermometer.channel = wanted
        return None

    def _function(self, parameters: list[str]) -> Spoken:
        wanted = only(parameters).upper()
        full = next((each for each in ("RESISTANCE", "VOLTAGE", "CURRENT") if each.startswith(wanted)), "")
        if not full:
            raise NOT_UNDERSTOOD
        self.thermometer.function = full
        return None

    def _function_query(self, _: list[str]) -> Spoken:
        return self.thermometer.function

    def _range(self, parameters: list[str]) -> Spoken:
        wanted = number(only(parameters))
        self.thermometer.range = next((each for each in RANGES if wanted <= each), RANGES[-1])
        return None

    def _wires(self, parameters: list[str]) -> Spoken:
        self.thermometer.leads = 3 if only(parameters) == "3" else 4
        return None

    def _wires_query(self, _: list[str]) -> Spoken:
        return str(self.thermometer.leads)

    def _current(self, parameters: list[str]) -> Spoken:
        wanted = only(parameters).upper()
        full = next((each for each in CURRENTS if each.startswith(wanted[:4])), "")
        if not full:
            raise NOT_UNDERSTOOD
        self.thermometer.current = full
        return None

    def _probe(self, parameters: list[str]) -> Spoken:
        self.thermometer.probe = only(parameters).upper()
        return None

    def _compensation(self, parameters: list[str]) -> Spoken:
        self.thermometer.compensation = only(parameters).upper()
        return None

    def _read(self, parameters: list[str]) -> Spoken:
        count = int(number(only(parameters))) if parameters else 1
        if not 1 <= count <= 100:  # noqa: PLR2004  (what a line can hold)
            raise NOT_UNDERSTOOD
        return Answer(lambda: ",".join(self._written(n) for n in range(count)), PERIOD * count)

    def _written(self, n: int) -> str:
        value = self.thermometer.reading(n)
        if not finite(value):
            return "OVERRANGE"
        return f"{value:.5f}" if self.thermometer.function == "RESISTANCE" else f"{value:.9f}"


_ALWAYS: Final = {"*IDN?": "_identify", "MILL:REM": "_remote", "MILL:LOC": "_local", "MILL:LIST?": "_list"}
_REMOTE: Final = {
    "SENS:CHAN": "_channel",
    "SENS:FUNC": "_function",
    "SENS:FUNC?": "_function_query",
    "SENS:RES:RANG": "_range",
    "SENS:RES:WIR": "_wires",
    "SENS:RES:WIR?": "_wires_query",
    "SENS:CURR": "_current",
    "SENS:PROB": "_probe",
    "SENS:RJC": "_compensation",
    "READ?": "_read",
}
_SHORT: Final = {
    "MILLIK": "MILL", "REMOTE": "REM", "LOCAL": "LOC", "SENSE": "SENS", "CHANNEL": "CHAN", "FUNCTION": "FUNC",
    "RESISTANCE": "RES", "RANGE": "RANG", "WIRES": "WIR", "CURRENT": "CURR", "PROBE": "PROB",
}  # fmt: skip


@lru_cache(maxsize=256)
def _words(header: str) -> str:
    """Return a header in its short form, with its question mark.

    >>> _words("SENSE:RESISTANCE:WIRES?")
    'SENS:RES:WIR?'
    """
    bare = header.strip(":").removesuffix("?")
    question = "?" if header.endswith("?") else ""
    return ":".join(_SHORT.get(each, each) for each in bare.split(":")) + question
