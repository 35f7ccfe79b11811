"""A bench within this process, and a wire to talk to each of its instruments as a terminal would."""

from collections.abc import Callable

import pytest
from attrs import frozen

from labctl.app.simulate import bench_of
from labctl.app.station.endpoints import simulated_station
from labctl.errors import TransportTimeout
from labctl.simulation.host import Bench
from labctl.transport.base import Transport


@frozen
class Terminal:
    """Sends lines, shows answers."""

    bench: Bench
    wire: Transport

    def tell(self, *commands: str) -> None:
        for each in commands:
            self.wire.write(each.encode() + b"\n")

    def ask(self, query: str, within: float = 30.0) -> str:
        self.wire.write(query.encode() + b"\n")
        return self.wire.read(b"\n", within).decode().rstrip("\r\n")

    def silent(self, query: str) -> bool:
        try:
            self.ask(query, within=1.0)
        except TransportTimeout:
            self.wire.open()
            return True
        return False


@pytest.fixture
def bench() -> Bench:
    return bench_of(simulated_station(), seed=7)


@pytest.fixture
def talk(bench: Bench) -> Callable[[str], Terminal]:
    def to(instrument: str) -> Terminal:
        wire = bench.loopback(instrument)
        wire.open()
        return Terminal(bench, wire)

    return to
