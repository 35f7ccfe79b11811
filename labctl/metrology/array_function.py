"""A plain Python function of arrays as a function that a model's text may call."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from labctl.errors import LabctlError, UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats
from labctl.metrology.functions import Function, Kind, Partials, Takes, chain
from labctl.metrology.tracing import Untraceable, by_differences, traced
from labctl.metrology.units import Unit, parse_unit


def array_function(name: str, call: Callable[..., object], units: Sequence[str], gives: str) -> Function:
    """Return a function of quantities from one of arrays, which works element by element in the units it names.

    Derivatives are exact where it keeps to NumPy's operations, else central differences, which results then say.

    Args:
        name: by which the text calls it.
        call: gets an array for each argument, and gives one of their shape.
        units: of the arguments.
        gives: unit of what it gives.

    Raises:
        UnknownUnit: a unit that there is not.
    """
    takes, result = tuple(map(parse_unit, units)), parse_unit(gives)
    kinds = tuple(_kind(each) for each in takes)
    exact = is_exact(call, len(takes))

    def partials(_result: int, arrays: Sequence[Floats]) -> Partials:
        own = [each if unit.is_scale else each / float(unit.factor) for each, unit in zip(arrays, takes, strict=True)]
        value, along = _answered(name, traced if exact else by_differences, call, own)
        size = 1.0 if result.is_scale else float(result.factor)
        sizes = [1.0 if unit.is_scale else float(unit.factor) for unit in takes]
        return value * size, tuple(slope * size / each for slope, each in zip(along, sizes, strict=True))

    def rule(_result: int, below: Sequence[Kind]) -> Kind | None:
        return _kind(result) if tuple(below) == kinds else None

    return Function(chain(partials), Takes.RULE, rule=rule, arguments=len(takes), differences=not exact)


def is_exact(call: Callable[..., object], arguments: int) -> bool:
    """Return whether derivatives can be carried through a function; not where it leaves NumPy's operations."""
    try:
        traced(call, [np.array([1.0, 2.0])] * arguments)
    except Untraceable:
        return False
    except Exception:  # noqa: BLE001  (an author's code may raise anything; `unfit` says it)
        return False
    return True


def unfit(call: Callable[..., object], arguments: int) -> Text | None:
    """Return why something is no function of arrays, element by element and always the same; None where it is one."""
    both = [np.array([1.0, 2.0])] * arguments
    alone = [[np.array([value])] * arguments for value in (1.0, 2.0)]
    try:
        together = np.asarray(call(*both), dtype=np.float64)
        again = np.asarray(call(*both), dtype=np.float64)
        each = [np.asarray(call(*one), dtype=np.float64) for one in alone]
    except Exception as error:  # noqa: BLE001  (an author's code may raise anything)
        return Text(f"{type(error).__name__}: {error}", zh=f"{type(error).__name__}: {error}")
    if together.shape not in {(2,), ()} or any(one.shape not in {(1,), ()} for one in each):
        return _SHAPE
    single = np.concatenate([np.broadcast_to(one, (1,)) for one in each])
    if not np.array_equal(np.broadcast_to(together, (2,)), single, equal_nan=True):
        return _TOGETHER
    return None if np.array_equal(together, again, equal_nan=True) else _OTHERWISE


def _answered(
    name: str,
    derive: Callable[[Callable[..., object], Sequence[Floats]], Partials],
    call: Callable[..., object],
    arrays: Sequence[Floats],
) -> Partials:
    try:
        return derive(call, arrays)
    except LabctlError:
        raise
    except Exception as error:
        problem = Text("fails: {error}", zh="出错：{error}").filled(error=f"{type(error).__name__}: {error}")
        raise UncertaintyError(code="function-failed", input=name, problem=problem) from error


def _kind(unit: Unit) -> Kind:
    return unit.dimension, unit.is_scale


_SHAPE: Final = Text("it gives no array of the shape of its arguments", zh="结果的形状与参数不同")
_TOGETHER: Final = Text("it gives other values for arrays than for each element", zh="对数组与对单个元素的结果不同")
_OTHERWISE: Final = Text("it gives other values the second time", zh="两次调用结果不同")
