"""A industrial platinum resistance thermometer on a channel of a readout."""

from labctl.instruments.channel import ResistiveSensor


class Pt100(ResistiveSensor, maker="Sensor", model="Pt100"):
    """A industrial platinum resistance thermometer."""
