import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from labctl.clock import WallClock
from labctl.transport.watch import ProcessWatch, Sign, alive

BEATS = "import sys\nfor line in sys.stdin:\n sys.stdout.write('.'); sys.stdout.flush()\n"
Watched = tuple[ProcessWatch, "subprocess.Popen[bytes]"]


@pytest.fixture(params=["handle", "looking"])
def watched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    if request.param == "looking":

        def refused(process: int) -> int:
            raise OSError(process)

        monkeypatch.setattr(os, "pidfd_open", refused)
    process = subprocess.Popen([sys.executable, "-c", BEATS], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        watch = ProcessWatch(process.pid, process.stdout.fileno())
        yield watch, process
        process.kill()
        process.wait()
        watch.await_end(5.0)
        watch.close()


def beat(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()


def test_a_beat_is_heard_and_silence_is_told(watched: Watched) -> None:
    watch, process = watched
    for _ in range(3):
        beat(process)
        assert watch.next(10.0) == (Sign.HEARD, b".")
    assert watch.next(0.05) == (Sign.SILENT, b"")
    assert not watch.await_end(0.0)


def test_the_end_is_noticed_at_once_after_what_was_said_before(watched: Watched) -> None:
    watch, process = watched
    beat(process)
    assert process.stdout is not None
    assert watch.next(10.0)[0] is Sign.HEARD
    started = WallClock().monotonic()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert watch.next(10.0) == (Sign.ENDED, b"")
    assert watch.next(10.0) == (Sign.ENDED, b"")
    assert watch.await_end(1.0)
    assert WallClock().monotonic() - started < 1.0


def test_a_frozen_process_is_silent_and_not_ended(watched: Watched) -> None:
    watch, process = watched
    beat(process)
    assert watch.next(10.0)[0] is Sign.HEARD
    process.send_signal(signal.SIGSTOP)
    beat(process)
    assert watch.next(0.1) == (Sign.SILENT, b"")
    process.send_signal(signal.SIGCONT)
    assert watch.next(10.0) == (Sign.HEARD, b".")


def test_a_pipe_that_a_child_keeps_open_does_not_hide_the_end() -> None:
    forks = "import os,sys,time\nif os.fork():\n sys.stdin.readline(); os._exit(0)\nsys.stdin.close(); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-c", forks], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    with process:
        watch = ProcessWatch(process.pid, process.stdout.fileno())
        beat(process)
        assert watch.next(10.0) == (Sign.ENDED, b"")
        os.killpg(process.pid, signal.SIGKILL)
        watch.close()


def test_a_pipe_closed_by_a_living_process_is_silence() -> None:
    closes = "import os,sys\nos.close(1); sys.stdin.readline()"
    process = subprocess.Popen([sys.executable, "-c", closes], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process:
        watch = ProcessWatch(process.pid, process.stdout.fileno())
        assert watch.next(0.2) == (Sign.SILENT, b"")
        beat(process)
        assert watch.next(10.0) == (Sign.ENDED, b"")
        watch.close()


def test_a_process_that_is_gone_already_has_ended() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    with process:
        process.wait()
        assert process.stdout is not None
        assert not alive(process.pid)
        assert ProcessWatch(process.pid, process.stdout.fileno()).next(10.0) == (Sign.ENDED, b"")
    assert alive(os.getpid())
