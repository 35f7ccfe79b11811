"""The simulated counter: gates, memory, time-out."""

from collections.abc import Iterator

import pytest

from labctl.errors import TransportTimeout
from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl.transport.base import Transport
from labctl_simulators.keysight.k53230a import K53230A


@pytest.fixture
def bench() -> Bench:
    return Bench(plan_alone(K53230A), models={"keysight/53230A": K53230A}, worlds={"alone": Alone}, seed=3)


@pytest.fixture
def wire(bench: Bench) -> Iterator[Transport]:
    wire = bench.loopback(KEY)
    wire.open()
    yield wire
    wire.close()


def counter_of(bench: Bench) -> K53230A:
    counter = bench.instruments[KEY]
    assert isinstance(counter, K53230A)
    counter.pulses = lambda since, until: round((until - since) * 1000)
    counter.frequency = lambda _: 1000.0
    return counter


def tell(wire: Transport, *commands: str) -> None:
    for each in commands:
        wire.write(each.encode() + b"\n")


def ask(wire: Transport, query: str, within: float = 10.0) -> str:
    tell(wire, query)
    return wire.read(b"\n", within).decode().strip()


def test_it_counts_for_a_time_of_its_own(bench: Bench, wire: Transport) -> None:
    """User's Guide, page 108: MEASure:TOTalize:TIMed?"""
    counter_of(bench)
    assert ask(wire, "MEAS:TOT:TIM? 2,(@1)") == "+2.00000000000000E+003"
    assert float(ask(wire, "MEAS:FREQ? (@1)")) == pytest.approx(1000, rel=1e-6)
    assert ask(wire, "DATA:LAST?").endswith(" HZ")
    assert ask(wire, "SYST:ERR?") == '+0,"No error"'


def test_it_counts_while_the_gate_is_open(bench: Bench, wire: Transport) -> None:
    """Programmer's Reference, page 376, with the polarity of the guide's page 178."""
    counter = counter_of(bench)
    tell(wire, "SYST:TIM 9.9E+37", "CONF:TOT:TIM INF", "SENS:TOT:GATE:POL POS", "SENS:TOT:GATE:SOUR EXT")
    tell(wire, "TRIG:COUN 3", "INIT")
    assert ask(wire, "DATA:POIN?") == "+0"
    assert ask(wire, "DATA:LAST?") == "+9.91000000000000E+037"
    counter.gate(high=True)
    assert ask(wire, "DATA:POIN?") == "+0"
    counter.gate(high=False, pulses=12151)
    assert (ask(wire, "DATA:POIN?"), ask(wire, "DATA:LAST?")) == ("+1", "+1.21510000000000E+004")
    with pytest.raises(TransportTimeout):
        ask(wire, "FETC?", within=2.0)  # two more are wanted
    wire.open()
    counter.gate(high=False, pulses=7)  # closed already
    assert ask(wire, "DATA:POIN?") == "+1"
    tell(wire, "INIT")
    assert ask(wire, "SYST:ERR?") == '-213,"Init ignored"'


def test_without_a_gate_a_reading_is_given_up_after_a_second(bench: Bench, wire: Transport) -> None:
    """User's Guide, page 75: the time-out is one second when shipped."""
    counter_of(bench)
    tell(wire, "CONF:TOT:TIM INF", "SENS:TOT:GATE:SOUR EXT", "INIT")
    bench.clock.wait(1.5)
    assert ask(wire, "FETC?") == "+9.91000000000000E+037"


def test_settings_are_checked(wire: Transport) -> None:
    for wrong, error in (
        ("SENS:TOT:GATE:SOUR MAYBE", "-224"),
        ("TRIG:COUN 0", "-222"),
        ("CONF:TOT:TIM 5000", "-222"),
        ("HELLO", "-113"),
        ("FETC?", "-230"),
    ):
        tell(wire, wrong)
        assert ask(wire, "SYST:ERR?").startswith(error)
