"""Standards that are only connected, never spoken to: a Zener reference, a standard resistor."""

import math
from typing import Final

from labctl.records.equipment import Asset, Characteristic
from labctl.simulation.truth import TrueError, half_width, of_standard
from labctl.simulation.world import World
from labctl_simulators.electrics.circuit import RESISTANCE, VOLTAGE, Presented

VOLTAGE_QUANTITY: Final = "DC voltage"
RESISTANCE_QUANTITY: Final = "resistance"
OUTPUT_RESISTANCE: Final = "output resistance"
NOISE: Final = 0.03e-6  # of the value, rms, as a Zener reference scatters
SERIES: Final = 0.001  # ohms within the 10 V output of a Zener reference


class PassiveStandard:
    """One fixed value, as the record of an auxiliary certifies it; an error is drawn from that record."""

    def __init__(self, kind: str, nominal: float, error: TrueError, series: float) -> None:
        """Stand on the bench; `series` are the ohms within the output of a voltage."""
        self.kind = kind
        self.series = series
        self.nominal = nominal
        self.value = nominal + error.at(nominal)

    def presented(self) -> Presented:
        """Return its true value."""
        if self.kind == VOLTAGE:
            return Presented(VOLTAGE, self.value, 0.0, self.series, math.inf, NOISE * self.value)
        return Presented(RESISTANCE, self.value)

    def strain(self, by: str, *, strained: bool | None) -> None:
        """Bear it: nothing trips."""


def passive_standard(world: World, asset: Asset) -> PassiveStandard | None:
    """Return the standard that an auxiliary is: one with a certified voltage or resistance; its highest value counts.

    A Zener reference such as the 732B stands among the auxiliaries of a station with the corrections of its
    certificate for "DC voltage", a standard resistor with those for "resistance". A characteristic "output resistance"
    tells how a voltage gives way under load.
    """
    series = next((_ohms(each) for each in asset.characteristics if each.name == OUTPUT_RESISTANCE), SERIES)
    for quantity, unit, kind in ((VOLTAGE_QUANTITY, "V", VOLTAGE), (RESISTANCE_QUANTITY, "Ω", RESISTANCE)):
        at = [each.at.value_in(unit) for each in asset.corrections.get(quantity, ())]
        at += [each.up_to.value_in(unit) for each in asset.specification if each.quantity == quantity]
        if at:
            return PassiveStandard(kind, max(at), of_standard(world, asset, quantity, unit), series)
    return None


def _ohms(characteristic: Characteristic) -> float:
    return half_width(characteristic.figure, 0.0, 0.0, "Ω")
