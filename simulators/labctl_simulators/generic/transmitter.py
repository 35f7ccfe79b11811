"""Transmitters for water by our own profile: what stands in the pipe, and in the tank.

The profile is stated in the documentation of the driver pack's module of the same name.
"""

import math
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.modbus import Cell, ModbusDialogue
from labctl.simulation.truth import Errorless, TrueError, of_standard
from labctl.simulation.world import World
from labctl_simulators.generic.module import SERIAL, GenericDialogue

CONVERSION: Final = 0.5  # seconds
LAG: Final = 8.0  # seconds, of a thermometer in a well
UNITS: Final = {"temperature": "°C", "pressure": "kPa"}
NOISE: Final = {"temperature": 0.002, "pressure": 0.05}
USUAL: Final = {"temperature": 0.03, "pressure": 0.5}  # half-width of the error without a record
ROUNDING: Final = {"temperature": 3, "pressure": 2}


class Transmitter(SimulatedInstrument, maker="Generic"):
    """A module with sensors in water; `sees` holds what each is exposed to, as a function of the instant."""

    senses: ClassVar[tuple[str, ...]] = ("temperature",)

    def __init__(self, world: World, placed: Placed) -> None:
        """Hang on the wall, its sensors in water at 20 °C."""
        super().__init__(world, placed)
        alone: dict[str, Callable[[float], float]] = {"temperature": lambda _: 20.0, "pressure": lambda _: 101.325}
        self.sees = {each: alone[each] for each in self.senses}
        self.errors: dict[str, TrueError] = {
            each: of_standard(world, placed.asset, each, UNITS[each]) for each in self.senses
        }
        self.offset = 0.0  # K, by a fault
        self.halted: float | None = None  # the instant from which it converts no more

    @property
    def converted_at(self) -> float:
        """Return the instant of the last conversion."""
        now = self.now if self.halted is None else self.halted
        return math.floor(now / CONVERSION + 1e-9) * CONVERSION

    def shown(self, quantity: str) -> float:
        """Return the last conversion of a quantity."""
        instant = self.converted_at
        true = self.sees[quantity](max(instant - LAG, 0.0) if quantity == "temperature" else instant)
        error = self.errors[quantity]
        usual = isinstance(error, Errorless)
        off = self.world.drawn(USUAL[quantity], self.key, quantity) if usual else error.at(true)
        noise = NOISE[quantity] * self.world.noise(f"{self.key} {quantity}", round(instant / CONVERSION))
        moved = self.offset if quantity == "temperature" else 0.0
        return round(true - off + noise + moved, ROUNDING[quantity])

    def dialogue(self) -> ModbusDialogue:
        """Return a new session's dialogue."""
        return TransmitterDialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what it shows."""
        return {"energised": False, **{each: self.shown(each) for each in self.senses}}

    def truth(self, name: str, **at: float) -> float:
        """Return a true quantity now."""
        return self.sees[name](self.now) if name in self.sees else super().truth(name, **at)


class TankThermometer(Transmitter, model="tank-thermometer", wires=("modbus", "modbus+rtu")):
    """A thermometer in the tank."""


class LineTransmitter(Transmitter, model="line-transmitter", wires=("modbus", "modbus+rtu")):
    """Thermometer and manometer in the pipe."""

    senses = ("temperature", "pressure")


class TransmitterDialogue(GenericDialogue):
    """One session with a transmitter."""

    functions = frozenset({0x03, 0x04, 0x08, 0x2B})
    input = (
        Cell(at=0, read=lambda talk: talk.module.shown("temperature"), name="temperature", form="f32", measured=True),
        Cell(at=2, read=lambda talk: talk.pressure(), name="pressure", form="f32", measured=True),
        Cell(at=4, read=lambda talk: round(talk.module.converted_at / CONVERSION) % 0x10000, name="conversions"),
        SERIAL,
    )

    def __init__(self, module: Transmitter) -> None:
        """Begin a session."""
        super().__init__(module)
        self.module = module

    def pressure(self) -> float:
        """Return the pressure; no number from a module without a manometer."""
        return self.module.shown("pressure") if "pressure" in self.module.senses else math.nan
