"""Figures and intervals: what they read, what they give, where they point when they refuse."""

import pytest

from labctl.errors import FigureError
from labctl.metrology.figure import Figure, parse_interval
from labctl.metrology.quantity import Quantity

of = Quantity.of
NAMES: dict[str, Quantity | float | str] = {
    "nominal": of(10, "V"),
    "range": of(10, "V"),
    "mpe": of(0.4, "mV"),
    "E": of(-0.3, "mV"),
    "unit.accuracy_class": of(0.5, "%"),
    "kind": "blank",
    "t": of(20, "°C"),
    "hot": of(300, "°C"),
    "unit.tolerance_class": "A",
    "unit.couple_class": of(2, "1"),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 mK", of(5, "mK")),
        ("mpe / 10", of(40, "µV")),
        ("12 ppm * abs(nominal) + 20 µV", of(140, "µV")),
        ("35 ppm*nominal+5ppm*range", of(0.4, "mV")),
        ("unit.accuracy_class / 2", of(0.25, "%")),
        ("6 mmHg / min", of(0.1, "mmHg/s")),
        ("0.1 K / min", of(6, "K/h")),
        ("8000 kg/m³", of(8, "g/cm³")),
        ("-20 °C", of(-20, "°C")),
        ("t - 0.5 K", of(19.5, "°C")),
        ("max(mpe, 5 µV)", of(0.4, "mV")),
        ("sqrt(nominal * nominal)", of(10, "V")),
        ("nominal ** 2 / nominal", of(10, "V")),
        ("iec60751.tolerance(unit.tolerance_class, hot)", of(0.75, "K")),  # 0.15 K + 0.002 · 300 °C
        ("iec60751.tolerance('B', hot) / 2", of(0.9, "K")),  # 0.3 K + 0.005 · 300 °C
        ("iec60751.tolerance('F0.3', hot)", of(1.8, "K")),
        ("iec60584.tolerance('K', unit.couple_class, hot)", of(2.5, "K")),  # a bare number is a word here
        ("iec60584.tolerance('K', '1', 1000 °C)", of(4, "K")),
        ("iec60751.slope(t - 20 K) * 1 K", of(0.39083, "Ω")),
    ],
)
def test_a_figure_is_a_quantity(text: str, expected: Quantity) -> None:
    assert Figure(text).quantity(NAMES).value_in(expected.unit) == pytest.approx(expected.value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abs(E) > 0.7 * mpe", True),
        ("abs(E) ≤ mpe", True),
        ("kind == 'blank'", True),
        ("kind != 'blank'", False),
        ("1 V < nominal <= range", True),
        ("nominal == 10000 mV", True),
    ],
)
def test_a_comparison_is_a_truth(text: str, *, expected: bool) -> None:
    assert Figure(text).evaluate(NAMES) is expected


def test_names_are_what_has_to_be_known() -> None:
    assert Figure("abs(E) > 0.7 * mpe + 5 µV").names == {"E", "mpe"}
    assert Figure("unit.accuracy_class / 3").names == {"unit.accuracy_class"}
    tolerated = Figure("iec60584.tolerance('K', unit.couple_class, t)")
    assert tolerated.names == {"unit.couple_class", "t"}
    assert tolerated.choices == {"unit.couple_class": "2"}


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("nominal + 5 K", 11, "10 V and 5 K"),
        ("foo * 2", 1, "foo"),
        ("5 mv", 3, "mV"),
        ("mpe /", 5, "names"),
        ("exp(3)", 1, "abs"),
        ("mpe + iec60751.tolerance('E', hot)", 7, "choose from AA, A, B, C, W0.1"),
        ("iec60584.tolerance('K', '4', hot)", 1, "choose from 1, 2, 3"),
        ("iec60751.tolerance(hot)", 1, "takes 2 arguments: '…', °C"),
        ("iec60751.tolerance(kind, hot)", 1, "'blank' is not known here"),
        ("iec60751.tolerance('A', nominal)", 1, "10 V and °C"),
        ("iec60751.tolerance('A', 2 * hot)", 29, "°C"),
        ("iec60751.tolerance('AA', hot)", 1, "outside -50 … 250 °C"),
        ("nominal / 0 V", 11, "zero"),
        ("µ + 5 mv", 7, "mV"),
        ("t * 2", 5, "°C"),
        ("kind + 1", 8, "blank"),
        ("nominal ** 99999999", 12, "10 V"),
    ],
)
def test_a_refusal_points_at_its_place(text: str, position: int, said: str) -> None:
    with pytest.raises(FigureError, match=said) as refusal:
        Figure(text).evaluate(NAMES)
    assert refusal.value.position == position


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "nominal.__class__", "[1]", "a if b else c", "lambda: 1", "x; y", "", "_0 + 1", "f'{x}'"],
)
def test_a_figure_is_never_code(text: str) -> None:
    with pytest.raises(FigureError):
        Figure(text).evaluate({"nominal": of(1, "V")})


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("(20 ± 1) °C", "19 °C … 21 °C"),
        ("20 ± 1 °C", "19 °C … 21 °C"),
        ("20 °C ± 500 mK", "19.5 °C … 20.5 °C"),
        ("(50 ± 5) %", "45 % … 55 %"),
        ("20 … 26 °C", "20 °C … 26 °C"),
        ("-10 to 50 °C", "-10 °C … 50 °C"),
        ("0.5 mV ~ 1 V", "0.5 mV … 1 V"),
        ("≤ 75 %", "≤ 75 %"),
        (">= 10 °C", "≥ 10 °C"),
    ],
)
def test_intervals(text: str, written: str) -> None:
    assert str(parse_interval(text)) == written


def test_the_ends_of_an_interval_belong_to_it() -> None:
    room = parse_interval("(20.1 ± 0.1) °C")
    assert [room.holds(of(t, "°C")) for t in (19.99, 20.0, 20.2, 20.21)] == [False, True, True, False]
    assert parse_interval("≤ 75 %").holds(of(75, "%RH"))


@pytest.mark.parametrize("text", ["26 … 20 °C", "warm", "< 3 V", "20 ± 1 K/V!", "(20 ± 1 °C"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(FigureError):
        parse_interval(text)
