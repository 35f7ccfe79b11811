"""Labels, buttons and frames with the name by which the theme knows them."""

from PySide6.QtWidgets import QFrame, QLabel, QPushButton


def label(text: str = "", name: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label in one of the theme's roles: title, heading, faint, numeral, mark."""
    made = QLabel(text)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    return made


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
