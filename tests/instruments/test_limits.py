"""Limits hold whatever the unit, and only ever narrow."""

import pytest

from labctl.errors import LimitExceeded, QuantityError, UnitMismatch
from labctl.instruments.limits import Limit
from labctl.metrology.quantity import Quantity

KILOVOLT = Limit.symmetric(Quantity.of(1020, "V"))


def test_the_ends_belong_to_the_interval_in_any_unit() -> None:
    KILOVOLT.check(Quantity.of(1.02, "kV"), instrument="source")
    KILOVOLT.check(Quantity.of(-1020, "V"), instrument="source")
    with pytest.raises(LimitExceeded, match=r"1\.0201 kV was asked, -1020 V … 1020 V is allowed; nothing was sent"):
        KILOVOLT.check(Quantity.of(1.0201, "kV"), instrument="source")
    with pytest.raises(UnitMismatch):
        KILOVOLT.check(Quantity.of(1, "A"), instrument="source")


def test_a_station_cannot_widen_what_the_model_allows() -> None:
    station = Limit(low=Quantity.of(0, "V"), high=Quantity.of(5, "kV"))
    assert KILOVOLT.narrowed(station) == Limit(low=Quantity.of(0, "V"), high=Quantity.of(1020, "V"))
    with pytest.raises(QuantityError):
        Limit(low=Quantity.of(1, "V"), high=Quantity.of(0, "V"))
