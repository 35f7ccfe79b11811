"""What is true on the simulated flow rig, for validation: a run never reads it."""

from collections.abc import Mapping

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()


@TRUTH.section("Diverter")
def diverter(bench: World, point: Point) -> Mapping[str, Quantity]:  # noqa: ARG001  (the same at every flow)
    """Return by how much longer the tank is truly filled than the timer says."""
    return {"dt": Quantity.of(bench.truth("rig", "asymmetry"), "s")}


@TRUTH.section("K factor")
def k_factor(bench: World, point: Point) -> Mapping[str, Quantity]:
    """Return the meter's true factor at the flow that its fillings truly had.

    Mass and flow are not among the truths: they are true of each filling, and their scatter is the pump's.
    """
    flow = bench.truth("rig", "filling flow", last=point.count("repeats"))
    return {"K": Quantity.of(bench.truth("unit", "K", at=flow), "1/L")}
