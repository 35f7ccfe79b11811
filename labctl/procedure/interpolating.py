"""A result between two points of another section: linear along a column, never beyond its ends."""

import math
from collections.abc import Sequence
from typing import Final

from labctl.errors import MetrologyError, ProcedureError
from labctl.language import Text
from labctl.metrology.equations import Equations
from labctl.metrology.figure import Value
from labctl.metrology.quantity import Quantity

BETWEEN: Final = Equations("y = low + share * (high - low)")
"""The value between two neighbours as a model, so that every effect behind both keeps its identity."""


def neighbours(
    symbol: str, values: Sequence[Value | None], column: str, wanted: Value | None
) -> tuple[int, int, float]:
    """Return between which two values of a column a value lies, and how far it is from the one to the other.

    Twice the same where one is that very value.

    Raises:
        ProcedureError: it lies outside, is of another kind, or two values are one.
    """
    places = [(_size(each, wanted), number) for number, each in enumerate(values)]
    at = _size(wanted, wanted)
    if math.isnan(at) or any(math.isnan(place) for place, _ in places):
        raise _refusal(symbol, _NO_COLUMN.filled(column=column))
    if len({place for place, _ in places}) < len(places):
        raise _refusal(symbol, _TWICE.filled(column=column))
    places.sort()
    below = [each for each in places if each[0] <= at]
    above = [each for each in places if each[0] >= at]
    if not below or not above:
        low, high = (values[number] for _, number in (places[0], places[-1]))
        raise _refusal(symbol, _OUTSIDE.filled(column=column, wanted=wanted, low=low, high=high))
    (before, one), (after, other) = below[-1], above[0]
    return one, other, (at - before) / (after - before) if after > before else 0.0


def _size(value: Value | None, like: Value | None) -> float:
    """Return a value as a number in the unit of another; NaN where it is none of its kind."""
    if isinstance(value, Quantity) and isinstance(like, Quantity):
        try:
            return value.value_in(like.unit)
        except MetrologyError:
            return math.nan
    return float(value) if isinstance(value, int | float) and isinstance(like, int | float) else math.nan


def _refusal(symbol: str, problem: Text) -> ProcedureError:
    return ProcedureError(where=f"input {symbol}", problem=problem, remedy=_MEASURE)


_NO_COLUMN: Final = Text("the points have no numbers under {column} of one kind", zh="校准点的列 {column} 没有同类数值")
_TWICE: Final = Text("two results have one value of {column}", zh="有两个结果的 {column} 相同")
_OUTSIDE: Final = Text(
    "{column} = {wanted} lies outside {low} … {high}, where it was measured",
    zh="{column} = {wanted} 超出已测范围 {low} … {high}",
)
_MEASURE: Final = Text(
    "Measure the other section around every point, once a value", zh="请使另一部分的测点覆盖各点，且不重复"
)
