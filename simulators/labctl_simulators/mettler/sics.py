"""The Standard Interface Command Set of Mettler-Toledo (MT-SICS, levels 0 and 1): what a terminal answers.

Source: MT-SICS Reference Manual, chapters 3 and 4. Commands are upper case and end with CR LF; the weight stands in ten
characters, right-aligned; what is not understood is answered ES (syntax), ET (transmission) or EL (logical error).
"""

import math
from collections.abc import Callable
from typing import Final

from labctl.metrology.many import finite, nan
from labctl.simulation.dialogue import Answer, Dialogue, Spoken, command
from labctl.simulation.faults import disguised
from labctl.simulation.status import Complaint, Status
from labctl_simulators.mettler.balance import GIVES_UP, Balance

LEVELS: Final = '"01" "2.30" "2.20" "" ""'
SOFTWARE: Final = "1.05 18.6.0.1361.772"
SYNTAX: Final = Complaint(0, "ES")
TRANSMISSION: Final = Complaint(0, "ET")
LOGICAL: Final = Complaint(0, "EL")
PLACES: Final = 10  # characters of a weight


class SicsDialogue(Dialogue):
    """One session with a terminal."""

    ends = b"\n"
    answer_end = b"\r\n"
    latency = 0.01
    unknown = SYNTAX

    def __init__(self, balance: Balance) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.balance = balance

    def answer(self, message: str) -> Answer | None:
        """Carry out one command; what is wrong with it is answered, not queued."""
        self.begin()
        try:
            if not message.isascii():
                raise TRANSMISSION
            said = self.carry_out(message)
        except Complaint as complaint:
            said = complaint.words
        return Answer(_constant(said)) if isinstance(said, str) else said

    def parts(self, unit: str) -> tuple[str, list[str]]:
        """Return the command as it is written, and its parameters."""
        header, *parameters = unit.split(" ")
        return header, parameters

    def find(self, header: str) -> str | None:
        """Return the method of a command; those of IEEE 488.2 are none."""
        return None if header.startswith("*") else super().find(header)

    def carry_out(self, unit: str) -> Spoken:
        """Carry out a command; none of these takes a parameter."""
        _, parameters = self.parts(unit)
        if parameters and self.find(self.parts(unit)[0]) is not None:
            raise LOGICAL
        return super().carry_out(unit)

    # --- inquiries ---------------------------------------------------------------------------------------------------

    @command("I0")
    def _commands(self, _: list[str]) -> Spoken:
        zeroth = ("I0", "I1", "I2", "I3", "I4", "S", "SI", "SIR", "Z", "ZI", "@")
        first = ("T", "TI", "TA", "TAC")
        listed = [f'I0 B 0 "{each}"' for each in zeroth] + [f'I0 B 1 "{each}"' for each in first]
        return "\r\n".join([*listed[:-1], listed[-1].replace(" B ", " A ")])

    @command("I1")
    def _levels(self, _: list[str]) -> Spoken:
        return f"I1 A {LEVELS}"

    @command("I2")
    def _description(self, _: list[str]) -> Spoken:
        who, balance = disguised(self.balance.identity, self.struck), self.balance
        return f'I2 A "{who.model} Standard {balance.capacity:.{self._decimals()}f} kg"'

    @command("I3")
    def _software(self, _: list[str]) -> Spoken:
        return f'I3 A "{self.balance.identity.firmware or SOFTWARE}"'

    @command("I4")
    def _serial(self, _: list[str]) -> Spoken:
        return f'I4 A "{disguised(self.balance.identity, self.struck).serial}"'

    @command("@")
    def _reset(self, _: list[str]) -> Spoken:
        self.balance.power_on()
        return self._serial([])

    # --- weights -----------------------------------------------------------------------------------------------------

    @command("SI")
    def _at_once(self, _: list[str]) -> Spoken:
        return Answer(lambda: self._weight("SI", "S" if self.balance.stable else "D"))

    @command("S")
    def _when_stable(self, _: list[str]) -> Spoken:
        return self._once_stable("S", lambda: self._weight("S", "S"))

    @command("SIR")
    def _repeatedly(self, _: list[str]) -> Spoken:
        return "S I"  # nothing here sends unasked

    @command("Z")
    def _zero(self, _: list[str]) -> Spoken:
        return self._once_stable("Z", lambda: self._zeroed("A"))

    @command("ZI")
    def _zero_at_once(self, _: list[str]) -> Spoken:
        return self._zeroed("S" if self.balance.stable else "D", "ZI")

    @command("T")
    def _tare(self, _: list[str]) -> Spoken:
        return self._once_stable("T", lambda: f"T S {self._printed(self.balance.set_tare())}")

    @command("TI")
    def _tare_at_once(self, _: list[str]) -> Spoken:
        status = "S" if self.balance.stable else "D"
        return f"TI {status} {self._printed(self.balance.set_tare())}"

    @command("TA")
    def _tare_value(self, _: list[str]) -> Spoken:
        return f"TA A {self._printed(self.balance.tare)}"

    @command("TAC")
    def _clear_tare(self, _: list[str]) -> Spoken:
        self.balance.tare = 0.0
        return "TAC A"

    # --- inside ------------------------------------------------------------------------------------------------------

    def _once_stable(self, name: str, action: Callable[[], str]) -> Spoken:
        """Return what is answered when the terminal is stable, or that it cannot where that takes too long."""
        waits = self.balance.stable_in()

        def compose() -> str:
            return action() if self.balance.stable else f"{name} I"

        return Answer(compose, min(waits, GIVES_UP))

    def _weight(self, message: str, status: str) -> str:
        shown = self.balance.shown(message)
        if nan(shown):
            return "S I"
        if not finite(shown):
            return "S +" if shown > 0 else "S -"
        return f"S {status} {self._printed(shown)}"

    def _zeroed(self, done: str, name: str = "Z") -> str:
        beyond = self.balance.set_zero()
        return f"{name} {'-' if beyond < 0 else '+' if beyond else done}"

    def _printed(self, mass: float) -> str:
        return f"{mass + 0.0:{PLACES}.{self._decimals()}f} kg"

    def _decimals(self) -> int:
        return max(-math.floor(math.log10(self.balance.interval) + 1e-9), 0)


def _constant(text: str) -> Callable[[], str]:
    return lambda: text
