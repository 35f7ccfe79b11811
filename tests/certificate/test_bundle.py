import io
import random
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from attrs import define, evolve, field

from labctl.certificate.bundle import Bundle, bundle_of, read_bundle, write_bundle
from labctl.errors import RecordAltered, RecordError
from labctl.events.codec import encode, encode_event
from labctl.events.journal import GENESIS, Entry, chained, salt_of, sealed
from labctl.events.kinds import CertificateIssued, Event, NoteTaken, RecordEvaluated, TranscriptSealed
from labctl.language import Text
from tests.certificate.records import STARTED, record

TRANSCRIPT = b"labctl-transcript-1\nand what went over the wires" * 20


@define
class Kept:
    """A journal in memory."""

    stream: str = "20261124-0a3f"
    entries: list[Entry] = field(factory=list)
    blobs: dict[str, bytes] = field(factory=dict)

    def append(self, event: Event) -> None:
        canonical, n = encode_event(event), len(self.entries) + 1
        before = self.entries[-1].digest if self.entries else GENESIS
        salt = salt_of(b"secret", n)
        digest = chained(self.stream, n, before, sealed(salt, canonical))
        self.entries.append(Entry(n=n, event=event, canonical=canonical, digest=digest, salt=salt))

    def keep(self, content: bytes) -> str:
        digest = sha256(content).hexdigest()
        self.blobs[digest] = content
        return digest

    def read(self, after: int = 0) -> Iterator[Entry]:
        yield from self.entries[after:]

    def kept(self, digest: str) -> bytes:
        return self.blobs[digest]


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    journal = Kept()
    journal.append(NoteTaken(at=STARTED, text=Text("begins", zh="开始")))
    for length in (20, len(TRANSCRIPT)):
        digest = sha256(TRANSCRIPT[:length]).hexdigest()
        journal.append(TranscriptSealed(at=STARTED, length=length, digest=digest))
    journal.append(RecordEvaluated(at=STARTED, record=journal.keep(encode(record()))))
    pdf, xml = journal.keep(b"%PDF"), journal.keep(b"<xml/>")
    journal.append(
        CertificateIssued(at=STARTED, number="SIM-1", head="00" * 32, pdf=pdf, xml=xml, by="a", release="0.1.0")
    )
    path = tmp_path / "run.transcript"
    path.write_bytes(TRANSCRIPT + b"not sealed any more")
    return bundle_of(journal, path)


def test_an_archive_made_again_from_its_content_has_the_same_bytes(bundle: Bundle) -> None:
    archive = write_bundle(bundle)
    again = read_bundle(archive)
    assert write_bundle(again) == archive
    assert again.entries == bundle.entries
    assert again.transcript == TRANSCRIPT
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        assert file.namelist()[:4] == ["README.txt", "index.json", "journal.jsonl", "transcript.bin"]
        assert "记录包".encode() in file.read("README.txt")


def test_any_changed_byte_is_found(bundle: Bundle) -> None:
    archive = write_bundle(bundle)
    chosen = random.Random(5)  # noqa: S311  (which bytes, not a secret)
    for _ in range(400):
        altered = bytearray(archive)
        altered[chosen.randrange(len(archive))] ^= chosen.randrange(1, 256)
        with pytest.raises(RecordError):
            read_bundle(bytes(altered))


@pytest.mark.parametrize("cut", [1, 22, 300])
def test_a_shortened_or_lengthened_archive_is_refused(bundle: Bundle, cut: int) -> None:
    archive = write_bundle(bundle)
    for altered in (archive[:-cut], archive + bytes(cut), b"x" * cut + archive):
        with pytest.raises(RecordError):
            read_bundle(altered)


def _repacked(archive: bytes, *, compression: int = zipfile.ZIP_STORED, **changes: bytes | None) -> bytes:
    """Return an archive that somebody put together again, in good order, with other content."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", compression) as new:
        for entry in old.infolist():
            content = changes.get(entry.filename.partition(".")[0], old.read(entry))
            if content is not None:
                again = zipfile.ZipInfo(entry.filename, date_time=entry.date_time)
                again.create_system, again.external_attr = entry.create_system, entry.external_attr
                again.compress_type = compression
                new.writestr(again, content)
    return out.getvalue()


def test_an_archive_put_together_again_is_the_same_only_with_the_same_content(bundle: Bundle) -> None:
    archive = write_bundle(bundle)
    assert _repacked(archive) == archive
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        lines = file.read("journal.jsonl").splitlines()
    shorter = b"\n".join(lines[:-1]) + b"\n"
    swapped = b"\n".join([lines[1], lines[0], *lines[2:]]) + b"\n"
    changed = b"\n".join([lines[0].replace(b"begins", b"BEGINS"), *lines[1:]]) + b"\n"
    for altered in (
        _repacked(archive, compression=zipfile.ZIP_DEFLATED),
        _repacked(archive, README=b"another explanation"),
        _repacked(archive, transcript=TRANSCRIPT[:-1]),
        _repacked(archive, transcript=TRANSCRIPT + b"more"),
        _repacked(archive, transcript=None),
        _repacked(archive, journal=shorter),
        _repacked(archive, journal=swapped),
        _repacked(archive, journal=changed),
        _repacked(archive, index=b"{}"),
    ):
        with pytest.raises(RecordAltered):
            read_bundle(altered)


def test_a_file_that_an_event_speaks_of_cannot_be_left_out(bundle: Bundle) -> None:
    lacking = evolve(bundle, blobs={name: content for name, content in bundle.blobs.items() if content != b"%PDF"})
    with pytest.raises(RecordAltered, match="missing"):
        read_bundle(write_bundle(lacking))


def test_a_transcript_that_is_not_what_was_sealed_is_refused(bundle: Bundle) -> None:
    altered = evolve(bundle, transcript=TRANSCRIPT.replace(b"wires", b"WIRES", 1))
    with pytest.raises(RecordAltered, match="sealed"):
        read_bundle(write_bundle(altered))
