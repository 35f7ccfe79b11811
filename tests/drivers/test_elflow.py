"""Bronkhorst EL-FLOW: the messages of its manual (RS232 interface, 9.17.027, section 3.10)."""

import pytest

from labctl.errors import InstrumentReported, LimitExceeded, NotReady, ReplyError
from labctl.metrology.quantity import Quantity
from labctl.testing import Conversation, complaints
from labctl_drivers.bronkhorst.elflow import ELFlow

ASK_FLOW = b":06800421402140\r\n"
FINE = b":0480000005\r\n"


class AtNodeThree(ELFlow):
    """The manual's examples speak to node 3."""

    node = 3


def test_a_set_point_of_half_the_range_is_read_as_the_manual_prints() -> None:
    """Page 22 and 23: request `:06030401210121`, answer `:06030201213E80`, 3E80h = 16000 = 50 %."""
    half = (b":06030401210121\r\n", b":06030201213E80\r\n")
    with Conversation(half) as wire:
        assert not AtNodeThree(wire).confirm_safe()


def test_a_serial_number_comes_as_a_string_that_ends_with_a_zero() -> None:
    """Pages 23 to 25: serial number M6212345A, process 113, parameter 3; strings are asked for with length zero."""
    texts = {2: b"F-201CV-10K", 3: b"M6212345A", 5: b"V1.12"}
    exchanges = [
        (
            f":0703047 1{0x60 | n:02X}71{0x60 | n:02X}00\r\n".replace(" ", "").encode(),
            f":{5 + len(text) + 1:02X}0302 71{0x60 | n:02X}00{text.hex().upper()}00\r\n".replace(" ", "").encode(),
        )
        for n, text in texts.items()
    ]
    with Conversation(*exchanges) as wire:
        identity = AtNodeThree(wire).identify()
    assert (identity.model, identity.serial, identity.firmware) == ("F-201CV-10K", "M6212345A", "V1.12")


def test_a_float_is_taken_from_a_whole_answer() -> None:
    """Page 26: 459CFFAE as a float is 5023.96."""
    with Conversation((ASK_FLOW, b":088002 2140 459CFFAE\r\n".replace(b" ", b""))) as wire:
        assert ELFlow(wire).flow().quantity.value == pytest.approx(5023.96, abs=0.005)


@pytest.mark.parametrize(
    "reply",
    [
        b":0880022140459CFF\r\n",  # a byte is missing, and the count says so
        b":0680022140459C\r\n",
        b":0880022141459CFFAE\r\n",  # another parameter
        b":08800221407FC00000\r\n",  # no number
        b":0880022140#59CFFAE\r\n",
    ],
)
def test_anything_but_the_parameter_is_refused(reply: bytes) -> None:
    with Conversation((ASK_FLOW, reply)) as wire, pytest.raises(ReplyError):
        ELFlow(wire).flow()


def test_a_set_point_is_written_with_a_status_and_read_back() -> None:
    written = (b":0880012143418547AE\r\n", FINE)
    with Conversation(written, (b":06800421432143\r\n", b":0880022143418547AE\r\n")) as wire:
        setting = ELFlow(wire).set_flow(Quantity.of(16.66, "L/min"))
    assert setting.command == written[0]
    with Conversation(written, (b":06800421432143\r\n", b":088002214341800000\r\n")) as wire, pytest.raises(NotReady):
        ELFlow(wire).set_flow(Quantity.of(16.66, "L/min"))
    with (
        Conversation((written[0], b":0480000603\r\n")) as wire,
        pytest.raises(InstrumentReported, match="parameter value"),
    ):
        ELFlow(wire).set_flow(Quantity.of(16.66, "L/min"))
    with Conversation() as wire, pytest.raises(LimitExceeded):
        ELFlow(wire).set_flow(Quantity.of(-1, "L/min"))


def test_safe_bytes_ask_for_no_answer() -> None:
    """Section 3: command 02 writes without a status."""
    with Conversation((b"\r\n", b""), (b":06800201210000\r\n", b"")) as wire:
        ELFlow(wire).make_safe()


def test_it_keeps_the_rules_of_every_driver() -> None:
    assert complaints(ELFlow) == []
