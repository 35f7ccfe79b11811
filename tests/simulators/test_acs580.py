"""The simulated pump drive: the states of the ABB Drives profile, refusals, loss of communication."""

from collections.abc import Iterator

import pytest

from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl.transport.base import Transport, Whole
from labctl_simulators.abb.acs580 import ACS580


@pytest.fixture
def bench() -> Bench:
    return Bench(plan_alone(ACS580), models={"abb/ACS580": ACS580}, worlds={"alone": Alone}, seed=3)


@pytest.fixture
def wire(bench: Bench) -> Iterator[Transport]:
    wire = bench.loopback(KEY)
    wire.open()
    yield wire
    wire.close()


def ask(wire: Transport, message: str) -> str:
    wire.write(bytes.fromhex(message))
    return wire.read(Whole(), 5.0).hex(" ")


def put(wire: Transport, address: int, value: int) -> str:
    return ask(wire, f"06 {address:04x} {value & 0xFFFF:04x}")


def held(wire: Transport, address: int) -> int:
    return int.from_bytes(bytes.fromhex(ask(wire, f"03 {address:04x} 0001"))[2:])


def status(wire: Transport) -> int:
    return held(wire, 3)


def test_nothing_runs_before_the_control_word_was_off_once(wire: Transport) -> None:
    assert status(wire) & 1 << 6  # switch-on inhibited
    put(wire, 0, 0x047F)
    assert not status(wire) & 0b111
    put(wire, 0, 0x0476)
    assert status(wire) & 0b1 == 1
    put(wire, 0, 0x0477)
    assert status(wire) & 0b11 == 0b11
    put(wire, 0, 0x047F)
    assert status(wire) & 0b111 == 0b111


def test_without_its_remote_bit_a_control_word_is_disregarded(wire: Transport) -> None:
    for word in (0x0476, 0x0477, 0x047F):
        put(wire, 0, word)
    put(wire, 0, 0x0000)
    assert status(wire) & 0b100


@pytest.mark.parametrize(("word", "seconds"), [(0x0474, 0.1), (0x0476, 60.0), (0x0472, 10.0)])
def test_each_way_to_stop(word: int, seconds: float, bench: Bench, wire: Transport) -> None:
    """OFF2 coasts without power at once, OFF1 and OFF3 ramp down."""
    for each in (0x0476, 0x0477, 0x047F):
        put(wire, 0, each)
    put(wire, 1, 20000)
    bench.clock.wait(30)
    assert held(wire, 4) == 20000  # no pipe, so the controller asks for all it can give
    put(wire, 0, word)
    assert bench.state(KEY)["energised"] is (word != 0x0474)
    bench.clock.wait(seconds)
    assert not bench.state(KEY)["energised"]
    bench.clock.wait(30)
    assert held(wire, 4) == 0


def test_what_the_drive_refuses(wire: Transport) -> None:
    assert put(wire, 3, 1) == "86 02"  # the status word cannot be written
    assert put(wire, 5813, 9) == "86 03"
    assert put(wire, 1, 20001) == "86 03"
    assert ask(wire, "01 0000 0001") == "81 01"
    for word in (0x0476, 0x0477, 0x047F):
        put(wire, 0, word)
    assert put(wire, 5813, 1) == "86 03"  # not while it runs


@pytest.mark.parametrize(("action", "pump"), [(0, "on"), (1, "off"), (2, "on"), (5, "on")])
def test_only_the_action_fault_stops_a_pump_that_hears_nothing(
    action: int, pump: str, bench: Bench, wire: Transport
) -> None:
    put(wire, 5814, 1)
    put(wire, 5815, 20)
    put(wire, 5813, action)
    for word in (0x0476, 0x0477, 0x047F):
        put(wire, 0, word)
    bench.clock.wait(1.5)
    assert bench.state(KEY)["energised"]
    bench.clock.wait(2.5)
    assert bench.state(KEY)["energised"] is (pump == "on")
    if pump == "off":
        assert status(wire) & 1 << 3
        assert held(wire, 400) == 0x6681
        put(wire, 0, 0x0476)
        assert status(wire) & 1 << 3  # it wants to be acknowledged
        put(wire, 0, 0x04F6)
        put(wire, 0, 0x0476)
        assert status(wire) & 1


def test_where_only_control_words_count_reading_does_not_keep_it_alive(bench: Bench, wire: Transport) -> None:
    put(wire, 5814, 2)
    put(wire, 5815, 20)
    put(wire, 5813, 1)
    for word in (0x0476, 0x0477, 0x047F):
        put(wire, 0, word)
    for _ in range(5):
        bench.clock.wait(0.5)
        status(wire)
    assert not bench.state(KEY)["energised"]


def test_power_cycled_it_stands_still(bench: Bench, wire: Transport) -> None:
    for word in (0x0476, 0x0477, 0x047F):
        put(wire, 0, word)
    bench.instruments[KEY].power_cycle()
    assert not bench.state(KEY)["energised"]
