"""What is true on the simulated bench, for validation: a run never reads it."""

from collections.abc import Mapping

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()


@TRUTH.section("Zero")
def zero(bench: World, point: Point) -> Mapping[str, Quantity]:
    """Return what the meter truly shows of a short circuit."""
    return {"E_0": _error(bench, 0.0, point)}


@TRUTH.section("DC voltage")
def dc_voltage(bench: World, point: Point) -> Mapping[str, Quantity]:
    """Return by how much the meter truly errs at the voltage that is truly there."""
    applied = bench.truth("calibrator", "output", at=point.nominal.value_in("V"))
    return {"E": _error(bench, applied, point)}


def _error(bench: World, volts: float, point: Point) -> Quantity:
    top = point.range.value_in("V")
    return Quantity.of(bench.truth("meter", "error", at=volts, range=top), "V")
