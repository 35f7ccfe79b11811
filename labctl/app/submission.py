"""Certificates as the window submits them: signed, issued, entered in the register, and verified from their bytes."""

from pathlib import Path

from attrs import frozen

from labctl.app.issue import CertificatePaths, issue_certificates
from labctl.app.verify import verify
from labctl.clock import WallClock
from labctl.errors import AlreadyOpen
from labctl.language import Text
from labctl.procedure.procedure import Procedure

_LEAVES = 5.0  # seconds in which an engine that has finished lets go of its journal


@frozen(kw_only=True)
class Issued:
    """A certificate as it was written and verified."""

    number: str
    pdf: Path
    xml: Path
    record: Path
    verified: bool
    report: Text
    serial: str  # of the unit
    customer: Text
    unit: str = ""  # its instrument, of a run with several


def submit(data: Path, run: str, procedure: Procedure | None) -> tuple[Issued, ...]:
    """Issue the certificate of every unit of a finished run, and verify each.

    Raises:
        RecordError: the run has not finished, or its record is not what it was.
    """
    out = data / "certificates" / run
    return tuple(_verified(each, data, procedure) for each in _issued(data, run, out, procedure))


def _issued(data: Path, run: str, out: Path, procedure: Procedure | None) -> tuple[CertificatePaths, ...]:
    deadline = WallClock().monotonic() + _LEAVES
    while True:
        try:
            return issue_certificates(data, run, out, procedure=procedure)
        except AlreadyOpen:  # its engine has said its last word and is about to leave
            if WallClock().monotonic() > deadline:
                raise
            WallClock().wait(0.05)


def _verified(paths: CertificatePaths, data: Path, procedure: Procedure | None) -> Issued:
    report = verify(paths.pdf, record=paths.record, data=data, procedure=procedure)
    return Issued(
        number=paths.number,
        pdf=paths.pdf,
        xml=paths.xml,
        record=paths.record,
        verified=report.verified,
        report=report.text(),
        serial=paths.serial,
        customer=paths.customer,
        unit=paths.unit,
    )
