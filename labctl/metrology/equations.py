"""The equations of a model: read once, checked for dimension before any run, and archived as their text."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import combinations_with_replacement, product
from typing import Final

from attrs import field, frozen

from labctl.errors import UncertaintyError, UnitMismatch
from labctl.language import Text
from labctl.metrology.complexes import expanded
from labctl.metrology.functions import Function, Kind, Takes
from labctl.metrology.grammar import Graph, Operation, read
from labctl.metrology.single import is_plain
from labctl.metrology.units import CELSIUS, NUMBER, Dimension, Unit, coherent_unit
from labctl.metrology.units import product as multiplied

Leaf = tuple[str, bool]
"""An input's symbol, and whether all of its elements are meant."""
_SECOND: Final[Dimension] = (0, 0, 1, 0, 0, 0, 0, 0)
_RADIAN: Final[Dimension] = (0, 0, 0, 0, 0, 0, 0, 1)


@frozen(init=False, eq=False)
class Equations:
    """Several equations over named inputs.

    >>> model = Equations("dV = V_ind - V_s", "e = dV / V_s")
    >>> model.inputs, model.outputs
    (('V_ind', 'V_s'), ('dV', 'e'))
    """

    source: tuple[str, ...]
    pairs: tuple[str, ...] | None
    functions: Mapping[str, Function]
    graph: Graph
    _known: dict[tuple[tuple[str, Dimension] | None, ...], dict[str, Unit]] = field(repr=False)

    def __init__(
        self, *texts: str, pairs: Sequence[str] | None = None, functions: Mapping[str, Function] | None = None
    ) -> None:
        """Read the texts; `pairs` names the complex inputs of a complex model, where they may be none.

        `functions` may be called beside those that every model knows. A complex input Z is given as the inputs Z_re
        and Z_im, a complex result likewise.

        Raises:
            ModelError: with the position and what is allowed.
        """
        object.__setattr__(self, "source", texts)
        object.__setattr__(self, "pairs", None if pairs is None else tuple(pairs))
        object.__setattr__(self, "functions", dict(functions or {}))
        graph = read(texts, functions=functions) if pairs is None else expanded(read(texts, complex_too=True), pairs)
        object.__setattr__(self, "graph", graph)
        object.__setattr__(self, "_known", {})

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Return the symbols that need a value, in the order in which they occur."""
        return tuple(self.graph.inputs)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Return the names on the left-hand sides."""
        return tuple(self.graph.results)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names that only selections use."""
        return tuple(self.graph.columns)

    @cached_property
    def scalars(self) -> frozenset[str]:
        """Return the symbols used as one value."""
        return frozenset(each.name for each in self.graph.operations if each.kind == "value")

    @cached_property
    def vectors(self) -> frozenset[str]:
        """Return the symbols used with all of their next level, as x[:] or by a selection."""
        return frozenset(each.name for each in self.graph.operations if each.kind == "elements")

    @cached_property
    def statistics(self) -> frozenset[str]:
        """Return the results for which no uncertainty is stated, because a stdev or span stands in them."""
        tainted: set[int] = set()
        for number, operation in enumerate(self.graph.operations):
            function = operation.function
            if (function and function.statistic) or tainted.intersection(operation.arguments):
                tainted.add(number)
        return frozenset(name for name, number in self.graph.results.items() if number in tainted)

    def dimensions(self, units: Mapping[str, Unit]) -> dict[str, Unit]:
        """Return the coherent unit of each result (°C for a point on that scale), from the units of the inputs.

        Raises:
            UncertaintyError: an input has no unit.
            UnitMismatch: an operation joins what may not be joined; it names both dimensions.
        """
        given = tuple((units[each].symbol, units[each].dimension) if each in units else None for each in self.inputs)
        if given not in self._known:
            self._known[given] = self._examined(units)
        return self._known[given]

    def _examined(self, units: Mapping[str, Unit]) -> dict[str, Unit]:
        kinds: list[Kind] = []
        for operation in self.graph.operations:
            kinds.append(_kind(operation, [kinds[each] for each in operation.arguments], units, self.graph))
        found = {name: kinds[number] for name, number in self.graph.results.items()}
        return {name: CELSIUS if scale else coherent_unit(each) for name, (each, scale) in found.items()}

    @cached_property
    def is_plain(self) -> bool:
        """Return whether only single numbers occur, so that one point can be evaluated without arrays."""
        return is_plain(self.graph.operations)

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        """Return the inputs in the order of their symbols."""
        return tuple(sorted(self.inputs))

    @cached_property
    def stepped(self) -> dict[str, tuple[str, ...]]:
        """Return, of each result that has some, the functions on its way whose derivatives are differences."""
        stepped = {n: each.kind for n, each in enumerate(self.graph.operations) if each.own and each.own.differences}
        if not stepped:
            return {}
        below = {name: _below(self.graph, number) for name, number in self.graph.results.items()}
        found = {
            name: tuple(dict.fromkeys(stepped[n] for n in sorted(each & stepped.keys())))
            for name, each in below.items()
        }
        return {name: each for name, each in found.items() if each}

    @cached_property
    def curved(self) -> dict[str, frozenset[tuple[Leaf, Leaf]]]:
        """Return, of each result, the pairs of inputs along which it may have a second derivative."""
        leaves: list[frozenset[Leaf]] = []
        pairs: list[frozenset[tuple[Leaf, Leaf]]] = []
        for operation in self.graph.operations:
            below = [leaves[each] for each in operation.arguments]
            leaves.append(_leaf(operation) | frozenset[Leaf]().union(*below))
            known = frozenset[tuple[Leaf, Leaf]]().union(*(pairs[each] for each in operation.arguments))
            pairs.append(known | _bent(operation, below, self.graph))
        return {name: pairs[number] for name, number in self.graph.results.items()}


def _below(graph: Graph, number: int) -> frozenset[int]:
    """Return an operation and everything that it rests on."""
    found = {number}
    for each in range(number, -1, -1):
        if each in found:
            found.update(graph.operations[each].arguments)
    return frozenset(found)


def _leaf(operation: Operation) -> frozenset[Leaf]:
    if operation.kind in {"value", "elements"}:
        return frozenset({(operation.name, operation.kind == "elements")})
    return frozenset()


def _bent(operation: Operation, below: list[frozenset[Leaf]], graph: Graph) -> frozenset[tuple[Leaf, Leaf]]:
    """Return the pairs that an operation itself makes nonlinear."""
    match operation.kind:
        case "number" | "value" | "elements" | "+" | "−" | "negate":
            return frozenset()
        case "×":
            return frozenset((min(a, b), max(a, b)) for a, b in product(below[0], below[1]))
        case "÷":
            crossed = frozenset((min(a, b), max(a, b)) for a, b in product(below[0], below[1]))
            return crossed | frozenset(combinations_with_replacement(sorted(below[1]), 2))
        case "**" if not below[1] and graph.operations[operation.arguments[1]].number in {0.0, 1.0}:
            return frozenset()
        case _ if operation.function is not None and operation.function.linear:
            return frozenset()
        case _:
            every = sorted(frozenset[Leaf]().union(*below))
            return frozenset(combinations_with_replacement(every, 2))


def _kind(  # noqa: PLR0911  one return per kind of operation
    operation: Operation, below: list[Kind], units: Mapping[str, Unit], graph: Graph
) -> Kind:
    match operation.kind:
        case "number":
            return NUMBER, False
        case "value" | "elements":
            if operation.name not in units:
                raise UncertaintyError(code="undefined-symbol", input=operation.name, problem=_UNDEFINED)
            unit = units[operation.name]
            return unit.dimension, unit.is_scale
        case "+" | "−":
            return _sum(operation, below[0], below[1])
        case "×" | "÷":
            _amounts(operation, below)
            return multiplied(below[0][0], below[1][0], 1 if operation.kind == "×" else -1), False
        case "**":
            _amounts(operation, below)
            return _powered(operation, below[0], below[1], graph), False
        case "negate":
            _amounts(operation, below)
            return below[0]
        case _ if (rule := operation.called.rule) is not None:
            found = rule(operation.result, below)
            if found is None:
                raise _mismatch(operation, below[0], below[-1])
            return found
        case _:
            return _called(operation, operation.called.takes, below[0])


def _sum(operation: Operation, left: Kind, right: Kind) -> Kind:
    scales = (left[1], right[1])
    if left[0] != right[0] or (all(scales) if operation.kind == "+" else scales == (False, True)):
        raise _mismatch(operation, left, right)
    return left[0], any(scales) and not all(scales)


def _powered(operation: Operation, base: Kind, exponent: Kind, graph: Graph) -> Dimension:
    if exponent[0] != NUMBER:
        raise _mismatch(operation, base, exponent)
    if base[0] == NUMBER:
        return NUMBER
    literal = graph.operations[operation.arguments[1]]
    raised = [each * literal.number for each in base[0]]
    if literal.kind != "number" or any(each != int(each) for each in raised):
        raise _mismatch(operation, base, exponent)
    a, b, c, d, e, f, g, h = map(int, raised)
    return a, b, c, d, e, f, g, h


def _called(operation: Operation, takes: Takes, argument: Kind) -> Kind:
    dimension, scale = argument
    wrong = {
        Takes.AMOUNT: scale,
        Takes.NUMBER: dimension != NUMBER,
        Takes.ANGLE: dimension not in {NUMBER, _RADIAN},
        Takes.ROOT: scale or any(each % 2 for each in dimension),
    }
    if wrong.get(takes, False):
        raise _mismatch(operation, argument, (NUMBER, False))
    match takes:
        case Takes.SAME:
            return argument
        case Takes.NUMBER | Takes.ANGLE | Takes.COUNT:
            return NUMBER, False
        case Takes.RATE:
            return multiplied(dimension, _SECOND, -1), False
        case Takes.ROOT:
            a, b, c, d, e, f, g, h = (each // 2 for each in dimension)
            return (a, b, c, d, e, f, g, h), False
        case Takes.AMOUNT | Takes.DIFFERENCE | Takes.RULE:
            return dimension, False


def _amounts(operation: Operation, below: list[Kind]) -> None:
    if any(scale for _, scale in below):
        raise _mismatch(operation, below[0], below[-1])


def _mismatch(operation: Operation, left: Kind, right: Kind) -> UnitMismatch:
    symbols = ["°C" if scale else coherent_unit(dimension).symbol for dimension, scale in (left, right)]
    place = operation.place
    where = f"{operation.kind} in {place.words!r} ({place.equation!r}, position {place.position})"
    return UnitMismatch(operation=where, left=symbols[0], right=symbols[1])


_UNDEFINED: Final = Text(
    "the model uses this symbol, but nothing gives it a value; declare its source",
    zh="模型使用了该符号，但没有给出来源",
)
