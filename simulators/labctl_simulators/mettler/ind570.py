"""Mettler-Toledo IND570 weighing terminal with a tank scale, 3000 kg in steps of 0.02 kg."""

from labctl_simulators.mettler.balance import Balance
from labctl_simulators.mettler.sics import SicsDialogue


class IND570(Balance, maker="Mettler", model="IND570", wires=("serial", "tcp")):
    """The terminal with its tank scale."""

    capacity = 3000.0
    interval = 0.02

    def dialogue(self) -> SicsDialogue:
        """Return a new session's dialogue."""
        return SicsDialogue(self)
