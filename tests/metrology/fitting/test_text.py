"""Fits in the text of a model: exact slopes, shared effects that do not average away, dimensions, refusals."""

import math
from typing import Any

import GTC
import numpy as np
import pytest
from numpy.typing import ArrayLike

from labctl.errors import ModelError, UncertaintyError, UnitMismatch
from labctl.metrology.distributions import Floats
from labctl.metrology.effects import Contribution, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import Batch, evaluate
from labctl.metrology.fitting.curves import callendar_van_dusen, polynomial
from labctl.metrology.fitting.text import PARAMETERS
from labctl.metrology.inputs import Input
from labctl.metrology.units import parse_unit
from tests.metrology.models import effect

ENGINE: Any = GTC
X = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
Y = np.array([3.3, 5.6, 7.1, 9.3, 10.7, 12.1])


def series(symbol: str, unit: str, values: ArrayLike, *contributions: Contribution) -> Input:
    elements = np.asarray(values, dtype=np.float64)
    nominal = parse_unit("1"), np.arange(elements.shape[-1], dtype=np.float64)
    return Input(
        symbol,
        parse_unit(unit),
        np.zeros(1),
        elements=elements,
        element_contributions=contributions,
        columns={"nominal": nominal},
    )


def own(name: str, u: float, count: int = 6) -> Contribution:
    """Return an effect of each element's own."""
    return effect((tuple(EffectId("bench", f"{name} {n}") for n in range(count)),), u)


def dimensionless(*texts: str, **values: ArrayLike) -> Batch:
    inputs = {name: series(name, "1", each, own(name, 0.1, np.shape(each)[-1])) for name, each in values.items()}
    return evaluate(Equations(*texts), inputs, points=1)


def test_scatter_and_a_common_offset() -> None:
    """var(a) grows by the square of the offset's u, b is untouched; both keep the units of their dimension."""
    inputs = {"x": series("x", "A", X), "y": series("y", "V", Y, own("reading", 0.5), effect("offset", 0.3))}
    batch = evaluate(Equations("a, b = fit.line(x[:], y[:])"), inputs, points=1)
    assert [batch.values[each][0] for each in "ab"] == pytest.approx([1.8666666666666667, 1.7571428571428571])
    assert batch.u["a"][0] == pytest.approx(math.hypot(0.4654746681256314, 0.3), rel=1e-11)
    assert batch.u["b"][0] == pytest.approx(0.11952286093343936, rel=1e-11)
    assert batch.warnings == ()
    assert batch.covariance("a", 0, "b", 0) == pytest.approx(-0.05, rel=1e-10)
    assert batch.unit["b"].dimension == parse_unit("Ω").dimension


def test_an_independent_engine_agrees_where_everything_is_shared() -> None:
    """Readings with own scatter, an offset of all y, an offset of all x that is also in y, ν of three."""
    standard, offset = ENGINE.ureal(0, 0.2, 3), ENGINE.ureal(0, 0.3)
    xs = [x + standard for x in X.tolist()]
    ys = [y + ENGINE.ureal(0, 0.5) + offset + standard for y in Y.tolist()]
    mean_x, mean_y = sum(xs) / 6, sum(ys) / 6
    b = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sum((x - mean_x) ** 2 for x in xs)
    a = mean_y - b * mean_x
    at = a + b * 3.5

    own_y, shared = (own("reading", 0.5), effect("offset", 0.3)), effect("standard", 0.2, dof=3)
    inputs = {"x": series("x", "1", X, shared), "y": series("y", "1", Y, *own_y, shared)}
    batch = evaluate(Equations("a, b = fit.line(x[:], y[:])", "at = a + b * 3.5"), inputs, points=1)
    expected: dict[str, Any] = {"a": a, "b": b, "at": at}
    for name, theirs in expected.items():
        assert batch.values[name][0] == pytest.approx(theirs.x, rel=1e-11)
        assert batch.u[name][0] == pytest.approx(theirs.u, rel=1e-10)
        assert min(batch.dof[name][0], 1e6) == pytest.approx(min(theirs.df, 1e6), rel=1e-6)


def test_lines_pair_by_column_and_run_for_all_points_at_once() -> None:
    inputs = {
        "x": series("x", "1", np.stack((X, X + 1)), effect("x", 0.1)),
        "y": series("y", "1", np.stack((Y, 2 * Y)), effect("y", 0.2)),
    }
    batch = evaluate(Equations("a, b = fit.line(x[:], y[:])"), inputs, points=2)
    assert batch.values["b"] == pytest.approx([1.7571428571428571, 2 * 1.7571428571428571], rel=1e-12)


@pytest.mark.parametrize(
    ("name", "result"), [(name, k) for name, n in (("line", 2), ("polynomial", 4)) for k in range(n)]
    + [("callendar_van_dusen", k) for k in range(3)] + [("callendar_van_dusen_c", k) for k in range(4)],
)  # fmt: skip
def test_slopes_along_every_coordinate_are_exact(name: str, result: int) -> None:
    x = np.array([[-63.0, -21.0, -4.0, 7.0, 30.0, 55.0, 80.0, 131.0]])
    y = 100 * (1 + 3.9e-3 * x - 5.8e-7 * x**2) + 0.02 * np.sin(x)
    more = (np.array([3.0]),) if name == "polynomial" else ()

    def moved(of: int, by: float) -> Floats:
        coordinates = [x.copy(), y.copy()]
        coordinates[of][0, 3] += by
        return PARAMETERS[name](result, (*coordinates, *more))[0]

    _, along = PARAMETERS[name](result, (x, y, *more))
    for of in (0, 1):
        difference = (moved(of, 1e-4) - moved(of, -1e-4)) / 2e-4
        assert along[of][0, 3] == pytest.approx(difference[0], rel=1e-6)


def test_text_and_fit_give_the_same_parameters() -> None:
    fit = polynomial(X, Y, 2)
    batch = dimensionless("c0, c1, c2 = fit.polynomial(x[:], y[:], 2)", x=X, y=Y)
    assert [batch.values[f"c{k}"][0] for k in range(3)] == pytest.approx(fit.parameters, rel=1e-11)
    moved = np.hypot(fit.along_y, fit.along_x) * 0.1
    assert [batch.u[f"c{k}"][0] for k in range(3)] == pytest.approx(np.sqrt(np.sum(moved**2, axis=1)), rel=1e-9)


def test_a_thermometer_in_the_text() -> None:
    t, drift = np.array([-40.0, 0.0, 50.0, 100.0, 150.0]), effect("bath", 0.003)
    r = 100 * (1 + 3.9083e-3 * t - 5.775e-7 * t**2)
    inputs = {"t": series("t", "°C", t, drift), "R": series("R", "Ω", r, own("R", 0.001, 5))}
    batch = evaluate(Equations("R_0, A, B = fit.callendar_van_dusen(t[:], R[:])"), inputs, points=1)
    fit = callendar_van_dusen(t, r)
    assert [batch.values[each][0] for each in ("R_0", "A", "B")] == pytest.approx(fit.parameters, rel=1e-10)
    common = fit.along_x @ np.full(5, 0.003)
    expected = np.sqrt(common**2 + np.sum((fit.along_y * 0.001) ** 2, axis=1))
    assert [batch.u[each][0] for each in ("R_0", "A", "B")] == pytest.approx(expected, rel=1e-8)
    assert [str(batch.unit[each].symbol) for each in ("R_0", "A", "B")] == ["Ω", "1/K", "1/K²"]
    with pytest.raises(UnitMismatch, match="callendar"):
        evaluate(Equations("R_0, A, B = fit.callendar_van_dusen(R[:], t[:])"), inputs, points=1)


def test_through_two_points_a_line_is_exact_and_as_uncertain_as_they_are() -> None:
    """A rise from 3 to 7 between x = 1 and 3: b = 2, u(b) = √2·0.1/2; an offset of both moves a alone."""
    x, y = np.array([1.0, 3.0]), np.array([3.0, 7.0])
    inputs = {"x": series("x", "1", x), "y": series("y", "1", y, own("reading", 0.1, 2), effect("offset", 0.3))}
    batch = evaluate(Equations("a, b = fit.line(x[:], y[:])", "at = a + b * 2"), inputs, points=1)
    assert [batch.values[each][0] for each in ("a", "b", "at")] == pytest.approx([1.0, 2.0, 5.0], rel=1e-12)
    assert batch.u["b"][0] == pytest.approx(0.1 / math.sqrt(2), rel=1e-9)
    assert batch.u["a"][0] == pytest.approx(math.hypot(0.1 * math.sqrt(1.5**2 + 0.5**2), 0.3), rel=1e-9)
    assert batch.u["at"][0] == pytest.approx(math.hypot(0.1 / math.sqrt(2), 0.3), rel=1e-9)


@pytest.mark.parametrize(
    ("text", "x", "code"),
    [
        ("a, b = fit.line(x[:], y[:])", np.ones(6), "identical-x"),
        ("a, b = fit.line(x[:], y[:])", X[:1], "too-few-points"),
        ("a, b, c = fit.polynomial(x[:], y[:], 2)", X[:2], "too-few-points"),
        ("a, b, c = fit.polynomial(x[:], y[:], 1)", X, "degree-out-of-range"),
        ("a, b, c = fit.polynomial(x[:], y[:], 2.5)", X, "degree-out-of-range"),
        ("a, b, c = fit.polynomial(x[:], y[:], 2)", [1.0, 1, 1, 2, 2, 2], "rank-deficient"),
    ],
)
def test_refused_by_name(text: str, x: ArrayLike, code: str) -> None:
    with pytest.raises(UncertaintyError) as refusal:
        dimensionless(text, x=x, y=Y[: np.shape(x)[-1]])
    assert refusal.value.code == code


def test_c_needs_points_below_zero() -> None:
    with pytest.raises(UncertaintyError, match="rank-deficient"):
        PARAMETERS["callendar_van_dusen_c"](0, (X[None, :], Y[None, :]))


def test_a_fit_names_all_its_parameters() -> None:
    with pytest.raises(ModelError, match=r"results-differ|unknown-function"):
        Equations("a = fit.line(x[:], y[:])")
