"""Thermocouples: voltage, temperature, Seebeck coefficient and tolerance of types B C E J K N R S T."""

from types import MappingProxyType
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.physics.iec60584_tables import EXPONENTIAL, REFERENCE
from labctl.metrology.physics.ranges import Partials, choice, inside, unknown
from labctl.metrology.physics.series import derived, power_series

SOURCE: Final = "IEC 60584-1:2013"
_MILLI: Final = 1e-3
_KNOTS: Final = 400  # of the table that starts the inversion
_STEPS: Final = 30


def temperature_range(kind: str) -> tuple[float, float]:
    """Return the range of a type's reference function in °C. Raises UncertaintyError `unknown-choice`."""
    pieces = choice(REFERENCE, "type", kind)
    return pieces[0][0], pieces[-1][1]


def e(kind: str, t: ArrayLike) -> Floats:
    """Return the voltage in volts of a thermocouple at t90 in °C, its reference junction at 0 °C.

    IEC 60584-1:2013 (GB/T 16839.1-2018; types B E J K N R S T as NIST Monograph 175, C as ASTM E230), over the range
    of the type. Raises UncertaintyError `out-of-range` or `unknown-choice`.
    """
    return _both(kind, _held(kind, t))[0]


def slope(kind: str, t: ArrayLike) -> Floats:
    """Return the Seebeck coefficient dE/dt in V/K at t90 in °C: the derivative of the reference function."""
    return _both(kind, _held(kind, t))[1]


def t(kind: str, voltage: ArrayLike) -> Floats:
    """Return t90 in °C at which a thermocouple with its reference junction at 0 °C has this voltage, in volts.

    The reference function is inverted numerically, to the resolution of a float. Type B has every voltage up to 0 µV
    at two temperatures (its minimum, −2.6 µV, lies at 21 °C): there it is refused, so no result is below 42 °C.

    Raises:
        UncertaintyError: `out-of-range`, `ambiguous`, `unknown-choice`.
    """
    low, high = temperature_range(kind)
    values = np.asarray(voltage, dtype=np.float64)
    if kind == "B":
        twofold = values <= 0
        if bool(np.any(twofold)):
            first = float(values[twofold].flat[0])
            raise UncertaintyError(code="ambiguous", input="E", problem=_TWOFOLD.filled(value=f"{first * 1e6:.6g}"))
        low = _UNIQUE_B
    ends = _both(kind, np.array([low, high]))[0]
    least = min(float(ends[0]), 0.0) if kind == "B" else float(ends[0])
    given = np.clip(inside(values, "E", least, float(ends[1]), "V", f"{SOURCE}, type {kind}"), ends[0], ends[1])
    return _inverted(kind, given, low, high)


def t_compensated(kind: str, voltage: ArrayLike, junction: ArrayLike) -> Floats:
    """Return t90 in °C of a thermocouple whose reference junction is at `junction` °C, not at 0 °C.

    The voltage of the junction's temperature is added to the measured one, in volts; adding temperatures instead
    would be wrong by tens of kelvins. Raises UncertaintyError as `t` and `e` do.
    """
    return t(kind, np.asarray(voltage, dtype=np.float64) + e(kind, junction))


def e_partials(kind: str, t: Floats) -> Partials:
    """Return the voltage in V at t90 in °C, and its derivative along t in V/K."""
    value, along = _both(kind, _held(kind, t))
    return value, (along,)


def slope_partials(kind: str, t: Floats) -> Partials:
    """Return the Seebeck coefficient in V/K, and its derivative along t in V/K²."""
    held = _held(kind, t)
    return _piecewise(kind, held, 1), (_piecewise(kind, held, 2),)


def t_partials(kind: str, voltage: Floats) -> Partials:
    """Return t90 in °C, and its derivative along the voltage in K/V."""
    found = t(kind, voltage)
    return found, (1 / _both(kind, found)[1],)


def _held(kind: str, t: ArrayLike) -> Floats:
    low, high = temperature_range(kind)
    return inside(t, "t", low, high, "°C", f"{SOURCE}, type {kind}")


def _piecewise(kind: str, t: Floats, order: int) -> Floats:
    """Return the reference function in V or a derivative of it; a joint belongs to the piece below."""
    pieces = REFERENCE[kind]
    number = np.searchsorted(np.array([each[1] for each in pieces[:-1]]), t, side="left")
    value = np.zeros_like(t)
    for index, (low, high, coefficients) in enumerate(pieces):
        here = number == index
        powers = derived(coefficients, order)
        value = np.where(here, power_series(np.clip(t, low, high), powers), value)
    if kind == "K":
        value = value + np.where(number == 1, _exponential(t, order), 0.0)
    return value * _MILLI


def _exponential(t: Floats, order: int) -> Floats:
    size, rate, centre = EXPONENTIAL
    off = t - centre
    factors = (1.0, 2 * rate * off, 2 * rate + (2 * rate * off) ** 2)
    return size * np.exp(rate * off**2) * factors[order]


def _both(kind: str, t: Floats) -> tuple[Floats, Floats]:
    return _piecewise(kind, t, 0), _piecewise(kind, t, 1)


def _inverted(kind: str, voltage: Floats, low: float, high: float) -> Floats:
    """Return the root by Newton's steps kept inside a bracket; the function rises from `low` to `high`."""
    knots = np.linspace(low, high, _KNOTS)
    table = _piecewise(kind, knots, 0)
    place = np.clip(np.searchsorted(table, voltage), 1, _KNOTS - 1)
    below, above = knots[place - 1], knots[place]
    found = np.clip(np.interp(voltage, table, knots), below, above)
    for _ in range(_STEPS):
        value, along = _both(kind, found)
        off = value - voltage
        below, above = np.where(off < 0, found, below), np.where(off > 0, found, above)
        newer = found - off / along
        newer = np.where((newer >= below) & (newer <= above), newer, (below + above) / 2)
        if bool(np.all(np.abs(newer - found) <= 1e-13 * (np.abs(found) + 1))):
            return newer
        found = newer
    return found


@frozen
class Tolerance:
    """Half-width of a class over a part of its range: max(`floor`, `share`·|t|), or a ramp above 1100 °C."""

    low: float  # °C
    high: float  # °C
    floor: float  # K
    share: float  # K per °C
    offset: float = 0.0  # °C, where the ramp floor + share (t − offset) begins; 0 means the larger of the two

    def at(self, t: Floats) -> Floats:
        """Return the half-width in kelvin."""
        if self.offset:
            return self.floor + self.share * np.maximum(t - self.offset, 0.0)
        return np.maximum(self.floor, self.share * np.abs(t))

    def slope(self, t: Floats) -> Floats:
        """Return its derivative along t, a number; at a corner that of the flat side."""
        if self.offset:
            return np.where(t > self.offset, self.share, 0.0)
        return np.where(self.share * np.abs(t) > self.floor, self.share * np.sign(t), 0.0)


_COLD: Final = Tolerance(-200, 40, 2.5, 0.015)
_KN: Final = {"1": Tolerance(-40, 1000, 1.5, 0.004), "2": Tolerance(-40, 1200, 2.5, 0.0075), "3": _COLD}
_RS: Final = {"1": Tolerance(0, 1600, 1.0, 0.003, offset=1100), "2": Tolerance(0, 1600, 1.5, 0.0025)}
TOLERANCES: Final = MappingProxyType(
    {
        "B": {"2": Tolerance(600, 1700, 0.0, 0.0025), "3": Tolerance(600, 1700, 4.0, 0.005)},
        "C": {"2": Tolerance(426, 2315, 0.0, 0.01)},
        "E": {"1": Tolerance(-40, 800, 1.5, 0.004), "2": Tolerance(-40, 900, 2.5, 0.0075), "3": _COLD},
        "J": {"1": Tolerance(-40, 750, 1.5, 0.004), "2": Tolerance(-40, 750, 2.5, 0.0075)},
        "K": _KN,
        "N": _KN,
        "R": _RS,
        "S": _RS,
        "T": {
            "1": Tolerance(-40, 350, 0.5, 0.004),
            "2": Tolerance(-40, 350, 1.0, 0.0075),
            "3": Tolerance(-200, 40, 1.0, 0.015),
        },
    }
)
"""Tolerances by type and class (IEC 60584-1:2013, table of tolerances; GB/T 16839.1-2018)."""


def tolerance(kind: str, grade: str, t: ArrayLike) -> Floats:
    """Return the tolerance in kelvin (a half-width) of a type in class "1", "2" or "3" at t90 in °C.

    Raises UncertaintyError `unknown-choice` where the type has no such class, `out-of-range` beyond the class.
    """
    return tolerance_partials(kind, grade, np.asarray(t, dtype=np.float64))[0]


def tolerance_partials(kind: str, grade: str, t: Floats) -> Partials:
    """Return the tolerance in K, and its derivative along t, a number. Raises as `tolerance`."""
    classes = choice(TOLERANCES, "type", kind)
    if grade not in classes:
        raise unknown(f"class of type {kind}", grade, classes)
    found = classes[grade]
    held = inside(t, "t", found.low, found.high, "°C", f"{SOURCE}, type {kind}, class {grade}")
    return found.at(held), (found.slope(held),)


_UNIQUE_B: Final = 42.0  # °C; the voltage is positive again from 42.13 °C on, where the function rises
_TWOFOLD: Final = Text(
    "type B gives {value} µV at two temperatures below 43 °C; use another type there",
    zh="B 型在 43 °C 以下有两个温度给出 {value} µV；请改用其他分度号",
)
