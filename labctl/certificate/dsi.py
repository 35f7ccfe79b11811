r"""Units as the Digital-SI writes them: words behind backslashes, `\micro\volt`, `\metre\tothe{3}`."""

import re
from typing import Final

from labctl.errors import UnknownUnit
from labctl.metrology.units import Unit

_WORDS: Final = {
    "m": "metre", "g": "gram", "s": "second", "A": "ampere", "K": "kelvin", "mol": "mole", "cd": "candela",
    "rad": "radian", "sr": "steradian", "Hz": "hertz", "N": "newton", "Pa": "pascal", "J": "joule", "W": "watt",
    "C": "coulomb", "V": "volt", "F": "farad", "Ω": "ohm", "S": "siemens", "Wb": "weber", "T": "tesla", "H": "henry",
    "lm": "lumen", "lx": "lux", "Bq": "becquerel", "Gy": "gray", "Sv": "sievert", "L": "litre", "bar": "bar",
}  # fmt: skip
_PLAIN: Final = {
    "1": r"\one", "%": r"\percent", "%RH": r"\percent", "ppm": r"\ppm", "°C": r"\degreecelsius", "min": r"\minute",
    "h": r"\hour", "d": r"\day", "°": r"\degree", "′": r"\arcminute", "″": r"\arcsecond", "t": r"\tonne",
    "mmHg": r"\mmHg", "var": r"\volt\ampere", "VA": r"\volt\ampere", "Wh": r"\watt\hour", "Ah": r"\ampere\hour",
}  # fmt: skip
_PREFIXES: Final = {
    "da": "deca", "q": "quecto", "r": "ronto", "y": "yocto", "z": "zepto", "a": "atto", "f": "femto", "p": "pico",
    "n": "nano", "µ": "micro", "m": "milli", "c": "centi", "d": "deci", "h": "hecto", "k": "kilo", "M": "mega",
    "G": "giga", "T": "tera", "P": "peta", "E": "exa", "Z": "zetta", "Y": "yotta", "R": "ronna", "Q": "quetta",
}  # fmt: skip
_DERIVED: Final = {"VA": r"\volt\ampere", "var": r"\volt\ampere", "Wh": r"\watt\hour", "Ah": r"\ampere\hour"}
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_PART: Final = re.compile(r"(?P<symbol>[^⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)(?P<power>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")


def dsi(unit: Unit) -> str:
    r"""Return a unit in Digital-SI spelling (D-SI 2.2.1).

    >>> from labctl.metrology.units import parse_unit
    >>> print(dsi(parse_unit("µV")), dsi(parse_unit("m3/h")), dsi(parse_unit("°C")))
    \micro\volt \metre\tothe{3}\hour\tothe{-1} \degreecelsius

    Raises:
        UnknownUnit: the Digital-SI has no word for it.
    """
    above, _, below = unit.symbol.partition("/")
    parts = [_part(each, 1) for each in above.split("·") if each != "1" or not below]
    parts += [_part(each, -1) for each in below.strip("()").split("·") if each]
    return "".join(parts)


def _part(part: str, sign: int) -> str:
    found = _PART.fullmatch(part)
    if found is None:
        raise UnknownUnit(given=part)
    power = sign * int((found["power"] or "1").translate(_RAISED))
    word = _word(found["symbol"])
    if power == 1:
        return word
    factors = [each for each in word.split("\\") if each]
    joined = "".join("\\" + each for each in factors)
    return f"{joined}\\tothe{{{power}}}"


def _word(symbol: str) -> str:
    if symbol in _PLAIN:
        return _PLAIN[symbol]
    if symbol in _WORDS:
        return "\\" + _WORDS[symbol]
    for length in (2, 1):
        prefix, rest = symbol[:length], symbol[length:]
        if prefix in _PREFIXES and rest in _WORDS:
            return f"\\{_PREFIXES[prefix]}\\{_WORDS[rest]}"
        if prefix in _PREFIXES and rest in _DERIVED:
            return f"\\{_PREFIXES[prefix]}{_DERIVED[rest]}"
    raise UnknownUnit(given=symbol)


def symbol_of(spelled: str) -> str:
    r"""Return the symbol of a unit in Digital-SI spelling, for people; words that it does not know stay.

    >>> symbol_of(r"\milli\volt"), symbol_of(r"\metre\tothe{3}\hour\tothe{-1}"), symbol_of(r"\one")
    ('mV', 'm³/h', '')
    """
    above, below, prefix = list[str](), list[str](), ""
    for part in _SPELLED.finditer(spelled):
        word, power = str(part[1]), str(part[2] or "")
        if word in _PREFIX_WORDS and not power:
            prefix = _PREFIX_WORDS[word]
            continue
        symbol = prefix + _UNIT_WORDS.get(word, word)
        prefix = ""
        raised = int(power or "1")
        shown = symbol + (f"{abs(raised)}".translate(_TO_RAISED) if abs(raised) > 1 else "")
        if symbol:
            (above if raised > 0 else below).append(shown)
    parts = [f"({'·'.join(below)})" if len(below) > 1 else "".join(below)] if below else []
    return "/".join(["·".join(above) or "1", *parts]) if above or below else ""


_SPELLED: Final = re.compile(r"\\([a-zA-Z]+)(?:\\tothe\{(-?\d+)\})?")
_PREFIX_WORDS: Final[dict[str, str]] = {word: symbol for symbol, word in _PREFIXES.items()}
_UNIT_WORDS: Final[dict[str, str]] = {word: symbol for symbol, word in _WORDS.items()} | {
    "one": "", "percent": "%", "ppm": "ppm", "degreecelsius": "°C", "minute": "min", "hour": "h", "day": "d",
    "degree": "°", "arcminute": "′", "arcsecond": "″", "tonne": "t",
}  # fmt: skip
_TO_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
