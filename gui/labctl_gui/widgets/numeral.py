"""One large reading: instrument, value, unit; grey when it is old."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from labctl.language import Language, Text
from labctl_gui import theme
from labctl_gui.presenters.live import Live
from labctl_gui.widgets.parts import Elided, label

_SETTING = Text("{unit} set", zh="{unit} 设定")
_NOTHING = Text("Reading", zh="读数")


class Numeral(QFrame):
    """Shows what an instrument presents or shows, in tabular digits."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._language = language
        self._heading = Elided("heading")
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

    def show_live(self, title: str, live: Live | None, *, current: bool) -> None:
        """Show the newest value, or a dash where there is none yet; grey when it is not of this moment."""
        if current != self._current:
            self._current = current
            self._value.setStyleSheet("" if current else f"color: {theme.STALE};")
        if live is None:
            self._heading.show_words(title or _NOTHING.within(self._language))
            self._value.setText("—")
            self._unit.setText("")
            return
        self._heading.show_words(title)
        self._value.setText(live.value.replace("-", "−"))
        words = _SETTING.filled(unit=live.unit).within(self._language) if live.is_setting else live.unit
        self._unit.setText(words)
        self._value.setAccessibleName(f"{title}: {live.value} {words}")
