"""The functions that a figure may call: a few of quantities alike, and every physical one that models know."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

from attrs import frozen

from labctl.errors import UnitMismatch
from labctl.language import Text
from labctl.metrology.functions import SIGNATURES
from labctl.metrology.interval import as_written
from labctl.metrology.many import at_once, values_of
from labctl.metrology.physics.ranges import unknown
from labctl.metrology.quantity import Quantity
from labctl.metrology.units import ONE, coherent_unit, parse_unit

Outcome = Quantity | float | bool | str


@frozen
class Physical:
    """A physical function: the words that choose among its forms, and the units of what it takes and gives."""

    name: str
    words: tuple[tuple[str, ...], ...]  # each choice that there is; one without words where there is none to make
    units: tuple[str, ...]
    gives: str

    @property
    def choices(self) -> int:
        """Return how many words stand before the quantities."""
        return len(self.words[0])

    @property
    def arguments(self) -> int:
        """Return how many arguments a call has."""
        return self.choices + len(self.units)

    def known(self, before: Sequence[str]) -> tuple[str, ...]:
        """Return the words that may follow those that were said before."""
        place = len(before)
        return tuple(dict.fromkeys(each[place] for each in self.words if each[:place] == tuple(before)))

    def refuse_unknown(self, said: Sequence[str]) -> None:
        """Refuse a choice that there is not. Raises UncertaintyError `unknown-choice`."""
        for place, word in enumerate(said):
            known = self.known(said[:place])
            if word not in known:
                raise unknown(self.name, word, known)

    def __call__(self, *arguments: Outcome) -> Quantity:
        """Return the quantity, words first.

        Raises:
            UnitMismatch: an argument is of another kind.
            UncertaintyError: there is no such choice, or the function does not hold for a value.
        """
        from labctl.metrology.physics.text import PHYSICAL

        said = [_word(each) for each in arguments[: self.choices]]
        self.refuse_unknown(said)
        key = f"{self.name}({', '.join(map(repr, said))})" if said else self.name
        values = [self._value(each, unit) for each, unit in zip(arguments[self.choices :], self.units, strict=True)]
        found = at_once(lambda *arrays: PHYSICAL[key](*map(values_of, arrays))[0].squeeze(), *values)
        return as_written(Quantity(found, parse_unit(self.gives)))

    def _value(self, argument: Outcome, unit: str) -> float:
        given, wanted = as_quantity(amount(argument)), parse_unit(unit)
        if (given.unit.dimension, given.unit.is_scale) != (wanted.dimension, wanted.is_scale):
            raise UnitMismatch(operation=self.name, left=str(given), right=wanted.symbol)
        return given.value_in(wanted)


def _word(argument: Outcome) -> str:
    """Return the word of a choice; a class may be a bare number, such as 2."""
    if isinstance(argument, str):
        return argument
    given = as_quantity(amount(argument))
    return f"{given.si:g}" if given.unit.is_number else str(given)


@cache
def physical() -> Mapping[str, Physical]:
    """Return the physical functions by their names, whatever their choices."""
    found: dict[str, Physical] = {}
    for written, (units, gives) in SIGNATURES.items():
        name, _, choice = written.partition("(")
        words = tuple(each.strip(" '") for each in choice.rstrip(")").split(",")) if choice else ()
        before = found[name].words if name in found else ()
        found[name] = Physical(name, (*before, words), units, gives)
    return MappingProxyType(found)


def amount(value: Outcome) -> Quantity | float:
    """Return what can be calculated with. Raises UnitMismatch for words and truths."""
    if isinstance(value, bool | str):
        raise UnitMismatch(operation="arithmetic", left=str(value), right="—")
    return value


def as_quantity(value: Quantity | float) -> Quantity:
    """Return a quantity, of a plain number one in unit 1."""
    return value if isinstance(value, Quantity) else Quantity(value, ONE)


def _sqrt(value: Quantity | float) -> Quantity | float:
    if not isinstance(value, Quantity):
        return math.sqrt(value)
    a, b, c, d, e, f, g, h = (each // 2 for each in value.unit.dimension)
    if any(each % 2 for each in value.unit.dimension):
        raise UnitMismatch(operation="sqrt", left=str(value), right="—")
    return Quantity(math.sqrt(value.si), coherent_unit((a, b, c, d, e, f, g, h)))


def _least(*values: Quantity | float) -> Quantity | float:
    return min(map(as_quantity, values))


def _greatest(*values: Quantity | float) -> Quantity | float:
    return max(map(as_quantity, values))


def _absolute(value: Quantity | float) -> Quantity | float:
    return abs(value) if isinstance(value, Quantity) else math.fabs(value)


PLAIN: Final[Mapping[str, Callable[..., Quantity | float]]] = MappingProxyType(
    {"abs": _absolute, "sqrt": _sqrt, "min": _least, "max": _greatest}
)
"""The functions of quantities alike."""
NO_FUNCTION: Final = Text("unknown function; known are {known}", zh="未知函数；可用函数：{known}")
ARGUMENTS: Final = Text("{name} takes {count} arguments: {listed}", zh="{name} 应有 {count} 个参数：{listed}")
