"""The Prepare screen: which method, which unit for whom, which standards and why, and what a check of today says."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labctl.language import Language, Text
from labctl.records.order import Kind
from labctl_gui import theme
from labctl_gui.presenters.preparation import KINDS, FindingLine, PreparationPresenter, RoleLine
from labctl_gui.widgets.batches import Batches
from labctl_gui.widgets.parts import Elided, frame, label

if TYPE_CHECKING:
    from labctl.app.readiness import Choice

_TITLE = Text("Prepare a calibration", zh="准备校准")
_METHODS = Text("Method", zh="方法")
_UNIT = Text("Unit and order", zh="被检器具与委托")
_INSTRUMENT = Text("Instrument", zh="仪器")
_SERIAL = Text("Serial number", zh="出厂编号")
_CUSTOMER = Text("Customer", zh="客户")
_ORDER = Text("Order number", zh="委托单号")
_KIND = Text("Kind of order", zh="委托类别")
_STANDARDS = Text("Standards and auxiliaries", zh="标准器与配套设备")
_FINDINGS = Text("Check for today", zh="今日核查")
_REASON = Text("Why a large U is allowed", zh="允许较大 U 的理由")
_ROW = 34  # pixels in height of a field
_TWO_LINES = 40  # pixels in height of a method, in Chinese
_SOURCE = Qt.ItemDataRole.UserRole


class RoleRow(QWidget):
    """One role: its title, what plays it, why it does and others do not."""

    def __init__(self, language: Language, role: str, choose: Callable[[str, str], None]) -> None:
        super().__init__()
        self._language, self._role, self._choose = language, role, choose
        self._shown: RoleLine | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.title = Elided("heading")
        self.players = QComboBox()
        self.players.setMinimumHeight(_ROW)
        self.players.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.players.setMinimumContentsLength(12)
        self.players.activated.connect(self._chosen)
        self.why = label(wrap=True)
        self.others = label(name="faint", wrap=True)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 4, 0, 4)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(1)
        reasons = QVBoxLayout()
        reasons.setSpacing(1)
        reasons.addWidget(self.why)
        reasons.addWidget(self.others)
        reasons.addStretch(1)
        layout.addWidget(self.title, 0, 0)
        layout.addWidget(self.players, 1, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(reasons, 0, 1, 3, 1)
        layout.setColumnStretch(0, 4)
        layout.setColumnStretch(1, 7)
        layout.setRowStretch(2, 1)

    def show_role(self, line: RoleLine, *, may_change: bool) -> None:
        """Show who plays the role."""
        self.players.setEnabled(may_change and len(line.entries) > 1)
        if line == self._shown:
            return
        self._shown = line
        self.title.show_words(line.title)
        self.players.clear()
        for key, words in line.entries:
            self.players.addItem(words, key)
        self.players.setCurrentIndex(next((n for n, each in enumerate(line.entries) if each[0] == line.chosen), -1))
        self.players.setAccessibleName(line.title)
        mark = "✖ " if line.is_problem else ""
        self.why.setText(f"{mark}{line.why}")
        self.why.setStyleSheet(f"color: {theme.VERMILION};" if line.is_problem else "")
        self.others.setText(line.others)
        self.others.setVisible(bool(line.others))

    def _chosen(self, _: int) -> None:
        self._choose(self._role, str(self.players.currentData()))


class PreparePage(QWidget):
    """Everything that is settled before a run begins."""

    def __init__(self, language: Language, changed: Callable[["Choice | None"], None]) -> None:
        super().__init__()
        self.setObjectName("page")
        self._language, self._changed = language, changed
        self.presenter = PreparationPresenter(language)
        self._families: object = None
        self._units: object = None
        self._findings: list[FindingLine] = []
        self._rows: dict[str, RoleRow] = {}
        self.methods = QTreeWidget()
        self.methods.setHeaderHidden(True)
        self.methods.setRootIsDecorated(False)
        self.methods.setIndentation(14)
        self.methods.setAccessibleName(_METHODS.within(language))
        self.methods.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.methods.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.methods.currentItemChanged.connect(self._method_chosen)
        self.unit = QComboBox()
        self.unit.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.unit.activated.connect(self._unit_chosen)
        self.several = Batches(language, self._units_chosen)
        self.several.setVisible(False)
        self.serial, self.customer, self.order = QLineEdit(), QLineEdit(), QLineEdit()
        for field in (self.serial, self.customer, self.order):
            field.textEdited.connect(self._worded)
        self.reason = QLineEdit()
        self.reason.setAccessibleName(_REASON.within(language))
        self.reason.setPlaceholderText(_REASON.within(language))
        self.reason.setMinimumHeight(_ROW)
        self.reason.setVisible(False)
        self.reason.editingFinished.connect(lambda: self._changed(self.presenter.allow(self.reason.text())))
        self.kinds = {kind: QRadioButton(words.within(language)) for kind, words in KINDS.items()}
        self._kind = QButtonGroup(self)
        for kind, each in self.kinds.items():
            self._kind.addButton(each)
            each.clicked.connect(lambda _=False, kind=kind: self._changed(self.presenter.choose_kind(kind)))
        self.summary = label(name="title", wrap=True)
        self.method_title, self.method_document = label(name="title", wrap=True), label(name="faint", wrap=True)
        self.findings = QListWidget()
        self.findings.setWordWrap(True)
        self.findings.setAccessibleName(_FINDINGS.within(language))
        self._lay_out()

    def _lay_out(self) -> None:
        words = self._language
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(label(_METHODS.within(words), "heading"))
        left.addWidget(self.methods, 1)
        side = QWidget()
        side.setLayout(left)
        side.setFixedWidth(300)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.method_title)
        right.addWidget(self.method_document)
        right.addWidget(self._order_panel())
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._standards_panel())
        splitter.addWidget(self._findings_panel())
        splitter.setSizes([250, 160])
        right.addWidget(splitter, 1)
        body = QHBoxLayout()
        body.setSpacing(14)
        body.addWidget(side)
        body.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 8)
        layout.addWidget(label(_TITLE.within(words), "title"))
        layout.addLayout(body, 1)

    def _order_panel(self) -> QWidget:
        panel = frame("panel")
        layout = QGridLayout(panel)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setHorizontalSpacing(10)
        layout.setVerticalSpacing(4)
        kinds = QHBoxLayout()
        for each in self.kinds.values():
            kinds.addWidget(each)
        kinds.addStretch(1)
        fields: tuple[tuple[Text, QWidget], ...] = (
            (_INSTRUMENT, self.unit), (_SERIAL, self.serial), (_CUSTOMER, self.customer), (_ORDER, self.order),
        )  # fmt: skip
        for number, (title, field) in enumerate(fields):
            name = label(title.within(self._language), "faint")
            name.setBuddy(field)
            if field is self.unit:
                self._instrument = name
            field.setAccessibleName(title.within(self._language))
            field.setMinimumHeight(_ROW)
            layout.addWidget(name, number // 2, number % 2 * 2)
            layout.addWidget(field, number // 2, number % 2 * 2 + 1)
        layout.addWidget(self.several, 0, 1)
        layout.addWidget(label(_KIND.within(self._language), "faint"), 2, 0)
        layout.addLayout(kinds, 2, 1)
        layout.addWidget(self.reason, 2, 2, 1, 2)
        layout.setColumnStretch(1, 5)
        layout.setColumnStretch(3, 3)
        return panel

    def _standards_panel(self) -> QWidget:
        panel = frame("panel")
        inside = QWidget()
        self._roles = QVBoxLayout(inside)
        self._roles.setContentsMargins(12, 4, 12, 4)
        self._roles.setSpacing(0)
        self._roles.addStretch(1)
        inside.setObjectName("inside")
        scrolled = QScrollArea()
        scrolled.setWidget(inside)
        scrolled.setWidgetResizable(True)
        scrolled.setObjectName("inside")
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scrolled.setAccessibleName(_STANDARDS.within(self._language))
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 8, 0, 2)
        title = label(_STANDARDS.within(self._language), "heading")
        title.setContentsMargins(12, 0, 0, 0)
        layout.addWidget(title)
        layout.addWidget(scrolled, 1)
        return panel

    def _findings_panel(self) -> QWidget:
        panel = frame("panel")
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(label(_FINDINGS.within(self._language), "heading"))
        layout.addWidget(self.summary)
        layout.addWidget(self.findings, 1)
        return panel

    # --- what is shown ----------------------------------------------------------------------------------------------

    def show_preparation(self, *, may_change: bool) -> None:
        """Show what is chosen and what was found; nothing can be changed while a run is under way."""
        presenter = self.presenter
        self._show_methods()
        self.methods.setEnabled(may_change)
        ready = presenter.ready
        self.method_title.setText(ready.method.title.within(self._language) if ready is not None else "")
        self.method_document.setText(presenter.document)
        self._show_order(may_change=may_change and ready is not None)
        self._show_roles(presenter.roles(), may_change=may_change and not presenter.checking)
        self.summary.setText(presenter.summary)
        bad = presenter.ready is not None and not presenter.may_start and not presenter.checking
        self.summary.setStyleSheet(f"color: {theme.VERMILION};" if bad or presenter.refusal else "")
        self._show_findings(presenter.findings())

    def _show_methods(self) -> None:
        families = self.presenter.families()
        if families != self._families:
            self._families = families
            self.methods.blockSignals(True)  # noqa: FBT003  (Qt has no other form)
            self.methods.clear()
            for family in families:
                top = QTreeWidgetItem([family.title])
                font = QFont(self.font())
                font.setBold(True)
                top.setFont(0, font)
                top.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.methods.addTopLevelItem(top)
                for each in family.methods:
                    item = QTreeWidgetItem([f"{each.title}\n{each.detail}"])
                    item.setData(0, _SOURCE, each.source)
                    item.setToolTip(0, f"{each.title}\n{each.detail}")
                    if self._language is Language.CHINESE:  # whose lines are higher than the font says
                        item.setSizeHint(0, QSize(0, _TWO_LINES))
                    if not each.fits:
                        item.setForeground(0, QBrush(QColor(theme.FAINT)))
                    top.addChild(item)
            self.methods.expandAll()
            self.methods.blockSignals(False)  # noqa: FBT003  (as above)
        self._mark_method()

    def _mark_method(self) -> None:
        wanted = self.presenter.choice.procedure if self.presenter.choice is not None else ""
        current = self.methods.currentItem()
        if current is not None and current.data(0, _SOURCE) == wanted:
            return
        for top in range(self.methods.topLevelItemCount()):
            family = self.methods.topLevelItem(top)
            for number in range(family.childCount() if family is not None else 0):
                item = family.child(number) if family is not None else None
                if item is not None and item.data(0, _SOURCE) == wanted:
                    self.methods.blockSignals(True)  # noqa: FBT003  (as above)
                    self.methods.setCurrentItem(item)
                    self.methods.blockSignals(False)  # noqa: FBT003  (as above)
                    self.methods.scrollToItem(item)
                    return

    def item_of(self, source: str) -> QTreeWidgetItem | None:
        """Return the line of a method on the list; None where it is not offered."""
        tops = [self.methods.topLevelItem(number) for number in range(self.methods.topLevelItemCount())]
        items = [top.child(number) for top in tops if top is not None for number in range(top.childCount())]
        return next((each for each in items if each is not None and each.data(0, _SOURCE) == source), None)

    def _show_order(self, *, may_change: bool) -> None:
        presenter = self.presenter
        self._offer_units(presenter)
        self.several.setEnabled(may_change)
        ready, choice = presenter.ready, presenter.choice
        self.reason.setVisible(presenter.needs_reason)
        self.reason.setEnabled(may_change)
        worded = may_change and presenter.has_one_order
        for each in (self.customer, self.order, *self.kinds.values()):
            each.setEnabled(worded)
        self.unit.setEnabled(may_change)
        self.serial.setEnabled(may_change and ready is not None and len(ready.chosen) == 1)
        if ready is None or choice is None:
            return
        if ready.unit is not None and not presenter.checking:
            self.several.tick(ready.chosen)
            self.unit.setCurrentIndex(self.unit.findData(ready.unit.key))
            self._fill(self.serial, choice.serial or presenter.serial)
        self._fill(self.customer, choice.customer or presenter.customer)
        self._fill(self.order, choice.order or presenter.order)
        self._mark_kind(presenter.kind)

    def _offer_units(self, presenter: PreparationPresenter) -> None:
        units = presenter.units()
        if units != self._units:
            self._units = units
            self.unit.clear()
            for key, words in units:
                self.unit.addItem(words, key)
        several = presenter.takes_several
        self.unit.setVisible(not several)
        self.several.setVisible(several)
        self._instrument.setBuddy(self.several if several else self.unit)
        if several:
            self.several.show_batches(presenter.batches())

    def _mark_kind(self, kind: Kind | None) -> None:
        """Mark the kind of the orders; neither where they differ."""
        self._kind.setExclusive(kind is not None)
        for each, mark in self.kinds.items():
            mark.setChecked(each is kind)

    def _units_chosen(self, keys: list[str]) -> None:
        self._changed(self.presenter.choose_units(keys))

    @staticmethod
    def _fill(field: QLineEdit, words: str) -> None:
        if not field.hasFocus() and field.text() != words:
            field.setText(words)
            field.setCursorPosition(0)

    def _show_roles(self, lines: list[RoleLine], *, may_change: bool) -> None:
        if [each.role for each in lines] != list(self._rows):
            for row in self._rows.values():
                self._roles.removeWidget(row)
                row.deleteLater()
            self._rows = {each.role: RoleRow(self._language, each.role, self._cast) for each in lines}
            for number, row in enumerate(self._rows.values()):
                self._roles.insertWidget(number, row)
        for line in lines:
            self._rows[line.role].show_role(line, may_change=may_change)

    def _show_findings(self, lines: list[FindingLine]) -> None:
        if lines == self._findings:
            return
        self._findings = lines
        self.findings.clear()
        for line in lines:
            item = QListWidgetItem(f"{line.mark} {line.problem} — {line.remedy}")
            if line.severity != "note":
                item.setForeground(QColor(theme.VERMILION if line.severity == "error" else theme.AMBER))
            self.findings.addItem(item)

    # --- what a person changes --------------------------------------------------------------------------------------

    def _method_chosen(self, item: QTreeWidgetItem | None, _: QTreeWidgetItem | None) -> None:
        source = item.data(0, _SOURCE) if item is not None else None
        if source:
            self._changed(self.presenter.choose_method(str(source)))

    def _unit_chosen(self, _: int) -> None:
        self._changed(self.presenter.choose_unit(str(self.unit.currentData())))

    def _cast(self, role: str, key: str) -> None:
        self._changed(self.presenter.cast(role, key))

    def _worded(self) -> None:
        self.presenter.word(serial=self.serial.text(), order=self.order.text(), customer=self.customer.text())
