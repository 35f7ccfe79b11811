"""Vaisala PTU300 transmitter of the state of the air, on its serial service port.

Source: PTU300 User's Guide M210796EN, chapter 4.
"""

from labctl_simulators.vaisala.formatter import value
from labctl_simulators.vaisala.transmitter import Transmitter, TransmitterDialogue


class PTU300(Transmitter, maker="Vaisala", model="PTU300", wires=("serial",), line="baud=4800&bits=7&parity=even"):
    """A transmitter of pressure, temperature and humidity."""

    senses = ("temperature", "humidity", "pressure")

    def dialogue(self) -> "PTU300Dialogue":
        """Return a new session's dialogue."""
        return PTU300Dialogue(self)


class PTU300Dialogue(TransmitterDialogue):
    """Its output as delivered, and its barometer module."""

    def default(self) -> str:
        """Return pressure, temperature and humidity as delivered (page 103)."""
        shown = {each: self.transmitter.shown(each) for each in self.transmitter.senses}
        fields = (
            f"P={value(shown['pressure'], 4, 1)} hPa",
            f"T={value(shown['temperature'], 3, 1)} 'C",
            f"RH={value(shown['humidity'], 3, 1)} %RH",
        )
        return " ".join(fields)

    def modules(self) -> tuple[str, str]:
        """Return the last two lines of the listing."""
        return "Module 1       : BARO-1", "Module 2       : not installed"
