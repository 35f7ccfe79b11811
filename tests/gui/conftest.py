"""Windows on the real simulated bench, with real engines, closed and cleaned up after every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labctl.app.calibrate import RunHandle, follow, start_run
from labctl.app.job import Job, new_run
from labctl.app.served import ServedBench
from labctl.app.station import simulated_bench
from labctl.events.journal import Entry
from labctl.store.folder import DataFolder
from labctl_gui import theme
from tests.gui.desk import Room


@pytest.fixture(scope="session")
def themed(qapp: QApplication) -> QApplication:
    theme.apply_theme(qapp)
    theme.load_packaged_typeface()
    return qapp


@pytest.fixture
def room(qtbot: QtBot, themed: QApplication, tmp_path: Path) -> Iterator[Room]:
    assert themed is not None
    made = Room(qtbot, tmp_path / "data")
    yield made
    made.clear()


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunHandle, list[Entry]]:
    """A whole run, as its journal tells it."""
    folder = DataFolder(tmp_path_factory.mktemp("finished"))
    bench = ServedBench.start(simulated_bench())
    try:
        handle = start_run(
            Job(
                run=new_run(folder),
                data=str(folder.root),
                station=str(simulated_bench()),
                procedure="dmm-dc-voltage",
                by="tests",
                endpoints=bench.line,
                confirms="nobody",
            )
        )
        return handle, list(follow(handle))
    finally:
        bench.stop()
