"""The pages: PDF/A-3 with the digital certificate attached, the same bytes for the same document and release."""

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import segno
import typst

from labctl.certificate.document import NOTHING, Document
from labctl.certificate.typefaces import typefaces
from labctl.certificate.words import PHASES, SIMULATED, typographic
from labctl.events.codec import encode
from labctl.language import Text

TEMPLATE: Final = Path(__file__).with_name("certificate.typ")
STANDARDS: Final = ("a-3a", "ua-1")
_SYMBOLS: Final = frozenset("νσρ")  # set in italics of the typesetter's own typeface
Plain = dict[str, Any]  # what JSON holds


def typeset(document: Document, xml: bytes) -> bytes:
    """Return the certificate's PDF, the digital certificate attached as its alternative form.

    Raises:
        UnprintableCharacter: a string holds a character that the typefaces cannot draw.
    """
    plain = _plain(document)
    typefaces().refuse_undrawn(_strings(plain))
    return _compiler().compile(
        format="pdf",
        sys_inputs={
            "document": msgspec.json.encode(plain).decode(),
            "xml": xml.decode("utf-8"),
            "qr": _code(document.code),
            "watermark": _watermark() if document.simulated else "",
        },
        pdf_standards=list(STANDARDS),
        timestamp=document.at.replace(microsecond=0),
    )


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(
        input=str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=[str(typefaces().folder)], ignore_system_fonts=True
    )


@cache
def _watermark() -> str:
    words = _spoken({"en": SIMULATED.en, "zh": SIMULATED.zh})
    drawn = typst.compile(
        TEMPLATE.with_name("watermark.typ"),
        font_paths=[typefaces().folder],
        ignore_system_fonts=True,
        format="svg",
        sys_inputs=words,
    )
    return drawn.decode()


def _plain(document: Document) -> Plain:
    """Return the document as the template reads it."""
    plain: Plain = msgspec.json.decode(encode(document))
    plain["date"] = [int(part) for part in document.issued.split("-")]
    for table, source in zip(plain["tables"], document.tables, strict=True):
        several = len({each.phase for each in document.tables}) > 1
        words = PHASES.get(source.phase, Text(source.phase, zh=source.phase)) if several else NOTHING
        table["phase_words"] = {"en": words.en, "zh": words.zh or words.en}
    return _spoken(plain)


def _spoken(value: Any) -> Any:  # noqa: ANN401  (whatever JSON holds)
    """Fill in the English words where a text has no Chinese ones, and set Chinese ones as a printer would."""
    if isinstance(value, list):
        return [_spoken(each) for each in value]
    if isinstance(value, dict):
        if set(value) == {"en", "zh"}:
            return {"en": value["en"], "zh": typographic(value["zh"] or value["en"])}
        return {name: _spoken(each) for name, each in value.items()}
    return value


def _strings(value: Any, name: str = "") -> Iterator[str]:  # noqa: ANN401  (whatever JSON holds)
    """Yield every string that will be printed in the typefaces of the package."""
    if isinstance(value, str):
        if name != "svg":
            yield "".join(sign for sign in value if sign not in _SYMBOLS)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each, name)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _strings(each, key)


def _code(words: str) -> str:
    """Return the QR code as SVG, with a quiet zone of two modules."""
    drawn = io.BytesIO()
    segno.make(words, error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=False, svgns=True, nl=False)
    return drawn.getvalue().decode()
