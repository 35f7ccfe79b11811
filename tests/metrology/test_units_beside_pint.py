"""Sizes of units beside those of pint, an independent library."""

from typing import Any, cast

import pint
import pytest

from labctl.metrology.units import parse_unit

REGISTRY = cast("Any", pint.UnitRegistry())  # pint leaves its types open
UNITS = {
    "mV": "millivolt", "µV": "microvolt", "kΩ": "kiloohm", "mA": "milliampere", "MHz": "megahertz",
    "hPa": "hectopascal",
    "mmHg": "mmHg", "psi": "psi", "bar": "bar", "m³/h": "m**3/hour", "L/min": "liter/minute", "kg/m³": "kg/m**3",
    "mg": "milligram", "t": "metric_ton", "µg/m³": "microgram/m**3", "V/K": "volt/kelvin", "kWh": "kilowatt*hour",
    "Ah": "ampere*hour", "N·m": "newton*meter", "km/h": "km/hour", "d": "day",
    "°": "degree", "in": "inch", "kgf": "kilogram_force",
    "W/(m²·K)": "W/(m**2*K)", "%": "percent", "ppm": "ppm",
}  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs"), UNITS.items())
def test_a_unit_has_the_size_that_pint_gives_it(ours: str, theirs: str) -> None:
    unit = parse_unit(ours)
    size = float(REGISTRY.Quantity(1.0, theirs).to_base_units().magnitude)
    assert float(unit.factor) == pytest.approx(size, rel=1e-9)
