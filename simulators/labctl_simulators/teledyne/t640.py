"""Teledyne API T640 mass monitor on Modbus TCP: single particles in a beam, behind a heated inlet.

Source: the register list of a public driver for the instrument (NOAA forge). Input registers from 0, floats with the
upper word first. The inlet's heater holds the humidity at 35 %, so that particles are dry up to there.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final

from labctl.metrology.many import chosen, least
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.modbus import Cell, ModbusDialogue, Refused
from labctl.simulation.physics import Wander
from labctl.simulation.world import World
from labctl_simulators.worlds.hidden import indication_of
from labctl_simulators.worlds.inlet import CONVENTION, Inlet, relative

OPTICS: Final = 5.0  # L/min through the beam
WHOLE: Final = 16.67  # L/min through the inlet
HEATED: Final = 35.0  # % relative humidity above which the inlet is warmed
AVERAGE: Final = 60.0  # seconds
NOISE: Final = 0.3  # µg/m³
LARGEST: Final = 10000.0  # µg/m³
STANDARD: Final = {"temperature": 20.0, "humidity": 50.0, "pressure": 1013.25}  # of a room that nobody set
SENSORS: Final = {"temperature": 0.5, "pressure": 0.8}  # K and hPa, half-widths of their errors
ILLEGAL_ADDRESS: Final = 2


class T640(SimulatedInstrument, maker="Teledyne", model="T640", wires=("modbus",)):
    """The monitor: an inlet for ten litres a minute of bypass and five of air that is looked at."""

    def __init__(self, world: World, placed: Placed) -> None:
        """Stand in the laboratory, running, its hidden errors drawn."""
        super().__init__(world, placed)
        self.inlet = Inlet(cut=10.0, nominal_flow=WHOLE)
        self.air: dict[str, Wander] = {}  # set by the room it stands in
        self.concentration = indication_of(
            world, placed, "mass concentration", "µg/m³", usual="6 % * abs(nominal) + 1 µg/m³"
        )
        self.off = {  # of its own sensors
            quantity: world.drawn(self.figure(f"{quantity} error", usual), placed.key, quantity)
            for quantity, usual in SENSORS.items()
        }
        self.optics = indication_of(world, placed, "flow", "L/min", usual="3 % * abs(nominal)")

    # --- physics -----------------------------------------------------------------------------------------------------

    def true_flow(self, instant: float) -> float:  # noqa: ARG002  (its pump is controlled)
        """Return the flow that it truly draws through its inlet, in L/min."""
        return WHOLE * self.optics.true(OPTICS) / OPTICS

    def true_concentration(self, instant: float) -> float:
        """Return the true PM2.5 before its inlet, averaged as it averages, in µg/m³."""
        return self.inlet.mean(max(instant - AVERAGE, 0.0), instant)

    def shown(self, diameter: float) -> float:
        """Return a size fraction in µg/m³, beyond its range infinite."""
        second = math.floor(self.now)
        through = least((diameter, self.inlet.cut_at(self.true_flow(second))))
        noise = self.figure("noise", NOISE) * self.world.noise(f"{self.key} PM{diameter:g}", second // 10)
        value = self.concentration.shown(self.true_concentration(second) * relative(through)) + noise
        return chosen(value <= LARGEST, value, math.inf)

    def flowing(self) -> float:
        """Return the flow that it shows through its optics, in L/min."""
        return OPTICS + 0.01 * self.world.noise(f"{self.key} flow", math.floor(self.now))

    def felt(self, quantity: str) -> float:
        """Return what its own sensor shows of the air; the inlet's heater keeps it dry."""
        value = self.air[quantity].at(self.now) if self.air else STANDARD[quantity]
        return least((value, HEATED)) if quantity == "humidity" else value + self.off[quantity]

    # --- what is seen ------------------------------------------------------------------------------------------------

    def dialogue(self) -> "T640Dialogue":
        """Return a new session's dialogue."""
        return T640Dialogue(self)

    def state(self) -> Mapping[str, object]:
        """Return what its display shows."""
        return {"energised": False, "PM2.5": round(self.shown(2.5), 1), "zero filter": self.inlet.filtered}

    def truth(self, name: str, **at: float) -> float:
        """Return true `concentration` at its inlet, `flow`, `temperature error`, or `error`, `response` at one."""
        if name == "concentration":
            return self.true_concentration(self.now)
        if name == "flow":
            return self.true_flow(self.now)
        if name == "error":
            return self.concentration.shown(at["at"]) - at["at"]
        if name.removesuffix(" error") in self.off:
            return self.off[name.removesuffix(" error")]
        if name == "response":  # what it would show but for its noise, its inlet included
            through = least((CONVENTION, self.inlet.cut_at(self.true_flow(self.now))))
            return self.concentration.shown(at["at"] * relative(through))
        return super().truth(name, **at)


def _own(read: Callable[[T640], float]) -> Callable[["T640Dialogue"], float]:
    """Return a door to the monitor that is shut where the instrument pretends to be another one."""

    def door(talk: "T640Dialogue") -> float:
        if talk.identity.model != talk.monitor.identity.model:
            raise Refused(ILLEGAL_ADDRESS)
        return read(talk.monitor)

    return door


def _cell(at: int, name: str, read: Callable[[T640], float], *, measured: bool = True) -> Cell:
    return Cell(at=at, read=_own(read), name=name, form="f32", measured=measured)


class T640Dialogue(ModbusDialogue):
    """The map of its input registers."""

    latency = 0.005
    functions = frozenset({0x03, 0x04})
    input = (
        _cell(6, "PM10", lambda monitor: monitor.shown(10.0)),
        _cell(8, "PM2.5", lambda monitor: monitor.shown(2.5)),
        _cell(32, "LED temperature", lambda _: 45.0, measured=False),
        _cell(34, "pressure", lambda monitor: monitor.felt("pressure")),
        _cell(36, "humidity", lambda monitor: monitor.felt("humidity")),
        _cell(38, "box temperature", lambda _: 35.0, measured=False),
        _cell(40, "temperature", lambda monitor: monitor.felt("temperature")),
        _cell(42, "inlet temperature", lambda _: 30.0, measured=False),
        _cell(44, "air temperature", lambda monitor: monitor.felt("temperature") + 2.0),
        _cell(46, "flow", lambda monitor: monitor.flowing()),
        _cell(48, "bypass flow", lambda _: WHOLE - OPTICS, measured=False),
        _cell(64, "PM1", lambda monitor: monitor.shown(1.0)),
    )

    def __init__(self, monitor: T640) -> None:
        """Begin a session."""
        super().__init__(monitor)
        self.monitor = monitor
