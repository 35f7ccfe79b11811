"""Fluke 1594A: the conversations of its manual (1594A/1595A user manual, chapter 8.7)."""

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import InstrumentReported, LimitExceeded, NotReady, ReplyError, TransportTimeout
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, Memory
from labctl_drivers.fluke.f1594a import F1594A, FRESH, POLL

FINE = (b"SYST:ERR?\n", b'0,"No error"\n')
BUSY, MADE = (b"STAT:OPER?\n", b"0\n"), (b"STAT:OPER?\n", b"16\n")  # page 94
CHOSEN = (
    (b"CALC2:TYPE?\n", b"TEMP\n"), (b"CALC2:TYPE RES\n", b""), FINE,
    (b"ROUT:CLOS?\n", b"1\n"), (b"ROUT:CLOS 2\n", b""), FINE,
)  # fmt: skip
AS_IT_IS = ((b"CALC2:TYPE?\n", b"RES\n"), (b"ROUT:CLOS?\n", b"2\n"))


def test_a_channel_is_closed_once_and_each_measurement_is_a_new_one() -> None:
    memory = Memory()
    first = (*CHOSEN, BUSY, BUSY, MADE, (b"FETC?\n", b"25.498719\n"))
    second = (*AS_IT_IS, MADE, BUSY, MADE, (b"FETC?\n", b"25.498722\n"))  # what was made before is forgotten
    with Conversation(*first, *second) as wire:
        bridge = F1594A(wire, name="bridge", clock=SimulatedClock(), witness=memory)
        bridge.sensors[2] = "sprt"
        shown = [bridge.resistance_on(2) for _ in range(2)]
    assert [each.quantity for each in shown] == [Quantity.of(25.498719, "Ω"), Quantity.of(25.498722, "Ω")]
    assert {each.of for each in shown} == {"sprt"}


def test_a_bridge_that_measures_nothing_new_is_not_ready() -> None:
    looks = round(FRESH / POLL) + 2
    with Conversation(*CHOSEN, *[BUSY] * looks) as wire, pytest.raises(NotReady):
        F1594A(wire, clock=SimulatedClock()).resistance_on(2)


def test_the_probe_library_converts_as_the_manual_prints() -> None:
    """Page 87: INP:PROB:TEST? "PRT_A46002",65.449411 is answered by 419.527,C."""
    with Conversation((b'INP:PROB:TEST? "PRT_A46002",65.449411\n', b"419.527,C\n")) as wire:
        assert F1594A(wire).converted("PRT_A46002", Quantity.of(65.449411, "Ω")) == Quantity.of(419.527, "°C")
    with Conversation((b'INP:PROB:TEST? "PRT_A46002",65.449411\n', b"419.527,F\n")) as wire, pytest.raises(ReplyError):
        F1594A(wire).converted("PRT_A46002", Quantity.of(65.449411, "Ω"))


def test_an_unknown_probe_is_not_answered_and_stands_in_the_queue() -> None:
    unknown = (b'INP:PROB:TEST? "NOBODY",25\n', None)
    queued = ((b"SYST:ERR?\n", b'-224,"Illegal parameter value"\n'), FINE)
    with Conversation(unknown) as wire, pytest.raises(TransportTimeout):
        F1594A(wire).converted("NOBODY", Quantity.of(25, "Ω"))
    with Conversation(*queued) as wire, pytest.raises(InstrumentReported, match="Illegal parameter value"):
        F1594A(wire).check_errors()


def test_the_current_is_set_on_every_channel_and_read_back() -> None:
    told = [
        each
        for n in (1, 2, 3, 4)
        for each in (
            (b"SENS%d:CURR 1.414\n" % n, b""),
            FINE,
            (b"SENS%d:CURR?\n" % n, b"1.41400\n"),
        )
    ]
    with Conversation(*told) as wire:
        F1594A(wire).set_current(Quantity.of(1.414, "mA"))
    with Conversation() as wire, pytest.raises(LimitExceeded):
        F1594A(wire).set_current(Quantity.of(30, "mA"))


def test_ratio_and_temperature_are_types_of_their_own() -> None:
    def of(kind: bytes, value: bytes) -> tuple[tuple[bytes, bytes], ...]:
        kept = ((b"CALC1:TYPE?\n", b"RES\n"), (b"CALC1:TYPE " + kind + b"\n", b""), FINE, (b"ROUT:CLOS?\n", b"1\n"))
        return (*kept, BUSY, MADE, (b"FETC?\n", value))

    with Conversation(*of(b"RAT", b"0.25498719\n")) as wire:
        assert F1594A(wire, clock=SimulatedClock()).ratio_on(1).quantity == Quantity.of(0.25498719, "1")
    with Conversation(*of(b"TEMP", b"0.01003\n")) as wire:
        assert F1594A(wire, clock=SimulatedClock()).temperature_on(1).quantity == Quantity.of(0.01003, "°C")
