"""Which unit a figure is shown in: the SI prefix that leaves one to three digits before the point."""

from math import floor, log10

from labctl.metrology.units import NUMBER, Unit, parse_unit

_PREFIXES = {-12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
_FAMILIES = ("V", "A", "Ω", "W", "F", "H", "Hz")  # what a reader expects with a prefix; °C, Pa and kg are left alone


def fitting_unit(unit: str | Unit, largest: float) -> Unit:
    """Return the unit of the same family in which `largest`, given in `unit`, has one to three integer digits.

    One call for a whole column keeps it in one unit. Units that nobody prefixes stay as they are.

    >>> fitting_unit("V", 0.000162).symbol
    'µV'
    >>> fitting_unit("°C", 0.001).symbol
    '°C'
    """
    given = parse_unit(unit) if isinstance(unit, str) else unit
    if given.dimension == NUMBER or given.is_scale or largest == 0:
        return given
    for family in _FAMILIES:
        base = parse_unit(family)
        if base.dimension == given.dimension and given.symbol.endswith(family):
            exponent = floor(log10(abs(largest) * float(given.factor / base.factor)) / 3 + 1e-12) * 3
            return parse_unit(_PREFIXES[min(max(exponent, -12), 9)] + family)
    return given
