"""The Certificate screen: the pages as they were issued, and what verification says of them."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from labctl.language import Language, Text
from labctl_gui import theme
from labctl_gui.widgets.paper import pages_of
from labctl_gui.widgets.parts import button, label

if TYPE_CHECKING:
    from labctl.app.submission import Issued

_TITLE = Text("Certificate", zh="证书")
_NONE = Text("The certificate can be issued when the run has finished.", zh="运行完成后可出具证书。")
_READY = Text("The run has finished. Issue the certificate.", zh="运行已完成，请出具证书。")
_ISSUE = Text("Issue and verify", zh="出具并验证")
_PAGE = Text("Page {number}", zh="第 {number} 页")
_WIDTH = 720  # of a page on the screen, in pixels
_VERIFIED = Text(
    "{number} · ✔ submitted: signed, issued and in the register · ✔ verified",
    zh="{number} · ✔ 已提交：已签署、出具并登记 · ✔ 验证通过",
)
_DIFFERS = Text(
    "{number} · issued and in the register · ✖ verification found a difference",
    zh="{number} · 已出具并登记 · ✖ 验证发现差异",
)
_ALL_VERIFIED = Text(
    "{count} certificates · ✔ submitted: signed, issued and in the register · ✔ verified",
    zh="{count} 份证书 · ✔ 已提交：已签署、出具并登记 · ✔ 验证通过",
)
_SOME_DIFFER = Text(
    "{count} certificates · issued and in the register · ✖ verification found differences in {differing}",
    zh="{count} 份证书 · 已出具并登记 · ✖ 其中 {differing} 份验证发现差异",
)
_SEVERAL = Text("Certificates of this run", zh="本次运行的证书")
_LINE = Text("{mark} {number}\n{unit} · {customer}", zh="{mark} {number}\n{unit} · {customer}")
_SIDE = 330  # pixels in width of what stands beside the pages
_REPORT = Text("Verification", zh="验证结果")
_PAPER = Text("Pages of the certificate", zh="证书页面")
_WORKING = Text("Typesetting and verifying …", zh="正在排版并验证 …")


class CertificatePage(QWidget):
    """Shows the PDF itself, not a likeness of it."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.setObjectName("page")
        self._language = language
        self.is_shown = self._working = False
        self._issued: tuple[Issued, ...] = ()
        self.which = QListWidget()
        self.which.setAccessibleName(_SEVERAL.within(language))
        self.which.setFixedWidth(_SIDE)
        self.which.setSpacing(2)
        self.which.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.which.setVisible(False)
        self.which.currentRowChanged.connect(self._choose)
        self.issue = button(_ISSUE.within(language), "primary")
        self.issue.setEnabled(False)
        self._words = label(_NONE.within(language), wrap=True)
        self._report = QPlainTextEdit(readOnly=True)
        self._report.setFixedWidth(_SIDE)
        self._report.setAccessibleName(_REPORT.within(language))
        self._report.setVisible(False)
        head = QHBoxLayout()
        head.addWidget(label(_TITLE.within(language), "title"))
        head.addWidget(self._words, 1)
        head.addWidget(self.issue)
        paper = QWidget()
        self._sheets = QVBoxLayout(paper)
        self._sheets.setSpacing(14)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setAccessibleName(_PAPER.within(language))
        scroll.setWidget(paper)
        pages = QHBoxLayout()
        pages.addWidget(scroll, 1)
        side = QVBoxLayout()
        side.addWidget(self.which, 1)
        side.addWidget(self._report, 2)
        pages.addLayout(side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 8)
        layout.addLayout(head)
        layout.addLayout(pages, 1)

    @property
    def is_busy(self) -> bool:
        """Return whether the certificate is being made or was made."""
        return self._working or self.is_shown

    @property
    def words(self) -> str:
        """Return what the page says of its certificate."""
        return self._words.text()

    @property
    def report(self) -> str:
        """Return what verification says of the certificate that is shown."""
        return self._report.toPlainText()

    def offer(self, *, possible: bool) -> None:
        """Let the certificate be issued, or not."""
        self.issue.setEnabled(possible and not self._working)
        if not self.is_shown and not self._working:
            self._words.setText((_READY if possible else _NONE).within(self._language))

    def show_working(self) -> None:
        """Say that the certificate is being made."""
        self._working = True
        self.issue.setEnabled(False)
        self._words.setText(_WORKING.within(self._language))

    def show_all(self, issued: "tuple[Issued, ...]") -> None:
        """List the certificates of a run's units, and show the first."""
        self._issued = issued
        self._working = False
        self.which.blockSignals(True)  # noqa: FBT003  (Qt has no other form)
        self.which.clear()
        for each in issued:
            item = QListWidgetItem(_LINE.filled(
                mark="✔" if each.verified else "✖",
                number=each.number, unit=f"{each.unit} {each.serial}".strip(), customer=each.customer,
            ).within(self._language))  # fmt: skip
            item.setForeground(QColor(theme.INK if each.verified else theme.VERMILION))
            self.which.addItem(item)
        self.which.blockSignals(False)  # noqa: FBT003  (as above)
        self.which.setVisible(len(issued) > 1)
        self.which.setCurrentRow(0)

    def _choose(self, number: int) -> None:
        if 0 <= number < len(self._issued):
            self.show_issued(self._issued[number])

    def show_issued(self, issued: "Issued") -> None:
        """Show the pages and the report."""
        words = (_VERIFIED if issued.verified else _DIFFERS).filled(number=issued.number)
        if len(self._issued) > 1:
            words = _all_of(self._issued)
        self._words.setText(words.within(self._language))
        self._words.setToolTip(str(issued.pdf))
        self._report.setVisible(True)
        self._report.setPlainText(issued.report.within(self._language))
        self._show_pages(issued.pdf)

    def stop_working(self) -> None:
        """Let the certificate be issued again: it could not be made."""
        self._working = False

    def forget(self) -> None:
        """Show nothing: another run is looked at, or the certificate could not be made."""
        self._working = self.is_shown = False
        self._issued = ()
        self.which.clear()
        self.which.setVisible(False)
        self._report.setVisible(False)
        self._clear()

    def _clear(self) -> None:
        while (item := self._sheets.takeAt(0)) is not None:
            if (sheet := item.widget()) is not None:
                sheet.deleteLater()

    def _show_pages(self, path: Path) -> None:
        self._clear()
        for number, page in enumerate(pages_of(path, _WIDTH * self.devicePixelRatio()), start=1):
            page.setDevicePixelRatio(self.devicePixelRatio())
            sheet = label()
            sheet.setPixmap(QPixmap.fromImage(page))
            sheet.setAccessibleName(_PAGE.filled(number=number).within(self._language))
            self._sheets.addWidget(sheet, 0, Qt.AlignmentFlag.AlignHCenter)
        self.is_shown = True


def _all_of(issued: "tuple[Issued, ...]") -> Text:
    """Return what there is to say of several certificates."""
    differing = sum(not each.verified for each in issued)
    said = _SOME_DIFFER if differing else _ALL_VERIFIED
    return said.filled(count=len(issued), differing=differing)
