"""What may never be asked of an instrument, checked before a byte leaves for it."""

from attrs import frozen

from labctl.errors import LimitExceeded, QuantityError
from labctl.language import Text
from labctl.metrology.quantity import Quantity


@frozen(kw_only=True)
class Limit:
    """A closed interval of settings, in any unit of the quantity.

    >>> Limit.symmetric(Quantity.of(1020, "V")).text
    '-1020 V … 1020 V'
    """

    low: Quantity
    high: Quantity

    def __attrs_post_init__(self) -> None:
        """Refuse an interval that holds nothing."""
        if self.high < self.low:
            raise QuantityError(
                given=f"{self.low} … {self.high}", problem=Text("the lower limit lies above", zh="下限高于上限")
            )

    @classmethod
    def symmetric(cls, top: Quantity) -> "Limit":
        """Return the limit from -top to +top."""
        return cls(low=-top, high=top)

    @property
    def text(self) -> str:
        """Return the limit as a person reads it."""
        return f"{self.low} … {self.high}"

    def holds(self, asked: Quantity) -> bool:
        """Return whether a setting is allowed. Raises UnitMismatch."""
        return self.low <= asked <= self.high

    def narrowed(self, other: "Limit") -> "Limit":
        """Return what both limits allow. Raises QuantityError where that is nothing."""
        return Limit(low=max(self.low, other.low), high=min(self.high, other.high))

    def check(self, asked: Quantity, *, instrument: str) -> None:
        """Refuse a setting outside. Raises LimitExceeded, UnitMismatch."""
        if not self.holds(asked):
            raise LimitExceeded(instrument=instrument, asked=str(asked), allowed=self.text)
