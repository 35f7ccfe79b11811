"""Passive sensors: what a readout finds between their leads when they have a temperature."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

import numpy as np

from labctl.metrology.many import mapped
from labctl.metrology.physics import iec60584
from labctl.records.equipment import SpecificationLine
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.truth import Errorless, half_width, of_standard
from labctl.simulation.world import World
from labctl_simulators.thermal.body import Body
from labctl_simulators.thermal.curves import Curve, Knotted, thermocouple
from labctl_simulators.thermal.media import Place

LEADS: Final = 0.2  # Ω, of each lead
INSULATION: Final = 500e6  # Ω
WET: Final = 2e6  # Ω, once moisture has come in


class Sensor(SimulatedInstrument, ABC, maker="Sensor", wires=("channel",)):
    """A sensor with a body, the curve that its certificate states, and the error that nobody knows.

    The error is in kelvins, as a function of temperature: of a standard drawn on the basis of its record, of a unit
    within the limits of its type, of one without either within its usual limits.
    """

    time_constant: ClassVar[float] = 12.0
    stem: ClassVar[float] = 18.0

    def __init__(self, world: World, placed: Placed) -> None:
        """Hang in the room, with its hidden error drawn."""
        super().__init__(world, placed)
        self.body = Body(
            time_constant=self.figure("time constant", self.time_constant),
            stem=self.figure("stem", self.stem),
            place=Place(depth=self.figure("depth", 300.0), across=self.figure("across", 0.0)),
        )
        world.physical.append(self.body)
        self.hidden = Knotted(self._hidden_error())
        self.certified = self.curve()
        self.open = False
        self.shorted = False

    @abstractmethod
    def curve(self) -> Curve:
        """Return the curve that its certificate, or its type, states."""

    def usual(self, t: float) -> float:
        """Return the half-width in kelvins of its error where neither record nor type says it: class B's."""
        return 0.3 + 0.005 * abs(t)

    def true(self, t: float) -> float:
        """Return what the element truly gives at a temperature."""
        return self.certified.value(t + self.hidden.at(t))

    def _hidden_error(self) -> Callable[[float], float]:
        if self.placed.unit is not None:
            lines = tuple(each for each in self.placed.unit.specification if each.quantity == "temperature")
            return self._within(_limits(lines) if lines else self.usual)
        error = of_standard(self.world, self.placed.asset, "temperature", "°C")
        if isinstance(error, Errorless) and self.placed.asset is None:
            return self._within(self.usual)
        return error.at

    def _within(self, limit: Callable[[float], float]) -> Callable[[float], float]:
        """Return an error that keeps within limits: one share of them at 0 °C, another of how they grow from there."""
        scale = self.figure("scale", 0.8)
        first = self.world.drawn(scale, self.key, "error at 0 °C")
        second = self.world.drawn(scale, self.key, "error along t")

        def error(t: float) -> float:
            start = limit(0.0)
            return first * start + second * (limit(t) - start)

        return error

    def state(self) -> Mapping[str, object]:
        """Return the temperature of the element: nobody sees it."""
        return {"energised": False, "temperature": self.body.temperature}

    def truth(self, name: str, **at: float) -> float:
        """Return the true `temperature` of the element now, or the `error` in kelvins at a temperature."""
        if name == "temperature":
            return self.body.temperature
        if name == "error":
            return self.hidden.at(at["at"])
        return super().truth(name, **at)


class Resistive(Sensor):
    """A sensor whose resistance is measured: leads, self-heating and insulation count too."""

    self_heating: ClassVar[float] = 0.03  # K/mW
    current: ClassVar[float] = 1.0  # mA that readouts send through it
    wet: bool = False

    def resistance(self, current: float, wires: int = 4) -> float:
        """Return what is between its leads in Ω, infinite when one is open, at a current in mA."""
        if self.open:
            return math.inf
        if self.shorted:
            return 0.0
        power = 1e-3 * current * current * self.true(self.body.temperature)  # mW
        element = self.true(self.body.temperature + self.figure("self-heating", self.self_heating) * power)
        insulation = WET if self.wet else self.figure("insulation", INSULATION)
        found = element * insulation / (element + insulation)
        two = min(wires, self.figure("wires", 4.0)) <= 2  # noqa: PLR2004  (the leads are measured too)
        return found + (2.0 * self.figure("leads", LEADS) if two else 0.0)

    def truth(self, name: str, **at: float) -> float:
        """Return `resistance`: of the element at a temperature, without current; or what every sensor tells."""
        return self.true(at["at"]) if name == "resistance" else super().truth(name, **at)


class Thermoelectric(Sensor):
    """A thermocouple: its voltage arises along the wires, where the temperature changes, not at their end."""

    kind: ClassVar[str] = "K"
    time_constant = 35.0
    inhomogeneity: ClassVar[float] = 8e-6  # V at 1000 K between the ends
    reversed: bool = False

    def curve(self) -> Curve:
        """Return the reference function of its type."""
        return thermocouple(self.kind)

    def usual(self, t: float) -> float:
        """Return the tolerance of its type's class 2, carried on beyond its ends."""
        if self.kind == "A":
            return max(0.01 * abs(t), 2.5)
        found = iec60584.TOLERANCES[self.kind]["2"]
        return float(found.at(np.asarray(min(max(t, found.low), found.high))))

    @property
    def junction(self) -> float:
        """Return the temperature of its reference junction in °C: ice, unless it is wanted otherwise."""
        return self.figure("reference junction", 0.0)

    def voltage(self) -> float:
        """Return the voltage at its ends in V; not a number when a wire is broken."""
        if self.open:
            return math.nan
        t = self.body.temperature
        found = self.true(t) - self.certified.value(self.junction) + self._unlike_wires(t)
        return -found if self.reversed else found

    def _unlike_wires(self, t: float) -> float:
        """Return what inhomogeneous wires add: it depends on which part of them lies in the gradient."""
        size = self.figure("inhomogeneity", self.inhomogeneity) * (t - self.junction) / 1000.0
        phase = self.world.drawn(math.pi, self.key, "inhomogeneity")
        return size * mapped(math.sin, self.body.place.depth / 40.0 + phase)

    def truth(self, name: str, **at: float) -> float:
        """Return `voltage`: of perfect wires at a temperature, junction at 0 °C; or what every sensor tells."""
        return self.true(at["at"]) if name == "voltage" else super().truth(name, **at)


def _limits(lines: tuple[SpecificationLine, ...]) -> Callable[[float], float]:
    ordered = sorted(lines, key=lambda each: each.up_to.value_in("°C"))

    def limit(t: float) -> float:
        line = next((each for each in ordered if abs(t) <= each.up_to.value_in("°C") + 1e-9), ordered[-1])
        return half_width(line.figure, t, line.up_to.value_in("°C"), "°C")

    return limit
