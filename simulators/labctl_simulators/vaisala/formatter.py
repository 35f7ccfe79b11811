"""The output format of Vaisala's transmitters: a string of quantities and modifiers (command FORM).

Source: PTU300 User's Guide M210796EN-G, pages 102 and 103; HMT330 User's Guide M210566EN-K, page 102.
"""

import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Final

from attrs import define, field

UNITS: Final = {"P": "hPa", "T": "'C", "RH": "%RH", "TD": "'C", "TA": "'C"}
NAMED: Final = {"t": "\t", "r": "\r", "n": "\n"}

_TOKEN: Final = re.compile(
    r"""\s*(?:
    "(?P<text>[^"]*)"|(?P<length>\d+\.\d+)|[\\#](?P<mark>[trn]|\d{3})|(?P<unit>[Uu]\d*)|(?P<word>[A-Za-z]+\d*)
    )""",
    re.VERBOSE,
)


class Unreadable(Exception):
    """A format that the transmitter does not understand."""


@define
class Rendering:
    """One output while it is put together."""

    quantities: Mapping[str, float]
    words: Mapping[str, str]  # SN, ADDR, TIME and so on
    said: str = field(default="", init=False)
    _length: tuple[int, int] = field(default=(3, 1), init=False)
    _latest: str = field(default="", init=False)

    def add(self, token: re.Match[str]) -> None:
        """Add what a token of the format stands for. Raises Unreadable."""
        kind = str(token.lastgroup)
        writers: dict[str, Callable[[str], str]] = {
            "text": lambda text: text,
            "length": self._measured,
            "mark": lambda mark: NAMED[mark] if mark in NAMED else chr(int(mark)),
            "unit": self._unit,
            "word": self._word,
        }
        self.said += writers[kind](token[kind])

    def _measured(self, text: str) -> str:
        whole, _, decimals = text.partition(".")
        self._length = (int(whole), int(decimals))
        return ""

    def _unit(self, text: str) -> str:
        unit = UNITS.get(self._latest, "")
        return unit.ljust(int(text[1:]))[: int(text[1:])] if text[1:] else unit

    def _word(self, text: str) -> str:
        name = text.upper()
        if name in self.quantities:
            self._latest = name
            return value(self.quantities[name], *self._length)
        if name in CHECKSUMS:
            return CHECKSUMS[name](self.said.encode("latin-1"))
        if name in self.words:
            return self.words[name]
        raise Unreadable(text)


CHECKSUMS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "CS2": lambda said: f"{sum(said) % 256:02X}",
    "CS4": lambda said: f"{sum(said) % 65536:04X}",
    "CSX": lambda said: f"{reduce(int.__xor__, said, 0):02X}",
}


def tokens(form: str) -> list[re.Match[str]]:
    """Return the tokens of a format. Raises Unreadable for one with anything else in it."""
    found: list[re.Match[str]] = []
    place, form = 0, form.strip()
    while place < len(form):
        token = _TOKEN.match(form, place)
        if token is None:
            raise Unreadable(form[place:])
        found.append(token)
        place = token.end()
    return found


def rendered(form: str, quantities: Mapping[str, float], words: Mapping[str, str]) -> str:
    r"""Return an output in a format. Raises Unreadable.

    >>> rendered('"RH=" 4.2 rh U5 #t "T=" t U3 #r #n', {"RH": 16.03, "T": 74.66}, {})
    "RH=  16.03%RH  \tT=  74.66'C \r\n"
    """
    rendering = Rendering(quantities, words)
    for token in tokens(form):
        rendering.add(token)
    return rendering.said


def value(shown: float, whole: int, decimals: int) -> str:
    """Return a value of so many digits before and after the point, right-aligned; asterisks where there is none.

    >>> value(13.25, 4, 1), value(float("nan"), 3, 1)
    ('  13.2', '*****')
    """
    width = whole + 1 + decimals
    return f"{shown:{width}.{decimals}f}" if abs(shown) < 10**whole else "*" * width
