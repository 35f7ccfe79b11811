"""The Results screen: every point with the budget of the chosen one."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QSplitter, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from labctl.language import Language, Text
from labctl_gui.presenters.results import ResultRow, budget_rows
from labctl_gui.presenters.run import RunPresenter
from labctl_gui.widgets.parts import label
from labctl_gui.widgets.results import ResultsTable

_TITLE = Text("Results and budget", zh="结果与不确定度预算")
_BUDGET = Text(
    "Budget: {point} · U = {u} {unit}, k = {k}, {policy}", zh="预算：{point} · U = {u} {unit}，k = {k}，{policy}"
)
_NONE = Text("No point is finished yet.", zh="尚无已完成的校准点。")
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


class ResultsPage(QWidget):
    """The table of results, and below it where the uncertainty of one point comes from."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.setObjectName("page")
        self._language = language
        self._shown: ResultRow | None = None
        self.results = ResultsTable(language)
        self._heading = label(_NONE.within(language), "heading", wrap=True)
        self._budget = QTableWidget(0, len(_HEADINGS))
        self._budget.setHorizontalHeaderLabels([each.within(language) for each in _HEADINGS])
        self._budget.verticalHeader().setVisible(False)
        self._budget.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        header = self._budget.horizontalHeader()
        for column, width in _WIDTHS.items():
            self._budget.setColumnWidth(column, width)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(len(_HEADINGS) - 1, QHeaderView.ResizeMode.Stretch)
        self._budget.setAccessibleName(_TITLE.within(language))
        self.results.selectionModel().selectionChanged.connect(self._show_budget)
        lower = QWidget()
        lower_layout = QVBoxLayout(lower)
        lower_layout.setContentsMargins(0, 8, 0, 0)
        lower_layout.addWidget(self._heading)
        lower_layout.addWidget(self._budget, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.results)
        splitter.addWidget(lower)
        splitter.setSizes([360, 240])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 8)
        layout.addWidget(label(_TITLE.within(language), "title"))
        layout.addWidget(splitter, 1)

    def show_run(self, run: RunPresenter) -> None:
        """Show the points that are finished."""
        self.results.show_rows(run.results())
        self._show_budget()

    def _show_budget(self) -> None:
        row = self.results.chosen()
        if row is self._shown:
            return
        self._shown = row
        result = row.result if row is not None else None
        lines = budget_rows(result.budget, self._language) if result is not None else []
        self._budget.setRowCount(len(lines))
        for number, line in enumerate(lines):
            for column, text in enumerate(line):
                item = QTableWidgetItem(text)
                item.setToolTip(text)  # sources may be longer than the column
                self._budget.setItem(number, column, item)
        if row is not None and result is not None:
            words = _BUDGET.filled(
                point=f"{row.title} {row.point} [{row.span}]"
                if row.point != row.title
                else f"{row.title} [{row.span}]",
                u=row.expanded,
                unit=row.unit,
                k=row.k,
                policy=result.policy,
            )
            self._heading.setText(words.within(self._language))
