"""Issue the certificate of a finished run: evaluate, sign, compose, typeset, register, and write the three files."""

import getpass
import os
from hashlib import sha256
from pathlib import Path

from attrs import frozen

from labctl import __version__
from labctl.app.procedures import find_procedure
from labctl.certificate.bundle import bundle_of, write_bundle
from labctl.certificate.compose import compose, local_date
from labctl.certificate.dcc import write
from labctl.certificate.document import Issue
from labctl.certificate.pdf import typeset
from labctl.clock import Clock, WallClock
from labctl.errors import OtherProcedure, ProcedureError, RunNotFinished, StoreFailed
from labctl.events.codec import encode
from labctl.events.journal import Entry
from labctl.events.kinds import (
    CertificateIssued,
    CertificateRegistered,
    RecordEvaluated,
    RecordSigned,
    RunFinished,
    RunStarted,
)
from labctl.language import Text
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import CalibrationRecord, Outcome
from labctl.records.order import People
from labctl.store.folder import DataFolder
from labctl.store.journal import SqliteJournal
from labctl.store.ledger import Ledger
from labctl.store.lock import FileLock

PDF = "certificate.pdf"
XML = "certificate.xml"
RECORD = "record.zip"
_ENGINE = 10.0  # seconds for the engine of a run that has just ended to let go of its journal
_OUTCOMES = {
    Outcome.ABORTED: Text("it was aborted", zh="已中止"),
    Outcome.FAILED: Text("it failed", zh="已失败"),
}


@frozen(kw_only=True)
class CertificatePaths:
    """Where a certificate was written."""

    number: str
    pdf: Path
    xml: Path
    record: Path


def issue_certificate(
    data: Path, run: str, out: Path, *, by: str = "", clock: Clock | None = None, procedure: Procedure | None = None
) -> CertificatePaths:
    """Issue the certificate of a run, or write again the one that was issued: the same bytes, the same number.

    Args:
        data: the laboratory's data folder.
        run: its identity.
        out: the folder for certificate.pdf, certificate.xml and record.zip; made where it is missing.
        by: who issues; the present user where empty.
        clock: tells the date of issue.
        procedure: the one that the run followed, where it is not installed.

    Raises:
        RunNotFinished: it has not ended, or not well.
        OtherProcedure: the procedure it was made with is not installed.
        CertificateRefused: a name cannot be printed, or a rule of the digital form is broken.
        AlreadyOpen: somebody is issuing, or works on the run.
        StoreFailed: the disk refuses; nothing is half written.
    """
    folder = DataFolder(data)
    folder.existing_journal(run)
    subject = Text("the register of certificates", zh="证书登记")
    lock = FileLock(folder.root / "issue.lock", subject).acquire(f"certificate of run {run}")
    try:
        with SqliteJournal(folder.journal(run), run, patience=_ENGINE) as journal:
            issued = _issued(tuple(journal.read()))
            if issued is None:
                issued = _issue(
                    journal, Ledger(folder.ledger), by or getpass.getuser(), clock or WallClock(), procedure
                )
            _register(Ledger(folder.ledger), journal, issued)
            files = {
                PDF: journal.kept(issued.pdf),
                XML: journal.kept(issued.xml),
                RECORD: write_bundle(bundle_of(journal, folder.transcript(run))),
            }
    finally:
        lock.release()
    _write(out, files)
    return CertificatePaths(number=issued.number, pdf=out / PDF, xml=out / XML, record=out / RECORD)


def followed_procedure(started: RunStarted, given: Procedure | None = None) -> Procedure:
    """Return the procedure that a run followed: the one given, or the installed one of this name.

    Raises:
        OtherProcedure: there is none, or it is another edition.
    """
    wanted = started.procedure
    try:
        procedure = given or find_procedure(wanted.name)
        found = procedure.digest
    except ProcedureError:
        procedure, found = None, "—"
    if procedure is None or found != wanted.digest:
        raise OtherProcedure(
            record=f"run {started.run}",
            procedure=f"{wanted.name} {wanted.edition}",
            recorded=f"{wanted.digest[:16]}…",
            installed=f"{found[:16]}…",
        )
    return procedure


def _issued(entries: tuple[Entry, ...]) -> CertificateIssued | None:
    found = [each.event for each in entries if isinstance(each.event, CertificateIssued)]
    return found[-1] if found else None


def _issue(
    journal: SqliteJournal, ledger: Ledger, by: str, clock: Clock, procedure: Procedure | None
) -> CertificateIssued:
    """Evaluate and sign the record, then make the certificate that rests on the head of the chain at that moment."""
    entries = tuple(journal.read())
    record = evaluated(entries, procedure)
    _sign(journal, entries, record, clock)
    head = journal.head.digest.hex()
    at = clock.now()
    issue = Issue(
        number=_number(ledger, record, local_date(at, record.laboratory)), at=at, head=head, release=__version__
    )
    document = compose(record, issue)
    xml = write(document, record)
    pdf = typeset(document, xml)
    issued = CertificateIssued(
        at=at,
        number=issue.number,
        head=head,
        pdf=journal.keep(pdf),
        xml=journal.keep(xml),
        by=by,
        release=issue.release,
    )
    journal.append(issued)
    return issued


def evaluated(entries: tuple[Entry, ...], procedure: Procedure | None = None) -> CalibrationRecord:
    """Return the record of a run that finished.

    Args:
        entries: its journal.
        procedure: the one that it followed, where it is not installed.

    Raises:
        RunNotFinished: it has not ended, or not well.
        OtherProcedure: its procedure is not at hand.
    """
    started = [each.event for each in entries if isinstance(each.event, RunStarted)]
    ended = [each.event for each in entries if isinstance(each.event, RunFinished)]
    if not started or not ended:
        run = started[0].run if started else "?"
        raise RunNotFinished(record=run, problem=Text("it has not finished", zh="尚未完成"))
    if ended[-1].outcome is not Outcome.FINISHED:
        raise RunNotFinished(record=started[0].run, problem=_OUTCOMES[ended[-1].outcome])
    return evaluate_run(followed_procedure(started[0], procedure), entries)


def _sign(journal: SqliteJournal, entries: tuple[Entry, ...], record: CalibrationRecord, clock: Clock) -> None:
    """Keep the evaluated record and append the three signatures; what an attempt before has signed stands."""
    digest = journal.keep(encode(record))
    events = [each.event for each in entries]
    if not any(isinstance(each, RecordEvaluated) and each.record == digest for each in events):
        journal.append(RecordEvaluated(at=clock.now(), record=digest))
    signed = {each.meaning for each in events if isinstance(each, RecordSigned) and each.record == digest}
    for meaning, person in _signers(record.people).items():
        if meaning not in signed:
            journal.append(RecordSigned(at=clock.now(), person=person, meaning=meaning, record=digest))


def _signers(people: People) -> dict[str, str]:
    names = {
        "calibrated": people.calibrated_by.name,
        "checked": people.checked_by.name,
        "authorised": people.authorised_by.name,
    }
    return {meaning: " / ".join(filter(None, (name.zh, name.en))) for meaning, name in names.items()}


def _number(ledger: Ledger, record: CalibrationRecord, today: str) -> str:
    """Return the certificate's number: the laboratory's next, or one of its own for what is simulated."""
    if record.simulated:
        return f"SIM-{record.run}"
    year = today[:4]
    given = [
        each.event.number
        for each in ledger.read()
        if isinstance(each.event, CertificateRegistered)
        and not each.event.simulated
        and each.event.number.startswith(f"{year}-")
    ]
    serial = max((int(number.rpartition("-")[2]) for number in given), default=0) + 1
    return f"{year}-{serial:05d}"


def _register(ledger: Ledger, journal: SqliteJournal, issued: CertificateIssued) -> None:
    """Enter the certificate into the laboratory's ledger, unless an attempt before has done so."""
    known = ledger.certificate(issued.number)
    if known is not None and known.pdf == issued.pdf:
        return
    started = next(each.event for each in journal.read() if isinstance(each.event, RunStarted))
    ledger.append(
        CertificateRegistered(
            at=issued.at,
            number=issued.number,
            run=started.run,
            head=issued.head,
            pdf=issued.pdf,
            xml=issued.xml,
            simulated=started.simulated,
        )
    )


def _write(out: Path, files: dict[str, bytes]) -> None:
    """Write all files beside their final names, then move them there: none is ever half written."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        fresh = {name: out / f".{name}.{sha256(content).hexdigest()[:8]}" for name, content in files.items()}
        try:
            for name, path in fresh.items():
                with path.open("wb") as file:
                    file.write(files[name])
                    file.flush()
                    os.fsync(file.fileno())
            for name, path in fresh.items():
                path.replace(out / name)
        finally:
            for path in fresh.values():
                path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreFailed(
            record=str(out),
            problem=Text(
                "the certificate cannot be written: {error}. It is issued; write it elsewhere with --out",
                zh="证书无法写入：{error}。证书已出具，请用 --out 写到别处",
            ).filled(error=error),
        ) from error
