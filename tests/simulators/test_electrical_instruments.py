"""34401A, 34465A, 8588A, 5730A, 5522A: what each says beside what all of its kind say."""

import pytest

from labctl.clock import SimulatedClock
from labctl.packs import simulators
from labctl.records.equipment import Identity
from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl.simulation.instrument import Placed
from labctl.simulation.world import World
from labctl.transport.base import Transport
from labctl_simulators.keysight.k34401a import K34401A


class Talk:
    """A terminal on one instrument that stands by itself."""

    def __init__(self, model: str) -> None:
        kind = simulators().found[model]
        self.bench = Bench(plan_alone(kind), models={model: kind}, worlds={Alone.field: Alone}, seed=2)
        self.wire: Transport = self.bench.loopback(KEY)
        self.wire.open()

    def tell(self, *commands: str) -> None:
        for each in commands:
            self.wire.write(each.encode() + b"\n")

    def ask(self, query: str, within: float = 60.0) -> str:
        self.tell(query)
        return self.wire.read(b"\n", within).decode().rstrip("\r\n")


@pytest.mark.parametrize(
    ("model", "query", "answer"),
    [
        ("keysight/34401A", "*IDN?", "HEWLETT-PACKARD,34401A,0,11-5-2"),
        ("keysight/34401A", "DET:BAND 3;BAND?", "+3.00000000E+00"),
        ("keysight/34401A", 'FUNC "FRES";FUNC?', '"FRES"'),
        ("keysight/34401A", "VOLT:AC:RANG 750;RANG?", "+7.50000000E+02"),
        ("keysight/34465A", 'SENS:FUNC "VOLT:AC";FUNC?', '"VOLT:AC"'),
        ("keysight/34465A", "CONF:CURR:DC 0.1;:CONF?", '"CURR +1.00000000E-01,+1.00000000E-08"'),
        ("keysight/34465A", "CONFIGURE:FRESISTANCE 10E3;:FRES:RANG?", "+1.00000000E+04"),
        ("keysight/34465A", "VOLT:AC:BAND 100;BAND?", "+2.00000000E+01"),
        ("keysight/34465A", "RES:NPLC 1;NPLC?;:VOLT:NPLC?", "+1.00000000E+00;+1.00000000E+01"),
        ("fluke/8588A", "*IDN?", "FLUKE,8588A,SIM0001,1.30"),
        ("fluke/8588A", "SENS:FUNC?", '"VOLT:DC"'),
        ("fluke/8588A", "CALC:AVER:COUN 4;COUN?", "+4.00000000E+00"),
        ("fluke/8588A", "ROUT:TERM REAR;TERM?", "REAR"),
        ("fluke/5730A", "*IDN?", "FLUKE,5730A,SIM0001,1.12"),
        ("fluke/5730A", "OUT 1 V, 1 KHZ;OUT?", "1.0000000E+00,V,1.00000E+03"),
        ("fluke/5730A", "OUT 10 V;RANGE?", "DC11V"),
        ("fluke/5730A", "EXTGUARD ON;RANGELCK ON;ISR?", str(2 + 32 + 4096)),
        ("fluke/5522A", "OUT 5 MA;OUT?;FUNC?", "5.000000E-03,A,0E+00,0,0.00E+00;DCI"),
        ("fluke/5522A", "OUT 1.9 MOHM;OUT?;FUNC?", "1.900000E+06,OHM,0E+00,0,0.00E+00;RES"),
        ("fluke/5522A", "OUT 1 V, 60 HZ;OUT 2 V;OUT?", "2.000000E+00,V,0E+00,0,6.00E+01"),  # the frequency stays
        ("fluke/5522A", "OUT 2 V, 60 HZ;OUT 0 HZ;FUNC?", "DCV"),
        ("fluke/5522A", "OUT 100 OHM;ZCOMP WIRE4;ZCOMP?", "WIRE4"),
        ("fluke/5522A", "OUT 100 OHM;ZCOMP WIRE4;OUT 1 V;ZCOMP?", "NONE"),
        ("fluke/5522A", "LIMIT 2 A, -1 A;LIMIT? A", "2.000000E+00,-1.000000E+00"),
        ("fluke/5522A", "ISCE0 1;ISCE1 4096;ISCE0?;ISCE1?;ISCE?", "1;4096;4097"),
    ],
)
def test_it_answers_as_its_manual_prints(model: str, query: str, answer: str) -> None:
    talk = Talk(model)
    assert talk.ask(query) == answer
    error = talk.ask("ERR?" if model in {"fluke/5522A", "fluke/5730A"} else "SYST:ERR?")
    assert error.lstrip("+").startswith("0,")


@pytest.mark.parametrize(
    ("model", "command", "code"),
    [
        ("keysight/34401A", "SYST:REM", 514),  # on the bus (User's Guide, chapter 5)
        ("keysight/34401A", "VOLT:AC:BAND 20", -113),  # its filter is called DETector:BANDwidth
        ("keysight/34465A", "VOLT:AC:NPLC 1", -113),
        ("keysight/34465A", "VOLT:DC:BAND 20", -113),
        ("keysight/34465A", "@:RANG 1", -113),
        ("keysight/34465A", 'FUNC "CAP"', -224),
        ("fluke/8588A", "ROUT:TERM SIDE", -224),
        ("fluke/5730A", "OUT 15 KOHM", 1306),  # no such resistor
        ("fluke/5730A", "RCOMP ON", 539),
        ("fluke/5730A", "OUT 1 V, 2 MHZ", 1306),
        ("fluke/5522A", "OUT 1 V, 2 A", 1305),  # two outputs at once
        ("fluke/5522A", "OUT 100 V, 200 KHZ", 1306),
        ("fluke/5522A", "OUT 500 KOHM;ZCOMP WIRE4", 539),
        ("fluke/5522A", "ZCOMP WIRE3", 1303),
        ("fluke/5522A", "LIMIT 1 A, -1 A;OUT 2 A", 541),
        ("fluke/5522A", "LIMIT 1 A, -1 V", 1305),
        ("fluke/5522A", "ISCE0 70000", 1306),
    ],
)
def test_a_mistake_is_queued(model: str, command: str, code: int) -> None:
    talk = Talk(model)
    talk.tell(command)
    query = "ERR?" if model in {"fluke/5522A", "fluke/5730A"} else "SYST:ERR?"
    assert int(talk.ask(query).split(",")[0]) == code
    assert int(talk.ask(query).split(",")[0]) == 0


def test_on_its_serial_port_the_34401a_wants_to_be_taken_into_remote() -> None:
    """User's Guide, chapter 4, RS-232: commands but the common ones are error 550 before `SYSTem:REMote`."""
    placed = Placed(key="m", simulator="", identity=Identity(manufacturer="", model="34401A", serial="1"))
    meter = K34401A(World(1, SimulatedClock()), placed)
    dialogue = meter.dialogue()
    dialogue.address = "serial:///dev/pts/1"

    def error() -> str:
        answer = dialogue.answer("SYST:ERR?")
        return answer.compose() if answer is not None else ""

    dialogue.answer("*IDN?")
    assert error().startswith("+0,")
    dialogue.answer("VOLT:DC:RANG 10")
    assert error().startswith("+550,")
    for each in ("SYST:REM", "VOLT:DC:RANG 10;NPLC 1"):
        dialogue.answer(each)
    assert error().startswith("+0,")
    meter.power_on()
    assert dialogue.answer("READ?") is None
    assert error().startswith("+550,")


def test_a_slow_filter_takes_its_time() -> None:
    talk = Talk("keysight/34401A")
    took: list[float] = []
    for band in (3, 200):
        talk.tell("CONF:VOLT:AC 10", f"DET:BAND {band}")
        started = talk.bench.clock.monotonic()
        talk.ask("READ?")
        took.append(talk.bench.clock.monotonic() - started)
    assert took == [pytest.approx(7, abs=0.1), pytest.approx(0.6, abs=0.1)]


@pytest.mark.parametrize(("model", "step"), [("fluke/5522A", 33.0), ("fluke/5730A", 22.0)])
def test_dangerous_voltage_and_another_function_drop_to_standby(model: str, step: float) -> None:
    talk = Talk(model)
    assert talk.ask("OUT 20 V;OPER;OPER?") == "1"
    assert talk.ask(f"OUT {step + 1} V;OPER?") == "0"
    assert talk.ask("OPER;OUT 1 A;OPER?") == "0"
    assert talk.ask("OPER;OUT 1 A, 50 HZ;OPER?") == "0"
    assert talk.ask("OPER;OUT 2 A, 50 HZ;OPER?") == "1"


def test_an_enabled_change_shows_in_the_status_byte_until_it_is_read() -> None:
    talk = Talk("fluke/5522A")
    talk.tell("ISCE1 1", "OUT 1 V", "OPER")
    assert int(talk.ask("*STB?")) & 4
    assert int(talk.ask("ISCR1?")) & 1
    assert not int(talk.ask("*STB?")) & 4


def test_a_resistor_of_the_5730a_is_told_as_characterised() -> None:
    talk = Talk("fluke/5730A")
    value, unit, hertz = talk.ask("OUT 10 KOHM;OUT?").split(",")
    assert (unit, float(hertz)) == ("OHM", 0)
    assert 0 < abs(float(value) - 10e3) < 0.31
