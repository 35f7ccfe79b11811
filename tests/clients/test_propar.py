"""Bronkhorst's own client, unmodified, against the simulated EL-FLOW on its serial line, in both forms of ProPar."""

from collections.abc import Iterator, Sequence
from typing import Protocol, cast
from urllib.parse import urlsplit

import propar
import pytest

from labctl.clock import WallClock
from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl_simulators.bronkhorst.elflow import ELFlow

Value = int | float | str


class Database(Protocol):
    """What the client knows of parameters."""

    def get_parameters(self, numbers: Sequence[int]) -> list[dict[str, Value]]: ...


class Client(Protocol):
    """What is used of the client, which publishes no types."""

    id: Value
    setpoint: Value
    measure: Value | None
    db: Database

    def readParameter(self, number: int) -> Value: ...  # noqa: N802  (the client's own spelling)

    def writeParameter(self, number: int, data: Value) -> bool: ...  # noqa: N802  (the client's own spelling)

    def read_parameters(self, parameters: list[dict[str, Value]]) -> list[dict[str, Value]]: ...


@pytest.fixture(scope="module")
def terminal() -> Iterator[str]:
    plan = plan_alone(ELFlow)
    bench = Bench(plan, models={plan.instruments[0].simulator: ELFlow}, worlds={Alone.field: Alone}, clock=WallClock())
    bench.serve()
    try:
        yield urlsplit(bench.endpoints[KEY]["serial"]).path
    finally:
        bench.stop()


@pytest.fixture(params=[propar.PP_MODE_BINARY, propar.PP_MODE_ASCII], ids=["binary", "ascii"])
def controller(terminal: str, request: pytest.FixtureRequest) -> Iterator[Client]:
    client = propar.instrument(terminal)
    client.master.propar.mode = request.param
    yield cast("Client", client)
    client.setpoint = 0


def test_it_reads_who_answers(controller: Client) -> None:
    assert controller.id == "9ELFLOW"
    assert controller.readParameter(92) == "SIM0001"
    assert controller.readParameter(91) == "EL-FLOW"
    assert str(controller.readParameter(129)).strip() == "ln/min"
    assert controller.readParameter(21) == 100.0


def test_it_sets_and_reads_back(controller: Client) -> None:
    controller.setpoint = 16000
    assert controller.setpoint == 16000
    assert controller.readParameter(206) == pytest.approx(50.0)
    assert controller.writeParameter(206, 25.0)
    assert controller.setpoint == 8000
    assert controller.measure is not None


def test_it_reads_several_parameters_in_one_message(controller: Client) -> None:
    asked = controller.db.get_parameters([92, 115, 9, 21, 25])
    values = {str(each["parm_name"]): each["data"] for each in controller.read_parameters(asked)}
    assert str(values["Serial Number"]).strip() == "SIM0001"
    assert str(values["User Tag"]).strip() == "USERTAG"
    assert values["Capacity 100%"] == 100.0


def test_it_is_refused(controller: Client) -> None:
    assert not controller.writeParameter(206, -1.0)
    assert not controller.writeParameter(92, "OTHER")
