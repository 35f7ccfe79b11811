"""What is true on the simulated bench, for validation: a run never reads it."""

from collections.abc import Mapping

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()
SHOWN = 16.67  # L/min, what the sampler holds its own indication at


@TRUTH.section("Sampler flow")
def sampler_flow(bench: World, point: Point) -> Mapping[str, Quantity]:  # noqa: ARG001  (as every truth is asked)
    """Return by how much the sampler shows more than it draws."""
    drawn = bench.truth("sampler", "flow")
    return {"d_q": Quantity.of(SHOWN - drawn, "L/min"), "e_q": Quantity.of(SHOWN / drawn - 1, "1")}


@TRUTH.section("Concentration")
def concentration(bench: World, point: Point) -> Mapping[str, Quantity]:  # noqa: ARG001  (as every truth is asked)
    """Return what passed the sampler's inlet, and by how much the monitor errs at what passed its own."""
    reference = bench.truth("particulate", "mean while sampling at {sampler}")
    beside = bench.truth("particulate", "mean while sampling at {unit}")
    return {
        "C_r": Quantity.of(reference, "µg/m³"),
        "E": Quantity.of(bench.truth("unit", "response", at=beside) / beside - 1, "1"),
    }
