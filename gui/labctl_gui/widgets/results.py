"""The results as a table, with the error drawn within its limits."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from labctl.language import Language, Text
from labctl.metrology.conformity import Verdict
from labctl_gui import theme
from labctl_gui.presenters.results import ResultRow

Index = QModelIndex | QPersistentModelIndex

HEADINGS: tuple[tuple[Text, int], ...] = (
    (Text("Verdict", zh="结论"), 158),
    (Text("Point", zh="校准点"), 110),
    (Text("Range or part", zh="量程或项目"), 134),
    (Text("Indication", zh="示值"), 120),
    (Text("Error or result", zh="误差或结果"), 126),
    (Text("U", zh="U"), 72),
    (Text("Limit", zh="最大允许误差"), 96),
    (Text("Unit", zh="单位"), 46),
    (Text("Within the limit", zh="误差与允差"), 110),
    (Text("Rule", zh="判定规则"), 104),
)
BAR = 8
_NUMBERS = {1, 2, 3, 4, 5, 6}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ResultsModel(QAbstractTableModel):
    """Forwards to the presenter's rows; rows are added or replaced, never reset."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self.rows: list[ResultRow] = []

    def show_rows(self, rows: list[ResultRow]) -> bool:
        """Take over the rows; return whether anything changed."""
        if rows == self.rows:
            return False
        same = [row.key for row in rows[: len(self.rows)]] == [row.key for row in self.rows]
        if same and len(rows) > len(self.rows):
            self.beginInsertRows(QModelIndex(), len(self.rows), len(rows) - 1)
            self.rows = list(rows)
            self.endInsertRows()
        elif same and len(rows) == len(self.rows):
            self.rows = list(rows)
        else:
            self.beginResetModel()
            self.rows = list(rows)
            self.endResetModel()
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(HEADINGS) - 1))
        return True

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802  (Qt's name)
        """Return the number of points."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802  (Qt's name)
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: N802  (Qt's name)
        """Return a column's title."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return HEADINGS[section][0].within(self._language)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        row = self.rows[index.row()]
        column = index.column()
        part = row.title if row.title != row.point else ""
        texts = (
            row.verdict_text, row.point, row.unit_title or row.span or part, row.indication, row.error,
            row.expanded, row.limit, row.unit, "", row.rule,
        )  # fmt: skip
        shown: dict[Qt.ItemDataRole, object] = {
            Qt.ItemDataRole.DisplayRole: texts[column],
            Qt.ItemDataRole.UserRole: row,
            Qt.ItemDataRole.TextAlignmentRole: _RIGHT if column in _NUMBERS else _LEFT,
            Qt.ItemDataRole.AccessibleTextRole: f"{HEADINGS[column][0].within(self._language)}: {texts[column]}",
        }
        if column == 0:
            shown[Qt.ItemDataRole.ForegroundRole] = _colour(row.verdict)
            shown[Qt.ItemDataRole.FontRole] = _font(row.verdict)
        return shown.get(Qt.ItemDataRole(role))


def _font(verdict: Verdict | None) -> QFont:
    font = QFont()
    font.setBold(verdict is Verdict.DOES_NOT_CONFORM)
    return font


def _colour(verdict: Verdict | None) -> QBrush:
    colours = {Verdict.DOES_NOT_CONFORM: theme.VERMILION, Verdict.INCONCLUSIVE: theme.AMBER}
    return QBrush(QColor(colours.get(verdict, theme.INK) if verdict else theme.INK))


class ErrorBar(QStyledItemDelegate):
    """Draws an error with its uncertainty between the two limits."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the scale from one limit to the other, the error as a dot, U as a bar."""
        row = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(row, ResultRow) or row.error_fraction is None or row.expanded_fraction is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(10, 4, -10, -4)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
        middle, half = area.center(), area.width() / 2 / 1.3
        painter.setPen(QPen(QColor(theme.LINE), 1))
        painter.drawLine(int(area.left()), int(middle.y()), int(area.right()), int(middle.y()))
        for side in (-1, 0, 1):
            x = middle.x() + side * half
            painter.setPen(QPen(QColor(theme.FAINT if side else theme.LINE), 1.5 if side else 1))
            painter.drawLine(int(x), int(area.top()), int(x), int(area.bottom()))
        x = middle.x() + max(-1.3, min(1.3, row.error_fraction)) * half
        colour = _colour(row.verdict).color()
        painter.setPen(QPen(colour, 3))
        reach = min(row.expanded_fraction, 1.3) * half
        painter.drawLine(
            int(max(x - reach, area.left())), int(middle.y()), int(min(x + reach, area.right())), int(middle.y())
        )
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QRectF(x - 4, middle.y() - 4, 8, 8))
        painter.restore()


class ResultsTable(QTableView):
    """The table of results with fixed widths, as every run fills it in."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.rows = ResultsModel(language)
        self.setModel(self.rows)
        self.setItemDelegateForColumn(BAR, ErrorBar(self))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        for column, (_, width) in enumerate(HEADINGS):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(column, width)
        header.setSectionResizeMode(BAR, QHeaderView.ResizeMode.Stretch)
        self.setAccessibleName(Text("Results", zh="结果").within(language))
        self.setWordWrap(False)

    def show_rows(self, rows: list[ResultRow]) -> None:
        """Show the rows, the newest in sight."""
        if self.rows.show_rows(rows):
            self.scrollToBottom()

    def chosen(self) -> ResultRow | None:
        """Return the selected row, or the last one."""
        chosen = self.selectionModel().selectedRows()
        if chosen:
            return self.rows.rows[chosen[0].row()]
        return self.rows.rows[-1] if self.rows.rows else None
