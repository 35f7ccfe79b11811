"""What every driver shares: doors, one record of each call, safe bytes, recovery."""

import pytest

from labctl.clock import SimulatedClock
from labctl.errors import InstrumentReported, StoreFailed, TransportTimeout
from labctl.events.codec import decode_event, encode_event
from labctl.events.kinds import CallFailed, CommandIntended, Event, IndicationTaken, SettingMade
from labctl.instruments.call import recorded
from labctl.instruments.driver import Driver
from labctl.instruments.scpi import ScpiDriver
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.records.observation import Indication
from labctl.testing import SILENCE, Conversation, Memory

FINE = (b"SYST:ERR?\n", b'+0,"No error"\n')


class Bath(ScpiDriver, maker="Acme", model="Bath 1"):
    """A bath that has every kind of method."""

    quantities = ("temperature",)

    def temperature(self) -> Indication:
        """Measure the bath's temperature."""
        return self.indication("TEMP?", "°C", of="well")

    def set_point(self, temperature: Quantity, slowly: bool = False) -> None:  # noqa: FBT001, FBT002
        """Set the bath's temperature."""
        self.send(f"SOUR {temperature.value_in('°C'):g}", check=not slowly)

    def warm(self, temperature: Quantity) -> None:
        """Set and switch on."""
        self.set_point(temperature)
        self.send("HEAT ON")

    def confused(self) -> None:
        """Set after a measurement."""
        self.temperature()
        self.send("HEAT ON")

    def greedy(self) -> None:
        """Measure twice."""
        self.temperature()
        self.temperature()

    def hot(self) -> bool:
        """Return whether it is hot."""
        return self.query_integer("HOT?") == 1


class Listening(Memory):
    """A witness that notes how much the wire had heard when it was told."""

    def __init__(self, wire: Conversation) -> None:
        super().__init__()
        self.wire = wire
        self.sent: list[tuple[str, int]] = []

    def append(self, event: Event) -> int:
        self.sent.append((type(event).__name__, len(self.wire.heard)))
        return super().append(event)


def test_the_intent_is_durable_before_the_first_byte_and_the_indication_before_it_is_returned() -> None:
    with Conversation((b"SOUR 20\n", b""), FINE, (b"HEAT ON\n", b""), FINE, (b"TEMP?\n", b"20.001\n")) as wire:
        witness = Listening(wire)
        bath = Bath(wire, name="bath", witness=witness)
        bath.warm(Quantity.of(20, "°C"))
        bath.temperature()
    assert witness.sent == [("CommandIntended", 0), ("CommandIntended", 2), ("SettingMade", 4), ("IndicationTaken", 5)]


def test_a_call_within_a_call_belongs_to_the_outermost() -> None:
    memory = Memory()
    with Conversation((b"SOUR 20\n", b""), FINE, (b"HEAT ON\n", b""), FINE) as wire:
        Bath(wire, name="bath", witness=memory).warm(temperature=Quantity.of(20, "°C"))
    one, two, made = memory.events
    assert isinstance(one, CommandIntended)
    assert isinstance(two, CommandIntended)
    assert isinstance(made, SettingMade)
    assert one.method == two.method == made.method == "warm"
    assert made.arguments == (Quantity.of(20, "°C"),)  # given by name, kept by position
    assert len(made.exchanges) == 4


def test_a_call_that_only_asks_leaves_no_event_but_its_bytes() -> None:
    memory = Memory()
    with Conversation((b"HOT?\n", b"+1\n")) as wire:
        bath = Bath(wire, witness=memory)
        assert bath.hot()
    assert memory.events == []
    assert [each.sent for each in bath.last_exchanges] == [b"HOT?\n"]


def test_events_go_through_the_codec_unchanged() -> None:
    memory = Memory()
    with Conversation((b"SOUR 20\n", b""), (b"TEMP?\n", b"20.001\n")) as wire:
        bath = Bath(wire, name="bath", witness=memory, clock=SimulatedClock())
        bath.set_point(Quantity.of(20, "°C"), slowly=True)
        bath.temperature()
    assert [decode_event(encode_event(each)) for each in memory.events] == memory.events
    taken = memory.events[-1]
    assert isinstance(taken, IndicationTaken)
    assert taken.of == "well"


def test_a_failed_call_keeps_the_bytes_that_led_there() -> None:
    memory = Memory()
    with Conversation((b"SOUR 999\n", b""), (b"SYST:ERR?\n", b'-222,"Data out of range"\n'), FINE) as wire:
        bath = Bath(wire, name="bath", witness=memory)
        with pytest.raises(InstrumentReported):
            bath.set_point(Quantity.of(999, "°C"))
    failed = memory.events[-1]
    assert isinstance(failed, CallFailed)
    assert failed.error == "InstrumentReported"
    assert "超" not in failed.message.en
    assert failed.message.zh
    assert len(failed.exchanges) == 3
    assert bath.call is None  # the next call is its own


def test_what_came_of_a_late_answer_is_kept_with_the_time_out() -> None:
    memory = Memory()
    with Conversation((b"TEMP?\n", b"20.0")) as wire, pytest.raises(TransportTimeout):
        Bath(wire, witness=memory).temperature()
    (failed,) = memory.events
    assert isinstance(failed, CallFailed)
    assert failed.exchanges[0].received == b"20.0"


def test_nothing_is_sent_when_the_intent_cannot_be_kept() -> None:
    class Full(Memory):
        def append(self, event: Event) -> int:
            super().append(event)
            raise StoreFailed(record="journal", problem=Text("no space", zh="空间不足"))

    with Conversation() as wire, pytest.raises(StoreFailed):
        Bath(wire, witness=Full()).set_point(Quantity.of(20, "°C"))
    with Conversation((b"TEMP?\n", b"20.0\n")) as wire, pytest.raises(StoreFailed):
        Bath(wire, witness=Full()).temperature()  # not durable, so it is not returned


def test_a_method_shows_once_or_changes() -> None:
    with Conversation((b"TEMP?\n", b"1.0\n"), (b"TEMP?\n", b"1.0\n")) as wire:
        with pytest.raises(RuntimeError, match="shows or changes"):
            Bath(wire).confused()
        with pytest.raises(RuntimeError, match="one indication"):
            Bath(wire).greedy()
        with pytest.raises(RuntimeError, match="call one of them"):
            Bath(wire).send("HEAT ON")


def test_methods_take_positional_arguments_only() -> None:
    def set_point(_: Driver, *, temperature: Quantity) -> Quantity:
        return temperature

    with pytest.raises(TypeError, match="replays positional"):
        recorded(set_point)


def test_recovery_drops_a_late_answer() -> None:
    me = (b"*IDN?\n", b"Acme,Bath 1,7,1.0\n")
    with Conversation(me, (b"TEMP?\n", SILENCE), (b"\n", b"20.001\n"), me, (b"TEMP?\n", b"21.5\n")) as wire:
        bath = Bath(wire)
        bath.identify()
        with pytest.raises(TransportTimeout):
            bath.temperature()
        bath.recover()
        assert bath.temperature().quantity == Quantity.of(21.5, "°C")
