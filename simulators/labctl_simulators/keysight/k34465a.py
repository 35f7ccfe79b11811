"""Keysight 34465A digital multimeter on its LAN: DC voltage, triggering, status, adjustment of its constants.

Source: Truevolt Series Operating and Service Guide. The codes 702 to 707 of the adjustment are engineering memory.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import define, evolve, field, frozen

from labctl.simulation.dialogue import Answer, ScpiDialogue, Spoken, command, number, only, switch
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.physics import FirstOrder
from labctl.simulation.status import DEVICE_ERROR, EXECUTION_ERROR, Complaint, Status
from labctl.simulation.truth import Constants, of_unit
from labctl.simulation.world import World

RANGES: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
OVER: Final = {0.1: 1.2, 1.0: 1.2, 10.0: 1.2, 100.0: 1.2, 1000.0: 1.05}  # of the range, until it says overload
NOISE: Final = {0.1: 0.15e-6, 1.0: 0.2e-6, 10.0: 1.2e-6, 100.0: 15e-6, 1000.0: 120e-6}  # V rms in one cycle
USUAL_LIMITS: Final = "35 ppm * abs(nominal) + 5 ppm * range"
RESOLUTION: Final = {0.02: 3e-6, 0.06: 1.5e-6, 0.2: 0.7e-6, 1.0: 0.3e-6, 10.0: 0.1e-6, 100.0: 0.03e-6}  # of the range
MAINS: Final = 50.0  # hertz
SETTLING: Final = 0.02  # seconds, time constant of the input
AUTOMATIC_DELAY: Final = 0.0015  # seconds from trigger to sample, DC voltage
OVERHEAD: Final = 0.0005  # seconds a sample
MOST: Final = 1_000_000  # samples a trigger
CODE: Final = "AT34465A"  # as delivered

ILLEGAL: Final = Complaint(-224, "Illegal parameter value", EXECUTION_ERROR)
TOO_FAR: Final = Complaint(-222, "Data out of range", EXECUTION_ERROR)
IGNORED: Final = Complaint(-211, "Trigger ignored", EXECUTION_ERROR)
INIT_IGNORED: Final = Complaint(-213, "Init ignored", EXECUTION_ERROR)
DEADLOCK: Final = Complaint(-214, "Trigger deadlock", EXECUTION_ERROR)
STALE: Final = Complaint(-230, "Data corrupt or stale", EXECUTION_ERROR)
SECURED: Final = Complaint(702, "Calibration memory is secured", DEVICE_ERROR)
WRONG_CODE: Final = Complaint(703, "Secure code provided was invalid", DEVICE_ERROR)
NO_VALUE: Final = Complaint(706, "Provided cal value is out of range", DEVICE_ERROR)
FAR_OFF: Final = Complaint(707, "Signal measurement is out of range", DEVICE_ERROR)


@frozen(kw_only=True)
class Setup:
    """How the meter measures; a reset brings these back."""

    top: float = 10.0
    automatic: bool = True  # range
    cycles: float = 10.0
    zero: bool = True  # auto-zero
    samples: int = 1
    triggers: int = 1
    source: str = "IMM"
    delay: float | None = None  # seconds; None: automatic

    @property
    def sample_time(self) -> float:
        """Return the seconds a sample takes."""
        delay = AUTOMATIC_DELAY if self.delay is None else self.delay
        return delay + self.cycles / MAINS * (2 if self.zero else 1) + OVERHEAD


class K34465A(SimulatedInstrument, maker="Keysight", model="34465A", wires=("hislip", "tcp")):
    """The meter's DC voltage function: what stands at its terminals, and what it makes of it."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand on the bench, switched on, with its hidden errors drawn."""
        super().__init__(world, placed)
        self.input = FirstOrder(time_constant=self.figure("settling", SETTLING))
        self.noise_at_terminals = 0.0  # V rms, what comes with the signal
        scale = self.figure("error", 1.0)
        self.hidden = {
            top: of_unit(world, self.key, placed.unit, top=top, usual=USUAL_LIMITS, scale=scale) for top in RANGES
        }
        self.adjusted = dict.fromkeys(RANGES, Constants(gain=0.0, offset=0.0, bow=0.0))
        self.adjustments = 41  # counted since it was made
        self.power_on()
        world.physical.append(self.input)

    def power_on(self) -> None:
        """Be as after every power-up."""
        self.setup = Setup()
        self.secured = True
        self.asked = 0.0  # value announced for the next adjustment

    def input_resistance(self) -> float:
        """Return the load that the meter is, in ohms."""
        return 10e6 if self.setup.top > 10.0 else 10e9  # noqa: PLR2004  (volts)

    def measure(self, setup: Setup, message: str = "READ?") -> float:
        """Return one reading of the terminals, taken now; infinite where it is an overload."""
        true = self.input.value
        top = self._range_for(abs(true)) if setup.automatic else setup.top
        step = round(self.now * 10_000)
        noise = math.hypot(NOISE[top], self.noise_at_terminals) / math.sqrt(setup.cycles)
        seen = true + self.error_of(true, top) + noise * self.world.noise(f"{self.key} reading", step)
        seen = self.faults.on_value(seen, self.now, message)
        if not math.isfinite(seen) or abs(true) > OVER[top] * top:
            return seen if math.isnan(seen) else math.copysign(math.inf, true)
        finest = RESOLUTION[setup.cycles] * top
        return round(seen / finest) * finest

    def error_of(self, true: float, top: float) -> float:
        """Return the hidden error of indication at a voltage on a range, as adjusted."""
        constants = self.adjusted[top]
        raw = true + self.hidden[top].error(true, top)
        return raw * (1 + constants.gain) + constants.offset - true

    def adjust(self, true: float) -> None:
        """Take the voltage at the terminals for `true`, and change the constants of the present range."""
        top = self.setup.top
        constants = self.adjusted[top]
        off = self.input.value + self.error_of(self.input.value, top) - true
        if abs(off) > 0.01 * top:
            raise FAR_OFF
        if true == 0:
            self.adjusted[top] = evolve(constants, offset=constants.offset - off)
        else:
            self.adjusted[top] = evolve(constants, gain=(1 + constants.gain) * (1 - off / true) - 1)
        self.adjustments += 1

    def _range_for(self, volts: float) -> float:
        return next((each for each in RANGES if volts <= OVER[each] * each), RANGES[-1])

    def dialogue(self) -> "K34465ADialogue":
        """Return a new session's dialogue."""
        return K34465ADialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what the front panel shows of the setup."""
        return {"range": self.setup.top, "automatic": self.setup.automatic, "cycles": self.setup.cycles}

    def truth(self, name: str, **at: float) -> float:
        """Return `error`, the true error of indication `at` a voltage on a `range`; or `input`, the terminals now."""
        if name == "error":
            return self.error_of(at["at"], at["range"])
        if name == "input":
            return self.input.value
        return super().truth(name, **at)


@define(eq=False)
class Acquisition:
    """Readings that are being taken: at their own instants, or, for who looks before, at the present one."""

    meter: K34465A
    setup: Setup
    wanted: int
    readings: list[float] = field(factory=list)

    def start(self) -> float:
        """Begin; return the seconds it will take."""
        lasts = self.setup.sample_time
        for n in range(self.wanted):
            self.meter.world.at(self.meter.now + (n + 1) * lasts, self._sample)
        return self.wanted * lasts

    def _sample(self) -> None:
        if len(self.readings) < self.wanted:
            self.readings.append(self.meter.measure(self.setup))

    def completed(self) -> str:
        """Return all readings as the meter prints them."""
        while len(self.readings) < self.wanted:
            self._sample()
        return ",".join(map(printed, self.readings))


class K34465ADialogue(ScpiDialogue):
    """One LAN session; every session has its own error queue, registers and readings."""

    def __init__(self, meter: K34465A) -> None:
        """Begin a session."""
        super().__init__(Status(room=20))
        self.meter = meter
        self._taken: Acquisition | None = None
        self._done_at = 0.0
        self._waiting = False  # for a trigger

    def identity(self) -> str:
        """Return maker, model, serial number and firmware."""
        who = disguised(self.meter.identity, self.struck)
        firmware = who.firmware or "A.03.02-03.15-03.02-00.52-03-02"
        return f"Keysight Technologies,{who.model},{who.serial},{firmware}"

    def busy_for(self) -> float:
        """Return the seconds until the measurement is complete."""
        return max(self._done_at - self.meter.now, 0.0)

    def reset(self) -> None:
        """Set the meter up as delivered."""
        self.meter.setup = Setup()
        self._abort([])

    def when_complete(self, action: Callable[[], None]) -> None:
        """Do something once the measurement is complete."""
        self.meter.world.at(max(self._done_at, self.meter.now), action)

    # --- set-up ------------------------------------------------------------------------------------------------------

    def _set(self, **changes: Any) -> None:  # noqa: ANN401  (the fields of Setup)
        self.meter.setup = evolve(self.meter.setup, **changes)
        self._taken, self._waiting = None, False

    @command("CONFigure[:VOLTage][:DC]")
    def _configure(self, parameters: list[str]) -> Spoken:
        wanted = parameters[0].upper() if parameters else "DEF"
        self.meter.setup = Setup()
        if wanted not in {"AUTO", "DEF"}:
            self._set(top=range_of(wanted), automatic=False)
        if len(parameters) > 1 and parameters[1].upper() != "DEF":
            self._resolution([parameters[1]])
        self._abort([])
        return None

    @command("CONFigure?")
    def _configure_query(self, _: list[str]) -> Spoken:
        setup = self.meter.setup
        return f'"VOLT {printed(setup.top)},{printed(RESOLUTION[setup.cycles] * setup.top)}"'

    @command("[SENSe:]FUNCtion[:ON]?")
    def _function(self, _: list[str]) -> Spoken:
        return '"VOLT"'

    @command("[SENSe:]FUNCtion[:ON]")
    def _set_function(self, parameters: list[str]) -> Spoken:
        if only(parameters).strip("\"'").upper() not in {"VOLT", "VOLT:DC", "VOLTAGE", "VOLTAGE:DC"}:
            raise ILLEGAL
        return None

    @command("[SENSe:]VOLTage[:DC]:RANGe[:UPPer]")
    def _range(self, parameters: list[str]) -> Spoken:
        self._set(top=range_of(only(parameters)), automatic=False)
        return None

    @command("[SENSe:]VOLTage[:DC]:RANGe[:UPPer]?")
    def _range_query(self, parameters: list[str]) -> Spoken:
        return printed(range_of(parameters[0]) if parameters else self.meter.setup.top)

    @command("[SENSe:]VOLTage[:DC]:RANGe:AUTO")
    def _automatic(self, parameters: list[str]) -> Spoken:
        self._set(automatic=switch(parameters))
        return None

    @command("[SENSe:]VOLTage[:DC]:RANGe:AUTO?")
    def _automatic_query(self, _: list[str]) -> Spoken:
        return str(int(self.meter.setup.automatic))

    @command("[SENSe:]VOLTage[:DC]:NPLCycles")
    def _cycles(self, parameters: list[str]) -> Spoken:
        self._set(cycles=named(only(parameters), 0.02, 100.0, 10.0, steps=tuple(RESOLUTION)))
        return None

    @command("[SENSe:]VOLTage[:DC]:NPLCycles?")
    def _cycles_query(self, parameters: list[str]) -> Spoken:
        return printed(named(parameters[0], 0.02, 100.0, 10.0) if parameters else self.meter.setup.cycles)

    @command("[SENSe:]VOLTage[:DC]:RESolution")
    def _resolution(self, parameters: list[str]) -> Spoken:
        top = self.meter.setup.top
        wanted = named(only(parameters), RESOLUTION[100.0] * top, RESOLUTION[0.02] * top, RESOLUTION[10.0] * top)
        fine = [each for each, share in RESOLUTION.items() if share * top <= wanted * (1 + 1e-9)]
        if not fine:
            raise TOO_FAR
        self._set(cycles=min(fine))
        return None

    @command("[SENSe:]VOLTage[:DC]:RESolution?")
    def _resolution_query(self, _: list[str]) -> Spoken:
        return printed(RESOLUTION[self.meter.setup.cycles] * self.meter.setup.top)

    @command("[SENSe:]VOLTage[:DC]:ZERO:AUTO")
    def _zero(self, parameters: list[str]) -> Spoken:
        once = only(parameters).upper() == "ONCE"
        self._set(zero=False if once else switch(parameters))
        return None

    @command("[SENSe:]VOLTage[:DC]:ZERO:AUTO?")
    def _zero_query(self, _: list[str]) -> Spoken:
        return str(int(self.meter.setup.zero))

    # --- triggering --------------------------------------------------------------------------------------------------

    @command("SAMPle:COUNt")
    def _samples(self, parameters: list[str]) -> Spoken:
        self._set(samples=round(named(only(parameters), 1, MOST, 1)))
        return None

    @command("SAMPle:COUNt?")
    def _samples_query(self, _: list[str]) -> Spoken:
        return printed(self.meter.setup.samples)

    @command("TRIGger:COUNt")
    def _triggers(self, parameters: list[str]) -> Spoken:
        self._set(triggers=round(named(only(parameters), 1, MOST, 1)))
        return None

    @command("TRIGger:COUNt?")
    def _triggers_query(self, _: list[str]) -> Spoken:
        return printed(self.meter.setup.triggers)

    @command("TRIGger:SOURce")
    def _source(self, parameters: list[str]) -> Spoken:
        word = only(parameters).upper()
        for short, long in (("IMM", "IMMEDIATE"), ("BUS", "BUS"), ("EXT", "EXTERNAL")):
            if word in {short, long}:
                self._set(source=short)
                return None
        raise ILLEGAL

    @command("TRIGger:SOURce?")
    def _source_query(self, _: list[str]) -> Spoken:
        return self.meter.setup.source

    @command("TRIGger:DELay")
    def _delay(self, parameters: list[str]) -> Spoken:
        self._set(delay=named(only(parameters), 0.0, 3600.0, 0.0))
        return None

    @command("TRIGger:DELay?")
    def _delay_query(self, _: list[str]) -> Spoken:
        return printed(AUTOMATIC_DELAY if self.meter.setup.delay is None else self.meter.setup.delay)

    @command("TRIGger:DELay:AUTO")
    def _delay_automatic(self, parameters: list[str]) -> Spoken:
        self._set(delay=None if switch(parameters) else AUTOMATIC_DELAY)
        return None

    @command("TRIGger:DELay:AUTO?")
    def _delay_automatic_query(self, _: list[str]) -> Spoken:
        return str(int(self.meter.setup.delay is None))

    # --- readings ----------------------------------------------------------------------------------------------------

    @command("READ?")
    def _read(self, _: list[str]) -> Spoken:
        if self.meter.setup.source == "BUS":
            raise DEADLOCK
        if self.meter.setup.source == "EXT":
            return Answer(lambda: "", math.inf)  # no trigger ever comes
        acquisition = self._acquire()
        return Answer(acquisition.completed, self.busy_for())

    @command("MEASure[:VOLTage][:DC]?")
    def _measure(self, parameters: list[str]) -> Spoken:
        self._configure(parameters)
        return self._read([])

    @command("INITiate[:IMMediate]")
    def _init(self, _: list[str]) -> Spoken:
        if self._waiting or self.busy_for() > 0:
            raise INIT_IGNORED
        if self.meter.setup.source == "IMM":
            self._acquire()
        else:
            self._taken, self._waiting = None, True
        return None

    @command("*TRG")
    def _trigger(self, _: list[str]) -> Spoken:
        if not self._waiting or self.meter.setup.source != "BUS":
            raise IGNORED
        self._acquire()
        return None

    @command("FETCh?")
    def _fetch(self, _: list[str]) -> Spoken:
        if self._waiting:
            return Answer(lambda: "", math.inf)
        if self._taken is None:
            raise STALE
        return Answer(self._taken.completed, self.busy_for())

    @command("ABORt")
    def _abort(self, _: list[str]) -> Spoken:
        self._taken, self._waiting, self._done_at = None, False, 0.0
        return None

    def _acquire(self) -> Acquisition:
        setup = self.meter.setup
        if setup.automatic:
            top = next((each for each in RANGES if abs(self.meter.input.value) <= OVER[each] * each), RANGES[-1])
            setup = self.meter.setup = evolve(setup, top=top)
        taken = Acquisition(self.meter, setup, setup.samples * setup.triggers)
        self._taken, self._waiting = taken, False
        self._done_at = self.meter.now + taken.start()
        return taken

    # --- system ------------------------------------------------------------------------------------------------------

    @command("SYSTem:LFRequency?")
    def _mains(self, _: list[str]) -> Spoken:
        return f"{MAINS:.0f}"

    @command("ROUTe:TERMinals?")
    def _terminals(self, _: list[str]) -> Spoken:
        return "FRON"

    # --- adjustment --------------------------------------------------------------------------------------------------

    @command("CALibration:SECure:STATe")
    def _secure(self, parameters: list[str]) -> Spoken:
        if not parameters:
            raise Complaint(-109, "Missing parameter")
        if parameters[1:] != [CODE] and not switch(parameters[:1]):
            raise WRONG_CODE
        self.meter.secured = switch(parameters[:1])
        return None

    @command("CALibration:SECure:STATe?")
    def _secure_query(self, _: list[str]) -> Spoken:
        return str(int(self.meter.secured))

    @command("CALibration:VALue")
    def _value(self, parameters: list[str]) -> Spoken:
        volts = number(only(parameters))
        if self.meter.secured:
            raise SECURED
        if abs(volts) > OVER[self.meter.setup.top] * self.meter.setup.top:
            raise NO_VALUE
        self.meter.asked = volts
        return None

    @command("CALibration:VALue?")
    def _value_query(self, _: list[str]) -> Spoken:
        return printed(self.meter.asked)

    @command("CALibration[:ALL]?")
    def _calibrate(self, _: list[str]) -> Spoken:
        if self.meter.secured:
            raise SECURED
        return Answer(self._calibrated, 4.0)

    def _calibrated(self) -> str:
        try:
            self.meter.adjust(self.meter.asked)
        except Complaint as complaint:
            self.status.complain(complaint)
            return "+1"
        return "+0"

    @command("CALibration:STORe")
    def _store(self, _: list[str]) -> Spoken:
        if self.meter.secured:
            raise SECURED
        return None

    @command("CALibration:COUNt?")
    def _count(self, _: list[str]) -> Spoken:
        return f"{self.meter.adjustments:+d}"


def printed(value: float) -> str:
    """Return a number as the meter prints it; what is no number or beyond the range has a number of its own.

    >>> printed(1.2345678), printed(math.inf), printed(-math.inf)
    ('+1.23456780E+00', '+9.90000000E+37', '-9.90000000E+37')
    """
    if math.isnan(value):
        return "+9.91000000E+37"
    return f"{math.copysign(9.9e37, value) if math.isinf(value) else value + 0.0:+.8E}"


def range_of(text: str) -> float:
    """Return the range that holds a voltage."""
    wanted = abs(named(text, RANGES[0], RANGES[-1], 10.0, signed=True))
    found = next((each for each in RANGES if wanted <= each * (1 + 1e-9)), None)
    if found is None:
        raise TOO_FAR
    return found


def named(
    text: str, least: float, most: float, usual: float, *, steps: tuple[float, ...] = (), signed: bool = False
) -> float:
    """Return a number, or what MIN, MAX and DEF stand for; refused outside its limits.

    `steps` are the values that exist: the next higher one is taken.
    """
    word = text.upper()
    if word in {"MIN", "MAX", "DEF"}:
        return {"MIN": least, "MAX": most, "DEF": usual}[word]
    value = number(text)
    if not (signed or least <= value <= most):
        raise TOO_FAR
    return next((each for each in steps if value <= each * (1 + 1e-9)), value)
