"""Alicat MC-series mass-flow controller of 100 standard L/min on its serial port.

Source: Alicat MC-series operating manual, pages 36 to 43. As delivered: 19200 baud, 8N1, unit `A`, polling.
"""

import math
from typing import Final

from labctl.metrology.many import finite
from labctl.simulation.dialogue import Dialogue, Spoken
from labctl.simulation.faults import disguised
from labctl.simulation.status import Status
from labctl_simulators.worlds.gas import MassFlowController

PSI: Final = 6.894757293168  # kPa
FIRMWARE: Final = "8v17.0-R24"
GAS: Final = "Air"


class MC100SLPM(MassFlowController, maker="Alicat", model="MC-100SLPM", wires=("serial",), line="baud=19200"):
    """The controller in a line of air; its set-point is gone after a power cycle."""

    def dialogue(self) -> "MC100SLPMDialogue":
        """Return a new session's dialogue."""
        return MC100SLPMDialogue(self)

    def frame(self, message: str) -> str:
        """Return the data frame."""
        flow = self.shown(message)
        status = " MOV" if not abs(flow) <= 1.28 * self.full_scale else ""
        status += " HLD" if self.closed else ""
        values = (
            _signed(self.pressure() / PSI, 2),
            _signed(self.temperature(), 2),
            _signed(self.at_line(flow), 2),
            _signed(flow, 2),
            _signed(self.setpoint, 2),
        )
        return f"A {' '.join(values)} {GAS:>6}{status}"


class MC100SLPMDialogue(Dialogue):
    """Commands begin with the unit's letter; case does not matter."""

    ends = b"\r"
    answer_end = b"\r"
    latency = 0.01

    def __init__(self, controller: MC100SLPM) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.controller = controller

    def carry_out(self, unit: str) -> Spoken:
        """Carry out a command for this unit; others are not for it."""
        word = unit.upper()
        if word[:1] not in {"A", "*"}:
            return None
        return self._carried_out(word[1:])

    def _carried_out(self, word: str) -> Spoken:
        controller = self.controller
        match word:
            case "":
                pass
            case "??M*":
                return "\r".join(self._manufacturer())
            case "VE":
                return f"A   {FIRMWARE} Jan  9 2024,13:21:00"
            case "HC" | "HP":
                controller.set(controller.setpoint, closed=True)
            case "C":
                controller.set(controller.setpoint)
            case _ if word.startswith("S") and self._is_setpoint(word[1:]):
                controller.set(float(word[1:]), closed=controller.closed)
            case _:
                return "?"
        return controller.frame("A")

    def _is_setpoint(self, text: str) -> bool:
        try:
            value = float(text)
        except ValueError:
            return False
        return math.isfinite(value) and 0.0 <= value <= 1.024 * self.controller.full_scale  # 65535/64000

    def _manufacturer(self) -> tuple[str, ...]:
        who = disguised(self.controller.identity, self.struck)
        return (
            "A M00 Alicat Scientific",
            "A M01 www.alicat.com",
            "A M02 Ph   520-290-6060",
            "A M03 info@alicat.com",
            f"A M04 Model Number {who.model}",
            f"A M05 Serial Number {who.serial}",
            "A M06 Date Manufactured 2024-01-09",
            "A M07 Date Calibrated 2024-01-09",
            "A M08 Calibrated By QC",
            f"A M09 Software Revision {who.firmware or FIRMWARE}",
        )


def _signed(value: float, decimals: int) -> str:
    """Return a number as a frame prints it.

    >>> _signed(14.7, 2), _signed(-0.004, 2)
    ('+014.70', '-000.00')
    """
    if not finite(value):
        return "+999.99" if value > 0 else "-999.99" if value < 0 else "+---.--"
    return f"{value:+07.{decimals}f}"
