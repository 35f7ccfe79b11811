"""The simulated DustTrak by itself: seconds, fractions, a zero, a range."""

from itertools import pairwise
from statistics import fmean

import pytest

from labctl.errors import InstrumentReported, NotReady
from labctl.metrology.quantity import Quantity
from labctl.testing import LoneInstrument, alone
from labctl_drivers.tsi.t8533 import T8533

MODEL = "tsi/8533"


def started(lone: LoneInstrument) -> T8533:
    assert isinstance(lone.driver, T8533)
    lone.driver.recognise(lone.driver.identify())
    lone.driver.prepare()
    return lone.driver


def test_it_measures_once_a_second_and_never_before_it_was_started() -> None:
    with alone(MODEL) as lone:
        assert isinstance(lone.driver, T8533)
        with pytest.raises(NotReady):
            lone.driver.mass_concentration()
        monitor = started(lone)
        taken = [monitor.mass_concentration().taken_at for _ in range(5)]
    assert all((b - a).total_seconds() > 0.5 for a, b in pairwise(taken))


def test_a_zero_takes_off_what_it_shows_in_clean_air() -> None:
    with alone(MODEL, seed=4) as lone:
        monitor = started(lone)

        def mean() -> float:
            return fmean(monitor.mass_concentration().quantity.value_in("µg/m³") for _ in range(20))

        before = mean()
        assert before == pytest.approx(lone.truth("error", at=0.0) + lone.truth("zero"), abs=0.8)
        monitor.set_zero()
        assert abs(mean()) < 0.8


def test_beyond_its_range_it_raises_a_flag() -> None:
    with alone(MODEL) as lone:
        monitor = started(lone)
        lone.fault("overload")
        with pytest.raises(InstrumentReported, match="PM1 beyond range"):
            monitor.mass_concentration()
        lone.mend()
        assert abs(monitor.mass_concentration_up_to(Quantity.of(10, "µm")).quantity.value_in("µg/m³")) < 10


def test_it_answers_as_the_public_class_reads() -> None:
    with alone(MODEL) as lone:
        wire = lone.bench.loopback("instrument")
        wire.open()
        wire.write(b"RMMEASSTATS\r")
        assert wire.read(b"0.000,\r\n", 2.0).startswith(b"\r\n")
        wire.open()
        wire.write(b"HELLO\r")
        assert wire.read(b"FAIL\r\n", 2.0) == b"\r\nFAIL\r\n"
