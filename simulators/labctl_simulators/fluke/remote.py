"""The remote language that Fluke's calibrators share: amplitudes with units, operate and standby, status, errors.

Of the error codes only 0, 1 and 539 are confirmed against a printed manual; the others are engineering memory [K].
"""

import math
import re
from collections.abc import Callable
from typing import ClassVar, Final

from labctl.simulation.dialogue import Answer, Dialogue, Spoken, command
from labctl.simulation.faults import disguised
from labctl.simulation.status import DEVICE_ERROR, EXECUTION_ERROR, Complaint, Status
from labctl_simulators.electrics.calibrator import Amplitude, Calibrator

BAD_SYNTAX: Final = Complaint(1300, "Bad syntax")
UNKNOWN: Final = Complaint(1301, "Unknown command")
BAD_COUNT: Final = Complaint(1302, "Bad parameter count")
BAD_KEYWORD: Final = Complaint(1303, "Bad keyword")
BAD_TYPE: Final = Complaint(1304, "Bad parameter type")
BAD_UNIT: Final = Complaint(1305, "Bad parameter unit")
BAD_VALUE: Final = Complaint(1306, "Bad parameter value", EXECUTION_ERROR)
NOT_NOW: Final = Complaint(539, "Can't change compensation now", EXECUTION_ERROR)
BEYOND_LIMITS: Final = Complaint(541, "Outputs exceed user limits", EXECUTION_ERROR)
TRIPPED: Final = Complaint(1503, "Output current lim exceeded", DEVICE_ERROR)
EXPLAINED: Final = {
    each.code: each.words
    for each in (
        BAD_SYNTAX, UNKNOWN, BAD_COUNT, BAD_KEYWORD, BAD_TYPE, BAD_UNIT, BAD_VALUE, NOT_NOW, BEYOND_LIMITS, TRIPPED
    )
} | {0: "No Error", 1: "Error queue overflow"}  # fmt: skip
AVAILABLE: Final = 8  # bit of the status byte: an error is in the queue
CHANGED: Final = 4  # bit of the status byte: an enabled bit of the instrument status changed
WORD: Final = 0xFFFF

UNITS: Final = {
    "V": 1.0, "MV": 1e-3, "UV": 1e-6, "KV": 1e3,
    "HZ": 1.0, "KHZ": 1e3, "MHZ": 1e6,
    "A": 1.0, "MA": 1e-3, "UA": 1e-6, "NA": 1e-9,
    "OHM": 1.0, "KOHM": 1e3, "MOHM": 1e6, "MAOHM": 1e6,
}  # fmt: skip
_PARAMETER: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?)\s*([A-Z]*)")


def registers() -> Status:
    """Return the registers and the error queue of a calibrator."""
    return Status(room=16, overflow=(1, EXPLAINED[1]), none=(0, EXPLAINED[0]), error_available=AVAILABLE)


class FlukeDialogue(Dialogue):
    """The remote interface in COMPUTER mode: seven bits, any case, CR or LF ends a command."""

    ends = b"\r\n"
    answer_end = b"\r\n"
    latency = 0.02
    longest = 350
    unknown = UNKNOWN
    firmware: ClassVar[str] = ""
    digits: ClassVar[int] = 6  # behind the point of an amplitude

    def __init__(self, calibrator: Calibrator) -> None:
        """Begin a session; status and errors are the calibrator's, for it has one set of them."""
        super().__init__(calibrator.status)
        self.calibrator = calibrator
        self.enabled_falls = self.enabled_rises = 0

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
        return f"FLUKE,{who.model},{who.serial},{who.firmware or self.firmware}"

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
        amplitude = self.asked(parameters)
        self.refuse(amplitude)
        above, below = self.calibrator.limits.get(amplitude.unit, (math.inf, -math.inf))
        if not below <= amplitude.value <= above:
            raise BEYOND_LIMITS
        self.calibrator.present(amplitude)
        return None

    def asked(self, parameters: list[str]) -> Amplitude:
        """Return what is asked for; what is not said stays as it is, a frequency with its kind of amplitude."""
        before = self.calibrator.amplitude
        value, unit, hertz = before.value, before.unit, None
        for n, each in enumerate(parameters):
            given, spelled = measure(each)
            if spelled.endswith("HZ"):
                hertz = given
            elif n == 0:
                value, unit = given, base_unit(spelled) if spelled else unit
            else:
                raise BAD_UNIT  # a second amplitude: two outputs at once are not simulated
        if hertz is None:
            hertz = before.hertz if unit == before.unit else 0.0
        return Amplitude(value, hertz, unit)

    def refuse(self, amplitude: Amplitude) -> None:
        """Refuse what the model cannot present."""
        if amplitude.hertz < 0 or (amplitude.unit == "OHM" and (amplitude.hertz or amplitude.value < 0)):
            raise BAD_VALUE
        if amplitude.hertz and amplitude.value < 0:
            raise BAD_VALUE
        if abs(amplitude.value) > self.calibrator.spans[amplitude.quantity][-1].top:
            raise BAD_VALUE

    @command("FUNC?")
    def _func(self, _: list[str]) -> Spoken:
        amplitude = self.calibrator.amplitude
        return "RES" if amplitude.unit == "OHM" else f"{'AC' if amplitude.hertz else 'DC'}{_letter(amplitude.unit)}"

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

    @command("RANGELCK")
    def _range_lock(self, parameters: list[str]) -> Spoken:
        self.calibrator.locked = on_or_off(parameters)
        return None

    @command("RANGELCK?")
    def _range_lock_query(self, _: list[str]) -> Spoken:
        return "ON" if self.calibrator.locked else "OFF"

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

    @command("ISCR?")
    def _changed(self, _: list[str]) -> Spoken:
        changes = self.calibrator.changes
        both, changes.fell, changes.rose = changes.fell | changes.rose, 0, 0
        return str(both)

    @command("ISCE0")
    def _enable_falls(self, parameters: list[str]) -> Spoken:
        self.enabled_falls = word(parameters)
        return None

    @command("ISCE0?")
    def _falls_enabled(self, _: list[str]) -> Spoken:
        return str(self.enabled_falls)

    @command("ISCE1")
    def _enable_rises(self, parameters: list[str]) -> Spoken:
        self.enabled_rises = word(parameters)
        return None

    @command("ISCE1?")
    def _rises_enabled(self, _: list[str]) -> Spoken:
        return str(self.enabled_rises)

    @command("ISCE")
    def _enable(self, parameters: list[str]) -> Spoken:
        self.enabled_falls = self.enabled_rises = word(parameters)
        return None

    @command("ISCE?")
    def _enabled(self, _: list[str]) -> Spoken:
        return str(self.enabled_falls | self.enabled_rises)

    @command("*STB?")
    def _stb(self, _: list[str]) -> Spoken:
        self.calibrator.notice()
        changes = self.calibrator.changes
        changed = changes.fell & self.enabled_falls or changes.rose & self.enabled_rises
        return str(self.status.byte() | (CHANGED if changed else 0))

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
    """Return the value, in volts, hertz, amperes or ohms, and the unit of a parameter such as `100 MV`.

    >>> measure("5 MA"), measure("1 MOHM"), measure("10 kohm")
    ((0.005, 'MA'), (1000000.0, 'MOHM'), (10000.0, 'KOHM'))
    """
    if not parameter:
        raise BAD_SYNTAX  # a null parameter
    read = _PARAMETER.fullmatch(parameter.upper())
    if read is None:
        raise BAD_TYPE
    if read[2] and read[2] not in UNITS:
        raise BAD_UNIT
    return float(read[1]) * UNITS.get(read[2], 1.0), read[2]


def base_unit(unit: str) -> str:
    """Return V, A or OHM for a unit with its multiplier."""
    return "OHM" if unit.endswith("OHM") else unit[-1]


def on_or_off(parameters: list[str]) -> bool:
    """Return what ON or OFF says."""
    if [each.upper() for each in parameters] not in (["ON"], ["OFF"]):
        raise BAD_KEYWORD
    return parameters[0].upper() == "ON"


def word(parameters: list[str]) -> int:
    """Return the mask of a register of sixteen bits."""
    if len(parameters) != 1:
        raise BAD_COUNT
    if not parameters[0].isdecimal():
        raise BAD_TYPE
    if int(parameters[0]) > WORD:
        raise BAD_VALUE
    return int(parameters[0])


def _letter(unit: str) -> str:
    return "I" if unit == "A" else "V"
