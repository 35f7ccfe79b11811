"""The simulated filter balance by itself: rest, zero, load."""

import pytest

from labctl.errors import Overload
from labctl.simulation.alone import KEY
from labctl.testing import LoneInstrument, alone
from labctl_drivers.sartorius.me5f import ME5F
from labctl_simulators.sartorius import me5f

MODEL = "sartorius/ME5-F"


def put(lone: LoneInstrument, milligrams: float | None) -> None:
    balance = lone.bench.instruments[KEY]
    assert isinstance(balance, me5f.ME5F)
    balance.load(None if milligrams is None else lambda _: milligrams)


def test_a_filter_comes_to_rest_and_is_weighed() -> None:
    with alone(MODEL, seed=3) as lone:
        balance = lone.driver
        assert isinstance(balance, ME5F)
        balance.set_zero()
        put(lone, 145.678)
        lone.clock.wait(1.0)
        swinging = balance.mass()
        assert b"mg" not in swinging.reply
        assert swinging.quantity.value != pytest.approx(145.678, abs=0.02)
        weighed = balance.stable_mass()
        assert lone.clock.monotonic() > 12.0
        assert weighed.quantity.value == pytest.approx(145.678 + lone.truth("error", at=145.678), abs=0.003)
        put(lone, None)
        assert abs(balance.stable_mass().quantity.value) < 0.003


def test_too_heavy_a_load_is_no_weight() -> None:
    with alone(MODEL) as lone:
        balance = lone.driver
        assert isinstance(balance, ME5F)
        put(lone, 6000.0)
        with pytest.raises(Overload):
            balance.mass()


def test_half_a_command_is_forgotten_at_the_next_escape() -> None:
    with alone(MODEL) as lone:
        assert isinstance(lone.driver, ME5F)
        lone.driver.wire.write(b"\x1bx1")
        assert lone.driver.identify().serial == "SIM0001"
