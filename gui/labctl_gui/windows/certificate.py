"""The Certificate screen: the pages as they were issued, and what verification says of them."""

from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from labctl.app.window import Issued
from labctl.language import Language, Text
from labctl_gui.widgets.parts import button, label

_TITLE = Text("Certificate", zh="证书")
_NONE = Text("The certificate can be issued when the run has finished.", zh="运行完成后可出具证书。")
_READY = Text("The run has finished. Issue the certificate.", zh="运行已完成,请出具证书。")
_ISSUE = Text("Issue and verify", zh="出具并验证")
_WORKING = Text("Typesetting and verifying …", zh="正在排版并验证 …")


class CertificatePage(QWidget):
    """Shows the PDF itself, not a likeness of it."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.setObjectName("page")
        self._language = language
        self._document: object | None = None
        self.issue = button(_ISSUE.within(language), "primary")
        self.issue.setEnabled(False)
        self._words = label(_NONE.within(language), wrap=True)
        self._report = QPlainTextEdit(readOnly=True)
        self._report.setFixedWidth(330)
        self._report.setAccessibleName(_TITLE.within(language))
        head = QHBoxLayout()
        head.addWidget(label(_TITLE.within(language), "title"))
        head.addWidget(self._words, 1)
        head.addWidget(self.issue)
        self._pages = QHBoxLayout()
        self._pages.addStretch(1)
        self._pages.addWidget(self._report)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 8)
        layout.addLayout(head)
        layout.addLayout(self._pages, 1)

    def offer(self, *, possible: bool) -> None:
        """Let the certificate be issued, or not."""
        self.issue.setEnabled(possible)
        if self._document is None:
            self._words.setText((_READY if possible else _NONE).within(self._language))

    def show_working(self) -> None:
        """Say that the certificate is being made."""
        self.issue.setEnabled(False)
        self._words.setText(_WORKING.within(self._language))

    def show_issued(self, issued: Issued) -> None:
        """Show the pages and the report."""
        self._words.setText(f"{issued.number}   {issued.pdf}")
        self._report.setPlainText(issued.report.within(self._language))
        self._show_pages(issued.pdf)

    def _show_pages(self, path: Path) -> None:
        from PySide6.QtPdf import QPdfDocument  # only when there is something to show
        from PySide6.QtPdfWidgets import QPdfView

        document = QPdfDocument(self)
        document.load(str(path))
        view = QPdfView(self)
        view.setPageMode(QPdfView.PageMode.MultiPage)
        view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        view.setDocument(document)
        first = self._pages.takeAt(0)
        shown_before = first.widget() if first is not None else None
        if shown_before is not None:
            shown_before.deleteLater()
        self._pages.insertWidget(0, view, 1)
        self._document = document
