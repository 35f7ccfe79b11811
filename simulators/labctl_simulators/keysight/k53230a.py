"""Keysight 53230A universal counter: totalising between two edges of its gate input, or for a time of its own.

Source: 53220A/53230A Programmer's Reference, SENSe:TOTalize:GATE (pages 372 to 376), and User's Guide, measurements
(pages 75 and 108) and reading memory (pages 241 to 255). Other functions than totalise and frequency are not simulated.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import evolve, field, frozen

from labctl.metrology.many import worded
from labctl.simulation.dialogue import Answer, ScpiDialogue, Spoken, command, number, only, switch
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import EXECUTION_ERROR, Complaint, Status
from labctl.simulation.world import World

MEMORY: Final = 1_000_000  # readings
INFINITE: Final = 9.9e37
TIME_OUT: Final = 1.0  # seconds, as delivered
RESOLUTION: Final = 1e-10  # of a frequency in a gate of one second
JITTER: Final = 20e-12  # seconds rms, of one edge

ILLEGAL: Final = Complaint(-224, "Illegal parameter value", EXECUTION_ERROR)
TOO_FAR: Final = Complaint(-222, "Data out of range", EXECUTION_ERROR)
INIT_IGNORED: Final = Complaint(-213, "Init ignored", EXECUTION_ERROR)
STALE: Final = Complaint(-230, "Data corrupt or stale", EXECUTION_ERROR)
CONFLICT: Final = Complaint(-221, "Settings conflict", EXECUTION_ERROR)


@frozen(kw_only=True)
class Setup:
    """How the counter measures; a reset brings these back."""

    function: str = "FREQ"
    channel: int = 1
    source: str = "TIME"  # of the gate
    polarity: str = "NEG"
    gate: float = 0.1  # seconds
    triggers: int = 1
    readings: int = 1
    time_out: float = TIME_OUT
    gate_output: bool = False
    levels: tuple[float, float] = field(default=(0.0, 0.0))


class K53230A(SimulatedInstrument, maker="Keysight", model="53230A", wires=("hislip", "tcp", "vxi11", "prologix")):
    """The counter, with what comes into its channel 1 and its gate input."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand on the bench, nothing connected."""
        super().__init__(world, placed)
        self.pulses: Callable[[float, float], int] = lambda _, __: 0  # whole pulses between two instants
        self.frequency: Callable[[float], float] = lambda _: 0.0  # hertz at an instant
        self.power_on()

    def power_on(self) -> None:
        """Be as after every power-up."""
        self.setup = Setup()
        self.memory: list[float] = []
        self.wanted = 0  # readings still to be taken
        self._opened: float | None = None
        self._begun = 0  # measurements, so that an old time-out is known

    # --- measuring ---------------------------------------------------------------------------------------------------

    def initiate(self) -> float:
        """Begin; return the seconds until all readings are there, infinite where a signal decides."""
        self.memory.clear()
        self._opened = None
        self.wanted = self.setup.triggers * self.setup.readings
        self._begun += 1
        if self.setup.source != "TIME" or self.setup.gate >= INFINITE:
            self._watch()
            return math.inf
        begun = self._begun
        for n in range(self.wanted):
            self.world.at(self.now + (n + 1) * self.setup.gate, lambda: self._gated(begun))
        return self.wanted * self.setup.gate

    def abort(self) -> None:
        """Stop; what is in the memory stays."""
        self.wanted, self._opened = 0, None
        self._begun += 1

    def gate(self, *, high: bool, pulses: int = 0) -> None:
        """Take an edge at the gate input; with the falling one come the pulses since the rising one."""
        if self.setup.source != "EXT" or not self.wanted:
            return
        if high == (self.setup.polarity == "POS"):
            self._opened = self.now
        elif self._opened is not None:
            self._opened = None
            self._keep(1.0 * pulses)
            self._watch()

    def _gated(self, begun: int) -> None:
        if begun != self._begun or not self.wanted:
            return
        since = self.now - self.setup.gate
        if self.setup.function == "TOT":
            self._keep(1.0 * self.pulses(since, self.now))
            return
        true = self.frequency(self.now)
        noise = self.world.noise(f"{self.key} edge", round(self.now * 1e4)) * JITTER / self.setup.gate
        self._keep(true * (1 + noise) if true else math.nan)

    def _keep(self, reading: float) -> None:
        if len(self.memory) == MEMORY:
            self.memory.pop(0)
        self.memory.append(self.faults.on_value(reading, self.now, "DATA"))
        self.wanted -= 1

    def _watch(self) -> None:
        """Give the next reading up when its time is over."""
        if self.setup.time_out >= INFINITE or not self.wanted:
            return
        begun, taken = self._begun, len(self.memory)

        def give_up() -> None:
            if self._begun == begun and len(self.memory) == taken and self.wanted:
                self._opened = None
                self._keep(math.nan)
                self._watch()

        self.world.at(self.now + self.setup.time_out, give_up)

    # --- seen --------------------------------------------------------------------------------------------------------

    def dialogue(self) -> "K53230ADialogue":
        """Return a new session's dialogue."""
        return K53230ADialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what the display shows."""
        last = self.memory[-1] if self.memory else None
        return {"function": self.setup.function, "last": last, "readings": len(self.memory), "armed": self.wanted > 0}


class K53230ADialogue(ScpiDialogue):
    """One session."""

    def __init__(self, counter: K53230A) -> None:
        """Begin a session."""
        super().__init__(Status(room=20))
        self.counter = counter

    def identity(self) -> str:
        """Return maker, model, serial number and firmware."""
        who = disguised(self.counter.identity, self.struck)
        firmware = who.firmware or "03.05-3223.1942-2.14-4.16-127-159-35"
        return f"Keysight Technologies,{who.model},{who.serial},{firmware}"

    def reset(self) -> None:
        """Set the counter up as after a factory reset."""
        time_out = self.counter.setup.time_out  # a reset leaves it alone
        self.counter.abort()
        self.counter.memory.clear()
        self.counter.setup = Setup(time_out=time_out)

    def _set(self, **changes: Any) -> None:  # noqa: ANN401  (the fields of Setup)
        self.counter.abort()
        self.counter.setup = evolve(self.counter.setup, **changes)

    # --- what is measured --------------------------------------------------------------------------------------------

    @command("CONFigure:TOTalize:TIMed")
    def _totalize(self, parameters: list[str]) -> Spoken:
        gate, channel = parameters_of(parameters)
        self._set(function="TOT", channel=channel, gate=0.1 if gate is None else gate, source="TIME")
        self._set(triggers=1, readings=1)
        self.counter.memory.clear()
        return None

    @command("MEASure:TOTalize:TIMed?")
    def _measure_total(self, parameters: list[str]) -> Spoken:
        self._totalize(parameters)
        return self._read([])

    @command("CONFigure:FREQuency")
    def _configure_frequency(self, parameters: list[str]) -> Spoken:
        _, channel = parameters_of([each for each in parameters if each.startswith("(")])
        self._set(function="FREQ", channel=channel, gate=0.1, source="TIME", triggers=1, readings=1)
        self.counter.memory.clear()
        return None

    @command("MEASure:FREQuency?")
    def _measure_frequency(self, parameters: list[str]) -> Spoken:
        self._configure_frequency(parameters)
        return self._read([])

    @command("[SENSe:]FUNCtion[:ON]")
    def _function(self, parameters: list[str]) -> Spoken:
        word = parameters[0].strip("\"'").upper().split(" ")[0] if parameters else ""
        found = {"TOT": "TOT", "TOTALIZE": "TOT", "FREQ": "FREQ", "FREQUENCY": "FREQ"}.get(word)
        if found is None:
            raise ILLEGAL
        self._set(function=found)
        self.counter.memory.clear()
        return None

    @command("[SENSe:]FUNCtion[:ON]?")
    def _function_query(self, _: list[str]) -> Spoken:
        setup = self.counter.setup
        return f'"{setup.function} {setup.channel}"'

    # --- gate and triggers -------------------------------------------------------------------------------------------

    @command("[SENSe:]TOTalize:GATE:SOURce")
    def _source(self, parameters: list[str]) -> Spoken:
        known = {"TIME": "TIME", "EXT": "EXT", "EXTERNAL": "EXT", "INP2": "INP2", "INPUT2": "INP2"}
        found = known.get(only(parameters).upper())
        if found is None:
            raise ILLEGAL
        if found == "EXT" and self.counter.setup.gate_output:
            raise CONFLICT
        self._set(source=found)
        return None

    @command("[SENSe:]TOTalize:GATE:SOURce?")
    def _source_query(self, _: list[str]) -> Spoken:
        return self.counter.setup.source

    @command("[SENSe:]TOTalize:GATE:POLarity")
    def _polarity(self, parameters: list[str]) -> Spoken:
        found = {"POS": "POS", "POSITIVE": "POS", "NEG": "NEG", "NEGATIVE": "NEG"}.get(only(parameters).upper())
        if found is None:
            raise ILLEGAL
        self._set(polarity=found)
        return None

    @command("[SENSe:]TOTalize:GATE:POLarity?")
    def _polarity_query(self, _: list[str]) -> Spoken:
        return self.counter.setup.polarity

    @command("[SENSe:]TOTalize:GATE:TIME")
    def _gate_time(self, parameters: list[str]) -> Spoken:
        self._set(gate=seconds(only(parameters), 1e-6, 1000.0))
        return None

    @command("[SENSe:]TOTalize:GATE:TIME?")
    def _gate_time_query(self, _: list[str]) -> Spoken:
        return printed(self.counter.setup.gate)

    @command("TRIGger:COUNt")
    def _triggers(self, parameters: list[str]) -> Spoken:
        self._set(triggers=counted(only(parameters)))
        return None

    @command("TRIGger:COUNt?")
    def _triggers_query(self, _: list[str]) -> Spoken:
        return f"{self.counter.setup.triggers:+d}"

    @command("SAMPle:COUNt")
    def _samples(self, parameters: list[str]) -> Spoken:
        self._set(readings=counted(only(parameters)))
        return None

    @command("SAMPle:COUNt?")
    def _samples_query(self, _: list[str]) -> Spoken:
        return f"{self.counter.setup.readings:+d}"

    @command("SYSTem:TIMeout")
    def _time_out(self, parameters: list[str]) -> Spoken:
        self._set(time_out=seconds(only(parameters), 0.01, 2000.0))
        return None

    @command("SYSTem:TIMeout?")
    def _time_out_query(self, _: list[str]) -> Spoken:
        return printed(self.counter.setup.time_out)

    @command("OUTPut[:STATe]")
    def _gate_output(self, parameters: list[str]) -> Spoken:
        on = switch(parameters)
        if on and self.counter.setup.source == "EXT":
            raise CONFLICT
        self._set(gate_output=on)
        return None

    # --- inputs ------------------------------------------------------------------------------------------------------

    @command("INPut[1]:COUPling", "INPut2:COUPling")
    def _coupling(self, parameters: list[str]) -> Spoken:
        if only(parameters).upper() not in {"AC", "DC"}:
            raise ILLEGAL
        return None

    @command("INPut[1]:IMPedance", "INPut2:IMPedance")
    def _impedance(self, parameters: list[str]) -> Spoken:
        if number(only(parameters)) not in {50.0, 1e6}:
            raise ILLEGAL
        return None

    @command("INPut[1]:LEVel[1][:ABSolute]")
    def _level(self, parameters: list[str]) -> Spoken:
        volts = number(only(parameters))
        if abs(volts) > 51.25:  # noqa: PLR2004  (on its 50 V range)
            raise TOO_FAR
        self._set(levels=(volts, self.counter.setup.levels[1]))
        return None

    @command("INPut[1]:LEVel[1][:ABSolute]?")
    def _level_query(self, _: list[str]) -> Spoken:
        return printed(self.counter.setup.levels[0])

    # --- readings ----------------------------------------------------------------------------------------------------

    @command("INITiate[:IMMediate]")
    def _init(self, _: list[str]) -> Spoken:
        if self.counter.wanted:
            raise INIT_IGNORED
        self.counter.initiate()
        return None

    @command("READ?")
    def _read(self, _: list[str]) -> Spoken:
        self.counter.abort()
        return Answer(self._all, self.counter.initiate())

    @command("FETCh?")
    def _fetch(self, _: list[str]) -> Spoken:
        if self.counter.wanted:
            return Answer(lambda: "", math.inf)
        if not self.counter.memory:
            raise STALE
        return Answer(self._all)

    @command("ABORt")
    def _abort(self, _: list[str]) -> Spoken:
        self.counter.abort()
        return None

    @command("DATA:LAST?")
    def _last(self, _: list[str]) -> Spoken:
        memory = self.counter.memory
        unit = "" if self.counter.setup.function == "TOT" else " HZ"
        return worded(printed, memory[-1] if memory else math.nan) + unit

    @command("DATA:POINts?")
    def _points(self, _: list[str]) -> Spoken:
        return f"{len(self.counter.memory):+d}"

    @command("DATA:REMove?")
    def _remove(self, parameters: list[str]) -> Spoken:
        count = counted(parameters[0]) if parameters else 0
        if not 0 < count <= len(self.counter.memory):
            raise STALE
        taken, self.counter.memory[:count] = self.counter.memory[:count], []
        return ",".join(worded(printed, each) for each in taken)

    def _all(self) -> str:
        return ",".join(worded(printed, each) for each in self.counter.memory)


def printed(value: float) -> str:
    """Return a number as the counter prints it, with an exponent of three digits.

    >>> printed(12151), printed(math.nan), printed(2.5e-9)
    ('+1.21510000000000E+004', '+9.91000000000000E+037', '+2.50000000000000E-009')
    """
    shown = 9.91e37 if math.isnan(value) else math.copysign(INFINITE, value) if math.isinf(value) else value + 0.0
    digits, exponent = f"{shown:+.14E}".split("E")
    return f"{digits}E{int(exponent):+04d}"


def seconds(text: str, least: float, most: float) -> float:
    """Return a time within its limits, or infinity as the counter writes it."""
    if text.upper() in {"INF", "INFINITY"}:
        return INFINITE
    if text.upper() in {"MIN", "MAX"}:
        return least if text.upper() == "MIN" else most
    value = number(text)
    if value < INFINITE and not least <= value <= most:
        raise TOO_FAR
    return value


def counted(text: str) -> int:
    """Return a number of readings."""
    value = number(text)
    if not 1 <= value <= MEMORY:
        raise TOO_FAR
    return round(value)


def parameters_of(parameters: list[str]) -> tuple[float | None, int]:
    """Return the gate time, if one is given, and the channel, 1 unless given as (@2)."""
    gate: float | None = None
    channel = 1
    for each in parameters:
        if each.startswith("(@"):
            channel = round(number(each.strip("(@)")))
        elif each.upper() != "DEF":
            gate = seconds(each, 1e-6, 1000.0)
    if channel not in {1, 2}:
        raise TOO_FAR
    return gate, channel
