"""A calibration as a technician does it: clicks and Enter only, from the empty bench to the certificate's pages."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QTableWidget, QWidget

from labctl.events.kinds import (
    AttemptRejected,
    CertificateRegistered,
    IndicationTaken,
    PointFinished,
    PointSkipped,
    Purpose,
    RecordSigned,
    RunFinished,
    RunStarted,
)
from labctl.records.calibration import Outcome
from labctl.records.order import Kind
from labctl.store.folder import DataFolder
from labctl.store.ledger import Ledger
from labctl.transport.watch import alive
from labctl_gui.presenters.state import Stage
from labctl_gui.widgets.reason import ReasonForm
from labctl_gui.windows.main import CERTIFICATE, RESULTS
from tests.gui.desk import Hands, Room, Seat, left_running, until


def test_a_certificate_of_a_multimeter_takes_no_more_than_twelve_actions(room: Room) -> None:
    """From the open window to a certificate that is signed, registered and verified; cables are counted apart."""
    seat = room.open()
    window, hands = seat.window, Hands(seat)
    page = window.prepare_page
    seat.until(lambda: page.presenter.offer is not None and window.start.isEnabled())
    item = page.item_of("dmm-dc-voltage")
    assert item is not None
    hands.choose(page.methods, item, "method")
    hands.fill(page.serial, "MY60001234", "serial number")
    hands.fill(page.customer, "Northern Power Works", "customer")
    hands.fill(page.order, "2026-0815", "order")
    hands.click(page.kinds[Kind.CALIBRATION], "kind of order")
    assert page.presenter.roles()[0].chosen == "calibrator"
    assert "certificate" in page.presenter.roles()[0].why
    seat.until(lambda: page.presenter.may_start and window.start.isEnabled())
    hands.key(Qt.Key.Key_F5, "start")
    hands.obey("Short-circuit")
    hands.obey("NORMAL")
    seat.until(lambda: seat.stage is Stage.FINISHED)
    assert window.run.progress == (19, 19)
    hands.click(window.run_page.card.onward, "results")
    seat.until(lambda: window.results_page.tabs.count() == 3)
    hands.click(window.results_page.issue, "issue")
    seat.until(lambda: window.page == CERTIFICATE and len(pages(window.certificate_page)) >= 2)
    assert "submitted" in window.certificate_page.words
    assert "✔ verified" in window.certificate_page.words
    assert len(hands.actions) <= 12, hands.actions
    assert len(hands.answers) == 2
    submitted(seat)
    bench = seat.bench.process
    window.close()
    assert until(lambda: not alive(bench), 5.0)
    assert not left_running(room.root)


def submitted(seat: Seat) -> None:
    """What was keyed in stands in the record, and the certificate in the laboratory's register."""
    started = next(each for each in seat.events() if isinstance(each, RunStarted))
    assert started.unit.identity.serial == "MY60001234"
    assert (started.order.number, started.order.customer.name.en) == ("2026-0815", "Northern Power Works")
    signed = [each.meaning for each in seat.events() if isinstance(each, RecordSigned)]
    assert signed == ["calibrated", "checked", "authorised"]
    registered = [each.event for each in Ledger(DataFolder(seat.root).ledger).read()]
    assert [each.run for each in registered if isinstance(each, CertificateRegistered)] == [started.run]
    files = {each.name for each in (seat.root / "certificates").rglob("*") if each.is_file()}
    assert files == {"certificate.pdf", "certificate.xml", "record.zip"}


def test_what_stands_on_the_results_screen_is_printed_word_by_word(room: Room) -> None:
    seat = room.open()
    seat.start()
    for words in ("Short-circuit", "NORMAL"):
        seat.card(words)
        seat.confirm()
    seat.until(lambda: seat.window.results_page.tabs.count() == 3)
    seat.window.go_to(RESULTS)
    page = seat.window.results_page
    assert [page.tabs.tabText(number) for number in range(3)] == ["Points", "Zero", "DC voltage"]
    table = page.tabs.widget(2)
    assert isinstance(table, QTableWidget)
    assert table.rowCount() == 14
    page.tabs.setCurrentIndex(2)
    table.setCurrentCell(3, 4)
    seat.until(lambda: "Budget: E" in page.budget_words)
    assert "conforms" in page.verdict.text() or "inconclusive" in page.verdict.text()


def test_a_point_is_left_out_for_a_reason_that_stands_on_the_record(room: Room) -> None:
    seat = room.open(real_time=True)
    seat.start()
    seat.card("Short-circuit")
    seat.confirm()
    seat.until(lambda: len(observed(seat.events())) >= 1)
    first, form = seat.window.run.at, seat.window.run_page.card.skip_form
    seat.press(Qt.Key.Key_F10)
    give(seat, form, "not ordered")
    seat.until(lambda: any(isinstance(each, PointSkipped) for each in seat.events()))
    skipped = next(each for each in seat.events() if isinstance(each, PointSkipped))
    assert (skipped.place.point, skipped.reason.en, skipped.by != "") == (first.point, "not ordered", True)
    seat.until(lambda: any(step.mark == "–" and "not ordered" in step.remark for step in seat.window.run.steps()))
    seat.click(seat.window.abort)
    seat.until(lambda: seat.stage is Stage.ABORTED)


def test_a_point_measured_again_keeps_both_attempts(room: Room) -> None:
    seat = room.open(real_time=True)
    seat.start()
    seat.card("Short-circuit")
    seat.confirm()
    seat.until(lambda: len(observed(seat.events())) >= 2)
    first = seat.window.run.at
    seat.press(Qt.Key.Key_F9)
    give(seat, seat.window.run_page.card.again_form, "a lead was loose")
    seat.until(lambda: any(each.place.attempt == 2 for each in observed(seat.events())))
    seat.until(lambda: any(isinstance(each, PointFinished) for each in seat.events()), 60.0)
    rejected = [each for each in seat.events() if isinstance(each, AttemptRejected)]
    assert [(each.place.point, each.place.attempt, each.by != "", each.reason.en) for each in rejected] == [
        (first.point, 1, True, "a lead was loose")
    ]
    attempts = {each.place.attempt for each in observed(seat.events()) if each.place.point == first.point}
    assert attempts == {1, 2}
    seat.until(lambda: bool(seat.window.run.rows))
    assert seat.window.run.results()[0].attempts == 2
    assert seat.window.run.results()[0].point == "Zero  ↻2"
    seat.click(seat.window.abort)
    seat.until(lambda: seat.stage is Stage.ABORTED)
    assert [each.outcome for each in seat.events() if isinstance(each, RunFinished)] == [Outcome.ABORTED]


def give(seat: Seat, form: ReasonForm, reason: str) -> None:
    """Give a reason in words; without one nothing happens."""
    seat.until(form.reason.isVisible)
    QTest.keyClick(form.reason, Qt.Key.Key_Return)
    assert form.reason.isVisible()
    editor = form.reason.lineEdit()
    assert editor is not None
    QTest.keyClicks(editor, reason)
    QTest.keyClick(editor, Qt.Key.Key_Return)


def observed(events: Sequence[object]) -> list[IndicationTaken]:
    return [each for each in events if isinstance(each, IndicationTaken) and each.place.purpose is Purpose.OBSERVE]


def pages(page: QWidget) -> list[QLabel]:
    return [each for each in page.findChildren(QLabel) if not each.pixmap().isNull()]
