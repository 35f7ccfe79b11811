"""Which characters a typeface can draw, so that no certificate is issued with a hole in a name."""

import struct
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pylopdf_fonts_zh_cn
from attrs import frozen

from labctl.errors import RecordError, UnprintableCharacter
from labctl.language import Text

FOLDER: Final = Path(pylopdf_fonts_zh_cn.__file__).parent
FILES: Final = ("NotoSansSC-Regular.otf", "NotoSerifSC-Regular.otf")
_TABLE: Final = struct.Struct(">4sIII")
_SEGMENTED, _GROUPED = 4, 12  # formats of a character map (OpenType specification, cmap)
_UNICODE: Final = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}  # platform and encoding


@frozen
class Typefaces:
    """The typefaces of a certificate: where they are, what they are, what they can draw."""

    folder: Path
    digests: dict[str, str]  # file name -> SHA-256
    drawn: frozenset[int]  # code points that every one of them has

    def refuse_undrawn(self, strings: Iterable[str]) -> None:
        """Refuse characters without a glyph.

        Raises:
            UnprintableCharacter: one that not every typeface has; the error names it and where it stands.
        """
        for each in strings:
            for character in each:
                if ord(character) not in self.drawn and character != "\n":
                    raise UnprintableCharacter(character=character, code=f"U+{ord(character):04X}", words=each[:60])


@cache
def typefaces() -> Typefaces:
    """Return the typefaces of the font package."""
    contents = {name: (FOLDER / name).read_bytes() for name in FILES}
    return Typefaces(
        folder=FOLDER,
        digests={name: sha256(content).hexdigest() for name, content in contents.items()},
        drawn=frozenset(set[int].intersection(*(characters(content, name) for name, content in contents.items()))),
    )


def typesetter() -> dict[str, str]:
    """Return what the bytes of a PDF depend on besides its document: versions and digests."""
    return {
        "typst": version("typst"),
        "segno": version("segno"),
        "pylopdf-fonts-zh-cn": version("pylopdf-fonts-zh-cn"),
        **typefaces().digests,
    }


def characters(font: bytes, name: str = "font") -> set[int]:
    """Return the code points that a font file maps to glyphs.

    Raises:
        RecordError: the file has no character map of a known form.
    """
    count = struct.unpack_from(">H", font, 4)[0]
    tables = {tag: offset for tag, _, offset, _ in (_TABLE.unpack_from(font, 12 + 16 * i) for i in range(count))}
    start = tables.get(b"cmap")
    if start is None:
        raise _unreadable(name)
    found: set[int] = set()
    for index in range(struct.unpack_from(">H", font, start + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * index)
        if (platform, encoding) in _UNICODE:
            found |= _mapped(font, start + offset)
    if not found:
        raise _unreadable(name)
    return found


def _mapped(font: bytes, at: int) -> set[int]:
    form = struct.unpack_from(">H", font, at)[0]
    if form == _GROUPED:
        groups = struct.unpack_from(">I", font, at + 12)[0]
        found: set[int] = set()
        for first, last, glyph in struct.iter_unpack(">III", font[at + 16 : at + 16 + 12 * groups]):
            found.update(range(first + (glyph == 0), last + 1))
        return found
    return _segments(font, at) if form == _SEGMENTED else set()


def _segments(font: bytes, at: int) -> set[int]:
    """Return the characters of a map in segments of the basic plane."""
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 4 * count)
    base = at + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", font, base)
    found: set[int] = set()
    for index, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            if offset:
                glyph = struct.unpack_from(">H", font, base + 2 * index + offset + 2 * (code - start))[0]
                glyph = (glyph + delta) % 65536 if glyph else 0
            else:
                glyph = (code + delta) % 65536
            if glyph:
                found.add(code)
    return found


def _unreadable(name: str) -> RecordError:
    return RecordError(
        record=name,
        problem=Text(
            "has no character map; install pylopdf-fonts-zh-cn again",
            zh="没有字符映射表；请重新安装 pylopdf-fonts-zh-cn",
        ),
    )
