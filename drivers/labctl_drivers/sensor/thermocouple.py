"""A thermocouple of any type on a channel of a readout."""

from labctl.instruments.channel import ThermocoupleSensor


class Thermocouple(ThermocoupleSensor, maker="Sensor", model="thermocouple"):
    """A thermocouple of any type."""
