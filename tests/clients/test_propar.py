"""Bronkhorst's own client, unmodified, against the simulated EL-FLOW on its serial line, in both forms of ProPar."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import propar
import pytest

from labctl.clock import WallClock
from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl_simulators.bronkhorst.elflow import ELFlow


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
def controller(terminal: str, request: pytest.FixtureRequest) -> Iterator["propar.instrument"]:
    client = propar.instrument(terminal)
    client.master.propar.mode = request.param
    yield client
    client.setpoint = 0


def test_it_reads_who_answers(controller: "propar.instrument") -> None:
    assert controller.id == "9ELFLOW"
    assert controller.readParameter(92) == "SIM0001"
    assert controller.readParameter(91) == "EL-FLOW"
    assert controller.readParameter(129).strip() == "ln/min"
    assert controller.readParameter(21) == 100.0


def test_it_sets_and_reads_back(controller: "propar.instrument") -> None:
    controller.setpoint = 16000
    assert controller.setpoint == 16000
    assert controller.readParameter(206) == pytest.approx(50.0)
    assert controller.writeParameter(206, 25.0)
    assert controller.setpoint == 8000
    assert controller.measure is not None


def test_it_reads_several_parameters_in_one_message(controller: "propar.instrument") -> None:
    asked = controller.db.get_parameters([92, 115, 9, 21, 25])
    values = {each["parm_name"]: each["data"] for each in controller.read_parameters(asked)}
    assert values["Serial Number"].strip() == "SIM0001"
    assert values["User Tag"].strip() == "USERTAG"
    assert values["Capacity 100%"] == 100.0


def test_it_is_refused(controller: "propar.instrument") -> None:
    assert not controller.writeParameter(206, -1.0)
    assert not controller.writeParameter(92, "OTHER")
