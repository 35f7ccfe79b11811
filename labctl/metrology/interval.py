"""Closed intervals of a quantity, as methods write them: (20 ± 1) °C, ≤ 75 %."""

import re
from typing import Final

from attrs import frozen

from labctl.errors import FigureError, MetrologyError
from labctl.language import Text
from labctl.metrology.many import mapped
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.metrology.units import ONE, parse_unit


@frozen
class Interval:
    """A closed interval of quantities; an end that is None is open to infinity."""

    low: Quantity | None
    high: Quantity | None

    def holds(self, quantity: Quantity) -> bool:
        """Return whether a quantity lies in the interval, its ends included. Raises UnitMismatch."""
        above = self.low is None or self.low <= quantity
        return above and (self.high is None or quantity <= self.high)

    def __str__(self) -> str:
        """Return the interval as people write it."""
        if self.low is None or self.high is None:
            return f"≤ {self.high}" if self.low is None else f"≥ {self.low}"
        return f"{self.low} … {self.high}"


_NUM: Final = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_AROUND: Final = rf"({_NUM})\s*([^±()]*?)\s*±\s*({_NUM})\s*([^±()]*?)\s*"
_PLUS_MINUS: Final = re.compile(rf"{_AROUND}|\(\s*{_AROUND}\)\s*([^±()]+)")
_BETWEEN: Final = re.compile(rf"({_NUM})\s*(.*?)\s*(?:…|\.\.\.|~|～|–| to )\s*({_NUM})\s*(.*)")
_ONE_SIDED: Final = re.compile(r"(≤|<=|≥|>=)\s*(.+)")


def parse_interval(text: str) -> Interval:
    """Return the interval written as `(20 ± 1) °C`, `20 °C ± 500 mK`, `20 … 26 °C`, `≤ 75 %` or `≥ 10 °C`.

    Raises:
        FigureError: it is none of these, or its ends are in the wrong order.
    """
    plain = text.strip().replace("−", "-")
    try:
        found = _interval(plain)
    except FigureError as failure:
        raise FigureError(given=text, position=failure.position, problem=failure.problem) from failure
    except MetrologyError as failure:
        raise FigureError(given=text, position=1, problem=failure.text()) from failure
    if found.low is not None and found.high is not None and found.high < found.low:
        raise FigureError(given=text, position=1, problem=Text("the upper end lies below the lower", zh="上限低于下限"))
    return found


def _interval(text: str) -> Interval:
    if one_sided := _ONE_SIDED.fullmatch(text):
        end = parse_quantity(one_sided[2])
        return Interval(None, end) if one_sided[1] in {"≤", "<="} else Interval(end, None)
    if around := _PLUS_MINUS.fullmatch(text):
        number, first, half, second, *_ = [each for each in around.groups() if each is not None] + [""]
        last = around[9] or second or first
        middle = Quantity(float(number), parse_unit(first or last) if first or last else ONE)
        width = Quantity(float(half), parse_unit(second or last) if second or last else ONE)
        if width.unit.is_scale:
            width = Quantity(width.value, parse_unit("K"))
        low, high = middle - width, middle + width
        return Interval(as_written(low), as_written(high))
    if between := _BETWEEN.fullmatch(text):
        unit = parse_unit(between[4]) if between[4] else ONE
        return Interval(
            Quantity(float(between[1]), parse_unit(between[2]) if between[2] else unit),
            Quantity(float(between[3]), unit),
        )
    raise FigureError(
        given=text,
        position=1,
        problem=Text(
            "an interval is written (20 ± 1) °C, 20 … 26 °C, ≤ 75 % or ≥ 10 °C",
            zh="区间应写成 (20 ± 1) °C、20 … 26 °C、≤ 75 % 或 ≥ 10 °C",
        ),
    )


def as_written(calculated: Quantity) -> Quantity:
    """Return a calculated value at 14 significant digits: 20.1 − 0.1 is 20."""
    return Quantity(mapped(lambda value: float(f"{value:.14g}"), calculated.value), calculated.unit)
