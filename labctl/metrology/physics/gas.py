"""States of a gas: volumes and flows as drawn, at 273.15 K, and at 298.15 K, as particulate standards want them."""

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike

from labctl.metrology.distributions import Floats
from labctl.metrology.physics.ranges import Partials, inside

ZERO: Final = 273.15


@frozen(kw_only=True)
class State:
    """A temperature in °C and an absolute pressure in Pa at which a volume of gas is stated."""

    t: float
    p: float = 101325.0


STANDARD: Final = State(t=0.0)
"""273.15 K and 101.325 kPa, the standard state of HJ 618-2011 and of GB 3095 before its amendment of 2018."""
REFERENCE: Final = State(t=25.0)
"""298.15 K and 101.325 kPa, the reference state of GB 3095 (amendment of 2018) for gases; particles stay as drawn."""


def volume_factor(t: ArrayLike, p: ArrayLike, to: State) -> Floats:
    """Return the volume in a stated state over the volume at t in °C and absolute p in Pa: (p/p_0) (T_0/T).

    Ideal gas, −60 °C … 150 °C and 10 kPa … 200 kPa, where dry air departs by less than 1e-3. Flows at constant mass
    convert by the same factor. Raises UncertaintyError `out-of-range`.
    """
    warm, pressure = np.broadcast_arrays(np.asarray(t, dtype=np.float64), np.asarray(p, dtype=np.float64))
    return volume_factor_partials(to, warm, pressure)[0]


def volume_at(volume: ArrayLike, t: ArrayLike, p: ArrayLike, to: State) -> Floats:
    """Return a volume (or a volume flow), drawn at t in °C and p in Pa, in a stated state and in its own unit."""
    return np.asarray(volume, dtype=np.float64) * volume_factor(t, p, to)


def drawn_volume(volume: ArrayLike, t: ArrayLike, p: ArrayLike, stated: State) -> Floats:
    """Return the volume (or flow) at t in °C and p in Pa of one that is stated in another state."""
    return np.asarray(volume, dtype=np.float64) / volume_factor(t, p, stated)


def concentration_at(concentration: ArrayLike, t: ArrayLike, p: ArrayLike, to: State) -> Floats:
    """Return a mass concentration at t in °C and p in Pa in a stated state: the same mass in the other volume."""
    return np.asarray(concentration, dtype=np.float64) / volume_factor(t, p, to)


def volume_factor_partials(to: State, t: Floats, p: Floats) -> Partials:
    """Return the factor between volumes, and its derivatives along t in 1/K and p in 1/Pa."""
    inside(t, "t", -60.0, 150.0, "°C", "ideal gas")
    inside(p, "p", 1e4, 2e5, "Pa", "ideal gas")
    value = p / to.p * ((to.t + ZERO) / (t + ZERO))
    return value, (-value / (t + ZERO), value / p)
