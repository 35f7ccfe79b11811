"""3458A: its own language, registers, triggers; what a controller on the bus sees."""

import pytest

from labctl.errors import TransportTimeout
from labctl.packs import simulators
from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench
from labctl.transport.base import Transport


class Controller:
    """Talks on the bus as a script without a driver does."""

    def __init__(self) -> None:
        model = simulators().found["keysight/3458A"]
        self.bench = Bench(plan_alone(model), models={"keysight/3458A": model}, worlds={Alone.field: Alone}, seed=2)
        self.wire: Transport = self.bench.loopback(KEY)
        self.wire.open()

    def tell(self, *commands: str) -> None:
        for each in commands:
            self.wire.write(each.encode() + b"\n")

    def ask(self, query: str, within: float = 60.0) -> str:
        self.tell(query)
        return self.wire.read(b"\r\n", within).decode().removesuffix("\r\n")


@pytest.fixture
def bus() -> Controller:
    return Controller()


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("ID?", "HP3458A"),
        ("CALSTR?", '"SN SIM0001"'),
        ("ERRSTR?", '0,"NO ERROR"'),
        ("ERR?", "0"),
        ("AUXERR?", "0"),
        ("PRESET NORM;DCV 10;RANGE?", " 1.000000000E+01"),
        ("DCV 12;RANGE?", " 1.000000000E+01"),  # 120 % of the range
        ("OHMF 1E4;FUNC?", " 5, 1.000000000E+04"),
        ("NPLC 50;NPLC?", " 5.000000000E+01"),
        ("NDIG 8;NDIG?", "8"),
        ("AZERO OFF;AZERO?", "0"),
        ("ACV 10;ACBAND 40,2E4;ACBAND?", " 4.000000000E+01, 2.000000000E+06"),
        ("LINE?", " 5.000000000E+01"),
        ("TERM?", "1"),
    ],
)
def test_it_answers_in_its_own_words(bus: Controller, query: str, answer: str) -> None:
    assert bus.ask(query) == answer
    assert bus.ask("ERR?") == "0"


@pytest.mark.parametrize(
    ("command", "bit"),
    [
        ("VOLT:DC:RANG 10", 8),
        ("*IDN?", 8),
        ("TRIG SOMETIMES", 32),
        ("DCV ten", 32),
        ("DCV 2000", 64),
        ("NPLC 5000", 64),
        ("NDIG 12", 64),
    ],
)
def test_a_mistake_sets_its_bit_until_somebody_asks(bus: Controller, command: str, bit: int) -> None:
    bus.tell(command)
    assert int(bus.ask("STB?")) & 32
    assert bus.ask("ERR?") == str(bit)
    assert bus.ask("ERR?") == "0"
    bus.tell(command, "TRIG NEVER")
    first, second = bus.ask("ERRSTR?"), bus.ask("ERRSTR?")
    assert first.split(",")[0] == str(100 + min(bit, 32).bit_length() - 1)
    assert second.split(",")[0] in {"105", "106", "0"}
    assert not int(bus.ask("STB?")) & 32 or bus.ask("ERRSTR?")


def test_the_status_byte_tells_power_and_calibration_in_progress(bus: Controller) -> None:
    """Status byte: bit 3 power on, bit 4 ready for more (page 52)."""
    assert int(bus.ask("STB?")) == 8 + 16
    bus.tell("CSB", "ACAL DCV")
    assert int(bus.ask("STB?")) == 0
    bus.bench.clock.wait(200)
    assert int(bus.ask("STB?")) == 16


def test_one_arm_gives_one_trigger_of_readings(bus: Controller) -> None:
    bus.tell("PRESET NORM", "TARM HOLD", "NPLC 10", "AZERO OFF", "NRDGS 3", "DCV 0.1")
    started = bus.bench.clock.monotonic()
    readings = [bus.ask("TARM SGL"), *(bus.wire.read(b"\r\n", 1).decode().strip() for _ in range(2))]
    assert bus.bench.clock.monotonic() - started == pytest.approx(0.6, abs=0.05)
    assert all(abs(float(each)) < 1e-5 for each in readings)
    bus.tell("NRDGS 1", "TRIG HOLD", "TARM SGL")
    with pytest.raises(TransportTimeout):
        bus.wire.read(b"\r\n", 5)  # armed, but no trigger comes


def test_readings_can_go_into_the_memory(bus: Controller) -> None:
    bus.tell("PRESET NORM", "TARM HOLD", "MEM FIFO", "NPLC 1", "NRDGS 4", "DCV 10", "TARM SGL")
    bus.bench.clock.wait(2)
    assert float(bus.ask("MCOUNT?")) == 4
    assert abs(float(bus.ask("RMEM 1"))) < 1e-3


def test_an_overload_is_one_with_thirty_eight_zeros(bus: Controller) -> None:
    bus.tell("PRESET NORM", "TARM HOLD", "NPLC 1", "OHM 1E3")
    assert bus.ask("TARM SGL") == " 1.000000000E+38"  # nothing is connected
