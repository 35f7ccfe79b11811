"""A journal keeps what it acknowledged, tells of every change, and takes nothing after its first failure."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import apsw
import pytest

from labctl.errors import AlreadyOpen, RecordAltered, StoreFailed, UnknownSchema
from labctl.events.journal import GENESIS
from labctl.events.kinds import NoteTaken
from labctl.language import Language, Text
from labctl.store import sqlite
from labctl.store.journal import SqliteJournal, open_journal
from labctl.store.lock import FileLock

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def note(number: int) -> NoteTaken:
    return NoteTaken(at=NOON, text=Text(f"note {number}", zh=f"备注 {number}"))


def written(path: Path, count: int = 5) -> Path:
    with SqliteJournal(path, "run") as journal:
        for number in range(1, count + 1):
            journal.append(note(number))
    return path


def tampered(path: Path, statements: str) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("drop trigger event_stays; drop trigger event_kept; drop trigger event_in_order").fetchall()
    connection.execute(statements).fetchall()
    connection.close()


def test_what_was_appended_is_read_back_in_order(tmp_path: Path) -> None:
    with open_journal(written(tmp_path / "run.sqlite")) as journal:
        assert [entry.event for entry in journal.read()] == [note(n) for n in range(1, 6)]
        assert [entry.n for entry in journal.read(after=3)] == [4, 5]
        assert journal.stream == "run"


def test_an_acknowledged_event_survives_the_death_of_its_writer(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from labctl.events.kinds import NoteTaken; from labctl.language import Text\n"
        "from labctl.store.journal import SqliteJournal\n"
        "journal = SqliteJournal(Path(sys.argv[1]), 'run')\n"
        "for n in range(7): journal.append(NoteTaken(at=datetime(2026, 1, 5, tzinfo=UTC), text=Text('x', zh='x')))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = tmp_path / "run.sqlite"
    subprocess.run([sys.executable, "-c", script, str(path)], check=False, timeout=60)
    with SqliteJournal(path, "run") as journal:
        assert journal.head.n == 7
        assert journal.append(note(8)) == 8
        assert journal.verify() == journal.head


def test_a_reader_follows_while_the_writer_writes(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path / "run.sqlite", "run") as journal:
        journal.append(note(1))
        with open_journal(tmp_path / "run.sqlite") as reader:
            assert reader.head == journal.head
            journal.append(note(2))
            assert [entry.n for entry in reader.read(after=1)] == [2]


def test_the_closed_journal_is_one_file_that_a_read_only_disk_can_show(tmp_path: Path) -> None:
    path = written(tmp_path / "run.sqlite")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["run.sqlite", "run.sqlite.lock"]
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    with open_journal(path) as journal:
        assert journal.verify().n == 5
    tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    "change",
    [
        "update event set canonical = cast(replace(cast(canonical as text), 'note 3', 'note 8') as blob) where n = 3",
        "update event set kind = 'RunFinished' where n = 3",
        "update event set digest = zeroblob(32) where n = 3",
        "delete from event where n = 3; update event set n = n - 1 where n > 3",
        "delete from event where n = 3",
        "insert into event select n + 100, kind, canonical, digest from event where n = 3",
    ],
)
def test_a_changed_entry_is_named(tmp_path: Path, change: str) -> None:
    path = written(tmp_path / "run.sqlite")
    tampered(path, change)
    with open_journal(path) as journal, pytest.raises(RecordAltered, match=r"entry (3|4|6)") as caught:
        journal.verify()
    assert "第" in caught.value.within(Language.CHINESE)


def test_the_file_itself_refuses_to_be_changed(tmp_path: Path) -> None:
    connection = apsw.Connection(str(written(tmp_path / "run.sqlite")))
    for change in (
        "update event set kind = 'x'",
        "delete from event",
        "insert into event values (9, 'x', x'', x'')",
        "update meta set value = 'other'",
        "update blob set content = x''",
    ):
        if "blob set" in change:
            connection.execute("insert into blob values ('a', x'00')").fetchall()
        with pytest.raises(apsw.ConstraintError):
            connection.execute(change).fetchall()
    connection.close()


def test_a_second_engine_is_refused_and_told_who_holds_the_journal(tmp_path: Path) -> None:
    with (
        SqliteJournal(tmp_path / "run.sqlite", "run"),
        pytest.raises(AlreadyOpen, match=str(os.getpid())),
    ):
        SqliteJournal(tmp_path / "run.sqlite", "run")


def test_another_runs_journal_and_a_strange_file_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "run.sqlite")
    with pytest.raises(RecordAltered, match="belongs to run run"):
        SqliteJournal(path, "other")
    (tmp_path / "strange.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(RecordAltered):
        open_journal(tmp_path / "strange.sqlite")
    with pytest.raises(StoreFailed, match="no such file"):
        open_journal(tmp_path / "missing.sqlite")
    connection = apsw.Connection(str(tmp_path / "newer.sqlite"))
    connection.execute("create table meta (name, value); pragma user_version = 7").fetchall()
    connection.close()
    with pytest.raises(UnknownSchema, match="format 7"):
        open_journal(tmp_path / "newer.sqlite")


def test_a_failed_commit_is_never_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SqliteJournal(tmp_path / "run.sqlite", "run") as journal:
        journal.append(note(1))

        def full(*_: object) -> NoReturn:
            raise apsw.FullError

        with monkeypatch.context() as disk:
            disk.setattr("labctl.store.journal.rows", full)
            with pytest.raises(StoreFailed, match="is full"):
                journal.append(note(2))
        with pytest.raises(StoreFailed, match="is full"):
            journal.append(note(2))
        assert journal.head.n == 1
    with open_journal(tmp_path / "run.sqlite") as reader:
        assert reader.verify().n == 1


def test_blobs_are_kept_by_their_digest(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path / "run.sqlite", "run") as journal:
        digest = journal.keep(b"METHOD = 1\n")
        assert journal.keep(b"METHOD = 1\n") == digest
        assert journal.kept(digest) == b"METHOD = 1\n"
        with pytest.raises(RecordAltered):
            journal.kept("0" * 64)


def test_an_empty_journal_has_the_genesis_head(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path / "run.sqlite", "run", durable=False) as journal:
        assert (journal.head.n, journal.head.digest) == (0, GENESIS)


def test_an_old_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "OLDEST", (99, 0, 0))
    with pytest.raises(StoreFailed, match=r"99\.0\.0"):
        SqliteJournal(tmp_path / "run.sqlite", "run")


def test_a_lock_ends_with_its_holder(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "bench.lock").acquire("run a")
    with pytest.raises(AlreadyOpen, match="run a"):
        FileLock(tmp_path / "bench.lock").acquire("run b")
    lock.release()
    with FileLock(tmp_path / "bench.lock"):
        pass
