"""A batch of several customers in the window: ticked, read on one form, judged, and submitted, each to its own."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from labctl.app.procedures import find_procedure
from labctl.app.station import shipped_bench
from labctl.events.kinds import CertificateRegistered, RunStarted
from labctl.language import Language
from labctl.records.order import Kind
from labctl.store.folder import DataFolder
from labctl.store.ledger import Ledger
from labctl_gui.presenters.state import Stage
from labctl_gui.windows.main import CERTIFICATE
from tests.gui.desk import Hands, Room, Seat


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """A bench for batches whose laboratory has its own edition of the method, with one point."""
    shutil.copyfile(shipped_bench("batch"), tmp_path / "bench.toml")
    own = tmp_path / "procedures" / "clinical"
    shutil.copytree(find_procedure("clinical-thermometer").folder, own)
    rows = (own / "points.csv").read_text(encoding="utf-8").splitlines()
    kept = [each for each in rows if each.startswith(("#", "nominal", "39"))]
    (own / "points.csv").write_text("\n".join(kept), encoding="utf-8")
    return tmp_path / "bench.toml"


def tick(hands: Hands, tree: QTreeWidget, item: QTreeWidgetItem, what: str) -> None:
    """Click into the box before a line."""
    tree.scrollToItem(item)
    line: QRect = tree.visualItemRect(item)
    box = line.center()
    box.setX(line.left() + 9)
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, box)
    hands.actions.append(what)


def test_a_batch_of_two_customers_comes_to_a_submitted_certificate_each(room: Room, station: Path) -> None:
    seat = room.open(Language.CHINESE, station=station)
    window, hands = seat.window, Hands(seat)
    page = window.prepare_page
    own = str(station.parent / "procedures/clinical")
    seat.until(lambda: page.item_of(own) is not None and window.start.isEnabled(), 60.0)
    item = page.item_of(own)
    assert item is not None
    hands.choose(page.methods, item, "method")
    seat.until(lambda: page.presenter.may_start and len(page.several.orders()) == 3)
    hospital, clinic, school = page.several.orders()
    assert hospital.text(0) == "模拟医院 · SIM-0011"
    assert page.several.ticked() == ["c01"]
    assert (page.customer.text(), page.presenter.kind) == ("模拟医院", Kind.VERIFICATION)
    tick(hands, page.several, school, "all of the school")
    for unit in page.several.units()[-2:]:
        tick(hands, page.several, unit, "not this one of the school")
    seat.until(lambda: page.customer.text() == "模拟医院、模拟学校" and page.presenter.may_start)
    assert page.several.ticked() == ["c01", "c17", "c18"]
    assert clinic.checkState(0) is Qt.CheckState.Unchecked
    assert page.order.text() == "SIM-0011、SIM-0013"
    assert page.serial.text() == "3 台仪器"
    assert not page.customer.isEnabled()  # no one name stands for two customers
    assert not any(each.isChecked() for each in page.kinds.values())
    hands.key(Qt.Key.Key_F5, "start")
    seat.until(lambda: window.run.card is not None and bool(window.run_page.card.form.lines))
    lines = window.run_page.card.form.lines
    assert [line.accessibleName() for line in lines.values()] == ["c01 SIMMED1001", "c17 SIMMED1017", "c18 SIMMED1018"]
    hands.obey("all segments of the display lit")
    hands.obey("into the bath")
    seat.until(lambda: seat.stage is Stage.FINISHED, 60.0)
    rows = window.run.results()
    assert [(row.unit_title, row.verdict is not None, bool(row.indication)) for row in rows] == [
        ("c01 SIMMED1001", True, True),
        ("c17 SIMMED1017", False, True),  # no statement was agreed with the school; its error is shown all the same
        ("c18 SIMMED1018", False, True),
    ]
    hands.click(window.run_page.card.onward, "results")
    results = window.results_page
    seat.until(lambda: results.unit.count() == 3)
    assert results.unit.itemText(1) == "· c17 SIMMED1017 · 模拟学校"
    hands.click(results.issue, "issue")
    certificates = window.certificate_page
    seat.until(lambda: window.page == CERTIFICATE and certificates.which.count() == 3, 60.0)
    assert certificates.words == "3 份证书 · ✔ 已提交：已签署、出具并登记 · ✔ 验证通过"
    shown = [certificates.which.item(number).text() for number in range(3)]
    run = seat.desk.handle.run if seat.desk.handle is not None else ""
    assert shown[0] == f"✔ SIM-{run}-01\nc01 SIMMED1001 · 模拟医院"
    assert shown[2] == f"✔ SIM-{run}-03\nc18 SIMMED1018 · 模拟学校"
    QTest.keyClick(certificates.which, Qt.Key.Key_End)
    assert "c18" in certificates.report
    assert len(hands.actions) <= 12, hands.actions
    registered(seat, run)


def registered(seat: Seat, run: str) -> None:
    """Each certificate went to its unit's customer, and all are in the laboratory's register."""
    started = next(each for each in seat.events() if isinstance(each, RunStarted))
    assert {each.key: each.order.customer.name.en for each in started.units} == {
        "c01": "Simulated Hospital",
        "c17": "Simulated School",
        "c18": "Simulated School",
    }
    entered = [each.event for each in Ledger(DataFolder(seat.root).ledger).read()]
    assert [each.number for each in entered if isinstance(each, CertificateRegistered)] == [
        f"SIM-{run}-{number:02d}" for number in (1, 2, 3)
    ]
