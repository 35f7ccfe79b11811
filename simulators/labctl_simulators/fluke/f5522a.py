"""Fluke 5522A multi-product calibrator on its serial port: DC voltage, operate and standby, status, errors.

Source: 5522A Operators Manual, chapters 5 and 6. Of the error codes only 0, 1 and 539 are confirmed against a
printed manual; the others are engineering memory of its appendix D.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from attrs import define, frozen

from labctl.simulation.dialogue import Answer, Dialogue, Spoken, command
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.physics import FirstOrder
from labctl.simulation.status import DEVICE_ERROR, EXECUTION_ERROR, POWER_ON, Complaint, Status
from labctl.simulation.truth import of_standard
from labctl.simulation.world import World

HIGHEST: Final = 1020.0  # volts
DANGEROUS: Final = 33.0  # volts; going above drops to standby
RANGES: Final = {0.3299999: "330MV", 3.299999: "3.3V", 32.99999: "33V", 329.9999: "330V", HIGHEST: "1000V"}
SETTLING: Final = 1.5  # seconds
RANGE_CHANGE: Final = 2.0  # seconds more
TRIP: Final = 0.2  # seconds of overload until the output trips
OUTPUT_RESISTANCE: Final = 0.0005  # ohms

OPER: Final = 1 << 0
HIVOLT: Final = 1 << 7
REMOTE: Final = 1 << 11
SETTLED: Final = 1 << 12

BAD_SYNTAX: Final = Complaint(1300, "Bad syntax")
UNKNOWN: Final = Complaint(1301, "Unknown command")
BAD_COUNT: Final = Complaint(1302, "Bad parameter count")
BAD_KEYWORD: Final = Complaint(1303, "Bad keyword")
BAD_TYPE: Final = Complaint(1304, "Bad parameter type")
BAD_UNIT: Final = Complaint(1305, "Bad parameter unit")
BAD_VALUE: Final = Complaint(1306, "Bad parameter value", EXECUTION_ERROR)
BEYOND_LIMITS: Final = Complaint(541, "Outputs exceed user limits", EXECUTION_ERROR)
TRIPPED: Final = Complaint(1503, "Output current lim exceeded", DEVICE_ERROR)
EXPLAINED: Final = {
    each.code: each.words
    for each in (BAD_SYNTAX, UNKNOWN, BAD_COUNT, BAD_KEYWORD, BAD_TYPE, BAD_UNIT, BAD_VALUE, BEYOND_LIMITS, TRIPPED)
} | {0: "No Error", 1: "Error queue overflow", 539: "Can't change compensation now"}

_UNITS: Final = {"V": 1.0, "MV": 1e-3, "UV": 1e-6, "KV": 1e3, "HZ": 1.0, "KHZ": 1e3, "MHZ": 1e6}
_PARAMETER: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?)\s*([A-Z]*)")


@frozen
class Amplitude:
    """What the output is set to."""

    volts: float = 0.0
    hertz: float = 0.0

    @property
    def range(self) -> str:
        """Return the range that this amplitude needs."""
        top = next(each for each in RANGES if abs(self.volts) <= each)
        return ("AC" if self.hertz else "DC") + RANGES[top]


@define
class Changes:
    """Bits of the status register that fell and rose since somebody asked."""

    last: int = SETTLED
    fell: int = 0
    rose: int = 0

    def notice(self, status: int) -> None:
        """Compare with what was seen last."""
        self.fell |= self.last & ~status
        self.rose |= ~self.last & status
        self.last = status


class F5522A(SimulatedInstrument, maker="Fluke", model="5522A", wires=("serial",)):
    """The calibrator's DC voltage output: what it is set to, what it truly puts out, and how it gets there.

    A new amplitude approaches exponentially and counts as settled after 1.5 s, 2 s later when the range changes.
    Whoever speaks to it may vanish: it goes on sourcing.
    """

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand on the bench in standby, with its hidden errors drawn."""
        super().__init__(world, placed)
        self.error = of_standard(world, placed.asset, "DC voltage", "V")
        settling = self.figure("settling", SETTLING)
        self.output = FirstOrder(time_constant=settling / 16)  # 16 time constants leave 0.1 ppm of a step
        self.resistance = self.figure("output resistance", OUTPUT_RESISTANCE)
        self.status = Status(room=16, overflow=(1, EXPLAINED[1]), none=(0, EXPLAINED[0]), error_available=8)
        self.amplitude = Amplitude()
        self.power_on()
        world.physical.append(self.output)

    # --- physics -----------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        """Be in standby at 0 V, as after every power-up."""
        self.status.clear()
        self.status.events = POWER_ON
        self.changes = Changes()
        self.remote = False
        self.limits = (HIGHEST, -HIGHEST)
        self.locked: bool = False
        self.reset()

    def reset(self) -> None:
        """Be in standby at 0 V."""
        self.energised = False
        self.amplitude = Amplitude()
        self.range: str = self.amplitude.range
        self.settled_at = self.now
        self.output.jump(0.0)

    def terminals(self) -> float:
        """Return the voltage at the NORMAL terminals now, without load."""
        return self.output.value

    def noise(self) -> float:
        """Return the noise of the output in volts rms: half a microvolt and 0.02 ppm."""
        return math.hypot(self.figure("noise", 0.5e-6), 0.02e-6 * self.output.end) if self.energised else 0.0

    def true_output(self, volts: float) -> float:
        """Return what settles at the terminals when these volts are set."""
        return volts + self.error.at(volts)

    def present(self, amplitude: Amplitude) -> None:
        """Set the output."""
        away = abs(amplitude.volts) > DANGEROUS >= abs(self.amplitude.volts)
        if away or bool(amplitude.hertz) != bool(self.amplitude.hertz):
            self.stand_by()
        changed = not self.locked and amplitude.range != self.range
        self.amplitude = amplitude
        self.range = self.range if self.locked else amplitude.range
        self._approach(RANGE_CHANGE if changed else 0.0)

    def operate(self) -> None:
        """Connect the output to the terminals."""
        if not self.energised:
            self.energised = True
            self._approach(0.0)
        if self.faults.on_value(1.0, self.now, "OPER") == math.inf:
            self.world.at(self.now + TRIP, self._trip)

    def stand_by(self) -> None:
        """Disconnect the output from the terminals."""
        self.energised = False
        self.output.jump(0.0)

    def _approach(self, longer: float) -> None:
        if self.energised:
            usual = self.true_output(self.amplitude.volts) if not self.amplitude.hertz else 0.0
            shown = self.faults.on_value(usual, self.now, "OUT")
            self.output.end = shown if math.isfinite(shown) else usual
        self.settled_at = max(self.settled_at, self.now + self.figure("settling", SETTLING) + longer)
        self.world.at(self.settled_at, self.notice)
        self.notice()

    def _trip(self) -> None:
        if self.energised:
            self.stand_by()
            self.status.complain(TRIPPED)

    # --- what it shows -----------------------------------------------------------------------------------------------

    @property
    def register(self) -> int:
        """Return the instrument status register."""
        bits = OPER if self.energised else 0
        bits |= HIVOLT if abs(self.amplitude.volts) > DANGEROUS else 0
        bits |= REMOTE if self.remote else 0
        return bits | (SETTLED if self.now >= self.settled_at else 0)

    def notice(self) -> None:
        """Keep the change registers up to date."""
        self.changes.notice(self.register)

    def dialogue(self) -> "F5522ADialogue":
        """Return a new session's dialogue."""
        return F5522ADialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what the front panel shows, and the voltage at the terminals."""
        return {"energised": self.energised, "setting": self.amplitude.volts, "output": self.terminals()}

    def truth(self, name: str, **at: float) -> float:
        """Return `output`: what truly settles at the terminals when `at` volts are set."""
        if name == "output":
            return self.true_output(at["at"])
        return super().truth(name, **at)


class F5522ADialogue(Dialogue):
    """The serial remote interface in COMPUTER mode: seven bits, any case, CR or LF ends a command."""

    ends = b"\r\n"
    answer_end = b"\r\n"
    latency = 0.02
    longest = 350
    unknown = UNKNOWN

    def __init__(self, calibrator: F5522A) -> None:
        """Begin a session; status and errors are the calibrator's, for it has one port."""
        super().__init__(calibrator.status)
        self.calibrator = calibrator

    def readable(self, message: bytes) -> str:
        """Return the characters that count: bit 8 is ignored, control characters are discarded."""
        return "".join(chr(each & 0x7F) for each in message if each & 0x7F >= ord(" ")).strip()

    def answer(self, message: str) -> Answer | None:
        """Carry out a message, and note what changed."""
        said = super().answer(message)
        self.calibrator.notice()
        return said

    def identity(self) -> str:
        """Return maker, model, serial number and the versions of its processors."""
        who = disguised(self.calibrator.identity, self.struck)
        return f"FLUKE,{who.model},{who.serial},{who.firmware or '2.0+1.3+2.0+*'}"

    def busy_for(self) -> float:
        """Return the seconds until the output is settled."""
        return max(self.calibrator.settled_at - self.calibrator.now, 0.0)

    def reset(self) -> None:
        """Put 0 V on the output, in standby."""
        self.calibrator.reset()

    def when_complete(self, action: Callable[[], None]) -> None:
        """Do something once the output is settled."""
        self.calibrator.world.at(self.calibrator.settled_at, action)

    # --- output ------------------------------------------------------------------------------------------------------

    @command("OUT")
    def _out(self, parameters: list[str]) -> Spoken:
        if not 1 <= len(parameters) <= 2:  # noqa: PLR2004  (amplitude, frequency)
            raise BAD_COUNT
        volts, hertz = self.calibrator.amplitude.volts, 0.0
        for n, each in enumerate(parameters):
            value, unit = measure(each)
            if unit.endswith("HZ"):
                hertz = value
            elif n == 0 and (unit.endswith("V") or not unit):
                volts = value
            else:
                raise BAD_UNIT
        if abs(volts) > HIGHEST or hertz < 0:
            raise BAD_VALUE
        above, below = self.calibrator.limits
        if not below <= volts <= above:
            raise BEYOND_LIMITS
        self.calibrator.present(Amplitude(volts, hertz))
        return None

    @command("OUT?")
    def _out_query(self, parameters: list[str]) -> Spoken:
        wanted = parameters[0].upper() if parameters else "V"
        if wanted not in _UNITS or wanted.endswith("HZ"):
            raise BAD_KEYWORD
        now = self.calibrator.amplitude
        return f"{now.volts / _UNITS[wanted]:.6E},{wanted},0E+00,0,{now.hertz:.2E}"

    @command("FUNC?")
    def _func(self, _: list[str]) -> Spoken:
        return "ACV" if self.calibrator.amplitude.hertz else "DCV"

    @command("OPER")
    def _oper(self, _: list[str]) -> Spoken:
        self.calibrator.operate()
        return None

    @command("OPER?")
    def _oper_query(self, _: list[str]) -> Spoken:
        return "1" if self.calibrator.energised else "0"

    @command("STBY")
    def _stby(self, _: list[str]) -> Spoken:
        self.calibrator.stand_by()
        return None

    @command("LIMIT")
    def _limit(self, parameters: list[str]) -> Spoken:
        if len(parameters) != 2:  # noqa: PLR2004  (positive, negative)
            raise BAD_COUNT
        (above, unit), (below, other) = map(measure, parameters)
        if not (unit.endswith("V") and other.endswith("V")):
            raise BAD_UNIT
        if not -HIGHEST <= below <= 0 <= above <= HIGHEST:
            raise BAD_VALUE
        self.calibrator.limits = (above, below)
        return None

    @command("LIMIT?")
    def _limit_query(self, _: list[str]) -> Spoken:
        above, below = self.calibrator.limits
        return f"{above:.6E},{below:.6E}"

    @command("RANGELCK")
    def _range_lock(self, parameters: list[str]) -> Spoken:
        if [each.upper() for each in parameters] not in (["ON"], ["OFF"]):
            raise BAD_KEYWORD
        self.calibrator.locked = parameters[0].upper() == "ON"
        return None

    @command("RANGELCK?")
    def _range_lock_query(self, _: list[str]) -> Spoken:
        return "ON" if self.calibrator.locked else "OFF"

    @command("RANGE?")
    def _range(self, _: list[str]) -> Spoken:
        return f"{self.calibrator.range},NONE"

    # --- status ------------------------------------------------------------------------------------------------------

    @command("ISR?")
    def _isr(self, _: list[str]) -> Spoken:
        return str(self.calibrator.register)

    @command("ISCR0?")
    def _fell(self, _: list[str]) -> Spoken:
        changes = self.calibrator.changes
        fell, changes.fell = changes.fell, 0
        return str(fell)

    @command("ISCR1?")
    def _rose(self, _: list[str]) -> Spoken:
        changes = self.calibrator.changes
        rose, changes.rose = changes.rose, 0
        return str(rose)

    @command("ERR?")
    def _err(self, _: list[str]) -> Spoken:
        code, words = self.status.next_error()
        return f'{code},"{words}"'

    @command("FAULT?")
    def _fault(self, _: list[str]) -> Spoken:
        return str(self.status.next_error()[0])

    @command("EXPLAIN?")
    def _explain(self, parameters: list[str]) -> Spoken:
        if len(parameters) != 1:
            raise BAD_COUNT
        if not parameters[0].isdecimal():
            raise BAD_TYPE
        return f'"{EXPLAINED.get(int(parameters[0]), "Unknown error")}"'

    @command("REMOTE", "LOCKOUT")
    def _remote(self, _: list[str]) -> Spoken:
        self.calibrator.remote = True
        return None

    @command("LOCAL")
    def _local(self, _: list[str]) -> Spoken:
        self.calibrator.remote = False
        return None


def measure(parameter: str) -> tuple[float, str]:
    """Return the value, in volts or hertz, and the unit of a parameter such as `100 MV`."""
    if not parameter:
        raise BAD_SYNTAX  # a null parameter
    read = _PARAMETER.fullmatch(parameter.upper())
    if read is None:
        raise BAD_TYPE
    if read[2] and read[2] not in _UNITS:
        raise BAD_UNIT
    return float(read[1]) * _UNITS.get(read[2], 1.0), read[2]
