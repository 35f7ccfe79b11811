"""Values of a model for arrays of trials, without the slopes that first order needs."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from attrs import evolve

from labctl.metrology.distributions import Floats
from labctl.metrology.dual import Dual
from labctl.metrology.equations import Equations
from labctl.metrology.functions import Function
from labctl.metrology.grammar import Operation
from labctl.metrology.propagation import Leaves, propagate

Number = float | Floats
_KNOWN: Final = frozenset({"number", "value", "negate", "+", "−", "×", "÷", "**"})


def plain(equations: Equations) -> bool:
    """Return whether a model works on single values only, so that trials run through it as arrays."""
    return all(
        each.kind in _KNOWN or (each.function is not None and not each.function.reduces)
        for each in equations.graph.operations
    )


def values(equations: Equations, entering: Leaves) -> dict[str, Floats]:
    """Return every result for each trial; `entering.points` counts trials here."""
    if not plain(equations):
        found = propagate(equations, wide(entering), slopes=False)
        return {name: np.broadcast_to(each.value, (entering.points,)) for name, each in found.items()}
    return trials(equations, entering.scalars, entering.points)


def trials(equations: Equations, scalars: Mapping[str, Number], count: int) -> dict[str, Floats]:
    """Return every result of a plain model; inputs are arrays of trials or numbers."""
    found: list[Number] = []
    with np.errstate(all="ignore"):  # trials that are not finite are counted and refused afterwards
        for operation in equations.graph.operations:
            below = [found[each] for each in operation.arguments]
            found.append(_evaluated(operation, below, scalars, count))
    return {
        name: np.broadcast_to(np.asarray(found[number], dtype=np.float64), (count,))
        for name, number in equations.graph.results.items()
    }


_BINARY: Final[Mapping[str, Callable[[Number, Number], Floats]]] = {
    "+": np.add, "−": np.subtract, "×": np.multiply, "÷": np.divide, "atan2": np.arctan2,
}  # fmt: skip


def _evaluated(operation: Operation, below: list[Number], scalars: Mapping[str, Number], count: int) -> Number:
    match operation.kind:
        case "number":
            return operation.number
        case "value":
            return scalars[operation.name]
        case "negate":
            return -below[0]
        case "**":
            return _power(below[0], below[1])
        case kind if kind in _BINARY:
            return _BINARY[kind](below[0], below[1])
        case _:
            return _called(operation.called, operation.result, below, count)


def _called(function: Function, result: int, below: list[Number], count: int) -> Floats:
    if function.element is not None:
        return function.element.value(np.asarray(below[0], dtype=np.float64))
    spread = [np.broadcast_to(np.asarray(each, dtype=np.float64), (count,)) for each in below]
    return function.of([Dual(each, {}, np.abs(each)) for each in spread], result, None).value


def _power(base: Number, exponent: Number) -> Number:
    """Return a power; a whole number of them by NumPy's own short cuts."""
    if isinstance(exponent, np.ndarray) and exponent.ndim:
        return np.power(base, exponent)
    return np.asarray(base, dtype=np.float64) ** float(exponent)


def wide(entering: Leaves) -> Leaves:
    """Return leaves whose single numbers are spread over the trials, for a model that joins vectors."""
    scalars = {symbol: np.broadcast_to(each, (entering.points,)) for symbol, each in entering.scalars.items()}
    return evolve(entering, scalars=scalars)
