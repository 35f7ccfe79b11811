"""The Run screen: steps, card, live readings with their trace, the results filling in."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from labctl.language import Language, Text
from labctl_gui import theme
from labctl_gui.presenters.run import RunPresenter, Step
from labctl_gui.widgets.card import Card, Replies
from labctl_gui.widgets.numeral import Numeral
from labctl_gui.widgets.parts import frame, label
from labctl_gui.widgets.results import ResultsTable
from labctl_gui.widgets.stability import StabilityStrip
from labctl_gui.widgets.tank import TankView

if TYPE_CHECKING:
    from labctl_gui.widgets.plot import TracePlot

SLOTS = 3  # large displays beside each other
_STEPS = Text("Points", zh="校准点")
_RESULTS = Text("Results", zh="结果")
_TRACE = Text("Readings of this point", zh="本点读数")
_SIMULATED = Text("simulated instruments", zh="模拟仪器")
_PROGRESS = Text("{done} of {all} points", zh="{done}/{all} 点")
_CARD = 290  # pixels in width that the card has at least
_LINES = 4  # of the log, on the card


class RunPage(QWidget):
    """Everything a technician watches during a run."""

    def __init__(
        self,
        language: Language,
        picture: Callable[[str], bytes],
        replies: Replies,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._language = language
        self._steps_shown: list[Step] = []
        self._plot_holder = QVBoxLayout()
        self._plot: TracePlot | None = None
        self._tank = TankView(language)
        self._tank.setVisible(False)
        self._stability = StabilityStrip(language)
        self._title = label(name="title")
        self._unit = label(name="faint")
        self._mark = label(_SIMULATED.within(language), "mark")
        self._progress = QProgressBar(textVisible=False)
        self._progress.setMaximumHeight(8)
        self._progress_words = label(name="faint")
        self._list = QListWidget()
        self._list.setAccessibleName(_STEPS.within(language))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.card = Card(language, picture, replies)
        self._numerals = [Numeral(language) for _ in range(SLOTS)]
        self.results = ResultsTable(language)
        self.results.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addWidget(self._unit, 1)
        head.addWidget(self._mark)
        head.addWidget(self._progress_words)
        left = QVBoxLayout()
        left.addWidget(label(_STEPS.within(self._language), "heading"))
        left.addWidget(self._list, 1)
        trace = frame("panel")
        trace_layout = QVBoxLayout(trace)
        trace_layout.setContentsMargins(10, 6, 10, 8)
        trace_layout.setSpacing(4)
        trace_layout.addWidget(label(_TRACE.within(self._language), "heading"))
        rows = QHBoxLayout()
        rows.addWidget(self._tank, 2)
        rows.addLayout(self._plot_holder, 5)
        trace_layout.addLayout(rows, 1)
        trace_layout.addWidget(self._stability)
        numerals = QHBoxLayout()
        for each in self._numerals:
            numerals.addWidget(each)
        live = QVBoxLayout()
        live.addLayout(numerals)
        live.addWidget(trace, 1)
        upper = QHBoxLayout()
        upper.setSpacing(12)
        upper.addWidget(_wrapped(left, 200))
        self.card.setMinimumWidth(_CARD)
        upper.addWidget(self.card, 4)
        upper.addLayout(live, 7)
        lower = QVBoxLayout()
        lower.setContentsMargins(0, 6, 0, 0)
        lower.addWidget(label(_RESULTS.within(self._language), "heading"))
        lower.addWidget(self.results, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(_wrapped(upper))
        splitter.addWidget(_wrapped(lower))
        splitter.setSizes([400, 210])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 12, 18, 8)
        layout.addLayout(head)
        layout.addWidget(self._progress)
        layout.addWidget(splitter, 1)

    def show_run(self, run: RunPresenter) -> None:
        """Show the run as it stands."""
        self._title.setText(run.title)
        self._unit.setText(run.unit)
        self._mark.setVisible(run.simulated)
        done, every = run.progress
        self._progress.setRange(0, max(every, 1))
        self._progress.setValue(done)
        self._progress_words.setText(_PROGRESS.filled(done=done, all=every).within(self._language) if every else "")
        self._show_steps(run.steps())
        self.card.show_question(run.card, run.stage, run.until)
        self.card.show_log(list(run.log)[-_LINES:])
        for number, numeral in enumerate(self._numerals):
            key = run.slots[number] if number < len(run.slots) else ""
            numeral.setVisible(bool(key) or number == 0)
            numeral.show_live(run.titles.get(key, key), run.live.get(key), current=run.is_measuring)
        self._show_trace(run)
        self.results.show_rows(run.results())

    def _show_trace(self, run: RunPresenter) -> None:
        if self._plot is None:
            from labctl_gui.widgets.plot import TracePlot  # pyqtgraph takes half a second: after the first paint

            self._plot = TracePlot()
            self._plot_holder.addWidget(self._plot, 1)
        self._tank.setVisible(run.view == "tank")
        self._tank.show_rig(run.rig)
        self._plot.show_graph(run.graph())
        self._stability.show_stability(run.stability())

    def _show_steps(self, steps: list[Step]) -> None:
        if steps == self._steps_shown:
            return
        if [step.key for step in steps] != [step.key for step in self._steps_shown]:
            self._list.clear()
            for _ in steps:
                self._list.addItem(QListWidgetItem())
        for row, step in enumerate(steps):
            item = self._list.item(row)
            item.setText(step.title if step.is_section else f"  {step.mark}  {step.title}")
            font = item.font()
            font.setBold(step.is_section or step.mark == "▶")
            item.setFont(font)
            item.setForeground(QColor(theme.FAINT if step.mark in {"✔", "–"} else theme.INK))
            item.setToolTip(step.remark)
            if step.mark == "▶":
                self._list.scrollToItem(item)
        self._steps_shown = steps


def _wrapped(layout: QVBoxLayout | QHBoxLayout, width: int | None = None) -> QWidget:
    """Return a layout as a widget, of a fixed width where one is given."""
    widget = QWidget()
    layout.setContentsMargins(0, 0, 0, 0)
    widget.setLayout(layout)
    if width is not None:
        widget.setFixedWidth(width)
    return widget
