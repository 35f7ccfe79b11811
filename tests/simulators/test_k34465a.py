import math
from collections.abc import Callable
from typing import Protocol

import pytest

from labctl.simulation.host import Bench


class Terminal(Protocol):
    bench: Bench

    def tell(self, *commands: str) -> None: ...
    def ask(self, query: str, within: float = 30.0) -> str: ...
    def silent(self, query: str) -> bool: ...


Talk = Callable[[str], Terminal]


@pytest.fixture
def meter(talk: Talk) -> Terminal:
    return talk("meter")


@pytest.fixture
def calibrator(talk: Talk) -> Terminal:
    return talk("calibrator")


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("*IDN?", "Keysight Technologies,34465A,SIM34465001,A.03.02-03.15-03.02-00.52-03-02"),
        ("SYST:ERR?", '+0,"No error"'),
        ("SYSTEM:ERROR:NEXT?", '+0,"No error"'),
        ("CONF:VOLT:DC 10,1e-6;:CONF?", '"VOLT +1.00000000E+01,+1.00000000E-06"'),
        ("VOLT:DC:NPLC 10;NPLC?", "+1.00000000E+01"),  # the path lasts within the message
        ("SENS:VOLT:RANG 3;:VOLT:DC:RANG?;RANG:AUTO?", "+1.00000000E+01;0"),
        ("VOLT:ZERO:AUTO OFF;*ESE 4;AUTO?;*ESE?", "0;4"),  # a common command leaves the path alone
        ("SENSE:VOLTAGE:DC:RESOLUTION?", "+1.00000000E-06"),
        ("SAMP:COUN 10;COUN?", "+1.00000000E+01"),
        ("TRIG:SOUR BUS;SOUR?;COUN?;DEL?", "BUS;+1.00000000E+00;+1.50000000E-03"),
        ("FUNC?", '"VOLT"'),
        ("SYST:LFR?", "50"),
        ("ROUT:TERM?", "FRON"),
        ("CAL:SEC:STAT?;:CAL:COUN?", "1;+41"),
        ("*TST?", "0"),
        ("*OPC?", "1"),
    ],
)
def test_it_answers_as_the_manual_prints(meter: Terminal, query: str, answer: str) -> None:
    assert meter.ask(query) == answer
    assert meter.ask("SYST:ERR?") == '+0,"No error"'


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("SYS:ERR?", -113),  # neither short nor long
        ("VOLT:DC:NPL 1", -113),
        ("VOLT:DC:NPLC 10;VOLT:DC:NPLC 1", -113),  # the path is VOLT:DC already
        ("VOLT:DC:NPLC", -109),
        ("VOLT:DC:NPLC 1,2", -108),
        ("VOLT:DC:NPLC ten", -104),
        ("VOLT:DC:NPLC 1000", -222),
        ("VOLT:DC:RANG 2000", -222),
        ("TRIG:SOUR NEVER", -224),
        ("*TRG", -211),
        ("INIT;INIT", -213),
        ("TRIG:SOUR BUS;:READ?", -214),
        ("*RST;FETC?", -230),
        ("CAL:VAL 10", 702),
        ("CAL:SEC:STAT OFF,GUESS", 703),
    ],
)
def test_a_mistake_is_queued(meter: Terminal, command: str, error: int) -> None:
    meter.tell(command)
    assert meter.ask("SYST:ERR?").startswith(f"{error:+d},")
    assert meter.ask("SYST:ERR?") == '+0,"No error"'


def test_the_error_queue_is_first_in_first_out_and_overflows(meter: Terminal) -> None:
    meter.tell("NONSENSE", "VOLT:DC:NPLC", *["NONSENSE"] * 30)
    errors = [meter.ask("SYST:ERR?") for _ in range(21)]
    assert errors[:3] == ['-113,"Undefined header"', '-109,"Missing parameter"', '-113,"Undefined header"']
    assert errors[19:] == ['-350,"Queue overflow"', '+0,"No error"']


def test_the_status_byte_sums_events_up(meter: Terminal) -> None:
    assert meter.ask("*ESR?") == "128"
    meter.tell("*ESE 32;*SRE 32", "NONSENSE")
    assert meter.ask("*STB?") == str(4 + 32 + 64)
    assert meter.ask("*ESR?") == "32"
    meter.tell("*CLS")
    assert meter.ask("*STB?") == "0"


def test_a_reading_takes_its_integration_time(meter: Terminal) -> None:
    clock = meter.bench.clock
    for setup, expected in (("1;ZERO:AUTO OFF", 0.02), ("10;ZERO:AUTO OFF", 0.2), ("10;ZERO:AUTO ON", 0.4)):
        meter.tell(f"VOLT:DC:NPLC {setup}")
        started = clock.monotonic()
        meter.ask("READ?")
        assert clock.monotonic() - started == pytest.approx(expected, abs=0.006)


def test_readings_are_what_the_hidden_error_says(meter: Terminal, calibrator: Terminal) -> None:
    bench = meter.bench
    calibrator.ask("OUT 10 V;OPER;*OPC?")
    meter.tell("CONF:VOLT:DC 10;:SAMP:COUN 5")
    readings = [float(each) for each in meter.ask("READ?").split(",")]
    truth = bench.truth("meter", "input") + bench.truth("meter", "error", at=10, range=10)
    assert len(readings) == 5
    assert all(each == pytest.approx(truth, abs=5e-6) for each in readings)
    assert bench.truth("meter", "input") == pytest.approx(
        bench.truth("calibrator", "output", at=10) + bench.truth("electrical", "thermal EMF"), abs=1e-7
    )
    assert abs(bench.truth("meter", "error", at=10, range=10)) <= 400e-6


def test_beyond_the_range_is_an_overload(meter: Terminal, calibrator: Terminal) -> None:
    calibrator.ask("OUT -10 V;OPER;*OPC?")
    meter.tell("CONF:VOLT:DC 1")
    assert meter.ask("READ?") == "-9.90000000E+37"
    assert float(meter.ask("MEAS:VOLT:DC?")) == pytest.approx(-10, abs=1e-3)  # automatic range
    assert meter.ask("VOLT:DC:RANG?") == "+1.00000000E+01"


def test_a_bus_trigger_starts_what_init_armed(meter: Terminal) -> None:
    meter.tell("CONF:VOLT:DC 10;:TRIG:SOUR BUS;:SAMP:COUN 2;:INIT")
    assert meter.silent("FETC?")
    meter.tell("CONF:VOLT:DC 10;:TRIG:SOUR BUS;:SAMP:COUN 2;:INIT", "*TRG")
    assert len(meter.ask("FETC?").split(",")) == 2
    meter.tell("ABOR", "FETC?")
    assert meter.ask("SYST:ERR?").startswith("-230,")


def test_an_adjustment_removes_the_error_of_a_range(meter: Terminal, calibrator: Terminal) -> None:
    bench = meter.bench
    calibrator.ask("OUT 10 V;OPER;*OPC?")
    meter.tell("CAL:SEC:STAT OFF,AT34465A", "CONF:VOLT:DC 10", "CAL:VAL 10")
    assert meter.ask("CAL?") == "+0"
    meter.tell("CAL:STOR", "CAL:SEC:STAT ON")
    assert meter.ask("CAL:COUN?;:SYST:ERR?") == '+42;+0,"No error"'
    adjusted = bench.truth("meter", "error", at=10, range=10)
    assert adjusted == pytest.approx(10 - bench.truth("meter", "input"), abs=1e-7)
    calibrator.ask("OUT 5 V;*OPC?")
    meter.tell("CAL:SEC:STAT OFF,AT34465A", "CONF:VOLT:DC 10", "CAL:VAL 10")
    assert meter.ask("CAL?") == "+1"
    assert meter.ask("SYST:ERR?").startswith("+707,")


def test_noise_falls_with_the_root_of_the_integration_time(meter: Terminal, calibrator: Terminal) -> None:
    calibrator.ask("OUT 1 V;OPER;*OPC?")

    def scatter(cycles: str) -> float:
        meter.tell(f"CONF:VOLT:DC 10;:VOLT:DC:NPLC {cycles};:SAMP:COUN 200")
        readings = [float(each) for each in meter.ask("READ?", within=1000).split(",")]
        mean = sum(readings) / len(readings)
        return math.sqrt(sum((each - mean) ** 2 for each in readings) / (len(readings) - 1))

    assert scatter("1") / scatter("10") == pytest.approx(10**0.5, rel=0.3)
