"""Siemens MAG 6000 electromagnetic flowmeter with its Modbus module.

Source: SFIDK.PS.023.D2.02, chapter 6, holding registers (pages 14 to 21). The byte order's register 527 is listed for
the FCT010 of the family; it and the coil that resets totaliser 1 are from memory for this model.
"""

import math
from typing import Final

from labctl.simulation.instrument import Placed
from labctl.simulation.modbus import Bit, Cell, ModbusDialogue, Order
from labctl.simulation.world import World
from labctl_simulators.hydraulics.meter import InlineMeter
from labctl_simulators.hydraulics.pipe import HOUR

PRODUCT: Final = 24
EMPTY: Final = 0.5  # share of air from which the pipe counts as empty
ORDERS: Final[tuple[Order, ...]] = ("CDAB", "DCBA", "BADC", "ABCD")  # 1-0-3-2, 0-1-2-3, 2-3-0-1, 3-2-1-0


class MAG6000(
    InlineMeter, maker="Siemens", model="MAG6000", wires=("modbus+rtu", "modbus"), line="baud=9600&parity=even"
):
    """The meter: its electrodes see bubbles as noise."""

    limit = "0.2 % * abs(nominal) + 0.001 m³/h"

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand in a pipe."""
        super().__init__(world, placed)
        self.order = round(self.figure("byte order", 0))
        self.total_from = 0.0  # m³, where totaliser 1 was reset

    def flow(self) -> float:
        """Return the volume flow in m³/s; no number with an empty pipe."""
        return math.nan if self.pipe.air(self.now) > EMPTY else self.indicated()

    def total(self) -> float:
        """Return totaliser 1 in m³."""
        return self.counted(self.now) - self.total_from

    def reset_total(self) -> None:
        """Begin totaliser 1 anew."""
        self.total_from = self.counted(self.now)

    def dialogue(self) -> "MAG6000Dialogue":
        """Return a new session's dialogue."""
        return MAG6000Dialogue(self)


class MAG6000Dialogue(ModbusDialogue):
    """One session with the meter's Modbus module."""

    latency = 0.02
    functions = frozenset({0x01, 0x03, 0x05, 0x06, 0x08, 0x10})
    holding = (
        Cell(
            at=527,
            read=lambda talk: talk.meter.order,
            write=lambda talk, code: talk.choose(code),
            name="float byte order",
        ),
        Cell(at=528, read=lambda talk: talk.meter.modbus_unit, name="device address"),
        Cell(at=600, read=lambda _: 0x2A, name="slave identifier"),
        Cell(at=601, read=lambda _: 0xFF, name="run indicator"),
        Cell(at=602, read=lambda talk: PRODUCT if talk.identity.model == talk.meter.model else 0, name="product code"),
        Cell(at=605, read=lambda _: 0x0307, name="flowmeter revision"),
        Cell(at=606, read=lambda _: 0x0100, name="Modbus revision"),
        Cell(at=607, read=lambda _: "Siemens", name="manufacturer", form="text", words=6),
        Cell(at=613, read=lambda talk: talk.identity.model, name="product name", form="text", words=9),
        Cell(at=640, read=lambda talk: talk.identity.serial, name="TAG", form="text", words=9),
        Cell(at=2005, read=lambda talk: talk.meter.greatest / HOUR, name="Q max", form="f32"),
        Cell(at=2290, read=lambda talk: 1e-3 / talk.meter.pulses_per_litre, name="volume per pulse", form="f32"),
        Cell(at=3002, read=lambda talk: talk.meter.flow(), name="flow", form="f32", measured=True),
        Cell(at=3014, read=lambda talk: talk.meter.total(), name="volume", form="f64", measured=True),
        Cell(at=3022, read=lambda talk: talk.meter.total(), name="volume", form="f32", measured=True),
    )
    coils = (Bit(at=50, read=lambda _: False, write=lambda talk, on: talk.reset(on), name="reset totaliser 1"),)

    def __init__(self, meter: MAG6000) -> None:
        """Begin a session."""
        super().__init__(meter)
        self.meter = meter

    def order(self, cell: Cell) -> Order:
        """Return the chosen order of a float's bytes."""
        return ORDERS[self.meter.order] if cell.form in {"f32", "f64"} else cell.order

    def choose(self, code: float) -> None:
        """Choose the order of a float's bytes."""
        if 0 <= code < len(ORDERS):
            self.meter.order = round(code)

    def reset(self, on: bool) -> None:  # noqa: FBT001  (the value of a coil)
        """Reset totaliser 1."""
        if on:
            self.meter.reset_total()
