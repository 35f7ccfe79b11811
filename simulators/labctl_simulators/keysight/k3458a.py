"""Keysight (HP, Agilent) 3458A digital multimeter on its bus."""

from labctl_simulators.keysight.k3458a_language import K3458ADialogue
from labctl_simulators.keysight.k3458a_physics import Physics3458A


class K3458A(Physics3458A, maker="Keysight", model="3458A", wires=("prologix",)):
    """The meter; registers, trigger and output are its own, for it has one bus connector."""

    def dialogue(self) -> K3458ADialogue:
        """Return a new session's dialogue."""
        return K3458ADialogue(self)
