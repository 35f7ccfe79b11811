"""Fluke 8588A: the conversations of its Remote Programmers Manual (SENSe, READ?, compound commands: page 14)."""

import pytest

from labctl.errors import InstrumentReported, LimitExceeded, Overload
from labctl.events.kinds import IndicationTaken
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, Memory
from labctl_drivers.fluke.f8588a import F8588A

FINE = (b"SYST:ERR?\n", b'+0,"No error"\n')


def test_a_run_starts_with_a_hundred_cycles_in_every_function() -> None:
    commands = (
        b"*RST\n", b"SENS:CURR:DC:NPLC 100\n", b"SENS:RES:NPLC 100\n", b"SENS:FRES:NPLC 100\n",
        b"SENS:VOLT:DC:NPLC 100\n", b'SENS:FUNC "VOLT:DC"\n', b"SENS:VOLT:DC:RANG 1000\n",
    )  # fmt: skip
    checked = [exchange for each in commands for exchange in ((each, b""), FINE)]
    with Conversation((b"*CLS\n", b""), *checked) as wire:
        F8588A(wire).prepare()


def test_an_indication_has_the_resolution_of_its_integration_time() -> None:
    memory = Memory()
    with Conversation(
        (b"SENS:VOLT:DC:RANG 10\n", b""), FINE, (b"SENS:VOLT:DC:RANG?\n", b"+1.00000000E+01\n"),
        (b"READ?\n", b"+1.00000012E+01\n"), (b"SENS:VOLT:DC:NPLC 1\n", b""), FINE, (b"READ?\n", b"+1.00000010E+01\n"),
    ) as wire:  # fmt: skip
        meter = F8588A(wire, witness=memory)
        meter.set_dc_voltage_range(Quantity.of(10, "V"))
        meter.dc_voltage()
        meter.set_integration_time(1)
        meter.dc_voltage()
    resolutions = [each.resolution for each in memory.events if isinstance(each, IndicationTaken)]
    assert resolutions == [Quantity.of(1e-7, "V"), Quantity.of(1e-6, "V")]


def test_resistance_overload_and_refusal() -> None:
    with Conversation(
        (b'SENS:FUNC "FRES"\n', b""), FINE, (b"SENS:FRES:RANG 1\n", b""), FINE, (b"SENS:FRES:RANG?\n", b"+1.0E+00\n"),
        (b"READ?\n", b"+9.90000000E+37\n"),
        (b'SENS:FUNC "CURR:AC"\n', b""), (b"SYST:ERR?\n", b'-221,"Settings conflict"\n'), FINE,
    ) as wire:  # fmt: skip
        meter = F8588A(wire)
        meter.set_four_wire_resistance_range(Quantity.of(1, "Ω"))
        with pytest.raises(Overload):
            meter.four_wire_resistance()
        with pytest.raises(InstrumentReported, match="-221"):
            meter.set_ac_current_range(Quantity.of(1, "A"))
        with pytest.raises(LimitExceeded):
            meter.set_two_wire_resistance_range(Quantity.of(2, "Ω"))
        with pytest.raises(LimitExceeded, match="from 1 Hz"):
            meter.set_lowest_frequency(Quantity.of(0.5, "Hz"))
