"""The flow rig as a whole: pump, pipe, meters, diverter, tank and balance, coupled; same seed, same digits."""

import time
from statistics import mean

import pytest

from labctl.errors import NotReady, ReplyError
from labctl.metrology.quantity import Quantity
from tests.simulators.flow_hall import Hall


def hall(seed: int = 1) -> Hall:
    return Hall.within_this_process(seed)


def test_a_closed_loop_brings_the_flow_that_was_asked_for() -> None:
    rig = hall()
    for flow in (10.0, 4.0):
        rig.flow(flow)
        assert rig.truth("flow") == pytest.approx(flow, rel=3e-3)
        assert rig.pump.flow().quantity.value == pytest.approx(flow, rel=3e-3)
        assert rig.master.flow().quantity.value == pytest.approx(flow, rel=3e-3)
        assert rig.electromagnetic.flow().quantity.value_in("m³/h") == pytest.approx(flow, rel=6e-3)
        assert rig.line.pressure().quantity.value == pytest.approx(rig.truth("line pressure") / 10, abs=2)
    rig.pump.stand_by()
    rig.wait(120)
    assert rig.truth("flow") == 0


def test_the_balance_shows_less_than_the_mass_by_the_buoyancy_of_air() -> None:
    rig = hall()
    rig.flow(10)
    shown, _ = rig.collect(40)
    mass = rig.truth("collected mass")
    assert 100 < mass < 115
    assert shown / mass == pytest.approx(1 - 1.05e-3, abs=1.5e-4)
    assert shown * rig.buoyancy() == pytest.approx(mass, abs=0.015)


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_k_factor_is_found_as_it_is_hidden(seed: int) -> None:
    rig = hall(seed)
    rig.flow(8)
    shown, filled = rig.collect(50)
    volume = shown * rig.buoyancy() / rig.truth("water density")
    flow = volume / (filled + rig.truth("diverter"))
    found = rig.pulse_rate() / (flow * 1000)
    assert found == pytest.approx(rig.bench.truth("unit", "K", at=flow * 3600), rel=4e-4)
    assert found == pytest.approx(2000, rel=6e-3)


def test_short_bursts_show_how_much_longer_the_diverter_fills_than_its_timer_says() -> None:
    """ISO 4185: ten bursts of 6 s against one filling of 60 s, at one flow."""
    rig = hall(3)
    rig.flow(8)
    excess: list[float] = []
    for _ in range(8):
        rig.rig.drain()
        rig.rig.fill_for(Quantity.of(4, "s"))
        lasted = rig.rig.filling_time().quantity.value
        rate = rig.truth("flow") / 3600 * rig.truth("water density")
        excess.append(rig.truth("collected mass") / rate - lasted)
    assert mean(excess) == pytest.approx(rig.truth("diverter"), abs=0.004)
    assert -0.0101 <= rig.truth("diverter") <= 0.0151
    assert len(set(excess)) == len(excess)


def test_a_full_tank_ends_the_filling() -> None:
    rig = hall()
    rig.flow(16)
    rig.rig.drain()
    with pytest.raises(NotReady, match="broken off"):
        rig.rig.fill_for(Quantity.of(60, "s"))
    rig.wait(3)
    assert rig.rig.confirm_safe()
    assert rig.truth("tank mass") < 150


@pytest.mark.parametrize(("action", "flow_error"), [("missing pulses", -1e-4), ("double pulses", 1e-4), ("mend", 0.0)])
def test_pulses_that_are_lost_or_counted_twice(action: str, flow_error: float) -> None:
    quiet, disturbed = hall(), hall()
    disturbed.bench.act(action)
    rates: list[float] = []
    for each in (quiet, disturbed):
        each.flow(10)
        each.collect(30)
        rates.append(each.pulse_rate())
    assert rates[1] / rates[0] - 1 == pytest.approx(flow_error, abs=1e-5)


def test_a_leak_shows_as_a_weight_that_does_not_stay() -> None:
    rig = hall()
    rig.flow(10)
    rig.collect(30)
    first = rig.balance.stable_mass().quantity.value
    rig.bench.act("leak")
    rig.wait(60)
    assert rig.balance.mass().quantity.value == pytest.approx(first - 0.12, abs=0.02)


def test_vibration_keeps_the_balance_from_becoming_stable() -> None:
    rig = hall()
    rig.bench.act("vibration")
    rig.wait(10)
    with pytest.raises(NotReady):
        rig.balance.stable_mass()
    rig.bench.act("mend")
    rig.wait(10)
    rig.balance.stable_mass()


def test_bubbles_and_an_empty_pipe() -> None:
    rig = hall()
    rig.flow(10)
    rig.bench.act("bubbles")
    assert rig.master.density().quantity.value < 985
    rig.bench.act("empty pipe")
    with pytest.raises(ReplyError):
        rig.master.mass_flow()
    with pytest.raises(ReplyError):
        rig.electromagnetic.flow()


def test_a_sensor_that_is_off_can_be_found_beside_the_other() -> None:
    rig = hall()
    rig.bench.act("line temperature sensor off")
    rig.wait(1)
    assert rig.line.temperature().quantity.value - rig.tank.temperature().quantity.value > 0.3


def test_another_meter_can_be_plugged_in() -> None:
    rig = hall()
    rig.bench.operate("pulses-of-electromagnetic.svg")
    rig.flow(10)
    rig.collect(20)
    flow = rig.truth("flow")
    factor = rig.bench.truth("electromagnetic", "K", at=flow)
    assert rig.pulse_rate() == pytest.approx(factor * flow / 3.6, rel=1e-3)
    with pytest.raises(LookupError):
        rig.bench.act("pulses of nothing")


def test_a_rotor_that_is_stuck_gives_no_pulses_and_a_coated_meter_too_few() -> None:
    rig = hall()
    rig.flow(10)
    rig.collect(10)
    clean = rig.pulse_rate()
    rig.bench.act("coating")
    rig.collect(10)
    assert rig.pulse_rate() / clean == pytest.approx(0.995, abs=2e-4)
    rig.bench.act("stuck rotor")
    rig.collect(10)
    with pytest.raises(NotReady):
        rig.unit.gated_pulses()
    with pytest.raises(NotReady):
        rig.rig.pulse_time()


def test_an_action_that_nobody_knows_is_refused() -> None:
    with pytest.raises(LookupError):
        hall().bench.act("dance")


def test_the_pump_comes_first_when_the_rig_is_made_safe() -> None:
    rig = hall()
    rig.flow(10)
    assert rig.bench.state("pump")["energised"]
    rig.pump.make_safe()
    rig.rig.make_safe()
    assert not rig.bench.state("pump")["energised"]
    assert not rig.bench.state("rig")["energised"]
    rig.wait(40)
    assert rig.truth("flow") == pytest.approx(0, abs=0.02)
    assert rig.pump.confirm_safe()
    assert rig.rig.confirm_safe()


def measured(seed: int, *, looking: bool = False) -> list[bytes]:
    rig = hall(seed)
    rig.pump.set_flow(Quantity.of(9, "m³/h"))
    replies: list[bytes] = []
    for _ in range(20):
        for _ in range(7):
            rig.wait(0.5)
            if looking:
                for key in rig.drivers:
                    rig.bench.state(key)
                rig.truth("water density")
        replies += [rig.master.mass_flow().reply, rig.electromagnetic.flow().reply, rig.line.pressure().reply]
    rig.collect(20)
    return [*replies, rig.balance.mass().reply, rig.unit.gated_pulses().reply, rig.rig.pulse_time().reply]


def test_the_same_seed_gives_the_same_bytes_however_often_somebody_looks() -> None:
    assert measured(4) == measured(4, looking=True)
    assert measured(4) != measured(5)


def test_six_hours_pass_in_seconds() -> None:
    rig = hall()
    rig.flow(10)
    started = time.process_time()
    for _ in range(6):
        rig.wait(3600)
        assert rig.truth("flow") == pytest.approx(10, rel=5e-3)
    assert time.process_time() - started < 30  # of the processor; about four
    assert rig.truth("volume") == pytest.approx(60.2, rel=0.01)
