"""Julabo FP50-HL refrigerated and heating circulator on its serial port.

Source: operating manuals of the HL, SL, ME and SC series, chapter remote control. The handshake holds back what comes
too early, so it is heard late; a line without handshake loses it (figure `handshake` = 0). The form of `version` and
the numbers of the messages are engineering memory.
"""

import math
from collections.abc import Mapping
from typing import Final

from labctl.simulation.dialogue import Answer, Dialogue, Spoken, command
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import Complaint, Status
from labctl.simulation.truth import of_standard
from labctl.simulation.world import World
from labctl_simulators.thermal.volume import Figures, Volume

NOISE: Final = 0.002  # K
OFFSET: Final = 0.05  # K, half-width of the error without a record
DROP: Final = 60.0  # millimetres below full at which the float calls it too low
AFTER_COMMAND: Final = 0.25  # seconds that it is busy with a command
AFTER_QUERY: Final = 0.01

LOW_LEVEL: Final = Complaint(-1, "LOW LEVEL ALARM")
INVALID: Final = Complaint(-8, "INVALID COMMAND")
NOT_NOW: Final = Complaint(-9, "COMMAND NOT ALLOWED IN CURRENT OPERATING MODE")
TOO_SMALL: Final = Complaint(-10, "VALUE TOO SMALL")
TOO_LARGE: Final = Complaint(-11, "VALUE TOO LARGE")

FIGURES: Final = Figures(
    time_constant=360.0,
    dead_time=20.0,
    heating=3.0 / 60,
    cooling=1.5 / 60,
    stability=0.01,
    across=0.01,
    along=0.01,
    lowest=-50.0,
    highest=200.0,
)


class FP50HL(
    SimulatedInstrument,
    maker="Julabo",
    model="FP50-HL",
    wires=("serial",),
    line="baud=4800&bits=7&parity=even&flow=rtscts",
):
    """A stirred bath that is stopped after power-up and obeys its port under remote control only."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand stopped, under remote control, at the temperature of the room."""
        super().__init__(world, placed)
        usual = FIGURES
        figures = Figures(
            time_constant=self.figure("time constant", usual.time_constant),
            dead_time=self.figure("dead time", usual.dead_time),
            heating=self.figure("heating", usual.heating),
            cooling=self.figure("cooling", usual.cooling),
            stability=self.figure("stability", usual.stability),
            across=self.figure("gradient across", usual.across),
            along=self.figure("gradient along", usual.along),
            lowest=usual.lowest,
            highest=usual.highest,
        )
        self.volume = Volume(world=world, name=self.key, figures=figures, powered=False)
        world.physical.append(self.volume)
        self.error = of_standard(world, placed.asset, "temperature", "°C")
        self.offset = 0.0 if placed.asset is not None else world.drawn(OFFSET, self.key, "offset")
        self.remote = self.figure("remote", 1.0) > 0
        self.handshake = self.figure("handshake", 1.0) > 0
        self.set_to = 25.0
        self.warnings = {"03": usual.highest + 10, "04": usual.lowest - 10}
        self.status = Status(room=1)

    def power_on(self) -> None:
        """Be stopped: under remote control it does not start by itself."""
        self.volume.powered = False
        self.status.clear()

    @property
    def started(self) -> bool:
        """Return whether it heats, cools and pumps."""
        return self.volume.powered

    def start(self) -> None:
        """Begin to control."""
        if self.volume.level > DROP:
            raise LOW_LEVEL
        self._aim()
        self.volume.powered = True

    def stop(self) -> None:
        """Take heater, cooler and pump off."""
        self.volume.powered = False

    def control(self, set_point: float) -> None:
        """Take a new working temperature."""
        if set_point < FIGURES.lowest:
            raise TOO_SMALL
        if set_point > FIGURES.highest:
            raise TOO_LARGE
        self.set_to = set_point
        self._aim()

    def shown(self, message: str) -> float:
        """Return what the bath's sensor shows, in °C."""
        true = self.volume.at_sensor
        noise = self.figure("noise", NOISE) * self.world.noise(f"{self.key} t", round(self.now * 10))
        return self.faults.on_value(true + self.error.at(true) + self.offset + noise, self.now, message)

    def alarm(self) -> Complaint | None:
        """Return what is wrong with the bath now; a low level stops it."""
        if self.volume.level > DROP:
            self.stop()
            return LOW_LEVEL
        return None

    def _aim(self) -> None:
        self.volume.set_point = self.set_to - self.error.at(self.set_to) - self.offset

    def dialogue(self) -> "FP50HLDialogue":
        """Return a new session's dialogue."""
        return FP50HLDialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what the display shows, and the true temperature of the bath."""
        return {"energised": self.started, "setting": self.set_to, "output": self.volume.at_sensor}

    def truth(self, name: str, **at: float) -> float:
        """Return the true `temperature` of the bath, or its `error` of indication at a temperature."""
        if name == "temperature":
            return self.volume.at_sensor
        if name == "error":
            return self.error.at(at["at"]) + self.offset
        return super().truth(name, **at)


class FP50HLDialogue(Dialogue):
    """Queries are answered, commands are not; what is wrong is told by the status."""

    ends = b"\r\n"
    answer_end = b"\n"
    latency = 0.03
    unknown = INVALID

    def __init__(self, circulator: FP50HL) -> None:
        """Begin a session."""
        super().__init__(circulator.status)
        self.circulator = circulator
        self._busy_until = 0.0

    def readable(self, message: bytes) -> str:
        """Return the characters of seven bits; a handshake by characters is no part of a command."""
        kept = (each & 0x7F for each in message)
        return "".join(chr(each) for each in kept if each >= ord(" ")).strip()

    def answer(self, message: str) -> Answer | None:
        """Carry a message out; while it is busy with the one before, the message waits or is lost."""
        late = max(self._busy_until - self.circulator.now, 0.0)
        if late and not self.circulator.handshake:
            return None
        said = super().answer(message)
        setting = message.upper().startswith("OUT")
        self._busy_until = self.circulator.now + late + (AFTER_COMMAND if setting else AFTER_QUERY)
        return Answer(said.compose, said.after + late) if said is not None else None

    def carry_out(self, unit: str) -> Spoken:
        """Carry out one command; an `OUT` only under remote control."""
        if unit.upper().startswith("OUT_") and not self.circulator.remote:
            raise NOT_NOW
        return super().carry_out(unit)

    @command("VERSION")
    def _version(self, _: list[str]) -> Spoken:
        who = disguised(self.circulator.identity, self.struck)
        return f"JULABO {who.model} V {who.firmware or '4.02'}"

    @command("STATUS")
    def _status(self, _: list[str]) -> Spoken:
        alarm = self.circulator.alarm()
        if alarm is not None:
            return f"{alarm.code:03d} {alarm.words}"
        code, words = self.status.next_error()
        if code:
            return f"{code:03d} {words}"
        number = (2 if self.circulator.remote else 0) + (1 if self.circulator.started else 0)
        return f"{number:02d} {'REMOTE' if number > 1 else 'MANUAL'} {'START' if number % 2 else 'STOP'}"

    @command("IN_PV_00")
    def _bath(self, _: list[str]) -> Spoken:
        shown = self.circulator.shown("IN_PV_00")
        return f"{shown:.2f}" if math.isfinite(shown) else "---.--"

    @command("IN_PV_01")
    def _heating(self, _: list[str]) -> Spoken:
        return f"{self.circulator.volume.duty:.1f}"

    @command("IN_PV_02")
    def _external(self, _: list[str]) -> Spoken:
        return "---.--"  # no external sensor is plugged in

    @command("IN_PV_03")
    def _safety(self, _: list[str]) -> Spoken:
        return f"{self.circulator.volume.at_sensor:.1f}"

    @command("IN_SP_00")
    def _working(self, _: list[str]) -> Spoken:
        return f"{self.circulator.set_to:.2f}"

    @command("IN_SP_03")
    def _high(self, _: list[str]) -> Spoken:
        return f"{self.circulator.warnings['03']:.2f}"

    @command("IN_SP_04")
    def _low(self, _: list[str]) -> Spoken:
        return f"{self.circulator.warnings['04']:.2f}"

    @command("IN_MODE_05")
    def _mode(self, _: list[str]) -> Spoken:
        return "1" if self.circulator.started else "0"

    @command("OUT_SP_00")
    def _set_working(self, parameters: list[str]) -> Spoken:
        self.circulator.control(_value(parameters))
        return None

    @command("OUT_SP_03")
    def _set_high(self, parameters: list[str]) -> Spoken:
        self.circulator.warnings["03"] = _value(parameters)
        return None

    @command("OUT_SP_04")
    def _set_low(self, parameters: list[str]) -> Spoken:
        self.circulator.warnings["04"] = _value(parameters)
        return None

    @command("OUT_MODE_05")
    def _set_mode(self, parameters: list[str]) -> Spoken:
        if parameters == ["1"]:
            self.circulator.start()
        elif parameters == ["0"]:
            self.circulator.stop()
        else:
            raise INVALID
        return None


def _value(parameters: list[str]) -> float:
    try:
        return float(" ".join(parameters))
    except ValueError:
        raise INVALID from None
