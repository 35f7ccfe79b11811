"""Keysight 53230A: the replies that its Programmer's Reference prints, and what must not be taken for a count."""

import pytest

from labctl.errors import NotReady, Overload, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.keysight.k53230a import K53230A

NONE = (b"SYST:ERR?\n", b'+0,"No error"\n')
PREPARATION = (
    b"*RST",
    b"SYST:TIM 9.9E+37",
    b"CONF:TOT:TIM INF,(@1)",
    b"INP1:COUP DC",
    b"INP1:IMP 1.0E+6",
    b"INP1:LEV 2.5",
    b"SENS:TOT:GATE:POL POS",
    b"SENS:TOT:GATE:SOUR EXT",
    b"TRIG:COUN 1000000",
    b"INIT:IMM",
)


def test_it_keeps_the_rules() -> None:
    assert complaints(K53230A) == []


def test_it_waits_for_the_gate_from_the_start() -> None:
    """User's Guide, page 178: polarity and source of an external gate."""
    sent = [each for command in PREPARATION for each in ((command + b"\n", b""), NONE)]
    with Conversation((b"*CLS\n", b""), *sent) as wire:
        K53230A(wire).prepare()


def test_an_exponent_of_three_digits_is_a_number() -> None:
    """Programmer's Reference, page 376: the typical response +1.21510000000000E+004."""
    with Conversation((b"DATA:POIN?\n", b"+1\n"), (b"DATA:LAST?\n", b"+1.21510000000000E+004\n")) as wire:
        assert K53230A(wire).gated_pulses().quantity == Quantity.of(12151, "1")


def test_one_filling_is_read_once() -> None:
    with Conversation(
        (b"DATA:POIN?\n", b"+1\n"),
        (b"DATA:LAST?\n", b"+1.21510000000000E+004\n"),
        (b"DATA:POIN?\n", b"+1\n"),
        (b"DATA:POIN?\n", b"+2\n"),
        (b"DATA:LAST?\n", b"+1.21510000000000E+004\n"),
    ) as wire:
        counter = K53230A(wire)
        counter.gated_pulses()
        with pytest.raises(NotReady):
            counter.gated_pulses()
        assert counter.gated_pulses().quantity == Quantity.of(12151, "1")  # equal digits, another filling


@pytest.mark.parametrize(
    ("reply", "refusal"),
    [
        (b"+9.90000000000000E+037\n", Overload),
        (b"+9.91000000000000E+037\n", Overload),  # timed out
        (b"1.215E4\n", ReplyError),
        (b"+1.21510000000000E+004,+1.21510000000000E+004\n", ReplyError),
        (b"\n", ReplyError),
    ],
)
def test_what_is_no_count(reply: bytes, refusal: type[Exception]) -> None:
    with Conversation((b"DATA:POIN?\n", b"+1\n"), (b"DATA:LAST?\n", reply)) as wire, pytest.raises(refusal):
        K53230A(wire).gated_pulses()
