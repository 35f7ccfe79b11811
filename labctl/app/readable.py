"""Bytes, units and limits as people read them."""

from typing import Final

from labctl.metrology.conformity import Side
from labctl.metrology.display import fitting_unit
from labctl.metrology.units import Unit, parse_unit

SIGNS: Final = {Side.WITHIN.value: "±", Side.AT_MOST.value: "≤ ", Side.AT_LEAST.value: "≥ "}
"""What stands before a limit, by the side on which it lies."""
_DUST: Final = "kg/m³"  # of air, where its concentration is small


def readable(message: bytes) -> str:
    r"""Return bytes as a person reads them: printable characters as they are, all others as escapes.

    >>> readable(b"STBY\n\x1b\x80")
    'STBY\\n\\x1b\\x80'
    """
    return repr(message)[2:-1]


def unit_for(unit: str, largest: float) -> Unit:
    """Return the unit in which results up to `largest`, given in a unit, are read.

    >>> unit_for("V", 0.0001).symbol, unit_for("kg/m³", 3e-7).symbol
    ('µV', 'µg/m³')
    """
    if unit == _DUST and 0 < largest < 1e-3:  # noqa: PLR2004  (a gram)
        return parse_unit("mg/m³" if largest >= 1e-6 else "µg/m³")  # noqa: PLR2004  (a milligram)
    return fitting_unit(unit, largest)


def behind(unit: Unit) -> str:
    """Return a unit as it stands behind a number; a pure number has none.

    >>> behind(parse_unit("V")), behind(parse_unit("1"))
    (' V', '')
    """
    return "" if unit.symbol == "1" else f" {unit.symbol}"
