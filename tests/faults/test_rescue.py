"""A guardian's safe bytes arrive over every kind of wire, behind half a command, in less than a second."""

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from labctl import packs
from labctl.app.simulate import bench_alone
from labctl.clock import WallClock
from labctl.instruments.driver import Driver
from labctl.records.equipment import Identity
from labctl.run.bench import Seat
from labctl.run.guardian import GuardedWire, Rescue
from labctl.simulation.alone import KEY
from labctl.simulation.host import Bench
from labctl.transport.connect import open_transport
from labctl_simulators.generic.air_sampler import AirSampler
from labctl_simulators.worlds.filters import Filter
from tests.faults.energised import FRAMED, energise
from tests.faults.exercise import SERIAL, models
from tests.faults.rig import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals on Windows")
CLOCK = WallClock()
SOURCES = [
    (model, wire)
    for model in models()
    if packs.drivers().found[model].safe is not None
    for wire in packs.simulators().found[model].wires
]


@contextmanager
def served(model: str) -> Generator[Bench]:
    bench = bench_alone(model, serial=SERIAL, clock=CLOCK)
    bench.serve()
    try:
        yield bench
    finally:
        bench.stop()


def rescued(wire: GuardedWire) -> None:
    """Let a guardian's thread do its work; its bytes leave at once, and again for a second."""
    rescue = Rescue(wire, open_transport(wire.address, instrument=wire.instrument, clock=CLOCK, claim=False), CLOCK)
    thread = threading.Thread(target=rescue.make_safe)
    thread.start()
    assert rescue.sent.wait(1.0)
    thread.join(5.0)
    assert rescue.outcome.startswith("safe bytes sent")
    assert "then" not in rescue.outcome


@pytest.mark.parametrize(("model", "wire"), SOURCES)
def test_a_source_is_made_safe_over_each_of_its_wires(model: str, wire: str) -> None:
    with served(model) as bench:
        sampler = bench.instruments[KEY]
        if isinstance(sampler, AirSampler):
            sampler.filter = Filter(name="F1", own=150.0)
        driver = opened(bench, model, wire)
        energise(driver)
        assert until(lambda: bool(bench.state(KEY)["energised"]), 5.0)
        if wire not in FRAMED:
            driver.wire.write(b"OUT 9")
        driver.wire.close()  # as its process ends
        anybody = Identity(manufacturer="", model="", serial="")
        seat = Seat(role=KEY, instrument=KEY, driver=type(driver), address=driver.wire.address, expected=anybody)
        assert seat.guarded is not None
        rescued(seat.guarded)
        assert not bench.state(KEY)["energised"]


@pytest.mark.parametrize("wire", ["hislip", "tcp", "vxi11"])
def test_wires_that_no_source_has_yet_carry_them_too(wire: str) -> None:
    """The bytes of a safe state are any bytes: here a meter's range, so that their arrival is seen."""
    with served("keysight/34465A") as bench:
        driver = opened(bench, "keysight/34465A", wire)
        driver.prepare()
        driver.wire.write(b"SENS:VOLT:DC:RAN")
        driver.wire.close()
        command = (b"CONF:VOLT:DC 1\n",)
        rescued(GuardedWire(instrument=KEY, address=bench.endpoints[KEY][wire], clears=b"\n", commands=command))
        assert bench.state(KEY)["range"] == 1.0


def opened(bench: Bench, model: str, wire: str) -> Driver:
    address = bench.endpoints[KEY][wire]
    driver = packs.drivers().found[model](
        open_transport(address, instrument=KEY, clock=CLOCK, claim=False), name=KEY, clock=CLOCK
    )
    driver.wire.open()
    return driver
