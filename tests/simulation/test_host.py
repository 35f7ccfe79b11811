"""One bench, on real wires and within one process: the same bytes, and nobody is disturbed by who only looks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pyvisa
import serial
from attrs import define, field

from labctl.app.simulate import bench_of
from labctl.app.station.endpoints import simulated_station
from labctl.clock import Clock, WallClock
from labctl.errors import ReplyError, TransportTimeout
from labctl.metrology.quantity import Quantity
from labctl.simulation.host import Bench
from labctl.transport.base import Transport
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.connect import open_transport
from labctl.transport.transcript import Direction, Transcript, read_transcript
from labctl_drivers.fluke.f5522a import F5522A
from labctl_drivers.keysight.k34465a import K34465A
from labctl_drivers.vaisala.ptu300 import PTU300

WIRES = {"calibrator": "serial", "meter": "hislip", "room": "serial"}


@define
class Reach:
    """Reaches benches from outside, and leaves nothing open."""

    opened: list[Transport | BorrowedClock] = field(factory=list)

    def clock(self, bench: Bench) -> BorrowedClock:
        clock = BorrowedClock(bench.control)
        self.opened.append(clock)
        return clock

    def wire(
        self, bench: Bench, key: str, clock: Clock, *, wire: str = "", transcript: Transcript | None = None
    ) -> Transport:
        address = bench.endpoints[key][wire or WIRES[key]]
        transport = open_transport(address, instrument=key, clock=clock, claim=clock.simulated, transcript=transcript)
        self.opened.append(transport)
        return transport

    def wires(self, bench: Bench, clock: Clock, transcript: Transcript | None = None) -> dict[str, Transport]:
        return {key: self.wire(bench, key, clock, transcript=transcript) for key in WIRES}


@pytest.fixture
def reach() -> Iterator[Reach]:
    """Return what opens wires and clocks; they are closed when the test ends."""
    reach = Reach()
    yield reach
    for each in reversed(reach.opened):
        each.close()


@pytest.fixture
def served() -> Iterator[Bench]:
    bench = bench_of(simulated_station(), seed=11)
    bench.serve(truthful=True)
    yield bench
    bench.stop()


def _short_run(wires: dict[str, Transport], clock: Clock) -> list[str]:
    for each in wires.values():
        each.open()
    calibrator = F5522A(wires["calibrator"], name="calibrator", clock=clock)
    meter = K34465A(wires["meter"], name="meter", clock=clock)
    room = PTU300(wires["room"], name="room", clock=clock)
    told = [str(each.identify()) for each in (calibrator, meter, room)]
    calibrator.prepare()
    meter.prepare()
    for volts in (1.0, -1.0, 100.0):
        told.append(str(room.temperature()))
        meter.set_dc_voltage_range(Quantity.of(abs(volts), "V"))
        told.append(str(calibrator.source_dc_voltage(Quantity.of(volts, "V"))))
        told.extend(str(meter.dc_voltage()) for _ in range(3))
    calibrator.stand_by()
    return [*told, f"{clock.monotonic():.9f}"]


def _bytes_in(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for frame in read_transcript(path):
        if frame.direction is Direction.IN:
            found[frame.wire] = found.get(frame.wire, b"") + frame.content
    return found


def test_real_wires_and_loopback_give_the_same_bytes(served: Bench, reach: Reach, tmp_path: Path) -> None:
    inside = bench_of(simulated_station(), seed=11)
    kept = Transcript(tmp_path / "inside", inside.clock)
    alone = _short_run({key: inside.loopback(key, transcript=kept) for key in WIRES}, inside.clock)
    kept.close()

    clock = reach.clock(served)
    kept_too = Transcript(tmp_path / "wires", WallClock())
    borrowed = _short_run(reach.wires(served, clock, kept_too), clock)
    kept_too.close()

    assert borrowed == alone
    assert sorted(_bytes_in(tmp_path / "wires").values()) == sorted(_bytes_in(tmp_path / "inside").values())
    other = bench_of(simulated_station(), seed=12)
    assert _short_run({key: other.loopback(key) for key in WIRES}, other.clock) != alone


def test_two_observers_disturb_nothing(served: Bench, reach: Reach) -> None:
    inside = bench_of(simulated_station(), seed=11)
    alone = _short_run({key: inside.loopback(key) for key in WIRES}, inside.clock)

    observers = [reach.wire(served, "meter", WallClock(), wire=wire) for wire in ("tcp", "hislip")]
    for each in observers:
        each.open()
    calls = 0

    class Watched(BorrowedClock):
        def monotonic(self) -> float:
            nonlocal calls
            calls += 1
            for each in observers:
                each.write(b"READ?;:SYST:ERR?\n")
                assert each.read(b"\n", 2.0).endswith(b'+0,"No error"\n')
            return super().monotonic()

    watched = Watched(served.control)
    reach.opened.append(watched)
    assert _short_run(reach.wires(served, watched), watched) == alone
    assert calls > 10


def test_time_passes_for_one_wire_when_what_was_said_on_the_others_is_heard(served: Bench, reach: Reach) -> None:
    """Bytes on their way to another instrument, such as a safe state, would else be heard at a later instant."""
    clock, beside = reach.clock(served), reach.clock(served)
    meter, calibrator = (reach.wire(served, each, clock) for each in ("meter", "calibrator"))
    for each in (meter, calibrator):
        each.open()
    meter.write(b"*IDN?\n")
    clock.sent(calibrator.address, len(b"STBY\r\n"))  # it is said a little later than it is told
    with ThreadPoolExecutor(1) as other:
        answered = other.submit(meter.read, b"\n", 2.0)
        for _ in range(20):
            beside.ask({"do": "state", "instrument": "calibrator"})
            assert not answered.done()
        calibrator.write(b"STBY\r\n")
        assert answered.result(10.0).startswith(b"Keysight")


def test_a_simulated_time_out_costs_no_wall_time(served: Bench, reach: Reach) -> None:
    clock, wall = reach.clock(served), WallClock()
    meter = reach.wire(served, "meter", clock)
    meter.open()
    served.fault("meter", "silence", on="READ?")
    meter.write(b"READ?\n")
    before, began = clock.monotonic(), wall.monotonic()
    with pytest.raises(TransportTimeout):
        meter.read(b"\n", 600.0)
    assert clock.monotonic() == before + 600
    assert wall.monotonic() - began < 2.0
    served.mend("meter")
    meter.open()
    meter.write(b"READ?\n")
    assert meter.read(b"\n", 5.0).startswith(b"+")


def test_third_party_clients_are_answered(served: Bench) -> None:
    wires = served.endpoints
    with serial.Serial(wires["calibrator"]["serial"].removeprefix("serial://").partition("?")[0], timeout=2) as port:
        port.write(b"*IDN?\r\n")
        assert port.readline() == b"FLUKE,5522A,SIM5522001,2.0+1.3+2.0+*\r\n"
        port.write(b"OUT 12 V\rOPER\rOUT?\r")
        assert port.readline() == b"1.200000E+01,V,0E+00,0,0.00E+00\r\n"
    manager = pyvisa.ResourceManager("@py")
    host, port_number = wires["meter"]["hislip"].removeprefix("hislip://").removesuffix("/hislip0").split(":")
    resource = manager.open_resource(f"TCPIP::{host}::hislip0,{port_number}::INSTR")
    try:
        assert isinstance(resource, pyvisa.resources.MessageBasedResource)
        assert resource.query("*IDN?").startswith("Keysight Technologies,34465A,SIM34465001")
        resource.write("NONSENSE")
        assert resource.read_stb() & 4
        assert resource.query("SYST:ERR?").startswith("-113")
    finally:
        resource.close()
        manager.close()


def test_commands_of_an_observer_take_effect_though_time_stands_still(served: Bench, reach: Reach) -> None:
    clock = reach.clock(served)
    calibrator = reach.wire(served, "calibrator", clock)
    calibrator.open()
    calibrator.write(b"OUT 30 V;OPER;*OPC?\r\n")
    calibrator.read(b"\n", 30)
    assert served.state("calibrator")["energised"] is True
    calibrator.write(b"OUT 5 ")  # half a command, and the engine is gone
    calibrator.close()
    stands = clock.monotonic()
    guardian = reach.wire(served, "calibrator", WallClock())
    guardian.open()
    guardian.write(b"\r\nSTBY\r\n")
    deadline = WallClock().monotonic() + 2
    while served.state("calibrator")["energised"] and WallClock().monotonic() < deadline:
        pass
    assert served.state("calibrator")["energised"] is False
    assert clock.monotonic() == stands
    guardian.close()
    calibrator.open()
    calibrator.write(b"OPER?\r\n")
    assert calibrator.read(b"\n", 2) == b"0\r\n"


def test_the_control_endpoint_does_what_its_table_says(served: Bench, reach: Reach) -> None:
    clock = reach.clock(served)
    assert clock.ask({"do": "now"})["simulated"] is True
    assert clock.ask({"do": "operator", "picture": "short.svg"})["done"] is True
    assert clock.ask({"do": "operator", "picture": "cat.svg"})["done"] is False
    assert clock.ask({"do": "state", "instrument": "calibrator"})["state"]["energised"] is False
    clock.ask({"do": "fault", "instrument": "meter", "fault": "wrong serial", "times": 1})
    clock.ask({"do": "mend", "instrument": "meter"})
    truth = clock.ask({"do": "truth", "of": "meter", "name": "error", "at": 10, "range": 10})["truth"]
    assert truth == served.truth("meter", "error", at=10, range=10) != 0
    for wrong in (
        {"do": "dance"},
        {"do": "fault", "instrument": "meter", "fault": "hiccups"},
        {"do": "fault", "instrument": "meter", "fault": "delay", "for": 3},
        {"do": "state", "instrument": "toaster"},
        {"do": "wait"},
    ):
        with pytest.raises(ReplyError, match=r"cannot|hiccups|for|toaster|seconds"):
            clock.ask(wrong)


def test_hidden_errors_are_told_only_when_asked_to(reach: Reach) -> None:
    bench = bench_of(simulated_station())
    bench.serve()
    try:
        with pytest.raises(ReplyError, match="truth"):
            reach.clock(bench).ask({"do": "truth", "of": "meter", "name": "error", "at": 1, "range": 1})
    finally:
        bench.stop()


def test_in_wall_time_answers_come_when_they_are_due(reach: Reach) -> None:
    wall = WallClock()
    bench = bench_of(simulated_station(), clock=wall)
    bench.serve()
    try:
        meter = reach.wire(bench, "meter", wall, wire="tcp")
        meter.open()
        began = wall.monotonic()
        meter.write(b"VOLT:DC:NPLC 1;ZERO:AUTO OFF;:SAMP:COUN 5;:READ?\n")
        assert meter.read(b"\n", 2.0).count(b",") == 4
        assert 0.1 <= wall.monotonic() - began <= 0.6
        bench.fault("meter", "delay", seconds=0.2)
        began = wall.monotonic()
        meter.write(b"*IDN?\n")
        meter.read(b"\n", 2.0)
        assert wall.monotonic() - began >= 0.2
    finally:
        bench.stop()
