import time

from attrs import define, field

from labctl.clock import SimulatedClock
from labctl.simulation.chance import normal, uniform, within
from labctl.simulation.physics import FirstOrder
from labctl.simulation.world import STEP, World


def _ran(looks: list[float]) -> tuple[float, list[str]]:
    clock = SimulatedClock()
    world = World(3, clock)
    tank, told = FirstOrder(time_constant=0.7), list[str]()
    world.physical.append(tank)
    world.at(0.5, lambda: setattr(tank, "end", 10.0))
    world.at(0.5, lambda: told.append("second"))
    world.at(0.2, lambda: told.append("first"))
    for each in looks:
        clock.move_to(each)
        world.catch_up()
    return tank.value, told


def test_looking_between_steps_changes_nothing() -> None:
    once = _ran([2.0])
    assert once == _ran([0.1, 0.1001, 0.2, 0.50001, 0.501, 0.777, 1.2345, 2.0])
    assert once[1] == ["first", "second"]
    assert 8.7 < once[0] < 8.9  # 10 * (1 - exp(-1.5/0.7)), a step of 10 ms late at most


def test_a_settled_thing_arrives_and_rests() -> None:
    thing = FirstOrder(time_constant=0.02, end=1.0)
    for _ in range(100):
        thing.advance(STEP)
    assert thing.resting
    assert thing.value == 1.0


def test_physics_of_five_minutes_costs_less_than_a_second_and_rest_costs_nothing() -> None:
    clock = SimulatedClock()
    world = World(1, clock)
    never = [FirstOrder(time_constant=1e9, end=1e9) for _ in range(3)]
    world.physical.extend(never)
    began = time.process_time()
    clock.wait(300)
    world.catch_up()
    assert time.process_time() - began < 1.0
    for each in never:
        each.jump(0.0)
    began = time.process_time()
    clock.wait(365 * 86400)
    assert world.catch_up() == 300 + 365 * 86400
    assert time.process_time() - began < 0.05


def test_a_slow_thing_declares_its_step_and_hours_of_it_cost_little() -> None:
    @define
    class Bath:
        step: float = 1.0
        passed: list[float] = field(factory=list[float])
        resting: bool = False

        def advance(self, dt: float) -> None:
            self.passed.append(dt)

    clock = SimulatedClock()
    world = World(1, clock)
    bath, meter = Bath(), FirstOrder(time_constant=0.02)
    world.physical.extend([bath, meter])
    clock.wait(0.995)
    world.catch_up()
    assert bath.passed == []
    clock.wait(0.01)
    world.catch_up()
    assert bath.passed == [1.0]
    meter.end = 1.0
    began = time.process_time()
    for _ in range(6 * 720):
        clock.wait(5.0)
        world.catch_up()
    assert time.process_time() - began < 0.5
    assert bath.passed == [1.0] * (1 + 6 * 3600)
    assert meter.value == 1.0


def test_chance_belongs_to_its_names() -> None:
    assert uniform(1, "a") == uniform(1, "a") != uniform(2, "a")
    assert World(5, SimulatedClock()).noise("meter", 7) == World(5, SimulatedClock()).noise("meter", 7)
    draws = [normal("n", n) for n in range(4000)]
    mean = sum(draws) / len(draws)
    assert abs(mean) < 0.05
    assert abs(sum((each - mean) ** 2 for each in draws) / len(draws) - 1) < 0.08
    assert all(-2 <= within(2, n) <= 2 for n in range(100))


def test_without_noise_nothing_wanders_and_hidden_errors_are_the_same() -> None:
    noisy, still = World(5, SimulatedClock()), World(5, SimulatedClock(), noisy=False)
    assert still.drawn(1.0, "gain") == noisy.drawn(1.0, "gain")
    assert still.noise("meter", 7) == 0.0 != noisy.noise("meter", 7)
    assert {still.wander(20.0, 0.5, "room").at(each) for each in (0.0, 1e3, 1e4)} == {20.0}
    assert noisy.wander(20.0, 0.5, "room").at(1e3) != 20.0
