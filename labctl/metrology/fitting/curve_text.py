"""The curve of a nonlinear fit: an equation's text or a function, with exact slopes along its parameters."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike

from labctl.errors import ModelError
from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.equations import Equations
from labctl.metrology.fitting.refusals import refused, vector
from labctl.metrology.propagation import Leaves, Slot, propagate

Curve = Callable[[Floats], tuple[Floats, Floats]]
"""Values at the points (n,), and their slopes along the parameters (n, p), for given parameters (p,)."""


@frozen(eq=False)
class TextCurve:
    """An equation such as y = b1*(1 - exp(-b2*x)) at given points.

    Raises:
        UncertaintyError: a symbol is neither a parameter nor a column of the points, or one is not used.
        ModelError: the text breaks the rules of the language, or has several results or whole series.
    """

    equations: Equations
    names: tuple[str, ...]
    columns: Mapping[str, Floats]

    def __call__(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return values and slopes along the parameters."""
        points = len(next(iter(self.columns.values())))
        spread = {name: np.full(points, value) for name, value in zip(self.names, parameters.tolist(), strict=True)}
        slots = tuple(Slot(name) for name in self.names)
        entering = Leaves(points, {**self.columns, **spread}, {}, slots, {}, {})
        found = propagate(self.equations, entering)[self.equations.outputs[0]]
        none = np.zeros(points)
        slopes = [np.broadcast_to(found.slopes.get(number, none), (points,)) for number in range(len(slots))]
        return found.value, np.column_stack(slopes)


def text_curve(
    text: str | Equations, names: Sequence[str], x: ArrayLike | Mapping[str, ArrayLike], points: int
) -> TextCurve:
    """Return the curve of an equation; an `x` without names belongs to the one symbol that is no parameter."""
    equations = text if isinstance(text, Equations) else Equations(text)
    if len(equations.outputs) != 1 or equations.vectors:
        raise ModelError(code="not-a-curve", input="; ".join(equations.source), position=1, problem=_ONE)
    others = [symbol for symbol in equations.inputs if symbol not in names]
    given = x if isinstance(x, Mapping) else {others[0] if len(others) == 1 else "x": x}
    columns = {name: vector(name, column, points) for name, column in given.items()}
    for symbol in others:
        if symbol not in columns:
            raise refused(symbol, "undefined-symbol", _UNDEFINED)
    for symbol in (*names, *columns):
        if symbol not in equations.inputs:
            raise refused(symbol, "unused-input", _UNUSED)
    return TextCurve(equations, tuple(names), columns)


_ONE: Final = Text(
    "a curve is one equation of single values, such as y = b1*(1 - exp(-b2*x))",
    zh="曲线应是单值的一个方程，如 y = b1*(1 - exp(-b2*x))",
)
_UNDEFINED: Final = Text(
    "the curve uses this symbol, but it is neither a parameter with a start nor a column of the points",
    zh="曲线使用了该符号，但它既不是有初值的参数，也不是测点的列",
)
_UNUSED: Final = Text(
    "this does not occur in the curve; remove it or correct its symbol", zh="曲线中没有该符号；请删除或更正"
)
