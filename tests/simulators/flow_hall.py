"""The flow bench that ships, each of its instruments with its driver, within this process or on real wires."""

from collections.abc import Callable
from typing import Self, TypeVar

from attrs import define

from labctl.app.simulate import bench_of
from labctl.app.station import shipped_benches
from labctl.app.station.reader import read_station
from labctl.clock import Clock
from labctl.instruments.channel import ChannelWire
from labctl.instruments.driver import Driver
from labctl.metrology.physics.buoyancy import buoyancy_factor
from labctl.metrology.physics.water import water_density
from labctl.metrology.quantity import Quantity
from labctl.packs import drivers
from labctl.simulation.host import Bench
from labctl.testing import Memory
from labctl.transport.base import Transport
from labctl_drivers.abb.acs580 import ACS580
from labctl_drivers.emerson.mm2700 import MM2700
from labctl_drivers.generic.flow_rig_io import FlowRigIO
from labctl_drivers.generic.transmitter import LineTransmitter, TankThermometer
from labctl_drivers.mettler.ics685 import ICS685
from labctl_drivers.sensor.pulse_meter import TurbineMeter
from labctl_drivers.siemens.mag6000 import MAG6000

D = TypeVar("D", bound=Driver)
STATION = read_station(shipped_benches()["flow"])


@define
class Hall:
    """A flow hall: every wire open, every instrument recognised and prepared."""

    bench: Bench
    clock: Clock
    memory: Memory
    drivers: dict[str, Driver]

    @classmethod
    def within_this_process(cls, seed: int = 1) -> Self:
        """Return a hall of its own."""
        bench = bench_of(STATION, seed=seed)
        return cls.of(bench, bench.clock, bench.loopback)

    @classmethod
    def of(cls, bench: Bench, clock: Clock, reach: Callable[[str], Transport]) -> Self:
        """Return a hall whose wires somebody reaches."""
        hall = cls(bench, clock, Memory(), {})
        for key, each in STATION.instruments.items():
            kind = drivers().get(each.driver)
            assert kind is not None
            on_channel = each.address.startswith("channel:")
            wire: Transport = (
                ChannelWire(each.address, key, lambda: hall.drivers["counter"]) if on_channel else reach(key)
            )
            driver = kind(wire, name=key, witness=hall.memory, clock=clock)
            driver.wire.open()
            driver.recognise(each.asset.identity)
            driver.prepare()
            hall.drivers[key] = driver
        return hall

    def _the(self, key: str, kind: type[D]) -> D:
        driver = self.drivers[key]
        assert isinstance(driver, kind)
        return driver

    @property
    def pump(self) -> ACS580:
        return self._the("pump", ACS580)

    @property
    def rig(self) -> FlowRigIO:
        return self._the("rig", FlowRigIO)

    @property
    def balance(self) -> ICS685:
        return self._the("balance", ICS685)

    @property
    def line(self) -> LineTransmitter:
        return self._the("line", LineTransmitter)

    @property
    def tank(self) -> TankThermometer:
        return self._the("tank", TankThermometer)

    @property
    def master(self) -> MM2700:
        return self._the("master", MM2700)

    @property
    def electromagnetic(self) -> MAG6000:
        return self._the("electromagnetic", MAG6000)

    @property
    def unit(self) -> TurbineMeter:
        return self._the("unit", TurbineMeter)

    # --- what an operator does ---------------------------------------------------------------------------------------

    def truth(self, name: str) -> float:
        """Return a hidden value of the rig."""
        return self.bench.truth("flow", name)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.wait(seconds)

    def flow(self, flow: float, settling: float = 90.0) -> None:
        """Bring the flow to a value in m³/h."""
        self.pump.set_flow(Quantity.of(flow, "m³/h"))
        self.wait(settling)

    def collect(self, seconds: float) -> tuple[float, float]:
        """Return what the balance shows more after a filling, in kg, and how long the timer says it took."""
        self.rig.drain()
        before = self.balance.stable_mass().quantity.value
        self.rig.fill_for(Quantity.of(seconds, "s"))
        filled = self.rig.filling_time().quantity.value
        self.wait(15.0)
        return self.balance.stable_mass().quantity.value - before, filled

    def pulse_rate(self) -> float:
        """Return the pulses a second during the last filling, by double timing."""
        return self.unit.gated_pulses().quantity.value / self.rig.pulse_time().quantity.value

    def buoyancy(self) -> float:
        """Return true mass over what the balance shows."""
        water = float(water_density(self.truth("tank temperature")))
        return float(buoyancy_factor(self.truth("air density"), water))
