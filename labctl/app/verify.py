"""Verify a certificate or record: recompute it from the recorded bytes and say what agrees and what differs."""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from attrs import evolve, frozen

from labctl.app.issue import PDF, XML, folder_of
from labctl.app.verification.figures import recomputed
from labctl.app.verification.report import Digits, Finding, Report, Step
from labctl.app.verification.wires import replayed, transcribed
from labctl.certificate.bundle import Bundle, bundle_of, read_bundle
from labctl.certificate.reading import figures_of, number_of
from labctl.errors import LabctlError, RecordError, StoreFailed
from labctl.events.kinds import CertificateIssued, CertificateRegistered
from labctl.language import Text, reason_of
from labctl.procedure.procedure import Procedure
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal
from labctl.store.ledger import Ledger

_ARCHIVE = b"PK"


@frozen(kw_only=True)
class FoundRecord:
    """The record that a file rests on, and where it was."""

    bundle: Bundle
    where: Text


def verify(
    file: Path, record: Path | None = None, data: Path | None = None, *, procedure: Procedure | None = None
) -> Report:
    """Verify a certificate (PDF or XML) or a record bundle.

    The record is FILE itself, the one given, `record.*` beside FILE, or the laboratory's own by certificate number.

    Args:
        file: what to verify.
        record: the bundle that it rests on.
        data: the laboratory's data folder.
        procedure: the one that the run followed, where it is not installed.

    Raises:
        StoreFailed: FILE or the record given cannot be read.
    """
    content = read_file(file)
    is_record = _is_record(file, content)
    number = "" if is_record else number_of(content)
    try:
        found = find_record(file, content, record, data)
    except StoreFailed:
        raise
    except LabctlError as error:
        return _report(file, number, None, Step(name="record", finding=Finding.DIFFERS, said=error.text()))
    if found is None:
        said = _NO_RECORD if number else _NO_NUMBER
        return _report(file, number, None, Step(name="record", finding=Finding.UNKNOWN, said=said))
    bundle = found.bundle
    steps = [_intact(found), replayed(bundle), transcribed(bundle)]
    if not bundle.certificates:
        return _report(file, number, bundle, *steps, Step(name="file", finding=Finding.UNKNOWN, said=_NOT_ISSUED))
    if is_record:
        figures: tuple[Digits, ...] = ()
        for each in bundle.certificates:
            again = recomputed(bundle, each, procedure)
            several = len(bundle.certificates) > 1
            steps += [_numbered(each.number, step) for step in again.steps] if several else again.steps
            steps += _neighbours(file, bundle, each)
            figures += again.figures
        numbers = ", ".join(each.number for each in bundle.certificates)
        return _report(file, numbers, bundle, *steps, figures=figures)
    issued = certificate_of(content, number, bundle) or bundle.certificates[-1]
    again = recomputed(bundle, issued, procedure)
    steps += [*again.steps, _same(file.name, content, bundle, issued)]
    return _report(file, issued.number, bundle, *steps, figures=_of_file(content, again.figures))


def read_file(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        StoreFailed: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreFailed(
            record=str(path),
            problem=Text("cannot be read: {error}", zh="无法读取：{error}").filled(error=reason_of(error)),
        ) from error


def _is_record(file: Path, content: bytes) -> bool:
    return content.startswith(_ARCHIVE) or file.suffix == ".zip"


def _record_in(path: Path, content: bytes) -> FoundRecord:
    return FoundRecord(bundle=read_bundle(content, path.name), where=Text(path.name, zh=path.name))


def find_record(file: Path, content: bytes, given: Path | None, data: Path | None) -> FoundRecord | None:
    """Return the record that a file rests on, or that it is; None where there is none.

    Raises:
        RecordAltered: there is one, and it is not what it was.
        StoreFailed: the record given cannot be read.
    """
    if _is_record(file, content):
        return _record_in(file, content)
    number = number_of(content)
    if given is not None:
        return _record_in(given, read_file(given))
    beside = [_record_in(path, read_file(path)) for path in _beside(file)] or list(_of_run(file))
    known = [each for each in beside if each.bundle.issued is not None]
    for found in known:
        if _rests_on(content, number, found.bundle):
            return found
    kept = _in_store(content, number, data) if data is not None else None
    return kept or next(iter(known), None)  # a number that nobody knows may itself have been changed


def _beside(file: Path) -> Iterator[Path]:
    for path in sorted(file.absolute().parent.glob("record.*")):
        if path.is_file() and path.name != file.name:
            yield path


def _of_run(file: Path) -> Iterator[FoundRecord]:
    """Return the records one folder up, of runs with several units in whose folder the file stands."""
    folder = file.absolute().parent
    for path in sorted(folder.parent.glob("record.*")):
        with suppress(LabctlError):
            found = _record_in(path, read_file(path))
            if any(each.unit and folder_of(each.unit).name == folder.name for each in found.bundle.certificates):
                yield found


def _in_store(content: bytes, number: str, data: Path) -> FoundRecord | None:
    folder = DataFolder(data)
    digest = sha256(content).hexdigest()
    for entry in Ledger(folder.ledger).read():
        event = entry.event
        if isinstance(event, CertificateRegistered) and (
            digest in {event.pdf, event.xml} or (number and event.number == number)
        ):
            with open_journal(folder.existing_journal(event.run)) as journal:
                bundle = bundle_of(journal, folder.transcript(event.run))
            where = Text("the laboratory's own record of run {run}", zh="本实验室存档，运行 {run}")
            return FoundRecord(bundle=bundle, where=where.filled(run=event.run))
    return None


def _intact(found: FoundRecord) -> Step:
    bundle = found.bundle
    said = (_PART if bundle.is_part else _WHOLE).filled(
        where=found.where,
        entries=bundle.length,
        withheld=len(bundle.withheld),
        abridged=len(bundle.abridged),
        head=f"{bundle.head[:16]}…",
        blobs=len(bundle.blobs),
        length=len(bundle.transcript),
    )
    return Step(name="record", finding=Finding.AGREES, said=said)


def _rests_on(content: bytes, number: str, bundle: Bundle) -> bool:
    return bool(bundle.certificates) and (not number or certificate_of(content, number, bundle) is not None)


def certificate_of(content: bytes, number: str, bundle: Bundle) -> CertificateIssued | None:
    """Return which certificate of a record a file is, by its bytes, else by its number; None where it is none."""
    digest = sha256(content).hexdigest()
    by_bytes = [each for each in bundle.certificates if digest in {each.pdf, each.xml}]
    by_number = [each for each in bundle.certificates if each.number == number]
    return next(iter((*by_bytes, *by_number)), None)


def _numbered(number: str, step: Step) -> Step:
    return evolve(step, said=Text("{number}: {said}", zh="{number}：{said}").filled(number=number, said=step.said))


def _same(name: str, content: bytes, bundle: Bundle, issued: CertificateIssued) -> Step:
    """Compare a file with the one that was issued, by its digest."""
    digest = sha256(content).hexdigest()
    if digest in {issued.pdf, issued.xml}:
        return Step(name="file", finding=Finding.AGREES, said=_ISSUED.filled(name=name, digest=f"{digest[:16]}…"))
    original = bundle.blobs[issued.xml if content.lstrip().startswith(b"<") else issued.pdf]
    at = next((i for i, (a, b) in enumerate(zip(content, original, strict=False)) if a != b), None)
    where = at if at is not None else min(len(content), len(original))
    return Step(name="file", finding=Finding.DIFFERS, said=_NOT_THE_ISSUED.filled(name=name, at=where + 1))


def _neighbours(file: Path, bundle: Bundle, issued: CertificateIssued) -> list[Step]:
    """Compare the certificate's files that lie beside its record, or in the unit's folder there."""
    found = [file.absolute().parent / folder_of(issued.unit) / name for name in (PDF, XML)]
    return [_same(path.name, path.read_bytes(), bundle, issued) for path in found if path.is_file()]


def _of_file(content: bytes, figures: tuple[Digits, ...]) -> tuple[Digits, ...]:
    """Put the numbers of the XML that is verified in place of those that were issued."""
    if not content.lstrip().startswith(b"<"):
        return figures
    try:
        read = figures_of(content)
    except RecordError:
        return figures
    known = {each.place: each.recomputed for each in figures}
    return tuple(
        Digits(place=place, printed=read.get(place, "—"), recomputed=known.get(place, "—"))
        for place in dict.fromkeys((*known, *read))
    )


def _report(file: Path, number: str, bundle: Bundle | None, *steps: Step, figures: tuple[Digits, ...] = ()) -> Report:
    run = bundle.stream if bundle is not None else ""
    return Report(file=str(file), number=number, run=run, steps=steps, figures=figures)


_WHOLE = Text(
    "{where}: {entries} entries in an unbroken chain, head {head}; {blobs} enclosed files and "
    "{length} bytes of transcript as they were sealed",
    zh="{where}：{entries} 条记录链完整，末端 {head}；所附 {blobs} 个文件和 {length} 字节通信记录与封存时一致",
)
_PART = Text(
    "{where}: the part for one customer, {entries} entries in an unbroken chain, head {head}; {withheld} that concern "
    "other customers are withheld, their seals in their places, {abridged} are abridged; {blobs} enclosed files as "
    "they were sealed",
    zh="{where}：仅供一个客户的部分记录，{entries} 条记录链完整，末端 {head}；"
    "其中 {withheld} 条涉及其他客户，仅保留封印，{abridged} 条为节录；所附 {blobs} 个文件与封存时一致",
)
_NO_NUMBER = Text(
    "no certificate number can be read in it, and no record is beside it. Give a certificate.pdf or certificate.xml, "
    "or name the record.zip itself",
    zh="其中读不出证书编号，旁边也没有记录。请给出 certificate.pdf 或 certificate.xml，或直接给出 record.zip",
)
_NO_RECORD = Text(
    "its record is not here: neither beside it as record.zip, nor in the laboratory's data folder. "
    "Name it with --record",
    zh="未找到其记录：旁边没有 record.zip，本实验室数据文件夹中也没有。请用 --record 指定",
)
_NOT_ISSUED = Text("no certificate has been issued on this record", zh="尚未依据该记录出具证书")
_ISSUED = Text("{name} is the issued file, SHA-256 {digest}", zh="{name} 为签发的文件，SHA-256 {digest}")
_NOT_THE_ISSUED = Text(
    "{name} is not the issued file; they part at byte {at}", zh="{name} 不是签发的文件，自第 {at} 字节起不同"
)
