"""Moist air: its density by the CIPM's equation and by the short form of OIML, vapour pressure and dew point."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from labctl.metrology.distributions import Floats
from labctl.metrology.physics.ranges import Partials, inside

SOURCE: Final = "CIPM-2007"
ZERO: Final = 273.15
_R: Final = 8.314472  # J/(mol K), the value of CIPM-2007
_WATER: Final = 18.01528e-3  # kg/mol
_A, _B, _C, _D = 1.2378847e-5, -1.9121316e-2, 33.93711047, -6.3431645e3
_ALPHA, _BETA, _GAMMA = 1.00062, 3.14e-8, 5.6e-7
_A0, _A1, _A2, _B0, _B1 = 1.58123e-6, -2.9331e-8, 1.1043e-10, 5.707e-6, -2.051e-8
_C0, _C1, _E0, _E1 = 1.9898e-4, -2.376e-6, 1.83e-11, -0.765e-8


def saturation_pressure(t: ArrayLike) -> Floats:
    """Return the saturation vapour pressure over water in Pa at t90 in °C, exp(A T² + B T + C + D/T).

    0 °C … 40 °C (A. Picard et al., Metrologia 45, 2008, p. 149, equation A1.1). Raises UncertaintyError
    `out-of-range`.
    """
    return _saturation(inside(t, "t", 0.0, 40.0, "°C", f"{SOURCE}, saturation"))[0]


def enhancement(t: ArrayLike, p: ArrayLike) -> Floats:
    """Return the enhancement factor of water vapour in air, α + β p + γ t² (CIPM-2007, A1.2), t in °C, p in Pa."""
    warm, pressure = _arrays(t, p)
    return _ALPHA + _BETA * pressure + _GAMMA * warm**2


def vapour_fraction(t: ArrayLike, p: ArrayLike, h: ArrayLike) -> Floats:
    """Return the mole fraction of water vapour, h f p_sv / p, at t in °C, p in Pa and relative humidity h (0 … 1)."""
    warm, pressure, humidity = _arrays(t, p, h)
    _check(warm, pressure, humidity, recommended=False)
    return _fraction(warm, pressure, humidity)[0]


def compression(t: ArrayLike, p: ArrayLike, h: ArrayLike) -> Floats:
    """Return the compressibility factor Z of moist air (CIPM-2007, A1.4), arguments as for `air_density`."""
    warm, pressure, humidity = _arrays(t, p, h)
    _check(warm, pressure, humidity, recommended=False)
    return _compression(warm, pressure, *_fraction(warm, pressure, humidity))[0]


def air_density(
    t: ArrayLike, p: ArrayLike, h: ArrayLike, co2: float = 400e-6, *, beyond_recommended: bool = False
) -> Floats:
    """Return the density in kg/m³ of moist air at t90 in °C, p in Pa, relative humidity h as a number (0.5 is 50 %).

    ρ = p M_a / (Z R T) · [1 − x_v (1 − M_v/M_a)], CIPM-2007, 15 °C … 27 °C and 600 hPa … 1100 hPa, u(ρ)/ρ = 2.2e-5
    of the equation itself (A. Picard, R. S. Davis, M. Gläser, K. Fujii, Metrologia 45, 2008, p. 149). `co2` is the
    mole fraction of carbon dioxide. With `beyond_recommended` the caller answers for 0 °C … 40 °C, for which the
    publication states no uncertainty. Raises UncertaintyError `out-of-range`.
    """
    warm, pressure, humidity = _arrays(t, p, h)
    _check(warm, pressure, humidity, recommended=not beyond_recommended)
    return _density(warm, pressure, humidity, co2)[0]


def air_density_partials(t: Floats, p: Floats, h: Floats) -> Partials:
    """Return the density by CIPM-2007 in kg/m³, and its derivatives along t, p and h."""
    warm, pressure, humidity = _arrays(t, p, h)
    _check(warm, pressure, humidity, recommended=True)
    return _density(warm, pressure, humidity, 400e-6)


def air_density_short(t: ArrayLike, p: ArrayLike, h: ArrayLike) -> Floats:
    """Return the density in kg/m³ by the short form of OIML R 111-1:2004 (E.3-1), arguments as for `air_density`.

    ρ = (0.34848 p − 0.009 h exp(0.061 t)) / (273.15 + t), p in hPa and h in %; 10 °C … 30 °C, 900 hPa … 1100 hPa,
    below 80 %, within 2e-4 of the full equation. Raises UncertaintyError `out-of-range`.
    """
    return air_density_short_partials(*_arrays(t, p, h))[0]


def air_density_short_partials(t: Floats, p: Floats, h: Floats) -> Partials:
    """Return the density by OIML's short form in kg/m³, and its derivatives along t, p and h."""
    inside(t, "t", 10.0, 30.0, "°C", "OIML R 111-1, E.3-1")
    inside(p, "p", 9e4, 1.1e5, "Pa", "OIML R 111-1, E.3-1")
    inside(h, "h", 0.0, 0.8, "", "OIML R 111-1, E.3-1")
    vapour = 0.9 * np.exp(0.061 * t)
    kelvin = t + ZERO
    value = (0.0034848 * p - vapour * h) / kelvin
    return value, (-(0.061 * vapour * h + value) / kelvin, 0.0034848 / kelvin, -vapour / kelvin)


def vapour_pressure(t: ArrayLike) -> Floats:
    """Return the saturation vapour pressure over water (supercooled below 0 °C) in Pa at t90 in °C.

    −45 °C … 100 °C (D. Sonntag, Zeitschrift für Meteorologie 40, 1990, p. 340). Raises UncertaintyError
    `out-of-range`.
    """
    return _sonntag(inside(t, "t", -45.0, 100.0, "°C", "Sonntag 1990, over water"), _OVER_WATER)[0]


def vapour_pressure_ice(t: ArrayLike) -> Floats:
    """Return the saturation vapour pressure over ice in Pa at t90 in °C, −100 °C … 0.01 °C (Sonntag 1990)."""
    return _sonntag(inside(t, "t", -100.0, 0.01, "°C", "Sonntag 1990, over ice"), _OVER_ICE)[0]


def dew_point(t: ArrayLike, h: ArrayLike) -> Floats:
    """Return the dew point over water in °C of air at t90 in °C and relative humidity h as a number, up to 1.

    Inverts Sonntag's equation; t from −45 °C to 100 °C and a dew point not below −45 °C. At one pressure the
    enhancement factor is the same within 1e-3 at both temperatures and is left out. Raises UncertaintyError
    `out-of-range`.
    """
    warm, humidity = _arrays(t, h)
    return dew_point_partials(warm, humidity)[0]


def dew_point_partials(t: Floats, h: Floats) -> Partials:
    """Return the dew point in °C, and its derivatives along t (a number) and h (K)."""
    warm = inside(t, "t", -45.0, 100.0, "°C", "Sonntag 1990, over water")
    humidity = inside(h, "h", 1e-6, 1.0, "", "Sonntag 1990")
    pressure, slope = _sonntag(warm, _OVER_WATER)
    lowest = float(_sonntag(np.array(-45.0), _OVER_WATER)[0])
    wanted = inside(humidity * pressure, "h", lowest, np.inf, "Pa", "Sonntag 1990, over water")
    found = warm
    for _ in range(_STEPS):  # Newton's method in ln e, which is nearly straight in 1/T
        value, along = _sonntag(found, _OVER_WATER)
        factor = np.log(wanted / value) * value / along / (found + ZERO)
        found = (found + ZERO) / (1 - factor) - ZERO
    along = _sonntag(found, _OVER_WATER)[1]
    return found, (humidity * slope / along, pressure / along)


def _arrays(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in values)))


def _check(t: Floats, p: Floats, h: Floats, *, recommended: bool) -> None:
    low, high = (15.0, 27.0) if recommended else (0.0, 40.0)
    inside(t, "t", low, high, "°C", SOURCE)
    inside(p, "p", 6e4, 1.1e5, "Pa", SOURCE)
    inside(h, "h", 0.0, 1.0, "", SOURCE)


def _saturation(t: Floats) -> tuple[Floats, Floats]:
    kelvin = t + ZERO
    value = np.exp(_A * kelvin**2 + _B * kelvin + _C + _D / kelvin)
    return value, value * (2 * _A * kelvin + _B - _D / kelvin**2)


def _fraction(t: Floats, p: Floats, h: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return x_v and its derivatives along t, p and h."""
    factor = _ALPHA + _BETA * p + _GAMMA * t**2
    pressure, slope = _saturation(t)
    along_h = factor * pressure / p
    along_t = h * (2 * _GAMMA * t * pressure + factor * slope) / p
    return h * along_h, along_t, h * pressure * (_BETA - factor / p) / p, along_h


def _compression(t: Floats, p: Floats, x: Floats, x_t: Floats, x_p: Floats, x_h: Floats) -> Partials:
    """Return Z and its derivatives along t, p and h."""
    kelvin = t + ZERO
    first = _A0 + _A1 * t + _A2 * t**2 + (_B0 + _B1 * t) * x + (_C0 + _C1 * t) * x**2
    second = _E0 + _E1 * x**2
    share = p / kelvin
    first_t = _A1 + 2 * _A2 * t + _B1 * x + _C1 * x**2
    first_x = _B0 + _B1 * t + 2 * (_C0 + _C1 * t) * x
    along_x = -share * first_x + 2 * share**2 * _E1 * x
    along_t = share / kelvin * first - share * first_t - 2 * share**2 / kelvin * second
    along_p = -first / kelvin + 2 * share / kelvin * second
    value = 1 - share * first + share**2 * second
    return value, (along_t + along_x * x_t, along_p + along_x * x_p, along_x * x_h)


def _density(t: Floats, p: Floats, h: Floats, co2: float) -> Partials:
    """Return ρ and its derivatives along t, p and h."""
    dry = 28.96546e-3 + 12.011e-3 * (co2 - 400e-6)
    x, x_t, x_p, x_h = _fraction(t, p, h)
    z, (z_t, z_p, z_h) = _compression(t, p, x, x_t, x_p, x_h)
    kelvin = t + ZERO
    lighter = 1 - _WATER / dry
    moist = 1 - x * lighter
    value = p * dry / (z * _R * kelvin) * moist
    # logarithmic derivatives add
    along_t = value * (-1 / kelvin - z_t / z - lighter * x_t / moist)
    along_p = value * (1 / p - z_p / z - lighter * x_p / moist)
    return value, (along_t, along_p, value * (-z_h / z - lighter * x_h / moist))


_STEPS: Final = 12
_OVER_WATER: Final = (-6096.9385, 21.2409642, -2.711193e-2, 1.673952e-5, 2.433502)
_OVER_ICE: Final = (-6024.5282, 29.32707, 1.0613868e-2, -1.3198825e-5, -0.49382577)


def _sonntag(t: Floats, of: tuple[float, float, float, float, float]) -> tuple[Floats, Floats]:
    """Return a saturation vapour pressure in Pa and its slope."""
    a, b, c, d, e = of
    kelvin = t + ZERO
    value = np.exp(a / kelvin + b + c * kelvin + d * kelvin**2 + e * np.log(kelvin))
    return value, value * (-a / kelvin**2 + c + 2 * d * kelvin + e / kelvin)
