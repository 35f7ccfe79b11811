"""Industrial platinum resistance thermometers: resistance, temperature and tolerance of the standard curve."""

from types import MappingProxyType
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike

from labctl.metrology.distributions import Floats
from labctl.metrology.physics.callendar import CallendarVanDusen
from labctl.metrology.physics.ranges import Partials, choice, inside

SOURCE: Final = "IEC 60751:2022"
_A, _B, _C = 3.9083e-3, -5.775e-7, -4.183e-12


def curve(r_0: float = 100.0) -> CallendarVanDusen:
    """Return the standard curve of nominal resistance R_0 in Ω, −200 °C … 850 °C (IEC 60751:2022, GB/T 30121)."""
    return CallendarVanDusen(r_0=r_0, a=_A, b=_B, c=_C, source=SOURCE)


PT100: Final = curve()


def r(t: ArrayLike, r_0: float = 100.0) -> Floats:
    """Return the resistance in Ω of the standard curve at t90 in °C, R_0 [1 + A t + B t² + C (t − 100) t³].

    −200 °C … 850 °C, the C term below 0 °C only (IEC 60751:2022). Raises UncertaintyError `out-of-range`.
    """
    return PT100.r(t) * (r_0 / 100)


def t(resistance: ArrayLike, r_0: float = 100.0) -> Floats:
    """Return t90 in °C of a resistance in Ω on the standard curve, exactly. Raises UncertaintyError `out-of-range`."""
    return PT100.t(np.asarray(resistance, dtype=np.float64) * (100 / r_0))


def slope(t: ArrayLike, r_0: float = 100.0) -> Floats:
    """Return dR/dt of the standard curve in Ω/K at t90 in °C."""
    return PT100.slope(t) * (r_0 / 100)


def r_partials(t: Floats) -> Partials:
    """Return the resistance of a Pt100 in Ω, and its derivative along t in Ω/K."""
    return PT100.r_partials(t)


def t_partials(resistance: Floats) -> Partials:
    """Return t90 in °C of a Pt100, and its derivative along R in K/Ω."""
    return PT100.t_partials(resistance)


def slope_partials(t: Floats) -> Partials:
    """Return dR/dt of a Pt100 in Ω/K, and its derivative along t in Ω/K²."""
    value = PT100.slope(t)
    return value, (100 * (2 * _B + np.where(t < 0, _C * (12 * t**2 - 600 * t), 0.0)),)


@frozen
class Tolerance:
    """A class's tolerance `floor` + `share`·|t| in K, with its ranges in °C for wire-wound and film resistors."""

    floor: float
    share: float
    wire_wound: tuple[float, float]
    film: tuple[float, float]


TOLERANCES: Final = MappingProxyType(
    {
        "AA": Tolerance(0.1, 0.0017, (-50, 250), (0, 150)),
        "A": Tolerance(0.15, 0.002, (-100, 450), (-30, 300)),
        "B": Tolerance(0.3, 0.005, (-196, 600), (-50, 500)),
        "C": Tolerance(0.6, 0.01, (-196, 600), (-50, 600)),
    }
)
"""Tolerance classes (IEC 60751:2022, GB/T 30121): AA, A, B and C; W and F before a class name its construction."""


def tolerance(grade: str, t: ArrayLike) -> Floats:
    """Return the tolerance in kelvin (a half-width) of a class at t90 in °C.

    `grade` is AA, A, B or C over the widest range of the class, W0.1 … W0.6 for wire-wound and F0.1 … F0.6 for film
    resistors over theirs. Raises UncertaintyError `unknown-choice`, or `out-of-range` beyond the class's range.
    """
    letter, (low, high) = _class(grade)
    held = inside(t, "t", low, high, "°C", f"{SOURCE}, class {grade}")
    found = TOLERANCES[letter]
    return found.floor + found.share * np.abs(held)


def tolerance_partials(grade: str, t: Floats) -> Partials:
    """Return the tolerance in K, and its derivative along t, a number (at 0 °C that of the warm side)."""
    return tolerance(grade, t), (TOLERANCES[_class(grade)[0]].share * np.where(t < 0, -1.0, 1.0),)


def _class(grade: str) -> tuple[str, tuple[float, float]]:
    return choice(CLASSES, "class", grade)


_FIGURES: Final = {"AA": "0.1", "A": "0.15", "B": "0.3", "C": "0.6"}
CLASSES: Final[dict[str, tuple[str, tuple[float, float]]]] = {
    **{letter: (letter, each.wire_wound) for letter, each in TOLERANCES.items()},  # the wider of the two
    **{f"W{_FIGURES[letter]}": (letter, each.wire_wound) for letter, each in TOLERANCES.items()},
    **{f"F{_FIGURES[letter]}": (letter, each.film) for letter, each in TOLERANCES.items()},
}
"""By the name of a class: which of the four it is, and over which range; AA to C stand for the wider of the two."""
