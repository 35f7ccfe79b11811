"""A backup is consistent, verified, and never mixed with another."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from labctl.errors import AlreadyOpen, RecordAltered, StoreFailed
from labctl.events.kinds import CertificateRegistered, NoteTaken, RunSealed, TranscriptSealed
from labctl.language import Text
from labctl.records.calibration import Outcome
from labctl.store.backup import Backup
from labctl.store.folder import DataFolder, data_folder
from labctl.store.forecast import forecast, refuse_short_disk
from labctl.store.journal import SqliteJournal, open_journal
from labctl.store.ledger import STREAM, Ledger

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BYTES = b"*IDN?\n"


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    with SqliteJournal(folder.journal("run-1"), "run-1") as journal:
        folder.transcript("run-1").write_bytes(BYTES + b"not sealed yet")
        journal.append(TranscriptSealed(at=NOON, length=len(BYTES), digest=sha256(BYTES).hexdigest()))
    Ledger(folder.ledger).append(
        RunSealed(at=NOON, run="run-1", entries=1, head="00", outcome=Outcome.FINISHED, simulated=True)
    )
    return folder


def test_a_running_journal_is_copied_as_it_stands(folder: DataFolder, tmp_path: Path) -> None:
    copy = DataFolder(tmp_path / "copy")
    with SqliteJournal(folder.journal("run-2"), "run-2") as running:
        running.append(NoteTaken(at=NOON, text=Text("a", zh="一")))
        copied = {each.stream: each for each in Backup(folder, copy).make()}
        running.append(NoteTaken(at=NOON, text=Text("b", zh="二")))
    assert {name: each.entries for name, each in copied.items()} == {"run-1": 1, "run-2": 1, "ledger": 1}
    with open_journal(copy.journal("run-1")) as journal:
        assert journal.verify().digest.hex() == copied["run-1"].head
    assert copy.transcript("run-1").read_bytes() == BYTES


def test_a_changed_transcript_is_not_copied_in_silence(folder: DataFolder, tmp_path: Path) -> None:
    folder.transcript("run-1").write_bytes(b"*IDN!\n")
    with pytest.raises(RecordAltered, match="sealed"):
        Backup(folder, DataFolder(tmp_path / "copy")).make()


def test_a_backup_needs_an_empty_folder(folder: DataFolder) -> None:
    with pytest.raises(StoreFailed, match="not empty"):
        Backup(folder, folder).make()


def test_the_ledger_finds_certificates_and_ended_runs(folder: DataFolder) -> None:
    ledger = Ledger(folder.ledger)
    entry = CertificateRegistered(
        at=NOON, number="2026-0001", run="run-1", head="00", pdf="aa", xml="bb", simulated=False
    )
    ledger.append(entry)
    assert ledger.certificate("2026-0001") == entry
    assert ledger.certificate("2026-0002") is None
    sealed = ledger.sealed("run-1")
    assert sealed is not None
    assert sealed.outcome is Outcome.FINISHED
    assert Ledger(folder.root / "none.sqlite").sealed("run-1") is None


def test_who_waits_too_long_for_the_ledger_is_told_who_holds_it(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labctl.store.ledger._PATIENCE", 0.0)
    with SqliteJournal(folder.ledger, STREAM), pytest.raises(AlreadyOpen, match="process"):
        Ledger(folder.ledger).append(NoteTaken(at=NOON, text=Text("a", zh="一")))


def test_a_run_that_the_disk_cannot_hold_is_refused(tmp_path: Path) -> None:
    refuse_short_disk(tmp_path / "not" / "yet" / "there", forecast(1))
    with pytest.raises(StoreFailed, match=r"needs about \d+ MB, \d+ MB are free"):
        refuse_short_disk(tmp_path, 1 << 60)


def test_the_data_folder_is_given_or_said_by_the_environment(tmp_path: Path) -> None:
    assert data_folder(tmp_path) == tmp_path
    assert data_folder(None, {"LABCTL_DATA": str(tmp_path)}) == tmp_path
    assert data_folder(None, {"XDG_DATA_HOME": "/x"}).name == "labctl"
    with pytest.raises(StoreFailed, match="no such run"):
        DataFolder(tmp_path).existing_journal("20260101-0000")
