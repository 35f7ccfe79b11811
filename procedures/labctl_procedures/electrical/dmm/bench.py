"""What is true on the simulated bench, for validation: a run never reads it."""

from collections.abc import Callable, Mapping

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()
Truth = Callable[[World, Point], Mapping[str, Quantity]]


def _zero(function: str, unit: str) -> Truth:
    """Return the truth of a section that reads nothing: what the meter shows of it."""

    def truth(bench: World, point: Point) -> Mapping[str, Quantity]:
        return {"E_0": Quantity.of(_error(bench, point, function, unit, 0.0), unit)}

    return truth


def _indication(function: str, unit: str) -> Truth:
    """Return the truth of a section that compares: by how much the meter errs at what is truly there."""

    def truth(bench: World, point: Point) -> Mapping[str, Quantity]:
        there = _presented(bench, point, function, unit)
        return {"E": Quantity.of(_error(bench, point, function, unit, there), unit)}

    return truth


for _title, _truth in {
    "Zero, DC voltage": _zero("DC voltage", "V"),
    "DC voltage": _indication("DC voltage", "V"),
    "AC voltage": _indication("AC voltage", "V"),
    "Zero, DC current": _zero("DC current", "A"),
    "DC current": _indication("DC current", "A"),
    "AC current": _indication("AC current", "A"),
    "Zero, four-wire": _zero("four-wire resistance", "Ω"),
    "Resistance, four-wire": _indication("four-wire resistance", "Ω"),
}.items():
    TRUTH.section(_title)(_truth)


@TRUTH.section("Leads, two-wire")
def leads(bench: World, point: Point) -> Mapping[str, Quantity]:
    """Return what the leads are, together with what the meter shows of so little."""
    there = bench.truth("electrical", "lead resistance") + _presented(bench, point, TWO_WIRE, "Ω")
    shown = bench.truth("electrical", "lead resistance") + _error(bench, point, TWO_WIRE, "Ω", there)
    return {"R_l": Quantity.of(shown, "Ω")}


@TRUTH.section("Resistance, two-wire")
def two_wire(bench: World, point: Point) -> Mapping[str, Quantity]:
    """Return by how much the meter errs beyond what it shows of the leads alone."""
    leads_alone = bench.truth("electrical", "lead resistance")
    there = leads_alone + _presented(bench, point, TWO_WIRE, "Ω")
    off = _error(bench, point, TWO_WIRE, "Ω", there) - _error(bench, point, TWO_WIRE, "Ω", leads_alone)
    return {"E": Quantity.of(off, "Ω")}


TWO_WIRE = "two-wire resistance"


def _presented(bench: World, point: Point, function: str, unit: str) -> float:
    quantity = "resistance" if function.endswith("resistance") else function
    output = "output" if quantity == "DC voltage" else f"{quantity} output"
    return bench.truth("calibrator", output, at=point.nominal.value_in(unit), frequency=_hertz(point))


def _error(bench: World, point: Point, function: str, unit: str, value: float) -> float:
    name = "error" if function == "DC voltage" else f"{function} error"
    return bench.truth("unit", name, at=value, range=point.range.value_in(unit), frequency=_hertz(point))


def _hertz(point: Point) -> float:
    return point["frequency"].value_in("Hz") if "frequency" in point.columns else 0.0
