import io

import pytest
from fontTools.ttLib import TTFont

from labctl.certificate.typefaces import FILES, FOLDER, characters, typefaces
from labctl.errors import RecordError, UnprintableCharacter


@pytest.mark.parametrize("name", FILES)
def test_the_characters_of_a_typeface_are_those_that_another_reader_finds(name: str) -> None:
    content = (FOLDER / name).read_bytes()
    with TTFont(io.BytesIO(content)) as font:
        assert characters(content) == set(font.getBestCmap() or {})


def test_names_that_a_smaller_font_lacks_can_be_printed() -> None:
    typefaces().refuse_undrawn(["喆", "堃", "镕", "䶮", "µΩ°±≤−", "10.00002"])


def test_what_cannot_be_printed_is_named() -> None:
    with pytest.raises(UnprintableCharacter) as refused:
        typefaces().refuse_undrawn(["fine", "𠮷野家"])
    assert refused.value.code == "U+20BB7"


def test_a_font_without_a_character_map_is_refused() -> None:
    with pytest.raises(RecordError, match="no character map"):
        characters(b"OTTO\x00\x00" + bytes(6))
