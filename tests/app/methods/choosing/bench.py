"""What is true of the meter, whichever source it is held against."""

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()


@TRUTH.section("DC voltage")
def dc_voltage(bench: World, point: Point) -> dict[str, Quantity]:
    """The meter's own error at the voltage that is truly there."""
    applied = bench.truth(point.text("source"), "output", at=point.nominal.value_in("V"))
    return {"E": Quantity.of(bench.truth("unit", "error", at=applied, range=point.range.value_in("V")), "V")}
