"""HP (Agilent, Keysight) 34401A digital multimeter: its functions as data, and its bus and serial sessions.

Source: 34401A User's Guide, chapter 4 (SCPI, RS-232) and chapter 5 (error messages). On RS-232 it obeys nothing but
common queries until `SYSTem:REMote` came (error 550 otherwise); on the bus that command is error 514. Its `*IDN?` gives
0 in place of a serial number. The usual limits beside those of DC voltage and the AC settling times are
engineering memory [K].
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from labctl.simulation.dialogue import Spoken, command
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed
from labctl.simulation.status import DEVICE_ERROR, Complaint, Status
from labctl.simulation.world import World
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
from labctl_simulators.electrics.scpi_setup import FUNCTIONS as SPELLED

VOLTS: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
AMPERES: Final = (0.01, 0.1, 1.0, 3.0)
AC_AMPERES: Final = (1.0, 3.0)
OHMS: Final = (100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8)
SHUNTS: Final = {0.01: 5.0, 0.1: 5.0, 1.0: 0.1, 3.0: 0.1}
THROUGH: Final = {100.0: 1e-3, 1e3: 1e-3, 1e4: 1e-4, 1e5: 1e-5, 1e6: 5e-6, 1e7: 5e-7, 1e8: 5e-7}
RESISTANCE_LIMITS: Final = "100 ppm * abs(nominal) + 10 ppm * range"
ONLY_SERIAL: Final = Complaint(514, "Command allowed only with RS-232", DEVICE_ERROR)
LOCAL: Final = Complaint(550, "Command not allowed in local", DEVICE_ERROR)

FUNCTIONS: Final = (
    Function(
        name=DC_VOLTAGE,
        ranges=VOLTS,
        usual_top=10.0,
        usual="35 ppm * abs(nominal) + 5 ppm * range",
        noise={0.1: 0.3e-6, 1.0: 0.5e-6, 10.0: 2e-6, 100.0: 25e-6, 1000.0: 200e-6},
        ohms={0.1: 10e6, 1.0: 10e6, 10.0: 10e6, 100.0: 10e6, 1000.0: 10e6},  # automatic impedance is off
        last_over=1.05,
    ),
    Function(
        name=AC_VOLTAGE,
        ranges=(0.1, 1.0, 10.0, 100.0, 750.0),
        usual_top=10.0,
        usual="600 ppm * abs(nominal) + 300 ppm * range",
        noise_share=8e-6,
        ohms=dict.fromkeys((0.1, 1.0, 10.0, 100.0, 750.0), 1e6),
        last_over=1.05,
    ),
    Function(
        name=DC_CURRENT,
        ranges=AMPERES,
        usual_top=1.0,
        usual="500 ppm * abs(nominal) + 200 ppm * range",
        noise_share=3e-6,
        ohms=SHUNTS,
        last_over=1.05,
    ),
    Function(
        name=AC_CURRENT,
        ranges=AC_AMPERES,
        usual_top=1.0,
        usual="1000 ppm * abs(nominal) + 400 ppm * range",
        noise_share=1e-5,
        ohms=SHUNTS,
        last_over=1.05,
    ),
    Function(name=TWO_WIRE, ranges=OHMS, usual_top=1e3, usual=RESISTANCE_LIMITS, through=THROUGH, noise_share=2e-6),
    Function(name=FOUR_WIRES, ranges=OHMS, usual_top=1e3, usual=RESISTANCE_LIMITS, through=THROUGH, noise_share=2e-6),
    Function(name=FREQUENCY, ranges=(3e5,), usual_top=3e5, usual="100 ppm * abs(nominal) + 0 Hz", ohms={3e5: 1e6}),
)


class K34401A(
    Multimeter, maker="Keysight", model="34401A", wires=("serial", "prologix"), line="baud=9600&bits=8&stop=2"
):
    """The meter; status and errors are its own, for it has one place for them whatever the wire."""

    functions: ClassVar[Mapping[str, Function]] = {each.name: each for each in FUNCTIONS}
    resolution: ClassVar[Mapping[float, float]] = {0.02: 1e-4, 0.2: 1e-5, 1.0: 3e-6, 10.0: 1e-6, 100.0: 3e-7}
    ac_delays: ClassVar[Mapping[float, float]] = {3.0: 7.0, 20.0: 1.0, 200.0: 0.6}
    code = "HP034401"

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand on the bench, switched on."""
        self.status = Status(room=20)
        super().__init__(world, placed)

    def power_on(self) -> None:
        """Be as after every power-up: in local, the error queue empty."""
        super().power_on()
        self.status.clear()
        self.remote = False

    def dialogue(self) -> "K34401ADialogue":
        """Return a new session's dialogue."""
        return K34401ADialogue(self)


class K34401ADialogue(ScpiMeter):
    """A session on the bus or on the serial port."""

    answer_end = b"\r\n"
    latency = 0.02
    missing = frozenset({"_band", "_band_query", "_zero", "_zero_query"})  # filter and auto-zero are the detector's
    maker_says = "HEWLETT-PACKARD"
    firmware = "11-5-2"

    def __init__(self, meter: K34401A) -> None:
        """Begin a session."""
        super().__init__(meter, meter.status)
        self.own = meter

    def identity(self) -> str:
        """Return maker, model, a zero and the revisions of its processors."""
        who = disguised(self.meter.identity, self.struck)
        serial = "0" if who.serial == self.meter.identity.serial else who.serial
        return f"{self.maker_says},{who.model},{serial},{who.firmware or self.firmware}"

    @property
    def on_serial(self) -> bool:
        """Return whether this session came in on the serial port."""
        return self.address.startswith("serial")

    def carry_out(self, unit: str) -> Spoken:
        """Carry out one unit, if the meter is in remote, as it always is on the bus."""
        header, _ = self.parts(unit)
        path = self._path
        allowed = header.startswith("*") or self.find(header) in {"_to_remote", "_to_local", "_error", "_version"}
        self._path = path
        if self.on_serial and not self.own.remote and not allowed:
            raise LOCAL
        return super().carry_out(unit)

    @command("SYSTem:REMote", "SYSTem:RWLock")
    def _to_remote(self, _: list[str]) -> Spoken:
        return self._switched(remote=True)

    @command("SYSTem:LOCal")
    def _to_local(self, _: list[str]) -> Spoken:
        return self._switched(remote=False)

    def _switched(self, *, remote: bool) -> Spoken:
        if not self.on_serial:
            raise ONLY_SERIAL
        self.own.remote = remote
        return None

    @command("[SENSe:]DETector:BANDwidth")
    def _detector(self, parameters: list[str]) -> Spoken:
        self.filter(parameters)
        return None

    @command("[SENSe:]DETector:BANDwidth?")
    def _detector_query(self, _: list[str]) -> Spoken:
        return f"{self.meter.setup.lowest:+.8E}"

    @command("[SENSe:]ZERO:AUTO")
    def _autozero(self, parameters: list[str]) -> Spoken:
        for name in SPELLED:
            self._named = name
            if not self._function.alternating:
                self._zero(parameters)
        return None

    @command("[SENSe:]ZERO:AUTO?")
    def _autozero_query(self, _: list[str]) -> Spoken:
        return str(int(self.meter.setup.each[DC_VOLTAGE].zero))
