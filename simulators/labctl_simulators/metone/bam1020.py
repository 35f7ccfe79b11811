"""Met One BAM-1020 beta attenuation monitor: an hour of air through a spot of tape, counted before and after.

Source: BAM 1020 Operation Manual, revision W, pages 86 to 94. RS-232 as delivered: 9600 baud, 8N1. The wording of the
settings report and of the clock's file is engineering memory.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from labctl.metrology.many import chosen, common, mapped, values_of, worded
from labctl.simulation.dialogue import Answer, Dialogue, Spoken
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import Status
from labctl.simulation.world import World
from labctl_simulators.worlds.hidden import indication_of
from labctl_simulators.worlds.inlet import Inlet, relative

FLOW: Final = 16.67  # L/min
COUNT_TIME: Final = 8 * 60.0  # seconds, before and after the air is drawn
DRAWN: Final = (8 * 60.0, 50 * 60.0)  # seconds of the hour between which air is drawn
COUNTS: Final = 25000.0  # a second, through clean tape
ABSORPTION: Final = 0.282  # cm²/mg
SPOT: Final = 0.95  # cm² of tape
HOUR: Final = 3600.0
ALARMS: Final = "EUMILRNFPDCT"
FULL_SCALE: Final = 985.0  # µg/m³ that a failed hour shows
FIRMWARE: Final = "3236-07 V3.6.3"
MEMORY: Final = 180.0  # seconds for which the prompt waits
MENU: Final = (
    "CSV Type Reports",
    "2 - Display All Data",
    "3 - Display New Data",
    "4 - Display Last Data",
    "9 - Display Error Log",
)
HEADER: Final = "Time,Conc(mg/m3),Qtot(m3)," + "no(V)," * 6 + ",".join(ALARMS)


class BAM1020(SimulatedInstrument, maker="MetOne", model="BAM-1020", wires=("serial",)):
    """The monitor: its flow, its clock, its counting, one record an hour.

    A record is a pure function of its hour, so that it is the same whoever asks and whenever.
    """

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand in the laboratory, switched on, its hidden errors drawn."""
        super().__init__(world, placed)
        self.inlet = Inlet(nominal_flow=FLOW)
        self.concentration = indication_of(
            world, placed, "mass concentration", "µg/m³", usual="4 % * abs(nominal) + 2 µg/m³"
        )
        self.flow = indication_of(world, placed, "flow", "L/min", usual="2 % * abs(nominal)")
        self.flow_drift = self.figure("flow drift", 0.0015 / 86400.0)  # relative, a second
        self.clock_offset = self.figure("clock offset", world.drawn(90.0, placed.key, "clock"))
        self.clock_rate = 1.0 + self.figure("clock rate", world.drawn(2e-5, placed.key, "clock rate"))
        self.started = world.clock.now() - timedelta(seconds=world.present)
        self.alarms: dict[int, set[str]] = {}  # by hour of its own clock
        self.broken: list[tuple[float, float]] = []  # instants between which the tape was broken

    # --- time --------------------------------------------------------------------------------------------------------

    def clock(self, form: str) -> str:
        """Return what its clock shows now, in a form."""
        return worded(lambda passed: f"{self._shown_after(passed):{form}}", self._passed(self.now))

    def _passed(self, instant: float) -> float:
        """Return what its clock has counted since it was started, up to an instant of the world, in seconds."""
        return self.clock_offset + instant * self.clock_rate

    def _shown_after(self, passed: float) -> datetime:
        return self.started + timedelta(seconds=passed)

    def _hour(self, instant: float) -> float:
        """Return the hour that its clock has completed last, counted from the epoch."""
        hours = mapped(lambda passed: self._shown_after(passed).timestamp() // HOUR, self._passed(instant))
        return common(hours)

    def _instant(self, shown: float) -> float:
        """Return when its clock shows a time, in seconds since the epoch."""
        return (shown - self.started.timestamp() - self.clock_offset) / self.clock_rate

    # --- physics -----------------------------------------------------------------------------------------------------

    def power_cycle(self) -> None:
        """Lose the hour under way."""
        self.alarm("L")
        super().power_cycle()

    def break_tape(self, *, broken: bool) -> None:
        """Let the tape break, or put a new one in."""
        if self.tape_broken and not broken:
            self.broken[-1] = (self.broken[-1][0], self.now)
        elif broken and not self.tape_broken:
            self.broken.append((self.now, math.inf))

    @property
    def tape_broken(self) -> bool:
        """Return whether the tape is broken now."""
        return bool(self.broken) and self.broken[-1][1] == math.inf

    def set_clock(self, offset: float) -> None:
        """Let its clock be set, so many seconds before or behind; records of the past keep their hours."""
        self.clock_offset = offset - (self.clock_rate - 1.0) * self.now

    def alarm(self, letter: str) -> None:
        """Mark the hour under way."""
        self.alarms.setdefault(int(self._hour(self.now)) + 1, set()).add(letter)

    def true_flow(self, instant: float) -> float:
        """Return the flow that it truly draws, in L/min, while it believes in 16.67 L/min."""
        return self.flow.true(FLOW) * (1.0 + self.flow_drift * instant)

    def true_concentration(self, hour: int) -> float:
        """Return the true mean of PM2.5 before its inlet while the air of an hour's record was drawn, in µg/m³."""
        return self.inlet.mean(*self._drawn(hour))

    def counting_noise(self) -> float:
        """Return the standard deviation of a clean hour by counting alone, in µg/m³."""
        counts = self.figure("counts a second", COUNTS) * COUNT_TIME
        milligrams = math.sqrt(2.0 / counts) / ABSORPTION * SPOT
        return 1000.0 * milligrams / self.volume()

    def volume(self) -> float:
        """Return the volume that it believes to draw in an hour, in m³."""
        return FLOW * (DRAWN[1] - DRAWN[0]) / 60.0 / 1000.0

    def shown(self, hour: int, message: str = "Q") -> float:
        """Return the concentration of an hour's record in µg/m³."""
        if self.alarms_of(hour):
            return FULL_SCALE
        start, end = self._drawn(hour)
        flow = self.true_flow((start + end) / 2.0)
        collected = self.true_concentration(hour) * relative(self.inlet.cut_at(flow)) * flow / FLOW
        noise = self.counting_noise() * self.world.noise(f"{self.key} counts", hour)
        return self.faults.on_value(self.concentration.shown(collected) + noise, self.now, message)

    def alarms_of(self, hour: int) -> set[str]:
        """Return the letters of an hour's alarms."""
        begun, ended = self._instant((hour - 1) * HOUR), self._instant(hour * HOUR)
        torn = any(since < ended and begun < until for since, until in self.broken)
        return self.alarms.get(hour, set()) | ({"T"} if torn else set())

    def _drawn(self, hour: int) -> tuple[float, float]:
        begun = (hour - 1) * HOUR
        return self._instant(begun + DRAWN[0]), self._instant(begun + DRAWN[1])

    # --- what is seen ------------------------------------------------------------------------------------------------

    def dialogue(self) -> "BAM1020Dialogue":
        """Return a new session's dialogue."""
        return BAM1020Dialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what its display shows."""
        return {"energised": False, "clock": self.clock("%H:%M:%S"), "tape": not self.tape_broken}

    def truth(self, name: str, **at: float) -> float:
        """Return its `flow`, `clock offset`, true `concentration` of its last hour, or `error`, `response` at one."""
        if name == "concentration":
            return self._of_hours(self.true_concentration)
        if name == "flow":
            return self.true_flow(self.now)
        if name == "clock offset":
            return self.clock_offset + (self.clock_rate - 1.0) * self.now
        if name == "error":
            return self.concentration.shown(at["at"]) - at["at"]
        if name == "response":  # what it would show but for its noise, flow and cut included
            flow = self.true_flow(self.now)
            return self.concentration.shown(at["at"] * relative(self.inlet.cut_at(flow)) * flow / FLOW)
        return super().truth(name, **at)

    def record(self, message: str) -> str:
        """Return the last record as a line."""
        hour = self._hour(self.now)
        stamp = worded(lambda own: f"{datetime.fromtimestamp(own * HOUR, self.started.tzinfo):%m/%d/%y %H:%M:%S}", hour)
        value = self._of_hours(lambda own: self.shown(own, message)) / 1000.0
        channels = ", 0.000" * 6
        return f"{stamp}, {number(value)},{self.volume():+.3f}{channels},{worded(self._flags, hour)}"

    def _of_hours(self, shown: Callable[[int], float]) -> float:
        """Return what belongs to the hour that was completed last; clocks in step complete theirs within minutes."""
        hours = self._hour(self.now)
        first, *others = sorted({int(each) for each in values_of(hours)})
        found = shown(first)
        for each in others:
            found = chosen(hours == each, shown(each), found)
        return found

    def _flags(self, hour: float) -> str:
        alarms = self.alarms_of(int(hour))
        return ",".join("1" if each in alarms else "0" for each in ALARMS)


def number(value: float) -> str:
    """Return a concentration as a record prints it.

    >>> number(0.027), number(-0.0031), number(float("nan"))
    ('+00.027', '-00.003', '*******')
    """
    return f"{value:+07.3f}" if abs(value) < 100 else "*" * 7  # noqa: PLR2004  (two digits before the point)


class BAM1020Dialogue(Dialogue):
    """Escape commands at any time; single characters once three carriage returns have brought the prompt."""

    ends = b""
    answer_end = b""
    latency = 0.02

    def __init__(self, monitor: BAM1020) -> None:
        """Begin a session without prompt."""
        super().__init__(Status())
        self.monitor = monitor
        self._escape: str | None = None
        self._returns = 0
        self._prompted_until = -1.0
        self._menu = ""

    def messages(self, received: bytes, *, end: bool = False) -> list[str]:  # noqa: ARG002  (a stream of characters)
        """Return escape commands, the call for the prompt, and choices from the menu."""
        heard = (self._character(each) for each in received.decode("latin-1"))
        return [each for each in heard if each]

    def clear(self) -> None:
        """Forget a half-sent command."""
        self._escape, self._returns, self._menu = None, 0, ""

    def _character(self, each: str) -> str:
        if each in "\x1b\x02":
            self._escape, self._returns = "", 0
            return ""
        if self._escape is not None:
            return self._within_escape(each)
        if each == "\r":
            self._returns = self._returns % 3 + 1
            return "CR CR CR" if self._returns == 3 else ""  # noqa: PLR2004  (as the manual asks)
        self._returns = 0
        return each if each.isprintable() else ""

    def _within_escape(self, each: str) -> str:
        command = f"{self._escape}{each}"
        self._escape = None if each == "\r" or len(command) > self.longest else command
        return "ESC " + command.strip() if each == "\r" else ""

    def answer(self, message: str) -> Answer | None:
        """Carry out a command or a choice."""
        said = self._said(message)
        return Answer(lambda: said) if said else None

    def carry_out(self, unit: str) -> Spoken:
        """Carry out a command or a choice."""
        return self._said(unit)

    def _said(self, message: str) -> str:
        now = self.monitor.now
        if message.startswith("ESC "):
            return self._escaped(message.removeprefix("ESC ").upper())
        if message == "CR CR CR":
            self._prompted_until, self._menu = now + MEMORY, ""
            return "*"
        if now > self._prompted_until:
            return ""
        self._prompted_until = now + MEMORY
        choice, self._menu = self._menu + message, ""
        return self._chosen(choice)

    def _escaped(self, command: str) -> str:
        if command in {"Q", "QC"}:
            return self.monitor.record("Q") + "\r\n"
        if command in {"QH", "QCH"}:
            return HEADER + "\r\n"
        return ""

    def _chosen(self, choice: str) -> str:
        monitor = self.monitor
        match choice.upper():
            case "6":
                self._menu = "6"
                return lines(*MENU) + ">"
            case "64":
                return lines("4 - Display Last Data", "Station,   1", HEADER, monitor.record("64")) + "*"
            case "4":
                return lines(*self._settings()) + "*"
            case "5":
                return lines(monitor.clock("%m/%d/%Y %H:%M:%S")) + "*"
            case "H" | "?":
                return lines("BAM 1020 System Menu", "4 - Settings", "5 - Date and Time", "6 - CSV Reports") + "*"
            case _:
                return "?\r\n*"

    def _settings(self) -> tuple[str, ...]:
        monitor = self.monitor
        who = disguised(monitor.identity, self.struck)
        return (
            "BAM 1020 Settings Report" if who.model == monitor.identity.model else "BAM 1022 Settings Report",
            monitor.clock("%m/%d/%Y %H:%M:%S"),
            "Station ID,    1",
            f"Serial Number, {who.serial}",
            f"Firmware, {who.firmware or FIRMWARE}",
            "Count Time,    8",
            f"Flow Setpt, {FLOW:.2f}",
            "Cycle Mode, STANDARD",
            "Conc Units, mg/m3",
        )


def lines(*each: str) -> str:
    """Return lines as they go out."""
    return "".join(f"{line}\r\n" for line in each)
