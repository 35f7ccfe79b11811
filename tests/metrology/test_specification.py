"""Specifications and certificates: one line for each value, and nothing beyond them."""

import math

import pytest

from labctl.errors import FigureError, OutsideCalibratedInterval, UncertaintyError
from labctl.metrology.corrections import CertificateLine, CorrectionTable
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.metrology.specification import LimitLine, Specification

of = Quantity.of


def line(up_to: float, figure: str, temperature: str = "") -> LimitLine:
    return LimitLine(
        quantity="DC voltage", up_to=of(up_to, "V"), figure=figure, temperature=temperature, source="manual"
    )


# One-year figures of a calibrator of the 5522A class and a bench meter of the 34401A class, from memory.
CALIBRATOR = Specification(
    [
        line(3.299999, "11 ppm * abs(nominal) + 2 µV"),
        line(0.3299999, "20 ppm * abs(nominal) + 1 µV"),
        line(32.99999, "12 ppm * abs(nominal) + 20 µV", "(23 ± 5) °C"),
    ],
    owner="calibrator",
)
METER = Specification(
    [line(10, "35 ppm * abs(nominal) + 5 ppm * range"), line(0.1, "50 ppm * abs(nominal) + 35 ppm * range")]
)


@pytest.mark.parametrize(
    ("nominal", "limit"),
    [(10, 140e-6), (-10, 140e-6), (1, 13e-6), (0.1, 3e-6), (0.01, 1.2e-6), (0.3299999, 7.599998e-6)],
)
def test_a_source_takes_the_lowest_range_that_holds_the_value(nominal: float, limit: float) -> None:
    assert CALIBRATOR.limit("DC voltage", of(nominal, "V")).half_width.si == pytest.approx(limit, rel=1e-12)


@pytest.mark.parametrize(("nominal", "top", "limit"), [(10, 10, 400e-6), (0.1, 0.1, 8.5e-6), (0.1, 10, 53.5e-6)])
def test_a_meter_is_judged_on_its_range(nominal: float, top: float, limit: float) -> None:
    found = METER.limit("DC voltage", of(nominal, "V"), of(top * 1000, "mV"))
    assert found.half_width.si == pytest.approx(limit, rel=1e-12)
    assert (found.source, found.confirmed) == ("manual", False)


def test_outside_every_line_the_nearest_is_named() -> None:
    with pytest.raises(OutsideCalibratedInterval, match=r"calibrator.*33 V.*32\.99999 V"):
        CALIBRATOR.limit("DC voltage", of(33, "V"))
    with pytest.raises(OutsideCalibratedInterval, match="DC voltage"):
        CALIBRATOR.limit("AC voltage", of(1, "V"))
    with pytest.raises(OutsideCalibratedInterval, match="range 1 V"):
        METER.limit("DC voltage", of(0.5, "V"), of(1, "V"))
    with pytest.raises(OutsideCalibratedInterval, match=r"range 0\.1 V"):
        METER.limit("DC voltage", of(0.2, "V"), of(0.1, "V"))
    with pytest.raises(OutsideCalibratedInterval, match="30 °C"):
        CALIBRATOR.limit("DC voltage", of(10, "V"), temperature=of(30, "°C"))
    at_the_edge = CALIBRATOR.limit("DC voltage", of(10, "V"), temperature=of(28, "°C"))
    assert at_the_edge.half_width == of(140, "µV")


@pytest.mark.parametrize("figure", ["0.05 %", "5 mK", "0 V", "-1 µV"])
def test_a_figure_must_give_a_half_width(figure: str) -> None:
    with pytest.raises(UncertaintyError, match="no-half-width"):
        Specification([line(10, figure)]).limit("DC voltage", of(1, "V"))


def test_a_figure_with_an_unknown_name_is_refused() -> None:
    with pytest.raises(FigureError, match="reading"):
        Specification([line(10, "5 ppm * reading")]).limit("DC voltage", of(1, "V"))


def point(at: float, correction: float, expanded: float, k: float = 2.0, dof: float = math.inf) -> CertificateLine:
    return CertificateLine(
        at=of(at, "°C"), correction=of(correction, "mK"), expanded_uncertainty=of(expanded, "mK"), k=k, dof=dof
    )


THERMOMETER = CorrectionTable([point(100, 8, 20), point(0, -2, 10, dof=50), point(50, 4, 15, k=3)], owner="reference")


def test_corrections_and_their_uncertainty_are_interpolated() -> None:
    found = THERMOMETER.at(of(25, "°C"))
    assert found.correction.value_in("mK") == pytest.approx(1.0)
    assert found.u.value_in("mK") == pytest.approx(5.0)
    assert found.dof == 50
    assert found.between == (of(0, "°C"), of(50, "°C"))


def test_on_a_line_the_line_stands() -> None:
    found = THERMOMETER.at(of(50, "°C"))
    assert (found.correction, found.u, found.between) == (of(4, "mK"), of(5, "mK"), (of(50, "°C"), of(50, "°C")))


@pytest.mark.parametrize("value", [-0.001, 100.001])
def test_nothing_is_extrapolated(value: float) -> None:
    with pytest.raises(OutsideCalibratedInterval, match=r"reference.*0 °C … 100 °C"):
        THERMOMETER.at(of(value, "°C"))


def test_a_table_that_contradicts_itself_is_refused() -> None:
    for lines, code in (
        ([], "empty-table"),
        ([point(0, 1, 1), point(0, 2, 1)], "one-value-twice"),
        ([point(0, 1, -1)], "negative-uncertainty"),
        ([point(0, 1, 1, k=0)], "negative-uncertainty"),
    ):
        with pytest.raises(UncertaintyError, match=code):
            CorrectionTable(lines)


# An AC line with bands, intervals, a temperature coefficient and a floor; a handheld meter that counts digits.
def ac(figure: str, frequency: str, interval: str) -> LimitLine:
    return LimitLine(
        quantity="AC voltage", up_to=of(10, "V"), figure=figure, frequency=frequency, interval=interval,
        temperature="(23 ± 5) °C", per_kelvin="50 ppm * abs(nominal) + 30 ppm * range", operating="0 … 55 °C",
    )  # fmt: skip


BENCH = Specification(
    [
        ac("0.06 % * abs(nominal) + 0.03 % * range", "10 Hz … 20 kHz", "1 year"),
        ac("0.04 % * abs(nominal) + 0.02 % * range", "10 Hz … 20 kHz", "24 hours"),
        ac("max(0.12 % * abs(nominal), 5 mV)", "20.001 kHz … 50 kHz", "1 year"),
    ],
    owner="meter",
)


@pytest.mark.parametrize(
    ("volts", "frequency", "interval", "celsius", "limit"),
    [
        (10, "1 kHz", "1 year", 23, 9e-3),
        (10, "1 kHz", "24 hours", 23, 6e-3),
        (10, "50 kHz", "1 year", 28, 12e-3),
        (1, "50 kHz", "1 year", 23, 5e-3),  # the floor
        (10, "1 kHz", "1 year", 31, 9e-3 + 3 * 0.8e-3),  # three kelvin above the band
        (10, "1 kHz", "1 year", 16, 9e-3 + 2 * 0.8e-3),
    ],
)
def test_bands_intervals_and_temperature_choose_and_widen_a_limit(
    volts: float, frequency: str, interval: str, celsius: float, limit: float
) -> None:
    found = BENCH.limit(
        "AC voltage", of(volts, "V"), frequency=parse_quantity(frequency), interval=interval,
        temperature=of(celsius, "°C"),
    )  # fmt: skip
    assert found.half_width.si == pytest.approx(limit, rel=1e-12)


def test_what_no_line_allows_is_refused_by_name() -> None:
    volts = of(1, "V")
    with pytest.raises(UncertaintyError, match="1 year, 24 hours") as refused:
        BENCH.limit("AC voltage", volts, frequency=of(1, "kHz"))
    assert refused.value.code == "interval-unstated"
    with pytest.raises(OutsideCalibratedInterval, match="90 days"):
        BENCH.limit("AC voltage", volts, interval="90 days")
    with pytest.raises(OutsideCalibratedInterval, match="100 kHz"):
        BENCH.limit("AC voltage", volts, interval="1 year", frequency=of(100, "kHz"))
    with pytest.raises(OutsideCalibratedInterval, match="60 °C"):
        BENCH.limit("AC voltage", volts, interval="1 year", frequency=of(1, "kHz"), temperature=of(60, "°C"))


def test_digits_are_counted_on_the_display_in_use() -> None:
    handheld = Specification([line(6, "0.05 % * abs(nominal) + 3 * digit")], owner="handheld")
    found = handheld.limit("DC voltage", of(5, "V"), digit=of(1, "mV"))
    assert found.half_width.si == pytest.approx(5.5e-3, rel=1e-12)
    with pytest.raises(FigureError, match="digit"):
        handheld.limit("DC voltage", of(5, "V"))
