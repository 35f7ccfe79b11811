"""The record of one run in one file: appended, chained, on the disk before anything else happens."""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Self, cast

import apsw

from labctl.errors import RecordAltered, RecordError, StoreFailed, UnknownSchema
from labctl.events.codec import decode_event, encode_event
from labctl.events.journal import GENESIS, Entry, Head, chained, salt_of, sealed
from labctl.events.kinds import Event
from labctl.language import Text
from labctl.store.lock import FileLock
from labctl.store.sqlite import Value, checked_version, connect, in_words, rows, spoken

FORMAT = 2
_SECRET = 32  # bytes
_APPLICATION = 0x6C616263  # "labc", so that `file` and a database browser can name it
_CREATE = """
create table meta (name text primary key, value text not null) strict;
create table event (n integer primary key, kind text not null, canonical blob not null, digest blob not null) strict;
create table blob (sha256 text primary key, content blob not null) strict;
create trigger event_in_order before insert on event
    when new.n is not (select coalesce(max(n), 0) + 1 from event)
    begin select raise(abort, 'events are appended one by one'); end;
create trigger event_stays before update on event begin select raise(abort, 'events are never changed'); end;
create trigger event_kept before delete on event begin select raise(abort, 'events are never removed'); end;
create trigger blob_stays before update on blob begin select raise(abort, 'blobs are never changed'); end;
create trigger blob_kept before delete on blob begin select raise(abort, 'blobs are never removed'); end;
create trigger meta_stays before update on meta begin select raise(abort, 'the head is never changed'); end;
create trigger meta_kept before delete on meta begin select raise(abort, 'the head is never removed'); end;
"""
_PAGE = 200  # entries fetched at a time, so that a reader never holds the file for long


class JournalFile:
    """What a reader and the writer of a journal share: the chain, checked as it is read."""

    def __init__(self, path: Path, connection: apsw.Connection) -> None:
        self.path = path
        self._connection = connection
        self._stream, self._secret = self._meta()

    @property
    def stream(self) -> str:
        """Return the identity of the run."""
        return self._stream

    @property
    def head(self) -> Head:
        """Return the end of the chain as it stands in the file."""
        found = self._ask("select n, digest from event order by n desc limit 1")
        if not found:
            return Head(n=0, digest=GENESIS)
        return Head(n=cast("int", found[0][0]), digest=cast("bytes", found[0][1]))

    def read(self, after: int = 0) -> Iterator[Entry]:
        """Return the entries after a number, in order, checked against the chain.

        Raises:
            RecordAltered: an entry is missing, out of order or not what it was; the error names it.
            UnknownSchema: an entry was written by a newer release.
        """
        before = self._digest_of(after)
        expected = after + 1
        while page := self._ask(
            "select n, kind, canonical, digest from event where n >= ? order by n limit ?", expected, _PAGE
        ):
            for n, kind, canonical, digest in page:
                entry = self._checked(expected, before, n, kind, canonical, digest)
                yield entry
                before, expected = entry.digest, expected + 1

    def verify(self) -> Head:
        """Read everything, blobs included, and return the end of the chain.

        Raises:
            RecordAltered: something is not what it was when it was written.
        """
        last = Head(n=0, digest=GENESIS)
        for entry in self.read():
            last = Head(n=entry.n, digest=entry.digest)
        for (digest,) in self._ask("select sha256 from blob"):
            self.kept(cast("str", digest))
        return last

    def kept(self, digest: str) -> bytes:
        """Return a blob by its SHA-256.

        Raises:
            RecordAltered: there is none, or its bytes have another digest.
        """
        found = self._ask("select content from blob where sha256 = ?", digest)
        content = found[0][0] if found else None
        if not isinstance(content, bytes) or sha256(content).hexdigest() != digest:
            raise RecordAltered(
                record=f"{self.path.name}, {digest[:12]}…",
                problem=Text("an enclosed file is missing or changed", zh="所附文件缺失或被改动"),
            )
        return content

    def close(self) -> None:
        """Close the file; closing twice is allowed."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Use the journal for a block of statements."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _ask(self, statement: str, *values: Value) -> list[tuple[Value, ...]]:
        return spoken(self.path, lambda: rows(self._connection, statement, *values))

    def _meta(self) -> tuple[str, bytes]:
        """Return whose journal it is, and the secret of its seals."""
        try:
            version = self._ask("pragma user_version")[0][0]
            found = self._ask("select value from meta where name in ('stream', 'secret') order by name desc")
        except StoreFailed as error:
            if isinstance(error.__cause__, apsw.SQLError):
                raise self._altered(Text("this is no journal of labctl", zh="这不是 labctl 的日志文件")) from error
            raise
        if version != FORMAT:
            raise UnknownSchema(
                record=self.path.name,
                problem=(_OLDER if isinstance(version, int) and version < FORMAT else _NEWER).filled(version=version),
            )
        with suppress(ValueError):
            match [each for (each,) in found]:
                case [str(stream), str(secret)]:
                    return stream, bytes.fromhex(secret)
                case _:
                    pass
        raise self._altered(Text("the journal does not say whose it is", zh="日志未注明所属运行"))

    def _digest_of(self, n: int) -> bytes:
        if n == 0:
            return GENESIS
        found = self._ask("select digest from event where n = ?", n)
        if not found or not isinstance(found[0][0], bytes):
            raise self._altered(Text("entry {n} is missing", zh="缺少第 {n} 条").filled(n=n))
        return found[0][0]

    def _checked(self, expected: int, before: bytes, n: Value, kind: Value, canonical: Value, digest: Value) -> Entry:
        if n != expected:
            raise self._altered(Text("entry {n} is missing", zh="缺少第 {n} 条").filled(n=expected))
        salt = salt_of(self._secret, expected)
        if not (isinstance(canonical, bytes) and isinstance(digest, bytes)) or digest != chained(
            self._stream, expected, before, sealed(salt, canonical)
        ):
            raise self._altered(
                Text(
                    "entry {n} is not what was written; the chain breaks there",
                    zh="第 {n} 条与写入时不符，链在此处断开",
                ).filled(n=expected)
            )
        try:
            event = decode_event(canonical)
        except RecordError as error:
            named = Text("entry {n}: {problem}", zh="第 {n} 条：{problem}").filled(n=expected, problem=error.problem)
            raise type(error)(record=self.path.name, problem=named) from error
        if type(event).__name__ != kind:
            raise self._altered(
                Text("entry {n} is labelled {kind}", zh="第 {n} 条的类别标注为 {kind}").filled(n=expected, kind=kind)
            )
        return Entry(n=expected, event=event, canonical=canonical, digest=digest, salt=salt)

    def _altered(self, problem: Text) -> RecordAltered:
        return RecordAltered(record=self.path.name, problem=problem)


class SqliteJournal(JournalFile):
    """The journal of one run, held by its one writer.

    Every `append` is one commit that reaches the disk before it returns. After the first failure the journal is
    finished: a commit that failed once is never tried again, since nobody knows what the disk kept of it.

    Args:
        path: the file; created when it does not exist.
        stream: the identity of the run; must agree with the file's where it exists.
        patience: seconds to wait for whoever holds it, such as an engine that is about to end.
        durable: False only where nothing is evidence (validation, trial runs): no waiting for the disk.

    Raises:
        AlreadyOpen: another engine holds the journal; the error names its process.
        StoreFailed: the disk refuses.
        RecordAltered: the file exists and is no journal, or another run's.
    """

    def __init__(self, path: Path, stream: str, *, durable: bool = True, patience: float = 0.0) -> None:
        checked_version()
        self._failure: RecordError | None = None
        subject = Text("the journal of run {stream}", zh="运行 {stream} 的日志").filled(stream=stream)
        self._lock = FileLock(path.with_name(f"{path.name}.lock"), subject)
        spoken(path, lambda: path.parent.mkdir(parents=True, exist_ok=True))
        spoken(path, lambda: self._lock.acquire(patience=patience, living=True))
        try:
            connection = connect(path, read_only=False)
            spoken(path, lambda: _prepare(connection, stream, durable=durable))
            super().__init__(path, connection)
            self._belongs_to(stream)
            self._head = super().head
        except BaseException:
            self._lock.release()
            raise

    @property
    def head(self) -> Head:
        """Return the end of the chain."""
        return self._head

    def append(self, event: Event) -> int:
        """Make the event durable and return its number.

        Raises:
            StoreFailed: it is not durable; the journal takes nothing further.
        """
        canonical = encode_event(event)
        n = self._head.n + 1
        digest = chained(self.stream, n, self._head.digest, sealed(salt_of(self._secret, n), canonical))
        self._write("insert into event values (?, ?, ?, ?)", n, type(event).__name__, canonical, digest)
        self._head = Head(n=n, digest=digest)
        return n

    def keep(self, content: bytes) -> str:
        """Keep a blob beside the events and return its SHA-256, hexadecimal."""
        digest = sha256(content).hexdigest()
        self._write("insert or ignore into blob values (?, ?)", digest, content)
        return digest

    def close(self) -> None:
        """Close the file as a single one, without a log beside it, and give back the lock."""
        if self._failure is None:
            with suppress(apsw.Error):  # somebody is reading: the log stays, which loses nothing
                rows(self._connection, "pragma journal_mode = delete")
        super().close()
        self._lock.release()

    def _belongs_to(self, stream: str) -> None:
        if self.stream != stream:
            raise self._altered(Text("it belongs to run {found}", zh="它属于运行 {found}").filled(found=self.stream))

    def _write(self, statement: str, *values: Value) -> None:
        if self._failure is not None:
            raise self._failure
        try:
            rows(self._connection, statement, *values)
        except (apsw.Error, OSError) as error:
            self._failure = in_words(self.path, error)
            raise self._failure from error


def open_journal(path: Path) -> JournalFile:
    """Open a journal to read it, while its engine writes or afterwards.

    Raises:
        StoreFailed: there is none, or it cannot be read.
        RecordAltered: the file is no journal.
    """
    if not path.is_file():
        raise StoreFailed(
            record=path.name,
            problem=Text("there is no such file in {folder}", zh="{folder} 中没有此文件").filled(folder=path.parent),
        )
    return JournalFile(path, connect(path, read_only=True))


def _prepare(connection: apsw.Connection, stream: str, *, durable: bool) -> None:
    if durable:
        mode = rows(connection, "pragma journal_mode = wal; pragma synchronous = full")[0][0]
        if mode != "wal":
            raise apsw.ReadOnlyError
    else:
        rows(connection, "pragma journal_mode = memory; pragma synchronous = off")
    with connection:  # the tables and whose they are: both or neither
        if not rows(connection, "select 1 from sqlite_schema"):
            rows(connection, f"pragma application_id = {_APPLICATION}; pragma user_version = {FORMAT}")
            rows(connection, _CREATE)
            rows(connection, "insert into meta values ('stream', ?)", stream)
            rows(connection, "insert into meta values ('secret', ?)", token_hex(_SECRET))


_OLDER = Text(
    "journal format {version} is of an earlier release; read it with that labctl",
    zh="日志格式 {version} 属于早期版本，请用该版本的 labctl 读取",
)
_NEWER = Text(
    "journal format {version} is not known to this release; use a newer labctl",
    zh="本版本不识别日志格式 {version}，请使用更新的 labctl",
)
