"""Water, moist air, buoyancy and states of gas against published values and in use."""

from collections.abc import Callable

import numpy as np
import pytest

from labctl.errors import UncertaintyError
from labctl.metrology.physics import air, buoyancy, gas, water

# M. Tanaka et al., Metrologia 38 (2001): t in °C, density in kg/m³ air-free and saturated with air
WATER = (
    (0, 999.8428256, 999.8382136),
    (4, 999.9749477, 999.9707597),
    (10, 999.7027016, 999.6991496),
    (20, 998.2067456, 998.2042536),
    (25, 997.0470217, 997.0450597),
)
# CIPM-2007 recomputed independently: t in °C, p in Pa, h, density in kg/m³, p_sv in Pa, f, x_v, Z
AIR = (
    (20, 101325, 0.5, 1.1993139, 2339.16323, 1.0040256, 0.0115893401, 0.9996147675),
    (15, 100000, 0.3, 1.20715379, 1705.66909, 1.003886, 0.00513689197, 0.9995863693),
    (22.5, 99850, 0.43, 1.17173743, 2726.94227, 1.00403879, 0.0117908964, 0.999644219),
    (25, 95000, 0.5, 1.10336601, 3169.75698, 1.003953, 0.0167488791, 0.9996692668),
)


@pytest.mark.parametrize(("t", "free", "saturated"), WATER)
def test_water_as_published(t: float, free: float, saturated: float) -> None:
    assert water.water_density(t) == pytest.approx(free, abs=2e-6)
    assert water.water_density_saturated(t) == pytest.approx(saturated, abs=2e-6)


def test_water_is_densest_near_four_degrees_and_yields_to_pressure() -> None:
    t = np.linspace(0, 40, 4001)
    assert t[np.argmax(water.water_density(t))] == pytest.approx(3.98, abs=0.006)
    assert water.thermal_expansion(20.0) == pytest.approx(2.068673e-4, abs=1e-9)
    # Kell: κ(20 °C) = 45.9e-11 1/Pa; half a megapascal makes 0.23 ‰
    assert water.compressibility(20.0) == pytest.approx(4.589e-10, rel=1e-3)
    assert water.water_density(20.0, 601325.0) / water.water_density(20.0) == pytest.approx(1 + 2.294e-4, abs=1e-7)


@pytest.mark.parametrize(("t", "p", "h", "density", "pressure", "factor", "fraction", "z"), AIR)
def test_moist_air_as_published(
    t: float, p: float, h: float, density: float, pressure: float, factor: float, fraction: float, z: float
) -> None:
    assert air.air_density(t, p, h) == pytest.approx(density, abs=1e-7)
    assert air.saturation_pressure(t) == pytest.approx(pressure, abs=1e-3)
    assert air.enhancement(t, p) == pytest.approx(factor, abs=1e-8)
    assert air.vapour_fraction(t, p, h) == pytest.approx(fraction, abs=1e-9)
    assert air.compression(t, p, h) == pytest.approx(z, abs=1e-9)
    assert air.air_density_short(t, p, h) == pytest.approx(density, rel=2e-4)


def test_more_carbon_dioxide_makes_air_heavier() -> None:
    # ∂ρ/ρ = 12.011 g/mol · Δx / M_a
    ratio = air.air_density(20.0, 101325.0, 0.0, 600e-6) / air.air_density(20.0, 101325.0, 0.0, 400e-6)
    assert ratio == pytest.approx(1 + 12.011e-3 * 200e-6 / 28.96546e-3, rel=1e-9)


def test_dew_point() -> None:
    # saturation pressures at 20 °C and at the triple point of water: 2339 Pa and 611.657 Pa (ITS-90 tables)
    assert air.vapour_pressure(20.0) == pytest.approx(2339.2, abs=0.2)
    assert air.vapour_pressure(0.01) == pytest.approx(611.657, abs=1e-3)
    assert air.vapour_pressure_ice(0.01) == pytest.approx(611.657, abs=1e-3)
    assert air.dew_point(20.0, 0.5) == pytest.approx(9.27, abs=0.02)
    t, h = np.meshgrid(np.linspace(-20, 95, 24), np.linspace(0.2, 1, 9))
    dew = air.dew_point(t, h)
    assert air.vapour_pressure(dew) == pytest.approx(h * air.vapour_pressure(t), rel=1e-12)
    assert air.dew_point(23.0, 1.0) == pytest.approx(23.0, abs=1e-10)


def test_a_weighing_of_water() -> None:
    # 1500.25 kg of water at 21.4 °C against 8000 kg/m³ in air of 22.5 °C, 998.5 hPa, 43 % (JJG 164-2000, recomputed)
    rho_air, rho = air.air_density(22.5, 99850.0, 0.43), water.water_density(21.4)
    mass = buoyancy.true_mass(1500.25, rho_air, rho, 8000.0)
    assert mass == pytest.approx(1501.7936605, rel=1e-9)
    assert mass / rho / (60.123 + 0.002) * 3600 == pytest.approx(90.10884495, rel=1e-9)


def test_z_factor_of_a_pipette() -> None:
    # ISO 8655-6: 1.0029 µL/mg at 20 °C and 1013 hPa
    rho = water.water_density(20.0)
    z = buoyancy.buoyancy_factor(air.air_density(20.0, 101325.0, 0.5), rho) / rho * 1000
    assert round(float(z), 4) == 1.0029


def test_conventional_mass() -> None:
    assert buoyancy.conventional_mass(1.0, 8000.0) == pytest.approx(1.0, abs=1e-15)
    # platinum-iridium, 21 500 kg/m³: the kilogram prototype has a conventional mass of 1.000 0942 kg
    assert buoyancy.conventional_mass(1.0, 21500.0) == pytest.approx(1.0000942, abs=1e-7)


def test_particulate_volumes() -> None:
    # 16.67 L/min for 24 h at 293.15 K: 24.0048 m³ drawn (HJ 618-2011, GB 3095 and its amendment, recomputed)
    drawn = 16.67e-3 * 1440
    assert gas.volume_at(drawn, 20.0, 101325.0, gas.STANDARD) == pytest.approx(22.36708551935869, rel=1e-12)
    assert gas.volume_at(drawn, 20.0, 101325.0, gas.REFERENCE) == pytest.approx(24.41422862016033, rel=1e-12)
    assert gas.concentration_at(74.9850029993994, 20.0, 101325.0, gas.STANDARD) == pytest.approx(80.4753931146767)
    there = gas.volume_at(drawn, -5.0, 102300.0, gas.REFERENCE)
    assert gas.drawn_volume(there, -5.0, 102300.0, gas.REFERENCE) == pytest.approx(drawn, rel=1e-14)


def test_refusals_of_fluids() -> None:
    outside: tuple[Callable[[], object], ...] = (
        lambda: water.water_density(40.1),
        lambda: water.water_density(20.0, 2e6),
        lambda: water.water_density_saturated(25.1),
        lambda: air.air_density(27.5, 101325.0, 0.5),
        lambda: air.air_density(20.0, 1013.25, 0.5),
        lambda: air.air_density(20.0, 101325.0, 50.0),
        lambda: air.air_density(41.0, 101325.0, 0.5, beyond_recommended=True),
        lambda: air.air_density_short(20.0, 101325.0, 0.85),
        lambda: air.dew_point(20.0, 1.1),
        lambda: buoyancy.buoyancy_factor(1.2, 0.9982),
        lambda: gas.volume_factor(20.0, 101.325, gas.STANDARD),
    )
    for refused in outside:
        with pytest.raises(UncertaintyError, match="out-of-range"):
            refused()
    assert air.air_density(30.0, 101325.0, 0.5, beyond_recommended=True) == pytest.approx(
        float(air.air_density_short(30.0, 101325.0, 0.5)), rel=2e-4
    )
