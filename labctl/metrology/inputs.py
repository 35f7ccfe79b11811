"""Inputs of a model: values at every point, with all that is not known of them; bad ones are refused by name."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.distributions import Floats, Normal, Trapezoidal, as_floats
from labctl.metrology.effects import Contribution
from labctl.metrology.quantity import rescale
from labctl.metrology.units import Unit

Column = tuple[Unit | None, Sequence[float] | Sequence[str] | Floats]
"""Values of a point column: a unit and numbers, or None and words."""
Columns = Mapping[str, Column]


@frozen(eq=False)
class Input:
    """An input of a model over the points of a batch.

    `values` has the shape (n,), in `unit`; widths of the contributions are in the same unit (kelvin for °C).
    A symbol used as `x[:]` has `elements` of shape (n, m) or (m,) with contributions of their own, and `columns`
    to select and pair them by (each of length m), or `times` in seconds for a slope.

    Raises:
        UncertaintyError: something of it is refused; the error has the symbol, a code and what to do.
    """

    symbol: str
    unit: Unit
    values: Floats
    contributions: tuple[Contribution, ...] = ()
    elements: Floats | None = field(default=None, kw_only=True)
    element_contributions: tuple[Contribution, ...] = field(default=(), kw_only=True)
    columns: Columns = field(factory=dict[str, Column], kw_only=True)
    by: str = field(default="nominal", kw_only=True)
    times: Floats | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be an input."""
        for name in ("values", "elements", "times"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, _numbers(self.symbol, given))
        for each in (*self.contributions, *self.element_contributions):
            _examined(f"{self.symbol}: {each.description.en or each.effect}", each)

    @cached_property
    def coherent(self) -> Floats:
        """Return the values in coherent SI units (°C stays °C)."""
        return scaled(self.values, self.unit.factor)

    @cached_property
    def breadth(self) -> int:
        """Return how many points it has numbers for; 1 where they are the same at all of them."""
        found = [self.values.size, *(each.stated.size for each in self.contributions)]
        if self.elements is not None:
            wide = (self.elements, *(each.stated for each in self.element_contributions))
            found += [each.shape[0] for each in wide if each.ndim > 1]
        return max(found)

    @cached_property
    def kept(self) -> dict[tuple[int | None, int, int], tuple[Any, ...]]:
        """Return what evaluations keep of this input: it never changes, so neither does what follows from it."""
        return {}

    @cached_property
    def factor(self) -> float:
        """Return the size of the unit in the coherent one."""
        return float(self.unit.factor)

    @classmethod
    def of(cls, symbol: str, unit: Unit, values: ArrayLike, *contributions: Contribution) -> "Input":
        """Return an input whose values are any numbers, one or many."""
        return cls(symbol, unit, _numbers(symbol, values), contributions)


def scaled(values: Floats, factor: Fraction) -> Floats:
    """Return values times an exact factor, each correctly rounded where the factor or its inverse is whole."""
    if factor == 1:
        return values
    limit = 2**53
    if max(factor.numerator, factor.denominator) < limit and 1 in {factor.numerator, factor.denominator}:
        return values * factor.numerator if factor.denominator == 1 else values / factor.denominator
    return np.array([rescale(value, factor) for value in values.ravel().tolist()]).reshape(values.shape)


def _numbers(name: str, values: ArrayLike) -> Floats:
    try:
        found = as_floats(values)
    except UncertaintyError as failure:
        raise UncertaintyError(code=failure.code, input=name, problem=failure.problem) from failure
    if not bool(np.all(np.isfinite(found))):
        raise _refusal(name, "not-finite", Text("a value is not a finite number", zh="量值不是有限数"))
    return found


def _examined(name: str, contribution: Contribution) -> None:
    stated, dof, follows = contribution.stated, contribution.dof, contribution.sensitivity
    if not bool(np.all(np.isfinite(stated))) or not bool(np.all(np.isfinite(follows))):
        raise _refusal(
            name, "not-finite", Text("a stated uncertainty is not a finite number", zh="所给不确定度不是有限数")
        )
    if not bool(np.all(stated >= 0)):
        raise _refusal(
            name,
            "negative-uncertainty",
            Text("a half-width or uncertainty is negative; state its size", zh="半宽或不确定度为负；请给出正值"),
        )
    if not bool(np.all(dof > 0)):  # NaN is not greater than zero either
        raise _refusal(name, "dof-not-positive", Text("degrees of freedom must be positive", zh="自由度必须为正"))
    match contribution.distribution:
        case Normal(k=k) if not (k > 0 and np.isfinite(k)):
            raise _refusal(name, "k-not-positive", Text("a coverage factor is positive", zh="包含因子必须为正"))
        case Trapezoidal(beta=beta) if not 0 <= beta <= 1:
            raise _refusal(name, "beta-out-of-range", Text("β lies between 0 and 1", zh="β 应在 0 与 1 之间"))
        case _:
            pass


def _refusal(name: str, code: str, problem: Text) -> UncertaintyError:
    return UncertaintyError(code=code, input=name, problem=problem)
