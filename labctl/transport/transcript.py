"""Every byte that crossed a wire with its time, in one append-only file, sealed by a digest of the whole."""

import os
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final
from zlib import crc32

from attrs import define, field, frozen

from labctl.clock import Clock
from labctl.errors import RecordAltered, StoreFailed, UnknownSchema
from labctl.language import Text

MAGIC: Final = b"labctl-transcript-1\n"
_HEAD: Final = struct.Struct(">IQqqBH")  # bytes of wire and content, number, utc ns, monotonic ns, direction, of wire
_CHECK: Final = struct.Struct(">I")  # CRC-32 of everything before it in the frame
_BUFFER: Final = 1 << 16
_AGE: Final = 1.0  # seconds after which what is buffered goes to the system
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BLOCK: Final = 1 << 20


class Direction(IntEnum):
    """Which way the bytes of a frame went."""

    OUT = 1  # to the instrument
    IN = 2  # from the instrument
    NOTE = 3  # nowhere: what happened to the wire, in words


@frozen(kw_only=True)
class Frame:
    """Bytes that crossed a wire at one time."""

    n: int  # counted from 1 over the whole file
    utc_ns: int  # since 1970, on the clock of the run
    monotonic_ns: int
    wire: str  # the address
    direction: Direction
    content: bytes

    @property
    def at(self) -> datetime:
        """Return the time, in UTC, to the microsecond."""
        return _EPOCH + timedelta(microseconds=self.utc_ns // 1000)


class Transcript:
    """The transcript of one run; opened again, it goes on behind its last whole frame.

    Frames are buffered for a second; what a result needs is in the journal before that. May be called from any
    thread.

    Args:
        path: of the file.
        clock: of the run.

    Raises:
        StoreFailed: the disk refuses it.
        RecordAltered: the file that is there is not what was written.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.lenient = False  # while a bench is made safe: no disk stands between it and its safe bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._digest = sha256()
        self._buffer = bytearray()
        self._length = 0
        self._n = 0
        self._kept: list[tuple[str, Direction, bytes, datetime, float]] = []  # not in the buffer yet
        self._held = 0  # bytes of it
        self._buffered_at = 0.0
        torn = self._take_up() if path.exists() else b""
        try:
            self._file: BinaryIO = path.open("ab", buffering=0)
        except OSError as error:
            raise self._failed(error) from error
        if not self._length:
            self._append(MAGIC)
        if torn:
            self.record("", Direction.NOTE, b"torn when its writer ended: " + torn)

    def record(self, wire: str, direction: Direction, content: bytes) -> None:
        """Add one frame.

        Raises:
            StoreFailed: the disk refuses what was buffered.
        """
        with self._lock:
            monotonic = self._clock.monotonic()
            self._kept.append((wire, direction, content, self._clock.now(), monotonic))
            self._held += len(content)
            if self._held > _BUFFER or abs(monotonic - self._buffered_at) > _AGE:
                self._buffered_at = monotonic
                self._flush_unless_lenient()

    def _flush_unless_lenient(self) -> None:
        try:
            self._flush()
        except StoreFailed:
            if not self.lenient:
                raise

    def seal(self) -> tuple[int, str]:
        """Bring everything onto the disk; return the length of the file and the SHA-256 of all of it.

        Raises:
            StoreFailed: it is not on the disk.
        """
        with self._lock:
            self._flush()
            try:
                os.fsync(self._file.fileno())
            except (OSError, ValueError) as error:
                raise self._failed(error) from error
            return self._length, self._digest.hexdigest()

    def close(self) -> None:
        """Write what is buffered and close the file; closing twice is allowed."""
        with self._lock:
            if not self._file.closed:
                try:
                    self._flush()
                finally:
                    self._file.close()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _frame(self, wire: str, direction: Direction, content: bytes, at: datetime, monotonic: float) -> bytes:
        since = at - _EPOCH
        utc = (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000
        name = wire.encode()
        self._n += 1
        head = _HEAD.pack(len(name) + len(content), self._n, utc, round(monotonic * 1e9), direction, len(name))
        frame = head + name + content
        return frame + _CHECK.pack(crc32(frame))

    def _append(self, content: bytes) -> None:
        self._buffer += content
        self._length += len(content)

    def _flush(self) -> None:
        for each in self._kept:
            self._append(self._frame(*each))
        self._kept.clear()
        self._held = 0
        try:
            while self._buffer:
                written = self._file.write(self._buffer) or 0
                self._digest.update(self._buffer[:written])
                del self._buffer[:written]
        except (OSError, ValueError) as error:
            raise self._failed(error) from error

    def _take_up(self) -> bytes:
        """Read what is there; cut off a frame that its writer did not finish, and return its bytes."""
        try:
            with self.path.open("r+b") as file:
                for frame, end in _frames(file, self.path):
                    self._n, self._length = frame.n, end
                self._length = self._length or min(len(MAGIC), file.seek(0, os.SEEK_END))
                file.seek(self._length)
                torn = file.read()
                file.truncate(self._length)
                if self._length < len(MAGIC):
                    file.truncate(0)
                    self._length = 0
                file.seek(0)
                while part := file.read(_BLOCK):
                    self._digest.update(part)
        except OSError as error:
            raise self._failed(error) from error
        return torn

    def _failed(self, error: Exception) -> StoreFailed:
        return StoreFailed(
            record=str(self.path),
            problem=Text("the transcript cannot be written: {error}", zh="通信记录无法写入：{error}").filled(
                error=error
            ),
        )


def read_transcript(path: Path, sealed: tuple[int, str] | None = None) -> Iterator[Frame]:
    """Yield the frames of a transcript.

    Args:
        path: of the file.
        sealed: length and SHA-256 of what has to be there, as `seal` returned them; only that much is read. Without
            it a frame at the end that its writer did not finish is left out.

    Raises:
        RecordAltered: a frame or the whole is not what was written.
        UnknownSchema: the file is no transcript of this form.
    """
    limit = None
    if sealed is not None:
        limit, digest = sealed
        if _digest_of(path, limit) != digest:
            raise _altered(path, Text("its digest is not the one in the journal", zh="摘要与流水账中的记录不符"))
    with path.open("rb") as file:
        end = len(MAGIC)
        for frame, position in _frames(file, path, limit):
            end = position
            yield frame
    if limit is not None and end != limit:
        raise _altered(path, Text("it does not end where it was sealed", zh="结尾与封存处不一致"))


def _frames(file: BinaryIO, path: Path, limit: int | None = None) -> Iterator[tuple[Frame, int]]:
    """Yield each whole frame with the position of its end."""
    magic = file.read(len(MAGIC))
    if not MAGIC.startswith(magic) or (magic and len(magic) < len(MAGIC) and limit is not None):
        raise UnknownSchema(
            record=str(path), problem=Text("is no transcript that this release knows", zh="不是本版本识别的通信记录")
        )
    yield from _frames_from(file, path, 0, len(MAGIC), limit)


def _frames_from(
    file: BinaryIO, path: Path, n: int, position: int, limit: int | None = None
) -> Iterator[tuple[Frame, int]]:
    """Yield each whole frame behind the `n`-th, which ended at `position`, where the file stands."""
    while limit is None or position < limit:
        head = file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        size, number, utc, monotonic, direction, named = _HEAD.unpack(head)
        rest = file.read(size + _CHECK.size)
        if len(rest) < size + _CHECK.size:
            if number != n + 1:
                raise _altered(path, _damaged(n + 1))
            return
        if crc32(head + rest[:size]) != _CHECK.unpack(rest[size:])[0] or number != n + 1:
            raise _altered(path, _damaged(n + 1))
        n, position = number, position + _HEAD.size + size + _CHECK.size
        yield (
            Frame(
                n=n,
                utc_ns=utc,
                monotonic_ns=monotonic,
                wire=rest[:named].decode(),
                direction=Direction(direction),
                content=rest[named:size],
            ),
            position,
        )


@define
class TranscriptFollower:
    """Reads a transcript while it is written: each call returns what has become whole since the last one.

    Args:
        path: of the file, which need not be there yet.
    """

    path: Path
    _n: int = field(default=0, init=False)
    _position: int = field(default=len(MAGIC), init=False)

    def fresh(self) -> list[Frame]:
        """Return the frames since the last call.

        Raises:
            RecordAltered: a frame is not what was written.
        """
        found: list[Frame] = []
        try:
            with self.path.open("rb") as file:
                file.seek(self._position)
                for frame, end in _frames_from(file, self.path, self._n, self._position):
                    found.append(frame)
                    self._n, self._position = frame.n, end
        except FileNotFoundError:
            pass
        return found


def _digest_of(path: Path, length: int) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while length > 0 and (part := file.read(min(length, _BLOCK))):
            digest.update(part)
            length -= len(part)
    return digest.hexdigest() if not length else ""


def _damaged(n: int) -> Text:
    return Text("frame {n} is damaged", zh="第 {n} 帧已损坏").filled(n=n)


def _altered(path: Path, problem: Text) -> RecordAltered:
    return RecordAltered(record=str(path), problem=problem)
