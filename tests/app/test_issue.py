from pathlib import Path

import pytest
from attrs import evolve

from labctl.app.issue import issue_certificate
from labctl.certificate.bundle import read_bundle
from labctl.clock import SimulatedClock
from labctl.errors import OtherProcedure, RunNotFinished, StoreFailed, UnprintableCharacter
from labctl.events.kinds import (
    CertificateIssued,
    CertificateRegistered,
    Event,
    RecordEvaluated,
    RecordSigned,
    RunFinished,
    RunStarted,
)
from labctl.language import Text
from labctl.records.calibration import Outcome
from labctl.store.folder import DataFolder
from labctl.store.journal import SqliteJournal, open_journal
from labctl.store.ledger import Ledger
from tests.app.laboratory import RUN, laboratory, rewritten


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return laboratory(tmp_path / "lab")


def events(data: Path, run: str = RUN) -> list[Event]:
    with open_journal(DataFolder(data).journal(run)) as journal:
        return [each.event for each in journal.read()]


def real(_: int, event: Event) -> Event:
    return evolve(event, simulated=False) if isinstance(event, RunStarted) else event


def test_a_certificate_rests_on_the_signed_record_and_prints_the_head_before_it(data: Path, tmp_path: Path) -> None:
    paths = issue_certificate(data, RUN, tmp_path / "out", by="tests")
    bundle = read_bundle(paths.record.read_bytes())
    last = [each.event for each in bundle.entries[-5:]]
    assert [type(each) for each in last] == [RecordEvaluated, *[RecordSigned] * 3, CertificateIssued]
    assert [each.meaning for each in last if isinstance(each, RecordSigned)] == ["calibrated", "checked", "authorised"]
    issued = bundle.issued
    assert issued is not None
    assert issued.head == bundle.entries[-2].digest.hex()
    assert issued.by == "tests"
    assert paths.pdf.read_bytes() == bundle.blobs[issued.pdf]
    assert paths.xml.read_bytes() == bundle.blobs[issued.xml]
    assert issued.head.encode() in paths.xml.read_bytes()
    assert sorted(each.name for each in paths.pdf.parent.iterdir()) == [
        "certificate.pdf",
        "certificate.xml",
        "record.zip",
    ]
    registered = Ledger(DataFolder(data).ledger).certificate(paths.number)
    assert registered is not None
    assert (registered.run, registered.pdf, registered.xml) == (RUN, issued.pdf, issued.xml)


def test_a_simulated_certificate_never_takes_a_number_of_the_laboratory(data: Path, tmp_path: Path) -> None:
    assert issue_certificate(data, RUN, tmp_path).number == f"SIM-{RUN}"


def test_real_ones_are_numbered_by_year_in_the_order_of_issue(data: Path, tmp_path: Path) -> None:
    rewritten(data, real, "second")
    rewritten(data, real)
    clock = SimulatedClock()
    first = issue_certificate(data, RUN, tmp_path / "1", clock=clock)
    second = issue_certificate(data, "second", tmp_path / "2", clock=clock)
    again = issue_certificate(data, RUN, tmp_path / "3", clock=clock)
    assert [each.number for each in (first, second, again)] == ["2026-00001", "2026-00002", "2026-00001"]


def test_issuing_again_writes_the_same_bytes_and_appends_nothing(data: Path, tmp_path: Path) -> None:
    first = issue_certificate(data, RUN, tmp_path / "first")
    before = events(data)
    again = issue_certificate(data, RUN, tmp_path / "again")
    assert events(data) == before
    for path in (first.pdf, first.xml, first.record):
        assert path.read_bytes() == (again.pdf.parent / path.name).read_bytes()
    registered = [
        each for each in Ledger(DataFolder(data).ledger).read() if isinstance(each.event, CertificateRegistered)
    ]
    assert len(registered) == 1


@pytest.mark.parametrize(
    ("outcome", "said"), [(None, "has not finished"), (Outcome.ABORTED, "was aborted"), (Outcome.FAILED, "failed")]
)
def test_a_run_that_has_not_ended_well_is_refused(
    data: Path, tmp_path: Path, outcome: Outcome | None, said: str
) -> None:
    def ended(_: int, event: Event) -> Event | None:
        if isinstance(event, RunFinished):
            return evolve(event, outcome=outcome) if outcome is not None else None
        return event

    rewritten(data, ended)
    with pytest.raises(RunNotFinished, match=said):
        issue_certificate(data, RUN, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_record_of_another_edition_of_its_procedure_is_refused(data: Path, tmp_path: Path) -> None:
    def older(_: int, event: Event) -> Event:
        if isinstance(event, RunStarted):
            return evolve(event, procedure=evolve(event.procedure, digest="0" * 64))
        return event

    rewritten(data, older)
    with pytest.raises(OtherProcedure, match="Install that edition"):
        issue_certificate(data, RUN, tmp_path)


def test_a_name_that_cannot_be_printed_stops_the_issue_before_a_number_is_given(data: Path, tmp_path: Path) -> None:
    def unprintable(_: int, event: Event) -> Event:
        if isinstance(event, RunStarted):
            customer = evolve(event.order.customer, name=Text("Ji Jia", zh="吉家𠮷"))
            return evolve(event, order=evolve(event.order, customer=customer))
        return event

    rewritten(data, unprintable)
    with pytest.raises(UnprintableCharacter):
        issue_certificate(data, RUN, tmp_path)
    assert not any(isinstance(each, CertificateIssued) for each in events(data))
    assert not any(isinstance(each.event, CertificateRegistered) for each in Ledger(DataFolder(data).ledger).read())


def test_an_issue_that_was_cut_off_goes_on_where_it_was(data: Path, tmp_path: Path) -> None:
    issue_certificate(data, RUN, tmp_path / "first")

    def cut(_: int, event: Event) -> Event | None:
        return None if isinstance(event, CertificateIssued) or getattr(event, "meaning", "") == "authorised" else event

    rewritten(data, cut)
    issue_certificate(data, RUN, tmp_path / "second")
    kinds = [type(each) for each in events(data)][-5:]
    assert kinds == [RecordEvaluated, RecordSigned, RecordSigned, RecordSigned, CertificateIssued]


def test_what_cannot_be_written_is_issued_all_the_same_and_written_elsewhere(data: Path, tmp_path: Path) -> None:
    occupied = tmp_path / "out"
    occupied.write_text("a file where the folder should be")
    with pytest.raises(StoreFailed, match="write it elsewhere"):
        issue_certificate(data, RUN, occupied)
    assert issue_certificate(data, RUN, tmp_path / "elsewhere").pdf.is_file()


def test_a_run_somebody_works_on_is_left_alone(data: Path, tmp_path: Path) -> None:
    with SqliteJournal(DataFolder(data).journal(RUN), RUN), pytest.raises(Exception, match="in use by"):
        issue_certificate(data, RUN, tmp_path)
