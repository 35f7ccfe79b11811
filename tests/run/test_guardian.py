"""The guardian makes a real line safe when its engine dies, freezes or asks, and keeps its hands off otherwise."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import define, field

from labctl.clock import WallClock
from labctl.run.guardian import Charge, GuardedWire
from labctl.transport.serve import Peer, Server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals on Windows")
CLOCK = WallClock()
ENGINE = """
import sys
from pathlib import Path
from labctl.clock import WallClock
from labctl.run.guarded import GuardianProcess
from labctl.run.guardian import GuardedWire
from labctl.transport.connect import open_transport

address, note, ending = sys.argv[1:]
wire = GuardedWire(instrument="calibrator", address=address, clears=b"\\n", commands=(b"STBY\\n",))
guardian = GuardianProcess((wire,), Path(note), lambda: print("lost", flush=True))
print(guardian.start(), flush=True)
line = open_transport(address, instrument="calibrator", clock=WallClock())
line.open()
line.write(b"OPER\\nOUT 10")
print("up", flush=True)
sys.stdin.readline()
guardian.act() if ending == "act" else guardian.finished()
sys.stdin.readline()
"""


@define
class Line:
    """What arrives at the instrument's end of the line, with its time."""

    heard: bytes = b""
    times: list[float] = field(factory=list[float])
    arrived: threading.Condition = field(factory=threading.Condition)

    def session(self, peer: Peer, address: str) -> "Line":
        del peer, address
        return self

    def receive(self, received: bytes, *, end: bool = False) -> None:
        del end
        with self.arrived:
            self.heard += received
            self.times.append(CLOCK.monotonic())
            self.arrived.notify_all()

    def clear(self) -> None:
        """Forget nothing: a serial line has no device clear."""

    def status_byte(self, *, unread: bool = False) -> int:
        return 16 * unread

    def trigger(self) -> None:
        """Wait for none."""

    def closed(self) -> None:
        """Stay: the instrument is not switched off with its cable."""

    def hears(self, wanted: bytes, within: float) -> bool:
        with self.arrived:
            return self.arrived.wait_for(lambda: wanted in self.heard, within)


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def address(line: Line) -> Iterator[str]:
    with Server() as server:
        yield server.add_pty(line.session)


@contextmanager
def engine(address: str, note: Path, ending: str) -> Generator[tuple["subprocess.Popen[str]", int]]:
    with subprocess.Popen(
        [sys.executable, "-c", ENGINE, address, str(note), ending],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        guardian = int(process.stdout.readline())
        assert process.stdout.readline() == "up\n"
        yield process, guardian
        process.kill()


@pytest.mark.parametrize(("ending", "within"), [(signal.SIGKILL, 1.0), (signal.SIGSTOP, 3.0)])
def test_an_engine_that_dies_or_freezes_leaves_a_safe_bench(
    line: Line, address: str, tmp_path: Path, ending: signal.Signals, within: float
) -> None:
    with engine(address, tmp_path / "note.json", "") as (process, _):
        assert line.hears(b"OUT 10", 5.0)
        assert b"STBY" not in line.heard
        struck = CLOCK.monotonic()
        process.send_signal(ending)
        assert line.hears(b"OUT 10\nSTBY\n", within)  # the half-sent command is ended before
        assert CLOCK.monotonic() - struck < within
        assert process.wait(5.0) == -signal.SIGKILL
        assert line.hears(b"\nSTBY\n" * 5, 5.0)  # a command that was still on its way comes too late


def test_the_note_says_what_was_done(line: Line, address: str, tmp_path: Path) -> None:
    note = tmp_path / "note.json"
    with engine(address, note, "act") as (process, guardian):
        assert process.stdin is not None
        process.stdin.write("act\n")
        process.stdin.flush()
        assert process.wait(5.0) == -signal.SIGKILL  # two who speak to one instrument are worse than none
        assert line.hears(b"STBY\n", 2.0)
        deadline = CLOCK.monotonic() + 10
        while not note.exists() and CLOCK.monotonic() < deadline:
            CLOCK.wait(0.02)
        told = json.loads(note.read_bytes())
        assert told["engine"] == process.pid != guardian
        assert told["after_seconds"] < 1.0
        assert "safe bytes sent" in told["wires"][address]


def test_a_finished_engine_is_left_alone(line: Line, address: str, tmp_path: Path) -> None:
    with engine(address, tmp_path / "note.json", "finished") as (process, guardian):
        process.communicate("finished\nend\n", timeout=10)
        assert process.returncode == 0
        with pytest.raises(ProcessLookupError):
            os.kill(guardian, 0)
        assert b"STBY" not in line.heard
        assert not (tmp_path / "note.json").exists()


def test_the_engine_hears_of_its_guardians_death(line: Line, address: str, tmp_path: Path) -> None:
    with engine(address, tmp_path / "note.json", "") as (process, guardian):
        assert line.hears(b"OUT 10", 5.0)
        os.kill(guardian, signal.SIGKILL)
        assert process.stdout is not None
        assert process.stdout.readline() == "lost\n"


def test_a_charge_survives_its_way_through_the_pipe(tmp_path: Path) -> None:
    wire = GuardedWire(
        instrument="pump", address="tcp://127.0.0.1:1", clears=b"\x03\r", commands=(b"\xff\n",), energy=False
    )
    charge = Charge(engine=7, note=tmp_path / "note.json", wires=(wire,))
    assert Charge.decode(charge.encode()) == charge
