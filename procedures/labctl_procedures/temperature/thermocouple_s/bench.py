"""What is true in the simulated furnace with noble-metal thermocouples, for validation: a run never reads it."""

from collections.abc import Mapping

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()


@TRUTH.section("Comparison")
def comparison(bench: World, point: Point) -> Mapping[str, Quantity]:
    """Return what wires that are alike everywhere truly give at the nominal temperature."""
    nominal = point.nominal.value_in("°C")
    return {
        "E_n": Quantity.of(bench.truth("unit", "voltage", at=nominal), "V"),
        "E": Quantity.of(bench.truth("unit", "error", at=nominal), "K"),
    }
