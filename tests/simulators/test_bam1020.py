"""The simulated BAM-1020 by itself: its menu, its hours, its counting."""

from statistics import fmean, stdev

import pytest

from labctl.errors import InstrumentReported, ReplyError, TransportClosed, TransportTimeout
from labctl.testing import alone
from labctl_drivers.metone.bam1020 import BAM1020

MODEL = "metone/BAM-1020"


def test_the_menu_answers_as_the_manual_shows() -> None:
    with alone(MODEL) as lone:
        wire = lone.bench.loopback("instrument")
        wire.open()
        for each in (b"6", b"\r", b"\r", b"\r"):
            wire.write(each)
        assert wire.read(b"*", 2.0) == b"*"
        wire.write(b"6")
        assert wire.read(b">", 2.0).startswith(b"CSV Type Reports\r\n")
        wire.write(b"4")
        report = wire.read(b"*", 2.0).decode()
        wire.write(b"\x1bQH\r")
        header = wire.read(b"\r\n", 2.0).decode().strip()
        wire.write(b"\x1bQ\r")
        record = wire.read(b"\r\n", 2.0).decode().strip()
    assert header in report
    assert record in report
    assert len(record.split(",")) == len(header.split(","))


def test_without_prompt_a_choice_is_not_heard() -> None:
    with alone(MODEL) as lone:
        wire = lone.bench.loopback("instrument")
        wire.open()
        wire.write(b"6")
        with pytest.raises(TransportTimeout):
            wire.read(b">", 2.0)


def test_clean_air_scatters_by_counting_around_the_intercept() -> None:
    with alone(MODEL, seed=5) as lone:
        assert isinstance(lone.driver, BAM1020)
        shown = [lone.driver.mass_concentration().quantity.value_in("µg/m³") for _ in range(24)]
        assert lone.clock.monotonic() > 23 * 3600
        assert 0.8 < stdev(shown) < 4.0
        assert abs(fmean(shown) - lone.truth("error", at=0.0)) < 2.0


def test_the_hour_of_a_power_failure_is_worth_nothing() -> None:
    with alone(MODEL) as lone:
        assert isinstance(lone.driver, BAM1020)
        lone.driver.mass_concentration()
        lone.fault("power cycle")
        with pytest.raises(TransportClosed):
            lone.driver.mass_concentration()
        lone.driver.recover()
        with pytest.raises(InstrumentReported, match="alarm L"):
            lone.driver.mass_concentration()


def test_a_concentration_that_is_no_number_is_refused() -> None:
    with alone(MODEL) as lone:
        assert isinstance(lone.driver, BAM1020)
        lone.fault("nan")
        with pytest.raises(ReplyError):
            lone.driver.mass_concentration()


def test_its_clock_runs_by_itself() -> None:
    with alone(MODEL, seed=3) as lone:
        assert isinstance(lone.driver, BAM1020)
        asked = lone.clock.now()
        shown = lone.driver.clock_time().quantity.value_in("s")
        midnight = asked.replace(hour=0, minute=0, second=0, microsecond=0)
        assert shown - (asked - midnight).total_seconds() == pytest.approx(lone.truth("clock offset"), abs=1.5)
