"""A number that differs between simulated units which are calibrated in step: one run, one value for each of them.

A `Many` stands wherever a float stands in physics, readings and models, so that the same code serves one unit and a
thousand. What it cannot do without ceasing to be different, such as to become one float, it refuses. A comparison on
which code branches is decided by the first member; those who would have branched otherwise have *strayed*, and their
results are worth nothing: whoever calibrates in step calibrates them again, each alone.
"""

import math
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from operator import add, mod, mul, sub
from typing import Any, ClassVar, Final, cast

import numpy as np
from attrs import define, field

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


class NotInStep(TypeError):
    """Something asks for one number where every member has its own."""

    def __init__(self, asked: str) -> None:
        super().__init__(f"{asked}: units that are calibrated in step have one each")


@define(eq=False)
class Members:
    """Units calibrated in step, the first of which leads.

    Args:
        count: how many.
    """

    count: int
    strayed: Flags = field(init=False)
    off_pace: Flags = field(init=False)
    """Whose answers alone would have been longer or shorter on a line where characters take time."""
    said: list[tuple[bytes, list[bytes]]] | None = field(default=None, init=False)
    """What was put into words since somebody listens: as the first member says it, and as each does."""
    told: tuple[bytes, list[bytes] | None] = field(default=(b"", None), init=False)
    """The latest answer on any wire, and how each member gives it, where they differ."""

    def __attrs_post_init__(self) -> None:
        """Begin with nobody astray, nor off the pace."""
        self.strayed = np.zeros(self.count, dtype=bool)
        self.off_pace = np.zeros(self.count, dtype=bool)

    def decide(self, flags: Flags) -> bool:
        """Return what the first member decides; who decides otherwise has strayed."""
        first = bool(flags[0])
        self.strayed |= flags != first
        return first

    @contextmanager
    def listening(self, said: list[tuple[bytes, list[bytes]]]) -> Generator[None]:
        """Note in `said` every number that is put into words within the block."""
        before, self.said = self.said, said
        try:
            yield
        finally:
            self.said = before

    def read(self, answer: bytes, reads: Callable[[bytes], float], first: float) -> float:
        """Return the number in an answer, as each member gives it; whose answer holds none has strayed.

        Args:
            answer: the first member's.
            reads: finds the number in an answer; it may raise whatever it likes.
            first: what it finds in the first member's.

        Raises:
            NotInStep: it is not the latest answer.
        """
        told, each = self.told
        if each is None and told == answer:
            return first
        if each is None or told != answer:
            raise NotInStep(f"{answer!r} after {told!r}")
        found = np.full(self.count, first)
        known = {answer: first}  # a coarse display shows many of them the same
        for n, one in enumerate(each):
            if one in known:
                found[n] = known[one]
                continue
            try:
                found[n] = known[one] = reads(one)
            except Exception:  # noqa: BLE001  (this one would have gone another way)
                self.strayed[n] = True
        return cast("float", Many(self, found))

    def pace(self, each: Sequence[bytes]) -> None:
        """Note whose answer takes another time than the first one's, as long as it."""
        length = len(each[0])
        self.off_pace |= np.fromiter((len(one) != length for one in each), dtype=bool, count=self.count)

    def refuse_first_alone(self, answer: bytes, value: float) -> None:
        """Refuse a number that was read in the first member's answer alone, where the others say something else.

        Raises:
            NotInStep: it was.
        """
        told, each = self.told
        if told == answer and each is not None and as_many(value) is None:
            raise NotInStep(f"an indication from {answer!r}")

    def speak(self, words: Sequence[str] | Sequence[bytes]) -> None:
        """Note a number as each member puts it into words."""
        if self.said is not None:
            each = [word if isinstance(word, bytes) else word.encode() for word in words]
            self.said.append((each[0], each))


@define(eq=False)
class Mask:
    """What a comparison came to for each member; code that branches on it follows the first."""

    members: Members
    flags: Flags

    def __bool__(self) -> bool:
        """Decide as the first member does."""
        return self.members.decide(self.flags)

    def __eq__(self, other: object) -> Any:  # noqa: ANN401  (a mask, where it can be compared)
        """Return where both say the same."""
        flags = other.flags if isinstance(other, Mask) else other
        return Mask(self.members, self.flags == flags) if isinstance(flags, bool | np.ndarray) else NotImplemented

    def __hash__(self) -> int:
        """Hash what everyone decides."""
        return hash(self.flags.tobytes())

    def __and__(self, other: "Mask | bool") -> "Mask":
        """Return where both hold."""
        return Mask(self.members, self.flags & (other.flags if isinstance(other, Mask) else other))

    __rand__ = __and__

    def __or__(self, other: "Mask | bool") -> "Mask":
        """Return where one of both holds."""
        return Mask(self.members, self.flags | (other.flags if isinstance(other, Mask) else other))

    __ror__ = __or__

    def __invert__(self) -> "Mask":
        """Return where it does not hold."""
        return Mask(self.members, ~self.flags)


def _ratio(one: Any, other: Any) -> Any:  # noqa: ANN401  (numbers or arrays of them)
    return one / other


def _whole(one: Any, other: Any) -> Any:  # noqa: ANN401  (numbers or arrays of them)
    return one // other


def _number(other: object) -> bool:
    return isinstance(other, int | float | np.floating | np.integer)


def _both(operation: Callable[[Any, Any], Any]) -> Callable[["Many", Any], Any]:
    def both(self: "Many", other: object) -> object:
        if type(other) is Many:
            return Many(self.members, operation(self.values, other.values))
        return Many(self.members, operation(self.values, other)) if _number(other) else NotImplemented

    return both


def _turned(operation: Callable[[Any, Any], Any]) -> Callable[["Many", Any], Any]:
    def turned(self: "Many", other: object) -> object:
        return Many(self.members, operation(other, self.values)) if _number(other) else NotImplemented

    return turned


def _compared(comparison: np.ufunc) -> Callable[["Many", Any], Any]:
    def compared(self: "Many", other: object) -> object:
        if type(other) is Many:
            return Mask(self.members, comparison(self.values, other.values))
        return Mask(self.members, comparison(self.values, other)) if _number(other) else NotImplemented

    return compared


class Many:
    """A number for each member; arithmetic goes member by member, to the same bits as with floats."""

    __slots__ = ("members", "values")
    __array_ufunc__: ClassVar[None] = None  # NumPy leaves the arithmetic to us

    def __init__(self, members: Members, values: Floats) -> None:
        """Give each member its value.

        Args:
            members: who.
            values: in their order.
        """
        self.members = members
        self.values = values

    __add__, __radd__ = _both(add), _turned(add)
    __sub__, __rsub__ = _both(sub), _turned(sub)
    __mul__, __rmul__ = _both(mul), _turned(mul)
    __truediv__, __rtruediv__ = _both(_ratio), _turned(_ratio)
    __mod__, __floordiv__ = _both(mod), _both(_whole)
    __lt__, __le__ = _compared(np.less), _compared(np.less_equal)
    __gt__, __ge__ = _compared(np.greater), _compared(np.greater_equal)
    __eq__, __ne__ = _compared(np.equal), _compared(np.not_equal)

    def __hash__(self) -> int:
        """Hash what everyone has."""
        return hash(self.values.tobytes())

    def __pow__(self, power: float) -> "Many":
        """Return a power of it."""
        return self.map(lambda each: each**power)

    def __rpow__(self, base: float) -> "Many":
        """Return a number to its power."""
        return self.map(lambda each: base**each)

    def __neg__(self) -> "Many":
        """Return it with the other sign."""
        return Many(self.members, -self.values)

    def __pos__(self) -> "Many":
        """Return it."""
        return self

    def __abs__(self) -> "Many":
        """Return its size."""
        return Many(self.members, np.abs(self.values))

    def __round__(self, digits: int | None = None) -> "Many":
        """Return it rounded as a float is, half to even."""
        return self.map(lambda each: float(round(each, digits)) if math.isfinite(each) else each)

    def __floor__(self) -> "Many":
        """Return the greatest whole number that is not more."""
        return Many(self.members, np.floor(self.values))

    def __ceil__(self) -> "Many":
        """Return the least whole number that is not less."""
        return Many(self.members, np.ceil(self.values))

    def __trunc__(self) -> "Many":
        """Return the whole part."""
        return Many(self.members, np.trunc(self.values))

    def __bool__(self) -> bool:
        """Return whether it is not zero, as the first member decides."""
        return self.members.decide(self.values != 0)

    def __array__(self, dtype: object = None, copy: object = None) -> Floats:
        """Return the values as an array (n,)."""
        del dtype, copy
        return self.values

    def __float__(self) -> float:
        """Refuse to be one number."""
        raise NotInStep("float")

    def __int__(self) -> int:
        """Refuse to be one number."""
        raise NotInStep("int")

    def __index__(self) -> int:
        """Refuse to be one number."""
        raise NotInStep("index")

    def __format__(self, spec: str) -> str:
        """Return it in the words of the first member; whoever listens hears what each says."""
        if self.members.said is None:
            return format(self.values.item(0), spec)
        words = [format(each, spec) for each in self.values.tolist()]
        self.members.speak(words)
        return words[0]

    def __str__(self) -> str:
        """Return it in the words of the first member."""
        return self.__format__("")

    def __repr__(self) -> str:
        """Return it as the first member reads."""
        return self.__format__("")

    def map(self, function: Callable[[float], float]) -> "Many":
        """Return a function of it."""
        return Many(self.members, np.array([function(each) for each in self.values.tolist()], dtype=np.float64))


def as_many(value: object) -> Many | None:
    """Return a number that differs between members as what it is; None for one that does not."""
    return value if type(value) is Many else None


def members_of(values: Iterable[object]) -> Members | None:
    """Return whose values these are; None where each is one number."""
    return next((each.members for each in values if isinstance(each, Many)), None)


def for_each(function: Callable[..., float], *arguments: object) -> float:
    """Return a function of numbers, or of sequences of numbers, member by member where some differ.

    >>> for_each(math.hypot, 3.0, 4.0)
    5.0
    """
    members = _anybody(arguments)
    if members is None:
        return function(*arguments)
    columns = [_columns(each, members.count) for each in arguments]
    return _as_float(Many(members, np.array([function(*each) for each in zip(*columns, strict=True)])))


def mapped(function: Callable[[float], float], value: float) -> float:
    """Return a function of a number, member by member where it differs.

    >>> mapped(math.sqrt, 4.0)
    2.0
    """
    found = as_many(value)
    if found is None:
        return function(value)
    at_once = _AT_ONCE.get(function)
    return _as_float(found.map(function) if at_once is None else Many(found.members, at_once(found.values)))


def at_once(function: Callable[..., Floats], *arguments: float) -> float:
    """Return a function of arrays, worked out for all members at once where a number differs.

    >>> at_once(np.sqrt, 4.0)
    2.0
    """
    members = members_of(arguments)
    if members is None:
        return float(function(*arguments))
    found = function(*(values_of(each) for each in arguments))
    return many(members, np.broadcast_to(found, members.count))


def many(members: Members, values: Iterable[float]) -> float:
    """Return a number of which every member has its own; it behaves as a float, or refuses."""
    found = cast("Floats", values) if isinstance(values, np.ndarray) else np.fromiter(values, np.float64)
    return _as_float(Many(members, found))


def value_of(value: float, member: int) -> float:
    """Return what a number is for one member."""
    found = as_many(value)
    return value if found is None else found.values.item(member)


def values_of(value: float) -> Floats:
    """Return a number as an array: of all members, or of length one."""
    return np.atleast_1d(np.asarray(value, dtype=np.float64))


def everywhere(condition: object) -> bool:
    """Return whether something holds for every member that has not strayed."""
    if isinstance(condition, Mask):
        return bool(condition.flags.all() or (condition.flags | condition.members.strayed).all())
    return bool(condition)


def worded(words: Callable[[float], str], value: float) -> str:
    """Return what a number reads in words of its own; whoever listens hears what each member says."""
    found = as_many(value)
    if found is None:
        return words(value)
    each = [words(one) for one in found.values.tolist()]
    found.members.speak(each)
    return each[0]


def holds(condition: object, members: Members) -> Flags:
    """Return for each member whether something holds."""
    return condition.flags if isinstance(condition, Mask) else np.full(members.count, bool(condition))


def both(one: bool, other: bool) -> bool:  # noqa: FBT001  (conditions)
    """Return whether two conditions hold, for each member its own."""
    return one & other


def chosen(condition: object, one: float, other: float) -> float:
    """Return one number where a condition holds, the other where it does not, for each member its own."""
    if not isinstance(condition, Mask):
        return one if condition else other
    return _as_float(Many(condition.members, np.where(condition.flags, _plainly(one), _plainly(other))))


def within(value: float, low: float, high: float) -> float:
    """Return a number, or the end of an interval beyond which it lies, for each member its own.

    >>> within(3.0, 0.0, 1.0), within(0.5, 0.0, 1.0)
    (1.0, 0.5)
    """
    return chosen(value < low, low, chosen(value > high, high, value))


def same(one: object, other: object) -> bool:
    """Return whether two numbers, or two records of numbers and words, are the same for every member."""
    if one is other:
        return True
    if isinstance(one, tuple) and isinstance(other, tuple):
        some, others = cast("tuple[object, ...]", one), cast("tuple[object, ...]", other)
        return len(some) == len(others) and all(map(same, some, others))
    return everywhere(one == other)


def common(value: float) -> float:
    """Return a number as one number where it is the same for every member, else as it is."""
    found = as_many(value)
    return value if found is None or (found.values != found.values[0]).any() else found.values.item(0)


def greatest(values: Iterable[float]) -> float:
    """Return the greatest number, for each member its own."""
    return _extreme(np.maximum, max, list(values))


def least(values: Iterable[float]) -> float:
    """Return the least number, for each member its own."""
    return _extreme(np.minimum, min, list(values))


def latest(instant: float) -> float:
    """Return the instant at which something has happened to every member that has not strayed.

    >>> latest(3.0)
    3.0
    """
    found = as_many(instant)
    return instant if found is None else found.values[~found.members.strayed].max().item()


def finite(value: float) -> bool:
    """Return whether a number is finite; of one that differs, as the first member decides."""
    found = as_many(value)
    return math.isfinite(value) if found is None else found.members.decide(np.isfinite(found.values))


def nan(value: float) -> bool:
    """Return whether a number is none; of one that differs, as the first member decides."""
    found = as_many(value)
    return math.isnan(value) if found is None else found.members.decide(np.isnan(found.values))


def _extreme(elementwise: np.ufunc, plain: Callable[[list[float]], float], values: list[float]) -> float:
    members = members_of(values)
    if members is None:
        return plain(values)
    found = np.broadcast_to(values_of(values[0]), members.count)
    for each in values[1:]:
        found = elementwise(found, values_of(each))
    return _as_float(Many(members, found))


def _anybody(arguments: Iterable[object]) -> Members | None:
    for each in arguments:
        if isinstance(each, Many):
            return each.members
        if (found := members_of(_sequence(each))) is not None:
            return found
    return None


def _sequence(argument: object) -> Sequence[object]:
    """Return the elements of a list; none of a number."""
    return cast("Sequence[object]", argument) if isinstance(argument, list | tuple) else ()


def _columns(argument: object, count: int) -> list[Any]:
    if isinstance(argument, Many):
        return list(argument.values.tolist())
    elements = _sequence(argument)
    if members_of(elements) is not None:
        rows = [_columns(each, count) for each in elements]
        return [list(each) for each in zip(*rows, strict=True)]
    return [argument] * count


def _as_float(number: Many) -> float:
    return cast("float", number)


def _plainly(value: float) -> "float | Floats":
    found = as_many(value)
    return value if found is None else found.values


_AT_ONCE: Final[dict[Callable[[float], float], np.ufunc]] = {
    math.sin: np.sin,
    math.cos: np.cos,
    math.exp: np.exp,
    math.expm1: np.expm1,
    math.log: np.log,
    math.sqrt: np.sqrt,
    math.floor: np.floor,
}
"""What NumPy works out for all members at once, to the last bit or the one before."""


FIRST: Final = 0
"""The member that leads."""
