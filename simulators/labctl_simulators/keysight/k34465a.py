"""Keysight 34465A digital multimeter: seven functions as data, and its LAN sessions.

Source: Truevolt Series Operating and Service Guide. The codes 702 to 707 of the adjustment, the settling times of the
AC filters [K] and the usual limits beside those of DC voltage [K] are engineering memory.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from labctl_simulators.electrics.functions import (
    AC_CURRENT,
    AC_VOLTAGE,
    DC_CURRENT,
    DC_VOLTAGE,
    FOUR_WIRES,
    FREQUENCY,
    TWO_WIRE,
    Function,
)
from labctl_simulators.electrics.multimeter import Multimeter
from labctl_simulators.electrics.scpi_meter import ScpiMeter

VOLTS: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
AMPERES: Final = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 3.0, 10.0)
AC_AMPERES: Final = (1e-4, 1e-3, 0.01, 0.1, 1.0, 3.0, 10.0)
OHMS: Final = (100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9)
SHUNTS: Final = {1e-6: 1e4, 1e-5: 1e3, 1e-4: 100.0, 1e-3: 100.0, 0.01: 2.0, 0.1: 2.0, 1.0: 0.1, 3.0: 0.1, 10.0: 0.01}
THROUGH: Final = {
    100.0: 1e-3, 1e3: 1e-3, 1e4: 1e-4, 1e5: 1e-5, 1e6: 5e-6, 1e7: 5e-7, 1e8: 5e-7, 1e9: 5e-7
}  # fmt: skip
RESISTANCE_LIMITS: Final = "100 ppm * abs(nominal) + 10 ppm * range"

FUNCTIONS: Final = (
    Function(
        name=DC_VOLTAGE,
        ranges=VOLTS,
        usual_top=10.0,
        usual="35 ppm * abs(nominal) + 5 ppm * range",
        noise={0.1: 0.15e-6, 1.0: 0.2e-6, 10.0: 1.2e-6, 100.0: 15e-6, 1000.0: 120e-6},
        ohms={0.1: 10e9, 1.0: 10e9, 10.0: 10e9, 100.0: 10e6, 1000.0: 10e6},
        last_over=1.05,
    ),
    Function(
        name=AC_VOLTAGE,
        ranges=VOLTS,
        usual_top=10.0,
        usual="600 ppm * abs(nominal) + 300 ppm * range",
        noise_share=5e-6,
        ohms=dict.fromkeys(VOLTS, 1e6),
        last_over=1.05,
    ),
    Function(
        name=DC_CURRENT,
        ranges=AMPERES,
        usual_top=0.1,
        usual="500 ppm * abs(nominal) + 50 ppm * range",
        noise_share=2e-6,
        ohms=SHUNTS,
        last_over=1.05,
    ),
    Function(
        name=AC_CURRENT,
        ranges=AC_AMPERES,
        usual_top=0.1,
        usual="1000 ppm * abs(nominal) + 400 ppm * range",
        noise_share=1e-5,
        ohms=SHUNTS,
        last_over=1.05,
    ),
    Function(
        name=TWO_WIRE, ranges=OHMS, usual_top=1e3, usual=RESISTANCE_LIMITS, through=THROUGH, noise_share=1e-6
    ),
    Function(
        name=FOUR_WIRES, ranges=OHMS, usual_top=1e3, usual=RESISTANCE_LIMITS, through=THROUGH, noise_share=1e-6
    ),
    Function(
        name=FREQUENCY, ranges=(1e6,), usual_top=1e6, usual="70 ppm * abs(nominal) + 0 Hz", ohms={1e6: 1e6}
    ),
)  # fmt: skip


class K34465A(Multimeter, maker="Keysight", model="34465A", wires=("hislip", "tcp", "vxi11")):
    """The meter: what stands at its terminals, and what it makes of it."""

    functions: ClassVar[Mapping[str, Function]] = {each.name: each for each in FUNCTIONS}
    resolution: ClassVar[Mapping[float, float]] = {
        0.02: 3e-6, 0.06: 1.5e-6, 0.2: 0.7e-6, 1.0: 0.3e-6, 10.0: 0.1e-6, 100.0: 0.03e-6
    }  # fmt: skip
    code = "AT34465A"

    def dialogue(self) -> "K34465ADialogue":
        """Return a new session's dialogue."""
        return K34465ADialogue(self)


class K34465ADialogue(ScpiMeter):
    """One LAN session; every session has its own error queue, registers and readings."""

    maker_says = "Keysight Technologies"
    firmware = "A.03.02-03.15-03.02-00.52-03-02"
