"""The text of a model, read into a small graph of operations: data that is checked, never code that is run."""

import ast
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import Factory, define, frozen

from labctl.errors import ModelError
from labctl.language import Text
from labctl.metrology.functions import FUNCTIONS, Function

LONGEST: Final = 2000
_OPERATIONS: Final[dict[type[ast.AST], str]] = {
    ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "÷", ast.Pow: "**",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


@frozen
class Place:
    """Where an operation stands: its equation, its column there, its words."""

    equation: str
    position: int
    words: str


@frozen
class Comparison:
    """One condition of a selection: each side is a column's or symbol's name, a number, or a quoted word."""

    left: "Operand"
    sign: str
    right: "Operand"


@frozen
class Operand:
    """A side of a condition: a name, or a literal."""

    name: str | None
    literal: str | float | None = None


@frozen
class Operation:
    """One node of the graph; `arguments` are the numbers of earlier nodes."""

    kind: str  # number, value, elements, + − × ÷ **, negate, or a function's name
    arguments: tuple[int, ...] = ()
    name: str = ""  # the symbol of a value or of elements
    number: float = 0.0
    conditions: tuple[Comparison, ...] = ()
    is_vector: bool = False
    place: Place = Place("", 1, "")
    result: int = 0  # which of a function's results
    own: Function | None = None  # of the model alone

    @property
    def function(self) -> Function | None:
        """Return the function that is called; None where it is another kind of operation."""
        return self.own or FUNCTIONS.get(self.kind)

    @property
    def called(self) -> Function:
        """Return the function that is called, where it is one."""
        return self.own or FUNCTIONS[self.kind]


@define
class Graph:
    """Operations in the order in which they can be evaluated, and where each result stands."""

    operations: list[Operation] = Factory(list[Operation])
    results: dict[str, int] = Factory(dict[str, int])
    inputs: dict[str, None] = Factory(dict[str, None])  # an ordered set of symbols
    columns: dict[str, None] = Factory(dict[str, None])  # names used inside selections only


def read(texts: Sequence[str], *, complex_too: bool = False, functions: Mapping[str, Function] | None = None) -> Graph:
    """Return the graph of several equations; later ones may use the results of earlier ones.

    `functions` may be called beside those that every model knows. With `complex_too` the text may have imaginary
    numbers (1j) and arg, re, im and conj, for `complexes.expanded`.

    Raises:
        ModelError: a text breaks the rules, with its position and what is allowed.
    """
    graph = Graph()
    for text in texts:
        _Reader(text, graph, {**FUNCTIONS, **(functions or {})}, complex_too=complex_too).read()
    if not graph.results:
        raise ModelError(
            code="no-equation", input="", problem=Text("a model needs an equation", zh="模型至少要有一个方程")
        )
    for name in graph.results:
        if name in graph.inputs:
            raise ModelError(code="used-before", input=name, problem=_USED_BEFORE.filled(name=name))
    graph.columns = {name: None for name in graph.columns if name not in graph.inputs and name not in graph.results}
    return graph


def parsed(text: str) -> ast.Module:
    """Return the text of an equation as Python reads it, in silence. Raises SyntaxError, ValueError, RecursionError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # `1or x`: what is not allowed is refused in our own words
        return ast.parse(text.strip().translate(SIGNS))


class _Reader:
    """Reads one equation into the graph."""

    def __init__(self, text: str, graph: Graph, functions: Mapping[str, Function], *, complex_too: bool) -> None:
        self._functions = functions
        self._complex = complex_too
        self._text = text
        self._graph = graph

    def read(self) -> None:
        """Add the operations of the equation and name its results."""
        targets, expression = self._parsed()
        expressions = list(expression.elts) if isinstance(expression, ast.Tuple) else [expression]
        try:
            numbers = self._results(expression, len(targets))
            if not numbers and len(expressions) != len(targets):
                raise self._refusal(expression, "results-differ", _RESULTS)
            numbers = numbers or [self._operation(each) for each in expressions]
        except RecursionError as failure:
            raise ModelError(code="too-deep", input=self._text[:40], position=1, problem=_TOO_DEEP) from failure
        for target, number in zip(targets, numbers, strict=True):
            if target.id in self._graph.results or target.id in self._functions or target.id in _CONSTANTS:
                raise self._refusal(target, "name-taken", _TAKEN.filled(name=target.id))
            if self._graph.operations[number].is_vector:
                raise self._refusal(expression, "vector-result", _VECTOR_RESULT)
            self._graph.results[target.id] = number

    def _parsed(self) -> tuple[list[ast.Name], ast.expr]:
        if len(self._text) > LONGEST:
            raise ModelError(code="syntax", input=self._text[:40], position=LONGEST, problem=_ALLOWED)
        try:
            body = parsed(self._text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as failure:
            offset = failure.offset if isinstance(failure, SyntaxError) else None
            problem = _HALF_WIDTH if any("\uff01" <= each <= "\uff5e" for each in self._text) else _ALLOWED
            raise ModelError(code="syntax", input=self._text, position=offset or 1, problem=problem) from failure
        match body:
            case [ast.Assign(targets=[ast.Name() as target], value=expression)]:
                return [target], expression
            case [ast.Assign(targets=[ast.Tuple(elts=parts)], value=expression)]:
                names = [part for part in parts if isinstance(part, ast.Name)]
                if len(names) == len(parts):
                    return names, expression
            case _:
                pass
        raise ModelError(code="not-an-equation", input=self._text, problem=_ONE_ASSIGNMENT)

    def _operation(self, node: ast.expr) -> int:  # noqa: C901, PLR0911, PLR0912  one case per kind of node
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return self._add(node, Operation("number", number=self._finite(node, number)))
            case ast.Constant(value=complex() as number) if self._complex:
                return self._add(node, Operation("imaginary", number=self._finite(node, number.imag)))
            case ast.Name(id=name):
                return self._symbol(node, name)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._operation(operand)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return self._add(node, Operation("number", number=-self._finite(node, number)))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._joined(node, "negate", [self._operation(operand)])
            case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _OPERATIONS:
                sides = [self._operation(left), self._operation(right)]
                return self._joined(node, _OPERATIONS[type(operation)], sides)
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if self._complex and name in _COMPLEX:
                return self._joined(node, name, [self._operation(argument)])
            case ast.Call(args=arguments, keywords=[]) if self._known(_function(node), _quantities(arguments)):
                return self._called(node, _function(node), _quantities(arguments))
            case ast.Call():
                known = dict.fromkeys(name.partition("(")[0] for name in self._functions)
                raise self._refusal(node, "unknown-function", _FUNCTION.filled(known=", ".join(known)))
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Slice(lower=None, upper=None, step=None)):
                return self._elements(node, name, ())
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Compare() as condition):
                return self._elements(node, name, self._conditions(condition))
            case _:
                raise self._refusal(node, "syntax", _ALLOWED)

    def _symbol(self, node: ast.expr, name: str) -> int:
        if name in self._graph.results:
            return self._graph.results[name]
        if name in self._functions:
            raise self._refusal(node, "name-taken", _TAKEN.filled(name=name))
        if name in _CONSTANTS:
            return self._add(node, Operation("number", number=_CONSTANTS[name]))
        self._graph.inputs[name] = None
        return self._add(node, Operation("value", name=name))

    def _elements(self, node: ast.expr, name: str, conditions: tuple[Comparison, ...]) -> int:
        if name in self._graph.results or name in self._functions:
            raise self._refusal(node, "one-level-down", _LEVEL.filled(name=name))
        self._graph.inputs[name] = None
        return self._add(node, Operation("elements", name=name, conditions=conditions, is_vector=True))

    def _known(self, name: str, arguments: list[ast.expr]) -> bool:
        """Return whether this is a known function of one result with as many arguments."""
        known = self._functions.get(name)
        return known is not None and known.arguments == len(arguments) and known.results == 1

    def _called(self, node: ast.expr, name: str, arguments: list[ast.expr]) -> int:
        return self._call(node, name, [self._operation(each) for each in arguments])

    def _call(self, node: ast.expr, name: str, inner: list[int], result: int = 0) -> int:
        if self._functions[name].reduces:
            if not any(self._graph.operations[each].is_vector for each in inner):
                raise self._refusal(node, "needs-vector", _VECTOR.filled(function=name))
            return self._add(node, Operation(name, tuple(inner), result=result))
        return self._joined(node, name, inner, result)

    def _results(self, node: ast.expr, count: int) -> list[int]:
        """Return the operations of a function with several results, where it is one and they are as many."""
        if not isinstance(node, ast.Call) or node.keywords:
            return []
        name = _dotted(node.func)
        known = self._functions.get(name)
        if known is None or known.results not in {0, count} or count == 1 or known.arguments != len(node.args):
            return []
        inner = [self._operation(each) for each in node.args]
        return [self._call(node, name, inner, result) for result in range(count)]

    def _joined(self, node: ast.expr, kind: str, sides: list[int], result: int = 0) -> int:
        vector = any(self._graph.operations[side].is_vector for side in sides)
        return self._add(node, Operation(kind, tuple(sides), is_vector=vector, result=result))

    def _conditions(self, node: ast.Compare) -> tuple[Comparison, ...]:
        sides = [self._operand(each) for each in (node.left, *node.comparators)]
        signs = [_OPERATIONS.get(type(each), "") for each in node.ops]
        if "" in signs:
            raise self._refusal(node, "syntax", _ALLOWED)
        return tuple(Comparison(*each) for each in zip(sides[:-1], signs, sides[1:], strict=True))

    def _operand(self, node: ast.expr) -> Operand:
        match node:
            case ast.Name(id=name):
                self._graph.columns[name] = None
                return Operand(name)
            case ast.Constant(value=str() as word):
                return Operand(None, word)
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return Operand(None, float(number))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return Operand(None, -float(number))
            case _:
                raise self._refusal(node, "syntax", _ALLOWED)

    def _add(self, node: ast.expr, operation: Operation) -> int:
        words = ast.get_source_segment(self._text.strip().translate(SIGNS), node) or ""
        placed = Operation(
            operation.kind, operation.arguments, operation.name, operation.number, operation.conditions,
            operation.is_vector, Place(self._text, self._column(node), words), operation.result,
            None if operation.kind in FUNCTIONS else self._functions.get(operation.kind),
        )  # fmt: skip
        self._graph.operations.append(placed)
        return len(self._graph.operations) - 1

    def _column(self, node: ast.expr) -> int:
        """Return where a node stands, in characters counted from 1 (the parser counts bytes)."""
        return len(self._text.encode()[: node.col_offset].decode(errors="ignore")) + 1

    def _finite(self, node: ast.expr, number: float) -> float:
        try:
            value = float(number)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise self._refusal(node, "syntax", _ALLOWED)
        return value

    def _refusal(self, node: ast.expr, code: str, problem: Text) -> ModelError:
        return ModelError(code=code, input=self._text, position=self._column(node), problem=problem)


def _function(node: ast.Call) -> str:
    """Return the name of what is called; quoted words before the arguments choose: iec60584.e('K', t)."""
    words = _words(node.args)
    return f"{_dotted(node.func)}({', '.join(map(repr, words))})" if words else _dotted(node.func)


def _quantities(arguments: list[ast.expr]) -> list[ast.expr]:
    return arguments[len(_words(arguments)) :]


def _words(arguments: list[ast.expr]) -> list[str]:
    """Return the quoted words at the beginning."""
    found: list[str] = []
    for each in arguments:
        match each:
            case ast.Constant(value=str() as word):
                found.append(word)
            case _:
                break
    return found


def _dotted(node: ast.expr) -> str:
    """Return a function's name, which may have one dot: fit.line."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=family), attr=name):
            return f"{family}.{name}"
        case _:
            return ""


_COMPLEX: Final = frozenset({"re", "im", "arg", "conj"})
_CONSTANTS: Final = {"pi": math.pi}
SIGNS: Final = str.maketrans({"−": "-", "×": "*", "÷": "/", "≤": "<=", "≥": ">="})
_ALLOWED: Final = Text(
    "allowed are + - * / **, numbers, symbols, x[:], x[column == 'word'], comparisons inside [] and known functions",
    zh="只允许 + - * / **、数、符号、x[:]、x[列 == '词']、[] 内的比较和已知函数",
)
_TOO_DEEP: Final = Text("it is nested too deeply; write it in several equations", zh="嵌套过深；请分成几个方程")
_HALF_WIDTH: Final = Text("signs and brackets have to be half-width characters", zh="符号和括号须为半角字符")
_ONE_ASSIGNMENT: Final = Text(
    "an equation is one assignment, such as E = V_ind - V_s", zh="方程应是一个赋值式，如 E = V_ind - V_s"
)
_RESULTS: Final = Text("as many results as expressions are needed", zh="结果与表达式的个数必须相同")
_TAKEN: Final = Text("{name} is already a result, a function or a constant", zh="{name} 已是结果、函数或常数的名称")
_USED_BEFORE: Final = Text(
    "{name} is used before the equation that gives it; put that one first",
    zh="{name} 在给出它的方程之前被使用；请调整顺序",
)
_FUNCTION: Final = Text("unknown function or arguments; known are {known}", zh="未知函数或参数；可用函数：{known}")
_VECTOR_RESULT: Final = Text(
    "a result is one value; apply mean, max or another function over all",
    zh="结果必须是单个值；请使用 mean、max 等函数",
)
_VECTOR: Final = Text(
    "{function} needs all of a series, as in {function}(x[:])", zh="{function} 需要整个序列，如 {function}（x[:]）"
)
_LEVEL: Final = Text("{name} is one value here and has no level below", zh="{name} 在此为单个值，没有下一级")
