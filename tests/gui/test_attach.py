"""Windows come and go, engines are killed: the run goes on, and whoever comes next sees all of it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from labctl.events.kinds import EngineStarted, RunFinished, RunInterrupted
from labctl.records.calibration import Outcome
from labctl.transport.watch import alive
from labctl_gui.presenters.state import Stage
from labctl_gui.windows.main import CERTIFICATE, PREPARE, RUN
from tests.gui.desk import CLOCK, Room, left_running, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
WINDOW = """
import sys
from PySide6.QtCore import QTimer
from labctl_gui import main
from labctl_gui.windows.main import MainWindow

def act(window):
    confirm = window.run_page.card.confirm
    if window.start.isEnabled() and not window.run.run:
        window.start.click()
    elif confirm.isVisible() and "Short" in window.run.card.text.en:
        confirm.click()
        window.said = True
    elif window.run.card is None and getattr(window, "said", None):
        window.said = False
        print("confirmed", flush=True)

begin = MainWindow.begin
def watched(window):
    begin(window)
    window.timer = QTimer()
    window.timer.timeout.connect(lambda: act(window))
    window.timer.start(20)
MainWindow.begin = watched
sys.exit(main.main(sys.argv[1:]))
"""


def test_a_killed_window_does_not_disturb_the_run(room: Room) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", WINDOW, "--data", str(room.root), "--language", "en"],
        stdout=subprocess.PIPE,
    )
    assert first.stdout is not None
    with first.stdout:
        assert first.stdout.readline() == b"confirmed\n"
    first.kill()
    first.wait()
    seat = room.open()
    assert seat.window.page in {PREPARE, RUN}
    seat.card("NORMAL")  # the run went on without a window to its next question
    assert len(seat.window.run.results()) == 5
    assert seat.window.page == RUN
    assert seat.bench.process != os.getpid()
    seat.confirm()
    seat.until(lambda: seat.stage is Stage.FINISHED)
    assert len(seat.window.run.results()) == 19
    assert sum(isinstance(each, EngineStarted) for each in seat.events()) == 1


def test_a_run_that_finished_unseen_is_shown_until_its_certificate_is_issued(room: Room) -> None:
    seat = room.open()
    seat.start()
    for words in ("Short-circuit", "NORMAL"):
        seat.card(words)
        seat.confirm()
    bench = seat.bench
    seat.window.close()
    assert bench.alive  # the run needs it
    again = room.open()
    again.until(lambda: again.stage is Stage.FINISHED)
    assert len(again.window.run.results()) == 19
    again.until(again.window.start.isEnabled)
    again.window.go_to(CERTIFICATE)
    again.until(again.window.certificate_page.issue.isEnabled)
    again.click(again.window.certificate_page.issue)
    again.until(lambda: again.window.certificate_page.is_shown)
    third = room.open()
    third.until(third.window.start.isEnabled)
    assert third.stage is Stage.IDLE


def test_a_killed_engine_is_told_at_once_and_its_run_resumed(room: Room) -> None:
    seat = room.open()
    seat.start()
    seat.card("Short-circuit")
    seat.confirm()
    seat.card("NORMAL")
    os.kill(seat.engine(), signal.SIGKILL)
    took = seat.until(lambda: seat.stage is Stage.INTERRUPTED, 2.0)
    seat.until(seat.window.resume.isVisible)
    assert took < 2.0
    assert seat.window.start.isEnabled()
    assert "5/19" in seat.window.message.text()
    seat.click(seat.window.resume)
    seat.card("NORMAL")
    assert len(seat.window.run.results()) == 5
    assert not seat.window.resume.isVisible()
    seat.confirm()
    seat.until(lambda: seat.stage is Stage.FINISHED)
    assert sum(isinstance(each, RunInterrupted) for each in seat.events()) == 1
    assert [each.outcome for each in seat.events() if isinstance(each, RunFinished)] == [Outcome.FINISHED]


def test_an_interrupted_run_is_offered_to_the_next_window(room: Room) -> None:
    seat = room.open()
    seat.start()
    seat.card("Short-circuit")
    seat.confirm()
    seat.card("NORMAL")
    run = seat.window.run.run
    os.kill(seat.engine(), signal.SIGKILL)
    seat.until(lambda: seat.stage is Stage.INTERRUPTED)
    bench = seat.bench.process
    seat.window.close()
    assert until(lambda: not alive(bench), 10.0)
    later = room.open()
    later.until(lambda: later.window.resume.isVisible() and later.window.resume.isEnabled())
    assert later.window.page == PREPARE
    assert later.window.start.isEnabled()  # a new run is as near
    assert later.window.run.run == run
    later.click(later.window.resume)
    later.card("NORMAL")
    later.confirm()
    later.until(lambda: later.stage is Stage.FINISHED)
    assert len(later.window.run.results()) == 19


def test_the_program_leaves_cleanly_and_alone(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from labctl_gui import main\n"
        "from labctl_gui.windows.main import MainWindow\n"
        "begin = MainWindow.begin\n"
        "def look(window):\n"
        "    window.close() if window.start.isEnabled() else QTimer.singleShot(20, lambda: look(window))\n"
        "MainWindow.begin = lambda window: (begin(window), look(window))\n"
        "sys.exit(main.main(sys.argv[1:]))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "--data", str(tmp_path), "--language", "zh"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = [each for each in ran.stderr.splitlines() if "propagateSizeHints" not in each]  # of every offscreen Qt
    assert (ran.returncode, said) == (0, [])
    assert not left_running(tmp_path)


def test_a_second_window_finds_the_bench_of_the_first(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from labctl.app.window import Desk\n"
        "desk = Desk.open(data=Path(sys.argv[1]), station=None, real_time=False)\n"
        "print(desk.bench.process, flush=True); sys.stdin.readline(); desk.close()"
    )
    windows = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    benches: list[int] = []
    for each in windows:
        assert each.stdout is not None
        with each.stdout:
            benches.append(int(each.stdout.readline()))
    assert len(set(benches)) == 1
    windows[0].communicate("\n")
    assert alive(benches[0])  # the other one needs it
    windows[1].communicate("\n")
    assert until(lambda: gone(benches[0]), 5.0)


def test_a_bench_ends_when_its_last_user_was_killed(tmp_path: Path) -> None:
    root = tmp_path / "data"
    program = (
        "import sys; from pathlib import Path; from labctl.app.window import Desk\n"
        "desk = Desk.open(data=Path(sys.argv[1]), station=None, real_time=False)\n"
        "print(desk.bench.process, flush=True); sys.stdin.read()"
    )
    window = subprocess.Popen([sys.executable, "-c", program, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert window.stdin is not None
    assert window.stdout is not None
    with window.stdin, window.stdout:
        bench = int(window.stdout.readline())
        assert alive(bench)
        window.kill()
        window.wait()
    began = CLOCK.monotonic()
    assert until(lambda: gone(bench), 10.0)
    assert CLOCK.monotonic() - began < 10.0


def gone(process: int) -> bool:
    """A process without a parent may stay as a zombie where nobody reaps."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
