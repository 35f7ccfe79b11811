"""Labels, buttons and frames with the name by which the theme knows them."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy


def label(text: str = "", name: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label in one of the theme's roles: title, heading, faint, numeral, mark."""
    made = QLabel(text)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    return made


class Elided(QLabel):
    """A label of one line that gives way: what has no room is left out, and the whole stands in the tip."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._whole = ""

    def show_words(self, words: str) -> None:
        """Show words as far as there is room."""
        self._whole = words
        self.setToolTip(words)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Fit the words into the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        words = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(self.width(), 1))
        self.setText(words)


def button(text: str, name: str = "", *, checkable: bool = False) -> QPushButton:
    """Return a button in one of the theme's roles: primary, navigate, abort, or plain."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setCheckable(checkable)
    return made


def frame(name: str) -> QFrame:
    """Return a frame in one of the theme's roles: panel, card, bar, navigation."""
    made = QFrame()
    made.setObjectName(name)
    return made
