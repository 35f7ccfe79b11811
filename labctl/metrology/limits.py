"""The tolerance limits a value is judged against: one or two, included, compared exactly in decimal."""

from fractions import Fraction
from typing import Self

from attrs import frozen

from labctl.errors import UncertaintyError, UnitMismatch
from labctl.language import Text
from labctl.metrology.admission import finite
from labctl.metrology.quantity import Quantity
from labctl.metrology.rounding import as_decimal
from labctl.metrology.units import ONE, Unit

Amount = Quantity | float


def unit_of(amount: Amount) -> Unit:
    """Return the unit of an amount; a bare number has the unit one."""
    return amount.unit if isinstance(amount, Quantity) else ONE


def exact(amount: Amount, unit: Unit, name: str, *, difference: bool = False) -> Fraction:
    """Return an amount in a unit as an exact number, read at 14 significant digits in its own unit.

    A `difference` beside limits on a temperature scale is given in kelvin. Raises UnitMismatch, and
    UncertaintyError for a number that is not finite.
    """
    own = unit_of(amount)
    if own.dimension != unit.dimension or (own.is_scale and (difference or own != unit)):
        raise UnitMismatch(operation="decision", left=str(amount), right=unit.symbol)
    if unit.is_scale and not own.is_scale and not difference:
        raise UnitMismatch(operation="decision", left=str(amount), right=unit.symbol)
    number = amount.value if isinstance(amount, Quantity) else amount
    return Fraction(as_decimal(finite(number, name))) * own.factor / unit.factor


@frozen(kw_only=True)
class Limits:
    """A tolerance interval with its limits included; None leaves a side open (JCGM 106:2012, 3.3.5)."""

    lower: Amount | None = None
    upper: Amount | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse no limit at all, and limits that leave nothing between them."""
        if self.lower is None and self.upper is None:
            raise UncertaintyError(
                code="no-limit",
                input="limits",
                problem=Text("a decision needs a lower or an upper limit", zh="判定至少需要一个上限或下限"),
            )
        low, high = self.exact
        if low is not None and high is not None and low >= high:
            raise UncertaintyError(
                code="limits-crossed",
                input="limits",
                problem=Text(
                    "the lower limit {lower} is not below the upper limit {upper}; correct the requirement",
                    zh="下限 {lower} 不低于上限 {upper}，请更正要求",
                ).filled(lower=self.lower, upper=self.upper),
            )

    @classmethod
    def symmetric(cls, mpe: Amount) -> Self:
        """Return ±MPE around zero, as for an error of indication. Raises UncertaintyError for a limit not positive."""
        if finite(mpe.value if isinstance(mpe, Quantity) else mpe, "MPE") <= 0:
            raise UncertaintyError(
                code="limit-not-positive",
                input="MPE",
                problem=Text(
                    "the maximum permissible error must be positive; correct the specification",
                    zh="最大允许误差必须为正，请更正技术指标",
                ),
            )
        return cls(lower=Quantity(-mpe.value, mpe.unit) if isinstance(mpe, Quantity) else -mpe, upper=mpe)

    @property
    def unit(self) -> Unit:
        """Return the unit in which the limits are compared, that of the upper one where there is one."""
        return unit_of(self.upper if self.upper is not None else self.lower or 0.0)

    @property
    def exact(self) -> tuple[Fraction | None, Fraction | None]:
        """Return both limits as exact numbers in `unit`."""
        return (
            None if self.lower is None else exact(self.lower, self.unit, "lower limit"),
            None if self.upper is None else exact(self.upper, self.unit, "upper limit"),
        )
