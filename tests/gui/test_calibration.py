"""A calibration as a technician does it: clicks and Enter only, from the empty bench to the certificate's pages."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from labctl.events.kinds import AttemptRejected, IndicationTaken, PointFinished, Purpose, RunFinished
from labctl.records.calibration import Outcome
from labctl.transport.watch import alive
from labctl_gui.presenters.state import Stage
from labctl_gui.windows.main import CERTIFICATE, RESULTS
from tests.gui.desk import Room, left_running, until


def test_from_the_bench_to_the_certificate(room: Room) -> None:
    seat = room.open()
    window = seat.window
    seat.until(lambda: len(window.bench_page.cards) == 4)
    assert all("✖" not in card.state for card in window.bench_page.cards)
    assert {card.value for card in window.bench_page.cards} > {"output off"}
    seat.until(window.start.isEnabled)
    seat.press(Qt.Key.Key_F5)
    seat.card("Short-circuit")
    seat.press(Qt.Key.Key_Return)  # wherever the focus is
    seat.card("NORMAL")
    assert window.run_page.results.rows.rowCount() == 5
    assert {row.point for row in window.run.results()} == {"Zero"}
    seat.confirm()
    seat.until(lambda: seat.stage is Stage.FINISHED)
    assert window.run.progress == (19, 19)
    window.go_to(RESULTS)
    seat.until(lambda: window.results_page.results.rows.rowCount() == 19)
    window.go_to(CERTIFICATE)
    seat.until(window.certificate_page.issue.isEnabled)
    seat.click(window.certificate_page.issue)
    seat.until(lambda: len(pages(window.certificate_page)) >= 2)
    assert "verified" in window.certificate_page.words
    assert "✔" in window.certificate_page.words
    certificates = list((room.root / "certificates").rglob("*"))
    assert {each.name for each in certificates if each.is_file()} == {
        "certificate.pdf",
        "certificate.xml",
        "record.zip",
    }
    bench = seat.bench.process
    window.close()
    assert until(lambda: not alive(bench), 5.0)
    assert not left_running(room.root)


def test_a_point_measured_again_keeps_both_attempts(room: Room) -> None:
    seat = room.open(real_time=True)
    seat.start()
    seat.card("Short-circuit")
    seat.confirm()
    seat.until(lambda: len(observed(seat.events())) >= 2)
    first = seat.window.run.at
    seat.press(Qt.Key.Key_F9)
    seat.until(lambda: any(each.place.attempt == 2 for each in observed(seat.events())))
    seat.until(lambda: any(isinstance(each, PointFinished) for each in seat.events()), 60.0)
    rejected = [each for each in seat.events() if isinstance(each, AttemptRejected)]
    assert [(each.place.point, each.place.attempt, each.by != "") for each in rejected] == [(first.point, 1, True)]
    attempts = {each.place.attempt for each in observed(seat.events()) if each.place.point == first.point}
    assert attempts == {1, 2}
    seat.until(lambda: bool(seat.window.run.rows))
    assert seat.window.run.results()[0].attempts == 2
    assert seat.window.run.results()[0].point == "Zero  ↻2"
    seat.click(seat.window.abort)
    seat.until(lambda: seat.stage is Stage.ABORTED)
    assert [each.outcome for each in seat.events() if isinstance(each, RunFinished)] == [Outcome.ABORTED]


def observed(events: Sequence[object]) -> list[IndicationTaken]:
    return [each for each in events if isinstance(each, IndicationTaken) and each.place.purpose is Purpose.OBSERVE]


def pages(page: QWidget) -> list[QLabel]:
    return [each for each in page.findChildren(QLabel) if not each.pixmap().isNull()]
