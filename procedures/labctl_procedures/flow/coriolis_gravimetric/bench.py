"""What is true on the simulated flow rig, for validation: a run never reads it."""

from collections.abc import Mapping

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()


@TRUTH.section("Error of indication")
def error(bench: World, point: Point) -> Mapping[str, Quantity]:
    """Return by how much the meter truly errs at the true flow of its fillings, with what is left of its zero."""
    flow = bench.truth("rig", "filling flow", last=point.count("repeats"))
    curve = bench.truth("coriolis", "error", at=flow)
    return {"E": Quantity.of(curve + bench.truth("coriolis", "zero") / flow, "1")}
