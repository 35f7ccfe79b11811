"""One pass through a model's graph for all points: values with their exact slopes along every input."""

import operator
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

import numpy as np
from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.dual import Dual, Slopes, add, constant, divide, multiply, negate, power, subtract
from labctl.metrology.equations import Equations
from labctl.metrology.grammar import Comparison, Operand, Operation
from labctl.metrology.inputs import Column, Columns, Input, scaled
from labctl.metrology.units import ONE, Unit

_BINARY: Final[dict[str, Callable[[Dual, Dual], Dual]]] = {
    "+": add, "−": subtract, "×": multiply, "÷": divide, "**": power,
}  # fmt: skip
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


WHOLE: Final = -1
"""The element that stands for all of a vector."""


@frozen(cache_hash=True)
class Slot:
    """One column of derivatives: an input, or one element of it; or all elements as one, where they err together."""

    symbol: str
    element: int | None = None  # WHOLE: all of them

    def __str__(self) -> str:
        """Return the symbol, with the element counted from 1."""
        if self.element == WHOLE:
            return f"{self.symbol}[:]"
        return self.symbol if self.element is None else f"{self.symbol}[{self.element + 1}]"


@frozen(eq=False)
class Leaves:
    """What enters a model, in coherent SI units, with a column of derivatives for each input that has one."""

    points: int
    scalars: Mapping[str, Floats]
    vectors: Mapping[str, Floats]
    slots: tuple[Slot, ...]
    inputs: Mapping[str, Input]
    names: Columns


def leaves(equations: Equations, inputs: Mapping[str, Input], names: Columns, points: int) -> Leaves:
    """Return the leaves of a model, columns ordered by symbol whatever the order of the inputs."""
    scalars: dict[str, Floats] = {}
    vectors: dict[str, Floats] = {}
    slots: list[Slot] = []
    for symbol in equations.ordered:
        given = inputs.get(symbol)
        if given is None:
            scalars[symbol] = _column(symbol, names[symbol], points)
            continue
        factor = given.unit.factor
        if symbol in equations.scalars:
            scalars[symbol] = _shaped(symbol, given.coherent, (points,))
            slots.append(Slot(symbol))
        if symbol in equations.vectors:
            if given.elements is None:
                raise UncertaintyError(code="no-elements", input=symbol, problem=_NO_ELEMENTS)
            vectors[symbol] = scaled(_shaped(symbol, given.elements, (points, given.elements.shape[-1])), factor)
            slots.extend(Slot(symbol, element) for element in range(given.elements.shape[-1]))
    return Leaves(points, scalars, vectors, tuple(slots), inputs, names)


def numbers(equations: Equations, inputs: Mapping[str, Input], names: Columns) -> tuple[dict[str, float], list[str]]:
    """Return the values that enter a model of single numbers at its one point, and the symbols with slopes in order."""
    values: dict[str, float] = {}
    sloping: list[str] = []
    for symbol in equations.ordered:
        given = inputs.get(symbol)
        if given is None:
            values[symbol] = float(_column(symbol, names[symbol], 1)[0])
        else:
            if given.values.size != 1 or given.values.ndim > 1:
                _shaped(symbol, given.values, (1,))
            values[symbol] = given.coherent.item()
            sloping.append(symbol)
    return values, sloping


def propagate(equations: Equations, entering: Leaves, *, slopes: bool = True) -> dict[str, Dual]:
    """Return every result of the model with its slopes; not yet examined for being finite."""
    found = every_operation(equations, entering, slopes=slopes)
    return {name: found[number] for name, number in equations.graph.results.items()}


def every_operation(equations: Equations, entering: Leaves, *, slopes: bool = True) -> list[Dual]:
    """Return every operation of the graph, evaluated."""
    found: list[Dual] = []
    columns = {slot: column for column, slot in enumerate(entering.slots)} if slopes else {}
    with np.errstate(all="ignore"):  # what is not finite is refused by name afterwards
        for operation in equations.graph.operations:
            below = [found[each] for each in operation.arguments]
            found.append(_evaluated(operation, below, entering, columns))
    return found


def _evaluated(operation: Operation, below: list[Dual], entering: Leaves, columns: Mapping[Slot, int]) -> Dual:
    match operation.kind:
        case "number":
            return constant(np.full(entering.points, operation.number))
        case "value":
            value = entering.scalars[operation.name]
            column = columns.get(Slot(operation.name))
            return Dual(value, {} if column is None else {column: 1.0}, np.abs(value))
        case "elements":
            return _elements(operation, entering, columns)
        case "negate":
            return negate(below[0])
        case kind if kind in _BINARY:
            return _BINARY[kind](below[0], below[1])
        case _:
            return operation.called.of(below, operation.result, _times(below[0], entering))


def _elements(operation: Operation, entering: Leaves, columns: Mapping[Slot, int]) -> Dual:
    """Return all or the selected elements of an input, with the keys by which they pair."""
    symbol = operation.name
    value, given = entering.vectors[symbol], entering.inputs[symbol]
    chosen = [
        i for i in range(value.shape[1]) if all(_holds(each, i, given, entering) for each in operation.conditions)
    ]
    if not chosen:
        raise UncertaintyError(code="nothing-selected", input=operation.place.words, problem=_NOTHING)
    slopes: Slopes = {}
    for place, element in enumerate(chosen):
        column = columns.get(Slot(symbol, element))
        if column is not None:
            along = np.zeros((entering.points, len(chosen)))
            along[:, place] = 1.0
            slopes[column] = along
    keys = _keys(given, chosen)
    picked = value[:, chosen]
    return Dual(picked, slopes, np.abs(picked), keys, operation.place.words)


def _keys(given: Input, chosen: list[int]) -> tuple[Hashable, ...]:
    column = given.columns.get(given.by)
    if column is None:
        return tuple((given.symbol, each) for each in chosen)  # no column: pairs with itself alone
    return tuple(_cell(column, each) for each in chosen)


def _cell(column: Column, index: int) -> float | str:
    unit, cells = column
    cell = cells[index]
    return cell if isinstance(cell, str) else float(scaled(np.array([cell]), (unit or ONE).factor)[0])


def _holds(condition: Comparison, element: int, given: Input, entering: Leaves) -> bool:
    left, right = (_side(each, element, given, entering) for each in (condition.left, condition.right))
    if isinstance(left, str) is not isinstance(right, str):
        raise UncertaintyError(
            code="words-and-numbers",
            input=given.symbol,
            problem=_WORDS.filled(left=left, right=right),
        )
    return _COMPARE[condition.sign](left, right)


def _side(operand: Operand, element: int, given: Input, entering: Leaves) -> float | str:
    if operand.name is None:
        return operand.literal if operand.literal is not None else ""
    if operand.name in given.columns:
        return _cell(given.columns[operand.name], element)
    values: Floats
    if operand.name in entering.scalars:
        values = entering.scalars[operand.name]
    elif operand.name in entering.names:
        values = _column(operand.name, entering.names[operand.name], entering.points)
    elif operand.name in entering.inputs:
        other = entering.inputs[operand.name]
        values = scaled(_shaped(operand.name, other.values, (entering.points,)), other.unit.factor)
    else:
        raise UncertaintyError(code="unknown-column", input=operand.name, problem=_NO_COLUMN)
    if not bool(np.all(values == values[0])):
        raise UncertaintyError(code="selection-varies", input=operand.name, problem=_VARIES)
    return float(values[0])


def _times(argument: Dual, entering: Leaves) -> Floats | None:
    """Return the times of a vector's elements, where they come from one input as a whole."""
    symbol = argument.origin.removesuffix("[:]")
    given = entering.inputs.get(symbol)
    return given.times if given is not None and argument.is_vector else None


def _column(name: str, column: Column, points: int) -> Floats:
    unit, cells = column
    if unit is None:
        raise UncertaintyError(code="not-a-number", input=name, problem=_WORDS_IN_MODEL)
    return scaled(_shaped(name, np.asarray(cells, dtype=np.float64), (points,)), unit.factor)


def _shaped(name: str, values: Floats, shape: tuple[int, ...]) -> Floats:
    try:
        return np.broadcast_to(values, shape)
    except ValueError as failure:
        raise UncertaintyError(
            code="wrong-shape",
            input=name,
            problem=Text(
                "values of shape {found} do not fit {needed} points", zh="数据形状 {found} 与 {needed} 个点不符"
            ).filled(found=values.shape, needed=shape),
        ) from failure


def units_of(inputs: Mapping[str, Input], names: Columns) -> dict[str, Unit]:
    """Return the unit of every symbol and numeric column."""
    columns = {name: unit for name, (unit, _) in names.items() if unit is not None}
    return columns | {symbol: each.unit for symbol, each in inputs.items()}


_NO_ELEMENTS: Final = Text(
    "the model uses all of this series, but it has no elements", zh="模型使用整个序列，但没有给出其元素"
)
_NOTHING: Final = Text("the selection is empty", zh="选择结果为空")
_WORDS: Final = Text("{left} and {right} cannot be compared", zh="{left} 与 {right} 无法比较")
_WORDS_IN_MODEL: Final = Text("a column of words cannot enter an equation", zh="文字列不能进入方程")
_NO_COLUMN: Final = Text("no such column or symbol to select by", zh="没有可供选择的该列或符号")
_VARIES: Final = Text(
    "a selection must be the same at every point of a batch; evaluate them one by one",
    zh="同一批各点的选择条件必须一致；请逐点计算",
)
