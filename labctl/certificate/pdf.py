"""The pages: PDF/A-3 with the digital certificate attached, the same bytes for the same document and release."""

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias, cast

import msgspec
import segno
import typst

from labctl.certificate.document import Document
from labctl.certificate.typefaces import typefaces
from labctl.certificate.words import SIMULATED, typographic
from labctl.events.codec import encode

TEMPLATE: Final = Path(__file__).with_name("certificate.typ")
STANDARDS: Final = ("a-3a", "ua-1")
_SYMBOLS: Final = frozenset("νσρ")  # set in italics of the typesetter's own typeface
Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"


def typeset(document: Document, xml: bytes) -> bytes:
    """Return the certificate's PDF, the digital certificate attached as its alternative form.

    Raises:
        UnprintableCharacter: a string holds a character that the typefaces cannot draw.
    """
    plain = _spoken(cast("Json", msgspec.json.decode(encode(document))))
    typefaces().refuse_undrawn(_strings(plain))
    pages = _compiler().compile(
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
    return cast("bytes", pages)


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(
        input=str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=[str(typefaces().folder)], ignore_system_fonts=True
    )


@cache
def _watermark() -> str:
    drawn = typst.compile(
        TEMPLATE.with_name("watermark.typ"),
        font_paths=[typefaces().folder],
        ignore_system_fonts=True,
        format="svg",
        sys_inputs={"en": SIMULATED.en, "zh": typographic(SIMULATED.zh)},
    )
    return drawn.decode()


def _spoken(value: Json) -> Json:
    """Fill in the English words where a text has no Chinese ones, and set Chinese ones as a printer would."""
    if isinstance(value, list):
        return [_spoken(each) for each in value]
    if isinstance(value, dict):
        if set(value) == {"en", "zh"}:
            return {"en": value["en"], "zh": typographic(str(value["zh"] or value["en"]))}
        return {name: _spoken(each) for name, each in value.items()}
    return value


def _strings(value: Json, name: str = "") -> Iterator[str]:
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
