"""Twenty units on one form: keyed in line by line, answered by the last Enter, never with a line left empty."""

import json

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from labctl.events.kinds import Field, Question
from labctl.language import Language, Text
from labctl_gui.widgets.form import Form

UNITS = [f"c{number:02d}" for number in range(1, 21)]


def form(qtbot: QtBot, *, of: str = "", choices: tuple[Text, ...] = ()) -> tuple[Form, list[str]]:
    answers: list[str] = []
    made = Form(Language.CHINESE, lambda: answers.append(made.answer()))
    qtbot.addWidget(made)
    fields = tuple(Field(unit=each, text=Text(f"{each} SIMMED1", zh=f"{each} SIMMED1"), of=of) for each in UNITS)
    text = Text("All 20: read the temperature", zh="全部 20 台：请读取温度")
    made.show_question(Question(key="1.1", kind="form", text=text, fields=fields, choices=choices))
    made.resize(620, 420)
    made.show()
    made.begin()
    return made, answers


def test_twenty_readings_are_keyed_in_one_after_the_other(qtbot: QtBot, themed: QApplication) -> None:
    assert themed is not None
    made, answers = form(qtbot, of="°C")
    for number, unit in enumerate(UNITS):
        line = made.lines[unit]
        assert isinstance(line, QLineEdit)
        if unit != "c07":
            QTest.keyClicks(line, f"36.{number:02d}")
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert answers == [""]  # one line is empty still
    line = made.lines["c07"]
    assert isinstance(line, QLineEdit)
    QTest.keyClicks(line, "37,06")
    given = json.loads(made.answer())
    assert list(given) == UNITS
    assert (given["c01"], given["c07"], given["c20"]) == ("36.00", "37,06", "36.19")


def test_what_is_chosen_for_each_is_answered_in_the_words_of_the_engine(qtbot: QtBot, themed: QApplication) -> None:
    assert themed is not None
    made, _ = form(qtbot, choices=(Text("in order", zh="符合要求"), Text("not in order", zh="不符合要求")))
    line = made.lines["c03"]
    assert isinstance(line, QComboBox)
    assert line.currentText() == "符合要求"
    line.setCurrentIndex(1)
    given = json.loads(made.answer())
    assert [unit for unit in UNITS if given[unit] == "not in order"] == ["c03"]
    assert given["c20"] == "in order"
