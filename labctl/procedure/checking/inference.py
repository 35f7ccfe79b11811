"""Dimensions of symbols that nobody states beforehand, from the sums in which they stand."""

from collections.abc import Mapping, Sequence

from labctl.errors import MetrologyError
from labctl.metrology.equations import Equations
from labctl.metrology.functions import Function, Kind, Takes
from labctl.metrology.grammar import Operation
from labctl.metrology.units import KELVIN, NUMBER, ONE, Unit, coherent_unit, product


def completed(equations: Equations, units: Mapping[str, Unit], usual: Unit) -> dict[str, Unit]:
    """Return the units with those of the other symbols: what a sum demands, else the usual one, else a pure number."""
    known = dict(units)
    while found := _demanded(equations, known):
        known |= found
    rest = [each for each in equations.inputs if each not in known]
    for guess in (usual, ONE):
        tried = known | dict.fromkeys(rest, guess)
        if _holds(equations, tried):
            return tried
    return known | dict.fromkeys(rest, usual)


def _holds(equations: Equations, units: Mapping[str, Unit]) -> bool:
    try:
        equations.dimensions(units)
    except MetrologyError:
        return False
    return True


def _demanded(equations: Equations, units: Mapping[str, Unit]) -> dict[str, Unit]:
    """Return the unit of each unknown symbol that is added to, or subtracted from, something known."""
    found: dict[str, Unit] = {}
    kinds: list[Kind | None] = []
    operations = equations.graph.operations
    for operation in operations:
        below = [kinds[each] for each in operation.arguments]
        kinds.append(_kind(operation, below, units))
        if operation.kind not in {"+", "−"}:
            continue
        for one, other in ((0, 1), (1, 0)):
            leaf, beside = operations[operation.arguments[one]], below[other]
            if below[one] is None and beside is not None and leaf.name and leaf.name not in units:
                found[leaf.name] = KELVIN if beside[1] else coherent_unit(beside[0])
    return found


def _kind(  # noqa: PLR0911  (one return a kind of operation)
    operation: Operation, below: Sequence[Kind | None], units: Mapping[str, Unit]
) -> Kind | None:
    """Return the dimension of an operation; None where it cannot be told, wrong ones included."""
    match operation.kind:
        case "number":
            return NUMBER, False
        case "value" | "elements":
            unit = units.get(operation.name)
            return (unit.dimension, unit.is_scale) if unit is not None else None
        case "+" | "−":
            return _summed(below)
        case "negate":
            return below[0]
        case "×" | "÷":
            left, right = below[0], below[1]
            if left is None or right is None:
                return None
            return product(left[0], right[0], 1 if operation.kind == "×" else -1), False
        case _ if operation.function is not None:
            return _called(operation.function, operation.result, below)
        case _:
            return None


def _summed(below: Sequence[Kind | None]) -> Kind | None:
    known = [each for each in below if each is not None]
    if not known:
        return None
    on_scale = sum(each[1] for each in known) == 1
    return known[0][0], on_scale


def _called(function: Function, result: int, below: Sequence[Kind | None]) -> Kind | None:
    known = [each for each in below if each is not None]
    if len(known) < len(below):
        return None
    if function.rule is not None:
        return function.rule(result, known)
    match function.takes:
        case Takes.SAME:
            return known[0]
        case Takes.AMOUNT | Takes.DIFFERENCE:
            return known[0][0], False
        case Takes.NUMBER | Takes.ANGLE | Takes.COUNT:
            return NUMBER, False
        case _:
            return None
