"""The Bench screen: every instrument of the station with its live state."""

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labctl.language import Language, Text
from labctl_gui import theme
from labctl_gui.presenters.bench import BenchCard
from labctl_gui.widgets.parts import button, label

_TITLE = Text("Bench", zh="工作台")
_LOOK = Text("Look again", zh="重新检查")
_SERIAL = Text("serial no.", zh="出厂编号")
_OPENING = Text("Opening the bench …", zh="正在打开台位 …")
_COLUMNS = 2


class InstrumentPanel(QFrame):
    """One instrument."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._title = label(name="heading")
        self._value = label(name="numeral")
        font = theme.numerals()
        font.setPointSize(20)
        self._value.setFont(font)
        self._model, self._state = QLabel(), QLabel()
        self._certificate = label(name="faint", wrap=True)
        self._address = label(name="faint")
        self._detail = label(name="mark", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        for widget in (
            self._title,
            self._value,
            self._model,
            self._state,
            self._certificate,
            self._address,
            self._detail,
        ):
            layout.addWidget(widget)
        layout.addStretch(1)

    def show_card(self, card: BenchCard, language: Language) -> None:
        """Show what is known of the instrument now."""
        self._title.setText(card.title)
        self._value.setText(card.value or "—")
        self._model.setText(f"{card.model}   {_SERIAL.within(language)} {card.serial}")
        self._state.setText(card.state)
        self._state.setStyleSheet(f"color: {theme.VERMILION}; font-weight: 600;" if card.is_problem else "")
        self._certificate.setText(card.certificate)
        self._address.setText(card.address)
        self._detail.setText(card.detail)
        self._detail.setVisible(bool(card.detail))
        self.setAccessibleName(f"{card.title}: {card.value} {card.state}")


class BenchPage(QWidget):
    """All instruments of the bench."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.setObjectName("page")
        self._language = language
        self._panels: dict[str, InstrumentPanel] = {}
        self.cards: list[BenchCard] = []
        self.look_again = button(_LOOK.within(language))
        self._empty = label(_OPENING.within(language), "faint")
        head = QHBoxLayout()
        head.addWidget(label(_TITLE.within(language), "title"))
        head.addStretch(1)
        head.addWidget(self.look_again)
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.addLayout(head)
        layout.addWidget(self._empty)
        layout.addLayout(self._grid)
        layout.addStretch(1)

    def show_cards(self, cards: list[BenchCard]) -> None:
        """Show one panel an instrument."""
        if cards == self.cards:
            return
        self.cards = cards
        self._empty.setVisible(not cards)
        for number, card in enumerate(cards):
            panel = self._panels.get(card.key)
            if panel is None:
                panel = self._panels[card.key] = InstrumentPanel()
                self._grid.addWidget(panel, number // _COLUMNS, number % _COLUMNS)
            panel.show_card(card, self._language)
