"""Bytes, units and limits as people read them."""

import math
from collections.abc import Iterable
from typing import Final
from unicodedata import east_asian_width

from labctl.certificate.figures import plain
from labctl.metrology.conformity import Side
from labctl.metrology.display import fitting_unit
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import Unit, parse_unit
from labctl.records.calibration import Result, Table

SIGNS: Final = {Side.WITHIN.value: "±", Side.AT_MOST.value: "≤ ", Side.AT_LEAST.value: "≥ "}
"""What stands before a limit, by the side on which it lies."""
_SMALL: Final = {"kg": ("mg", "µg"), "kg/m³": ("mg/m³", "µg/m³")}
"""What is read where it is less than a gram, and where it is less than a milligram, as on filters and in air."""
_GRAM: Final = 1e-3  # kg
_MILLIGRAM: Final = 1e-6  # kg


def readable(message: bytes) -> str:
    r"""Return bytes as a person reads them: printable characters as they are, all others as escapes.

    >>> readable(b"STBY\n\x1b\x80")
    'STBY\\n\\x1b\\x80'
    """
    return repr(message)[2:-1]


def printed_units(tables: Iterable[Table]) -> dict[tuple[str, str], str]:
    """Return in which unit the method's tables print a result, by section and symbol, where they say it."""
    return {(table.section, name): unit for table in tables for name, unit in table.units.items()}


def unit_for(result: Result, limit: Quantity | None, nominal: Quantity | str | float | None, printed: str = "") -> Unit:
    """Return the unit in which a result is read: as the method prints it, else as suits limit and nominal value.

    Args:
        result: which is shown.
        limit: against which it is held, if any.
        nominal: value of its point, if it has one.
        printed: unit in which the method's table prints it, if it says so.
    """
    own = parse_unit(result.unit)
    if printed:
        return parse_unit(printed)
    named = [each.unit for each in (limit, nominal) if isinstance(each, Quantity)]
    base = next((each for each in named if each.dimension == own.dimension and not each.is_scale), own)
    sizes = [Quantity.of(each, own) for each in (result.expanded, result.value)]
    sizes += [limit] if limit is not None else []
    if own.is_scale or not all(math.isfinite(each.value) for each in sizes):
        return own
    largest = max(abs(each.value_in(base)) for each in sizes) or 1.0
    if base.symbol in _SMALL and largest < _GRAM:
        return parse_unit(_SMALL[base.symbol][largest < _MILLIGRAM])
    return fitting_unit(base, largest)


def hours(seconds: float) -> str:
    """Return a time as hours, minutes and seconds, however many hours; it reads alike in both languages.

    >>> hours(183_991)
    '51:06:31'
    """
    minutes, left = divmod(round(seconds), 60)
    whole, minutes = divmod(minutes, 60)
    return f"{whole}:{minutes:02}:{left:02}"


def width_of(words: str) -> int:
    """Return how many columns of a terminal a text takes; Chinese characters take two."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in words)


def behind(unit: Unit) -> str:
    """Return a unit as it stands behind a number; a pure number has none.

    >>> behind(parse_unit("V")), behind(parse_unit("1"))
    (' V', '')
    """
    return "" if unit.symbol == "1" else f" {unit.symbol}"


def of_statistic(value: float) -> str:
    """Return a number of which no uncertainty is stated: three digits, and no exponent.

    >>> of_statistic(0.0000658712)
    '0.0000659'
    """
    return plain(float(f"{value:.3g}"))
