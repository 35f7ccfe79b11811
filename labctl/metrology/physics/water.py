"""Density of water: air-free or saturated with air, under pressure."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from labctl.metrology.distributions import Floats
from labctl.metrology.physics.ranges import Partials, inside
from labctl.metrology.physics.series import derived, power_series

SOURCE: Final = "Tanaka 2001"
NORMAL: Final = 101325.0  # Pa
_A1, _A2, _A3, _A4, _A5 = -3.983035, 301.797, 522528.9, 69.34881, 999.974950
_AIR: Final = (-4.612e-3, 0.106e-3)  # kg/m³, kg/(m³ °C)
_K: Final = (50.74e-11, -0.326e-11, 0.00416e-11)  # 1/Pa, 1/(Pa °C), 1/(Pa °C²)


def water_density(t: ArrayLike, p: ArrayLike = NORMAL) -> Floats:
    """Return the density in kg/m³ of pure air-free water (SMOW) at t90 in °C under the absolute pressure p in Pa.

    ρ = a5 [1 − (t + a1)² (t + a2) / (a3 (t + a4))] · [1 + (k0 + k1 t + k2 t²)(p − 101325 Pa)], 0 °C … 40 °C,
    U = 0.00083 kg/m³ (k = 2) at 101.325 kPa (M. Tanaka et al., Metrologia 38, 2001, p. 301, equations 1 and 5). The
    linear compressibility is taken for 50 kPa … 1.1 MPa, where it departs from a full equation of state by less than
    2 parts in 10⁶. Raises UncertaintyError `out-of-range`.
    """
    return water_density_partials(*_arrays(t, p))[0]


def water_density_saturated(t: ArrayLike, p: ArrayLike = NORMAL) -> Floats:
    """Return the density in kg/m³ of water saturated with air: s0 + s1 t added at 101.325 kPa.

    0 °C … 25 °C (Tanaka 2001, equation 2). Raises UncertaintyError `out-of-range`.
    """
    return water_density_saturated_partials(*_arrays(t, p))[0]


def compressibility(t: ArrayLike) -> Floats:
    """Return the isothermal compressibility of water in 1/Pa near 101.325 kPa, k0 + k1 t + k2 t² (Tanaka 2001, 5)."""
    return power_series(_warm(np.asarray(t, dtype=np.float64)), _K)


def thermal_expansion(t: ArrayLike) -> Floats:
    """Return the volumetric coefficient of thermal expansion of water −(dρ/dt)/ρ in 1/K at 101.325 kPa."""
    density, slope = _normal(_warm(np.asarray(t, dtype=np.float64)))
    return -slope / density


def water_density_partials(t: Floats, p: Floats) -> Partials:
    """Return the density of air-free water in kg/m³, and its derivatives along t in °C and p in Pa."""
    warm = _warm(t)
    inside(p, "p", 5e4, 1.1e6, "Pa", f"{SOURCE}, compressibility")
    density, slope = _normal(warm)
    factor, along_t, along_p = _compressed(warm, p)
    return density * factor, (slope * factor + density * along_t, density * along_p)


def water_density_saturated_partials(t: Floats, p: Floats) -> Partials:
    """Return the density of water saturated with air in kg/m³, and its derivatives along t in °C and p in Pa."""
    inside(t, "t", 0.0, 25.0, "°C", f"{SOURCE}, water saturated with air")
    density, (along_t, along_p) = water_density_partials(t, p)
    factor, factor_t, factor_p = _compressed(t, p)
    added = power_series(t, _AIR)
    slopes = (along_t + _AIR[1] * factor + added * factor_t, along_p + added * factor_p)
    return density + added * factor, slopes


def _arrays(t: ArrayLike, p: ArrayLike) -> tuple[Floats, Floats]:
    warm, pressure = np.broadcast_arrays(np.asarray(t, dtype=np.float64), np.asarray(p, dtype=np.float64))
    return warm, pressure


def _warm(t: Floats) -> Floats:
    return inside(t, "t", 0.0, 40.0, "°C", SOURCE)


def _normal(t: Floats) -> tuple[Floats, Floats]:
    top, bottom = (t + _A1) ** 2 * (t + _A2), _A3 * (t + _A4)
    rising = 2 * (t + _A1) * (t + _A2) + (t + _A1) ** 2
    return _A5 * (1 - top / bottom), -_A5 * (rising - top / (t + _A4)) / bottom


def _compressed(t: Floats, p: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the factor of compression and its derivatives along t and p."""
    off = p - NORMAL
    along_p = power_series(t, _K)
    return 1 + along_p * off, power_series(t, derived(_K)) * off, along_p
