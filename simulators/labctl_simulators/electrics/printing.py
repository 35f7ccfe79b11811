"""How SCPI multimeters print a number."""

import math

from labctl.metrology.many import finite, nan


def printed(value: float) -> str:
    """Return a number as the meter prints it; what is no number or beyond the range has a number of its own.

    >>> printed(1.2345678), printed(math.inf), printed(-math.inf)
    ('+1.23456780E+00', '+9.90000000E+37', '-9.90000000E+37')
    """
    if nan(value):
        return "+9.91000000E+37"
    return f"{value + 0.0 if finite(value) else math.copysign(9.9e37, value):+.8E}"
