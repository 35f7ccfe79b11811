"""The Bench screen: every instrument of the station with its live state, and what passes on the wires."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from labctl.language import Language, Text
from labctl_gui import theme
from labctl_gui.presenters.bench import BenchCard
from labctl_gui.presenters.traffic import TrafficPresenter
from labctl_gui.widgets.parts import button, label
from labctl_gui.widgets.traffic import TrafficLog

_TITLE = Text("Bench", zh="工作台")
_LOOK = Text("Look again", zh="重新检查")
_SERIAL = Text("serial no.", zh="出厂编号")
_OPENING = Text("Opening the bench …", zh="正在打开台位 …")
_RECONNECT = Text("Reconnect", zh="重新连接")
_COLUMNS = 2
_SHARES = (700, 230)  # of the height: cards, traffic


class InstrumentPanel(QFrame):
    """One instrument."""

    def __init__(self, language: Language, reconnect: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._language = language
        self._title = label(name="heading")
        self.reconnect = button(_RECONNECT.within(language))
        self.reconnect.clicked.connect(reconnect)
        self._value = label(name="numeral")
        font = theme.numerals()
        font.setPointSize(20)
        self._value.setFont(font)
        self._model, self._state = QLabel(), QLabel()
        self._certificate = label(name="faint", wrap=True)
        self._address = label(name="faint", wrap=True)
        self._detail = label(name="mark", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.setSpacing(3)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self.reconnect)
        layout.addLayout(head)
        for widget in (
            self._value,
            self._model,
            self._state,
            self._certificate,
            self._address,
            self._detail,
        ):
            layout.addWidget(widget)
        layout.addStretch(1)

    def show_card(self, card: BenchCard, *, has_wire: bool) -> None:
        """Show what is known of the instrument now."""
        self.reconnect.setVisible(has_wire)
        self.reconnect.setEnabled(card.may_reconnect)
        self.reconnect.setAccessibleName(f"{_RECONNECT.within(self._language)}: {card.title}")
        self._title.setText(card.title)
        self._value.setText(card.value or "—")
        self._model.setText(f"{card.model}   {_SERIAL.within(self._language)} {card.serial}")
        self._state.setText(card.state)
        self._state.setStyleSheet(f"color: {theme.VERMILION}; font-weight: 600;" if card.is_problem else "")
        self._certificate.setText(card.certificate)
        self._certificate.setVisible(bool(card.certificate))
        self._address.setText(card.address)
        self._address.setVisible(bool(card.address))
        self._detail.setText(card.detail)
        self._detail.setVisible(bool(card.detail))
        self.setAccessibleName(f"{card.title}: {card.value} {card.state}")


class BenchPage(QWidget):
    """All instruments of the bench, and the traffic on their wires."""

    def __init__(self, language: Language, traffic: TrafficPresenter, reconnect: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("page")
        self._language, self._reconnect = language, reconnect
        self.panels: dict[str, InstrumentPanel] = {}
        self.cards: list[BenchCard] = []
        self.look_again = button(_LOOK.within(language))
        self.log = TrafficLog(language, traffic)
        self._empty = label(_OPENING.within(language), "faint")
        head = QHBoxLayout()
        head.addWidget(label(_TITLE.within(language), "title"))
        head.addStretch(1)
        head.addWidget(self.look_again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.addLayout(head)
        layout.addWidget(self._empty)
        layout.addWidget(self._parts(), 1)

    def _parts(self) -> QSplitter:
        cards = QWidget()
        cards.setObjectName("page")
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        self._grid.setContentsMargins(0, 0, 0, 0)
        inside = QVBoxLayout(cards)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addLayout(self._grid)
        inside.addStretch(1)
        scrolled = QScrollArea()
        scrolled.setWidget(cards)
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(scrolled)
        splitter.addWidget(self.log)
        splitter.setSizes(list(_SHARES))
        splitter.setChildrenCollapsible(False)
        return splitter

    def forget(self) -> None:
        """Show nothing: it is another bench now."""
        for panel in self.panels.values():
            self._grid.removeWidget(panel)
            panel.deleteLater()
        self.panels.clear()
        self.cards = []
        self.log.forget_instruments()

    def show_cards(self, cards: list[BenchCard]) -> None:
        """Show one panel an instrument."""
        if cards == self.cards:
            return
        self.cards = cards
        self._empty.setVisible(not cards)
        self.log.name_instruments([card.key for card in cards if card.address])
        for number, card in enumerate(cards):
            self._panel(number, card.key).show_card(card, has_wire=bool(card.address))

    def _panel(self, number: int, key: str) -> InstrumentPanel:
        panel = self.panels.get(key)
        if panel is None:
            panel = self.panels[key] = InstrumentPanel(self._language, lambda: self._reconnect(key))
            self._grid.addWidget(panel, number // _COLUMNS, number % _COLUMNS)
        return panel
