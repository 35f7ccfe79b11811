"""Mettler-Toledo ICS685 weighing terminal, 150 kg in steps of 0.002 kg, on its serial port or network."""

from labctl_simulators.mettler.balance import Balance
from labctl_simulators.mettler.sics import SicsDialogue


class ICS685(Balance, maker="Mettler", model="ICS685", wires=("serial", "tcp")):
    """The terminal with its high-resolution platform."""

    def dialogue(self) -> SicsDialogue:
        """Return a new session's dialogue."""
        return SicsDialogue(self)
