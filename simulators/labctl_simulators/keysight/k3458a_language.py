"""The language of the 3458A, which is older than SCPI: words without a tree, registers instead of an error queue."""

import math
from typing import Any, Final

from attrs import evolve

from labctl.metrology.many import finite
from labctl.simulation.dialogue import Answer, Dialogue, Spoken, command
from labctl.simulation.faults import disguised
from labctl.simulation.status import EXECUTION_ERROR, Complaint
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
from labctl_simulators.electrics.multimeter import MAINS, Settings
from labctl_simulators.keysight.k3458a_physics import SYNTAX, Physics3458A

OVERLOAD: Final = 1e38
UNDEFINED: Final = Complaint(1 << 5, "UNDEFINED PARAMETER")
TOO_FAR: Final = Complaint(1 << 6, "PARAMETER OUT OF RANGE", EXECUTION_ERROR)
MISSING: Final = Complaint(1 << 7, "REQUIRED PARAMETER MISSING")
CODES: Final = {DC_VOLTAGE: 1, AC_VOLTAGE: 2, TWO_WIRE: 4, FOUR_WIRES: 5, DC_CURRENT: 6, AC_CURRENT: 7, FREQUENCY: 9}
EVENTS: Final = ("AUTO", "SYN", "HOLD", "SGL", "EXT", "LEVEL", "LINE")
MOST_CYCLES: Final = 1000.0
ACAL: Final = {"ALL": 16 * 60.0, "DCV": 150.0, "AC": 150.0, "OHMS": 12 * 60.0}  # seconds


class K3458ADialogue(Dialogue):
    """A session on the bus: CR LF ends what it says, LF or a semicolon what it is told."""

    answer_end = b"\r\n"
    latency = 0.003
    unknown = SYNTAX

    def __init__(self, meter: Physics3458A) -> None:
        """Begin a session; the registers are the meter's."""
        super().__init__(meter.registers)
        self.meter = meter

    def find(self, header: str) -> str | None:
        """Return the method of a word; it knows none of IEEE 488.2."""
        return None if header.startswith("*") else super().find(header)

    def trigger(self) -> str | None:
        """Return what a trigger of the bus stands for."""
        return "TRIG SGL"

    # --- who it is, how it is ----------------------------------------------------------------------------------------

    @command("ID?")
    def _id(self, _: list[str]) -> Spoken:
        return f"HP{disguised(self.meter.identity, self.struck).model}"

    @command("CALSTR?")
    def _calibration_string(self, _: list[str]) -> Spoken:
        return f'"SN {disguised(self.meter.identity, self.struck).serial}"'

    @command("REV?")
    def _revision(self, _: list[str]) -> Spoken:
        return "9,2"

    @command("OPT?")
    def _options(self, _: list[str]) -> Spoken:
        return "0"

    @command("TEMP?")
    def _temperature(self, _: list[str]) -> Spoken:
        return f" {self.meter.internal_temperature():.1f}"

    @command("LINE?")
    def _mains(self, _: list[str]) -> Spoken:
        return printed(MAINS)

    @command("TERM?")
    def _terminals(self, _: list[str]) -> Spoken:
        return "2" if self.meter.switched == "REAR" else "1"

    @command("ERR?")
    def _errors(self, _: list[str]) -> Spoken:
        registers = self.meter.registers
        bits, registers.bits = registers.bits, 0
        return str(bits)

    @command("AUXERR?")
    def _auxiliary(self, _: list[str]) -> Spoken:
        registers = self.meter.registers
        bits, registers.auxiliary = registers.auxiliary, 0
        return str(bits)

    @command("ERRSTR?")
    def _error_string(self, _: list[str]) -> Spoken:
        code, words = self.meter.registers.next_error()
        return f'{code},"{words}"'

    @command("STB?")
    def _status(self, _: list[str]) -> Spoken:
        return str(self.meter.registers.byte())

    @command("CSB")
    def _clear_status(self, _: list[str]) -> Spoken:
        self.meter.registers.clear()
        return None

    @command("RESET")
    def _reset(self, _: list[str]) -> Spoken:
        self.meter.preset()
        return None

    @command("PRESET")
    def _preset(self, parameters: list[str]) -> Spoken:
        kind = one_of(parameters, ("NORM", "FAST", "DIG"), "NORM")
        self.meter.preset()
        self.meter.triggered = "SYN"
        if kind != "NORM":
            self._settle(cycles=0.001, zero=False)
        return None

    @command("ACAL")
    def _autocal(self, parameters: list[str]) -> Spoken:
        registers = self.meter.registers
        registers.busy = True

        def done() -> None:
            registers.busy = False

        self.meter.later(ACAL[one_of(parameters, tuple(ACAL), "ALL")], done)
        return None

    # --- function and range ------------------------------------------------------------------------------------------

    @command("DCV")
    def _dcv(self, parameters: list[str]) -> Spoken:
        return self._choose(DC_VOLTAGE, parameters)

    @command("ACV")
    def _acv(self, parameters: list[str]) -> Spoken:
        return self._choose(AC_VOLTAGE, parameters)

    @command("DCI")
    def _dci(self, parameters: list[str]) -> Spoken:
        return self._choose(DC_CURRENT, parameters)

    @command("ACI")
    def _aci(self, parameters: list[str]) -> Spoken:
        return self._choose(AC_CURRENT, parameters)

    @command("OHM")
    def _ohm(self, parameters: list[str]) -> Spoken:
        return self._choose(TWO_WIRE, parameters)

    @command("OHMF")
    def _ohmf(self, parameters: list[str]) -> Spoken:
        return self._choose(FOUR_WIRES, parameters)

    @command("FREQ")
    def _freq(self, parameters: list[str]) -> Spoken:
        return self._choose(FREQUENCY, parameters)

    def _choose(self, name: str, parameters: list[str]) -> Spoken:
        settings = self._ranged(self.meter.functions[name], parameters)
        self.meter.setup = evolve(self.meter.setup.with_settings(name, settings), function=name)
        return None

    def _ranged(self, function: Function, parameters: list[str]) -> Settings:
        settings = self.meter.setup.each[function.name]
        wanted = parameters[0].upper() if parameters else "AUTO"
        if wanted in {"AUTO", "-1", ""} or function.name == FREQUENCY:
            return evolve(settings, automatic=True)
        value = abs(number(wanted))
        if value > function.most(function.ranges[-1]):
            raise TOO_FAR
        return evolve(settings, top=function.range_for(value), automatic=False)

    @command("RANGE")
    def _range(self, parameters: list[str]) -> Spoken:
        return self._choose(self.meter.setup.function, parameters)

    @command("RANGE?")
    def _range_query(self, _: list[str]) -> Spoken:
        return printed(self.meter.setup.now.top)

    @command("ARANGE")
    def _automatic(self, parameters: list[str]) -> Spoken:
        self._settle(automatic=one_of(parameters, ("ON", "OFF", "ONCE"), "ON") == "ON")
        return None

    @command("FUNC?")
    def _function(self, _: list[str]) -> Spoken:
        setup = self.meter.setup
        return f" {CODES[setup.function]},{printed(setup.now.top)}"

    def _settle(self, **changes: Any) -> None:  # noqa: ANN401  (the fields of Settings)
        setup = self.meter.setup
        self.meter.setup = setup.with_settings(setup.function, evolve(setup.now, **changes))

    # --- how it measures ---------------------------------------------------------------------------------------------

    @command("NPLC")
    def _cycles(self, parameters: list[str]) -> Spoken:
        cycles = number(parameters[0]) if parameters else 0.0
        if not 0 <= cycles <= MOST_CYCLES:
            raise TOO_FAR
        setup = self.meter.setup
        everywhere = {name: evolve(each, cycles=max(cycles, 1e-5)) for name, each in setup.each.items()}
        self.meter.setup = evolve(setup, each=everywhere)
        return None

    @command("NPLC?")
    def _cycles_query(self, _: list[str]) -> Spoken:
        return printed(self.meter.setup.now.cycles)

    @command("NDIG")
    def _digits(self, parameters: list[str]) -> Spoken:
        digits = round(number(parameters[0])) if parameters else 7
        if not 3 <= digits <= 8:  # noqa: PLR2004  (digits of its display)
            raise TOO_FAR
        self.meter.digits = digits
        return None

    @command("NDIG?")
    def _digits_query(self, _: list[str]) -> Spoken:
        return str(self.meter.digits)

    @command("AZERO")
    def _zero(self, parameters: list[str]) -> Spoken:
        zero = one_of(parameters, ("ON", "OFF", "ONCE"), "ON") == "ON"
        setup = self.meter.setup
        everywhere = {name: evolve(each, zero=zero) for name, each in setup.each.items()}
        self.meter.setup = evolve(setup, each=everywhere)
        return None

    @command("AZERO?")
    def _zero_query(self, _: list[str]) -> Spoken:
        return "1" if self.meter.setup.now.zero else "0"

    @command("ACBAND")
    def _band(self, parameters: list[str]) -> Spoken:
        lowest = number(parameters[0]) if parameters else 20.0
        if not 1 <= lowest <= 1e7:  # noqa: PLR2004  (hertz of its detector)
            raise TOO_FAR
        self.meter.setup = evolve(self.meter.setup, lowest=lowest)
        return None

    @command("ACBAND?")
    def _band_query(self, _: list[str]) -> Spoken:
        return f"{printed(self.meter.setup.lowest)},{printed(2e6)}"

    @command("NRDGS")
    def _readings(self, parameters: list[str]) -> Spoken:
        count = round(number(parameters[0])) if parameters else 1
        if count < 1:
            raise TOO_FAR
        self.meter.setup = evolve(self.meter.setup, samples=count)
        return None

    @command("END")
    def _end(self, parameters: list[str]) -> Spoken:
        self.meter.always_ends = one_of(parameters, ("ON", "OFF", "ALWAYS"), "ON") == "ALWAYS"
        return None

    @command("OFORMAT")
    def _format(self, parameters: list[str]) -> Spoken:
        if one_of(parameters, ("ASCII", "SINT", "DINT", "SREAL", "DREAL"), "ASCII") != "ASCII":
            raise TOO_FAR  # binary readings are not simulated
        return None

    @command("INBUF", "DISP", "BEEP", "OCOMP", "FIXEDZ", "LFILTER", "SETACV", "MATH", "DELAY", "LFREQ", "RQS", "TIMER")
    def _accepted(self, _: list[str]) -> Spoken:
        return None

    # --- triggers and readings ---------------------------------------------------------------------------------------

    @command("TARM")
    def _arm(self, parameters: list[str]) -> Spoken:
        event = one_of(parameters, EVENTS, "AUTO")
        if event != "SGL":
            self.meter.armed = event
            return None
        self.meter.armed = "HOLD"
        return self._taken() if self.meter.triggered in {"AUTO", "SYN"} else None

    @command("TRIG")
    def _trig(self, parameters: list[str]) -> Spoken:
        event = one_of(parameters, EVENTS, "SGL")
        if event != "SGL":
            self.meter.triggered = event
            return None
        self.meter.triggered = "HOLD"
        return self._taken() if self.meter.armed != "HOLD" else None

    def _taken(self) -> Spoken:
        """Take the readings of one trigger; in ASCII they go out, or into the memory where that is on."""
        meter, setup = self.meter, self.meter.setup
        if setup.now.automatic:
            setup = setup.with_settings(setup.function, evolve(setup.now, top=meter.range_of(setup)))
            meter.setup = setup
        lasts, readings = meter.lasts(setup), [] if meter.memory == "OFF" else meter.stored

        def sample() -> None:
            if len(readings) < setup.samples:
                readings.append(meter.measure(setup, "TARM"))

        for n in range(setup.samples):
            meter.later((n + 1) * lasts, sample)
        if meter.memory != "OFF":
            return None

        def composed() -> str:
            while len(readings) < setup.samples:
                sample()
            return "\r\n".join(map(printed, readings))

        return Answer(composed, lasts * setup.samples)

    @command("MEM")
    def _memory(self, parameters: list[str]) -> Spoken:
        self.meter.memory, self.meter.stored = one_of(parameters, ("OFF", "FIFO", "LIFO", "CONT"), "OFF"), []
        return None

    @command("MCOUNT?")
    def _count(self, _: list[str]) -> Spoken:
        return printed(float(len(self.meter.stored)))

    @command("RMEM")
    def _recall(self, parameters: list[str]) -> Spoken:
        place = round(number(parameters[0])) if parameters else 1
        if not 1 <= place <= len(self.meter.stored):
            raise TOO_FAR
        return printed(self.meter.stored[-place])  # the newest is the first


def printed(value: float) -> str:
    """Return a number as the meter sends it, with a blank where a plus would stand.

    >>> printed(1.000000123), printed(-math.inf)
    (' 1.000000123E+00', '-1.000000000E+38')
    """
    if not finite(value):
        value = math.copysign(OVERLOAD, value)
    return f"{value + 0.0: .9E}"


def one_of(parameters: list[str], known: tuple[str, ...], usual: str) -> str:
    """Return the word of a command."""
    word = parameters[0].upper() if parameters else usual
    if word not in known:
        raise UNDEFINED
    return word


def number(text: str) -> float:
    """Return the number of a command."""
    try:
        return float(text)
    except ValueError:
        raise UNDEFINED from None
