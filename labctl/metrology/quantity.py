"""A quantity: a finite number with the unit in which it was read, and the arithmetic that units allow."""

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Final, Self, overload

from attrs import field, frozen

from labctl.errors import QuantityError, UnitMismatch
from labctl.language import Text
from labctl.metrology.many import as_many, mapped
from labctl.metrology.units import CELSIUS, KELVIN, ONE, Unit, coherent_unit, parse_unit, product

_NUMBER: Final = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)")
_EXACT: Final = 2**53  # integers up to here are exact as float


def _finite(value: float) -> float:
    if as_many(value) is not None:
        return value
    if isinstance(value, bool | str | bytes):
        raise QuantityError(given=repr(value), problem=Text("a number is needed", zh="需要一个数"))
    number = float(value)
    if not math.isfinite(number):
        raise QuantityError(given=repr(number), problem=Text("a value must be finite", zh="量值必须是有限数"))
    return number


@frozen(eq=False)
class Quantity:
    """A value in a unit; equal when the same in SI, whatever the units (`1 V == 1000 mV`).

    >>> Quantity.of(10, "V") - Quantity.of(5, "mV")
    Quantity(9.995, 'V')
    """

    __array_ufunc__: ClassVar[None] = None  # NumPy leaves the arithmetic to us

    value: float = field(converter=_finite)
    unit: Unit

    @classmethod
    def of(cls, value: float, unit: str | Unit) -> Self:
        """Return a value in a unit given by its text. Raises UnknownUnit and QuantityError."""
        return cls(value, parse_unit(unit) if isinstance(unit, str) else unit)

    @property
    def si(self) -> float:
        """Return the value in the coherent SI unit; refused for °C, which goes through `on_scale`."""
        if self.unit.is_scale:
            raise UnitMismatch(operation="value in SI", left=str(self), right="K")
        return rescale(self.value, self.unit.factor)

    def to(self, unit: str | Unit) -> "Quantity":
        """Return the same quantity in another unit of its dimension. Raises UnitMismatch."""
        wanted = parse_unit(unit) if isinstance(unit, str) else unit
        return Quantity(self.value_in(wanted), wanted)

    def value_in(self, unit: str | Unit) -> float:
        """Return the number of a unit that this is; °C and K are not converted here, see `on_scale`."""
        wanted = parse_unit(unit) if isinstance(unit, str) else unit
        if wanted.dimension != self.unit.dimension or wanted.is_scale != self.unit.is_scale:
            raise UnitMismatch(operation="conversion", left=str(self), right=wanted.symbol)
        return rescale(self.value, self.unit.factor / wanted.factor)

    def on_scale(self, unit: str | Unit) -> "Quantity":
        """Return a thermodynamic temperature on the other scale: 20 °C is 293.15 K, as a point, never a difference."""
        wanted = parse_unit(unit) if isinstance(unit, str) else unit
        if {self.unit.dimension, wanted.dimension} != {KELVIN.dimension}:
            raise UnitMismatch(operation="temperature scale", left=str(self), right=wanted.symbol)
        return Quantity(mapped(lambda value: self._moved(value, wanted), self.value), wanted)

    def _moved(self, value: float, wanted: Unit) -> float:
        kelvin = Fraction(value) * self.unit.factor + self.unit.offset
        return _tidy((kelvin - wanted.offset) / wanted.factor, value)

    def __add__(self, other: "Quantity") -> "Quantity":
        """Add a quantity of the same dimension; the result has the left unit (°C when either is °C)."""
        other = _quantity(other, self, "+")
        if self.unit.is_scale and other.unit.is_scale:
            raise UnitMismatch(operation="+", left=str(self), right=str(other))
        if self.unit.is_scale:
            return Quantity(self.value + _difference(other, "+", self), self.unit)
        if other.unit.is_scale:
            return Quantity(other.value + _difference(self, "+", other), other.unit)
        return Quantity(self.value + _alike(self, other, "+"), self.unit)

    def __sub__(self, other: "Quantity") -> "Quantity":
        """Subtract a quantity of the same dimension; °C − °C is a difference in kelvin."""
        other = _quantity(other, self, "−")
        if self.unit.is_scale and other.unit.is_scale:
            return Quantity(self.value - other.value, KELVIN)
        if self.unit.is_scale:
            return Quantity(self.value - _difference(other, "−", self), self.unit)
        return Quantity(self.value - _alike(self, other, "−"), self.unit)

    @overload
    def __mul__(self, other: "Quantity") -> "Quantity": ...
    @overload
    def __mul__(self, other: float) -> "Quantity": ...
    def __mul__(self, other: "Quantity | float") -> "Quantity":
        """Multiply by a number or a quantity; a pure number keeps the other's unit, else coherent SI."""
        amount = _amount(self, "×")
        if not isinstance(other, Quantity):
            return Quantity(amount * other, self.unit)
        factor = _amount(other, "×")
        if self.unit.is_number and not other.unit.is_number:
            return Quantity(rescale(amount * factor, self.unit.factor), other.unit)
        if other.unit.is_number:
            return Quantity(rescale(amount * factor, other.unit.factor), self.unit)
        return Quantity(self.si * other.si, coherent_unit(product(self.unit.dimension, other.unit.dimension)))

    def __rmul__(self, other: float) -> "Quantity":
        """Multiply by a number."""
        return self * other

    @overload
    def __truediv__(self, other: "Quantity") -> "Quantity": ...
    @overload
    def __truediv__(self, other: float) -> "Quantity": ...
    def __truediv__(self, other: "Quantity | float") -> "Quantity":
        """Divide by a number or a quantity; equal dimensions give a pure number, else coherent SI."""
        amount = _amount(self, "÷")
        if not isinstance(other, Quantity):
            return Quantity(amount / _nonzero(other, self), self.unit)
        divisor = _nonzero(_amount(other, "÷"), self)
        if self.unit.dimension == other.unit.dimension:
            return Quantity(rescale(amount / divisor, self.unit.factor / other.unit.factor), ONE)
        if other.unit.is_number:
            return Quantity(rescale(amount / divisor, 1 / other.unit.factor), self.unit)
        return Quantity(self.si / other.si, coherent_unit(product(self.unit.dimension, other.unit.dimension, -1)))

    def __rtruediv__(self, other: float) -> "Quantity":
        """Divide a number by this quantity."""
        return Quantity(other, ONE) / self

    def __neg__(self) -> "Quantity":
        """Return the amount with the other sign."""
        return Quantity(-_amount(self, "negation"), self.unit)

    def __pos__(self) -> "Quantity":
        """Return the quantity itself."""
        return self

    def __abs__(self) -> "Quantity":
        """Return the amount without its sign."""
        return Quantity(abs(_amount(self, "absolute value")), self.unit)

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same in SI; °C equals °C only."""
        return self._key() == other._key() if isinstance(other, Quantity) else NotImplemented

    def __hash__(self) -> int:
        """Hash as equality compares."""
        return hash(self._key())

    def __lt__(self, other: "Quantity") -> bool:
        """Return whether this is less. Raises UnitMismatch."""
        return _ordered(self, other, "<") < _ordered(other, self, "<")

    def __le__(self, other: "Quantity") -> bool:
        """Return whether this is not more. Raises UnitMismatch."""
        return _ordered(self, other, "≤") <= _ordered(other, self, "≤")

    def __gt__(self, other: "Quantity") -> bool:
        """Return whether this is more. Raises UnitMismatch."""
        return _ordered(self, other, ">") > _ordered(other, self, ">")

    def __ge__(self, other: "Quantity") -> bool:
        """Return whether this is not less. Raises UnitMismatch."""
        return _ordered(self, other, "≥") >= _ordered(other, self, "≥")

    def __str__(self) -> str:
        """Return the shortest digits that give the same value again, a space, and the symbol."""
        return shortest(self.value) if self.unit == ONE else f"{shortest(self.value)} {self.unit.symbol}"

    def __repr__(self) -> str:
        """Return value and symbol as an expression."""
        return f"Quantity({shortest(self.value)}, {self.unit.symbol!r})"

    def _key(self) -> tuple[object, ...]:
        return (self.unit.dimension, self.unit.is_scale, rescale(self.value, self.unit.factor))


def parse_quantity(text: str) -> Quantity:
    """Return the quantity written as `5 mK`, `-1e-3 V`, `45 %` or `8000 kg/m³`. Raises QuantityError, UnknownUnit."""
    number = _NUMBER.match(text.replace("−", "-"))  # people paste the typographic minus
    if number is None:
        raise QuantityError(
            given=text, problem=Text("a number and a unit are needed, as in 5 mK", zh="应写成数和单位，如 5 mK")
        )
    rest = text[number.end() :].strip()
    return Quantity(float(number[1]), parse_unit(rest) if rest else ONE)


def rescale(value: float, ratio: Fraction) -> float:
    """Return `value * ratio`, correctly rounded, so that 5 mK is exactly the float 0.005 in kelvin."""
    if ratio.denominator == 1 and ratio.numerator < _EXACT:
        return value * ratio.numerator
    if ratio.numerator == 1 and ratio.denominator < _EXACT:
        return value / ratio.denominator
    return mapped(lambda each: float(Fraction(each) * ratio), value)


def shortest(value: float) -> str:
    """Return the shortest digits that read back as the same float, without a trailing `.0`.

    >>> shortest(10.0), shortest(0.1), shortest(-0.0)
    ('10', '0.1', '0')
    """
    return repr(value + 0.0).removesuffix(".0")


def _tidy(exact: Fraction, given: float) -> float:
    """Round a shifted temperature as its decimal digits would be: 20.1 °C is 293.25 K, not 293.25000000000006."""
    shift = exact - Fraction(given)
    plain = Decimal(repr(given)) + Decimal(shift.numerator) / Decimal(shift.denominator)
    return float(plain) if math.isclose(float(plain), float(exact), rel_tol=1e-12, abs_tol=1e-12) else float(exact)


def _alike(left: Quantity, right: Quantity, operation: str) -> float:
    if left.unit.dimension != right.unit.dimension or right.unit.is_scale or left.unit.is_scale:
        raise UnitMismatch(operation=operation, left=str(left), right=str(right))
    return rescale(right.value, right.unit.factor / left.unit.factor)


def _quantity(other: object, beside: Quantity, operation: str) -> Quantity:
    if isinstance(other, Quantity):
        return other
    raise UnitMismatch(operation=operation, left=str(beside), right=repr(other))


def _difference(amount: Quantity, operation: str, point: Quantity) -> float:
    if amount.unit.dimension != CELSIUS.dimension:
        raise UnitMismatch(operation=operation, left=str(point), right=str(amount))
    return rescale(amount.value, amount.unit.factor)


def _amount(quantity: Quantity, operation: str) -> float:
    if quantity.unit.is_scale:
        raise UnitMismatch(operation=operation, left=str(quantity), right="—")
    return quantity.value


def _nonzero(divisor: float, dividend: Quantity) -> float:
    if divisor == 0:
        raise QuantityError(given=f"{dividend} / 0", problem=Text("division by zero", zh="除数为零"))
    return divisor


def _ordered(quantity: Quantity, other: object, operation: str) -> float:
    if (
        not isinstance(other, Quantity)
        or quantity.unit.dimension != other.unit.dimension
        or quantity.unit.is_scale != other.unit.is_scale
    ):
        raise UnitMismatch(operation=operation, left=str(quantity), right=str(other))
    return rescale(quantity.value, quantity.unit.factor)
