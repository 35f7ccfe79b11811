import errno
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.clock import SimulatedClock
from labctl.errors import LabctlError, RecordAltered, StoreFailed, UnknownSchema
from labctl.transport.transcript import MAGIC, Direction, Frame, Transcript, read_transcript


def written(path: Path, contents: list[bytes]) -> Transcript:
    clock = SimulatedClock()
    transcript = Transcript(path, clock)
    for content in contents:
        clock.wait(0.25)
        transcript.record("tcp://meter:5025", Direction.OUT, content)
    return transcript


def test_frames_come_back_in_order_with_their_times(tmp_path: Path) -> None:
    transcript = written(tmp_path / "t", [b"*IDN?\n", b"", bytes(range(256))])
    length, digest = transcript.seal()
    frames = list(read_transcript(transcript.path, (length, digest)))
    assert [each.n for each in frames] == [1, 2, 3]
    assert [each.content for each in frames] == [b"*IDN?\n", b"", bytes(range(256))]
    assert [each.monotonic_ns for each in frames] == [250_000_000, 500_000_000, 750_000_000]
    assert frames[0].at.isoformat() == "2026-01-05T00:30:00.250000+00:00"
    assert frames[0].wire == "tcp://meter:5025"
    assert length == transcript.path.stat().st_size
    transcript.close()
    transcript.close()


def test_a_seal_holds_for_what_was_there_when_more_follows(tmp_path: Path) -> None:
    transcript = written(tmp_path / "t", [b"first"])
    sealed = transcript.seal()
    transcript.record("x", Direction.IN, b"second")
    later = transcript.seal()
    transcript.close()
    assert [each.content for each in read_transcript(transcript.path, sealed)] == [b"first"]
    assert [each.content for each in read_transcript(transcript.path, later)] == [b"first", b"second"]


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 10_000), change=st.integers(1, 255))
def test_one_changed_byte_is_found(tmp_path_factory: pytest.TempPathFactory, at: int, change: int) -> None:
    transcript = written(tmp_path_factory.mktemp("t") / "t", [b"READ?\n", b"+1.00000000E+00\n", b"STBY\n"])
    sealed = transcript.seal()
    transcript.close()
    content = bytearray(transcript.path.read_bytes())
    content[at % len(content)] ^= change
    transcript.path.write_bytes(content)
    with pytest.raises(RecordAltered):
        list(read_transcript(transcript.path, sealed))
    changed = list_of(transcript.path)
    assert isinstance(changed, LabctlError) or len(changed) < 3  # a changed length may look like an unfinished frame


def list_of(path: Path) -> list[Frame] | LabctlError:
    try:
        return list(read_transcript(path))
    except LabctlError as error:
        return error


def test_a_transcript_cut_short_or_lengthened_does_not_match_its_seal(tmp_path: Path) -> None:
    transcript = written(tmp_path / "t", [b"READ?\n", b"+1\n"])
    length, digest = transcript.seal()
    transcript.close()
    content = transcript.path.read_bytes()
    transcript.path.write_bytes(content[:-1])
    with pytest.raises(RecordAltered):
        list(read_transcript(transcript.path, (length, digest)))
    assert [each.content for each in read_transcript(transcript.path)] == [b"READ?\n"]


@pytest.mark.parametrize("kept", [3, len(MAGIC), len(MAGIC) + 5, -1])
def test_a_writer_that_was_killed_leaves_whole_frames_and_a_note_of_the_rest(tmp_path: Path, kept: int) -> None:
    transcript = written(tmp_path / "t", [b"READ?\n", b"+1\n"])
    transcript.close()
    content = transcript.path.read_bytes()
    transcript.path.write_bytes(content[:kept])
    again = Transcript(transcript.path, SimulatedClock())
    again.record("x", Direction.OUT, b"more")
    frames = list(read_transcript(again.path, again.seal()))
    again.close()
    assert [each.n for each in frames] == list(range(1, len(frames) + 1))
    assert frames[-1].content == b"more"
    if kept == -1:
        assert frames[0].content == b"READ?\n"
    if kept not in {3, len(MAGIC)}:
        assert frames[-2].direction is Direction.NOTE


def test_a_transcript_goes_on_behind_its_last_frame(tmp_path: Path) -> None:
    written(tmp_path / "t", [b"one"]).close()
    again = Transcript(tmp_path / "t", SimulatedClock())
    again.record("x", Direction.IN, b"two")
    assert [each.n for each in read_transcript(again.path, again.seal())] == [1, 2]
    again.close()


def test_a_disk_that_refuses_is_a_failed_store(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed):
        Transcript(tmp_path / "nowhere" / "t", SimulatedClock())
    transcript = written(tmp_path / "t", [b"one"])
    transcript.close()
    transcript.record("x", Direction.IN, b"two")
    with pytest.raises(StoreFailed):
        transcript.seal()


def test_a_full_disk_is_a_failed_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    transcript = written(tmp_path / "t", [b"one"])
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFailed, match="No space"):
        transcript.seal()
    transcript.close()


def test_another_file_is_no_transcript(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"%PDF-1.7 something else")
    with pytest.raises(UnknownSchema):
        list(read_transcript(tmp_path / "t"))
    with pytest.raises(UnknownSchema):
        Transcript(tmp_path / "t", SimulatedClock())
