"""What is true on the simulated flow rig, for validation: a run never reads it."""

from collections.abc import Mapping

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()


@TRUTH.section("Error of indication")
def error(bench: World, point: Point) -> Mapping[str, Quantity]:  # noqa: ARG001  (the flow itself tells)
    """Return by how much the meter truly errs at the flow that there truly is, its zero included."""
    flow = bench.truth("flow", "flow")
    curve = bench.truth("electromagnetic", "error", at=flow)
    return {"E": Quantity.of(curve + bench.truth("electromagnetic", "zero") / flow, "1")}
