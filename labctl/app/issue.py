"""Issue the certificate of a finished run: evaluate, sign, compose, typeset, register, and write the three files."""

import getpass
import os
import re
from hashlib import sha256
from pathlib import Path

from attrs import frozen

from labctl import __version__
from labctl.app.procedures import find_procedure
from labctl.certificate.bundle import Bundle, bundle_of, write_bundle
from labctl.certificate.compose import compose, local_date
from labctl.certificate.dcc import write
from labctl.certificate.document import Issue
from labctl.certificate.part import customers_of, part_of
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
    UnitExcluded,
)
from labctl.events.of_unit import entries_of, planned_of, units_of
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
CUSTOMERS = Path("customers")  # below the run's: what leaves the house for each
_SEVERAL = 2  # customers of which each has a part of the record
_ENGINE = 10.0  # seconds for the engine of a run that has just ended to let go of its journal
_NOT_FINISHED = Text("it has not finished", zh="尚未完成")
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
    serial: str  # of the unit
    customer: Text
    unit: str = ""  # its instrument, of a run with several

    def plain(self) -> dict[str, str]:
        """Return it for JSON."""
        whose = {"unit": self.unit} if self.unit else {}
        return {
            "number": self.number,
            "pdf": str(self.pdf),
            "xml": str(self.xml),
            "record": str(self.record),
            **whose,
        }


def issue_certificate(
    data: Path, run: str, out: Path, *, by: str = "", clock: Clock | None = None, procedure: Procedure | None = None
) -> CertificatePaths:
    """Issue the certificate of a run, and return that of its first unit; see `issue_certificates`."""
    return issue_certificates(data, run, out, by=by, clock=clock, procedure=procedure)[0]


def issue_certificates(
    data: Path, run: str, out: Path, *, by: str = "", clock: Clock | None = None, procedure: Procedure | None = None
) -> tuple[CertificatePaths, ...]:
    """Issue the certificate of every unit of a run, or write again what was issued: the same bytes, the same numbers.

    Units that were excluded have none. Where a run has several, each certificate has a folder of its own, named like
    the unit's instrument; the record is the run's, holds what belongs to other customers too, and stands beside them.
    What leaves the house for each of several customers, its part of the record included, is in `customers/NAME`.

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
            made: list[CertificateIssued] = []
            entries = tuple(journal.read())
            started = _finished(entries)
            for unit in _remaining(entries, started):
                issued = _issued(tuple(journal.read()), unit)
                if issued is None:
                    issued = _issue(
                        journal, Ledger(folder.ledger), by or getpass.getuser(), clock or WallClock(), procedure, unit
                    )
                _register(Ledger(folder.ledger), journal, issued)
                made.append(issued)
            whole = bundle_of(journal, folder.transcript(run))
            files = {RECORD: write_bundle(whole)}
            for each in made:
                there = folder_of(each.unit)
                files |= {str(there / PDF): journal.kept(each.pdf), str(there / XML): journal.kept(each.xml)}
            files |= _leaving(whole)
    finally:
        lock.release()
    _write(out, files)
    return tuple(_paths(out, each, started) for each in made)


def _paths(out: Path, issued: CertificateIssued, started: RunStarted) -> CertificatePaths:
    whose = planned_of(started, issued.unit) if issued.unit else started
    return CertificatePaths(
        number=issued.number,
        pdf=out / folder_of(issued.unit) / PDF,
        xml=out / folder_of(issued.unit) / XML,
        record=out / RECORD,
        serial=whose.unit.identity.serial,
        customer=whose.order.customer.name,
        unit=issued.unit,
    )


def _leaving(whole: Bundle) -> dict[str, bytes]:
    """Return what leaves the house for each of several customers, by file: certificates, and the part of the record."""
    customers = customers_of(whole.started)
    if len(customers) < _SEVERAL:
        return {}
    files: dict[str, bytes] = {}
    for number, customer in enumerate(customers, start=1):
        part = part_of(whole, customer)
        there = CUSTOMERS / (folder_of(customer.name.en) if customer.name.en else Path(str(number)))
        there = there if str(there / RECORD) not in files else there.with_name(f"{there.name}-{number}")
        for each in part.certificates:
            files[str(there / folder_of(each.unit) / PDF)] = part.blobs[each.pdf]
            files[str(there / folder_of(each.unit) / XML)] = part.blobs[each.xml]
        if part.certificates:
            files[str(there / RECORD)] = write_bundle(part)
    return files


def folder_of(unit: str) -> Path:
    """Return in which folder the certificate of a unit stands, below that of its run's record.

    >>> folder_of("c 01/a").as_posix(), folder_of("").as_posix()
    ('c_01_a', '.')
    """
    return Path(re.sub(r"[^\w-]", "_", unit)) if unit else Path()


def _remaining(entries: tuple[Entry, ...], started: RunStarted) -> tuple[str, ...]:
    """Return the units of a run that were not excluded."""
    gone = {each.event.unit for each in entries if isinstance(each.event, UnitExcluded)}
    return tuple(each for each in units_of(started) if each not in gone)


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


def _issued(entries: tuple[Entry, ...], unit: str) -> CertificateIssued | None:
    found = [each.event for each in entries if isinstance(each.event, CertificateIssued) and each.event.unit == unit]
    return found[-1] if found else None


def _issue(
    journal: SqliteJournal, ledger: Ledger, by: str, clock: Clock, procedure: Procedure | None, unit: str
) -> CertificateIssued:
    """Evaluate and sign the record, then make the certificate that rests on the head of the chain at that moment."""
    entries = tuple(journal.read())
    record = evaluated(entries, procedure, unit)
    _sign(journal, entries, record, clock, unit)
    head = journal.head.digest.hex()
    at = clock.now()
    issue = Issue(
        number=_number(ledger, record, local_date(at, record.laboratory), _ordinal(entries, unit)),
        at=at,
        head=head,
        release=__version__,
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
        unit=unit,
    )
    journal.append(issued)
    return issued


def evaluated(entries: tuple[Entry, ...], procedure: Procedure | None = None, unit: str = "") -> CalibrationRecord:
    """Return the record of a unit of a run that finished.

    Args:
        entries: its journal.
        procedure: the one that it followed, where it is not installed.
        unit: which of several; empty: the first that was not excluded.

    Raises:
        RunNotFinished: it has not ended, or not well.
        OtherProcedure: its procedure is not at hand.
    """
    started = _finished(entries)
    own = unit or next(iter(_remaining(entries, started)), "")
    return evaluate_run(followed_procedure(started, procedure), entries_of(entries, own))


def _finished(entries: tuple[Entry, ...]) -> RunStarted:
    """Return how a run began that came to its end. Raises RunNotFinished for another."""
    started = [each.event for each in entries if isinstance(each.event, RunStarted)]
    ended = [each.event for each in entries if isinstance(each.event, RunFinished)]
    if not started or not ended:
        run = started[0].run if started else "?"
        raise RunNotFinished(record=run, problem=_NOT_FINISHED)
    if ended[-1].outcome is not Outcome.FINISHED:
        raise RunNotFinished(record=started[0].run, problem=_OUTCOMES[ended[-1].outcome])
    return started[0]


def _sign(
    journal: SqliteJournal, entries: tuple[Entry, ...], record: CalibrationRecord, clock: Clock, unit: str
) -> None:
    """Keep the evaluated record and append the three signatures; what an attempt before has signed stands."""
    digest = journal.keep(encode(record))
    events = [each.event for each in entries]
    if not any(isinstance(each, RecordEvaluated) and each.record == digest for each in events):
        journal.append(RecordEvaluated(at=clock.now(), record=digest, unit=unit))
    signed = {each.meaning for each in events if isinstance(each, RecordSigned) and each.record == digest}
    for meaning, person in _signers(record.people).items():
        if meaning not in signed:
            signature = RecordSigned(at=clock.now(), person=person, meaning=meaning, record=digest, unit=unit)
            journal.append(signature)


def _signers(people: People) -> dict[str, str]:
    names = {
        "calibrated": people.calibrated_by.name,
        "checked": people.checked_by.name,
        "authorised": people.authorised_by.name,
    }
    return {meaning: " / ".join(filter(None, (name.zh, name.en))) for meaning, name in names.items()}


def _ordinal(entries: tuple[Entry, ...], unit: str) -> int:
    """Return which of several units it is, counted from 1; 0 for the only one."""
    started = next(each.event for each in entries if isinstance(each.event, RunStarted))
    return units_of(started).index(unit) + 1 if unit else 0


def _number(ledger: Ledger, record: CalibrationRecord, today: str, ordinal: int) -> str:
    """Return the certificate's number: the laboratory's next, or one of its own for what is simulated."""
    if record.simulated:
        return f"SIM-{record.run}" + (f"-{ordinal:02d}" if ordinal else "")
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
        for name in files:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
        fresh = {
            name: (out / name).with_name(f".{Path(name).name}.{sha256(content).hexdigest()[:8]}")
            for name, content in files.items()
        }
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
