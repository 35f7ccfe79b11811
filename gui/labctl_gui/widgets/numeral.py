"""One large reading: instrument, value, unit; grey when it is old."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from labctl.language import Language, Text
from labctl_gui import theme
from labctl_gui.presenters.run import Live
from labctl_gui.widgets.parts import label

_SETTING = Text("presents", zh="输出")
_SHOWS = Text("shows", zh="示值")


class Numeral(QFrame):
    """Shows what an instrument presents or shows, in tabular digits."""

    def __init__(self, language: Language, title: str) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._language, self._title = language, title
        self._heading = label(title, "heading")
        self._value = label("—", "numeral")
        font = theme.numerals()
        font.setPointSize(25)
        self._value.setFont(font)
        self._unit = label("", "faint")
        self._current: bool | None = None
        row = QHBoxLayout()
        row.addWidget(self._value, 1)
        row.addWidget(self._unit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.setSpacing(2)
        layout.addWidget(self._heading)
        layout.addLayout(row)

    def show_live(self, live: Live | None, *, current: bool) -> None:
        """Show the newest value, or a dash where there is none yet; grey when it is not of this moment."""
        if current != self._current:
            self._current = current
            self._value.setStyleSheet("" if current else f"color: {theme.STALE};")
        if live is None:
            self._value.setText("—")
            self._unit.setText("")
            return
        verb = _SETTING if live.is_setting or live.is_safe else _SHOWS
        self._heading.setText(f"{self._title} · {verb.within(self._language)}")
        self._value.setText(live.value.replace("-", "−"))
        self._unit.setText(live.unit)
        self._value.setAccessibleName(f"{self._title}: {live.value} {live.unit}")
