"""An independent client of Hart's serial protocol, unmodified, against the simulated bath on its serial line."""

from collections.abc import Iterator
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from pymeasure.instruments.fluke import Fluke7341

from labctl.clock import SimulatedClock
from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl_simulators.fluke.f7341 import F7341

Client: TypeAlias = Any
"""PyMeasure makes its properties when the class is built, so that nobody knows their types."""
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # of PyMeasure, about itself


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A bath in half duplex: the client does not know echoes."""
    plan = plan_alone(F7341, serial="A12345")
    half = evolve(plan.instruments[0], settings={"full duplex": 0.0})
    bench = Bench(
        evolve(plan, instruments=(half,)),
        models={half.simulator: F7341},
        worlds={Alone.field: Alone},
        seed=2,
        clock=SimulatedClock(),
    )
    bench.serve()
    yield bench
    bench.stop()


@pytest.fixture
def bath(bench: Bench) -> Iterator[Client]:
    client: Client = Fluke7341(f"ASRL{urlsplit(bench.endpoints[KEY]['serial']).path}::INSTR", visa_library="@py")
    yield client
    client.adapter.close()


def test_it_learns_who_answers(bath: Client) -> None:
    assert bath.id == "Fluke,7341,NA,1.06"


def test_it_sets_the_unit_and_the_set_point_and_reads_them_back(bath: Client, bench: Bench) -> None:
    assert bath.unit.strip() == "C"
    assert bath.set_point == 25.0
    bath.set_point = 37.5
    assert bath.set_point == 37.5
    assert bench.state(KEY)["setting"] == 37.5
    bath.unit = "f"
    assert bath.unit.strip() == "F"
    assert bath.set_point == 99.5
    bath.unit = "c"
    assert bath.set_point == 37.5


def test_it_sees_the_bath_warm_up(bath: Client, bench: Bench) -> None:
    bath.set_point = 60
    assert bath.set_point == 60
    assert bath.temperature == pytest.approx(20, abs=0.1)
    bench.clock.wait(2 * 3600)
    assert bath.temperature == pytest.approx(60, abs=0.1)
