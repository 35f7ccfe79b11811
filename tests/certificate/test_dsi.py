import pytest

from labctl.certificate.dsi import dsi
from labctl.errors import UnknownUnit
from labctl.metrology.units import parse_unit


@pytest.mark.parametrize(
    ("unit", "spelled"),
    [
        ("V", r"\volt"),
        ("mA", r"\milli\ampere"),
        ("kΩ", r"\kilo\ohm"),
        ("hPa", r"\hecto\pascal"),
        ("%RH", r"\percent"),
        ("1", r"\one"),
        ("°C", r"\degreecelsius"),
        ("kg", r"\kilo\gram"),
        ("mg", r"\milli\gram"),
        ("m/s", r"\metre\second\tothe{-1}"),
        ("m3/h", r"\metre\tothe{3}\hour\tothe{-1}"),
        ("µV/V", r"\micro\volt\volt\tothe{-1}"),
        ("Wh", r"\watt\hour"),
        ("kvar", r"\kilo\volt\ampere"),
        ("µg/m³", r"\micro\gram\metre\tothe{-3}"),
        ("mm", r"\milli\metre"),
        ("Pa·s", r"\pascal\second"),
        ("1/K", r"\kelvin\tothe{-1}"),
    ],
)
def test_units_are_spelled_as_the_digital_si_wants(unit: str, spelled: str) -> None:
    assert dsi(parse_unit(unit)) == spelled


def test_a_unit_without_a_word_is_refused() -> None:
    with pytest.raises(UnknownUnit):
        dsi(parse_unit("psi"))
