"""An independent client of MT-SICS balances, unmodified, against the simulated terminal on its serial line."""

import warnings
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from labctl.clock import WallClock
from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl_simulators.mettler.ics685 import ICS685

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports pkg_resources
    from mettler_toledo_device import MettlerToledoDevice


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    plan = plan_alone(ICS685)
    bench = Bench(plan, models={plan.instruments[0].simulator: ICS685}, worlds={Alone.field: Alone}, clock=WallClock())
    bench.serve()
    yield bench
    bench.stop()


@pytest.fixture(scope="module")
def balance(bench: Bench) -> Iterator["MettlerToledoDevice"]:
    client = MettlerToledoDevice(port=urlsplit(bench.endpoints[KEY]["serial"]).path)
    yield client
    client.close()


def test_it_reads_who_answers(balance: "MettlerToledoDevice") -> None:
    assert balance.get_serial_number() == "SIM0001"
    assert balance.get_balance_data() == ["ICS685", "Standard", "150.000", "kg"]
    assert balance.get_mtsics_level()[0] == "01"


def test_it_weighs_zeroes_and_resets(balance: "MettlerToledoDevice") -> None:
    assert balance.zero_stable() is True
    assert balance.zero() == "S"
    mass, unit = balance.get_weight_stable()
    assert abs(mass) <= 0.004
    assert unit == "kg"
    assert balance.get_weight()[1:] == ["kg", "S"]
    balance.reset()
    assert balance.get_serial_number() == "SIM0001"


def test_an_overload_is_told(balance: "MettlerToledoDevice", bench: Bench) -> None:
    bench.fault(KEY, "overload")
    assert balance.get_weight_stable() is None
    bench.mend(KEY)
    assert balance.get_weight_stable() is not None
