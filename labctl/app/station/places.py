"""In which line of a TOML file each key stands, which the standard library's reader does not tell."""

from typing import Final

from attrs import define, field

Place = tuple[str | int, ...]
"""Keys and, within arrays, positions counted from 0, from the top of the file down to a value."""

_BARE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def lines_of(text: str) -> dict[Place, int]:
    r"""Return the line, counted from 1, of every table, key and array element of valid TOML.

    >>> lines_of('a = 1\n[b.c]\nd = [1,\n2]')[("b", "c", "d", 1)]
    4
    """
    reader = _Reader(text=text)
    reader.read()
    return reader.lines


@define(kw_only=True)
class _Reader:
    """Walks over a text that is known to be valid TOML."""

    text: str
    position: int = 0
    line: int = 1
    lines: dict[Place, int] = field(factory=dict[Place, int])
    lengths: dict[Place, int] = field(factory=dict[Place, int])  # of arrays of tables

    def read(self) -> None:
        """Walk over the whole file."""
        table: Place = ()
        while self._skip_blank():
            if self._ahead("[["):
                table = self._header(closing="]]")
            elif self._ahead("["):
                table = self._header(closing="]")
            else:
                self._pair(table)

    def _header(self, *, closing: str) -> Place:
        self._advance(len(closing))
        keys = self._keys("]")
        self._advance(len(closing))
        place: Place = ()
        for key in keys[:-1]:
            place = self._latest((*place, key))
            self.lines.setdefault(place, self.line)
        place = (*place, keys[-1])
        self.lines.setdefault(place, self.line)
        if closing == "]]":
            self.lengths[place] = self.lengths.get(place, 0) + 1
            place = self._latest(place)
        self.lines[place] = self.line
        return place

    def _latest(self, place: Place) -> Place:
        return (*place, self.lengths[place] - 1) if place in self.lengths else place

    def _pair(self, table: Place) -> None:
        place = table
        for key in self._keys("="):
            place = (*place, key)
            self.lines.setdefault(place, self.line)
        self._advance(1)
        self._value(place)

    def _value(self, place: Place) -> None:
        self._skip_blank()
        self.lines.setdefault(place, self.line)
        if self._ahead("["):
            self._members(place, "]")
        elif self._ahead("{"):
            self._members(place, "}")
        elif self._ahead('"') or self._ahead("'"):
            self._string()
        else:
            while self.position < len(self.text) and self.text[self.position] not in ",]}\n#":
                self._advance(1)

    def _members(self, place: Place, closing: str) -> None:
        self._advance(1)
        n = 0
        while self._skip_blank() and not self._ahead(closing):
            if self._ahead(","):
                self._advance(1)
            elif closing == "]":
                self._value((*place, n))
                n += 1
            else:
                self._pair(place)
        self._advance(1)

    def _keys(self, closing: str) -> list[str]:
        keys: list[str] = []
        while not self._ahead(closing):
            if self.text[self.position] in "\"'":
                keys.append(self._string())
            elif self.text[self.position] in _BARE:
                start = self.position
                while self.text[self.position] in _BARE:
                    self._advance(1)
                keys.append(self.text[start : self.position])
            else:  # a dot or a blank
                self._advance(1)
        return keys

    def _string(self) -> str:
        quote = self.text[self.position]
        quotes = quote * 3 if self._ahead(quote * 3) else quote
        self._advance(len(quotes))
        start = self.position
        while not self._ahead(quotes):
            self._advance(2 if quote == '"' and self._ahead("\\") else 1)
        content = self.text[start : self.position]
        self._advance(len(quotes))
        while len(quotes) > 1 and self._ahead(quote):  # up to two quotes may end a long string
            self._advance(1)
        return content

    def _skip_blank(self) -> bool:
        """Go to the next sign that is neither blank nor comment; false at the end."""
        while self.position < len(self.text):
            if self._ahead("#"):
                while self.position < len(self.text) and not self._ahead("\n"):
                    self._advance(1)
            elif self.text[self.position] in " \t\r\n":
                self._advance(1)
            else:
                return True
        return False

    def _ahead(self, sign: str) -> bool:
        return self.text.startswith(sign, self.position)

    def _advance(self, count: int) -> None:
        self.line += self.text.count("\n", self.position, self.position + count)
        self.position += count
