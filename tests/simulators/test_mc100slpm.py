"""The simulated Alicat by itself: a flow that is approached, a valve that closes, errors that are hidden."""

import pytest

from labctl.metrology.quantity import Quantity
from labctl.testing import alone
from labctl_drivers.alicat.mc100slpm import MC100SLPM

MODEL = "alicat/MC-100SLPM"


def test_it_comes_to_what_it_believes_to_be_its_set_point() -> None:
    with alone(MODEL, seed=6) as lone:
        controller = lone.driver
        assert isinstance(controller, MC100SLPM)
        controller.prepare()
        assert controller.confirm_safe()
        controller.set_flow(Quantity.of(16.67, "L/min"))
        assert lone.state()["energised"]
        lone.clock.wait(10)
        assert controller.flow().quantity.value == pytest.approx(16.67, abs=0.2)
        assert lone.truth("flow") == pytest.approx(16.67, abs=0.3)
        assert lone.truth("flow") != pytest.approx(16.67, abs=1e-4)
        controller.stand_by()
        lone.clock.wait(10)
        assert lone.truth("flow") == pytest.approx(0.0, abs=1e-6)
        assert not lone.state()["energised"]


def test_safe_bytes_are_understood_after_half_a_command() -> None:
    with alone(MODEL) as lone:
        controller = lone.driver
        assert isinstance(controller, MC100SLPM)
        controller.set_flow(Quantity.of(50, "L/min"))
        lone.driver.wire.write(b"AS7")
        controller.make_safe()
        assert not lone.state()["energised"]


def test_commands_that_it_does_not_know_are_answered_with_a_question_mark() -> None:
    with alone(MODEL) as lone:
        wire = lone.bench.loopback("instrument")
        wire.open()
        for command in (b"AS500\r", b"ASxx\r", b"AZZ\r"):
            wire.write(command)
            assert wire.read(b"\r", 1.0) == b"?\r"
        wire.write(b"a\r")
        assert wire.read(b"\r", 1.0).startswith(b"A +014.")
