"""An independent client of MT-SICS balances, unmodified, against the simulated terminal on its serial line."""

import warnings
from collections.abc import Iterator
from typing import Protocol, cast
from urllib.parse import urlsplit

import pytest

from labctl.clock import WallClock
from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl_simulators.mettler.ics685 import ICS685

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports pkg_resources
    from mettler_toledo_device import MettlerToledoDevice


class Client(Protocol):
    """What is used of it; it publishes no types."""

    def get_serial_number(self) -> str: ...

    def get_balance_data(self) -> list[str]: ...

    def get_mtsics_level(self) -> list[str]: ...

    def zero_stable(self) -> bool: ...

    def zero(self) -> str: ...

    def get_weight(self) -> list[object]: ...

    def get_weight_stable(self) -> tuple[float, str] | None: ...

    def reset(self) -> None: ...

    def close(self) -> None: ...


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    plan = plan_alone(ICS685)
    bench = Bench(plan, models={plan.instruments[0].simulator: ICS685}, worlds={Alone.field: Alone}, clock=WallClock())
    bench.serve()
    yield bench
    bench.stop()


@pytest.fixture(scope="module")
def balance(bench: Bench) -> Iterator["Client"]:
    client = cast("Client", MettlerToledoDevice(port=urlsplit(bench.endpoints[KEY]["serial"]).path))
    yield client
    client.close()


def test_it_reads_who_answers(balance: Client) -> None:
    assert balance.get_serial_number() == "SIM0001"
    assert balance.get_balance_data() == ["ICS685", "Standard", "150.000", "kg"]
    assert balance.get_mtsics_level()[0] == "01"


def test_it_weighs_zeroes_and_resets(balance: Client) -> None:
    assert balance.zero_stable() is True
    assert balance.zero() == "S"
    shown = balance.get_weight_stable()
    assert shown is not None
    mass, unit = shown
    assert abs(mass) <= 0.004
    assert unit == "kg"
    assert balance.get_weight()[1:] == ["kg", "S"]
    balance.reset()
    assert balance.get_serial_number() == "SIM0001"


def test_an_overload_is_told(balance: Client, bench: Bench) -> None:
    bench.fault(KEY, "overload")
    assert balance.get_weight_stable() is None
    bench.mend(KEY)
    assert balance.get_weight_stable() is not None
