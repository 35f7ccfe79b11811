"""Every driver of every pack keeps the rules of all drivers."""

import pytest

from labctl.instruments.driver import Driver
from labctl.packs import drivers, model_key
from labctl.testing import complaints

DRIVERS = drivers()


def test_no_pack_is_broken() -> None:
    assert DRIVERS.broken == ()
    assert {"fluke/5522A", "keysight/34465A", "vaisala/PTU300"} <= set(DRIVERS.found)


@pytest.mark.parametrize("driver", DRIVERS.found.values(), ids=model_key)
def test_a_driver_keeps_the_rules(driver: type[Driver]) -> None:
    assert complaints(driver) == []
