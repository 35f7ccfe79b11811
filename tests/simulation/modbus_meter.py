"""A simulated meter with every kind of value in its map, for tests of both ends of Modbus."""

from collections.abc import Generator
from contextlib import contextmanager

from labctl.clock import Clock
from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl.simulation.instrument import Placed, SimulatedInstrument
from labctl.simulation.modbus import Bit, Cell, ModbusDialogue, Order, Refused
from labctl.simulation.world import World

UNIT = 17
ORDERS: tuple[Order, ...] = ("ABCD", "CDAB", "BADC", "DCBA")


class Meter(
    SimulatedInstrument, maker="Acme", model="M1", wires=("modbus", "modbus+rtu"), line="baud=19200&parity=even"
):
    """Shows a flow, keeps a setpoint, words and switches."""

    modbus_unit = UNIT

    def __init__(self, world: World, placed: Placed) -> None:
        super().__init__(world, placed)
        self.flow = 12.375
        self.setpoint = 0.0
        self.words = {107: 555, 108: 0, 109: 100, 200: 0x12, 201: 0}
        self.switches = [False] * 16
        self.pulses = 123456789
        self.moving = False

    def dialogue(self) -> "MeterDialogue":
        return MeterDialogue(self)

    def put(self, value: float) -> None:
        if not 0 <= value <= 100:
            raise Refused(3)
        if self.moving:
            raise Refused(4)
        self.setpoint = value

    def switch(self, n: int, *, on: bool) -> None:
        self.switches[n] = on


class MeterDialogue(ModbusDialogue):
    """The map: flow in each order from 0, setpoint at 100, words at 107 and 200, text at 300."""

    input = (
        *(
            Cell(at=2 * n, read=lambda talk: talk.meter.flow, name="flow", form="f32", order=each, measured=True)
            for n, each in enumerate(ORDERS)
        ),
        Cell(
            at=10,
            read=lambda talk: talk.meter.flow,
            name="level",
            form="i16",
            scale=0.01,
            none=-32768,
            over=32767,
            measured=True,
        ),
        Cell(at=20, read=lambda talk: talk.meter.pulses, form="u32"),
        Cell(at=22, read=lambda talk: talk.meter.pulses / 10, form="f64"),
        Cell(at=26, read=lambda talk: talk.meter.pulses % 10_000, form="bcd16"),
    )
    holding = (
        Cell(
            at=100,
            read=lambda talk: talk.meter.setpoint,
            write=lambda talk, value: talk.meter.put(value),
            name="setpoint",
            form="f32",
        ),
        *(Cell(at=n, read=lambda talk, n=n: talk.meter.words[n]) for n in (107, 108, 109)),  # type: ignore[misc]
        *(
            Cell(
                at=n,
                read=lambda talk, n=n: talk.meter.words[n],  # type: ignore[misc]
                write=lambda talk, word, n=n: talk.meter.words.update({n: int(word)}),  # type: ignore[misc]
            )
            for n in (200, 201)
        ),
        Cell(at=300, read=lambda talk: talk.identity.serial, form="text", words=4, name="serial"),
    )
    coils = tuple(
        Bit(
            at=n,
            read=lambda talk, n=n: talk.meter.switches[n],  # type: ignore[misc]
            write=lambda talk, on, n=n: talk.meter.switch(n, on=on),  # type: ignore[misc]
        )
        for n in range(16)
    )
    discretes = (Bit(at=0, read=lambda talk: talk.meter.flow > 0, name="flowing"),)

    def __init__(self, meter: Meter) -> None:
        super().__init__(meter)
        self.meter = meter


def meter_bench(clock: Clock | None = None) -> Bench:
    """Return a bench with a meter alone on it."""
    plan = plan_alone(Meter)
    return Bench(plan, models={"acme/M1": Meter}, worlds={"alone": Alone}, clock=clock)


@contextmanager
def served(clock: Clock | None = None) -> Generator[tuple[Meter, dict[str, str]]]:
    """Serve a meter on its wires; the addresses by kind of wire."""
    bench = meter_bench(clock)
    bench.serve()
    meter = bench.instruments[KEY]
    assert isinstance(meter, Meter)
    try:
        yield meter, bench.endpoints[KEY]
    finally:
        bench.stop()
