"""Where an equation holds: values outside are refused by name, never extrapolated."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats

Partials = tuple[Floats, tuple[Floats, ...]]
"""A value, and its derivative along each argument."""
_Entry = TypeVar("_Entry")


def inside(values: ArrayLike, name: str, low: float, high: float, unit: str, source: str) -> Floats:
    """Return the values as an array of floats, all of them from `low` to `high`.

    Raises UncertaintyError `out-of-range` with the first value outside (NaN is outside), the range and its source.
    """
    array = np.asarray(values, dtype=np.float64)
    slack = 1e-12 * max(abs(low), abs(high))  # an end in kelvin less 273.15 is not the end in °C to the last bit
    held = (array >= low - slack) & (array <= high + slack)
    if not bool(np.all(held)):
        first = float(array[~held].flat[0])
        raise UncertaintyError(
            code="out-of-range",
            input=name,
            problem=_OUTSIDE.filled(
                value=f"{first:.9g}", low=f"{low:.9g}", high=f"{high:.9g}", unit=unit, source=source
            ),
        )
    return array


def choice(table: Mapping[str, _Entry], name: str, key: str) -> _Entry:
    """Return what `table` has under `key`. Raises UncertaintyError `unknown-choice` with what there is."""
    if key not in table:
        raise unknown(name, key, table)
    return table[key]


def unknown(name: str, key: str, known: Iterable[str]) -> UncertaintyError:
    """Return the refusal of a name that is not in a standard's table."""
    problem = _UNKNOWN.filled(key=key, known=", ".join(known))
    return UncertaintyError(code="unknown-choice", input=name, problem=problem)


_OUTSIDE: Final = Text(
    "{value} {unit} is outside {low} … {high} {unit}, where {source} holds; measure within, or use another equation",
    zh="{value} {unit} 超出 {source} 的适用范围 {low} … {high} {unit}；请在范围内测量或改用其他公式",
)
_UNKNOWN: Final = Text("{key!r} is not known here; choose from {known}", zh="未知的 {key!r}；可选：{known}")
