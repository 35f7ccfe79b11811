"""A standard platinum resistance thermometer on a channel of a readout."""

from labctl.instruments.channel import ResistiveSensor


class Sprt(ResistiveSensor, maker="Sensor", model="SPRT"):
    """A standard platinum resistance thermometer."""
