"""The text of a model: what it may say, what it is refused for, and its dimensions."""

import pytest

from labctl.errors import ModelError, UncertaintyError, UnitMismatch
from labctl.metrology.equations import Equations
from labctl.metrology.units import parse_unit


def dimensions(*texts: str, **units: str) -> dict[str, str]:
    found = Equations(*texts).dimensions({name: parse_unit(unit) for name, unit in units.items()})
    return {name: unit.symbol for name, unit in found.items()}


def test_later_equations_use_earlier_results() -> None:
    model = Equations("m = W_1 - W_0", "q = m / t", "K = N / q")
    assert model.inputs == ("W_1", "W_0", "t", "N")
    assert model.outputs == ("m", "q", "K")
    assert model.source == ("m = W_1 - W_0", "q = m / t", "K = N / q")


def test_levels_and_columns() -> None:
    model = Equations("h = max(abs(E[direction == 'down'] - E[direction == 'up']))", "n = count(K[nominal >= q_t])")
    assert model.vectors == {"E", "K"}
    assert model.columns == ("direction", "nominal", "q_t")
    assert Equations("a, b = x + y, x - y").outputs == ("a", "b")
    assert Equations("s = stdev(K[:]) / mean(K[:])", "m = mean(K[:])").statistics == {"s"}


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("E = V[0]", "syntax", 5),
        ("E = V.unit", "syntax", 5),
        ("E = __import__('os')", "unknown-function", 5),
        ("E = foo(V)", "unknown-function", 5),
        ("E = V if W else X", "syntax", 5),
        ("E = lambda: V", "syntax", 5),
        ("E = 'V'", "syntax", 5),
        ("E = True", "syntax", 5),
        ("E = 1e999", "syntax", 5),
        ("E = (V", "syntax", 5),
        ("E == V", "not-an-equation", 1),
        ("import os", "not-an-equation", 1),
        ("E = F = V", "not-an-equation", 1),
        ("E = x[:]", "vector-result", 5),
        ("E = mean(x)", "needs-vector", 5),
        ("E = E + V", "used-before", 1),
        ("a, b = V", "results-differ", 8),
        ("sqrt = V", "name-taken", 1),
        ("Ω = µ + V[1]", "syntax", 9),
        ("E = x[V + 1]", "syntax", 5),
        ("E = " + "V + " * 1000 + "V", "syntax", 2000),
    ],
)
def test_text_beyond_the_language_is_refused_at_its_place(text: str, code: str, position: int) -> None:
    with pytest.raises(ModelError) as refusal:
        Equations(text)
    assert (refusal.value.code, refusal.value.position) == (code, position)


def test_a_name_is_given_once_and_before_it_is_used() -> None:
    with pytest.raises(ModelError, match="name-taken"):
        Equations("E = V", "E = W")
    with pytest.raises(ModelError, match="used-before"):
        Equations("E = F", "F = V")
    with pytest.raises(ModelError, match="no-equation"):
        Equations()


def test_dimensions_are_known_before_a_run() -> None:
    assert dimensions("E = V_ind + d - V_s", V_ind="mV", d="µV", V_s="V") == {"E": "V"}
    assert dimensions("K = N / V", N="1", V="m³") == {"K": "1/m³"}
    assert dimensions("r = slope(P[:])", P="mmHg") == {"r": "Pa/s"}
    assert dimensions("y = sqrt(a * b) * (1 + d) ** 2 * exp(d) * cos(p)", a="V", b="V", d="%", p="°") == {"y": "V"}
    assert dimensions("w = span(t[:])", "m = mean(t[:])", "d = m - s", "c = m + d", t="°C", s="°C") == {
        "w": "K",
        "m": "°C",
        "d": "K",
        "c": "°C",
    }


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("E = V + K", {"V": "V", "K": "K"}),
        ("E = log(V)", {"V": "V"}),
        ("E = V ** K", {"V": "V", "K": "1"}),
        ("E = sqrt(V)", {"V": "V"}),
        ("E = t + u", {"t": "°C", "u": "°C"}),
        ("E = d - t", {"d": "K", "t": "°C"}),
        ("E = 2 * t", {"t": "°C"}),
        ("E = -t", {"t": "°C"}),
        ("E = sum(t[:])", {"t": "°C"}),
    ],
)
def test_a_mismatch_names_operation_and_dimensions(text: str, units: dict[str, str]) -> None:
    with pytest.raises(UnitMismatch, match="position 5"):
        dimensions(text, **units)


def test_a_symbol_without_a_source_is_refused() -> None:
    with pytest.raises(UncertaintyError, match="V_s") as refusal:
        dimensions("E = V - V_s", V="V")
    assert refusal.value.code == "undefined-symbol"


def test_curved_pairs_follow_from_the_text() -> None:
    curved = Equations("a = x + 2 * y - z / 3", "b = x * y", "c = x / y", "d = x ** 1").curved
    x, y = ("x", False), ("y", False)
    assert curved == {"a": frozenset(), "b": {(x, y)}, "c": {(x, y), (y, y)}, "d": frozenset()}
