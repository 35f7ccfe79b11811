"""What is true on the simulated thermometer bench, for validation: a run never reads it."""

from collections.abc import Mapping

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()


@TRUTH.section("Comparison")
def comparison(bench: World, point: Point) -> Mapping[str, Quantity]:
    """Return what the element truly has at the nominal temperature, without current."""
    nominal = point.nominal.value_in("°C")
    return {
        "R_n": Quantity.of(bench.truth("unit", "resistance", at=nominal), "Ω"),
        "E": Quantity.of(bench.truth("unit", "error", at=nominal), "K"),
    }


@TRUTH.section("Curve")
def curve(bench: World, _: Point) -> Mapping[str, Quantity]:
    """Return the quadratic on which the element truly lies: through three of its points."""
    r_0, middle, top = (bench.truth("unit", "resistance", at=t) for t in (0.0, 50.0, 100.0))
    half, whole = (middle / r_0 - 1) / 50.0, (top / r_0 - 1) / 100.0
    b = (whole - half) / 50.0
    return {
        "R_0": Quantity.of(r_0, "Ω"),
        "A": Quantity.of(half - 50.0 * b, "1/K"),
        "B": Quantity.of(b, "1/K²"),
    }
