"""Emerson Micro Motion 2700 Coriolis meter.

Source: Modbus Mapping Assignments for Micro Motion Transmitters, P/N 20001741; numbers there count from 1. They are
from secondary sources and memory.
"""

import math
from typing import Final

from labctl.simulation.instrument import Placed
from labctl.simulation.modbus import Bit, Cell, ModbusDialogue, Order
from labctl.simulation.world import World
from labctl_simulators.hydraulics.meter import InlineMeter
from labctl_simulators.hydraulics.pipe import HOUR

DEVICE_TYPE: Final = 44
ORDERS: Final[tuple[Order, ...]] = ("ABCD", "CDAB", "BADC", "DCBA")
UNIT_CODES: Final = {38: 75, 39: 92, 40: 32, 41: 19, 44: 61, 45: 43}  # kg/h, kg/m³, °C, m³/h, kg, m³
ZEROING: Final = 20.0  # seconds
FROTH: Final = 0.2  # share of air from which the tubes cannot be driven any more


class MM2700(InlineMeter, maker="Emerson", model="2700", wires=("modbus+rtu", "modbus"), line="baud=9600&parity=odd"):
    """The meter: it feels mass, so that a volume is its mass over its density.

    Its error curve is that of its mass flow; of a master that is certified for volume flow it is that of the volume.
    Its pulses are of volume, or of mass where `pulses of mass` says how many a kilogram.
    """

    limit = "0.1 % * abs(nominal) + 0.0005 m³/h"
    damping = 0.8
    noise = 0.0003

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand in a pipe."""
        super().__init__(world, placed)
        self.order = round(self.figure("byte order", 0))
        self.running = True  # the totals
        self.zeroed_at = -ZEROING
        self.density_error = world.drawn(self.figure("density error", 0.5), self.key, "density")  # kg/m³
        self.temperature_error = world.drawn(0.5, self.key, "temperature")  # K
        self.pulses_per_kilogram = self.figure("pulses of mass", 0.0)
        self._mass = 0.0  # kg counted up to the last step
        self._mass_from = self._volume_from = 0.0
        self._held: tuple[float, float] | None = None  # m³ and kg counted, while the totals stand still

    def valid(self) -> bool:
        """Return whether the tubes can be driven."""
        return self.pipe.air(self.now) < FROTH

    def mass_flow(self) -> float:
        """Return the mass flow in kg/h."""
        if not self.valid():
            return math.nan
        density = self.pipe.density(self.now) if self.record is None else self.density()
        return self.indicated() * HOUR * density

    def volume_flow(self) -> float:
        """Return the volume flow in m³/h: the mass flow by the density that it measures."""
        if not self.valid():
            return math.nan
        return self.mass_flow() / self.density() if self.record is None else self.indicated() * HOUR

    def density(self) -> float:
        """Return the density in kg/m³; bubbles make it less."""
        if not self.valid():
            return math.nan
        true = self.pipe.density(self.now) * (1 - self.pipe.air(self.now))
        return true + self.density_error + 0.02 * self.world.noise(f"{self.key} density", round(self.now * 10))

    def temperature(self) -> float:
        """Return the temperature of the tubes in °C."""
        return self.pipe.temperature(self.now) + self.temperature_error

    def mass_total(self) -> float:
        """Return the counted mass in kg."""
        return self._mass_present() - self._mass_from

    def volume_total(self) -> float:
        """Return the counted volume in m³."""
        return self._present() - self._volume_from

    def reset_mass(self) -> None:
        """Begin to count mass anew."""
        self._mass_from = self._mass_present()

    def reset_volume(self) -> None:
        """Begin to count volume anew."""
        self._volume_from = self._present()

    def run_totals(self, on: bool) -> None:  # noqa: FBT001  (the value of a coil)
        """Let the totals run, or stand still."""
        if on and self._held is not None:
            volume, mass = self._held
            self._volume_from += self.counted(self.now) - volume
            self._mass_from += self.mass_counted(self.now) - mass
        self._held = None if on else (self._present(), self._mass_present())
        self.running = on

    def begin_zero(self) -> None:
        """Begin to look for its zero."""
        self.zeroed_at = self.now
        self.world.at(self.now + ZEROING, self.set_zero)

    @property
    def zeroing(self) -> bool:
        """Return whether it looks for its zero."""
        return self.now < self.zeroed_at + ZEROING

    def _present(self) -> float:
        return self.counted(self.now) if self._held is None else self._held[0]

    def _mass_present(self) -> float:
        return self.mass_counted(self.now) if self._held is None else self._held[1]

    # --- mass --------------------------------------------------------------------------------------------------------

    def note(self, instant: float) -> None:
        """Count the mass that has passed so far, and its volume."""
        self._mass = self.mass_counted(instant)
        super().note(instant)

    def mass_counted(self, instant: float) -> float:
        """Return the mass in kg that the meter has counted at an instant from the last note on."""
        return self._mass + (self.counted(instant) - self._counted) * self.pipe.density(instant)

    def pulses(self, instant: float) -> float:
        """Return the pulses since the world began."""
        if not self.pulses_per_kilogram:
            return super().pulses(instant)
        return self.mass_counted(instant) * self.pulses_per_kilogram + 0.5

    def pulse_rate(self, instant: float) -> float:
        """Return the pulses a second."""
        rate = super().pulse_rate(instant)
        if not self.pulses_per_kilogram:
            return rate
        return rate / (1000 * self.pulses_per_litre) * self.pipe.density(instant) * self.pulses_per_kilogram

    def dialogue(self) -> "MM2700Dialogue":
        """Return a new session's dialogue."""
        return MM2700Dialogue(self)


def _shown(register: int, name: str, of: str) -> Cell:
    """Return a float that the meter measures; the manual counts registers from 1."""
    return Cell(at=register - 1, read=lambda talk: getattr(talk.meter, of)(), name=name, form="f32", measured=True)


def _fixed(address: int, code: int) -> Cell:
    return Cell(at=address, read=lambda _: code, name="unit code")


def _action(coil: int, name: str, of: str) -> Bit:
    """Return a coil that acts when it is switched on."""

    def write(talk: "MM2700Dialogue", on: bool) -> None:  # noqa: FBT001  (the value of a coil)
        if on:
            getattr(talk.meter, of)()

    return Bit(at=coil - 1, read=lambda _: False, write=write, name=name)


class MM2700Dialogue(ModbusDialogue):
    """One session with the transmitter."""

    latency = 0.015
    functions = frozenset({0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x08, 0x0F, 0x10})
    input = (
        Cell(at=15, read=lambda _: 6310, name="software revision"),
        Cell(
            at=119, read=lambda talk: DEVICE_TYPE if talk.identity.model == talk.meter.model else 0, name="device type"
        ),
    )
    holding = (
        *(_fixed(address, code) for address, code in UNIT_CODES.items()),
        Cell(at=95, read=lambda talk: talk.identity.serial, name="descriptor", form="text", words=8),
        _shown(247, "mass flow", "mass_flow"),
        _shown(249, "density", "density"),
        _shown(251, "temperature", "temperature"),
        _shown(253, "flow", "volume_flow"),
        _shown(259, "mass", "mass_total"),
        _shown(261, "volume", "volume_total"),
        Cell(at=520, read=lambda talk: talk.meter.order, write=lambda talk, code: talk.choose(code), name="byte order"),
    )
    coils = (
        Bit(
            at=1,
            read=lambda talk: talk.meter.running,
            write=lambda talk, on: talk.meter.run_totals(on),
            name="start and stop totals",
        ),
        Bit(at=2, read=lambda _: False, write=lambda talk, on: talk.reset(on), name="reset totals"),
        Bit(at=4, read=lambda talk: talk.meter.zeroing, write=lambda talk, on: talk.zero(on), name="zero"),
        _action(56, "reset mass total", "reset_mass"),
        _action(57, "reset volume total", "reset_volume"),
    )

    def __init__(self, meter: MM2700) -> None:
        """Begin a session."""
        super().__init__(meter)
        self.meter = meter

    def order(self, cell: Cell) -> Order:
        """Return the chosen order of a float's bytes."""
        return ORDERS[self.meter.order] if cell.form == "f32" else cell.order

    def choose(self, code: float) -> None:
        """Choose the order of a float's bytes."""
        if 0 <= code < len(ORDERS):
            self.meter.order = round(code)

    def reset(self, on: bool) -> None:  # noqa: FBT001  (the value of a coil)
        """Begin both totals anew."""
        if on:
            self.meter.reset_mass()
            self.meter.reset_volume()

    def zero(self, on: bool) -> None:  # noqa: FBT001  (the value of a coil)
        """Begin to look for the zero."""
        if on:
            self.meter.begin_zero()
