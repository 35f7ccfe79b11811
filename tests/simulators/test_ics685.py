"""The simulated weighing terminal: its dialogue, its filter, its limits."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl.transport.base import Transport
from labctl_simulators.mettler.ics685 import ICS685


@pytest.fixture
def bench() -> Bench:
    return Bench(plan_alone(ICS685), models={"mettler/ICS685": ICS685}, worlds={"alone": Alone}, seed=3)


@pytest.fixture
def wire(bench: Bench) -> Iterator[Transport]:
    wire = bench.loopback(KEY)
    wire.open()
    yield wire
    wire.close()


def ask(wire: Transport, command: str) -> str:
    wire.write(command.encode("latin-1") + b"\r\n")
    return wire.read(b"\r\n", 60.0).decode().removesuffix("\r\n")


def put(bench: Bench, mass: float) -> None:
    bench.world.catch_up()
    balance = bench.instruments[KEY]
    assert isinstance(balance, ICS685)
    balance.load = lambda _: mass


def test_it_says_who_it_is(wire: Transport) -> None:
    assert ask(wire, "I2") == 'I2 A "ICS685 Standard 150.000 kg"'
    assert ask(wire, "I4") == 'I4 A "SIM0001"'
    assert ask(wire, "@") == 'I4 A "SIM0001"'
    assert ask(wire, "I1").startswith('I1 A "01"')


@pytest.mark.parametrize(
    ("command", "answer"),
    [("s", "ES"), ("*IDN?", "ES"), ("HELLO", "ES"), ("SI 5", "EL"), ("\xb5", "ET"), ("SIR", "S I")],
)
def test_what_it_does_not_understand(wire: Transport, command: str, answer: str) -> None:
    assert ask(wire, command) == answer


def test_a_load_is_dynamic_first_then_stable(bench: Bench, wire: Transport) -> None:
    put(bench, 100.0)
    bench.clock.wait(0.5)
    assert ask(wire, "SI").startswith("S D ")
    before = bench.clock.monotonic()
    stable = ask(wire, "S")
    assert stable.startswith("S S ")
    assert stable.endswith(" kg")
    assert len(stable) == len("S S    100.000 kg")
    assert float(stable[4:14]) == pytest.approx(100.0, abs=0.006)
    assert 2.0 < bench.clock.monotonic() - before < 12.0
    before = bench.clock.monotonic()
    assert ask(wire, "S").startswith("S S ")
    assert bench.clock.monotonic() - before < 0.1


def test_it_gives_up_where_nothing_becomes_stable(bench: Bench, wire: Transport) -> None:
    balance = bench.instruments[KEY]
    assert isinstance(balance, ICS685)
    balance.shaken = 0.05
    bench.clock.wait(5)
    assert ask(wire, "S") == "S I"
    assert ask(wire, "Z") == "Z I"


def test_too_much_and_too_little(bench: Bench, wire: Transport) -> None:
    put(bench, 151.0)
    bench.clock.wait(20)
    assert ask(wire, "SI") == "S +"
    assert ask(wire, "Z") == "Z +"
    put(bench, -1.0)
    bench.clock.wait(20)
    assert ask(wire, "S") == "S -"


def test_zero_and_tare(bench: Bench, wire: Transport) -> None:
    put(bench, 1.0)
    assert ask(wire, "Z") == "Z A"
    assert abs(float(ask(wire, "S")[4:14])) <= 0.004
    put(bench, 21.0)
    tare = ask(wire, "T")
    assert tare.startswith("T S ")
    assert float(tare[4:14]) == pytest.approx(20.0, abs=0.006)
    assert ask(wire, "TA") == tare.replace("T S", "TA A")
    assert abs(float(ask(wire, "S")[4:14])) <= 0.004
    assert ask(wire, "TAC") == "TAC A"
    assert float(ask(wire, "S")[4:14]) == pytest.approx(20.0, abs=0.006)


def test_every_indication_is_a_whole_step(bench: Bench, wire: Transport) -> None:
    put(bench, 33.3333)
    shown: list[int] = []
    for _ in range(20):
        bench.clock.wait(0.3)
        shown.append(round(float(ask(wire, "SI")[4:14]) * 1000))
    assert all(each % 2 == 0 for each in shown)
    assert all(b - a >= 0 for a, b in pairwise(shown[:8]))
