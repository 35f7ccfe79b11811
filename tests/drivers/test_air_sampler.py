"""The air sampler by labctl's own profile of SCPI."""

import pytest

from labctl.errors import InstrumentReported, NotReady, Overload
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.generic.air_sampler import AirSampler

FINE = (b"SYST:ERR?\n", b'+0,"No error"\n')
WELL = (b"STAT:QUES?\n", b"0\n")


def test_a_start_is_confirmed() -> None:
    with Conversation((b"SAMP:STAR\n", b""), FINE, WELL, (b"SAMP:STAT?\n", b"1\n")) as wire:
        AirSampler(wire).start()
    without = (b"STAT:QUES?\n", b"1\n")
    with (
        Conversation((b"SAMP:STAR\n", b""), FINE, without) as wire,
        pytest.raises(InstrumentReported, match="no filter"),
    ):
        AirSampler(wire).start()
    with Conversation((b"SAMP:STOP\n", b""), FINE, (b"SAMP:STAT?\n", b"1\n")) as wire, pytest.raises(NotReady):
        AirSampler(wire).stop()


def test_time_volume_flow_and_clock_are_read() -> None:
    with Conversation(
        WELL,
        (b"SAMP:TIME?\n", b"86400\n"),
        WELL,
        (b"SAMP:VOL?\n", b"24004.8\n"),
        (b"FLOW?\n", b"16.67\n"),
        (b"SYST:TIME?\n", b"08,30,01\n"),
        WELL,
        (b"SAMP:TIME?\n", b"9.91E+37\n"),
    ) as wire:
        sampler = AirSampler(wire)
        assert sampler.sampling_time().quantity == Quantity.of(86400, "s")
        assert sampler.volume_total().quantity == Quantity.of(24004.8, "L")
        assert sampler.flow().quantity == Quantity.of(16.67, "L/min")
        assert sampler.clock_time().quantity == Quantity.of(30601, "s")
        with pytest.raises(Overload):
            sampler.sampling_time()


def test_a_filter_whose_flow_was_not_held_is_worth_nothing() -> None:
    with Conversation((b"STAT:QUES?\n", b"6\n")) as wire, pytest.raises(InstrumentReported, match="power failed"):
        AirSampler(wire).sampling_time()


def test_it_keeps_the_rules_of_every_driver() -> None:
    assert complaints(AirSampler) == []
