"""Platinum resistors, thermocouples and thermistors against printed tables and in both directions."""

from collections.abc import Callable

import numpy as np
import pytest

from labctl.errors import UncertaintyError
from labctl.metrology.physics import iec60584, iec60751
from labctl.metrology.physics.callendar import CallendarVanDusen
from labctl.metrology.physics.iec60584_tables import REFERENCE
from labctl.metrology.physics.steinhart_hart import BEquation, SteinhartHart, b_constant

# IEC 60751, table of a Pt100 in Ω
PT100 = (
    (-200, 18.52),
    (-100, 60.26),
    (0, 100.0),
    (100, 138.51),
    (200, 175.86),
    (400, 247.09),
    (600, 313.71),
    (850, 390.48),
)
# NIST Monograph 175 tables, E in mV; type C from ASTM E230
PRINTED = {
    "B": ((600, 1.792), (1000, 4.834), (1500, 10.099), (1820, 13.820)),
    "C": ((2315, 37.070),),
    "E": ((-270, -9.835), (-100, -5.237), (500, 37.005), (1000, 76.373)),
    "J": ((-210, -8.095), (-100, -4.633), (500, 27.393), (1200, 69.553)),
    "K": ((-270, -6.458), (-100, -3.554), (20, 0.798), (100, 4.096), (500, 20.644), (1372, 54.886)),
    "N": ((-270, -4.345), (100, 2.774), (1300, 47.513)),
    "R": ((-50, -0.226), (1000, 10.506), (1768, 21.101)),
    "S": ((-50, -0.236), (1000, 9.587), (1768, 18.693)),
    "T": ((-270, -6.258), (-100, -3.379), (100, 4.279), (400, 20.872)),
}


@pytest.mark.parametrize(("t", "printed"), PT100)
def test_pt100_as_printed(t: float, printed: float) -> None:
    assert iec60751.r(t) == pytest.approx(printed, abs=0.005001)
    assert iec60751.t(iec60751.r(t)) == pytest.approx(t, abs=1e-11)


def test_pt100_inverse_slope_and_nominal_resistance() -> None:
    t = np.linspace(-200, 850, 4201)
    assert np.max(np.abs(iec60751.t(iec60751.r(t)) - t)) < 1e-11
    assert iec60751.r(100.0, 1000.0) == pytest.approx(1385.055, abs=1e-9)
    assert iec60751.t(1385.055, 1000.0) == pytest.approx(100, abs=1e-9)
    assert iec60751.slope(0.0) == pytest.approx(0.39083)
    assert iec60751.PT100.alpha == pytest.approx(3.85055e-3, rel=1e-9)


@pytest.mark.parametrize(
    ("grade", "t", "kelvin"),
    [("AA", 250, 0.525), ("A", -100, 0.35), ("A", 100, 0.35), ("B", 0, 0.3), ("B", 600, 3.3), ("C", 600, 6.6),
     ("F0.15", 300, 0.75)],
)  # fmt: skip
def test_pt100_classes(grade: str, t: float, kelvin: float) -> None:
    assert iec60751.tolerance(grade, t) == pytest.approx(kelvin)


@pytest.mark.parametrize(
    ("grade", "t"), [("AA", 251), ("A", 451), ("F0.15", 301), ("F0.1", -1), ("B", -200), ("W0.6", 601)]
)
def test_a_class_ends_where_its_range_ends(grade: str, t: float) -> None:
    with pytest.raises(UncertaintyError, match="out-of-range"):
        iec60751.tolerance(grade, t)


def test_callendars_own_constants_give_the_same_curve() -> None:
    # IEC 60751:1995: α = 0.00385055, δ = 1.49980 °C, β = 0.10863 °C
    own = CallendarVanDusen.from_alpha(100.0, 0.00385055, 1.4998, 0.10863)
    t = np.array([-200.0, -50.0, 0.0, 300.0, 850.0])
    assert own.r(t) == pytest.approx(iec60751.r(t), abs=2e-3)


def curve_of(coefficients: dict[str, float]) -> CallendarVanDusen:
    r_0, a, b, c = coefficients.values()
    return CallendarVanDusen(r_0=r_0, a=a, b=b, c=c)


@pytest.mark.parametrize("t", [-150.0, -10.0, 30.0, 500.0])
def test_derivatives_along_the_coefficients(t: float) -> None:
    start = {"r_0": 100.012, "a": 3.9089e-3, "b": -5.776e-7, "c": -4.1e-12}
    here = curve_of(start)
    r = here.r(t)
    along_r, along_t = here.r_parameters(np.array(t)), here.t_parameters(r)
    for name, by_r, by_t in zip(start, along_r, along_t, strict=True):
        size = abs(start[name])
        up, down = (curve_of({**start, name: start[name] + sign * 1e-5 * size}) for sign in (1, -1))
        # in ohms and kelvins per relative change of the coefficient
        assert by_r * size == pytest.approx((up.r(t) - down.r(t)) / 2e-5, rel=1e-6, abs=1e-6)
        assert by_t * size == pytest.approx((up.t(r) - down.t(r)) / 2e-5, rel=1e-6, abs=1e-6)


def test_a_falling_curve_is_refused() -> None:
    with pytest.raises(UncertaintyError, match="not-monotonic"):
        CallendarVanDusen(r_0=100, a=3.9e-3, b=-5.8e-6)


@pytest.mark.parametrize("kind", PRINTED)
def test_thermocouples_as_printed(kind: str) -> None:
    for t, millivolt in PRINTED[kind]:
        assert iec60584.e(kind, t) * 1e3 == pytest.approx(millivolt, abs=0.000501)


@pytest.mark.parametrize("kind", REFERENCE)
def test_thermocouples_in_both_directions(kind: str) -> None:
    low, high = iec60584.temperature_range(kind)
    t = np.linspace(43 if kind == "B" else low, high, 5003)
    voltage = iec60584.e(kind, t)
    assert np.all(np.diff(voltage) > 0)
    # near −270 °C the terms of the polynomials are millions of times their sum
    assert np.max(np.abs(iec60584.t(kind, voltage) - t)) < 1e-6


@pytest.mark.parametrize("kind", REFERENCE)
def test_pieces_meet(kind: str) -> None:
    for (_, joint, _), _above in zip(REFERENCE[kind][:-1], REFERENCE[kind][1:], strict=True):
        assert iec60584.e(kind, joint + 1e-9) == pytest.approx(float(iec60584.e(kind, joint)), abs=5e-10)


def test_the_reference_junction_is_added_as_voltage() -> None:
    truth, junction = np.array([-100.0, 600.0, 1200.0, 1500.0]), 25.0
    for kind, t in zip("KSRB", truth, strict=True):
        measured = iec60584.e(kind, t) - iec60584.e(kind, junction)
        assert iec60584.t_compensated(kind, measured, junction) == pytest.approx(t, abs=1e-9)
    # type S at 600 °C: adding 25 °C instead misses by some ten kelvins
    wrong = iec60584.t("S", iec60584.e("S", 600.0) - iec60584.e("S", 25.0)) + 25
    assert 8 < wrong - 600 < 12


def test_type_b_is_refused_where_a_voltage_has_two_temperatures() -> None:
    assert iec60584.e("B", 21.0) * 1e6 == pytest.approx(-2.6, abs=0.05)
    with pytest.raises(UncertaintyError, match="ambiguous"):
        iec60584.t("B", -1e-6)
    with pytest.raises(UncertaintyError, match="ambiguous"):
        iec60584.t("B", 0.0)
    assert iec60584.t("B", iec60584.e("B", 42.2)) == pytest.approx(42.2, abs=1e-9)


@pytest.mark.parametrize(
    ("kind", "grade", "t", "kelvin"),
    [("K", "1", 100, 1.5), ("K", "1", 1000, 4.0), ("K", "2", 1200, 9.0), ("K", "3", -200, 3.0), ("T", "1", 0, 0.5),
     ("S", "1", 1100, 1.0), ("R", "1", 1600, 2.5), ("S", "2", 1000, 2.5), ("B", "3", 600, 4.0), ("C", "2", 1000, 10.0)],
)  # fmt: skip
def test_thermocouple_classes(kind: str, grade: str, t: float, kelvin: float) -> None:
    assert iec60584.tolerance(kind, grade, t) == pytest.approx(kelvin)


def test_refusals_of_sensors() -> None:
    outside: tuple[Callable[[], object], ...] = (
        lambda: iec60751.r(-201.0),
        lambda: iec60751.t(391.0),
        lambda: iec60584.e("K", 1373.0),
        lambda: iec60584.t("J", 0.07),
        lambda: iec60584.tolerance("K", "1", -41.0),
    )
    for refused in outside:
        with pytest.raises(UncertaintyError, match="out-of-range"):
            refused()
    strange: tuple[Callable[[], object], ...] = (
        lambda: iec60584.e("Q", 0.0),
        lambda: iec60584.tolerance("J", "3", 0.0),
        lambda: iec60751.tolerance("D", 0.0),
    )
    for unknown in strange:
        with pytest.raises(UncertaintyError, match="unknown-choice"):
            unknown()


def test_steinhart_and_hart_through_three_points() -> None:
    # a 10 kΩ thermistor; coefficients and further points computed independently
    found = SteinhartHart.through([32650.8, 10000.0, 3602.9], [0.0, 25.0, 50.0])
    assert (found.a, found.b, found.c) == pytest.approx(
        (1.1253500812552707e-3, 2.347083459228045e-4, 8.565362759946544e-8), rel=1e-9
    )
    checked = {
        20000.0: 9.897272240075324,
        12000.0: 20.8930744788928,
        8000.0: 30.16564292618102,
        5000.0: 41.579832722101855,
    }
    for resistance, t in checked.items():
        assert found.t(resistance) == pytest.approx(t, abs=1e-9)
        assert found.r(t) == pytest.approx(resistance, rel=1e-11)
    r = np.array([12000.0])
    (along,) = found.t_partials(r)[1]
    assert along == pytest.approx((found.t(r + 1) - found.t(r - 1)) / 2, rel=1e-6)
    (back,) = found.r_partials(found.t(r))[1]
    assert back * along == pytest.approx(1, rel=1e-9)


def test_thermistors_are_refused_outside_their_points() -> None:
    found = SteinhartHart.through([32650.8, 10000.0, 3602.9], [0.0, 25.0, 50.0])
    outside: tuple[Callable[[], object], ...] = (
        lambda: found.t(3500.0),
        lambda: found.r(50.5),
        lambda: found.t(33000.0),
    )
    for refused in outside:
        with pytest.raises(UncertaintyError, match="out-of-range"):
            refused()
    with pytest.raises(UncertaintyError, match="three-points"):
        SteinhartHart.through([10000.0, 10000.0, 3602.9], [25.0, 25.0, 50.0])
    with pytest.raises(UncertaintyError, match="not-monotonic"):
        SteinhartHart.through([3602.9, 10000.0, 32650.8], [0.0, 25.0, 50.0])


def test_b_equation() -> None:
    b = b_constant((10000.0, 3602.9), (25.0, 50.0))
    found = BEquation(r_reference=10000.0, b=b)
    assert found.r(50.0) == pytest.approx(3602.9)
    assert found.t(found.r(37.0)) == pytest.approx(37.0, abs=1e-11)
