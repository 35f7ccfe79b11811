"""The text of a model: what it may say, what it is refused for, and its dimensions."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labctl.errors import MetrologyError, ModelError, UncertaintyError, UnitMismatch
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


WORDS = (
    "E x nominal 1 1e400 1j 0x1 pi x[:] x[0] x[a<1<2] 'w' mean fit.line iec60584.e None lambda δ ½ _ @ f'' if for 1or"
)
SIGNS = "\\ \0 # ; := ** // == = + - * / ( ) [ ] , \u3000 \ud800"
PIECES = st.sampled_from([*WORDS.split(" "), *SIGNS.split(" "), "x[a == 'b']", "\n", "9" * 400])
WHOLE = st.recursive(
    st.sampled_from(["x", "y[:]", "2.5", "-1", "nominal", "pi"]),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["+", "-", "*", "/", "**"]), part).map(lambda each: f"({' '.join(each)})"),
        st.tuples(
            st.sampled_from(["mean", "sqrt", "log", "slope", "atan2", "iec60751.r"]), st.lists(part, max_size=3)
        ).map(lambda each: f"{each[0]}({', '.join(each[1])})"),
    ),
    max_leaves=8,
)


def refusal_of(text: str) -> MetrologyError | None:
    """Return why an equation is refused; None where all of it is read."""
    try:
        model = Equations(text)
        assert model.dimensions({name: parse_unit("V") for name in model.inputs}).keys() == {*model.outputs}
    except MetrologyError as refused:
        return refused
    return None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join), WHOLE.map("E = {}".format)))
def test_whatever_is_written_is_read_or_refused_in_both_languages(text: str) -> None:
    refused = refusal_of(text)
    assert refused is None or refused.text().zh


def test_what_is_nested_too_deeply_is_refused() -> None:
    refused = refusal_of("E = " + "-" * 1900 + "x")
    assert refused is not None
    assert "nested too deeply" in refused.text().en
