"""The traffic log: live bytes of every wire, one instrument or all."""

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from labctl.language import Language, Text
from labctl_gui import theme
from labctl_gui.presenters.traffic import LINES, TrafficPresenter
from labctl_gui.widgets.parts import label

_TITLE = Text("Traffic on the wires", zh="通信记录")
_ALL = Text("All instruments", zh="全部仪器")
_FILTER = Text("Instrument", zh="仪器")
_ROOM = 110  # pixels that it never gives up


class TrafficLog(QWidget):
    """Shows what passes, newest last, and follows it unless a person scrolled back."""

    def __init__(self, language: Language, presenter: TrafficPresenter) -> None:
        super().__init__()
        self._presenter = presenter
        self._shown = 0
        self._changes = 0
        self.filter = QComboBox()
        self.filter.setAccessibleName(_FILTER.within(language))
        self.filter.setMinimumSize(180, 32)
        self.filter.addItem(_ALL.within(language), "")
        self.filter.currentIndexChanged.connect(self._chosen)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(LINES)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(_TITLE.within(language))
        font = theme.numerals()
        font.setPointSize(9)
        self.text.setFont(font)
        self.text.document().setDefaultFont(font)
        head = QHBoxLayout()
        head.addWidget(label(_TITLE.within(language), "heading"))
        head.addStretch(1)
        head.addWidget(self.filter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self.text, 1)
        self.setMinimumHeight(_ROOM)

    def name_instruments(self, names: list[str]) -> None:
        """Offer these instruments to watch alone."""
        known = [self.filter.itemData(n) for n in range(1, self.filter.count())]
        for each in names:
            if each not in known:
                self.filter.addItem(each, each)

    def forget_instruments(self) -> None:
        """Offer all of them together only: it is another bench now."""
        self.filter.setCurrentIndex(0)
        while self.filter.count() > 1:
            self.filter.removeItem(1)

    def show_traffic(self) -> None:
        """Show what is new."""
        lines = self._presenter.lines
        if self._changes != self._presenter.changes or len(lines) < self._shown:
            self._changes = self._presenter.changes
            self.text.setPlainText("\n".join(each.text for each in lines))
            self.text.moveCursor(QTextCursor.MoveOperation.End)
            self.text.horizontalScrollBar().setValue(0)
        else:
            for each in lines[self._shown :]:
                self.text.appendPlainText(each.text)
        self._shown = len(lines)

    def _chosen(self, _: int) -> None:
        self._presenter.watch(str(self.filter.currentData()))
        self.show_traffic()
