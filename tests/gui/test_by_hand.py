"""An instrument without a wire in the window: its card asks, the person keys in, doubt is told on the card."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from labctl.app.station import simulated_bench
from labctl.events.kinds import IndicationTaken
from tests.gui.desk import Room, Seat


@pytest.fixture
def station(tmp_path: Path) -> Path:
    text = simulated_bench().read_text(encoding="utf-8")
    wired = 'driver = "vaisala/PTU300"\nsimulator = "vaisala/PTU300"\nwire = "serial"\n'
    by_hand = 'driver = "manual/weather station"\naddress = "operator:"\nlimits = { temperature = "10 °C to 30 °C" }\n'
    file = tmp_path / "bench.toml"
    file.write_text(text.replace(wired, by_hand), encoding="utf-8")
    return file


def key_in(seat: Seat, words: str) -> None:
    card = seat.window.run_page.card
    field = next(each for each in card.findChildren(QLineEdit) if each.isVisible())
    QTest.keyClicks(field, words)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_reading_is_keyed_in_on_the_card_and_doubt_is_told(room: Room, station: Path) -> None:
    seat = room.open(station=station)
    seat.start()
    seat.card("serial number")
    key_in(seat, "SIMPTU3001")
    seat.card("read the air temperature")
    units = [each.text() for each in seat.window.run_page.card.findChildren(QLabel) if each.isVisible()]
    assert "°C" in units
    key_in(seat, "203")
    seat.card("203 °C lies outside 10 °C … 30 °C")
    key_in(seat, "20,3")
    seat.card("humidity")
    taken = [each for each in seat.events() if isinstance(each, IndicationTaken)]
    assert (taken[0].reply, str(taken[0].quantity)) == (b"20,3\n", "20.3 °C")
    seat.click(seat.window.abort)
    seat.until(lambda: seat.stage.value == "aborted", 10.0)
