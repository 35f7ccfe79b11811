"""A thermistor thermometer on a channel of a readout."""

from labctl.instruments.channel import ResistiveSensor


class Thermistor(ResistiveSensor, maker="Sensor", model="thermistor"):
    """A thermistor thermometer."""
