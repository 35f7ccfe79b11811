"""The record bundle: everything a certificate rests on, in one archive that can be written in one way only."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

import msgspec
from attrs import field, frozen

from labctl.errors import RecordAltered, RecordError, StoreFailed, UnknownSchema
from labctl.events.codec import decode_event
from labctl.events.journal import GENESIS, Entry, chained, sealed
from labctl.events.kinds import (
    AttemptRejected,
    CertificateIssued,
    CommandReceived,
    NoteTaken,
    OperatorAnswered,
    OperatorAsked,
    RecordEvaluated,
    RunFinished,
    RunRested,
    RunStarted,
    TranscriptSealed,
)
from labctl.language import Text

FORMAT: Final = 2
README: Final = "README.txt"
INDEX: Final = "index.json"
JOURNAL: Final = "journal.jsonl"
TRANSCRIPT: Final = "transcript.bin"
BLOBS: Final = "blobs/"
ABRIDGED: Final = (
    RunStarted, OperatorAsked, OperatorAnswered, AttemptRejected, NoteTaken, CommandReceived, RunRested, RunFinished,
)  # fmt: skip
"""What may stand in part in the part for one customer; readings, signatures and certificates are whole or withheld."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_ORDINARY: Final = 0o644 << 16
_EXPLANATION: Final = """\
labctl record bundle, format 2
原始记录包,格式 2

The technical record of one run: what a certificate rests on, from the bytes on the wires to what was signed.
Check it, and the certificate, with:  labctl verify record.zip
一次运行的技术记录:证书的全部依据,从通信线路上的字节到签署的内容。
核验记录包与证书:labctl verify record.zip

index.json      run, number of entries, head of the chain, release
                运行号、条目数、链的末端、软件版本
journal.jsonl   one event a line, in order: its number n, its digest, its canonical JSON, the salt of its seal.
                seal = SHA-256("labctl-seal-2|" + salt + canonical JSON);
                digest = SHA-256("labctl-event-2|" + run + "|" + n + "|" + digest before + seal);
                before the first entry stand 32 zero bytes
                每行一个事件:序号 n、摘要、规范 JSON、封印的盐值。摘要链算法见上;首条之前为 32 个零字节
                In a part for one customer an entry of other customers' units is withheld: its seal alone stands
                there, and binds it. An entry that speaks of several is abridged: what stands there is a part of it.
                在仅供一个客户的部分记录中,其他客户器具的条目只保留封印;涉及多个客户的条目为节录
transcript.bin  every byte that crossed a wire, with its time, up to the last seal in the journal; not in a part
                通信线路上的全部字节及时间,至日志中最后一次封存为止;部分记录中没有此文件
blobs/          files by their SHA-256: procedure, station, evaluated record, certificate (PDF, XML)
                按 SHA-256 命名的文件:校准程序、台位描述、评定记录、证书(PDF、XML)

The archive is canonical: files in this order, stored, dated 1980-01-01. Any other form is refused.
本归档为规范形式:文件按此顺序、不压缩、日期 1980-01-01;其他形式一律拒绝。
"""


class Source(Protocol):
    """A journal, as far as a bundle is made of it."""

    @property
    def stream(self) -> str:
        """Return the identity of the run."""
        ...

    def read(self, after: int = 0) -> Iterator[Entry]:
        """Return the entries after a number, checked."""
        ...

    def kept(self, digest: str) -> bytes:
        """Return a blob by its SHA-256."""
        ...


@frozen(kw_only=True)
class Withheld:
    """An entry that is not shown: its place in the chain, and its seal."""

    n: int
    digest: bytes
    seal: bytes


@frozen(kw_only=True)
class Bundle:
    """One run's record: chain, transcript and enclosed files have been checked.

    It is whole, or the part for one customer: what is other customers' is withheld, and the transcript with it.
    """

    stream: str
    entries: tuple[Entry, ...]
    transcript: bytes
    blobs: Mapping[str, bytes]
    withheld: tuple[Withheld, ...] = ()
    abridged: Mapping[int, bytes] = field(factory=dict[int, bytes])  # seal of what an entry is a part of, by its number

    @property
    def is_part(self) -> bool:
        """Return whether something is withheld."""
        return bool(self.withheld or self.abridged)

    @property
    def length(self) -> int:
        """Return how many entries the chain has."""
        return len(self.entries) + len(self.withheld)

    @property
    def digests(self) -> dict[int, bytes]:
        """Return the digest of every entry of the chain, by number."""
        found = {each.n: each.digest for each in self.entries}
        return dict(sorted((found | {each.n: each.digest for each in self.withheld}).items()))

    @property
    def head(self) -> str:
        """Return the digest of the chain's last entry, hexadecimal."""
        return self.digests.get(self.length, GENESIS).hex()

    @property
    def started(self) -> RunStarted:
        """Return how the run began."""
        for entry in self.entries:
            if isinstance(entry.event, RunStarted):
                return entry.event
        raise _altered(JOURNAL, Text("does not say how the run began", zh="没有运行开始的记录"))

    @property
    def issued(self) -> CertificateIssued | None:
        """Return the certificate that rests on this record, the latest of several."""
        return self.certificates[-1] if self.certificates else None

    @property
    def certificates(self) -> tuple[CertificateIssued, ...]:
        """Return the certificates that rest on this record, of every unit the latest."""
        found = [each.event for each in self.entries if isinstance(each.event, CertificateIssued)]
        return tuple({each.unit: each for each in found}.values())


def bundle_of(journal: Source, transcript: Path) -> Bundle:
    """Gather a run's record from where it is kept, checked as it is read.

    Raises:
        RecordAltered: something is not what it was when it was written.
        StoreFailed: the transcript is not there.
    """
    entries = tuple(journal.read())
    blobs = {digest: journal.kept(digest) for digest in referenced(entries)}
    length = max((each.event.length for each in entries if isinstance(each.event, TranscriptSealed)), default=0)
    try:
        with transcript.open("rb") as file:
            content = file.read(length)
    except OSError as error:
        raise StoreFailed(
            record=transcript.name, problem=Text("cannot be read: {error}", zh="无法读取：{error}").filled(error=error)
        ) from error
    bundle = Bundle(stream=journal.stream, entries=entries, transcript=content, blobs=blobs)
    _check_seals(bundle)
    return bundle


def write_bundle(bundle: Bundle) -> bytes:
    """Return the canonical archive of a record."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        for name, content in _contents(bundle):
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.create_system = 3
            entry.external_attr = _ORDINARY
            file.writestr(entry, content)
    return archive.getvalue()


def read_bundle(archive: bytes, name: str = "record.zip") -> Bundle:
    """Return the record in an archive, once everything about it has been checked.

    Raises:
        RecordAltered: the archive is not canonical, the chain breaks, a file or a seal is not what it was.
        UnknownSchema: it was written by a newer release.
    """
    files = _files(archive, name)
    index = _index(files.get(INDEX, b""), name)
    lines = tuple(_lines(files.get(JOURNAL, b""), index.stream))
    entries = tuple(each for each, _ in lines if isinstance(each, Entry))
    blobs = {each.removeprefix(BLOBS): content for each, content in files.items() if each.startswith(BLOBS)}
    for digest, content in blobs.items():
        if sha256(content).hexdigest() != digest:
            raise _altered(f"{BLOBS}{digest[:12]}…", Text("is not what was enclosed", zh="与所附文件不符"))
    for digest in referenced(entries):
        if digest not in blobs:
            raise _altered(f"{BLOBS}{digest[:12]}…", Text("is missing", zh="缺失"))
    bundle = Bundle(
        stream=index.stream,
        entries=entries,
        transcript=files.get(TRANSCRIPT, b""),
        blobs=blobs,
        withheld=tuple(each for each, _ in lines if isinstance(each, Withheld)),
        abridged={each.n: seal for each, seal in lines if isinstance(each, Entry) and not each.salt},
    )
    if not bundle.is_part:
        _check_seals(bundle)
    if write_bundle(bundle) != archive:
        raise _altered(name, Text("is not in its canonical form", zh="不是规范形式，内容可能被改动"))
    return bundle


# --- inside ----------------------------------------------------------------------------------------------------------


class _Index(msgspec.Struct, forbid_unknown_fields=True):
    """What index.json holds."""

    entries: int
    format: int
    head: str
    release: str
    stream: str


class _Line(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One line of journal.jsonl: an event with the salt of its seal, a part of one with its seal, or a seal alone."""

    digest: str
    n: int
    event: msgspec.Raw = msgspec.Raw(b"")
    salt: str = ""
    seal: str = ""


def _contents(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the archive in their order."""
    issued = bundle.issued
    yield README, _EXPLANATION.encode()
    index = _Index(
        entries=bundle.length,
        format=FORMAT,
        head=bundle.head,
        release=issued.release if issued is not None else "",
        stream=bundle.stream,
    )
    yield INDEX, msgspec.json.encode(index, order="sorted") + b"\n"
    yield JOURNAL, b"".join(_line(each, bundle.abridged) for each in _in_order(bundle))
    if not bundle.is_part:
        yield TRANSCRIPT, bundle.transcript
    for digest in sorted(bundle.blobs):
        yield f"{BLOBS}{digest}", bundle.blobs[digest]


def _in_order(bundle: Bundle) -> list[Entry | Withheld]:
    return sorted((*bundle.entries, *bundle.withheld), key=lambda each: each.n)


def _line(entry: Entry | Withheld, abridged: Mapping[int, bytes]) -> bytes:
    digest = entry.digest.hex().encode()
    if isinstance(entry, Withheld):
        return b'{"digest":"%s","n":%d,"seal":"%s"}\n' % (digest, entry.n, entry.seal.hex().encode())
    kind, seal = (b"seal", abridged[entry.n]) if entry.n in abridged else (b"salt", entry.salt)
    parts = (digest, entry.canonical, entry.n, kind, seal.hex().encode())
    return b'{"digest":"%s","event":%s,"n":%d,"%s":"%s"}\n' % parts


def _files(archive: bytes, name: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as file:
            listed = file.infolist()
            if any(each.compress_type != zipfile.ZIP_STORED or each.file_size > len(archive) for each in listed):
                raise _altered(name, Text("holds a compressed file", zh="含有压缩文件"))
            return {each.filename: file.read(each) for each in listed}
    # RuntimeError: of a password, or of a method that zipfile does not know
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError) as error:
        raise _altered(name, Text("cannot be read: {error}", zh="无法读取：{error}").filled(error=error)) from error


def _index(content: bytes, name: str) -> _Index:
    try:
        index = msgspec.json.decode(content, type=_Index)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _altered(INDEX, Text("cannot be read: {error}", zh="无法读取：{error}").filled(error=error)) from error
    if index.format != FORMAT:
        raise UnknownSchema(
            record=name, problem=(_OLDER if index.format < FORMAT else _NEWER).filled(format=index.format)
        )
    return index


def _lines(lines: bytes, stream: str) -> Iterator[tuple[Entry | Withheld, bytes]]:
    """Yield what a journal's lines hold, each with its seal and checked against the chain."""
    decoder = msgspec.json.Decoder(_Line)
    before = GENESIS
    for expected, line in enumerate(lines.splitlines(), start=1):
        try:
            read = decoder.decode(line)
            canonical, salt = bytes(read.event), bytes.fromhex(read.salt)
            seal = bytes.fromhex(read.seal) if read.seal else sealed(salt, canonical)
            digest = chained(stream, expected, before, seal)
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
            raise _broken(expected) from error
        if read.n != expected or read.digest != digest.hex() or bool(read.seal) is bool(read.salt):
            raise _broken(expected)
        if not canonical:
            yield Withheld(n=expected, digest=digest, seal=seal), seal
        else:
            entry = _entry(expected, canonical, digest, salt)
            if read.seal and not isinstance(entry.event, ABRIDGED):
                raise _altered(JOURNAL, _NEVER_ABRIDGED.filled(n=expected))
            yield entry, seal
        before = digest


def _entry(n: int, canonical: bytes, digest: bytes, salt: bytes) -> Entry:
    try:
        event = decode_event(canonical)
    except RecordError as error:
        problem = Text("entry {n}: {problem}", zh="第 {n} 条：{problem}").filled(n=n, problem=error.problem)
        raise type(error)(record=JOURNAL, problem=problem) from error
    return Entry(n=n, event=event, canonical=canonical, digest=digest, salt=salt)


def referenced(entries: Iterable[Entry]) -> list[str]:
    """Return the enclosed files that events speak of."""
    found: dict[str, None] = {}
    for entry in entries:
        match entry.event:
            case RunStarted(blobs=blobs):
                found.update(dict.fromkeys(blobs.values()))
            case RecordEvaluated(record=record):
                found[record] = None
            case CertificateIssued(pdf=pdf, xml=xml):
                found.update({pdf: None, xml: None})
            case _:
                pass
    return sorted(found)


def _check_seals(bundle: Bundle) -> None:
    """Compare every seal of the transcript; what lies behind the last one belongs to no record."""
    digest, done = sha256(), 0
    content = memoryview(bundle.transcript)
    for entry in bundle.entries:
        if isinstance(entry.event, TranscriptSealed):
            sealed = entry.event
            digest.update(content[done : sealed.length])
            done = sealed.length
            if len(content) < sealed.length or digest.hexdigest() != sealed.digest:
                raise _altered(
                    TRANSCRIPT,
                    Text("is not what entry {n} sealed", zh="与第 {n} 条封存的内容不符").filled(n=entry.n),
                )
    if done != len(content):
        raise _altered(TRANSCRIPT, Text("goes on behind its last seal", zh="在最后一次封存之后还有内容"))


def _broken(n: int) -> RecordAltered:
    return _altered(
        JOURNAL,
        Text(
            "entry {n} is not what was written; the chain breaks there", zh="第 {n} 条与写入时不符，链在此处断开"
        ).filled(n=n),
    )


def _altered(record: str, problem: Text) -> RecordAltered:
    return RecordAltered(record=record, problem=problem)


_NEVER_ABRIDGED = Text("entry {n} is one that is never abridged", zh="第 {n} 条属于不得节录的条目")
_OLDER = Text(
    "bundle format {format} is of an earlier release; read it with that labctl",
    zh="记录包格式 {format} 属于早期版本，请用该版本的 labctl 读取",
)
_NEWER = Text(
    "bundle format {format} is not known to this release; use a newer labctl",
    zh="本版本不识别记录包格式 {format}，请使用更新的 labctl",
)
