"""A disk that fills up or refuses stops the run into the safe state; what was acknowledged stays."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from labctl.app.headless import last_words_of
from labctl.errors import EngineFailed, StoreFailed
from labctl.events.kinds import RunFinished
from labctl.records.calibration import Outcome
from labctl.store.journal import SqliteJournal
from tests.faults.rig import SHORT, Rig, rig, until


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of its own; needs root on Linux (without it, tests/store inject the same errors)."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = sys.platform == "linux" and not mount("-t", "tmpfs", "-o", "size=64m", "labctl", str(disk))
    if not mounted:
        pytest.skip("a file system cannot be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def mount(*arguments: str) -> int:
    try:
        return subprocess.run(["mount", *arguments], check=False, capture_output=True).returncode
    except OSError:
        return 1


@pytest.fixture
def bench(small_disk: Path) -> Iterator[Rig]:
    with rig(small_disk, simulated=False) as made:
        yield made


def test_a_disk_that_fills_up_stops_the_run_and_it_goes_on_when_there_is_room(bench: Rig, small_disk: Path) -> None:
    bench.start(SHORT)
    assert until(bench.energised, 60)
    filled = small_disk / "somebody's film"
    with filled.open("wb", buffering=0) as film, suppress(OSError):
        while True:
            film.write(bytes(1 << 16))
    assert bench.gone(60)
    assert not bench.energised()
    said = last_words_of(bench.running)
    assert said is not None
    assert "No space left" in said.en or "is full" in said.en  # whichever file met it first
    filled.unlink()
    assert not isinstance(bench.keeps_what_it_acknowledged(), RunFinished)
    bench.resume()
    assert bench.gone(120)
    assert bench.ended().outcome is Outcome.FINISHED


def test_a_disk_that_is_too_small_is_refused_before_the_start(bench: Rig, small_disk: Path) -> None:
    (small_disk / "film").write_bytes(bytes(50 << 20))
    with pytest.raises(EngineFailed, match=r"needs about \d+ MB"):
        bench.start(SHORT)
    assert not bench.folder.known_runs()


def test_a_read_only_disk_is_refused_in_words(bench: Rig, small_disk: Path) -> None:
    with SqliteJournal(small_disk / "runs" / "old.sqlite", "old"):
        pass
    assert mount("-o", "remount,ro", str(small_disk)) == 0
    with pytest.raises(StoreFailed, match="read-only"):
        bench.start(SHORT)
    with pytest.raises(StoreFailed, match="read-only"):
        SqliteJournal(small_disk / "runs" / "old.sqlite", "old")
    assert os.listdir(small_disk / "runs") == ["old.sqlite", "old.sqlite.lock"]  # noqa: PTH208
