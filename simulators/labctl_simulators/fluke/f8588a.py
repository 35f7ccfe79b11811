"""Fluke 8588A reference multimeter: its functions as data, and its sessions.

Source: 8588A/8558A Remote Programmers Manual. Full scale is 202 % of a range's name. Noise, usual limits (one year,
relative to the calibration standards) and the settling of its AC detector are engineering memory [K].
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from labctl.simulation.dialogue import Spoken, command, only, switch
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
from labctl_simulators.electrics.printing import printed
from labctl_simulators.electrics.scpi_meter import ScpiMeter
from labctl_simulators.electrics.scpi_setup import ILLEGAL, named

VOLTS: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
AC_VOLTS: Final = (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
AMPERES: Final = (1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 30.0)
OHMS: Final = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10)
SHUNTS: Final = {1e-5: 1e4, 1e-4: 1e3, 1e-3: 100.0, 0.01: 10.0, 0.1: 1.0, 1.0: 0.1, 10.0: 0.01, 30.0: 0.01}
THROUGH: Final = {
    1.0: 0.1, 10.0: 0.01, 100.0: 0.01, 1e3: 1e-3, 1e4: 1e-4, 1e5: 1e-4, 1e6: 1e-5, 1e7: 1e-6, 1e8: 1e-7, 1e9: 1e-8,
    1e10: 1e-9,
}  # fmt: skip
FULL: Final = 2.02
RESISTANCE_LIMITS: Final = "8 ppm * abs(nominal) + 0.5 ppm * range"

FUNCTIONS: Final = (
    Function(
        name=DC_VOLTAGE,
        ranges=VOLTS,
        usual_top=1000.0,
        usual="2.7 ppm * abs(nominal) + 0.3 ppm * range",
        noise={0.1: 0.05e-6, 1.0: 0.08e-6, 10.0: 0.4e-6, 100.0: 6e-6, 1000.0: 60e-6},
        ohms={0.1: 1e12, 1.0: 1e12, 10.0: 1e12, 100.0: 10e6, 1000.0: 10e6},
        over=FULL,
        last_over=1.05,
    ),
    Function(
        name=AC_VOLTAGE,
        ranges=AC_VOLTS,
        usual_top=1000.0,
        usual="60 ppm * abs(nominal) + 10 ppm * range",
        noise_share=1e-6,
        ohms=dict.fromkeys(AC_VOLTS, 1e6),
        over=FULL,
        last_over=1.05,
    ),
    Function(
        name=DC_CURRENT,
        ranges=AMPERES,
        usual_top=1.0,
        usual="8 ppm * abs(nominal) + 2 ppm * range",
        noise_share=2e-7,
        ohms=SHUNTS,
        over=FULL,
        last_over=1.02,
    ),
    Function(
        name=AC_CURRENT,
        ranges=AMPERES,
        usual_top=1.0,
        usual="250 ppm * abs(nominal) + 50 ppm * range",
        noise_share=2e-6,
        ohms=SHUNTS,
        over=FULL,
        last_over=1.02,
    ),
    Function(
        name=TWO_WIRE, ranges=OHMS, usual_top=1e6, usual=RESISTANCE_LIMITS, through=THROUGH, noise_share=1e-7, over=FULL
    ),
    Function(
        name=FOUR_WIRES,
        ranges=OHMS,
        usual_top=1e6,
        usual=RESISTANCE_LIMITS,
        through=THROUGH,
        noise_share=1e-7,
        over=FULL,
    ),
    Function(name=FREQUENCY, ranges=(1e8,), usual_top=1e8, usual="0.5 ppm * abs(nominal) + 0 Hz", ohms={1e8: 1e6}),
)


class F8588A(Multimeter, maker="Fluke", model="8588A", wires=("tcp", "hislip", "vxi11")):
    """The meter: what stands at its terminals, and what it makes of it."""

    functions: ClassVar[Mapping[str, Function]] = {each.name: each for each in FUNCTIONS}
    resolution: ClassVar[Mapping[float, float]] = {
        0.02: 1e-6, 0.2: 3e-7, 1.0: 1e-7, 10.0: 1e-8, 100.0: 1e-8, 500.0: 1e-8
    }  # fmt: skip
    ac_resolution = 1e-7
    usual_lowest = 40.0
    ac_delays: ClassVar[Mapping[float, float]] = {1.0: 6.0, 10.0: 1.5, 40.0: 0.5, 100.0: 0.2, 1000.0: 0.05}

    def dialogue(self) -> "F8588ADialogue":
        """Return a new session's dialogue."""
        return F8588ADialogue(self)


class F8588ADialogue(ScpiMeter):
    """One session; it has its own error queue, registers and readings."""

    maker_says = "FLUKE"
    firmware = "1.30"
    full_names = True
    cycles_allowed = (0.02, 500.0, 10.0)

    @command("CALCulate:AVERage:COUNt")
    def _average(self, parameters: list[str]) -> Spoken:
        self._set(averaged=round(named(only(parameters), 1, 100_000, 1)))
        return None

    @command("CALCulate:AVERage:COUNt?")
    def _average_query(self, _: list[str]) -> Spoken:
        return printed(self.meter.setup.averaged)

    @command("CALCulate:AVERage[:STATe]")
    def _averaging(self, parameters: list[str]) -> Spoken:
        if not switch(parameters):
            self._set(averaged=1)
        return None

    @command("ROUTe:TERMinals")
    def _choose_terminals(self, parameters: list[str]) -> Spoken:
        chosen = {"FRON": "FRON", "FRONT": "FRON", "REAR": "REAR"}.get(only(parameters).upper())
        if chosen is None:
            raise ILLEGAL
        self.meter.switched = chosen
        self.changed()
        return None
