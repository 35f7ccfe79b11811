"""How steady an indication is: the span beside what is allowed, the time or readings held, and when patience ends."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QWidget

from labctl.language import Language, Text
from labctl_gui import theme
from labctl_gui.presenters.stability import Stability
from labctl_gui.widgets.parts import label

_NAME = Text("Stability", zh="稳定性")
_FULL = 1.5  # of the allowed span: the end of the bar


class Gauge(QWidget):
    """A bar with a mark at its limit; what lies beyond the limit is drawn in outline."""

    def __init__(self, *, limited: bool) -> None:
        super().__init__()
        self._limited = limited
        self._part = 0.0
        self.setMinimumSize(90, 14)

    def show_part(self, part: float) -> None:
        """Show a part of the whole."""
        if part != self._part:
            self._part = part
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draw the bar."""
        del event
        painter = QPainter(self)
        area = QRectF(self.rect()).adjusted(0.5, 2.5, -0.5, -2.5)
        painter.setPen(QPen(QColor(theme.LINE), 1))
        painter.setBrush(QColor(theme.FIELD))
        painter.drawRect(area)
        full = _FULL if self._limited else 1.0
        filled = QRectF(area)
        filled.setWidth(area.width() * min(self._part, full) / full)
        beyond = self._limited and self._part > 1.0
        painter.setPen(QPen(QColor(theme.FAINT), 1))
        painter.setBrush(QColor("#c4c9cd") if beyond else QColor(theme.FAINT))
        painter.drawRect(filled)
        if self._limited:
            x = area.left() + area.width() / full
            painter.setPen(QPen(QColor(theme.INK), 2))
            painter.drawLine(int(x), self.rect().top(), int(x), self.rect().bottom())
        painter.end()


class StabilityStrip(QWidget):
    """Two bars with their words, below the plot."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._name = _NAME.within(language)
        self._words, self._left = label(name="heading"), label(name="faint")
        self._left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._span, self._held = label(), label()
        self._span_bar, self._held_bar = Gauge(limited=True), Gauge(limited=False)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setHorizontalSpacing(10)
        layout.setVerticalSpacing(2)
        layout.addWidget(self._words, 0, 0)
        layout.addWidget(self._left, 0, 1)
        layout.addWidget(self._span, 1, 0)
        layout.addWidget(self._span_bar, 1, 1)
        layout.addWidget(self._held, 2, 0)
        layout.addWidget(self._held_bar, 2, 1)
        layout.setColumnStretch(1, 1)
        self.setVisible(False)

    def show_stability(self, stability: Stability | None) -> None:
        """Show how steady it is; nothing where nothing settles."""
        self.setVisible(stability is not None)
        if stability is None:
            return
        self._words.setText(stability.words)
        self._left.setText(stability.left)
        self._span.setText(stability.span)
        self._held.setText(stability.held)
        self._span_bar.show_part(stability.span_part)
        self._held_bar.show_part(stability.held_part)
        said = f"{self._name}: {stability.words}, {stability.span}, {stability.held}"
        self.setAccessibleName(said)
