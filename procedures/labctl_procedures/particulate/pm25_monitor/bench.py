"""What is true on the simulated bench, for validation: a run never reads it."""

from collections.abc import Mapping

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()


@TRUTH.section("Flow")
def flow(bench: World, point: Point) -> Mapping[str, Quantity]:
    """Return by how much the monitor believes to draw more than it draws."""
    drawn = bench.truth("unit", "flow")
    return {
        "q": Quantity.of(drawn, "L/min"),
        "E_q": Quantity.of(point.nominal.value_in("L/min") / drawn - 1, "1"),
    }


@TRUTH.section("Temperature")
def temperature(bench: World, point: Point) -> Mapping[str, Quantity]:  # noqa: ARG001  (as every truth is asked)
    """Return the error of the monitor's thermometer."""
    return {"E_t": Quantity.of(bench.truth("unit", "temperature error"), "K")}


@TRUTH.section("Pressure")
def pressure(bench: World, point: Point) -> Mapping[str, Quantity]:  # noqa: ARG001  (as every truth is asked)
    """Return the error of the monitor's barometer."""
    return {"E_p": Quantity.of(bench.truth("unit", "pressure error"), "hPa")}


@TRUTH.section("Clock")
def clock(bench: World, point: Point) -> Mapping[str, Quantity]:  # noqa: ARG001  (as every truth is asked)
    """Return by how much its clock is ahead."""
    return {"E_c": Quantity.of(bench.truth("unit", "clock offset"), "s")}


@TRUTH.section("Zero")
def zero(bench: World, point: Point) -> Mapping[str, Quantity]:  # noqa: ARG001  (as every truth is asked)
    """Return what it shows of clean air, but for its noise."""
    return {"z": Quantity.of(bench.truth("unit", "response", at=0.0), "µg/m³")}


@TRUTH.section("Concentration")
def concentration(bench: World, point: Point) -> Mapping[str, Quantity]:
    """Return by how much the monitor errs at what passed its own inlet."""
    lasted = point["interval"].value_in("s") * point.readings
    beside = bench.truth("particulate", f"mean at {{unit}} over {lasted:g}")
    return {"E": Quantity.of(bench.truth("unit", "response", at=beside) / beside - 1, "1")}
