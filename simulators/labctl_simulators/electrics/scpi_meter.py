"""What a SCPI multimeter is asked: triggers, readings, the state of its terminals, the adjustment of its constants."""

import math
from typing import ClassVar, Final

from attrs import define, evolve, field

from labctl.simulation.dialogue import Answer, Spoken, command, number, only, switch
from labctl.simulation.faults import disguised
from labctl.simulation.status import DEVICE_ERROR, EXECUTION_ERROR, Complaint, Status
from labctl_simulators.electrics.multimeter import AUTOMATIC_DELAY, MAINS, Multimeter, Setup
from labctl_simulators.electrics.printing import printed
from labctl_simulators.electrics.scpi_setup import ILLEGAL, ScpiSetup, named

MOST: Final = 1_000_000  # readings a trigger
IGNORED: Final = Complaint(-211, "Trigger ignored", EXECUTION_ERROR)
INIT_IGNORED: Final = Complaint(-213, "Init ignored", EXECUTION_ERROR)
DEADLOCK: Final = Complaint(-214, "Trigger deadlock", EXECUTION_ERROR)
STALE: Final = Complaint(-230, "Data corrupt or stale", EXECUTION_ERROR)
SECURED: Final = Complaint(702, "Calibration memory is secured", DEVICE_ERROR)
WRONG_CODE: Final = Complaint(703, "Secure code provided was invalid", DEVICE_ERROR)
NO_VALUE: Final = Complaint(706, "Provided cal value is out of range", DEVICE_ERROR)


@define(eq=False)
class Acquisition:
    """Readings that are being taken: at their own instants, or, for who looks before, at the present one."""

    meter: Multimeter
    setup: Setup
    wanted: int
    readings: list[float] = field(factory=list)

    def start(self) -> float:
        """Begin; return the seconds it will take."""
        lasts = self.meter.lasts(self.setup)
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


class ScpiMeter(ScpiSetup):
    """One session with a SCPI multimeter; every session has its own readings."""

    maker_says: ClassVar[str] = ""
    firmware: ClassVar[str] = ""

    def __init__(self, meter: Multimeter, status: Status | None = None) -> None:
        """Begin a session; with errors and registers of its own, unless the meter has one set for all."""
        super().__init__(meter, status if status is not None else Status(room=20))
        self._taken: Acquisition | None = None
        self._done_at = 0.0
        self._waiting = False  # for a trigger

    def identity(self) -> str:
        """Return maker, model, serial number and firmware."""
        who = disguised(self.meter.identity, self.struck)
        return f"{self.maker_says},{who.model},{who.serial},{who.firmware or self.firmware}"

    def busy_for(self) -> float:
        """Return the seconds until the measurement is complete."""
        return max(self._done_at - self.meter.now, 0.0)

    def reset(self) -> None:
        """Set the meter up as delivered."""
        self.meter.setup = self.meter.delivered()
        self._abort([])

    def changed(self) -> None:
        """Drop what was measured or armed with another set-up."""
        self._taken, self._waiting = None, False

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

    @command("MEASure?", "MEASure:@?")
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
        meter, setup = self.meter, self.meter.setup
        if setup.now.automatic:
            top = meter.range_of(setup)
            setup = meter.setup = setup.with_settings(setup.function, evolve(setup.now, top=top))
        taken = Acquisition(meter, setup, setup.samples * setup.triggers)
        self._taken, self._waiting = taken, False
        self._done_at = meter.now + taken.start()
        return taken

    # --- system ------------------------------------------------------------------------------------------------------

    @command("SYSTem:LFRequency?")
    def _mains(self, _: list[str]) -> Spoken:
        return f"{MAINS:.0f}"

    @command("ROUTe:TERMinals?")
    def _terminals(self, _: list[str]) -> Spoken:
        return self.meter.switched

    # --- adjustment --------------------------------------------------------------------------------------------------

    @command("CALibration:SECure:STATe")
    def _secure(self, parameters: list[str]) -> Spoken:
        if not parameters:
            raise Complaint(-109, "Missing parameter")
        if parameters[1:] != [self.meter.code] and not switch(parameters[:1]):
            raise WRONG_CODE
        self.meter.secured = switch(parameters[:1])
        return None

    @command("CALibration:SECure:STATe?")
    def _secure_query(self, _: list[str]) -> Spoken:
        return str(int(self.meter.secured))

    @command("CALibration:VALue")
    def _value(self, parameters: list[str]) -> Spoken:
        value = number(only(parameters))
        if self.meter.secured:
            raise SECURED
        if abs(value) > self.meter.function.most(self.meter.setup.now.top):
            raise NO_VALUE
        self.meter.asked = value
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
