"""The simulated pressure bench: a controller without overshoot, a gauge with friction, an element that lags."""

from itertools import pairwise

import pytest

from labctl.app.simulate import bench_of
from labctl.app.station import read_station
from labctl.app.station.endpoints import shipped_bench
from labctl.metrology.quantity import Quantity
from labctl.simulation.host import Bench
from labctl.testing import alone
from labctl_drivers.druck.pace5000 import PACE5000
from labctl_simulators.sensor.pressure_gauge import PressureGauge

DIVISION = 0.05  # MPa


@pytest.fixture
def bench() -> Bench:
    return bench_of(read_station(shipped_bench("pressure")), seed=3)


def go_to(bench: Bench, kilopascals: float) -> PressureGauge:
    """Bring the line to a pressure, let it settle, and return the gauge."""
    wire = bench.loopback("standard")
    wire.open()
    wire.write(f":UNIT:PRES KPA;:SOUR:PRES {kilopascals:g};:OUTP 1\n".encode())
    bench.clock.wait(60)
    bench.world.catch_up()
    gauge = bench.instruments["gauge"]
    assert isinstance(gauge, PressureGauge)
    return gauge


def test_the_pressure_comes_to_its_set_point_and_leaves_when_it_is_made_safe() -> None:
    with alone("druck/PACE5000", seed=6) as lone:
        controller = lone.driver
        assert isinstance(controller, PACE5000)
        controller.prepare()
        controller.set_pressure(Quantity.of(1.6, "MPa"))
        shown = [controller.pressure().quantity.value for _ in range(20)]
        assert all(before <= after + 0.1 for before, after in pairwise(shown))
        lone.clock.wait(60)
        assert controller.pressure().quantity.value_in("kPa") == pytest.approx(1600, abs=1.1)
        controller.wire.write(b":SOUR:PR")  # safe bytes are understood after half a command
        controller.make_safe()
        assert not controller.confirm_safe()
        lone.clock.wait(60)
        assert controller.confirm_safe()
        assert not lone.state()["energised"]


def test_power_that_comes_back_leaves_what_is_in_the_volume() -> None:
    with alone("druck/PACE5000") as lone:
        assert isinstance(lone.driver, PACE5000)
        lone.driver.set_pressure(Quantity.of(100, "kPa"))  # in mbar until it is prepared, a tenth of it
        lone.clock.wait(60)
        lone.fault("power cycle")
        lone.clock.wait(1)
        assert lone.truth("pressure") == pytest.approx(10, abs=0.1)
        assert lone.state()["energised"]


def test_a_gauge_feels_nothing_until_it_is_connected(bench: Bench) -> None:
    assert go_to(bench, 800).feels == 0.0
    bench.act("connect gauge")
    assert bench.truth("gauge", "pressure") == pytest.approx(0.8, abs=0.002)
    with pytest.raises(LookupError):
        bench.act("connect hose")


def test_the_pointer_hangs_by_friction_until_it_is_tapped(bench: Bench) -> None:
    bench.act("connect")
    gauge = go_to(bench, 800)
    assert gauge.pointer == pytest.approx(gauge.feels - 0.1 * DIVISION)
    gauge.carry_out("tap")
    assert gauge.pointer == gauge.feels


def test_coming_down_it_shows_more_until_it_has_been_at_zero(bench: Bench) -> None:
    bench.act("connect")
    gauge = go_to(bench, 800)
    up = gauge.error_at(gauge.feels, highest=gauge.highest)
    go_to(bench, 1600)
    go_to(bench, 800)
    down = gauge.error_at(gauge.feels, highest=gauge.highest)
    assert down - up == pytest.approx(0.3 * 0.0256, rel=0.01)
    assert down == pytest.approx(bench.truth("gauge", "error", at=gauge.feels, falling=1.0), abs=2e-5)
    go_to(bench, 0)
    go_to(bench, 800)
    assert gauge.error_at(gauge.feels, highest=gauge.highest) == pytest.approx(up, abs=1e-9)


def test_it_is_read_to_a_fifth_of_a_division(bench: Bench) -> None:
    bench.act("connect")
    gauge = go_to(bench, 530)
    assert float(gauge.read("pressure")) == pytest.approx(0.53, abs=0.03)
    assert round(float(gauge.read("pressure")) * 100) == pytest.approx(float(gauge.read("pressure")) * 100)
