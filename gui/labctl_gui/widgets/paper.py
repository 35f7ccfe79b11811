"""A PDF as pictures of its pages, drawn by PDFium."""

from pathlib import Path
from typing import Any

from PySide6.QtGui import QImage


def pages_of(path: Path, width: float) -> list[QImage]:
    """Return the pages of a PDF as pictures, each so many pixels wide."""
    import pypdfium2  # only when there is something to show

    document: Any = pypdfium2.PdfDocument(path)  # the library is not typed
    try:
        return [_picture(document[number], width) for number in range(len(document))]
    finally:
        document.close()


def _picture(page: Any, width: float) -> QImage:  # noqa: ANN401  (the library is not typed)
    bitmap = page.render(scale=width / page.get_width(), rev_byteorder=True, prefer_bgrx=True)
    seen = QImage(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGBX8888)
    return seen.copy()  # the bytes are PDFium's, and go with its page
