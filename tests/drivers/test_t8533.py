"""TSI DustTrak 8533: conversations in the form that a public class for the instrument expects (DustTrax)."""

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import InstrumentReported, LimitExceeded, NotReady, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.tsi.t8533 import T8533

WELL = (b"RMMESSAGES\r", b"\r\n0,0,0,0,0,0,0,0,0,0,1,0,98,0,95,0,\r\n")


def measured(seconds: int, *values: str) -> tuple[bytes, bytes]:
    return (b"RMMEAS\r", f"\r\n{seconds},{''.join(f'{each},' for each in values)}\r\n".encode())


FIRST = measured(7, "0.021", "0.033", "0.040", "0.052", "0.060")
NEXT = measured(8, "0.022", "0.034", "0.041", "0.053", "0.061")


def test_each_size_fraction_comes_from_its_own_field() -> None:
    clock = SimulatedClock()
    with Conversation(
        WELL, FIRST, FIRST, NEXT, NEXT, WELL, measured(9, "0.1", "0.2", "0.3", "0.4", "0.5"), FIRST
    ) as wire:
        monitor = T8533(wire, clock=clock)
        assert monitor.mass_concentration().quantity == Quantity.of(0.034, "mg/m³")
        assert clock.elapsed == 1.0
        shown = monitor.mass_concentration_up_to(Quantity.of(10, "µm"))
    assert shown.quantity == Quantity.of(0.052, "mg/m³")


def test_values_that_stand_still_are_given_up() -> None:
    with Conversation(WELL, *(FIRST,) * 12) as wire, pytest.raises(NotReady):
        T8533(wire, clock=SimulatedClock()).mass_concentration()


def test_a_fault_message_refuses_the_value() -> None:
    blocked = (b"RMMESSAGES\r", b"\r\n0,0,0,1,0,0,0,0,0,0,1,0,98,0,95,0,\r\n")
    with Conversation(blocked) as wire, pytest.raises(InstrumentReported, match="flow blocked"):
        T8533(wire).mass_concentration()


@pytest.mark.parametrize(
    "reply",
    [
        b"\r\n8,0.022,0.034,0.041,0.053,0.061\r\n",  # the closing comma is missing: it may have been cut
        b"\r\n8,0.022,0.034,0.041,0.053,\r\n",
        b"\r\n8,0.022,******,0.041,0.053,0.061,\r\n",
        b"8,0.022,0.034,0.041,0.053,0.061,\r\n\r\n",  # out of its frame
        b"\r\nFAIL\r\n",
    ],
)
def test_anything_but_a_whole_measurement_is_refused(reply: bytes) -> None:
    wire = Conversation(WELL, FIRST, (b"RMMEAS\r", reply), (b"RMMEAS\r", reply))
    with pytest.raises(ReplyError):
        T8533(wire, clock=SimulatedClock()).mass_concentration()


def test_a_fraction_that_it_lacks_is_refused_before_the_wire() -> None:
    with Conversation() as wire, pytest.raises(LimitExceeded, match=r"1 µm, 2\.5 µm, 4 µm, 10 µm"):
        T8533(wire).mass_concentration_up_to(Quantity.of(5, "µm"))


def test_a_zero_takes_a_minute_without_measuring() -> None:
    clock = SimulatedClock()
    with Conversation(
        (b"MSTOP\r", b"\r\nOK\r\n"),
        (b"MZERO\r", b"\r\nOK\r\n"),
        (b"RMZEROING\r", b"\r\n0,60\r\n"),
        (b"RMZEROING\r", b"\r\n60,60\r\n"),
        (b"MSTART\r", b"\r\nOK\r\n"),
    ) as wire:
        T8533(wire, clock=clock).set_zero()
    with Conversation((b"MSTOP\r", b"\r\nFAIL\r\n")) as wire, pytest.raises(InstrumentReported, match="FAIL"):
        T8533(wire, clock=clock).set_zero()


def test_model_and_serial_number_are_asked_one_after_the_other() -> None:
    with Conversation((b"RDMN\r", b"\r\n8533\r\n"), (b"RDSN\r", b"\r\n8533123456\r\n")) as wire:
        identity = T8533(wire).identify()
    assert (identity.manufacturer, identity.model, identity.serial) == ("TSI", "8533", "8533123456")


def test_it_keeps_the_rules_of_every_driver() -> None:
    assert complaints(T8533) == []
