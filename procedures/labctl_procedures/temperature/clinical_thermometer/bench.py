"""What is true on the simulated bench of clinical thermometers, for validation: a run never reads it."""

from collections.abc import Mapping

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()


@TRUTH.section("Indication")
def indication(bench: World, point: Point) -> Mapping[str, Quantity]:
    """Return by how much the display truly errs at the nominal temperature."""
    return {"E": Quantity.of(bench.truth("unit", "error", at=point.nominal.value_in("°C")), "K")}
