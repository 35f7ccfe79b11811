"""Hart's serial protocol: the conversations of its manuals (7037 user's guide, table 4; 9105 user's guide, page 48)."""

import pytest

from labctl.errors import LimitExceeded, NotReady, ReplyError, TransportTimeout, WrongIdentity
from labctl.instruments.limits import Limit
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.testing import Conversation
from labctl_drivers.fluke.f7341 import F7341
from labctl_drivers.fluke.f9103 import F9103
from labctl_drivers.fluke.f9112b import F9112B

HALF = (b"*ver\r", b"ver.7341,1.06\r\n")
FULL = (b"*ver\r", b"*ver\r\nver.7341,1.06\r\n")
ME = Identity(manufacturer="Fluke", model="7341", serial="A12345")
PREPARED = ((b"sa=0\r", b""), (b"u=c\r", b""), (b"u\r", b"u: C\r\n"))
IN = (b"c\r", b"c: 160 C, in\r\n")


def test_a_controller_that_repeats_commands_is_asked_to_stop() -> None:
    with Conversation(FULL, (b"du=h\r", b"du=h\r\n"), *PREPARED, (b"t\r", b"t: 55.69 C\r\n")) as wire:
        bath = F7341(wire)
        assert bath.recognise(ME) == Identity(manufacturer="Fluke", model="7341", serial="", firmware="1.06")
        bath.prepare()
        shown = bath.temperature()
    assert shown.quantity == Quantity.of(55.69, "°C")


def test_an_echo_before_an_answer_is_no_part_of_what_it_says() -> None:
    with Conversation((b"t\r", b"t\r\nt: 55.69 C\r\n")) as wire:
        shown = F7341(wire).temperature()
    assert (shown.quantity, shown.reply) == (Quantity.of(55.69, "°C"), b"t\r\nt: 55.69 C\r\n")


def test_in_half_duplex_nothing_is_asked_to_stop() -> None:
    with Conversation(HALF, *PREPARED) as wire:
        bath = F7341(wire)
        bath.recognise(ME)
        bath.prepare()


def test_another_model_is_not_taken_for_this_one() -> None:
    with Conversation((b"*ver\r", b"ver.7340,2.01\r\n")) as wire, pytest.raises(WrongIdentity):
        F7341(wire).recognise(ME)


def test_a_set_point_is_read_back_and_the_cut_out_looked_at() -> None:
    with Conversation((b"s=99.5\r", b""), (b"s\r", b"set: 99.50 C\r\n"), IN) as wire:
        setting = F7341(wire, name="bath").set_temperature(Quantity.of(99.5, "°C"))
    assert (setting.quantity, setting.command, setting.of) == (Quantity.of(99.5, "°C"), b"s=99.5\r", "bath")


def test_a_set_point_that_was_not_taken_is_found() -> None:
    with Conversation((b"s=99.5\r", b""), (b"s\r", b"set: 25.00 C\r\n")) as wire, pytest.raises(ReplyError):
        F7341(wire).set_temperature(Quantity.of(99.5, "°C"))


def test_a_bath_whose_cut_out_has_tripped_is_not_ready_until_it_is_reset() -> None:
    tripped = (b"c\r", b"c: 60 C, out\r\n")
    with Conversation((b"s=99.5\r", b""), (b"s\r", b"set: 99.50 C\r\n"), tripped, (b"c=r\r", b""), IN) as wire:
        bath = F7341(wire)
        with pytest.raises(NotReady):
            bath.set_temperature(Quantity.of(99.5, "°C"))
        bath.reset_cut_out()


@pytest.mark.parametrize(
    ("kind", "asked"), [(F7341, -50), (F7341, 151), (F9103, -26), (F9103, 141), (F9112B, 20), (F9112B, 1101)]
)
def test_no_byte_leaves_for_a_temperature_beyond_the_model(kind: type[F7341 | F9103 | F9112B], asked: float) -> None:
    with Conversation() as wire, pytest.raises(LimitExceeded):
        kind(wire).set_temperature(Quantity.of(asked, "°C"))


def test_the_station_narrows_what_may_be_asked() -> None:
    narrower = {"temperature": Limit(low=Quantity.of(0, "°C"), high=Quantity.of(95, "°C"))}
    with Conversation() as wire, pytest.raises(LimitExceeded):
        F7341(wire, limits=narrower).set_temperature(Quantity.of(96, "°C"))


@pytest.mark.parametrize(
    "reply",
    [
        b"t: 55.69 F\r\n",  # set to Fahrenheit
        b"t: ---.-- C\r\n",  # the sensor is open
        b"set: 55.69 C\r\n",  # the answer to another question
        b"et: 55.69 C\r\n",
        b"t: 55.69 Ct: 55.70 C\r\n",
    ],
)
def test_an_answer_with_anything_amiss_is_refused(reply: bytes) -> None:
    with Conversation((b"t\r", reply)) as wire, pytest.raises(ReplyError):
        F7341(wire).temperature()


def test_half_an_answer_is_none() -> None:
    with Conversation((b"t\r", b"t: 55.6")) as wire, pytest.raises(TransportTimeout):
        F7341(wire).temperature()


def test_the_safe_state_is_the_set_point_of_the_room_and_is_confirmed() -> None:
    assert F7341.safe is not None
    rest = (b"s\r", b"set: 25.00 C\r\n")
    with Conversation((b"\r", b""), (b"s=25.00\r", b""), rest, (b"s=25\r", b""), rest) as wire:
        bath = F7341(wire)
        bath.make_safe()
        assert bath.confirm_safe()
        bath.stand_by()
    with Conversation((b"s\r", b"set: 80.00 C\r\n")) as wire:
        assert not F7341(wire).confirm_safe()


def test_vernier_heater_and_stability_are_read_as_the_tables_print_them() -> None:
    asked = ((b"v=0.00125\r", b""), (b"v\r", b"v: 0.00125\r\n"), (b"po\r", b"po: 1.0\r\n"))
    with Conversation(*asked, (b"s\r", b"set: 150.00 C\r\n")) as wire:
        bath = F7341(wire)
        bath.set_vernier(Quantity.of(1.25, "mK"))
        assert bath.heater_power() == 1.0
        assert bath.set_point() == Quantity.of(150, "°C")
    with Conversation((b"ts\r", b"ts:0.5\r\n"), (b"c=620\r", b""), (b"c\r", b"c: 620 C, in\r\n")) as wire:
        well = F9103(wire)
        assert well.soak_stability() == Quantity.of(0.5, "K")
        well.set_cut_out(Quantity.of(620, "°C"))
