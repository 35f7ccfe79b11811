"""A form on which a person says why something is done otherwise than planned; the usual reasons stand ready."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout

from labctl.language import Language, Text
from labctl_gui.widgets.parts import button, label

_ROOM = 40  # pixels in height for what a person keys in


class Reason(QComboBox):
    """Takes Enter for itself, which would answer the card's question otherwise."""

    def __init__(self, done: Callable[[], None]) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setCompleter(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  (a reason is what was written)
        self._done = done

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Take what is written for the reason when Enter is pressed."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.accept()
            self._done()
            return
        super().keyPressEvent(event)


class ReasonForm(QFrame):
    """Asks why; without a reason nothing is done.

    Args:
        language: of every word.
        why: the question.
        usual: reasons that can be chosen.
        act: what the person then does, on its button.
        leave: what the person does instead.
        given: takes the reason.
    """

    def __init__(
        self,
        language: Language,
        why: Text,
        usual: Sequence[Text],
        *,
        act: Text,
        leave: Text,
        given: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._given = given
        self.reason = Reason(self._take)
        self.reason.setMinimumHeight(_ROOM)
        self.reason.setAccessibleName(why.within(language))
        self.reason.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.reason.addItems([each.within(language) for each in usual])
        self.act, self.leave = button(act.within(language), "primary"), button(leave.within(language))
        self.act.clicked.connect(self._take)
        self.leave.clicked.connect(lambda: self.setVisible(False))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.act)
        self._why, self._about = label(why.within(language), wrap=True), label(name="heading", wrap=True)
        layout = QVBoxLayout(self)
        layout.addWidget(self._about)
        layout.addWidget(self._why)
        layout.addWidget(self.reason)
        layout.addLayout(buttons)
        self.setVisible(False)

    def ask(self, about: str = "") -> None:
        """Show the form, empty, with what it is about."""
        self._about.setText(about)
        self._about.setVisible(bool(about))
        self.setVisible(True)
        self.reason.setCurrentIndex(-1)
        self.reason.setEditText("")
        self.reason.setFocus()

    def _take(self) -> None:
        reason = self.reason.currentText().strip()
        if reason and self.isVisible():
            self.setVisible(False)
            self._given(reason)
