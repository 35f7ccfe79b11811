"""Vaisala HMT330 transmitter of humidity and temperature, on its serial service port.

Source: HMT330 User's Guide M210566EN, chapter 4.
"""

from labctl_simulators.vaisala.formatter import value
from labctl_simulators.vaisala.transmitter import Transmitter, TransmitterDialogue


class HMT330(Transmitter, maker="Vaisala", model="HMT330", wires=("serial",), line="baud=4800&bits=7&parity=even"):
    """A transmitter of humidity and temperature."""

    def dialogue(self) -> "HMT330Dialogue":
        """Return a new session's dialogue."""
        return HMT330Dialogue(self)


class HMT330Dialogue(TransmitterDialogue):
    """Its output as delivered."""

    def default(self) -> str:
        """Return humidity and temperature as delivered (page 102)."""
        humidity, temperature = self.transmitter.shown("humidity"), self.transmitter.shown("temperature")
        return f"RH={value(humidity, 3, 1)} %RH T={value(temperature, 3, 1)} 'C"
