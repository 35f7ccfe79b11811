"""The thermometer bench of the simulators' pack, and the drivers of everything on it."""

from pathlib import Path

from attrs import define, field

import labctl_simulators
from labctl.app.simulate import bench_of
from labctl.app.station import Station, read_station
from labctl.clock import Clock
from labctl.instruments.channel import ChannelWire, place_of
from labctl.instruments.driver import Driver
from labctl.packs import drivers
from labctl.simulation.host import Bench
from labctl.testing import Memory
from labctl.transport.base import Transport

STATION = read_station(Path(labctl_simulators.__path__[0]) / "benches" / "temperature.toml")
UNITS = tuple(f"unit{n}" for n in range(1, 13))


@define
class Laboratory:
    """A bench, its drivers opened when they are first asked for."""

    bench: Bench
    clock: Clock
    memory: Memory = field(factory=Memory)
    station: Station = STATION
    addresses: dict[str, Transport] = field(factory=dict[str, Transport])
    _open: dict[str, Driver] = field(factory=dict[str, Driver], init=False)

    @classmethod
    def within_this_process(cls, seed: int = 3) -> "Laboratory":
        bench = bench_of(STATION, seed=seed)
        return cls(bench, bench.clock)

    def driver(self, key: str) -> Driver:
        known = self._open.get(key)
        if known is not None:
            return known
        described = self.station.instruments[key]
        place = place_of(described.address)
        if place is not None:
            readout = place[0]
            wire: Transport = ChannelWire(described.address, key, lambda: self.driver(readout))
        else:
            wire = self.addresses.get(key) or self.bench.loopback(key)
        kind = drivers().get(described.driver)
        assert kind is not None
        wire.open()
        made = kind(wire, name=key, witness=self.memory, clock=self.clock, limits=described.limits)
        made.recognise(described.asset.identity)
        made.prepare()
        self._open[key] = made
        return made

    def truth(self, of: str, name: str = "temperature", **at: float) -> float:
        return self.bench.truth(of, name, **at)
