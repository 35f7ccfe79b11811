"""No hardware is needed: every driver has a simulator of its own model."""

import pytest

from labctl.packs import drivers, simulators


def test_no_simulator_is_broken() -> None:
    assert simulators().broken == ()


@pytest.mark.parametrize("model", drivers().found)
def test_a_driver_has_its_simulator(model: str) -> None:
    assert simulators().get(model) is not None
