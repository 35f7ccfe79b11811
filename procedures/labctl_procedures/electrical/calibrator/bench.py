"""What is true on the simulated bench, for validation: a run never reads it."""

from collections.abc import Callable, Mapping

from labctl.metrology.quantity import Quantity
from labctl.procedure.point import Point
from labctl.procedure.truth import Truths, World

TRUTH = Truths()
Truth = Callable[[World, Point], Mapping[str, Quantity]]


def _setting(quantity: str, unit: str) -> Truth:
    """Return the truth of a function: the nominal value less what truly settles at the terminals."""
    output = "output" if quantity == "DC voltage" else f"{quantity} output"

    def truth(bench: World, point: Point) -> Mapping[str, Quantity]:
        nominal = point.nominal.value_in(unit)
        hertz = point["frequency"].value_in("Hz") if "frequency" in point.columns else 0.0
        return {"E": Quantity.of(nominal - bench.truth("unit", output, at=nominal, frequency=hertz), unit)}

    return truth


for _title, _quantity, _unit in (
    ("DC voltage, by transfer", "DC voltage", "V"),
    ("DC voltage", "DC voltage", "V"),
    ("AC voltage", "AC voltage", "V"),
    ("DC current", "DC current", "A"),
    ("AC current", "AC current", "A"),
    ("Resistance", "resistance", "Ω"),
):
    TRUTH.section(_title)(_setting(_quantity, _unit))
