"""Flowmeters that give pulses and nothing else, as a counter hears them: turbine, electromagnetic, Coriolis."""

import math

from labctl.metrology.many import chosen
from labctl_simulators.hydraulics.meter import InlineMeter
from labctl_simulators.hydraulics.pipe import HOUR


class TurbineMeter(InlineMeter, maker="Sensor", model="turbine meter", wires=("channel",)):
    """A rotor: its K factor droops where friction counts against the stream, and stands still below that."""

    pulses_per_litre = 2000.0
    limit = "0.5 % * abs(nominal)"
    noise = 0.0002
    offset = 0.0
    cut_off = 0.02
    stuck: bool = False

    def shape(self, share: float) -> float:
        """Return how the error bends: down at small flows, a hump above them, nearly level at the top."""
        return 0.6 - 1.6 * math.exp(-share / 0.08) + 0.4 * math.exp(-(((share - 0.3) / 0.15) ** 2))

    def find_factor(self, flow: float) -> None:
        """Find the error of the present flow; a rotor that stands still counts nothing."""
        super().find_factor(flow)
        still = self.stuck or flow * HOUR < self.cut_off * self.greatest
        self.factor = chosen(still, 0.0, self.factor)


class ElectromagneticMeter(InlineMeter, maker="Sensor", model="electromagnetic meter", wires=("channel",)):
    """Electrodes: a straight line, and a zero that a dirty pipe moves."""

    pulses_per_litre = 1000.0
    limit = "0.2 % * abs(nominal) + 0.001 m³/h"


class CoriolisMeter(InlineMeter, maker="Sensor", model="Coriolis meter", wires=("channel",)):
    """Tubes that feel mass; its pulses are set to volume."""

    pulses_per_litre = 1000.0
    limit = "0.1 % * abs(nominal) + 0.0005 m³/h"
    damping = 0.8
