"""Units of measurement: seven base dimensions, an angle flag, exact rational factors, °C as the one affine unit."""

import re
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from attrs import frozen

from labctl.errors import UnknownUnit

Dimension = tuple[int, int, int, int, int, int, int, int]
"""Exponents of m, kg, s, A, K, mol, cd and of the angle."""

NUMBER: Final[Dimension] = (0, 0, 0, 0, 0, 0, 0, 0)
_BASE: Final = ("m", "kg", "s", "A", "K", "mol", "cd", "rad")
_ONE: Final = Fraction(1)
HIGHEST_POWER: Final = 12  # beyond that a text is no unit, and its exact factor no small number
_LONGEST_POWER: Final = 8  # characters; more digits are no power of anything


@frozen
class Unit:
    """A unit as it was read: its canonical symbol, dimension, and exact size in coherent SI units.

    A value `x` in this unit is `x * factor + offset` in the coherent unit; only °C has an offset.
    """

    symbol: str
    dimension: Dimension
    factor: Fraction = _ONE
    offset: Fraction = Fraction(0)

    @property
    def is_scale(self) -> bool:
        """Return whether values are points on a scale (°C), not amounts."""
        return self.offset != 0

    @property
    def is_number(self) -> bool:
        """Return whether the unit is a pure number such as 1, % or ppm."""
        return self.dimension == NUMBER

    @property
    def difference(self) -> "Unit":
        """Return the unit in which differences of its values stand: kelvin for °C, else itself."""
        return KELVIN if self.is_scale else self

    @property
    def coherent(self) -> "Unit":
        """Return the coherent SI unit of the same dimension (kelvin for °C)."""
        return coherent_unit(self.dimension)

    def __str__(self) -> str:
        """Return the canonical symbol."""
        return self.symbol


# msgspec must not see the fields: the codec writes a unit as its symbol
del Unit.__attrs_attrs__  # pyright: ignore[reportAttributeAccessIssue]


def product(left: Dimension, right: Dimension, power: int = 1) -> Dimension:
    """Return the dimension of `left * right ** power`."""
    a, b, c, d, e, f, g, h = (x + power * y for x, y in zip(left, right, strict=True))
    return (a, b, c, d, e, f, g, h)


def _dimension(**exponents: int) -> Dimension:
    a, b, c, d, e, f, g, h = (exponents.get(base, 0) for base in _BASE)
    return (a, b, c, d, e, f, g, h)


_LENGTH, _MASS, _TIME = _dimension(m=1), _dimension(kg=1), _dimension(s=1)
_FORCE = _dimension(kg=1, m=1, s=-2)
_PRESSURE = _dimension(kg=1, m=-1, s=-2)
_ENERGY = _dimension(kg=1, m=2, s=-2)
_POWER = _dimension(kg=1, m=2, s=-3)
_CHARGE = _dimension(A=1, s=1)
_VOLTAGE = _dimension(kg=1, m=2, s=-3, A=-1)
_ANGLE = _dimension(rad=1)
_PI: Final = Fraction("3.14159265358979323846264338327950288419716939937510")  # rational, right to 50 digits

# Sizes: SI Brochure (9th edition) tables 4, 5 and 8; mmHg as 133.322387415 Pa.
_PREFIXABLE: Final = MappingProxyType(
    {
        "m": (_LENGTH, _ONE),
        "g": (_MASS, Fraction(1, 1000)),
        "s": (_TIME, _ONE),
        "A": (_dimension(A=1), _ONE),
        "K": (_dimension(K=1), _ONE),
        "mol": (_dimension(mol=1), _ONE),
        "cd": (_dimension(cd=1), _ONE),
        "rad": (_ANGLE, _ONE),
        "sr": (_dimension(rad=2), _ONE),
        "Hz": (_dimension(s=-1), _ONE),
        "N": (_FORCE, _ONE),
        "Pa": (_PRESSURE, _ONE),
        "J": (_ENERGY, _ONE),
        "W": (_POWER, _ONE),
        "C": (_CHARGE, _ONE),
        "V": (_VOLTAGE, _ONE),
        "F": (_dimension(kg=-1, m=-2, s=4, A=2), _ONE),
        "Ω": (_dimension(kg=1, m=2, s=-3, A=-2), _ONE),
        "S": (_dimension(kg=-1, m=-2, s=3, A=2), _ONE),
        "Wb": (_dimension(kg=1, m=2, s=-2, A=-1), _ONE),
        "T": (_dimension(kg=1, s=-2, A=-1), _ONE),
        "H": (_dimension(kg=1, m=2, s=-2, A=-2), _ONE),
        "lm": (_dimension(cd=1, rad=2), _ONE),
        "lx": (_dimension(cd=1, rad=2, m=-2), _ONE),
        "Bq": (_dimension(s=-1), _ONE),
        "Gy": (_dimension(m=2, s=-2), _ONE),
        "Sv": (_dimension(m=2, s=-2), _ONE),
        "L": (_dimension(m=3), Fraction(1, 1000)),
        "bar": (_PRESSURE, Fraction(100_000)),
        "VA": (_POWER, _ONE),
        "var": (_POWER, _ONE),
        "Wh": (_ENERGY, Fraction(3600)),
        "Ah": (_CHARGE, Fraction(3600)),
    }
)
_PLAIN: Final = MappingProxyType(
    {
        "1": (NUMBER, _ONE),
        "%": (NUMBER, Fraction(1, 100)),
        "%RH": (NUMBER, Fraction(1, 100)),
        "‰": (NUMBER, Fraction(1, 1000)),
        "ppm": (NUMBER, Fraction(1, 10**6)),
        "ppb": (NUMBER, Fraction(1, 10**9)),
        "min": (_TIME, Fraction(60)),
        "h": (_TIME, Fraction(3600)),
        "d": (_TIME, Fraction(86_400)),
        "a": (_TIME, Fraction(31_557_600)),
        "°": (_ANGLE, _PI / 180),
        "′": (_ANGLE, _PI / 10_800),
        "″": (_ANGLE, _PI / 648_000),
        "r": (NUMBER, _ONE),
        "t": (_MASS, Fraction(1000)),
        "mmHg": (_PRESSURE, Fraction("133.322387415")),
        "mmH2O": (_PRESSURE, Fraction("9.80665")),
        "atm": (_PRESSURE, Fraction(101_325)),
        "psi": (_PRESSURE, Fraction("4.4482216152605") / Fraction("0.00064516")),
        "kgf": (_FORCE, Fraction("9.80665")),
        "in": (_LENGTH, Fraction("0.0254")),
    }
)
_PREFIXES: Final = MappingProxyType(
    {
        "q": -30, "r": -27, "c": -2, "d": -1, "a": -18, "f": -15, "p": -12, "n": -9, "µ": -6, "m": -3,
        "y": -24, "z": -21, "da": 1, "h": 2, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
        "Z": 21, "Y": 24, "R": 27, "Q": 30,
    }
)  # fmt: skip
_SPELLINGS: Final = MappingProxyType(
    {
        "ohm": "Ω",
        "Ohm": "Ω",
        "l": "L",
        "count": "1",
        "counts": "1",
        "rev": "r",
        "rpm": "r/min",
        "deg": "°",
        "arcmin": "′",
    }
    | {"arcsec": "″", "day": "d", "sec": "s", "Vrms": "V", "%rh": "%RH", "degC": "°C"}
)
_SAME_SIGN: Final = str.maketrans(
    {"\u03bc": "µ", "\u2126": "Ω", "\u2103": "°C", "\u2219": "·", "\u22c5": "·", "×": "·", "\u2212": "-"}
)
_SUPERSCRIPT: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RAISED: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")

CELSIUS: Final = Unit("°C", _dimension(K=1), _ONE, Fraction("273.15"))
KELVIN: Final = Unit("K", _dimension(K=1))
ONE: Final = Unit("1", NUMBER)

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<symbol>1|mmH2O|%RH|[A-Za-zµΩ°%‰′″]+)"
    r"(?:\s*(?:\^|\*\*)\s*\(?(?P<power>[+-]?\d+)\)?|(?P<digits>-?\d+)|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))?"
    r"|(?P<sign>[·*./()]))"
)
_Part = tuple[str, int]  # a canonical symbol and its power


@lru_cache(maxsize=1024)
def parse_unit(text: str) -> Unit:
    """Return the unit written in `text`, with products, quotients and powers (`m3/h`, `kg/m^3`, `V/K`, `W/(m²·K)`).

    Inside a compound, °C counts as a difference of one kelvin. Raises UnknownUnit with near spellings.
    """
    given = " ".join(text.translate(_SAME_SIGN).split())
    if given in {"°C", "degC"}:
        return CELSIUS
    if given == "":
        raise UnknownUnit(given=text)
    given = "%RH" if given.lower() in {"% rh", "%rh"} else given
    numerator, denominator = _parts(text, given)
    dimension, factor = NUMBER, _ONE
    for sign, parts in ((1, numerator), (-1, denominator)):
        for symbol, power in parts:
            if abs(power) > HIGHEST_POWER:
                raise UnknownUnit(given=text)
            size, scale = _known(symbol, text)
            dimension = product(dimension, size, sign * power)
            factor *= scale ** (sign * power)
    return Unit(_symbol_of(numerator, denominator), dimension, factor)


@lru_cache(maxsize=1024)
def coherent_unit(dimension: Dimension) -> Unit:
    """Return the coherent SI unit of a dimension, under a name where SI has one (V, Ω, Pa, V/K, kg/m³, …)."""
    return Unit(_coherent_symbol(dimension), dimension)


def _power(written: str, text: str) -> int:
    """Return a power; one of more digits than any has is no unit."""
    if len(written) > _LONGEST_POWER:
        raise UnknownUnit(given=text)
    return int(written.translate(_SUPERSCRIPT))


def _parts(text: str, given: str) -> tuple[list[_Part], list[_Part]]:
    """Split a unit text into the parts above and below the line."""
    above: list[_Part] = []
    below: list[_Part] = []
    sign, group, stack, position, open_end = 1, 1, list[int](), 0, True  # an open end awaits a symbol
    while position < len(given):
        token = _TOKEN.match(given, position)
        if token is None:
            raise UnknownUnit(given=text, near=_near(given))
        position = token.end()
        match token["sign"]:
            case "/":
                sign = -1 if not open_end else 0
                open_end = True
            case "(":
                stack.append(group)
                group, sign = group * sign, 1
            case ")":
                if not stack:
                    raise UnknownUnit(given=text)
                group, sign = stack.pop(), 1
            case None:
                power = _power(token["power"] or token["digits"] or token["raised"] or "1", text)
                place = above if sign * group > 0 else below
                place.extend(_spelled(token["symbol"], power))
                sign, open_end = 1, False
            case _:
                sign = 1 if not open_end else 0
                open_end = True
        if sign == 0:
            raise UnknownUnit(given=text)
    if stack or open_end:
        raise UnknownUnit(given=text)
    return above, below


def _spelled(symbol: str, power: int) -> list[_Part]:
    """Return the canonical spelling of one symbol: ohm is Ω, uV is µV, rpm is r/min."""
    symbol = _SPELLINGS.get(symbol, symbol)
    if symbol == "r/min":
        return [("r", power), ("min", -power)]
    for ending in ("Ohm", "ohm"):
        if symbol.endswith(ending):
            symbol = symbol.removesuffix(ending) + "Ω"
    if symbol.startswith("u") and symbol[1:] in _PREFIXABLE:
        symbol = "µ" + symbol[1:]
    if symbol.endswith("l") and symbol[:-1] in _PREFIXES:
        symbol = symbol[:-1] + "L"
    return [(symbol, power)]


def _known(symbol: str, text: str) -> tuple[Dimension, Fraction]:
    """Return dimension and size of one symbol, prefixed or not."""
    if symbol == "°C":
        return KELVIN.dimension, _ONE
    if symbol in _PLAIN:
        return _PLAIN[symbol]
    if symbol in _PREFIXABLE:
        return _PREFIXABLE[symbol]
    for length in (1, 2):
        prefix, rest = symbol[:length], symbol[length:]
        if prefix in _PREFIXES and rest in _PREFIXABLE:
            dimension, size = _PREFIXABLE[rest]
            return dimension, size * Fraction(10) ** _PREFIXES[prefix]
    raise UnknownUnit(given=text, near=_near(symbol))


def _near(symbol: str) -> str:
    """Return known spellings that resemble a symbol."""
    from difflib import get_close_matches  # only needed to word an error

    common = [f"{prefix}{unit}" for unit in _PREFIXABLE for prefix in ("", "k", "M", "m", "µ", "n")]
    known = [*common, *_PLAIN, "°C", *_SPELLINGS]
    folded = {each.casefold(): each for each in reversed(known)}
    exact = [each for each in known if each.casefold() == symbol.casefold()]
    alike = get_close_matches(symbol, known, n=3, cutoff=0.5)
    loose = [folded[each] for each in get_close_matches(symbol.casefold(), folded, n=2, cutoff=0.7)]
    return ", ".join(list(dict.fromkeys([*exact, *alike, *loose]))[:3]) or "—"


def _symbol_of(above: list[_Part], below: list[_Part]) -> str:
    """Write parts as one symbol: products with ·, one line of quotient, raised powers."""
    lifted = [*((s, p) for s, p in above if p > 0), *((s, -p) for s, p in below if p < 0)]
    lowered = [*((s, p) for s, p in below if p > 0), *((s, -p) for s, p in above if p < 0)]
    top = [_raised(part) for part in lifted if part[0] != "1"] or ["1"]
    under = [_raised(part) for part in lowered if part[0] != "1"]
    if not under:
        return "·".join(top)
    return f"{'·'.join(top)}/{under[0] if len(under) == 1 else '(' + '·'.join(under) + ')'}"


def _raised(part: _Part) -> str:
    symbol, power = part
    return symbol if power == 1 else symbol + str(power).translate(_RAISED)


_NAMED: Final = ("1", "m", "kg", "s", "A", "K", "mol", "cd", "rad", "sr", "Hz", "V", "Ω", "W", "Pa", "J", "N", "C", "F")
_NAMED_MORE: Final = ("H", "T", "Wb", "S", "lm", "lx")


def _coherent_symbol(dimension: Dimension) -> str:
    named = {_known(symbol, symbol)[0]: symbol for symbol in reversed((*_NAMED, *_NAMED_MORE)) if symbol != "kg"}
    named[_MASS] = "kg"
    if dimension in named:
        return named[dimension]
    bases = [(base, power) for base, power in zip(_BASE, dimension, strict=True) if power]
    plain = _symbol_of(bases, [])
    if len(bases) <= 2:  # noqa: PLR2004  kg/m³, m³/s: nothing shorter exists
        return plain
    named_parts = ("Pa", "V", "Ω", "W", "J", "N", "C", "F", "H", "T", "Wb", "S")
    for base in ("s", "K", "m", *_BASE):  # a rate or a slope first: Pa/s, V/K
        for symbol in named_parts:
            rest = product(dimension, _known(symbol, symbol)[0], -1)
            left = [(each, power) for each, power in zip(_BASE, rest, strict=True) if power]
            if len(left) == 1 and left[0][0] == base:
                return _symbol_of([(symbol, 1), *left], [])
    return plain
