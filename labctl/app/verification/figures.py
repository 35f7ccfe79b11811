"""From indications to printed digits: budgets evaluated again, the certificate composed again and compared."""

from collections.abc import Sequence
from hashlib import sha256

from attrs import evolve, frozen

from labctl import __version__
from labctl.app.issue import evaluated
from labctl.app.verification.report import Digits, Finding, Step
from labctl.certificate.bundle import Bundle
from labctl.certificate.compose import compose
from labctl.certificate.dcc import write
from labctl.certificate.document import Issue
from labctl.certificate.pdf import typeset
from labctl.certificate.reading import figures_of, software_of
from labctl.certificate.typefaces import typesetter
from labctl.errors import LabctlError, OtherProcedure
from labctl.events.codec import decode, encode
from labctl.events.kinds import CertificateIssued, Event, PointFinished, RecordEvaluated, RecordSigned
from labctl.events.of_unit import entries_of
from labctl.language import Text
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import CalibrationRecord, PointResult

_SIGNATURES = {"calibrated", "checked", "authorised"}


@frozen(kw_only=True)
class Recomputed:
    """What came of the recorded bytes this time."""

    steps: tuple[Step, ...]
    figures: tuple[Digits, ...] = ()


def recomputed(bundle: Bundle, issued: CertificateIssued, procedure: Procedure | None = None) -> Recomputed:
    """Evaluate, compose and typeset again, and compare every stage with what was recorded.

    Args:
        bundle: the record.
        issued: which of its certificates.
        procedure: the one that the run followed, where it is not installed.
    """
    signed = _signed(bundle, issued)
    try:
        record = evaluated(bundle.entries, procedure, issued.unit)
    except OtherProcedure as error:
        return Recomputed(steps=(signed, Step(name="evaluation", finding=Finding.UNKNOWN, said=error.text())))
    except LabctlError as error:
        return Recomputed(steps=(signed, Step(name="evaluation", finding=Finding.DIFFERS, said=error.text())))
    evaluation = _evaluation(bundle, record, issued.unit)
    try:
        certificate, figures = _certificate(bundle, issued, record)
    except LabctlError as error:
        return Recomputed(
            steps=(signed, evaluation, Step(name="certificate", finding=Finding.DIFFERS, said=error.text()))
        )
    return Recomputed(steps=(signed, evaluation, certificate), figures=figures)


def _signed(bundle: Bundle, issued: CertificateIssued) -> Step:
    """Check that three people signed one record and that the certificate rests on the entry after which it came."""
    records: list[str] = []
    meanings: set[str] = set()
    digests = bundle.digests
    for entry in bundle.entries:
        match entry.event:
            case RecordEvaluated(record=record, unit=issued.unit):
                records.append(record)
                meanings = set()
            case RecordSigned(record=record, meaning=meaning) if records and record == records[-1]:
                meanings.add(meaning)
            case CertificateIssued(head=head) if entry.event == issued:
                if head != digests.get(entry.n - 1, b"").hex():
                    return Step(name="head", finding=Finding.DIFFERS, said=_OTHER_HEAD.filled(n=entry.n))
                break
            case _:
                pass
    if meanings < _SIGNATURES:
        lacking = ", ".join(sorted(_SIGNATURES - meanings))
        return Step(name="head", finding=Finding.DIFFERS, said=_UNSIGNED.filled(lacking=lacking))
    return Step(name="head", finding=Finding.AGREES, said=_SIGNED.filled(head=f"{issued.head[:16]}…"))


def _evaluation(bundle: Bundle, record: CalibrationRecord, unit: str) -> Step:
    """Compare the record with the signed one, and each point with what the engine found while it measured."""
    events = [each.event for each in entries_of(bundle.entries, unit)]
    signed = bundle.blobs[next(each.record for each in reversed(events) if isinstance(each, RecordEvaluated))]
    live = _live(events)
    points = [point for section in record.sections for point in section.points]
    changed = [each for each in points if encode(live.get(_key(each), each)) != encode(each)]
    if encode(record) == signed and not changed:
        return Step(name="evaluation", finding=Finding.AGREES, said=_SAME_BITS.filled(points=len(points)))
    measured = evolve(
        record,
        sections=tuple(
            evolve(section, points=tuple(live.get(_key(each), each) for each in section.points))
            for section in record.sections
        ),
    )
    printed = _as_printed(record)
    if printed == _as_printed(decode(CalibrationRecord, signed)) == _as_printed(measured):
        return Step(name="evaluation", finding=Finding.AGREES, said=_SAME_DIGITS.filled(points=len(points)))
    where = "; ".join(" ".join(_key(each)) for each in changed[:3]) or sha256(signed).hexdigest()[:16]
    return Step(name="evaluation", finding=Finding.DIFFERS, said=_OTHER_RECORD.filled(where=where))


def _key(point: PointResult) -> tuple[str, str, str]:
    return (point.phase, point.section, point.point)


def _live(events: Sequence[Event]) -> dict[tuple[str, str, str], PointResult]:
    """Return what the engine found of each point while it measured, the last time that it did."""
    found = (each.result for each in events if isinstance(each, PointFinished))
    return {_key(result): result for result in found if result is not None}


def _as_printed(record: CalibrationRecord) -> object:
    issue = Issue(number="", at=record.finished, head="", release="")
    return compose(record, issue).figures()


def _certificate(
    bundle: Bundle, issued: CertificateIssued, record: CalibrationRecord
) -> tuple[Step, tuple[Digits, ...]]:
    """Compose the certificate again and compare it with the issued one: every number, then every byte."""
    original = bundle.blobs[issued.xml]
    issue = Issue(number=issued.number, at=issued.at, head=issued.head, release=issued.release)
    document = compose(record, issue)
    xml = write(document, record)
    printed, now = figures_of(original), figures_of(xml)
    figures = tuple(
        Digits(place=place, printed=printed.get(place, "—"), recomputed=now.get(place, "—"))
        for place in dict.fromkeys((*printed, *now))
    )
    wrong = sum(not each.agrees for each in figures)
    if wrong:
        return Step(
            name="certificate", finding=Finding.DIFFERS, said=_WRONG.filled(wrong=wrong, of=len(figures))
        ), figures
    if xml == original and typeset(document, xml) == bundle.blobs[issued.pdf]:
        return Step(name="certificate", finding=Finding.AGREES, said=_ALL.filled(of=len(figures))), figures
    made_with = software_of(original).get("typst", "")
    if issued.release != __version__ or made_with != f"v{typesetter()['typst']}":
        return (
            Step(
                name="certificate",
                finding=Finding.AGREES,
                said=_OTHER_RELEASE.filled(of=len(figures), release=issued.release, typst=made_with),
            ),
            figures,
        )
    return Step(name="certificate", finding=Finding.DIFFERS, said=_OTHER_BYTES), figures


_SIGNED = Text(
    "three people signed the evaluated record; the certificate prints head {head}",
    zh="评定记录已由三人签署；证书印有链摘要 {head}",
)
_UNSIGNED = Text("signatures are missing: {lacking}", zh="缺少签署：{lacking}")
_OTHER_HEAD = Text(
    "entry {n}: the certificate does not rest on the entry before it", zh="第 {n} 条：证书所依据的并非其前一条记录"
)
_SAME_BITS = Text(
    "{points} points evaluated again from their observations: the signed record, bit by bit",
    zh="由观测值重新评定 {points} 个校准点：与签署的记录逐位一致",
)
_SAME_DIGITS = Text(
    "{points} points evaluated again from their observations: every printed digit is the signed record's; beyond "
    "them this computer's arithmetic differs",
    zh="由观测值重新评定 {points} 个校准点：所有印出的数字与签署的记录一致，其后的位数因计算机而异",
)
_OTHER_RECORD = Text(
    "evaluated again from the observations, the record is not the one that was signed: {where}",
    zh="由观测值重新评定的结果与签署的记录不一致：{where}",
)
_WRONG = Text("{wrong} of {of} printed numbers differ", zh="{of} 个印出的数字中有 {wrong} 个不一致")
_ALL = Text(
    "{of} printed numbers recomputed, all the same; PDF and XML made again are the issued ones, byte by byte",
    zh="重新计算 {of} 个印出的数字，全部一致；重新生成的 PDF 和 XML 与签发的逐字节一致",
)
_OTHER_RELEASE = Text(
    "{of} printed numbers recomputed, all the same; issued by release {release} with typesetter {typst}, so the pages "
    "are compared by their digest alone",
    zh="重新计算 {of} 个印出的数字，全部一致；证书由版本 {release}、排版程序 {typst} 生成，页面仅按摘要比对",
)
_OTHER_BYTES = Text(
    "every number agrees, but PDF and XML made again are not the issued ones; words or layout differ",
    zh="数字全部一致，但重新生成的 PDF 和 XML 与签发的不同，文字或版面有差异",
)
