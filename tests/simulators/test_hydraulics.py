"""Water in pipes and tanks: what the physics of a flow rig conserves."""

from math import pi

import pytest

from labctl.clock import SimulatedClock
from labctl.records.equipment import Identity
from labctl.simulation.instrument import Placed
from labctl.simulation.world import World
from labctl_simulators.hydraulics.diverter import Diverter
from labctl_simulators.hydraulics.gate import PulseGate
from labctl_simulators.hydraulics.pipe import HOUR, density_of
from labctl_simulators.hydraulics.rig import UNSTEADINESS, Rig, slow_waves
from labctl_simulators.hydraulics.tank import Tank, presses
from labctl_simulators.sensor.pulse_meter import ElectromagneticMeter, TurbineMeter


def world() -> World:
    made = World(1, SimulatedClock())
    made.clock.world = None  # type: ignore[attr-defined]
    return made


def rig_in(made: World, *, speed: float = 1.0) -> Rig:
    rig = Rig(
        speed=lambda: speed,
        open=lambda: True,
        now=lambda: made.stepped,
        full_flow=20 / HOUR,
        water=made.wander(20.0, 0.0, "water"),
        weather=made.wander(1013.25, 0.0, "weather"),
        waves=slow_waves(UNSTEADINESS, made.drawn),
    )
    made.physical.append(rig)
    return rig


def placed(**settings: float) -> Placed:
    identity = Identity(manufacturer="Sensor", model="meter", serial="1")
    return Placed(key="meter", simulator="", identity=identity, settings=settings)


def pass_by(made: World, seconds: float) -> None:
    made.clock.wait(seconds)
    made.catch_up()


def test_flow_is_the_rate_of_volume_and_volume_times_density_is_mass() -> None:
    made = world()
    rig = rig_in(made)
    for _ in range(50):
        pass_by(made, 1.7)
        now, dt = made.present, 1 / 24
        rate = (rig.volume(now) - rig.volume(now - dt / 20)) / (dt / 20)
        assert rate == pytest.approx(rig.flow(now), rel=3e-3, abs=1e-9)  # pulsation
    assert rig.flow(made.present) == pytest.approx(20 / HOUR, rel=2e-3)
    assert rig.mass(made.present) == pytest.approx(rig.volume(made.present) * density_of(20.0, 3100), rel=2e-4)


def test_below_the_static_head_nothing_moves_and_the_rig_rests() -> None:
    made = world()
    rig = rig_in(made, speed=0.15)
    pass_by(made, 100)
    assert rig.flow(made.present) == 0
    assert rig.resting


def test_between_two_steps_looking_changes_nothing() -> None:
    seen: list[tuple[float, ...]] = []
    for looks in (1, 17):
        made = world()
        rig = rig_in(made)
        for _ in range(looks):
            pass_by(made, 34.0 / looks)
            rig.volume(made.present)
        seen.append((rig.volume(34.0), rig.mass(34.0), rig.pressure(34.0)))
    assert seen[0] == pytest.approx(seen[1], rel=1e-15)


class Restless:
    """Never rests, so that everything of its pace is stepped."""

    step = 0.4
    resting = False

    def advance(self, dt: float) -> None:
        """Do nothing."""


def test_a_steady_stream_needs_no_steps_and_passes_as_if_it_had_them() -> None:
    seen: list[tuple[float, ...]] = []
    for stepped in (False, True):
        made = world()
        rig = rig_in(made)
        meter = ElectromagneticMeter(made, placed(zero=1e-4))
        meter.pipe = rig
        if stepped:
            made.physical.append(Restless())
        pass_by(made, 120)
        assert rig.resting
        assert meter.resting
        pass_by(made, 3456.78)
        now = made.present
        seen.append((rig.flow(now), rig.volume(now), meter.counted(now), meter.shown_at(now)))
    assert seen[0] == pytest.approx(seen[1], rel=1e-7)  # what the meter makes of the waves is small


def test_the_waves_of_two_rigs_are_unlike() -> None:
    one, other = (slow_waves(UNSTEADINESS, World(seed, SimulatedClock()).drawn) for seed in (1, 2))
    assert len({each.phase for each in (*one, *other)}) == len({each.rate for each in (*one, *other)}) == 10
    periods = [2 * pi / each.rate for each in one]
    assert periods == sorted(periods)
    assert min(periods) > 8 < max(periods) < 60


def test_a_meter_counts_the_stream_times_its_factor() -> None:
    made = world()
    rig = rig_in(made)
    meter = ElectromagneticMeter(made, placed(zero=0))
    meter.pipe = rig
    pass_by(made, 60)
    counted, passed = meter.counted(made.present), rig.volume(made.present)
    pass_by(made, 40.05)
    flow = rig.flow(made.present)
    share = (meter.counted(made.present) - counted) / (rig.volume(made.present) - passed)
    assert share == pytest.approx(1 + meter.error(flow), abs=1e-6)
    pulses = meter.pulses(made.present) - counted * 1000 * meter.pulses_per_litre - 0.5
    assert pulses == pytest.approx((rig.volume(made.present) - passed) * 1e6 * share, rel=1e-9)
    assert meter.indicated() == pytest.approx(flow * share, rel=1e-3)


def test_a_zero_that_was_set_is_taken_off() -> None:
    made = world()
    meter = ElectromagneticMeter(made, placed(zero=1e-3))
    assert meter.truth("zero") != 0
    meter.set_zero()
    assert meter.truth("zero") == 0


def test_a_rotor_stands_still_below_its_cut_off() -> None:
    made = world()
    slow, meter = rig_in(made, speed=0.2005), TurbineMeter(made, placed())
    meter.pipe = slow
    pass_by(made, 60)
    assert 0 < slow.flow(made.present) * HOUR < 0.4
    assert meter.pulse_rate(made.present) == 0
    assert meter.indicated() == 0


def test_the_k_factor_droops_at_small_flows() -> None:
    made = world()
    meter = TurbineMeter(made, placed())
    meter.bow = abs(meter.bow)
    assert meter.error(0.6 / HOUR) < meter.error(4 / HOUR)


def test_a_tank_keeps_what_runs_in_and_loses_what_runs_out() -> None:
    tank = Tank(stream=lambda t: 2.0 * t, residue=lambda _: 0.01, drains=5.0, splash=0.02)
    tank.change(10.0, filling=True, draining=False)
    assert tank.mass(15.0) == pytest.approx(10.0)
    tank.change(20.0, filling=False, draining=False)
    assert tank.collected == pytest.approx(20.0)
    assert tank.mass(25.0) == pytest.approx(19.98)
    tank.change(30.0, filling=False, draining=True)
    assert tank.mass(31.0) == pytest.approx(14.98)
    assert tank.mass(100.0) == pytest.approx(0.01)


def test_water_presses_less_than_its_mass() -> None:
    assert presses(1000.0, 998.2, 1.2) == pytest.approx(998.95, abs=0.01)


def test_a_diverter_fills_longer_than_its_timer_says() -> None:
    made = world()
    diverter = Diverter(world=made, key="d", travel=0.08, asymmetry=0.01, spread=0.0)
    changes: list[float] = []
    times: list[float] = []
    diverter.begin(1, 5.0, changes.append, started=lambda _: None, stopped=lambda _, time: times.append(time))
    pass_by(made, 10)
    assert changes[1] - changes[0] == pytest.approx(times[0] + 0.01, abs=1e-9)
    assert times[0] == pytest.approx(5.0, abs=0.002)
    assert diverter.is_at(tank=False)


def test_the_gate_holds_whole_periods() -> None:
    made = world()
    gate = PulseGate(made)
    gate.pulses, gate.rate = (lambda t: 7.3 * t), (lambda _: 7.3)
    counts: list[int] = []
    times: list[float] = []
    gate.closed = counts.append
    made.at(1.0, lambda: gate.start(1.0))
    made.at(11.0, lambda: gate.stop(11.0, times.append))
    pass_by(made, 20)
    assert counts[0] == pytest.approx(7.3 * times[0], abs=1e-4)
    assert times[0] == pytest.approx(10, abs=1 / 7.3)


def test_a_meter_that_stands_still_closes_no_gate() -> None:
    made = world()
    gate = PulseGate(made)
    gate.pulses = lambda _: 3.5
    times: list[float] = []
    made.at(1.0, lambda: gate.start(1.0))
    made.at(4.0, lambda: gate.stop(4.0, times.append))
    pass_by(made, 20)
    assert times == [0.0]


def test_a_slow_meter_is_waited_for() -> None:
    made = world()
    gate = PulseGate(made)
    gate.pulses, gate.rate = (lambda t: t / 30), (lambda _: 1 / 30)
    counts: list[int] = []
    gate.closed = counts.append
    made.at(1.0, lambda: gate.start(1.0))
    made.at(100.0, lambda: gate.stop(100.0, lambda _: None))
    pass_by(made, 200)
    assert counts == [3]
