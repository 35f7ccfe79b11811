"""The Results screen: every point during the run, the method's tables after it, and where an uncertainty comes from."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from labctl.language import Language, Text
from labctl.metrology.conformity import Verdict
from labctl.metrology.quantity import Quantity
from labctl.metrology.rounding import report
from labctl.metrology.units import parse_unit
from labctl.records.calibration import Result
from labctl.records.sources import sources_in_chinese
from labctl_gui import theme
from labctl_gui.presenters.results import ResultRow, budget_rows
from labctl_gui.presenters.review import ReviewCell, ReviewPresenter, ReviewTable
from labctl_gui.presenters.run import RunPresenter
from labctl_gui.presenters.words import MARKS
from labctl_gui.widgets.parts import button, label
from labctl_gui.widgets.results import ResultsTable

if TYPE_CHECKING:
    from labctl.app.review import Review

_TITLE = Text("Results and budget", zh="结果与不确定度预算")
_POINTS = Text("Points", zh="校准点")
_BUDGET = Text(
    "Budget: {point} · U = {u} {unit}, k = {k}, {policy}", zh="预算：{point} · U = {u} {unit}，k = {k}，{policy}"
)
_NO_BUDGET = Text("No uncertainty is stated for {symbol}.", zh="{symbol} 不给出不确定度。")
_NONE = Text("No point is finished yet.", zh="尚无已完成的校准点。")
_ISSUE = Text("Issue certificate", zh="出具证书")
_UNIT = Text("Unit", zh="被检器具")
_HEADINGS = (
    Text("Symbol", zh="符号"),
    Text("Contribution", zh="不确定度来源"),
    Text("Distribution", zh="分布"),
    Text("u", zh="u"),
    Text("ν", zh="ν"),
    Text("Sensitivity", zh="灵敏系数"),
    Text("Share", zh="贡献"),
    Text("Source", zh="来源"),
)
_WIDTHS = {0: 80, 2: 118, 3: 110, 4: 60, 5: 104, 6: 84}
_COLOURS = {Verdict.DOES_NOT_CONFORM: theme.VERMILION, Verdict.INCONCLUSIVE: theme.AMBER}
_CELL = Qt.ItemDataRole.UserRole


class ResultsPage(QWidget):
    """The tables of results, and below them where the uncertainty of one result comes from."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.setObjectName("page")
        self._language = language
        self._shown: object = None
        self._sources: dict[str, str] = {}
        self.presenter = ReviewPresenter(language)
        self.results = ResultsTable(language)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.results, _POINTS.within(language))
        self.tabs.currentChanged.connect(self._show_budget)
        self._reviews: tuple[Review, ...] = ()
        self.unit = QComboBox()
        self.unit.setAccessibleName(_UNIT.within(language))
        self.unit.setMinimumHeight(32)
        self.unit.setVisible(False)
        self.unit.activated.connect(self._choose)
        self.verdict = label(name="title")
        self.remarks = label(name="faint", wrap=True)
        self.remarks.setVisible(False)
        self.issue = button(_ISSUE.within(language), "primary")
        self.issue.setEnabled(False)
        self._heading = label(_NONE.within(language), "heading", wrap=True)
        self._budget = _table(tuple(each.within(language) for each in _HEADINGS))
        header = self._budget.horizontalHeader()
        for column, width in _WIDTHS.items():
            self._budget.setColumnWidth(column, width)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(len(_HEADINGS) - 1, QHeaderView.ResizeMode.Stretch)
        self._budget.setAccessibleName(_TITLE.within(language))
        self.results.selectionModel().selectionChanged.connect(self._show_budget)
        self._lay_out()

    def _lay_out(self) -> None:
        lower = QWidget()
        lower_layout = QVBoxLayout(lower)
        lower_layout.setContentsMargins(0, 8, 0, 0)
        lower_layout.addWidget(self._heading)
        lower_layout.addWidget(self._budget, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.tabs)
        splitter.addWidget(lower)
        splitter.setSizes([360, 220])
        head = QHBoxLayout()
        head.addWidget(label(_TITLE.within(self._language), "title"))
        head.addStretch(1)
        head.addWidget(self.unit)
        head.addWidget(self.verdict)
        head.addWidget(self.issue)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 8)
        layout.addLayout(head)
        layout.addWidget(self.remarks)
        layout.addWidget(splitter, 1)

    @property
    def budget_words(self) -> str:
        """Return what stands above the budget."""
        return self._heading.text()

    def offer(self, *, possible: bool) -> None:
        """Let the certificate be issued, or not."""
        self.issue.setEnabled(possible)

    def show_run(self, run: RunPresenter) -> None:
        """Show the points that are finished."""
        self._sources = run.sources
        self.results.show_rows(run.results())
        self._show_budget()

    def show_reviews(self, reviews: "tuple[Review, ...]") -> None:
        """Show the tables of the first unit as they will be printed, and offer those of the others."""
        self._reviews = reviews
        self.unit.clear()
        for each in reviews:
            self.unit.addItem(self._named(each), each.unit)
        self.unit.setVisible(len(reviews) > 1)
        self._show_review(reviews[0])

    def _named(self, review: "Review") -> str:
        """Return which of several units it is, whose, and with which verdict."""
        record = review.record
        mark = MARKS[review.verdict] if review.verdict is not None and record.order.judged else "·"
        whose = record.order.customer.name.within(self._language)
        return f"{mark} {review.unit} {record.unit.identity.serial} · {whose}"

    def _choose(self, number: int) -> None:
        self._show_review(self._reviews[number])

    def _show_review(self, review: "Review") -> None:
        self.presenter.take(review)
        record = review.record
        assets = (*record.standards.values(), *record.auxiliaries.values())
        self._sources = sources_in_chinese(assets, record.unit, record.procedure)
        self._clear()
        for table in self.presenter.tables():
            self.tabs.addTab(self._reviewed(table), table.title)
        self.verdict.setText(self.presenter.verdict)
        colour = _COLOURS.get(review.verdict, theme.INK) if review.verdict is not None else theme.INK
        self.verdict.setStyleSheet(f"color: {colour};")
        self.remarks.setText(" · ".join(self.presenter.remarks))
        self.remarks.setVisible(bool(self.presenter.remarks))
        self.tabs.setCurrentIndex(min(1, self.tabs.count() - 1))
        self._show_budget()

    def forget(self) -> None:
        """Show nothing of the last run."""
        self.presenter.take(None)
        self._clear()
        self.unit.setVisible(False)
        self.verdict.setText("")
        self.remarks.setText("")
        self.remarks.setVisible(False)

    def _clear(self) -> None:
        while self.tabs.count() > 1:
            old = self.tabs.widget(1)
            self.tabs.removeTab(1)
            if old is not None:
                old.deleteLater()

    def _reviewed(self, table: ReviewTable) -> QTableWidget:
        made = _table(table.headings)
        made.setAccessibleName(table.title)
        made.setToolTip("\n".join(table.notes))
        made.setRowCount(len(table.rows))
        for row, cells in enumerate(table.rows):
            for column, cell in enumerate(cells):
                item = QTableWidgetItem(cell.text)
                side = Qt.AlignmentFlag.AlignRight if cell.number else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                item.setData(_CELL, cell)
                if cell.verdict in _COLOURS:
                    item.setForeground(QBrush(QColor(_COLOURS[cell.verdict])))
                made.setItem(row, column, item)
        made.resizeColumnsToContents()
        for column in range(made.columnCount()):
            made.setColumnWidth(column, made.columnWidth(column) + 18)
        numbers = bool(table.rows) and table.rows[0][-1].number
        made.horizontalHeader().setStretchLastSection(not numbers)
        made.currentCellChanged.connect(self._show_budget)
        return made

    # --- the budget -------------------------------------------------------------------------------------------------

    def _show_budget(self, *_: object) -> None:
        """Show where the uncertainty of the chosen result comes from."""
        row = self.results.chosen() if self.tabs.currentIndex() == 0 else None
        result, unit = (row.result, row.unit) if row is not None else self._chosen()
        if result is self._shown:
            return
        self._shown = result
        lines = budget_rows(result.budget, self._language, self._sources) if result is not None else []
        self._budget.setRowCount(len(lines))
        for number, line in enumerate(lines):
            for column, text in enumerate(line):
                item = QTableWidgetItem(text)
                item.setToolTip(text)  # sources may be longer than the column
                self._budget.setItem(number, column, item)
        self._heading.setText(self._words(row, result, unit))

    def _words(self, row: ResultRow | None, result: Result | None, unit: str) -> str:
        if result is None:
            return _NONE.within(self._language)
        if not result.k:
            return _NO_BUDGET.filled(symbol=result.symbol).within(self._language)
        if row is None:
            shown = parse_unit(unit or result.unit)
            value, u = (Quantity.of(each, result.unit).value_in(shown) for each in (result.value, result.expanded))
            words = _BUDGET.filled(
                point=result.symbol,
                u=report(value, u)[1],
                unit=shown.symbol if shown.symbol != "1" else "",
                k=f"{result.k:.2f}",
                policy=result.policy,
            )
            return words.within(self._language)
        point = f"{row.title} {row.point}" if row.point != row.title else row.title
        point += f" [{row.span}]" if row.span else ""
        words = _BUDGET.filled(point=point, u=row.expanded, unit=row.unit, k=row.k, policy=result.policy)
        return words.within(self._language)

    def _chosen(self) -> tuple[Result | None, str]:
        """Return the result of the chosen cell with its unit, else the last of its row that states an uncertainty."""
        table = self.tabs.currentWidget()
        if not isinstance(table, QTableWidget) or not table.rowCount():
            return None, ""
        items = [table.item(max(table.currentRow(), 0), each) for each in range(table.columnCount())]
        held: list[object] = [each.data(_CELL) if each is not None else None for each in items]
        cells = [each for each in held if isinstance(each, ReviewCell) and each.result is not None]
        column = table.currentColumn()
        chosen = held[column] if 0 <= column < len(held) else None
        cell = chosen if isinstance(chosen, ReviewCell) and chosen.result is not None else None
        stated = [each for each in cells if each.result is not None and each.result.k and each.unit]
        cell = cell or next(iter(reversed(stated or cells)), None)
        return (cell.result, cell.unit) if cell is not None else (None, "")


def _table(headings: tuple[str, ...]) -> QTableWidget:
    made = QTableWidget(0, len(headings))
    made.setHorizontalHeaderLabels(list(headings))
    made.verticalHeader().setVisible(False)
    made.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    made.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
    return made
