"""A person at a window: opens it, clicks, waits for what is seen, and leaves nothing running behind."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import cast

from attrs import define, field
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QTreeWidget, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from labctl.app.calibrate import attach
from labctl.app.served import ServedBench, Users
from labctl.app.window import Desk
from labctl.clock import WallClock
from labctl.events.kinds import EngineStarted, Event
from labctl.language import Language
from labctl.store.folder import DataFolder
from labctl.store.journal import open_journal
from labctl.transport.borrowed import BorrowedClock
from labctl.transport.watch import alive
from labctl_gui.bridge import Bridge
from labctl_gui.presenters.state import Stage
from labctl_gui.windows.main import PREPARE, MainWindow

CLOCK = WallClock()
TODAY = date(2026, 11, 24)


@define
class Seat:
    """One window and the person before it."""

    qtbot: QtBot
    window: MainWindow
    bridge: Bridge
    root: Path

    @property
    def desk(self) -> Desk:
        assert self.bridge.desk is not None
        return self.bridge.desk

    @property
    def bench(self) -> ServedBench:
        assert self.desk.bench is not None
        return self.desk.bench

    @property
    def stage(self) -> Stage:
        return self.window.run.stage

    def until(self, holds: Callable[[], bool], within: float = 30.0) -> float:
        """Let the window live until something holds; return the seconds that it took."""
        began = CLOCK.monotonic()
        try:
            self.qtbot.waitUntil(holds, timeout=int(within * 1000))
        except Exception as error:
            seen = f"{self.stage}, {self.window.message.text()!r}, {list(self.window.run.log)[-5:]}"
            raise AssertionError(f"not within {within} s: {seen}") from error
        return CLOCK.monotonic() - began

    def click(self, button: QPushButton) -> None:
        assert button.isEnabled()
        assert button.isVisible()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key)

    def start(self) -> None:
        self.window.go_to(PREPARE)
        self.until(self.window.start.isEnabled, 60.0)
        self.click(self.window.start)

    def card(self, words: str) -> None:
        """Wait for a card that says something."""
        self.until(lambda: self.window.run.card is not None and words in self.window.run.card.text.en)
        self.until(self.window.run_page.card.confirm.isVisible)

    def confirm(self) -> None:
        self.click(self.window.run_page.card.confirm)
        self.until(lambda: self.window.run.card is None)

    def ask_world(self, **request: object) -> Mapping[str, object]:
        door = BorrowedClock(json.loads(self.bench.line)["operator"])
        try:
            return door.ask(request)
        finally:
            door.close()

    def energised(self) -> bool:
        state = cast("Mapping[str, object]", self.ask_world(do="state", instrument="calibrator")["state"])
        return bool(state["energised"])

    def events(self) -> list[Event]:
        assert self.desk.handle is not None
        with open_journal(self.desk.handle.journal) as journal:
            return [entry.event for entry in journal.read()]

    def engine(self) -> int:
        return [each.process for each in self.events() if isinstance(each, EngineStarted)][-1]


@define
class Hands:
    """A person who has a mouse and a keyboard and nothing else, and counts what they are used for.

    An action is one click, one key, or one field that is filled in. What a card of the run asks, such as cables, is
    counted apart.
    """

    seat: Seat
    actions: list[str] = field(factory=list[str])
    answers: list[str] = field(factory=list[str])

    def click(self, widget: QWidget, what: str) -> None:
        """Click into the middle of something that can be seen."""
        self.seat.until(lambda: widget.isVisible() and widget.isEnabled())
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        self.actions.append(what)

    def choose(self, tree: QTreeWidget, item: QTreeWidgetItem, what: str) -> None:
        """Click on a line of a list."""
        tree.scrollToItem(item)
        middle = tree.visualItemRect(item).center()
        QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
        self.actions.append(what)

    def fill(self, field: QLineEdit, words: str, what: str) -> None:
        """Put the cursor into a field and write over what stands there."""
        self.seat.until(lambda: field.isVisible() and field.isEnabled())
        QTest.mouseClick(field, Qt.MouseButton.LeftButton)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, words)
        self.actions.append(what)

    def key(self, key: Qt.Key, what: str) -> None:
        """Press a key, wherever the focus is."""
        QTest.keyClick(self.seat.window, key)
        self.actions.append(what)

    def obey(self, words: str) -> None:
        """Do what a card says, and press Enter."""
        self.seat.card(words)
        done = self.seat.window.run.card
        QTest.keyClick(self.seat.window, Qt.Key.Key_Return)
        self.answers.append(words)
        self.seat.until(lambda: self.seat.window.run.card is not done)  # the next one may be there already


@define
class Room:
    """Windows on one data folder."""

    qtbot: QtBot
    root: Path
    seats: list[Seat] = field(factory=list[Seat])

    def open(
        self, language: Language = Language.ENGLISH, *, real_time: bool = False, station: Path | None = None
    ) -> Seat:
        bridge = Bridge(lambda: Desk.open(data=self.root, station=station, real_time=real_time))
        window = MainWindow(bridge, language, lambda: TODAY)
        self.qtbot.addWidget(window)
        window.resize(1280, 720)
        window.show()
        window.begin()
        seat = Seat(self.qtbot, window, bridge, self.root)
        self.seats.append(seat)
        seat.until(window.start.isVisible)
        return seat

    def clear(self) -> None:
        """Close every window, end every run, and every bench."""
        folder = DataFolder(self.root)
        for run in folder.known_runs():
            with attach(self.root, run).controller as controller:
                if controller.alive:
                    controller.ask("abort")
                    until(lambda: not controller.alive, 10.0)
        benches = [seat.bridge.desk.bench for seat in self.seats if seat.bridge.desk is not None]
        for seat in self.seats:
            seat.window.close()
        for process in Users(self.root / "simulated-bench.users").others():
            ended(process)
        for bench in benches:
            if bench is not None:
                bench.stop()
                assert ended(bench.process)


def ended(process: int) -> bool:
    """Wait for the end of a process."""
    return until(lambda: not alive(process), 10.0)


def until(holds: Callable[[], bool], within: float) -> bool:
    """Wait until something holds; tell whether it did in time."""
    deadline = CLOCK.monotonic() + within
    while not holds():
        if CLOCK.monotonic() > deadline:
            return False
        CLOCK.wait(0.01)
    return True


def left_running(root: Path) -> list[str]:
    """Processes that name a data folder in their command."""
    found: list[str] = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = each.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(root) in words:
            found.append(words.replace("\0", " "))
    return found
