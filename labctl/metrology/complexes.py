"""Complex models as pairs: a graph over complex quantities becomes one over their real and imaginary parts."""

from collections.abc import Callable, Collection
from typing import Final

from attrs import evolve

from labctl.errors import ModelError
from labctl.language import Text
from labctl.metrology.functions import FUNCTIONS
from labctl.metrology.grammar import Graph, Operation

PARTS: Final = ("_re", "_im")
_MOST: Final = 12  # the highest whole power that is multiplied out

Pair = tuple[int | None, int | None]
"""Numbers of the operations of real and imaginary part; None is an exact zero."""


def expanded(graph: Graph, pairs: Collection[str]) -> Graph:
    """Return the graph in which every symbol Z of `pairs` is Z_re + 1j·Z_im.

    A complex result Z becomes the results Z_re and Z_im; one that is real keeps its name. Everything else, first
    order with covariance, second order, Monte Carlo and archive, then is that of real models.

    Raises:
        ModelError: a function or power that complex arguments cannot have here, or a pair used as a series.
    """
    return _Expansion(graph, frozenset(pairs)).expand()


class _Expansion:
    """Builds the graph of real operations."""

    def __init__(self, graph: Graph, pairs: frozenset[str]) -> None:
        self._old = graph
        self._pairs = pairs
        self._new = Graph()
        self._found: list[Pair] = []
        self._at = Operation("number")

    def expand(self) -> Graph:
        for operation in self._old.operations:
            self._at = operation
            self._found.append(self._expanded(operation))
        for name, number in self._old.results.items():
            real, imaginary = self._found[number]
            if imaginary is None:
                self._new.results[name] = self._real(real)
            else:
                self._new.results[name + PARTS[0]] = self._real(real)
                self._new.results[name + PARTS[1]] = imaginary
        for name in self._old.inputs:
            self._new.inputs |= dict.fromkeys([name + part for part in PARTS] if name in self._pairs else [name])
        self._new.columns = dict(self._old.columns)
        return self._new

    def _expanded(self, operation: Operation) -> Pair:  # noqa: C901, PLR0911  one case per kind of operation
        below = [self._found[each] for each in operation.arguments]
        match operation.kind, below:
            case "imaginary", _:
                return None, self._add("number", number=operation.number)
            case "value", _ if operation.name in self._pairs:
                real, imaginary = (self._add("value", name=operation.name + part) for part in PARTS)
                return real, imaginary
            case "elements", _ if operation.name in self._pairs:
                raise self._refusal()
            case kind, _ if all(imaginary is None for _, imaginary in below) and kind not in _OF_COMPLEX:
                return self._copied(operation, [self._real(real) for real, _ in below]), None
            case "+", [a, b]:
                return self._plus(a[0], b[0]), self._plus(a[1], b[1])
            case "−", [a, b]:
                return self._minus(a[0], b[0]), self._minus(a[1], b[1])
            case "negate", [a]:
                return self._negative(a[0]), self._negative(a[1])
            case "×", [a, b]:
                return self._product(a, b)
            case "÷", [a, b]:
                return self._quotient(a, b)
            case "**", [a, b]:
                return self._power(a, b)
            case kind, [a] if kind in _FUNCTIONS:
                return _FUNCTIONS[kind](self, a)
            case _:
                raise self._refusal()

    def _copied(self, operation: Operation, arguments: list[int]) -> int:
        self._new.operations.append(evolve(operation, arguments=tuple(arguments)))
        return len(self._new.operations) - 1

    def _add(self, kind: str, *arguments: int, name: str = "", number: float = 0.0) -> int:
        added = Operation(kind, arguments, name, number, place=self._at.place)
        self._new.operations.append(added)
        return len(self._new.operations) - 1

    def _real(self, part: int | None) -> int:
        return self._add("number") if part is None else part

    def _plus(self, a: int | None, b: int | None) -> int | None:
        return (a if b is None else b) if a is None or b is None else self._add("+", a, b)

    def _minus(self, a: int | None, b: int | None) -> int | None:
        if b is None:
            return a
        return self._add("negate", b) if a is None else self._add("−", a, b)

    def _negative(self, a: int | None) -> int | None:
        return None if a is None else self._add("negate", a)

    def _times(self, a: int | None, b: int | None) -> int | None:
        return None if a is None or b is None else self._add("×", a, b)

    def _over(self, a: int | None, b: int) -> int | None:
        return None if a is None else self._add("÷", a, b)

    def _product(self, a: Pair, b: Pair) -> Pair:
        real = self._minus(self._times(a[0], b[0]), self._times(a[1], b[1]))
        return real, self._plus(self._times(a[0], b[1]), self._times(a[1], b[0]))

    def _quotient(self, a: Pair, b: Pair) -> Pair:
        if b[1] is None:
            divisor = self._real(b[0])
            return self._over(a[0], divisor), self._over(a[1], divisor)
        numerator = self._product(a, (b[0], self._negative(b[1])))
        square = self._squares(b)
        return self._over(numerator[0], square), self._over(numerator[1], square)

    def _squares(self, a: Pair) -> int:
        return self._real(self._plus(self._times(a[0], a[0]), self._times(a[1], a[1])))

    def _power(self, a: Pair, b: Pair) -> Pair:
        exponent = self._old.operations[self._at.arguments[1]]
        whole = exponent.number
        if exponent.kind != "number" or whole != int(whole) or not 0 < abs(whole) <= _MOST or b[1] is not None:
            raise self._refusal()
        raised = a
        for _ in range(int(abs(whole)) - 1):
            raised = self._product(raised, a)
        return raised if whole > 0 else self._quotient((self._add("number", number=1.0), None), raised)

    def size(self, a: Pair) -> Pair:
        return self._add("sqrt", self._squares(a)), None

    def angle(self, a: Pair) -> Pair:
        return self._add("atan2", self._real(a[1]), self._real(a[0])), None

    def real(self, a: Pair) -> Pair:
        return self._real(a[0]), None

    def imaginary(self, a: Pair) -> Pair:
        return self._real(a[1]), None

    def conjugate(self, a: Pair) -> Pair:
        return a[0], self._negative(a[1])

    def exponential(self, a: Pair) -> Pair:
        angle = self._real(a[1])
        cosine, sine = self._add("cos", angle), self._add("sin", angle)
        if a[0] is None:
            return cosine, sine
        size = self._add("exp", a[0])
        return self._add("×", size, cosine), self._add("×", size, sine)

    def logarithm(self, a: Pair) -> Pair:
        size = self._add("log", self._real(self.size(a)[0]))
        return size, self.angle(a)[0]

    def root(self, a: Pair) -> Pair:
        size = self._add("sqrt", self._real(self.size(a)[0]))
        half = self._add("÷", self._real(self.angle(a)[0]), self._add("number", number=2.0))
        return self._times(size, self._add("cos", half)), self._times(size, self._add("sin", half))

    def _refusal(self) -> ModelError:
        place = self._at.place
        return ModelError(code="not-complex", input=place.equation, position=place.position, problem=_NOT_COMPLEX)


_FUNCTIONS: Final[dict[str, Callable[[_Expansion, Pair], Pair]]] = {
    "abs": _Expansion.size,
    "arg": _Expansion.angle,
    "re": _Expansion.real,
    "im": _Expansion.imaginary,
    "conj": _Expansion.conjugate,
    "exp": _Expansion.exponential,
    "log": _Expansion.logarithm,
    "sqrt": _Expansion.root,
}
_OF_COMPLEX: Final = frozenset(_FUNCTIONS) - frozenset(FUNCTIONS)
_NOT_COMPLEX: Final = Text(
    "complex quantities have + - * /, whole powers, abs, arg, re, im, conj, exp, log and sqrt; take parts first",
    zh="复数量可用 + - * /、整数次幂及 abs、arg、re、im、conj、exp、log、sqrt；其他运算请先取实部、虚部",
)
