"""The one door to SQLite: a version that is safe, connections set up alike, and its errors in a person's words."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import apsw

from labctl.errors import RecordAltered, RecordError, StoreFailed
from labctl.language import Text

OLDEST = (3, 51, 3)  # before it, two connections that write and checkpoint could corrupt a WAL file
Value = str | int | float | bytes | None
T = TypeVar("T")


def checked_version() -> str:
    """Return the version of SQLite in use.

    Raises:
        StoreFailed: it is older than the first one whose write-ahead log is safe.
    """
    found = apsw.sqlite_lib_version()
    if tuple(int(part) for part in found.split(".")) < OLDEST:
        raise StoreFailed(
            record="SQLite",
            problem=Text(
                "version {found} can corrupt a journal; install apsw with SQLite {oldest} or newer",
                zh="版本 {found} 可能损坏日志；请安装含 SQLite {oldest} 或更新版本的 apsw",
            ).filled(found=found, oldest=".".join(map(str, OLDEST))),
        )
    return found


def connect(path: Path, *, read_only: bool) -> apsw.Connection:
    """Open a database file, waiting a moment for others.

    Raises:
        StoreFailed: it cannot be opened: missing, read-only, locked or broken.
    """
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    return spoken(path, lambda: _opened(path, flags, read_only=read_only))


def _opened(path: Path, flags: int, *, read_only: bool) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(5000)
    if read_only:
        try:
            rows(connection, "select count(*) from sqlite_schema")
        except (apsw.CantOpenError, apsw.ReadOnlyError):
            # A write-ahead database on a disk that nobody can write: nobody changes it, so it needs no lock.
            connection.close()
            if not path.is_file():
                raise
            connection = apsw.Connection(f"{path.absolute().as_uri()}?immutable=1", flags=flags | apsw.SQLITE_OPEN_URI)
            rows(connection, "select count(*) from sqlite_schema")
    return connection


def rows(connection: apsw.Connection, statement: str, *values: Value) -> list[tuple[Value, ...]]:
    """Execute every statement of a text to its end and return all rows; APSW alone would stop at the first row."""
    return list(connection.execute(statement, values)) if values else list(connection.execute(statement))


def spoken(path: Path, act: Callable[[], T]) -> T:
    """Return what `act` returns; an error of the database becomes one of ours, naming the file.

    Raises:
        RecordAltered: the file is no database any more.
        StoreFailed: the disk or another program refuses.
    """
    try:
        return act()
    except (apsw.Error, OSError) as error:
        raise in_words(path, error) from error


def in_words(path: Path, error: BaseException) -> RecordError:
    """Return our error for one of SQLite's or of the operating system's."""
    if isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        return RecordAltered(
            record=path.name,
            problem=Text("the file is damaged: {error}", zh="文件已损坏：{error}").filled(error=error),
        )
    return StoreFailed(record=path.name, problem=_problem(path, error).filled(error=error, folder=path.parent))


def _problem(path: Path, error: BaseException) -> Text:
    if isinstance(error, apsw.FullError) or getattr(error, "errno", 0) == errno.ENOSPC:
        return Text(
            "the disk of {folder} is full ({error}); free some space, then resume the run",
            zh="{folder} 所在磁盘已满（{error}）；请清理空间后恢复运行",
        )
    if isinstance(error, (apsw.BusyError, apsw.LockedError)):
        return Text(
            "another program holds the file ({error}); close it, then resume the run",
            zh="文件被其他程序占用（{error}）；请关闭该程序后恢复运行",
        )
    read_only = getattr(error, "errno", 0) == errno.EROFS
    if read_only or isinstance(error, (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError, PermissionError)):
        if not path.parent.is_dir():
            return Text("there is no folder {folder}", zh="文件夹 {folder} 不存在")
        return Text(
            "the file or its folder {folder} is read-only or missing ({error}); make it writable, or choose "
            "another one with --data",
            zh="文件或其文件夹 {folder} 只读或不存在（{error}）；请设为可写，或用 --data 另选位置",
        )
    return Text(
        "the disk refuses ({error}); nothing further is recorded, check the disk, then resume the run",
        zh="磁盘拒绝读写（{error}）；已停止记录，请检查磁盘后恢复运行",
    )
