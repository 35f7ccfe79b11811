"""The channels of a readout: which sensor hangs on each, and what the readout's own errors make of it."""

import math
from typing import Protocol, runtime_checkable

from attrs import define, field

from labctl.metrology.many import finite
from labctl.simulation.instrument import SimulatedInstrument
from labctl.simulation.truth import Errorless, of_standard
from labctl_simulators.thermal.curves import Knotted
from labctl_simulators.thermal.media import ROOM
from labctl_simulators.thermal.sensors import Resistive, Sensor, Thermoelectric


@runtime_checkable
class HasInputs(Protocol):
    """A readout into which sensors can be plugged."""

    inputs: "Inputs"


@define(eq=False)
class Inputs:
    """What stands between the terminals of each channel, as the readout measures it.

    Args:
        readout: whose channels they are.
        channels: that it has.
        gain: half-width of the relative error of resistance and voltage, without a record.
        noise: relative, of one reading.
        junction: half-width of the error of the reference junction's own sensor, in kelvins.
    """

    readout: SimulatedInstrument
    channels: tuple[int, ...]
    gain: float
    noise: float
    junction: float = 0.1
    plugged: dict[int, Sensor] = field(factory=dict[int, Sensor], init=False)
    _errors: dict[str, Knotted] = field(factory=dict[str, Knotted], init=False)

    def plug(self, channel: int, sensor: Sensor) -> None:
        """Connect a sensor to a channel. Raises LookupError for a channel that there is not."""
        if channel not in self.channels:
            raise LookupError(f"{self.readout.key} has no channel {channel}")
        self.plugged[channel] = sensor

    def resistance(self, channel: int, number: int, *, current: float | None = None, wires: int = 4) -> float:
        """Return the resistance in Ω that a reading finds on a channel; infinite with nothing there.

        Args:
            channel: of the readout.
            number: of the reading, for its noise.
            current: in mA; what suits the sensor where none is given.
            wires: that lead to the sensor.
        """
        sensor = self.plugged.get(channel)
        if not isinstance(sensor, Resistive):
            return math.inf
        found = sensor.resistance(sensor.current if current is None else current, wires)
        return self._read(channel, number, found, "resistance", "Ω", 1e-6)

    def voltage(self, channel: int, number: int) -> float:
        """Return the voltage in V that a reading finds on a channel; not a number where a wire is broken."""
        sensor = self.plugged.get(channel)
        if not isinstance(sensor, Thermoelectric):
            return math.nan
        return self._read(channel, number, sensor.voltage(), "thermovoltage", "V", 5e-8)

    def temperature(self, channel: int, number: int, *, current: float | None = None) -> float:
        """Return the temperature in °C that the stored coefficients make of a reading; not a number without one."""
        sensor = self.plugged.get(channel)
        near = sensor.body.temperature if sensor is not None else 0.0
        if isinstance(sensor, Thermoelectric):
            found = self.voltage(channel, number)
            compensated = found + sensor.certified.value(sensor.junction + self._junction_error(sensor))
            return sensor.certified.inverse(compensated, near) if finite(found) else math.nan
        found = self.resistance(channel, number, current=current)
        return sensor.certified.inverse(found, near) if sensor is not None and finite(found) else math.nan

    # --- inside ------------------------------------------------------------------------------------------------------

    def _read(self, channel: int, number: int, true: float, quantity: str, unit: str, floor: float) -> float:
        if not finite(true):
            return true
        world, key = self.readout.world, self.readout.key
        noise = (self.noise * abs(true) + floor) * world.noise(f"{key} {channel}", number)
        return true + self._error(quantity, unit).at(true) + noise

    def _error(self, quantity: str, unit: str) -> Knotted:
        found = self._errors.get(quantity)
        if found is None:
            placed, world = self.readout.placed, self.readout.world
            recorded = of_standard(world, placed.asset, quantity, unit)
            if isinstance(recorded, Errorless) and placed.asset is None:
                gain = world.drawn(self.gain, self.readout.key, quantity, "gain")
                found = Knotted(lambda value: gain * value)
            else:
                found = Knotted(recorded.at, spacing=1.0 if unit == "Ω" else 1e-3)
            self._errors[quantity] = found
        return found

    def _junction_error(self, sensor: Thermoelectric) -> float:
        """Return the error of the internal reference junction; an ice point has none."""
        if sensor.junction == ROOM:
            return self.readout.world.drawn(self.junction, self.readout.key, "reference junction")
        return 0.0
