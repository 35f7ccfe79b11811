"""The card of one question: a scanner types into it as a person does, and ends with Enter."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from labctl.events.kinds import Question
from labctl.language import Language, Text
from labctl_gui.presenters.state import Stage
from labctl_gui.widgets.card import Card, Replies


@pytest.mark.parametrize(("kind", "hint"), [("barcode", "请扫描或输入条码"), ("text", "")])
def test_a_code_is_scanned_into_the_field_and_answered_by_enter(
    qtbot: QtBot, themed: QApplication, kind: str, hint: str
) -> None:
    assert themed is not None
    given: list[tuple[str, str]] = []
    replies = Replies(
        answer=lambda key, answer: given.append((key, answer)),
        skip=lambda _reason: None,
        again=lambda _reason: None,
        late=lambda _reason: None,
    )
    card = Card(Language.CHINESE, lambda _picture: b"", replies)
    qtbot.addWidget(card)
    card.show()
    question = Question(key="1.1", kind=kind, text=Text("Scan the filter.", zh="请扫描滤膜标签。"))
    card.show_question(question, Stage.WAITING)
    field = card.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    assert field.isVisible()
    assert field.placeholderText() == hint
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert given == []  # nothing was scanned
    QTest.keyClicks(field, "F-0007 ")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert given == [("1.1", "F-0007")]
    assert not card.confirm.isEnabled()
