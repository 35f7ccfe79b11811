"""A run that has ended, as it is reviewed before a certificate is issued: the tables that will be printed, and more."""

from pathlib import Path

from attrs import frozen

from labctl.app.issue import evaluated
from labctl.certificate.document import ResultTable
from labctl.certificate.tables import tables_of
from labctl.events.kinds import RunStarted, UnitExcluded
from labctl.events.of_unit import units_of
from labctl.language import Text
from labctl.metrology.conformity import Verdict
from labctl.procedure.procedure import Procedure
from labctl.records.calibration import CalibrationRecord, InspectionResult
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal

__all__ = ["ResultTable", "Review", "review"]


@frozen(kw_only=True)
class Review:
    """What a person looks through before the certificate is issued."""

    unit: str  # its instrument, of a run with several; empty: the only one
    record: CalibrationRecord
    tables: tuple[ResultTable, ...]  # word by word those of the certificate

    @property
    def verdict(self) -> Verdict | None:
        """Return the verdict of the whole; None where nothing is judged."""
        return self.record.verdict

    @property
    def inspections(self) -> tuple[InspectionResult, ...]:
        """Return what a person saw of the unit."""
        return self.record.inspections

    @property
    def notes(self) -> tuple[Text, ...]:
        """Return remarks for the certificate: points that were skipped and why, parts that were left out."""
        return self.record.notes


def review(data: Path, run: str, procedure: Procedure | None = None) -> tuple[Review, ...]:
    """Return what is known of every unit of a finished run that was not excluded.

    Args:
        data: the laboratory's data folder.
        run: its identity.
        procedure: the one that it followed, where it is not installed.

    Raises:
        RunNotFinished: it has not ended, or not well.
        OtherProcedure: the procedure it was made with is not installed.
    """
    with open_journal(DataFolder(data).existing_journal(run)) as journal:
        entries = tuple(journal.read())
    first = evaluated(entries, procedure)  # refuses a run that has not finished
    started = next(each.event for each in entries if isinstance(each.event, RunStarted))
    gone = {each.event.unit for each in entries if isinstance(each.event, UnitExcluded)}
    units = [each for each in units_of(started) if each not in gone]
    records = [first, *(evaluated(entries, procedure, each) for each in units[1:])]
    return tuple(
        Review(unit=unit, record=record, tables=tables_of(record)) for unit, record in zip(units, records, strict=True)
    )
