"""The form on which a person reads several units: a line for each, Enter goes to the next, the last one answers."""

import json
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLineEdit, QScrollArea, QWidget

from labctl.events.kinds import Field, Question
from labctl.language import Language
from labctl_gui.widgets.parts import label

_ROOM = 30  # pixels in height for a line
_COLUMNS = 2  # lines side by side, so that twenty are seen at once
_WIDE = 6  # more lines than this stand side by side


class Form(QScrollArea):
    """Shows the lines of one form."""

    def __init__(self, language: Language, done: Callable[[], None]) -> None:
        super().__init__()
        self._language, self._done = language, done
        self._question: Question | None = None
        self.lines: dict[str, QLineEdit | QComboBox] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_question(self, question: Question) -> None:
        """Show empty lines for a form; choices begin with the first."""
        self._question = question
        inside = QWidget()
        grid = QGridLayout(inside)
        self.lines = {}
        columns = _COLUMNS if len(question.fields) > _WIDE else 1
        rows = -(-len(question.fields) // columns)
        for n, each in enumerate(question.fields):
            line = self._choice(question) if question.choices else self._entry(each)
            line.setAccessibleName(each.text.within(self._language))
            line.setMinimumHeight(_ROOM)
            self.lines[each.unit] = line
            row, column = n % rows, 3 * (n // rows)
            grid.addWidget(label(each.text.within(self._language)), row, column)
            grid.addWidget(line, row, column + 1)
            grid.addWidget(label(each.of), row, column + 2)
        grid.setRowStretch(rows, 1)
        self.setWidget(inside)

    def begin(self) -> None:
        """Put the cursor into the first line."""
        for line in self.lines.values():
            line.setFocus()
            return

    def answer(self) -> str:
        """Return what was keyed in, as the engine takes it; empty while a line is, where the cursor goes then."""
        found: dict[str, str] = {}
        for unit, line in self.lines.items():
            found[unit] = self._chosen(line) if isinstance(line, QComboBox) else line.text().strip()
            if not found[unit]:
                line.setFocus()
                return ""
        return json.dumps(found)

    def _entry(self, field: Field) -> QLineEdit:
        line = QLineEdit()
        line.returnPressed.connect(lambda: self._next(field.unit))
        return line

    def _choice(self, question: Question) -> QComboBox:
        line = QComboBox()
        line.addItems([each.within(self._language) for each in question.choices])
        return line

    def _chosen(self, line: QComboBox) -> str:
        return self._question.choices[line.currentIndex()].en if self._question is not None else ""

    def _next(self, unit: str) -> None:
        """Go to the line after a unit's; after the last, answer."""
        units = [*self.lines]
        place = units.index(unit) + 1
        if place < len(units):
            self.lines[units[place]].setFocus()
        else:
            self._done()
