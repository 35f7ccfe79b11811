"""Nothing is cut off, Abort is in sight, everything that can be done has a name; in both languages and small sizes."""

import sys

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from labctl.app.calibrate import RunHandle
from labctl.app.look import Look, Seen
from labctl.app.methods import installed_methods
from labctl.app.readiness import Choice, make_ready
from labctl.app.station import simulated_station
from labctl.app.window import Desk, Offer
from labctl.events.journal import Entry
from labctl.language import Language, Text
from labctl.metrology.conformity import Verdict
from labctl.records.equipment import Identity
from labctl_gui.bridge import Bridge, EngineLost, Entries, Looked, Offered, Prepared, Refused
from labctl_gui.presenters.state import Stage, is_under_way
from labctl_gui.widgets.results import HEADINGS
from labctl_gui.windows.main import BENCH, CERTIFICATE, PREPARE, RESULTS, RUN, MainWindow
from tests.gui.desk import TODAY

SIZES = ((1280, 720), (1366, 768), (1920, 1080))
LONG = Text(
    "meter at hislip://127.0.0.1:4880/hislip0: asked b'READ?\\n', no complete answer within 5 s, received b''. The "
    "connection is not trusted any more and will be opened again",
    zh="位于 hislip://127.0.0.1:4880/hislip0 的 meter：发送 b'READ?\\n' 后 5 s 内未收到完整应答，已收到 b''。"
    "该连接不再可信，将重新打开",
)


def shown(
    qtbot: QtBot, finished: tuple[RunHandle, list[Entry]], language: Language, size: tuple[int, int]
) -> MainWindow:
    """A window at the end of a run, without a worker behind it."""
    window = MainWindow(Bridge(never), language, lambda: TODAY)
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    identity = Identity(manufacturer="Keysight Technologies", model="34465A", serial="MY60012345")
    seen = tuple(
        Seen(
            key=key,
            title=Text("Multifunction calibrator", zh="多功能校准器"),
            expected=identity,
            address="x",
            shows_live=True,
        )
        for key in ("calibrator", "meter")
    )
    window.take(Looked(Look(station="A", simulated=True, seen=seen)))
    window.take(Offered(Offer(methods=installed_methods(), fitting=frozenset({"dmm-dc-voltage"}))))
    window.take(Prepared(make_ready(Choice(procedure="dmm-dc-voltage"), simulated_station())))
    window.take(Entries(finished[0].run, tuple(finished[1])))
    return window


def never() -> Desk:
    raise AssertionError


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("size", SIZES)
def test_no_words_are_cut_off(
    qtbot: QtBot,
    themed: QApplication,
    finished: tuple[RunHandle, list[Entry]],
    language: Language,
    size: tuple[int, int],
) -> None:
    window = shown(qtbot, finished, language, size)
    short: list[str] = []
    for stage in Stage:
        window.run.stage = stage
        for page in (PREPARE, BENCH, RUN, RESULTS, CERTIFICATE):
            window.go_to(page)
            window.tick()
            for _ in range(3):  # layouts within layouts take a turn each
                themed.processEvents()
            assert window.size().toTuple() == size
            short += [f"{stage.value}, page {page}: {each}" for each in cut_off(window)]
            corner = window.abort.mapTo(window, window.abort.rect().bottomRight())
            assert window.rect().contains(corner)
    assert not short, "\n".join(sorted(set(short)))


@pytest.mark.parametrize("language", Language)
def test_a_long_refusal_is_wrapped_and_stays_until_the_next_click(
    qtbot: QtBot, themed: QApplication, finished: tuple[RunHandle, list[Entry]], language: Language
) -> None:
    window = shown(qtbot, finished, language, SIZES[0])
    window.run.stage = Stage.MEASURING
    window.take(Refused(LONG))
    window.go_to(RUN)
    for _ in range(3):
        window.tick()
        themed.processEvents()
    assert LONG.within(language) in window.message.text()
    assert not cut_off(window)
    assert window.size().toTuple() == SIZES[0]
    window.pause.click()
    window.tick()
    assert LONG.within(language) not in window.message.text()


def test_everything_that_can_be_done_has_a_name(
    qtbot: QtBot, themed: QApplication, finished: tuple[RunHandle, list[Entry]]
) -> None:
    window = shown(qtbot, finished, Language.CHINESE, SIZES[0])
    for page in (PREPARE, BENCH, RUN, RESULTS, CERTIFICATE):
        window.go_to(page)
        window.tick()
        themed.processEvents()
    actionable: list[QWidget] = [
        *window.findChildren(QAbstractButton),
        *window.findChildren(QLineEdit),
        *window.findChildren(QComboBox),
        *window.findChildren(QTableView),
    ]
    nameless = [each for each in actionable if ours(each) and not (each.accessibleName() or words_of(each))]
    assert not nameless
    table = window.results_page.results
    index = table.model().index(0, 4)
    assert table.model().data(index, 11) == f"误差或结果: {table.rows.rows[0].error}"  # AccessibleTextRole


def test_what_does_not_conform_is_told_without_colour(
    finished: tuple[RunHandle, list[Entry]], qtbot: QtBot, themed: QApplication
) -> None:
    assert themed is not None
    window = shown(qtbot, finished, Language.ENGLISH, SIZES[0])
    marks = {row.verdict: row.verdict_text[0] for row in window.run.results()}
    assert set(marks) <= set(Verdict)
    assert len(set(marks.values())) == len(marks)


def test_a_lost_engine_is_told_once_and_the_run_offered(
    qtbot: QtBot, themed: QApplication, finished: tuple[RunHandle, list[Entry]]
) -> None:
    assert themed is not None
    handle, entries = finished
    window = shown(qtbot, (handle, entries[:60]), Language.ENGLISH, SIZES[0])
    window.take(EngineLost("another", guarded=False))
    assert is_under_way(window.run.stage)
    window.take(EngineLost(handle.run, guarded=True))
    window.go_to(RUN)
    window.tick()
    assert window.run.stage is Stage.INTERRUPTED
    assert window.resume.isVisible()
    assert window.start.isEnabled()
    assert "safe" in window.message.text()


def test_qt_gives_back_as_many_nones_as_it_takes(themed: QApplication) -> None:
    """Decision 0009: a release that gives back one too many aborts the interpreter within minutes."""
    assert themed is not None
    label = QLabel()
    before = sys.getrefcount(None)
    for number in range(1000):
        label.setText(str(number))
    assert sys.getrefcount(None) > before - 100


def cut_off(window: MainWindow) -> list[str]:
    """Everything in sight whose words need more room than it has."""
    found: list[str] = []
    for each in [*window.findChildren(QLabel), *window.findChildren(QAbstractButton)]:
        if not each.isVisible() or not ours(each) or not words_of(each):
            continue
        if isinstance(each, QLabel) and each.wordWrap():
            if each.heightForWidth(each.width()) > each.height():
                found.append(f"{words_of(each)!r} is {each.width()}×{each.height()}")
        elif each.sizeHint().width() > each.width() or each.sizeHint().height() > each.height():
            found.append(f"{words_of(each)!r} needs {each.sizeHint().toTuple()}, has {each.size().toTuple()}")
    for table in window.findChildren(QTableView):
        if table.isVisible():
            found += narrow(table)
    return found


def narrow(table: QTableView) -> list[str]:
    found: list[str] = []
    model = table.model()
    header = table.horizontalHeader()
    for column in range(model.columnCount()):
        room = table.columnWidth(column)
        if header.sectionSizeHint(column) > room:
            title = model.headerData(column, header.orientation())
            found.append(f"column {column} {title!r} needs {header.sectionSizeHint(column)}, has {room}")
        if model.columnCount() != len(HEADINGS):
            continue  # sources of a budget may be long: elided, with the whole in the tip
        for row in range(model.rowCount()):
            needs = table.fontMetrics().horizontalAdvance(str(model.index(row, column).data() or "")) + 8
            if needs > room:
                found.append(f"{model.index(row, column).data()!r} needs {needs}, has {room}")
    return found


def ours(widget: QWidget) -> bool:
    """Not the parts that Qt makes for itself."""
    return (
        widget.objectName() != "qt_toolbar_ext_button"
        and type(widget).__module__.startswith(("PySide6", "labctl_gui"))
        and not isinstance(widget.parent(), QTableView | QComboBox)
    )


def words_of(widget: QWidget) -> str:
    return widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
