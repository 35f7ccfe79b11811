"""What a simulated Modbus instrument answers, message by message, and that no fault of its wires becomes a value.

The examples are those of the MODBUS Application Protocol Specification V1.1b3; the section stands in each test.
"""

import math
from collections.abc import Callable, Iterator
from typing import ClassVar

import pytest
from attrs import define
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labctl.clock import Clock
from labctl.errors import InstrumentError, InstrumentReported, LabctlError, Overload, ReplyError, TransportTimeout
from labctl.instruments.modbus import Coil, ModbusDriver, Register, TextRegister, safe_state, value_written
from labctl.records.equipment import Identity
from labctl.records.observation import Indication
from labctl.simulation.alone import KEY
from labctl.simulation.cells import Cell
from labctl.simulation.faults import WIRE
from labctl.simulation.host import Bench
from labctl.simulation.modbus import ModbusDialogue
from labctl.transport.base import Transport, Whole
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.connect import open_transport
from tests.simulation.modbus_meter import Meter, meter_bench

FLOW = Register(0, "input", "f32", unit="kg/s")
LEVEL = Register(10, "input", "i16", unit="m", scale=0.01, invalid=(-32768,), overload=(32767,))
SETPOINT = Register(100, form="f32", unit="kg/s")
SERIAL = TextRegister(300, 4)


class MeterDriver(ModbusDriver, maker="Acme", model="M1"):
    """The meter's driver, its map written by itself."""

    quantities: ClassVar[tuple[str, ...]] = ("flow",)
    safe = safe_state(value_written(SETPOINT, 0.0))

    def identify(self) -> Identity:
        """Return what 43/14 and the serial number's registers tell."""
        told = self.device_identification()
        return Identity(manufacturer=told[0], model=told[1], serial=self.query_text(SERIAL), firmware=told[2])

    def flow(self) -> Indication:
        """Measure the flow."""
        return self.indication_of(FLOW)

    def level(self) -> Indication:
        """Measure the level."""
        return self.indication_of(LEVEL)

    def set_flow(self, flow: float) -> None:
        """Set the flow."""
        self.write_value(SETPOINT, flow)

    def confirm_safe(self) -> bool:
        """Return whether the setpoint is none."""
        return self.query_value(SETPOINT) == 0.0 and not self.query_flag(Coil(0))


@pytest.fixture
def bench() -> Bench:
    return meter_bench()


@pytest.fixture
def meter(bench: Bench) -> Meter:
    found = bench.instruments[KEY]
    assert isinstance(found, Meter)
    return found


@pytest.fixture
def ask(bench: Bench) -> Callable[[str], str]:
    wire = bench.loopback(KEY)
    wire.open()

    def asked(message: str) -> str:
        wire.write(bytes.fromhex(message))
        return wire.read(Whole(), 1.0).hex(" ", -2)

    return asked


# --- messages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("03 006B 0003", "0306 022b 0000 0064"),  # 6.3
        ("04 0000 0002", "0404 4146 0000"),
        ("04 0001 0002", "0404 0000 0000"),  # half of one number and half of the next
        ("06 00C8 0003", "0600 c800 03"),
        ("10 00C8 0002 04 000A 0102", "1000 c800 02"),  # 6.12
        ("16 00C8 00F2 0025", "1600 c800 f200 25"),  # 6.16
        ("17 006B 0001 00C8 0001 02 00FF", "1702 022b"),  # 6.17
        ("08 0000 A537", "0800 00a5 37"),  # 6.8
        ("0F 0003 000A 02 CD01", "0f00 0300 0a"),  # 6.11
        ("2B 0E 04 00", "ab02"),  # single objects are not told
        ("2B 0E 05 00", "ab03"),
        ("2B 0D 01 00", "ab01"),
    ],
)
def test_a_request_is_answered_as_the_standard_shows_it(ask: Callable[[str], str], message: str, answer: str) -> None:
    assert ask(message).replace(" ", "") == answer.replace(" ", "")


@pytest.mark.parametrize(
    ("message", "exception"),
    [
        ("64 0000", "e401"),  # no such function
        ("07", "8701"),
        ("03 006B 0000", "8303"),  # quantity before address (figure 13)
        ("03 0FFF 007E", "8303"),
        ("03 FFFF 0002", "8302"),
        ("03 006B 0004", "8302"),  # one too far
        ("03 006B", "8303"),
        ("01 0000 07D1", "8103"),
        ("01 000F 0002", "8102"),
        ("05 0000 1234", "8503"),
        ("05 0100 FF00", "8502"),
        ("06 006B 0001", "8602"),  # can only be read
        ("06 0064 0001", "8602"),  # half of a number
        ("10 0064 0002 03 000000", "9003"),  # byte count
        ("10 0064 0002 04 000000", "9003"),
        ("10 0064 007C 00", "9003"),
        ("10 0064 0002 04 43 48 0000", "9003"),  # 200 is beyond what it takes
        ("10 0065 0002 04 0000 0000", "9002"),
        ("0F 0000 0011 03 FFFFFF", "8f02"),
        ("0F 0000 0008 02 FFFF", "8f03"),
        ("16 006B 0000 0000", "9602"),
        ("16 00C8 0000", "9603"),
        ("17 006B 0001 00C8 0002 02 00FF", "9703"),
        ("08 0001 0000", "8801"),
        ("08", "8803"),
    ],
)
def test_what_cannot_be_is_refused_with_the_code_of_the_standard(
    ask: Callable[[str], str], message: str, exception: str
) -> None:
    assert ask(message) == exception


def test_an_instrument_that_is_busy_refuses_and_changes_nothing(meter: Meter, ask: Callable[[str], str]) -> None:
    meter.moving = True
    assert ask("10 0064 0002 04 4148 0000") == "9004"
    assert meter.setpoint == 0.0


def test_nothing_is_written_when_one_of_several_cannot_be(meter: Meter, ask: Callable[[str], str]) -> None:
    assert ask("10 00C9 0002 04 1234 5678") == "9002"
    assert meter.words[201] == 0


@given(st.binary(min_size=1, max_size=40))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_message_has_an_answer_of_its_function(ask: Callable[[str], str], message: bytes) -> None:
    answer = bytes.fromhex(ask(message.hex()))
    assert answer[0] in {message[0], message[0] | 0x80}
    assert answer[0] & 0x80 == 0 or (len(answer) == 2 or message[0] & 0x80)


def test_a_long_identification_comes_in_parts() -> None:
    class Talkative(ModbusDialogue):
        level = 0x83

        def identification(self) -> dict[int, str]:
            return {0: "A" * 150, 1: "B" * 150, 2: "C", 0x80: "D" * 200}

    bench = meter_bench()
    instrument = bench.instruments[KEY]
    instrument.dialogue = lambda: Talkative(instrument)  # type: ignore[method-assign]

    class Reader(ModbusDriver, maker="Acme", model="M1"):
        def told(self) -> dict[int, str]:
            return self.device_identification(3)

    wire = bench.loopback(KEY)
    wire.open()
    assert Reader(wire).told() == {0: "A" * 150, 1: "B" * 150, 2: "C", 0x80: "D" * 200}
    wire.write(bytes.fromhex("2B 0E 04 02"))
    assert wire.read(Whole(), 1.0) == bytes.fromhex("2B 0E 04 83 00 00 01 02 01 43")


def test_a_map_in_which_two_numbers_share_a_register_is_refused() -> None:
    crossed = (Cell(at=0, read=lambda _: 0.0, form="f32"), Cell(at=1, read=lambda _: 0))
    with pytest.raises(ValueError, match="shares register 1"):
        type("Crossed", (ModbusDialogue,), {"holding": crossed})


@pytest.mark.parametrize(
    ("form", "value", "held"),
    [
        ("i16", math.nan, [0x8000]),
        ("i16", math.inf, [0x7FFF]),
        ("i16", -1e9, [0x8000]),
        ("u16", -5, [0]),
        ("u32", math.inf, [0xFFFF, 0xFFFF]),
        ("f32", math.nan, [0x7FC0, 0]),
        ("f32", 1e300, [0x7F80, 0]),
        ("bcd16", 123456, [0x9999]),
    ],
)
def test_what_a_register_cannot_hold_is_shown_as_its_manual_says(form: str, value: float, held: list[int]) -> None:
    cell = Cell(at=0, read=lambda _: value, form=form, none=-32768 if form == "i16" else 0)  # type: ignore[arg-type]
    assert cell.registers(value, "ABCD") == held


# --- wires and faults ------------------------------------------------------------------------------------------------


@define
class Reach:
    """A meter, its driver on one kind of wire, and the clock of both."""

    bench: Bench
    meter: Meter
    driver: MeterDriver
    wire: Transport
    clock: Clock


@pytest.fixture(params=["loopback", "modbus", "modbus+rtu"])
def reach(request: pytest.FixtureRequest) -> Iterator[Reach]:
    bench = meter_bench()
    meter = bench.instruments[KEY]
    assert isinstance(meter, Meter)
    if request.param == "loopback":
        wire = bench.loopback(KEY)
        wire.open()
        yield Reach(bench, meter, MeterDriver(wire, name="meter", clock=bench.clock), wire, bench.clock)
        return
    bench.serve()
    clock = BorrowedClock(bench.control)
    wire = open_transport(bench.endpoints[KEY][request.param], instrument="meter", clock=clock)
    wire.open()
    yield Reach(bench, meter, MeterDriver(wire, name="meter", clock=clock), wire, clock)
    wire.close()
    clock.close()
    bench.stop()


def test_every_wire_carries_the_same_and_time_passes_as_the_answers_take(reach: Reach) -> None:
    before = reach.clock.monotonic()
    assert reach.driver.recognise(Identity(manufacturer="", model="", serial="SIM0001")).manufacturer == "Acme"
    assert reach.driver.flow().reply == bytes.fromhex("04 04 41460000")
    assert reach.driver.last_exchanges[0].sent == bytes.fromhex("04 0000 0002")
    reach.driver.set_flow(7.5)
    assert reach.meter.setpoint == 7.5
    reach.driver.make_safe()
    assert reach.driver.confirm_safe() is True
    with pytest.raises(InstrumentReported):
        reach.driver.set_flow(200.0)
    least, most = (0.08, 0.2) if "+rtu" in reach.wire.address else (0.03, 0.1)  # characters take their time
    assert least < reach.clock.monotonic() - before < most
    assert reach.driver.recover().serial == "SIM0001"


@pytest.mark.parametrize(("name", "error"), [("overload", Overload), ("nan", ReplyError)])
def test_what_is_no_value_is_refused(reach: Reach, name: str, error: type[LabctlError]) -> None:
    reach.bench.fault(KEY, name)
    with pytest.raises(error):
        reach.driver.flow()
    with pytest.raises(error):
        reach.driver.level()


def test_faults_know_messages_by_register_and_by_function(reach: Reach) -> None:
    reach.bench.fault(KEY, "silence", on="level")
    reach.driver.flow()
    with pytest.raises(TransportTimeout):
        reach.driver.level()
    reach.bench.mend(KEY)
    reach.driver.recover()
    reach.bench.fault(KEY, "silence", on="write multiple")
    reach.driver.level()
    with pytest.raises(TransportTimeout):
        reach.driver.set_flow(1.0)


@pytest.mark.parametrize("name", [*WIRE, "wrong identity", "wrong serial"])
def test_no_fault_becomes_a_value(reach: Reach, name: str) -> None:
    """Every reading is another one, so that an answer to an earlier question would be a wrong value."""
    expected = reach.driver.identify()
    for n in range(1, 8):
        reach.meter.flow = float(n)
        if n in {3, 5}:
            reach.bench.fault(KEY, name, times=1)
        try:
            assert reach.driver.flow().quantity.value == n
        except InstrumentError:
            reach.bench.mend(KEY)
            assert reach.driver.recover() == expected


@given(st.lists(st.tuples(st.sampled_from(WIRE), st.integers(0, 3)), max_size=4))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_mixture_of_faults_becomes_a_value(reach: Reach, faults: list[tuple[str, int]]) -> None:
    reach.bench.mend(KEY)
    reach.driver.recover()
    for name, after in faults:
        reach.bench.fault(KEY, name, times=1, after=after, **({"seconds": 2.5} if name == "late" else {}))
    for n in range(1, 5):
        reach.meter.flow = float(n)
        try:
            assert reach.driver.flow().quantity.value == n
        except InstrumentError:
            try:
                reach.driver.recover()
            except InstrumentError:
                reach.bench.mend(KEY)
                reach.driver.recover()
    reach.bench.mend(KEY)
    reach.driver.recover()
