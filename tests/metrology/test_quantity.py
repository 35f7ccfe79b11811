"""Quantities: arithmetic that units allow, and refusals of the rest."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.errors import MetrologyError, QuantityError, UnitMismatch
from labctl.metrology.quantity import Quantity, parse_quantity

of = Quantity.of


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (of(10, "V") - of(5, "mV"), "9.995 V"),
        (of(20, "°C") - of(19.5, "°C"), "0.5 K"),
        (of(20, "°C") + of(5, "mK"), "20.005 °C"),
        (of(5, "mK") + of(20, "°C"), "20.005 °C"),
        (of(20, "°C") - of(0.5, "K"), "19.5 °C"),
        (of(12, "ppm") * of(10, "V"), "0.00012 V"),
        (of(12, "ppm") * of(100, "mV"), "0.0012 mV"),
        (of(10, "V") / of(2, "A"), "5 Ω"),
        (of(1, "mV") / of(1, "V"), "0.001"),
        (3 * of(2, "mV"), "6 mV"),
        (1 / of(2, "s"), "0.5 Hz"),
        (np.float64(2) * of(3, "V"), "6 V"),
        (abs(-of(3, "%")), "3 %"),
        (of(20.1, "°C").on_scale("K"), "293.25 K"),
        (of(300, "K").on_scale("°C"), "26.85 °C"),
        (of(-0.0, "V"), "0 V"),
    ],
)
def test_arithmetic(got: Quantity, expected: str) -> None:
    assert str(got) == expected
    assert parse_quantity(expected) == got


FORBIDDEN: dict[str, Callable[[], object]] = {
    'of(1, "V") + of(1, "K")': lambda: of(1, "V") + of(1, "K"),
    'of(1, "V") + 1': lambda: of(1, "V") + 1,  # type: ignore[operator]
    'of(20, "°C") + of(20, "°C")': lambda: of(20, "°C") + of(20, "°C"),
    'of(1, "K") - of(20, "°C")': lambda: of(1, "K") - of(20, "°C"),
    '2 * of(20, "°C")': lambda: 2 * of(20, "°C"),
    'of(20, "°C") / of(1, "s")': lambda: of(20, "°C") / of(1, "s"),
    '-of(20, "°C")': lambda: -of(20, "°C"),
    'abs(of(20, "°C"))': lambda: abs(of(20, "°C")),
    'of(20, "°C").si': lambda: of(20, "°C").si,
    'of(20, "°C").to("K")': lambda: of(20, "°C").to("K"),
    'of(1, "K").to("°C")': lambda: of(1, "K").to("°C"),
    'of(1, "°C") < of(300, "K")': lambda: of(1, "°C") < of(300, "K"),
    'of(1, "rad") + of(1, "1")': lambda: of(1, "rad") + of(1, "1"),
}


@pytest.mark.parametrize("refused", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_what_units_forbid_is_refused(refused: Callable[[], object]) -> None:
    with pytest.raises(UnitMismatch):
        refused()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "1", True])
def test_only_finite_numbers_are_values(value: float) -> None:
    with pytest.raises(QuantityError):
        of(value, "V")


@pytest.mark.parametrize("text", ["", "V", "x V", "five V", "1 2 V"])
def test_unreadable_texts_are_refused(text: str) -> None:
    with pytest.raises(MetrologyError):
        parse_quantity(text)


def test_equality_and_order_are_physical() -> None:
    assert of(1, "V") == of(1000, "mV")
    assert hash(of(1, "V")) == hash(of(1000, "mV"))
    assert of(0.3, "mV") == of(300, "µV")
    assert of(999, "mV") < of(1, "V") <= of(1000, "mV")
    assert of(0, "°C") != of(273.15, "K")
    assert of(1, "V") != 1


@given(st.floats(-1e6, 1e6), st.sampled_from(["V", "mV", "µV", "kV", "m³/h", "°C", "%", "°"]))
def test_text_brings_the_same_quantity_back(value: float, unit: str) -> None:
    quantity = of(value, unit)
    again = parse_quantity(str(quantity))
    assert (again.value, again.unit) == (quantity.value, quantity.unit)


@given(st.integers(-(10**9), 10**9), st.sampled_from([("mV", 3), ("µV", 6), ("nV", 9)]))
def test_conversion_is_correctly_rounded(digits: int, unit: tuple[str, int]) -> None:
    assert of(digits, unit[0]).si == float(f"{digits}e-{unit[1]}")
