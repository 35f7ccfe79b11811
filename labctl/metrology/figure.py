"""Figures: quantities written as text, possibly as an expression over named quantities."""

import ast
import math
import re
import warnings
from bisect import bisect_right
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Final

from attrs import field, frozen

from labctl.errors import FigureError, MetrologyError, UnitMismatch, UnknownUnit
from labctl.language import Text
from labctl.metrology.figure_functions import ARGUMENTS, NO_FUNCTION, PLAIN, Outcome, amount, as_quantity, physical
from labctl.metrology.interval import Interval, as_written, parse_interval
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import HIGHEST_POWER, ONE, Unit, parse_unit

__all__ = ["Figure", "Interval", "parse_interval"]

Value = Quantity | float | str

_SIGNS: Final = {"≤": "<=", "≥": ">=", "≠": "!=", "−": "-", "×": "*", "÷": "/"}
_SYMBOL: Final = r"(?:%RH|[A-Za-z\u00b5\u03bcΩ\u2126°\u2103%‰′″]+(?:\^?-?\d+|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)"
_TOKEN: Final = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
    r"|(?P<text>'[^'\\]*'|\"[^\"\\]*\")"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/<>(),≤≥≠−×÷])"
)
_UNIT: Final = re.compile(rf"\s*((?:1(?=/))?{_SYMBOL}?(?:[/·](?:{_SYMBOL}|\([^()]*\)))*)")
_PER: Final = re.compile(rf"\s*/\s*({_SYMBOL})(?![\w.(])")


@frozen
class Figure:
    """A quantity as text: `5 mK`, `mpe / 10`, `12 ppm * nominal + 20 µV`, `abs(E) > 0.7 * mpe`.

    A number followed by a unit is one quantity. Names, dotted ones included, are looked up when it is evaluated.
    Physical functions may be called as in a model: `iec60751.tolerance(unit.tolerance_class, nominal)`.
    """

    text: str
    _tree: ast.expr = field(init=False, eq=False, repr=False)
    _literals: Mapping[str, Quantity | float] = field(init=False, eq=False, repr=False)
    _places: tuple[tuple[int, int], ...] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Read the text once. Raises FigureError with the position."""
        source, literals, places = _tokens(as_text(self.text))
        object.__setattr__(self, "_literals", literals)
        object.__setattr__(self, "_places", places)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                tree = ast.parse(source, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as failure:
            offset = failure.offset if isinstance(failure, SyntaxError) else 1
            raise self._refusal((offset or len(source)) - 1, _MALFORMED) from failure
        object.__setattr__(self, "_tree", tree)
        for node in ast.walk(tree):
            if not isinstance(node, _ALLOWED):
                raise self._refusal(getattr(node, "col_offset", 0), _MALFORMED)
            if isinstance(node, ast.Call):
                self._refuse_unknown(node)

    def _refuse_unknown(self, node: ast.Call) -> None:
        """Refuse a call of what there is not, with other arguments than it takes, or of a choice that there is not."""
        name = _dotted(node.func) or ""
        if node.keywords or (name not in PLAIN and name not in physical()):
            known = ", ".join((*PLAIN, *physical()))
            raise self._refusal(node.col_offset, NO_FUNCTION.filled(known=known))
        function = physical().get(name)
        if function is None:
            return
        if len(node.args) != function.arguments:
            listed = ", ".join((*("'…'" for _ in range(function.choices)), *function.units))
            words = ARGUMENTS.filled(name=name, count=function.arguments, listed=listed)
            raise self._refusal(node.col_offset, words)
        try:
            function.refuse_unknown(_words(node.args[: function.choices]))
        except MetrologyError as failure:
            raise self._refusal(node.col_offset, failure.text()) from failure

    @property
    def choices(self) -> dict[str, str]:
        """Return the names that stand where a word chooses, such as a tolerance class, each with one it may be."""
        found: dict[str, str] = {}
        for node in ast.walk(self._tree):
            function = physical().get(_dotted(node.func) or "") if isinstance(node, ast.Call) else None
            if isinstance(node, ast.Call) and function is not None:
                for each, word in zip(node.args, function.words[0], strict=False):
                    name = _dotted(each)
                    if name is not None and name not in self._literals:
                        found[name] = word
        return found

    @property
    def names(self) -> frozenset[str]:
        """Return the names that have to be known to evaluate the figure."""
        called = {id(node.func) for node in ast.walk(self._tree) if isinstance(node, ast.Call)}
        return frozenset(self._named(self._tree, called))

    @property
    def is_condition(self) -> bool:
        """Return whether the text compares, so that it gives a truth: `abs(E) > 0.7 * mpe`."""
        return isinstance(self._tree, ast.Compare | ast.BoolOp)

    def evaluate(self, names: Mapping[str, Value]) -> Outcome:
        """Return the quantity, pure number or truth that the text gives with these names.

        Raises:
            FigureError: a name is missing, dimensions do not agree, a division by zero; with the position.
        """
        found = self._value(self._tree, names)
        if isinstance(found, Quantity) and isinstance(self._tree, ast.BinOp):
            return as_written(found)  # 12 ppm * 10 V + 20 µV is 0.00014 V, not 0.00014000000000000001 V
        return found

    def quantity(self, names: Mapping[str, Value] | None = None) -> Quantity:
        """Return the value where a quantity is needed; a pure number becomes one in unit 1."""
        found = self.evaluate(names or {})
        if isinstance(found, bool | str):
            raise self._refusal(0, Text("a quantity is needed here", zh="此处需要一个量"))
        return found if isinstance(found, Quantity) else Quantity(found, ONE)

    def __str__(self) -> str:
        """Return the text as it was written."""
        return self.text

    def _named(self, node: ast.AST, called: set[int]) -> list[str]:
        if id(node) in called:
            return []
        name = _dotted(node)
        if name is not None:
            return [] if name in self._literals else [name]
        return [each for child in ast.iter_child_nodes(node) for each in self._named(child, called)]

    def _value(self, node: ast.expr, names: Mapping[str, Value]) -> Outcome:
        try:
            return self._found(node, names)
        except FigureError:
            raise
        except MetrologyError as failure:
            raise self._refusal(_pointed(node), failure.text()) from failure
        except (ArithmeticError, TypeError, ValueError) as failure:
            raise self._refusal(_pointed(node), _IMPOSSIBLE) from failure

    def _found(self, node: ast.expr, names: Mapping[str, Value]) -> Outcome:
        match node:
            case ast.Constant(value=str() as words):
                return words
            case ast.Name() | ast.Attribute():
                return self._looked_up(node, names)
            case ast.UnaryOp(op=sign, operand=operand):
                return self._signed(sign, operand, names)
            case ast.BinOp(left=left, op=operation, right=right):
                return _combined(operation, self._value(left, names), self._value(right, names))
            case ast.Compare(left=first, ops=operations, comparators=others):
                values = [self._value(each, names) for each in (first, *others)]
                return all(_compared(op, a, b) for op, a, b in zip(operations, values[:-1], values[1:], strict=True))
            case ast.Call(func=function, args=arguments):
                name, values = _dotted(function) or "", [self._value(each, names) for each in arguments]
                return PLAIN[name](*map(amount, values)) if name in PLAIN else physical()[name](*values)
            case _:
                raise self._refusal(node.col_offset, _MALFORMED)

    def _looked_up(self, node: ast.expr, names: Mapping[str, Value]) -> Outcome:
        name = _dotted(node) or ""
        if name in self._literals:
            return self._literals[name]
        if name not in names:
            known = ", ".join(sorted(names)) or "—"
            raise self._refusal(node.col_offset, _UNKNOWN.filled(name=name, known=known))
        return names[name]

    def _signed(self, sign: ast.unaryop, operand: ast.expr, names: Mapping[str, Value]) -> Outcome:
        value = amount(self._value(operand, names))
        if isinstance(sign, ast.UAdd):
            return value
        if isinstance(value, Quantity) and value.unit.is_scale and _dotted(operand) in self._literals:
            return Quantity(-value.value, value.unit)  # -20 °C is a point, not a negated one
        return -value

    def _refusal(self, offset: int, problem: Text) -> FigureError:
        """Return the error for an offset into the rewritten text, at its place in the text as written."""
        index = max(bisect_right(self._places, (offset, len(self.text))) - 1, 0)
        place = self._places[index][1] if self._places else 0
        return FigureError(given=self.text, position=place + 1, problem=problem)


def as_text(given: object) -> str:
    """Return the text of a figure. Raises FigureError where it is none, of an author whom no type checker told."""
    if not isinstance(given, str):
        raise FigureError(given=str(given), position=1, problem=_NO_TEXT)
    return given


_NO_TEXT: Final = Text(
    'a figure is written as text, in quotes and with its unit, as "5 mK"',
    zh='数值应写成带引号和单位的文字，如 "5 mK"',
)
_MALFORMED: Final = Text(
    "only numbers with units, names, + - * / **, comparisons and known functions may stand here",
    zh="此处只能写带单位的数、名称、+ - * / **、比较和已知函数",
)
_UNKNOWN: Final = Text("{name} is not known here; known are {known}", zh="此处没有 {name}；可用名称：{known}")
_IMPOSSIBLE: Final = Text("this cannot be calculated with the values at hand", zh="按现有数值无法计算")
_ALLOWED: Final = (
    ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name, ast.Attribute, ast.Constant, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd,
    ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq,
)  # fmt: skip


def _tokens(text: str) -> tuple[str, dict[str, Quantity | float], tuple[tuple[int, int], ...]]:
    """Rewrite the text as a Python expression: literals become names, typographic signs plain ones."""
    written: list[str] = []
    literals: dict[str, Quantity | float] = {}
    places: list[tuple[int, int]] = []
    position = length = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise FigureError(given=text, position=position + 1, problem=_MALFORMED)
        start, position = position, token.end()
        piece = _SIGNS.get(token[0], token[0])
        if token["number"]:
            position, unit = _unit_after(text, token.end())
            piece = f"_{len(literals)}"
            number = float(token["number"])
            literals[piece] = number if unit is None else Quantity(number, unit)
        elif token["name"] and token["name"].startswith("_"):
            raise FigureError(given=text, position=start + 1, problem=_MALFORMED)
        elif token["space"]:
            piece = " " if written else ""
        places.append((length, start))
        written.append(piece)
        length += len(piece.encode())  # the parser counts bytes
    return "".join(written), literals, tuple(places)


def _unit_after(text: str, position: int) -> tuple[int, Unit | None]:
    """Return where the unit after a number ends, and the unit; `6 mmHg / min` has one, `6 mK / points` has mK."""
    found = _UNIT.match(text, position)
    if found is None or not found[1]:
        return position, None
    written, end = found[1], found.end()
    try:
        unit = parse_unit(written)
    except UnknownUnit as failure:
        raise FigureError(given=text, position=found.start(1) + 1, problem=failure.text()) from failure
    while (further := _PER.match(text, end)) is not None:
        try:
            unit = parse_unit(f"{unit.symbol}/{further[1]}")
        except UnknownUnit:
            break  # a name, not a unit
        end = further.end()
    return end, unit


def _pointed(node: ast.expr) -> int:
    """Return where a refusal of an operation points: its right-hand operand."""
    return node.right.col_offset if isinstance(node, ast.BinOp) else node.col_offset


def _words(nodes: list[ast.expr]) -> list[str]:
    """Return the quoted words at the beginning."""
    found = [each.value if isinstance(each, ast.Constant) else None for each in nodes]
    return [each for each in takewhile(lambda one: isinstance(one, str), found) if isinstance(each, str)]


def _dotted(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=owner, attr=name):
            before = _dotted(owner)
            return None if before is None else f"{before}.{name}"
        case _:
            return None


def _combined(operation: ast.operator, left: Outcome, right: Outcome) -> Quantity | float:
    a, b = amount(left), amount(right)
    match operation:
        case ast.Mult():
            return a * b
        case ast.Div():
            return a / b
        case ast.Pow():
            return _power(a, b)
        case _:
            pass
    if isinstance(a, Quantity) or isinstance(b, Quantity):
        a, b = as_quantity(a), as_quantity(b)
        return a + b if isinstance(operation, ast.Add) else a - b
    return a + b if isinstance(operation, ast.Add) else a - b


def _power(base: Quantity | float, exponent: Quantity | float) -> Quantity | float:
    power = exponent.si if isinstance(exponent, Quantity) and exponent.unit.is_number else exponent
    if isinstance(power, Quantity):
        raise UnitMismatch(operation="**", left=str(base), right=str(power))
    if not isinstance(base, Quantity) or base.unit.is_number:
        return float((base.si if isinstance(base, Quantity) else base) ** power)
    if power != int(power) or abs(power) > HIGHEST_POWER:
        raise UnitMismatch(operation="**", left=str(base), right=str(power))
    return math.prod([base] * abs(int(power)), start=Quantity(1.0, ONE)) if power >= 0 else 1.0 / _power(base, -power)


def _compared(operation: ast.cmpop, left: Outcome, right: Outcome) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        if not isinstance(operation, ast.Eq | ast.NotEq):
            raise UnitMismatch(operation="comparison", left=str(left), right=str(right))
        return (left == right) is isinstance(operation, ast.Eq)
    a, b = as_quantity(amount(left)), as_quantity(amount(right))
    outcomes: dict[type[ast.cmpop], Callable[[], bool]] = {
        ast.Lt: lambda: a < b, ast.LtE: lambda: a <= b, ast.Gt: lambda: a > b, ast.GtE: lambda: a >= b,
        ast.Eq: lambda: a <= b <= a, ast.NotEq: lambda: not a <= b <= a,
    }  # fmt: skip
    return outcomes[type(operation)]()
