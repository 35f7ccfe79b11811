"""The International Temperature Scale of 1990 for platinum resistance thermometers: its reference functions."""

from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from labctl.metrology.distributions import Floats
from labctl.metrology.physics.ranges import Partials, choice, inside
from labctl.metrology.physics.series import derived, power_series

ZERO: Final = 273.15
TRIPLE: Final = 273.16
LOWEST: Final = 13.8033 - ZERO
HIGHEST: Final = 1234.93 - ZERO
SOURCE: Final = "ITS-90 (13.8033 K … 961.78 °C)"

FIXED_POINTS: Final = MappingProxyType({
    "e-H2": 13.8033, "Ne": 24.5561, "O2": 54.3584, "Ar": 83.8058, "Hg": 234.3156, "H2O": 273.16,
    "Ga": 302.9146, "In": 429.7485, "Sn": 505.078, "Zn": 692.677, "Al": 933.473, "Ag": 1234.93,
})  # fmt: skip
"""T90 in kelvin of the defining fixed points of resistance thermometry (ITS-90, table 1)."""

TABULATED: Final = MappingProxyType({
    "e-H2": 0.00119007, "Ne": 0.00844974, "O2": 0.09171804, "Ar": 0.21585975, "Hg": 0.84414211, "H2O": 1.0,
    "Ga": 1.11813889, "In": 1.60980185, "Sn": 1.89279768, "Zn": 2.56891730, "Al": 3.37600860, "Ag": 4.28642053,
})  # fmt: skip
"""W_r at the fixed points as the scale prints them (ITS-90, table 1)."""

_A: Final = (
    -2.13534729, 3.18324720, -1.80143597, 0.71727204, 0.50344027, -0.61899395, -0.05332322, 0.28021362,
    0.10715224, -0.29302865, 0.04459872, 0.11868632, -0.05248134,
)  # fmt: skip
_B: Final = (
    0.183324722, 0.240975303, 0.209108771, 0.190439972, 0.142648498, 0.077993465, 0.012475611, -0.032267127,
    -0.075291522, -0.056470670, 0.076201285, 0.123893204, -0.029201193, -0.091173542, 0.001317696, 0.026025526,
)  # fmt: skip
_C: Final = (
    2.78157254, 1.64650916, -0.13714390, -0.00649767, -0.00234444, 0.00511868, 0.00187982, -0.00204472,
    -0.00046122, 0.00045724,
)  # fmt: skip
_D: Final = (
    439.932854, 472.418020, 37.684494, 7.472018, 2.920828, 0.005184, -0.963864, -0.188732, 0.191203, 0.049025,
)  # fmt: skip
_STEPS: Final = 6  # Newton from within 0.2 mK; two would do, the rest cost little


def _low(kelvin: Floats) -> tuple[Floats, Floats]:
    x = (np.log(kelvin / TRIPLE) + 1.5) / 1.5
    value = np.exp(power_series(x, _A))
    return value, value * power_series(x, derived(_A)) / (1.5 * kelvin)


def _high(kelvin: Floats) -> tuple[Floats, Floats]:
    x = (kelvin - 754.15) / 481
    return power_series(x, _C), power_series(x, derived(_C)) / 481


def _both(t: Floats) -> tuple[Floats, Floats]:
    """Return W_r and its slope; the branches meet at the triple point of water within 5e-9."""
    kelvin = t + ZERO
    cold = kelvin < TRIPLE
    low, high = _low(np.where(cold, kelvin, TRIPLE)), _high(np.where(cold, TRIPLE, kelvin))
    return np.where(cold, low[0], high[0]), np.where(cold, low[1], high[1])


def wr(t: ArrayLike) -> Floats:
    """Return the reference ratio W_r(T90) of a temperature in °C, a number.

    ITS-90, equations (9a) below and (10a) above the triple point of water (H. Preston-Thomas, Metrologia 27, 1990,
    p. 3), −259.3467 °C … 961.78 °C. Raises UncertaintyError `out-of-range`.
    """
    return _both(inside(t, "t", LOWEST, HIGHEST, "°C", SOURCE))[0]


def wr_slope(t: ArrayLike) -> Floats:
    """Return dW_r/dT90 in 1/K at a temperature in °C: the derivative of the same equations, in the same range."""
    return _both(inside(t, "t", LOWEST, HIGHEST, "°C", SOURCE))[1]


def t(ratio: ArrayLike) -> Floats:
    """Return the temperature in °C at which the reference function has this value, by exact inversion.

    Newton's method on ITS-90 (9a) and (10a), starting at (9b) and (10b): agrees with the forward function to some
    1e-12 °C above 20 K. The end points as printed are taken (they are rounded to 1e-8). Raises UncertaintyError
    `out-of-range`.
    """
    given = _ratio(ratio)
    cold = given < wr_at("H2O")
    # where the branch is not this one, its start is harmless and its result unused
    below = np.maximum(_approximate_low(np.where(cold, given, 1.0)), 13.7)
    above = _approximate_high(np.where(cold, 1.0, given))
    for _ in range(_STEPS):
        value, slope = _low(below)
        below = below - np.where(cold, value - given, 0.0) / slope
        value, slope = _high(above)
        above = above - np.where(cold, 0.0, value - given) / slope
    return np.clip(np.where(cold, below, above) - ZERO, LOWEST, HIGHEST)


def t_from_polynomials(ratio: ArrayLike) -> Floats:
    """Return the temperature in °C from the inverse polynomials (9b) and (10b) of ITS-90.

    They agree with the exact inversion within 0.1 mK below and 0.13 mK above 273.16 K. `t` is exact.
    Raises UncertaintyError `out-of-range`.
    """
    given = _ratio(ratio)
    cold = given < 1
    below, above = _approximate_low(np.where(cold, given, 1.0)), _approximate_high(np.where(cold, 1.0, given))
    return np.where(cold, below, above) - ZERO


def wr_at(point: str) -> float:
    """Return W_r at a fixed point, computed. Raises UncertaintyError `unknown-choice` for others than ITS-90's."""
    kelvin = np.asarray(choice(FIXED_POINTS, "fixed point", point))
    return float((_low(kelvin) if kelvin < TRIPLE else _high(kelvin))[0])


def wr_partials(t: Floats) -> Partials:
    """Return W_r and its derivative along t in 1/K."""
    value, slope = _both(inside(t, "t", LOWEST, HIGHEST, "°C", SOURCE))
    return value, (slope,)


def t_partials(ratio: Floats) -> Partials:
    """Return t90 in °C and its derivative along W_r in K."""
    found = t(ratio)
    return found, (1 / _both(found)[1],)


def _ratio(ratio: ArrayLike) -> Floats:
    low, high = wr_at("e-H2"), wr_at("Ag")
    return np.clip(inside(ratio, "W", low - 1e-8, high + 1e-8, "", SOURCE), low, high)


def _approximate_low(ratio: Floats) -> Floats:
    return TRIPLE * power_series((np.power(ratio, 1 / 6) - 0.65) / 0.35, _B)


def _approximate_high(ratio: Floats) -> Floats:
    return ZERO + power_series((ratio - 2.64) / 1.64, _D)
