"""Drivers of Modbus instruments, against the messages of the standard: every byte sent is expected, none is left over.

The examples are those of the MODBUS Application Protocol Specification V1.1b3; the section stands in each test.
"""

import math
import struct
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.errors import InstrumentReported, LimitExceeded, Overload, ReplyError, TransportTimeout
from labctl.events.kinds import CallFailed, CommandIntended, IndicationTaken, SettingMade
from labctl.instruments.modbus import (
    Coil,
    Form,
    ModbusDriver,
    Order,
    Register,
    TextRegister,
    flag_written,
    safe_state,
    value_written,
    words_written,
)
from labctl.instruments.safety import SafeState
from labctl.metrology.quantity import Quantity
from labctl.records.equipment import Identity
from labctl.records.observation import Exchange, Indication, Setting
from labctl.testing import Conversation, Memory

SPEED = Register(1, unit="1/min", scale=0.1)
FLOW = Register(0, "input", "f32", unit="kg/s")
LEVEL = Register(8, "input", "i16", unit="m", scale=0.01, invalid=(-32768,), overload=(32767,))
SETPOINT = Register(0x20, form="f32", order="CDAB", unit="°C", resolution=0.01)
RUN = Coil(0xAC)


class Pump(ModbusDriver, maker="Acme", model="P1"):
    """A pump that exists in the standard's examples only."""

    quantities: ClassVar[tuple[str, ...]] = ("speed",)
    safe = safe_state(value_written(SPEED, 0), flag_written(RUN, on=False))

    def identify(self) -> Identity:
        """Return vendor, product code and revision."""
        told = self.device_identification()
        return Identity(manufacturer=told[0], model=told[1], serial="", firmware=told[2])

    def words(self) -> tuple[int, ...]:
        """Return three holding registers."""
        return self.read_registers("holding", 0x6B, 3)

    def bits(self) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
        """Return coils and inputs."""
        return self.read_bits("coil", 0x13, 19), self.read_bits("discrete", 0xC4, 22)

    def flow(self) -> Indication:
        """Measure the flow."""
        return self.indication_of(FLOW)

    def level(self) -> Indication:
        """Measure the level."""
        return self.indication_of(LEVEL)

    def count(self) -> int:
        """Return a count."""
        return self.query_count(Register(8, "input"))

    def name_plate(self) -> str:
        """Return the serial number."""
        return self.query_text(TextRegister(0x100, 3, order="BA"))

    def running(self) -> bool:
        """Return whether it runs."""
        return self.query_flag(RUN)

    def set_speed(self, speed: Quantity) -> Setting:
        """Set the speed."""
        self.write_value(SPEED, speed.value_in("1/min"))
        return self.setting(speed)

    def set_temperature(self, value: float) -> None:
        """Set a temperature."""
        self.write_value(SETPOINT, value)

    def start(self) -> None:
        """Start it."""
        self.write_flag(RUN, on=True)

    def set_many(self) -> None:
        """Set words, coils and bits of a word."""
        self.write_words(1, (0x000A, 0x0102))
        self.write_flags(0x13, [bool(0x01CD >> n & 1) for n in range(10)])
        self.write_mask(4, 0x00F2, 0x0025)


def _x(text: str) -> bytes:
    return bytes.fromhex(text)


def test_registers_and_bits_are_read_as_the_standard_shows_it() -> None:
    """6.3, 6.1 and 6.2."""
    wire = Conversation(
        (_x("03 006B 0003"), _x("03 06 022B 0000 0064")),
        (_x("01 0013 0013"), _x("01 03 CD 6B 05")),
        (_x("02 00C4 0016"), _x("02 03 AC DB 35")),
    )
    with wire:
        pump = Pump(wire)
        assert pump.words() == (555, 0, 100)
        coils, inputs = pump.bits()
    assert [coils[n] for n in (0, 1, 7, 16, 17, 18)] == [
        True,
        False,
        True,
        True,
        False,
        True,
    ]  # 20, 21, 27, 36 …
    assert len(inputs) == 22
    assert inputs[:8] == (False, False, True, True, False, True, False, True)  # 204 to 197: 1010 1100


def test_an_input_register_is_a_count_or_a_scaled_value() -> None:
    """6.4, register 9 holds 10."""
    with Conversation(*[(_x("04 0008 0001"), _x("04 02 000A"))] * 2) as wire:
        memory = Memory()
        pump = Pump(wire, name="pump", witness=memory)
        assert pump.count() == 10
        shown = pump.level()
    assert shown.quantity == Quantity.of(0.1, "m")
    assert shown.reply == _x("04 02 000A")
    taken = memory.events[0]
    assert isinstance(taken, IndicationTaken)
    assert taken.exchanges == (Exchange(sent=_x("04 0008 0001"), received=_x("04 02 000A")),)
    assert taken.resolution == Quantity.of(0.01, "m")


def test_writing_is_intended_first_and_confirmed_by_its_echo() -> None:
    """6.6, register 2 is set to 3; here a count is a tenth."""
    with Conversation((_x("06 0001 0003"), _x("06 0001 0003"))) as wire:
        memory = Memory()
        setting = Pump(wire, name="pump", witness=memory).set_speed(Quantity.of(0.3, "1/min"))
    assert setting.command == _x("06 0001 0003")
    intended, made = memory.events
    assert isinstance(intended, CommandIntended)
    assert intended.command == _x("06 0001 0003")
    assert isinstance(made, SettingMade)
    assert made.exchanges == (Exchange(sent=_x("06 0001 0003"), received=_x("06 0001 0003")),)
    assert made.quantity == Quantity.of(0.3, "1/min")


def test_every_way_of_writing_is_spelled_as_the_standard_shows_it() -> None:
    """6.5, 6.12, 6.11 and 6.16."""
    with Conversation(
        (_x("05 00AC FF00"), _x("05 00AC FF00")),
        (_x("10 0001 0002 04 000A 0102"), _x("10 0001 0002")),
        (_x("0F 0013 000A 02 CD01"), _x("0F 0013 000A")),
        (_x("16 0004 00F2 0025"), _x("16 0004 00F2 0025")),
    ) as wire:
        pump = Pump(wire)
        pump.start()
        pump.set_many()


def test_who_answers_is_read_in_as_many_messages_as_it_takes() -> None:
    """6.21, basic device identification, here in two parts."""
    with Conversation(
        (_x("2B 0E 01 00"), _x("2B 0E 01 01 FF 02 02") + b"\x00\x04Acme" + b"\x01\x02P1"),
        (_x("2B 0E 01 02"), _x("2B 0E 01 01 00 00 01") + b"\x02\x05V2.11"),
    ) as wire:
        assert Pump(wire).identify() == Identity(manufacturer="Acme", model="P1", serial="", firmware="V2.11")


@pytest.mark.parametrize(
    ("code", "name"),
    [(1, "illegal function"), (2, "illegal data address"), (4, "server device failure"), (0x0B, "gateway target")],
)
def test_an_exception_is_reported_by_its_name(code: int, name: str) -> None:
    """7, table of exception codes."""
    memory = Memory()
    wire = Conversation((_x("03 006B 0003"), bytes([0x83, code])))
    with wire, pytest.raises(InstrumentReported, match=name) as reported:
        Pump(wire, witness=memory).words()
    assert (reported.value.code, reported.value.command) == (code, _x("03 006B 0003"))
    assert isinstance(memory.events[0], CallFailed)


@pytest.mark.parametrize(
    "reply",
    [
        "04 06 022B 0000 0064",  # another function
        "43 06 022B 0000 0064",
        "83 02 00",  # an exception that is too long
        "84 02",  # the exception of another function
        "03 04 022B 0000",  # fewer registers
        "03 06 022B 0000",  # fewer than it says
        "03 06 022B 0000 0064 00",
        "03 06 022B 0000 0064 03 06 022B 0000 0064",  # twice
        "03",
    ],
)
def test_an_answer_that_does_not_belong_to_the_question_is_refused(reply: str) -> None:
    with Conversation((_x("03 006B 0003"), _x(reply))) as wire, pytest.raises(ReplyError):
        Pump(wire).words()


@pytest.mark.parametrize("echo", ["06 0001 0004", "06 0002 0003", "06 0001 0003 00", "06 0001", "10 0001 0003"])
def test_another_echo_than_what_was_written_is_refused(echo: str) -> None:
    with Conversation((_x("06 0001 0003"), _x(echo))) as wire, pytest.raises(ReplyError):
        Pump(wire).set_speed(Quantity.of(0.3, "1/min"))


@pytest.mark.parametrize(
    "told",
    [
        "2B 0D 01 01 00 00 00",
        "2B 0E 02 01 00 00 00",
        "2B 0E 01 01 00 00 01 00 05 41",
        "2B 0E 01 01 00 00 00 00",
        "2B 0E 01",
        "2B 0E 01 01 00 00 01 00 01 FF",
    ],
)
def test_a_listing_that_does_not_add_up_is_refused(told: str) -> None:
    with Conversation((_x("2B 0E 01 00"), _x(told))) as wire, pytest.raises(ReplyError):
        Pump(wire).identify()


def test_an_identification_that_never_ends_is_given_up() -> None:
    part = (_x("2B 0E 01 00"), _x("2B 0E 01 01 FF 00 00"))
    with Conversation(*[part] * 32) as wire, pytest.raises(ReplyError):
        Pump(wire).identify()


@pytest.mark.parametrize(
    ("words", "error"),
    [("7FC00000", ReplyError), ("FFC00001", ReplyError), ("7F800000", Overload), ("FF800000", Overload)],
)
def test_no_number_and_infinity_are_refused(words: str, error: type[Exception]) -> None:
    with Conversation((_x("04 0000 0002"), _x("04 04") + _x(words))) as wire, pytest.raises(error):
        Pump(wire).flow()


@pytest.mark.parametrize(("words", "error"), [("8000", ReplyError), ("7FFF", Overload)])
def test_counts_that_mean_no_value_are_refused(words: str, error: type[Exception]) -> None:
    with Conversation((_x("04 0008 0001"), _x("04 02") + _x(words))) as wire, pytest.raises(error):
        Pump(wire).level()


@pytest.mark.parametrize("value", [6553.6, -0.1, math.nan, math.inf])
def test_a_value_that_a_register_cannot_hold_never_leaves(value: float) -> None:
    with Conversation() as wire, pytest.raises(LimitExceeded):
        Pump(wire).set_speed(Quantity.of(value, "1/min")) if math.isfinite(value) else Pump(wire).set_temperature(1e99)


def test_words_of_a_float_go_in_the_stated_order() -> None:
    """1.5 is 3FC0 0000; CDAB sends its lower word first."""
    with Conversation((_x("10 0020 0002 04 0000 3FC0"), _x("10 0020 0002"))) as wire:
        Pump(wire).set_temperature(1.5)


def test_text_may_stand_upside_down() -> None:
    with Conversation(
        (_x("03 0100 0003"), b"\x03\x06NS1-\x002"),
        (_x("03 0100 0003"), b"\x03\x06NS1-\x00\xff"),
    ) as wire:
        pump = Pump(wire)
        assert pump.name_plate() == "SN-12"
        with pytest.raises(ReplyError):
            pump.name_plate()


def test_making_safe_takes_the_answers_off_the_wire_and_waits_for_none() -> None:
    """The second command leaves although the first one was never answered."""
    stop, off = _x("06 0001 0000"), _x("05 00AC 0000")
    assert Pump.safe is not None
    assert Pump.safe.commands == (stop, off)
    wire = Conversation((stop, None), (off, off), (_x("01 00AC 0001"), _x("01 01 00")))
    with wire:
        pump = Pump(wire)
        assert pump.make_safe() == (Exchange(sent=stop), Exchange(sent=off))
        assert pump.running() is False


def test_a_silent_instrument_times_out_with_what_was_asked() -> None:
    with Conversation((_x("01 00AC 0001"), None)) as wire, pytest.raises(TransportTimeout):
        Pump(wire).running()


def test_a_safe_state_with_a_terminator_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match="safe_state"):
        type("Wrong", (ModbusDriver,), {"safe": SafeState(commands=(b"\x06\0\0\0\0",))})


# --- numbers ---------------------------------------------------------------------------------------------------------

FORMS: dict[Form, tuple[str, float]] = {
    "u16": ("BEEF", 0xBEEF),
    "i16": ("FF38", -200),
    "u32": ("DEADBEEF", 0xDEADBEEF),
    "i32": ("FFFFFF38", -200),
    "u64": ("0000000100000000", 1 << 32),
    "i64": ("FFFFFFFFFFFFFF38", -200),
    "f32": ("414570A4", struct.unpack(">f", _x("414570A4"))[0]),
    "f64": ("4028AE147AE147AE", 12.34),
    "bcd16": ("1234", 1234),
    "bcd32": ("12345678", 12345678),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_number_is_read_and_written(form: Form) -> None:
    held, value = FORMS[form]
    words = tuple(int(held[n : n + 4], 16) for n in range(0, len(held), 4))
    register = Register(0, form=form)
    assert register.words == len(words)
    assert register.value(register.number(words)) == value
    assert register.encoded(value) == words


@pytest.mark.parametrize(
    ("order", "held"),
    [("ABCD", (0x4145, 0x70A4)), ("CDAB", (0x70A4, 0x4145)), ("BADC", (0x4541, 0xA470)), ("DCBA", (0xA470, 0x4541))],
)
def test_bytes_and_words_stand_in_the_stated_order(order: Order, held: tuple[int, int]) -> None:
    register = Register(0, form="f32", order=order)
    assert register.number(held) == pytest.approx(12.34, abs=1e-6)
    assert register.encoded(12.34) == held


@given(st.sampled_from(["ABCD", "CDAB", "BADC", "DCBA"]), st.floats(width=64, allow_nan=False))
def test_what_is_written_is_read_again(order: Order, value: float) -> None:
    register = Register(0, form="f64", order=order)
    assert register.number(register.encoded(value)) == value


def test_decimal_digits_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        Register(0, form="bcd16").number((0x12A4,))


def test_counts_are_scaled_in_decimal() -> None:
    assert Register(0, scale=0.1).value(3) == 0.3
    assert Register(0, scale=1e-3).value(1) == 0.001
    assert Register(0, scale=0.1).encoded(0.3) == (3,)


def test_words_that_belong_together_are_one_message() -> None:
    assert words_written(1, 0x000A, 0x0102) == _x("10 0001 0002 04 000A 0102")
