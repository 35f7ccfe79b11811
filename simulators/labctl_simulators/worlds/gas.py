"""A controlled stream of gas: a set-point approached in closed form, a hidden error, standard and line conditions."""

import math
from collections.abc import Callable
from typing import Final

from attrs import define, field

from labctl.metrology.many import least
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.physics import Wander
from labctl.simulation.world import World
from labctl_simulators.worlds.hidden import indication_of

KELVIN: Final = 273.15
STANDARD_PRESSURE: Final = 101.325  # kPa
TIGHT: Final = 0.01  # of full scale


@define
class Approach:
    """A value that approaches its end exponentially since it was set: a pure function of time."""

    time_constant: float  # seconds
    since: float = field(default=0.0, init=False)
    start: float = field(default=0.0, init=False)
    end: float = field(default=0.0, init=False)

    def at(self, instant: float) -> float:
        """Return the value at an instant."""
        return self.end + (self.start - self.end) * math.exp(-(instant - self.since) / self.time_constant)

    def go(self, instant: float, end: float) -> None:
        """Begin to approach another end."""
        self.start, self.since, self.end = self.at(instant), instant, end


class MassFlowController(SimulatedInstrument):
    """Sensor, valve and controller: it brings what it believes to be the flow to its set-point.

    Flow is in standard litres per minute, at the reference temperature of the model.
    """

    full_scale: float = 100.0  # L/min
    reference_temperature: float = 25.0  # °C
    time_constant: float = 0.25  # seconds
    noise: float = 0.0005  # of full scale

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand in the line with its valve closed, its hidden errors drawn."""
        super().__init__(world, placed)
        self.air: dict[str, Wander] = {}  # set by the room it stands in
        self.calibration = indication_of(world, placed, "flow", "L/min", usual="0.6 % * abs(nominal) + 0.1 L/min")
        self.believed = Approach(time_constant=self.figure("time constant", self.time_constant))
        self.setpoint = 0.0
        self.closed = False
        self.changed: Callable[[], None] | None = None  # hears that its flow changes; set by the world
        self.power_on()

    def power_on(self) -> None:
        """Be closed."""
        self.set(0.0)

    def set(self, flow: float, *, closed: bool = False) -> None:
        """Control to a flow, or keep the valve closed whatever the set-point is."""
        self.setpoint, self.closed = flow, closed
        self.believed.go(self.now, 0.0 if closed else flow)
        if self.changed is not None:
            self.changed()

    def true_flow(self, instant: float) -> float:
        """Return the flow that truly passes, in standard L/min."""
        return self._true(self.believed.at(instant))

    def settled_flow(self) -> float:
        """Return the flow that will truly pass in the end, in standard L/min."""
        return self._true(self.believed.end)

    def _true(self, believed: float) -> float:
        """Return what passes; below a hundredth of full scale the error fades, for a closed valve is tight."""
        error = self.calibration.true(believed) - believed
        return believed + error * least((believed / (TIGHT * self.full_scale), 1.0))

    def shown(self, message: str = "") -> float:
        """Return the flow that it shows, in standard L/min."""
        rough = self.noise * self.full_scale * self.world.noise(f"{self.key} flow", math.floor(self.now * 20))
        flowing = self.believed.at(self.now)
        return self.faults.on_value(flowing + (rough if flowing > 0.0 else 0.0), self.now, message)

    def temperature(self) -> float:
        """Return the temperature of the gas in °C."""
        return self.air["temperature"].at(self.now) if self.air else 20.0

    def pressure(self) -> float:
        """Return the absolute pressure in the line in kPa."""
        return self.air["pressure"].at(self.now) / 10.0 if self.air else STANDARD_PRESSURE

    def volume_flow(self, instant: float) -> float:
        """Return the flow that truly passes, in L/min at the conditions of the line."""
        return self.at_line(self.true_flow(instant))

    def at_line(self, standard: float) -> float:
        """Return a standard flow as the volume flow at the conditions of the line."""
        warmer = (self.temperature() + KELVIN) / (self.reference_temperature + KELVIN)
        return standard * warmer * STANDARD_PRESSURE / self.pressure()

    def state(self) -> dict[str, object]:
        """Return what its display shows."""
        return {
            "energised": self.setpoint > 0.0 and not self.closed,
            "setpoint": self.setpoint,
            "flow": round(self.believed.at(self.now), 3),
            "closed": self.closed,
        }

    def truth(self, name: str, **at: float) -> float:
        """Return the true `flow` in standard L/min, or `error` of indication at one."""
        if name == "flow":
            return self.true_flow(self.now)
        if name == "error":
            return self.calibration.shown(at["at"]) - at["at"]
        return super().truth(name, **at)
