"""Air buoyancy: from the indication of a balance to true and conventional mass, and to a volume of liquid."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from labctl.metrology.distributions import Floats
from labctl.metrology.physics.ranges import Partials, inside

CONVENTIONAL_AIR: Final = 1.2  # kg/m³
CONVENTIONAL_WEIGHTS: Final = 8000.0  # kg/m³


def buoyancy_factor(air: ArrayLike, density: ArrayLike, weights: ArrayLike = CONVENTIONAL_WEIGHTS) -> Floats:
    """Return true mass over the indication of a balance adjusted with weights, (1 − ρ_a/ρ_b) / (1 − ρ_a/ρ), a number.

    Densities in kg/m³ of the air, the body and the weights (OIML R 111-1; ISO 4185, 7.2). Raises UncertaintyError
    `out-of-range` for densities that no air (up to 2 kg/m³) or weighable body (20 … 25 000 kg/m³) has.
    """
    return buoyancy_factor_partials(*_arrays(air, density, weights))[0]


def true_mass(indication: ArrayLike, air: ArrayLike, density: ArrayLike, weights: ArrayLike = 8000.0) -> Floats:
    """Return the mass in the unit of the indication: the indication times the buoyancy factor."""
    return np.asarray(indication, dtype=np.float64) * buoyancy_factor(air, density, weights)


def conventional_factor(density: ArrayLike) -> Floats:
    """Return conventional over true mass of a body of this density in kg/m³: (1 − 1.2/ρ) / (1 − 1.2/8000).

    OIML D 28:2004: weighed at 20 °C in air of 1.2 kg/m³ against weights of 8000 kg/m³. Raises UncertaintyError
    `out-of-range`.
    """
    return conventional_factor_partials(np.asarray(density, dtype=np.float64))[0]


def conventional_mass(mass: ArrayLike, density: ArrayLike) -> Floats:
    """Return the conventional mass of a true mass, in its unit, of a body of this density in kg/m³."""
    return np.asarray(mass, dtype=np.float64) * conventional_factor(density)


def buoyancy_factor_partials(air: Floats, density: Floats, weights: Floats) -> Partials:
    """Return the buoyancy factor, and its derivatives along the three densities in m³/kg."""
    inside(air, "rho_air", 0.0, 2.0, "kg/m³", "OIML R 111-1")
    _body(density, "rho")
    _body(weights, "rho_weights")
    top, bottom = 1 - air / weights, 1 - air / density
    value = top / bottom
    along_air = (value / density - 1 / weights) / bottom
    return value, (along_air, -value * air / density**2 / bottom, air / weights**2 / bottom)


def conventional_factor_partials(density: Floats) -> Partials:
    """Return the factor from true to conventional mass, and its derivative along the density in m³/kg."""
    _body(density, "rho")
    reference = 1 - CONVENTIONAL_AIR / CONVENTIONAL_WEIGHTS
    return (1 - CONVENTIONAL_AIR / density) / reference, (CONVENTIONAL_AIR / density**2 / reference,)


def _body(density: Floats, name: str) -> None:
    inside(density, name, 20.0, 25000.0, "kg/m³", "OIML R 111-1")


def _arrays(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in values)))
