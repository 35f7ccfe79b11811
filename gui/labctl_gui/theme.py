"""The look: calm greys, colour only for what is abnormal, large tabular numerals."""

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

FAMILIES = (
    "Noto Sans",
    "DejaVu Sans",
    "Segoe UI",
    "Microsoft YaHei UI",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
)

PAPER = "#f3f4f5"
PANEL = "#ffffff"
INK = "#26292c"
FAINT = "#6b7177"
STALE = "#a4a9ad"
LINE = "#d3d7da"
FIELD = "#e6e9eb"
ACCENT = "#0072b2"  # of the series on plots, not of states
AMBER = "#b36b00"
VERMILION = "#c8401a"

_STYLE = f"""
* {{ font-size: 10pt; }}
QMainWindow, QStackedWidget, QWidget#page {{ background: {PAPER}; }}
QFrame#panel {{ background: {PANEL}; border: 1px solid {LINE}; border-radius: 6px; }}
QFrame#card {{ background: {PANEL}; border: 2px solid {ACCENT}; border-radius: 6px; }}
QFrame#card[quiet="true"] {{ border: 1px solid {LINE}; }}
QScrollArea#inside, QWidget#inside {{ background: {PANEL}; }}
QFrame#bar {{ background: {PANEL}; border-top: 1px solid {LINE}; }}
QFrame#navigation {{ background: #e3e6e8; border-right: 1px solid {LINE}; }}
QLabel#title {{ font-size: 13pt; font-weight: 600; }}
QLabel#heading {{ color: {FAINT}; font-weight: 600; }}
QLabel#faint {{ color: {FAINT}; }}
QLabel#numeral {{ font-size: 25pt; }}
QLabel#mark {{ color: {VERMILION}; font-weight: 600; }}
QPushButton {{ min-height: 40px; padding: 0 16px; border: 1px solid #aab0b5; border-radius: 5px; background: {PANEL}; }}
QPushButton:hover {{ background: {FIELD}; }}
QPushButton:disabled {{ color: #a4a9ad; border-color: {LINE}; background: {PAPER}; }}
QPushButton:focus {{ border: 2px solid {ACCENT}; }}
QPushButton#primary {{ background: {INK}; color: white; border-color: {INK}; font-weight: 600; }}
QPushButton#primary:disabled {{ background: #a4a9ad; border-color: #a4a9ad; color: {PAPER}; }}
QPushButton#abort {{
  border: 3px solid {VERMILION}; color: {VERMILION}; font-weight: 700; font-size: 12pt;
  min-width: 190px; min-height: 46px;
}}
QPushButton#navigate {{
  text-align: left; border: none; border-radius: 0; background: transparent;
  padding-left: 18px; min-height: 46px;
}}
QPushButton#navigate:checked {{ background: {PANEL}; border-left: 4px solid {INK}; font-weight: 600; }}
QLineEdit:disabled {{ color: {FAINT}; background: {PAPER}; }}
QTableView, QListWidget, QPlainTextEdit {{ background: {PANEL}; border: 1px solid {LINE}; gridline-color: {FIELD}; }}
QHeaderView::section {{
  background: {FIELD}; border: none; border-right: 1px solid {LINE}; padding: 5px; font-weight: 600;
}}
QProgressBar {{ border: 1px solid {LINE}; border-radius: 3px; background: {FIELD}; height: 8px; }}
QProgressBar::chunk {{ background: {FAINT}; }}
"""


def apply_theme(application: QApplication) -> None:
    """Give the application its style, palette and typefaces."""
    application.setStyle("Fusion")
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, PAPER),
        (QPalette.ColorRole.Base, PANEL),
        (QPalette.ColorRole.AlternateBase, PAPER),
        (QPalette.ColorRole.Button, PANEL),
        (QPalette.ColorRole.Text, INK),
        (QPalette.ColorRole.WindowText, INK),
        (QPalette.ColorRole.ButtonText, INK),
        (QPalette.ColorRole.Highlight, "#c9d3da"),
        (QPalette.ColorRole.HighlightedText, INK),
    ):
        palette.setColor(role, QColor(colour))
    application.setPalette(palette)
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPointSize(10)
    application.setFont(font)
    application.setStyleSheet(_STYLE)


def load_packaged_typeface() -> None:
    """Add the Chinese typeface of the certificate's font package, so that every machine can show Chinese."""
    from pylopdf_fonts_zh_cn import sans_path  # the path alone; the file is read by Qt

    QFontDatabase.addApplicationFont(str(sans_path()))


def numerals() -> QFont:
    """Return the font of large readings: every digit of one width."""
    font = QFont()
    font.setFamilies(["DejaVu Sans Mono", "Noto Sans Mono", "Consolas", "Menlo", "monospace"])
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font
