"""Other people's clients, unmodified, against simulated multimeters: socket, HiSLIP, VXI-11, GPIB behind an adapter."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest
import pyvisa
from attrs import define, field
from pymeasure.adapters import PrologixAdapter
from pymeasure.instruments.agilent import Agilent34410A
from pymeasure.instruments.hp import HP34401A
from pyvisa.resources import MessageBasedResource

from labctl import packs
from labctl.clock import WallClock
from labctl.simulation.alone import KEY, Alone, plan_alone
from labctl.simulation.host import Bench

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # xdrlib
    vxi11: Any = pytest.importorskip("vxi11", reason="needs Python 3.12 or older", exc_type=ImportError)

Link: TypeAlias = Any
"""python-vxi11 publishes no types."""
VISA_NAMES = {
    "tcp": "TCPIP::{host}::{port}::SOCKET",
    "hislip": "TCPIP::{host}::hislip0,{port}::INSTR",
    "vxi11": "TCPIP::{host},{port}::inst0::INSTR",
    "prologix": "TCPIP::{host}::{port}::SOCKET",
}
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # of PyMeasure, about itself

AVAILABLE = 16
"""Bit of the status byte: a message waits."""


@define
class Meter:
    """A simulated meter, and what opens it."""

    bench: Bench
    opened: list[MessageBasedResource] = field(factory=list)

    def place(self, wire: str) -> tuple[str, int]:
        parts = urlsplit(self.bench.endpoints[KEY][wire])
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def name(self, wire: str) -> str:
        host, port = self.place(wire)
        return VISA_NAMES[wire].format(host=host, port=port)

    def resource(self, name: str) -> MessageBasedResource:
        resource = pyvisa.ResourceManager("@py").open_resource(name)
        assert isinstance(resource, MessageBasedResource)
        self.opened.append(resource)
        return resource

    def lines(self, wire: str) -> MessageBasedResource:
        resource = self.resource(self.name(wire))
        resource.read_termination = resource.write_termination = "\n"
        return resource

    def error(self) -> float:
        """Return what the meter shows with nothing at its terminals."""
        return self.bench.truth(KEY, "error", at=0.0, range=0.1)


def served(model: str) -> Iterator[Meter]:
    simulator = packs.simulators().get(model)
    assert simulator is not None
    bench = Bench(plan_alone(simulator), models={model: simulator}, worlds={Alone.field: Alone}, clock=WallClock())
    bench.serve()
    meter = Meter(bench)
    yield meter
    for each in reversed(meter.opened):
        each.close()
    bench.stop()


@pytest.fixture(scope="module")
def modern() -> Iterator[Meter]:
    yield from served("keysight/34465A")


@pytest.fixture(scope="module")
def old() -> Iterator[Meter]:
    yield from served("keysight/34401A")


def until(holds: Callable[[], bool]) -> bool:
    clock = WallClock()
    deadline = clock.monotonic() + 5.0
    while not holds():
        if clock.monotonic() > deadline:
            return False
    return True


# --- PyVISA ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wire", ["tcp", "hislip", "vxi11"])
def test_pyvisa_reads_and_is_told_its_mistakes(modern: Meter, wire: str) -> None:
    meter = modern.lines(wire)
    assert meter.query("*IDN?").split(",")[:3] == ["Keysight Technologies", "34465A", "SIM0001"]
    meter.write("*CLS;:CONF:VOLT:DC 0.1;:VOLT:NPLC 0.2;:SAMP:COUN 5")
    readings = meter.query_ascii_values("READ?")
    assert len(readings) == 5
    assert readings == pytest.approx([modern.error()] * 5, abs=1e-5)
    meter.write("VOLT:RANG 3000")
    assert meter.query("SYST:ERR?").startswith("-222")
    assert meter.query("SYST:ERR?").startswith("+0")


@pytest.mark.parametrize("wire", ["hislip", "vxi11"])
def test_pyvisa_polls_triggers_and_clears(modern: Meter, wire: str) -> None:
    meter = modern.lines(wire)
    meter.write("*CLS;:CONF:VOLT:DC 1;:VOLT:NPLC 0.02")
    meter.write("READ?")
    assert until(lambda: bool(meter.read_stb() & AVAILABLE))
    assert float(meter.read()) == pytest.approx(0.0, abs=1e-3)
    assert not meter.read_stb() & AVAILABLE
    meter.write("READ?")
    meter.clear()
    assert meter.query("*OPC?") == "1"
    if wire == "vxi11":  # PyVISA's backend has no trigger on HiSLIP
        meter.write("TRIG:SOUR BUS;:INIT")
        meter.assert_trigger()
        assert float(meter.query("FETC?")) == pytest.approx(0.0, abs=1e-3)


def test_pyvisa_reaches_an_instrument_behind_its_own_prologix_interface(old: Meter) -> None:
    host, port = old.place("prologix")
    old.resource(f"PRLGX-TCPIP3::{host}::{port}::INTFC")
    meter = old.resource("GPIB3::22::INSTR")
    assert meter.query("*IDN?").strip().split(",")[:2] == ["HEWLETT-PACKARD", "34401A"]
    meter.clear()
    assert meter.read_stb() & AVAILABLE == 0
    assert meter.query("*ESE 36;*ESE?").strip() == "36"


# --- PyMeasure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wire", ["tcp", "hislip", "vxi11"])
def test_pymeasure_drives_a_meter(modern: Meter, wire: str) -> None:
    meter = Agilent34410A(modern.name(wire), visa_library="@py", read_termination="\n", write_termination="\n")
    try:
        assert meter.id.startswith("Keysight Technologies,34465A")
        assert meter.voltage_dc == pytest.approx(modern.error(), abs=1e-5)
        meter.clear()
        assert meter.check_errors() == []
        meter.write("NONSENSE")
        assert meter.check_errors()[0][0] == -113
        assert int(meter.complete) == 1
    finally:
        meter.adapter.close()


def test_pymeasure_drives_a_meter_behind_its_own_prologix_adapter(old: Meter) -> None:
    adapter = PrologixAdapter(
        old.name("prologix"), 22, gpib_read_timeout=1500, visa_library="@py", read_termination="\n", timeout=3000,
        write_termination="\n",
    )  # fmt: skip
    try:
        assert adapter.version.startswith("Prologix")
        assert (adapter.auto, adapter.eoi, adapter.eos, adapter.gpib_read_timeout) == (False, True, "\n", 1500)
        meter = HP34401A(adapter)
        meter.function_ = "DCV"
        meter.range_ = 10
        meter.nplc = 0.2
        assert (meter.function_, meter.range_, meter.nplc) == ("DCV", 10, 0.2)
        assert meter.reading == pytest.approx(0.0, abs=2e-3)
        assert meter.check_errors() == []
    finally:
        adapter.close()


# --- python-vxi11 ----------------------------------------------------------------------------------------------------


@pytest.fixture
def link(modern: Meter) -> Iterator[Link]:
    host, port = modern.place("vxi11")
    instrument = vxi11.Instrument(host)
    instrument.client = vxi11.vxi11.CoreClient(host, port)  # no portmapper: its port is not everybody's to open
    yield instrument
    instrument.close()


def test_python_vxi11_reads_polls_and_triggers(modern: Meter, link: Link) -> None:
    assert link.ask("*IDN?").startswith("Keysight Technologies,34465A,SIM0001")
    link.write("*CLS;:CONF:VOLT:DC 0.1;:VOLT:NPLC 0.2")
    link.write("READ?")
    assert until(lambda: bool(link.read_stb() & AVAILABLE))
    assert float(link.read()) == pytest.approx(modern.error(), abs=1e-5)
    link.write("TRIG:SOUR BUS;:INIT")
    link.trigger()
    assert float(link.ask("FETC?")) == pytest.approx(modern.error(), abs=1e-5)
    link.remote()
    link.local()


def test_python_vxi11_hears_why_a_read_fails(link: Link) -> None:
    link.timeout = 0.05
    with pytest.raises(vxi11.vxi11.Vxi11Exception, match="IO timeout"):
        link.read()
    link.timeout = 2
    link.clear()
    link.write("*CLS")
    assert link.ask("*OPC?") == "1"


def test_python_vxi11_takes_long_answers_in_pieces(link: Link) -> None:
    link.write("*CLS;:CONF:VOLT:DC 10;:VOLT:NPLC 0.02;:SAMP:COUN 50")
    link.write("READ?")
    pieces = [link.read_raw(100) for _ in range(7)]
    rest = link.read_raw()
    assert [len(each) for each in pieces] == [100] * 7
    assert len((b"".join(pieces) + rest).split(b",")) == 50


def test_python_vxi11_locks_and_aborts(modern: Meter, link: Link) -> None:
    host, port = modern.place("vxi11")
    other = vxi11.Instrument(host)
    other.client = vxi11.vxi11.CoreClient(host, port)
    try:
        other.open()
        other.lock()
        with pytest.raises(vxi11.vxi11.Vxi11Exception, match="locked by another link"):
            link.write("*CLS")
        other.unlock()
        link.write("*CLS")
        link.abort()
        link.abort_client.close()
    finally:
        other.close()
