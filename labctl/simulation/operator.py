"""A simulated operator's eye: answers the questions of an instrument's driver with what it would read there."""

from collections.abc import Callable
from typing import ClassVar

from labctl.metrology.many import finite
from labctl.simulation.dialogue import Answer, Dialogue
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.status import Status
from labctl.simulation.world import World
from labctl.transport.operator import SERIAL, read_question

LOOKS: float = 4.0
"""Seconds for a person to look and key in."""


class ReadByEye(SimulatedInstrument, wires=("operator",)):
    """An instrument that a person reads; a subclass tells what stands on its scale.

    `sees` holds the true value of each quantity now, in the unit that `units` names; whatever the instrument is put
    into sets it there.
    """

    units: ClassVar[dict[str, str]] = {}  # by quantity: the unit of its scale
    decimals: ClassVar[dict[str, int]] = {}  # by quantity: digits behind the point that a person keys in

    def __init__(self, world: World, placed: Placed) -> None:
        """Lie on the table."""
        super().__init__(world, placed)
        self.sees: dict[str, Callable[[], float]] = {}

    def shown(self, quantity: str) -> float:
        """Return what stands on the scale now; a subclass adds its error."""
        return self.sees[quantity]()

    def read(self, quantity: str, message: str = "") -> str:
        """Return what a person keys in, "OL" where nothing can be read, "" for a quantity that it has not."""
        if quantity not in self.units:
            return ""
        value = self.faults.on_value(self.shown(quantity), self.now, message)
        return f"{value:.{self.decimals.get(quantity, 1)}f}" if finite(value) else "OL"

    def carry_out(self, what: str) -> None:
        """Do what a person was told to do with it, such as to choose a range."""

    def dialogue(self) -> "OperatorDialogue":
        """Return a new session's dialogue."""
        return OperatorDialogue(self)

    def state(self) -> dict[str, object]:
        """Return what a person reads."""
        return {"energised": False, **{each: self.shown(each) for each in self.units if each in self.sees}}


class OperatorDialogue(Dialogue):
    """A person who answers questions, each one line of JSON."""

    latency = LOOKS

    def __init__(self, instrument: ReadByEye) -> None:
        """Look at an instrument."""
        super().__init__(Status())
        self.instrument = instrument

    def answer(self, message: str) -> Answer | None:
        """Return what a person answers; nothing to what is no question."""
        asked = read_question(message)
        if asked is None:
            return None
        if asked.kind == "instruction":
            self.instrument.carry_out(asked.of)
            return Answer(lambda: "done")
        if asked.of == SERIAL:
            serial = self._serial()
            return Answer(lambda: serial)
        return Answer(lambda: self.instrument.read(asked.of, message))

    def _serial(self) -> str:
        """Return the number on the plate; another instrument that stands there has another one."""
        claimed = disguised(self.instrument.identity, self.struck)
        return f"{claimed.serial}X" if "wrong identity" in self.struck else claimed.serial
