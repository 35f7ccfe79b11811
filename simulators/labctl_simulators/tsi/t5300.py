"""TSI 5300 thermal mass flow meter at the inlet of whatever is audited.

Source: Series 5200/5300 ASCII Command Set, P/N 6011697, pages 11 to 32. Commands are case-sensitive; line feeds are
ignored. Model and serial number commands, and the letters of the units, are engineering memory.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from labctl.simulation.dialogue import Answer, Dialogue, Spoken
from labctl.simulation.faults import disguised
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.physics import Wander
from labctl.simulation.status import Status
from labctl.simulation.world import World
from labctl_simulators.worlds.hidden import indication_of

UNITS: Final = {"flow": "L/min", "temperature": "°C", "pressure": "kPa"}
USUAL: Final = {"flow": "1 % * abs(nominal)", "temperature": "0.3 K", "pressure": "0.3 kPa"}
NOISE: Final = {"flow": 0.004, "temperature": 0.005, "pressure": 0.005}
HIGHEST: Final = 300.0  # L/min
MODELLED: Final = {"temperature": 20.0, "pressure": 101.325}  # of a room that nobody set
KELVIN: Final = 273.15
STANDARD_TEMPERATURE: Final = 21.11  # °C, of a standard litre by this maker
STANDARD_PRESSURE: Final = 101.3  # kPa
FIRMWARE: Final = "1.05"

_DATA: Final = re.compile(r"D([AC])([Fx])([Tx])([Px])(\d{4})")


class T5300(SimulatedInstrument, maker="TSI", model="5300", wires=("serial",), line="baud=38400"):
    """The meter: what flows through it, and the state of that air."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Lie on the bench, nothing flowing, its hidden errors drawn."""
        super().__init__(world, placed)
        self.air: dict[str, Wander] = {}  # set by the room it lies in
        self.through: Callable[[float], float] | None = None  # true volume flow at an instant, L/min; set by the world
        self.indications = {
            quantity: indication_of(world, placed, quantity, unit, usual=USUAL[quantity])
            for quantity, unit in UNITS.items()
        }
        self.power_on()

    def power_on(self) -> None:
        """Count standard litres, as delivered."""
        self.volumetric = False
        self.interval = 0.01  # seconds between two readings

    def true(self, quantity: str) -> float:
        """Return the true volume flow, temperature or pressure now."""
        if quantity == "flow":
            return self.through(self.now) if self.through is not None else 0.0
        if not self.air:
            return MODELLED[quantity]
        value = self.air[quantity].at(self.now)
        return value / 10.0 if quantity == "pressure" else value  # the room tells hectopascals

    def shown(self, quantity: str, message: str) -> float:
        """Return what is shown of a quantity; none of its errors lets a flow appear where there is none."""
        true = self.true(quantity)
        rough = NOISE[quantity] * self.world.noise(f"{self.key} {quantity}", math.floor(self.now * 100))
        if quantity != "flow":
            return self.faults.on_value(self.indications[quantity].shown(true) + rough, self.now, message)
        if true == 0.0:
            return self.faults.on_value(0.0, self.now, message)
        value = self.indications["flow"].shown(true) + rough * true
        return self.faults.on_value(value if self.volumetric else self._standard(value), self.now, message)

    def _standard(self, volume: float) -> float:
        cooler = (STANDARD_TEMPERATURE + KELVIN) / (self.true("temperature") + KELVIN)
        return volume * cooler * self.true("pressure") / STANDARD_PRESSURE

    def dialogue(self) -> "T5300Dialogue":
        """Return a new session's dialogue."""
        return T5300Dialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what its display shows."""
        return {"energised": False, "volumetric": self.volumetric, "flowing": self.true("flow") > 0.0}

    def truth(self, name: str, **at: float) -> float:
        """Return the true `flow`, `temperature` or `pressure`, or its `error` of indication at a flow."""
        if name in UNITS:
            return self.true(name)
        if name == "error":
            return self.indications["flow"].shown(at["at"]) - at["at"]
        return super().truth(name, **at)


class T5300Dialogue(Dialogue):
    """Commands in capitals, acknowledged with `OK`, refused with `ERRn`."""

    ends = b"\r"
    answer_end = b"\r\n"
    latency = 0.01

    def __init__(self, meter: T5300) -> None:
        """Begin a session."""
        super().__init__(Status())
        self.meter = meter

    def readable(self, message: bytes) -> str:
        """Return the characters of a message without line feeds."""
        return message.replace(b"\n", b"").decode("latin-1").strip()

    def carry_out(self, unit: str) -> Spoken:
        """Carry out a command."""
        who = disguised(self.meter.identity, self.struck)
        told = {"MN": who.model, "SN": who.serial, "REV": who.firmware or FIRMWARE, "DATE": "11/03/25", "?": "OK"}
        if unit in told:
            return told[unit]
        if unit in {"SUS", "SUV"}:
            self.meter.volumetric = unit == "SUV"
            return "OK"
        if re.fullmatch(r"SG\d", unit):
            return "OK" if unit == "SG0" else "ERR4"  # air alone is calibrated
        if interval := re.fullmatch(r"SSR(\d{4})", unit):
            self.meter.interval = max(int(interval[1]), 1) / 1000.0
            return "OK"
        if data := _DATA.fullmatch(unit):
            return self._data(data, unit)
        return "ERR1"

    def _data(self, asked: re.Match[str], unit: str) -> Spoken:
        wanted = [name for name, letter in zip(UNITS, asked.groups()[1:4], strict=True) if letter != "x"]
        count = int(asked[5])
        if not wanted:
            return "ERR3"
        if not 1 <= count <= 1000:  # noqa: PLR2004  (as the manual has it)
            return "ERR2"

        def compose() -> str:
            readings = [",".join(_printed(self.meter.shown(each, unit)) for each in wanted) for _ in range(count)]
            return "OK\r\n" + ("\r\n" if asked[1] == "C" else ",").join(readings)

        return Answer(compose, count * self.meter.interval)


def _printed(value: float) -> str:
    """Return a value with two decimals, as series 5300 prints it; nothing it prints stands for no value.

    >>> _printed(16.669), _printed(float("nan"))
    ('16.67', '---.--')
    """
    return f"{value:.2f}" if abs(value) <= 1.5 * HIGHEST else "---.--"
