"""Units: spelling, exact size, dimensions, and what is refused."""

from fractions import Fraction

import pytest

from labctl.errors import UnknownUnit
from labctl.metrology.units import CELSIUS, coherent_unit, parse_unit


@pytest.mark.parametrize(
    ("written", "symbol", "factor", "coherent"),
    [
        ("uV", "µV", "1/1000000", "V"),
        ("\u03bcV", "µV", "1/1000000", "V"),
        ("kohm", "kΩ", "1000", "Ω"),
        ("\u2126", "Ω", "1", "Ω"),
        ("m3/h", "m³/h", "1/3600", "m³/s"),
        ("kg/m^3", "kg/m³", "1", "kg/m³"),
        ("l/min", "L/min", "1/60000", "m³/s"),
        ("mmHg / min", "mmHg/min", "8888159161/4000000000", "Pa/s"),
        ("ppm/°C", "ppm/°C", "1/1000000", "1/K"),
        ("s-1", "1/s", "1", "Hz"),
        ("% RH", "%RH", "1/100", "1"),
        ("N·m", "N·m", "1", "J"),
        ("ug/m³", "µg/m³", "1/1000000000", "kg/m³"),
        ("W/(m²·K)", "W/(m²·K)", "1", "kg/(s³·K)"),
    ],
)
def test_a_unit_keeps_the_symbol_read_and_its_exact_size(written: str, symbol: str, factor: str, coherent: str) -> None:
    unit = parse_unit(written)
    assert unit.symbol == symbol
    assert unit.factor == Fraction(factor)
    assert unit.coherent.symbol == coherent
    assert parse_unit(unit.symbol) == unit


def test_celsius_is_a_scale_alone_and_a_kelvin_in_a_compound() -> None:
    assert parse_unit("℃") is CELSIUS
    assert CELSIUS.is_scale
    assert not parse_unit("V/°C").is_scale
    assert coherent_unit(CELSIUS.dimension).symbol == "K"


@pytest.mark.parametrize(
    "written", ["mv", "Volt", "xyz", "m³/", "/s", "V//s", "(V", "V)", "", "°F", "V K K²)", "km^99999999"]
)
def test_an_unknown_unit_is_refused_by_name(written: str) -> None:
    with pytest.raises(UnknownUnit) as refusal:
        parse_unit(written)
    assert refusal.value.given == written


def test_a_refusal_names_near_spellings() -> None:
    with pytest.raises(UnknownUnit, match="mV"):
        parse_unit("mv")
