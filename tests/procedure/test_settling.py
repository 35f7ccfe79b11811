"""When an indication is steady: by spread, slope, nearness and time, reading by reading."""

from collections.abc import Sequence

import pytest

from labctl.errors import ProcedureError
from labctl.language import Language
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.procedure.settling import Steady


def judged(steady: Steady, readings: Sequence[tuple[float, str]], **names: Quantity) -> list[bool]:
    settling = steady.begin(names)
    return [settling.take(at, parse_quantity(shown)) for at, shown in readings]


def test_three_readings_within_a_tenth_of_the_mpe() -> None:
    steady = Steady(readings=3, within="mpe / 10", timeout="60 s")
    readings = [(0, "9.9990 V"), (1, "10.0000 V"), (2, "10.00003 V"), (3, "10.00004 V"), (4, "10.0001 V")]
    assert judged(steady, readings, mpe=parse_quantity("400 µV")) == [False, False, False, True, False]


def test_a_window_of_time_needs_readings_over_all_of_it() -> None:
    steady = Steady(during="10 s", within="20 mK", timeout="1 h")
    readings = [(0.0, "20.0 °C"), (4.0, "20.01 °C"), (8.0, "20.01 °C"), (12.0, "20.015 °C"), (16.0, "20.05 °C")]
    assert judged(steady, readings) == [False, False, False, True, False]


def test_a_share_is_of_the_mean() -> None:
    steady = Steady(readings=2, within="10 %", timeout="1 min")
    assert judged(steady, [(0, "100 m³/h"), (1, "109 m³/h"), (2, "125 m³/h")]) == [False, True, False]


def test_slope_is_of_the_whole_window() -> None:
    steady = Steady(readings=3, slope="0.1 K / min", timeout="1 h")
    rising = [(0.0, "500 °C"), (30.0, "500.1 °C"), (60.0, "500.2 °C"), (90.0, "500.2 °C"), (120.0, "500.2 °C")]
    assert judged(steady, rising) == [False, False, False, True, True]


def test_near_the_nominal_value() -> None:
    steady = Steady(readings=2, within="20 mK", near="0.2 K", timeout="3 h")
    readings = [(0, "99.7 °C"), (1, "99.7 °C"), (2, "99.81 °C"), (3, "99.81 °C")]
    assert judged(steady, readings, nominal=parse_quantity("100 °C")) == [False, False, False, True]


def test_running_out_of_time_says_what_was_seen() -> None:
    settling = Steady(readings=2, within="10 µV", timeout="60 s").begin({})
    settling.take(0, parse_quantity("1 V"))
    settling.take(30, parse_quantity("1.5 V"))
    assert not settling.overdue(59)
    assert settling.overdue(60)
    error = settling.failure("DC voltage, 10 V", 60)
    assert error.within(Language.ENGLISH) == (
        "DC voltage, 10 V: not steady after 60 s: the last 2 readings span 0.5 V, 10 µV is allowed. "
        "Look at the connections and the source, then retry the point"
    )
    assert error.within(Language.CHINESE).startswith(
        "DC voltage, 10 V：60 秒后示值仍未稳定：最近 2 个读数极差 0.5 V，允许 10 µV"
    )


def test_what_is_steady_somewhere_else_is_told_so() -> None:
    """A reference that was left in its cell does not move; that the bath is far away is what has to be said."""
    settling = Steady(during="10 s", within="20 mK", near="0.2 K", timeout="60 s").begin(
        {"nominal": parse_quantity("50 °C")}
    )
    settling.take(0, parse_quantity("0.0101 °C"))
    assert "the window was not full after 5 s" in settling.failure("Comparison", 5).within(Language.ENGLISH)
    settling.take(10, parse_quantity("0.0102 °C"))
    assert (
        settling.failure("Comparison", 60)
        .within(Language.ENGLISH)
        .startswith("Comparison: steady, but not near 50 °C after 60 s: it shows 0.0102 °C, 0.2 K is allowed")
    )


@pytest.mark.parametrize(
    ("words", "shown", "english"),
    [
        ({"within": "1 mK"}, "0.51 Ω", "within is 1 mK, and what is read is in Ω"),
        ({"slope": "0.1 K / min"}, "0.51 Ω", "slope is 0.1 K/min, and what is read is in Ω"),
        ({"slope": "0.1 K"}, "20 °C", "slope is 0.1 K, and what is read is in °C"),
        ({"within": "1 %", "near": "0.2 Ω"}, "20 °C", "near is 0.2 Ω, and what is read is in °C"),
        ({"within": "1 mV", "near": "1 %"}, "5 mV", "near the nominal value 100 °C, and what is read is in mV"),
    ],
)
def test_figures_of_another_kind_are_refused_with_the_first_reading(
    words: dict[str, str], shown: str, english: str
) -> None:
    steady = Steady(during="5 min", timeout="1 h", **words)  # type: ignore[arg-type]  # the point of the test
    with pytest.raises(ProcedureError) as refused:
        steady.begin({"nominal": parse_quantity("100 °C")}).take(0.0, parse_quantity(shown))
    assert english in refused.value.within(Language.ENGLISH)


@pytest.mark.parametrize(
    ("words", "english"),
    [
        ({"within": "1 mV", "timeout": "60 s"}, "has no window. Give readings= (2 or more) or during="),
        ({"readings": 3, "timeout": "60 s"}, "has no limit. Give within= or slope="),
    ],
)
def test_an_incomplete_criterion_is_refused(words: dict[str, str], english: str) -> None:
    with pytest.raises(ProcedureError) as refused:
        Steady(**words)  # type: ignore[arg-type]  # the point of the test
    assert refused.value.within(Language.ENGLISH).endswith(english)


def test_a_time_out_is_a_time() -> None:
    with pytest.raises(ProcedureError, match="Write a time"):
        Steady(readings=3, within="1 mV", timeout="60 V").begin({})


def test_a_missing_mpe_is_named() -> None:
    with pytest.raises(ProcedureError, match="mpe is not known here"):
        Steady(readings=3, within="mpe / 10", timeout="60 s").begin({})
