from collections.abc import Callable
from typing import Protocol

import pytest

from labctl.clock import SimulatedClock
from labctl.records.equipment import Identity
from labctl.simulation.host import Bench
from labctl.simulation.instrument import Placed
from labctl.simulation.world import World
from labctl_simulators.fluke.f5522a import F5522A, F5522ADialogue, measure


class Terminal(Protocol):
    bench: Bench

    def tell(self, *commands: str) -> None: ...
    def ask(self, query: str, within: float = 30.0) -> str: ...
    def silent(self, query: str) -> bool: ...


Talk = Callable[[str], Terminal]


@pytest.fixture
def calibrator(talk: Talk) -> Terminal:
    return talk("calibrator")


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("*IDN?", "FLUKE,5522A,SIM5522001,2.0+1.3+2.0+*"),
        ("*ESE 123; *ESE?", "123"),  # 5522A Operators Manual, response data types
        ("OUT 10V, 100HZ; FUNC?", "ACV"),  # likewise
        ("OUT 10V;FUNC?", "DCV"),
        ("EXPLAIN? 539", '"Can\'t change compensation now"'),
        ("FAULT?", "0"),
        ("OUT 10 V;OUT?", "1.000000E+01,V,0E+00,0,0.00E+00"),
        ("out -95 mv;out? mv", "-9.500000E+01,MV,0E+00,0,0.00E+00"),
        ("OUT 1 V, 1 KHZ;OUT?", "1.000000E+00,V,0E+00,0,1.00E+03"),
        ("OUT 100 V;RANGE?", "DC330V,NONE"),
        ("LIMIT 50 V, -40 V;LIMIT?", "5.000000E+01,-4.000000E+01"),
        ("RANGELCK ON;RANGELCK?", "ON"),
        ("OPER?;STBY;OPER?", "0;0"),
        ("*RST;OUT?", "0.000000E+00,V,0E+00,0,0.00E+00"),
        ("REMOTE;ISR?", str(2048 + 4096)),
        ("*TST?", "0"),
    ],
)
def test_it_answers_as_the_manual_prints(calibrator: Terminal, query: str, answer: str) -> None:
    assert calibrator.ask(query) == answer
    assert calibrator.ask("ERR?") == '0,"No Error"'


@pytest.mark.parametrize(
    ("command", "code", "event"),
    [
        ("OUT 1V, ,2A", 1302, 32),
        ("OUT ,10 V", 1300, 32),
        ("OUT 1020.1 V", 1306, 16),
        ("OUT 1 FURLONG", 1305, 32),
        ("OUT ten V", 1304, 32),
        ("OUTPUT 10 V", 1301, 32),
        ("LIMIT 50 V, -40 V;OUT 60 V", 541, 16),
        ("RANGELCK MAYBE", 1303, 32),
    ],
)
def test_a_mistake_is_queued_and_leaves_the_output_alone(
    calibrator: Terminal, command: str, code: int, event: int
) -> None:
    calibrator.ask("*ESR?")
    calibrator.tell("OUT 5 V", command)
    assert int(calibrator.ask("*STB?")) & 8
    assert calibrator.ask("ERR?").startswith(f"{code},")
    assert calibrator.ask("*ESR?") == str(event)
    assert calibrator.ask("FAULT?") == "0"
    assert calibrator.ask("OUT?").startswith("5.000000E+00,V")


def test_the_error_queue_holds_sixteen(calibrator: Terminal) -> None:
    calibrator.tell(*["NONSENSE"] * 20)
    codes = [calibrator.ask("FAULT?") for _ in range(17)]
    assert codes == ["1301"] * 15 + ["1", "0"]
    calibrator.tell("NONSENSE", "*CLS")
    assert calibrator.ask("FAULT?") == "0"


def test_an_output_settles_later_after_a_change_of_range(calibrator: Terminal) -> None:
    clock = calibrator.bench.clock
    calibrator.ask("OUT 1 V;OPER;*OPC?")
    started = clock.monotonic()
    assert int(calibrator.ask("OUT 2 V;ISR?")) & 4097 == 1
    calibrator.ask("*OPC?")
    within = clock.monotonic() - started
    assert 1.5 <= within <= 1.7
    assert int(calibrator.ask("ISR?")) & 4097 == 4097
    started = clock.monotonic()
    calibrator.ask("OUT 20 V;*OPC?")
    assert 3.5 <= clock.monotonic() - started <= 3.7
    assert int(calibrator.ask("ISCR0?")) & 4096
    assert int(calibrator.ask("ISCR1?")) & 4096
    assert calibrator.ask("ISCR1?") == "0"


def test_crossing_33_v_upwards_drops_to_standby(calibrator: Terminal) -> None:
    assert calibrator.ask("OUT 30 V;OPER;OPER?") == "1"
    assert calibrator.ask("OUT 100 V;OPER?") == "0"
    assert calibrator.bench.state("calibrator")["output"] == 0
    assert int(calibrator.ask("OPER;ISR?")) & 129 == 129
    assert calibrator.ask("OUT 200 V;OPER?") == "1"
    assert calibrator.ask("OUT 30 V;OPER?") == "1"


def test_it_goes_on_sourcing_when_the_host_is_lost_and_obeys_the_next(bench: Bench) -> None:
    wire = bench.loopback("calibrator")
    wire.open()
    wire.write(b"OUT 20 V\r\nOPER\r\nOUT 1")  # half a command, and gone
    wire.close()
    bench.clock.wait(3600)
    assert bench.state("calibrator")["energised"] is True
    guardian = bench.loopback("calibrator", claim=False)
    guardian.open()
    before = bench.clock.monotonic()
    guardian.write(b"\r\nSTBY\r\n")
    assert bench.state("calibrator") == {"energised": False, "setting": 20.0, "output": 0.0}
    assert bench.clock.monotonic() == before


def test_an_overload_trips_to_standby(calibrator: Terminal) -> None:
    calibrator.bench.fault("calibrator", "overload")
    assert calibrator.ask("OUT 10 V;OPER;OPER?") == "1"
    calibrator.bench.clock.wait(0.3)
    assert calibrator.ask("OPER?") == "0"
    assert calibrator.ask("ERR?").startswith("1503,")


def test_bytes_are_seven_bits_and_control_characters_are_dropped() -> None:
    placed = Placed(key="c", simulator="", identity=Identity(manufacturer="Fluke", model="5522A", serial="1"))
    dialogue = F5522ADialogue(F5522A(World(1, SimulatedClock()), placed))
    assert dialogue.messages(b"\xcfU\x07T? \r\n\r\n*I") == ["OUT?"]
    assert dialogue.messages(b"DN?\r") == ["*IDN?"]


def test_milli_and_mega_are_not_confused() -> None:
    assert measure("100 MV") == (0.1, "MV")
    assert measure("1.5kv") == (1500.0, "KV")
    assert measure("1 MHZ") == (1e6, "MHZ")
