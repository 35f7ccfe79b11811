"""One simulated instrument on a bench of its own, its driver beside it: on a loopback or on a real wire."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import define

from labctl import packs
from labctl.clock import Clock
from labctl.errors import PackBroken
from labctl.instruments.driver import Driver
from labctl.records.equipment import Asset, UnitUnderTest
from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl.testing.memory import Memory
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.connect import open_transport

LOOPBACK = "loopback"


@define(kw_only=True)
class LoneInstrument:
    """A driver and the simulator that it speaks to, in a time that passes when somebody waits.

    Attributes:
        driver: its wire is open.
        clock: of driver and world.
        memory: what the driver's witness heard.
        bench: the simulator's.
    """

    driver: Driver
    clock: Clock
    memory: Memory
    bench: Bench

    def fault(self, name: str, **parameters: Any) -> None:  # noqa: ANN401  (the fields of Fault)
        """Switch a fault on. Raises LookupError for a name or parameter that is not known."""
        self.bench.fault(KEY, name, **parameters)

    def mend(self, name: str = "") -> None:
        """Switch one fault off, or all of them."""
        self.bench.mend(KEY, name)

    def state(self) -> Mapping[str, object]:
        """Return what a person sees of the instrument."""
        return self.bench.state(KEY)

    def truth(self, name: str, **at: float) -> float:
        """Return a hidden value of the simulator. Raises KeyError for a name it has not."""
        return self.bench.truth(KEY, name, **at)


@contextmanager
def alone(
    model: str,
    *,
    wire: str = LOOPBACK,
    like: str = "",
    seed: int = 1,
    serial: str = "SIM0001",
    asset: Asset | None = None,
    unit: UnitUnderTest | None = None,
) -> Generator[LoneInstrument]:
    """Let the driver of a model speak to its simulator, which stands by itself.

    Args:
        model: as the packs name it, `fluke/5522A`.
        wire: `loopback`, or one of the wires that the model has, which is served for real then.
        like: the wire for which a loopback stands: a serial line takes time for each character. None by default.
        seed: of all chance.
        serial: the simulator's serial number.
        asset: the record from which the errors of a standard are drawn.
        unit: the type from which the errors of a unit under test are drawn.

    Raises:
        PackBroken: no pack has a driver and a simulator of this model.
    """
    driver, simulator = packs.drivers().get(model), packs.simulators().get(model)
    if driver is None or simulator is None:
        missing = packs.DRIVERS if driver is None else packs.SIMULATORS
        raise PackBroken(pack=model, kind=missing, reason="it is not installed")
    wires = () if wire == LOOPBACK else (wire,)
    plan = plan_alone(simulator, serial=serial, asset=asset, unit=unit, wires=wires, wire=like)
    bench = Bench(
        plan, models={plan.instruments[0].simulator: simulator}, worlds={Alone.field: Alone}, seed=seed, clock=None
    )
    memory = Memory()
    if wire == LOOPBACK:
        made = driver(bench.loopback(KEY), name=KEY, witness=memory, clock=bench.clock)
        made.wire.open()
        yield LoneInstrument(driver=made, clock=bench.clock, memory=memory, bench=bench)
        made.wire.close()
        return
    bench.serve()
    clock = BorrowedClock(bench.control)
    try:
        address = bench.endpoints[KEY][wire]
        made = driver(open_transport(address, instrument=KEY, clock=clock), name=KEY, witness=memory, clock=clock)
        made.wire.open()
        yield LoneInstrument(driver=made, clock=clock, memory=memory, bench=bench)
        made.wire.close()
    finally:
        clock.close()
        bench.stop()
