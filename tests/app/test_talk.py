"""`labctl talk`: a line out, the answer in, silence told, every byte kept, never a traceback."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labctl.app.simulate import bench_alone
from labctl.app.talk import Console, shown, unescaped
from labctl.cli import FAILED, FINE, REFUSED, main
from labctl.clock import SimulatedClock
from labctl.language import Language
from labctl.simulation.alone import KEY
from labctl.simulation.host import Bench
from labctl.transport.transcript import Direction, read_transcript


@pytest.fixture
def meter() -> Iterator[Bench]:
    bench = bench_alone("keysight/34465A", clock=SimulatedClock())
    bench.serve()
    yield bench
    bench.stop()


def test_piped_lines_are_answered_and_kept(meter: Bench, tmp_path: Path) -> None:
    kept = tmp_path / "talk.transcript"
    ran = subprocess.run(
        [sys.executable, "-m", "labctl.cli", "talk", meter.endpoints[KEY]["tcp"], "--transcript", str(kept)],
        input="*IDN?\n?\nCONF:VOLT:DC 10\nSYST:ERR?\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == FAILED  # one line had no answer
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("Keysight Technologies,34465A,SIM0001")
    assert any("this help" in each for each in lines)
    assert "(no answer within 2 s)" in lines
    assert lines[-1] == '+0,"No error"'
    sent = [each.content for each in read_transcript(kept) if each.direction is Direction.OUT]
    assert sent == [b"*IDN?\n", b"CONF:VOLT:DC 10\n", b"SYST:ERR?\n"]


def test_a_lost_connection_is_told_and_made_again(meter: Bench) -> None:
    said: list[str] = []
    console = Console(meter.endpoints[KEY]["tcp"], within=0.5, say=said.append, language=Language.CHINESE)
    meter.fault(KEY, "reset")
    console.take("*IDN?")
    console.take("*IDN?")
    console.close()
    assert "断开" in said[0]
    assert said[1].startswith("Keysight")


def test_nobody_there_is_an_error_and_not_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["talk", "tcp://127.0.0.1:9"]) == FAILED
    assert main(["talk", "operator:"]) == REFUSED
    assert main(["talk", "carrier-pigeon:"]) == FAILED
    assert "Traceback" not in capsys.readouterr().err


def test_binary_answers_are_shown_in_hexadecimal_digits() -> None:
    assert shown(b"A\x00\xff")[0].startswith("0000  41 00 ff")
    assert shown(b"one\r\ntwo\r\n") == ["one", "two"]
    assert len(shown(bytes(40))) == 3


def test_every_byte_can_be_written() -> None:
    assert unescaped(r"\x02AKON\x03") == b"\x02AKON\x03"
    with pytest.raises(ValueError, match="latin-1"):
        unescaped("温")


def test_a_line_that_cannot_be_sent_is_told(meter: Bench) -> None:
    said: list[str] = []
    console = Console(meter.endpoints[KEY]["tcp"], within=0.2, say=said.append)
    console.talk(["温度?"])
    assert "not sent" in said[0]


def test_modbus_lines_are_hexadecimal_digits() -> None:
    said: list[str] = []
    with_modbus = [each for each in ("teledyne/T640",) if _has(each)]
    if not with_modbus:
        pytest.skip("no simulator with Modbus is installed")
    bench = bench_alone(with_modbus[0], clock=SimulatedClock())
    bench.serve()
    try:
        console = Console(bench.endpoints[KEY]["modbus"], within=1.0, say=said.append)
        console.talk(["04 00 08 00 02", "zz"])
    finally:
        bench.stop()
    assert said[0].startswith("0000  04 04")
    assert "not sent" in said[1]


def _has(model: str) -> bool:
    from labctl.packs import simulators

    found = simulators().get(model)
    return found is not None and "modbus" in found.wires


def test_the_status_is_fine_when_everything_was_answered(meter: Bench) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "labctl.cli", "talk", meter.endpoints[KEY]["tcp"]],
        input="*IDN?\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == FINE
