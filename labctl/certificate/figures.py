"""From figures of a record to printed digits: which unit, which last place, and where the decimal points stand."""

from decimal import Decimal

from labctl.metrology.display import fitting_unit
from labctl.metrology.quantity import Quantity, shortest
from labctl.metrology.rounding import last_place, round_to
from labctl.metrology.units import Unit

_LONG = 10_000.0
_MANY = 1000.0  # degrees of freedom that print as infinitely many: k is then 2.00


def place_of(expanded: Quantity, unit: Unit) -> Decimal | None:
    """Return the last place that an expanded uncertainty of two digits has in a unit; None where it is zero."""
    inside = amount_in(expanded, unit)
    return last_place(inside) if inside > 0 else None


def amount_in(quantity: Quantity, unit: Unit) -> float:
    """Return the number of a unit that a quantity is; an uncertainty in kelvin may be asked for in °C."""
    if quantity.unit.is_scale != unit.is_scale:
        unit = unit.coherent if unit.is_scale else unit
    return quantity.value_in(unit)


def digits(value: float, place: Decimal | None) -> str:
    """Return a number at a last place, or its shortest digits where none is given."""
    return f"{round_to(value, place):f}" if place is not None else plain(value)


def plain(value: float) -> str:
    """Return the shortest digits of a number, never with an exponent.

    >>> plain(0.00005), plain(-1000.0)
    ('0.00005', '-1000')
    """
    return f"{Decimal(shortest(value)):f}"


def given_unit(unit: Unit, largest: float) -> Unit:
    """Return the unit in which settings and indications up to `largest` are printed.

    Their own up to four digits before the point, as makers name their ranges, otherwise one that fits.

    >>> from labctl.metrology.units import parse_unit
    >>> given_unit(parse_unit("V"), 1000.0).symbol, given_unit(parse_unit("V"), 0.1).symbol
    ('V', 'mV')
    """
    return unit if 1.0 <= largest < _LONG else fitting_unit(unit, largest)


def factor(k: float) -> str:
    """Return a coverage factor with two decimals."""
    return f"{round_to(k, '0.01'):f}"


def freedom(dof: float | None) -> str:
    """Return effective degrees of freedom as they print: truncated, which never makes k look smaller than it was."""
    return "∞" if dof is None or dof >= _MANY else f"{int(dof)}"


def padding(column: list[str]) -> list[str]:
    """Return for each number of a column what has to follow it, unseen, for decimal points to stand in line.

    >>> padding(["10.5", "-3", "2.25"])
    ['0', '.00', '']
    """
    tails = [each.partition(".") for each in column]
    most = max((len(tail) for _, _, tail in tails), default=0)
    return [("" if point or not most else ".") + "0" * (most - len(tail)) for _, point, tail in tails]


def near(value: float) -> float:
    """Take off what a change of unit adds in binary: 0.05 V is 50 mV, not 50.00000000000001 mV."""
    return float(f"{value:.13e}")
