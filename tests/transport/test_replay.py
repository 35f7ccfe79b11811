import pytest

from labctl.errors import ReplayMismatch, TransportPoisoned, TransportTimeout
from labctl.records.observation import Exchange
from labctl.transport.replay import ReplayTransport

RECORD = (
    Exchange(sent=b"*CLS\n"),
    Exchange(sent=b"READ?\n", received=b"+1.0E+00\n"),
    Exchange(sent=b"?\n", received=b"one\ntwo\n"),
)


def test_the_record_answers_what_it_was_asked() -> None:
    wire = ReplayTransport(RECORD)
    wire.open()
    wire.write(b"*CLS\n")
    wire.write(b"READ?\n")
    assert wire.read(b"\n", 1.0) == b"+1.0E+00\n"
    assert wire.left_over == RECORD[2:]
    wire.write(b"?\n")
    assert wire.read(b"\n", 1.0) + wire.read(b"\n", 1.0) == b"one\ntwo\n"
    assert not wire.left_over
    wire.clear()
    wire.close()


def test_another_message_than_then_is_told_with_both() -> None:
    wire = ReplayTransport(RECORD, instrument="meter")
    wire.write(b"*CLS\n")
    with pytest.raises(ReplayMismatch) as caught:
        wire.write(b"FETC?\n")
    assert (caught.value.exchange, caught.value.expected, caught.value.found) == (2, b"READ?\n", b"FETC?\n")


def test_more_than_the_record_holds_is_told() -> None:
    wire = ReplayTransport(RECORD[:1])
    wire.write(b"*CLS\n")
    with pytest.raises(ReplayMismatch) as caught:
        wire.write(b"*CLS\n")
    assert caught.value.expected == b""


def test_an_answer_that_nobody_read_is_told() -> None:
    wire = ReplayTransport(RECORD[1:])
    wire.write(b"READ?\n")
    assert wire.unread == b"+1.0E+00\n"
    with pytest.raises(ReplayMismatch) as caught:
        wire.write(b"?\n")
    assert caught.value.unread == b"+1.0E+00\n"


@pytest.mark.parametrize("received", [b"", b"+1.0E"])
def test_a_time_out_then_is_a_time_out_now(received: bytes) -> None:
    wire = ReplayTransport([Exchange(sent=b"READ?\n", received=received), RECORD[0]])
    wire.write(b"READ?\n")
    with pytest.raises(TransportTimeout) as caught:
        wire.read(b"\n", 2.5)
    assert (caught.value.query, caught.value.received, caught.value.waited) == (b"READ?\n", received, 2.5)
    with pytest.raises(TransportPoisoned):
        wire.write(b"*CLS\n")
    wire.open()
    wire.write(b"*CLS\n")
