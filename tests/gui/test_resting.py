"""A run that waits a day for its filters, in the window: when it may go on, and what is said too early and too late."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from attrs import evolve
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from labctl.app.station import shipped_bench
from labctl.events.kinds import EngineStarted, NoteTaken, RunFinished, RunRested
from labctl.language import Language
from labctl.records.calibration import Outcome
from labctl.transport.borrowed import BorrowedClock
from labctl_gui.presenters.state import Stage
from labctl_gui.windows.main import RUN
from tests.gui.desk import Room, Seat
from tests.procedures.particles import running, shortened
from tests.procedures.test_pm25_gravimetric import BRIEF, NAME

MINUTE = "%Y-%m-%d %H:%M"
FEWEST = {name: "\n".join(rows.splitlines()[: 4 if name == "points.csv" else None]) for name, rows in BRIEF.items()}
FEWEST["filters.csv"] = "# made up for tests\nfilter, kind, repeats\nF1, sample, 2\nF2, sample, 1\nF9, blank, 1\n"


@contextmanager
def clock_of(seat: Seat) -> Generator[BorrowedClock]:
    clock = BorrowedClock(json.loads(seat.bench.line)["operator"])
    try:
        yield clock
    finally:
        clock.close()


def test_it_says_when_it_goes_on_and_refuses_too_early_and_too_late(room: Room, tmp_path: Path) -> None:
    """The filters were sampled yesterday; of the run only their second weighing is left."""
    before = running(shortened(NAME, tmp_path, FEWEST), room.root, "t640")
    before.job.save()
    assert before.take_up() is None
    rested = before.entries()[-1].event
    assert isinstance(rested, RunRested)
    assert rested.until is not None
    until = rested.until
    when, latest = (f"{each.astimezone():{MINUTE}}" for each in (until, until + timedelta(hours=24)))
    assert rested.reason.en == f"Loaded filters may begin from {when} on, and should by {latest}"

    seat = room.open(Language.CHINESE, station=shipped_bench("particulate"))
    card = seat.window.run_page.card
    seat.until(lambda: seat.stage is Stage.RESTING)
    seat.window.go_to(RUN)
    seat.until(lambda: when in card.words)
    seat.until(seat.window.resume.isEnabled)
    seat.desk.bench = evolve(seat.bench, real_time=True)  # no day passes by itself
    seat.click(seat.window.resume)
    seat.until(lambda: "未连接任何仪器，请届时恢复运行" in seat.window.message.text())
    assert f"“采样滤膜称量”可于 {when} 之后开始" in seat.window.message.text()
    assert seat.stage is Stage.RESTING
    with clock_of(seat) as clock:
        clock.wait((until - clock.now()).total_seconds() + 30 * 3600)
    seat.until(seat.window.resume.isEnabled)
    seat.click(seat.window.resume)
    seat.until(card.late_form.isVisible)
    assert f"内（{latest} 之前）开始" in seat.window.message.text()
    assert sum(isinstance(each, EngineStarted) for each in seat.events()) == 1  # neither touched the bench
    editor = card.late_form.reason.lineEdit()
    assert editor is not None
    QTest.keyClicks(editor, "weekend, agreed")
    QTest.keyClick(card.late_form.reason, Qt.Key.Key_Return)
    seat.until(lambda: seat.stage is Stage.FINISHED, 60.0)
    events = seat.events()
    assert [each.outcome for each in events if isinstance(each, RunFinished)] == [Outcome.FINISHED]
    notes = [each.text for each in events if isinstance(each, NoteTaken)]
    assert "采样滤膜称量：测量晚于“质量浓度”结束后 48 h，原因：weekend, agreed" in [each.zh for each in notes]
