"""Rounding to printed digits by GB/T 8170: half to even, once, in decimal, of the value at 14 significant digits."""

from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from attrs import frozen

from labctl.errors import QuantityError
from labctl.language import Text

SIGNIFICANT: Final = 14  # below them is summation noise, which would decide exact ties
_EXACT: Final = Context(prec=400)
_RULE: Final = Text(
    "GB/T 8170: to the nearest multiple, half to even, once", zh="GB/T 8170：修约至最近倍数，逢五取偶，一次修约"
)


@frozen
class Rounded:
    """One rounding, with all that is needed to repeat it by hand."""

    given: str
    """The value at 14 significant digits."""
    quantum: str
    """The rounding interval; the printed value is a multiple of it."""
    printed: str
    rule: Text = _RULE

    def __str__(self) -> str:
        """Return the printed digits."""
        return self.printed


@frozen
class Printed:
    """A value and its expanded uncertainty, rounded to the same last place."""

    value: Rounded
    uncertainty: Rounded

    def __str__(self) -> str:
        """Return both, joined by ±."""
        return f"{self.value} ± {self.uncertainty}"


def as_decimal(value: float | str | Decimal) -> Decimal:
    """Return a float at 14 significant digits, and text or a decimal as it stands. Refuses NaN and infinity."""
    try:
        exact = Decimal(f"{value:.{SIGNIFICANT - 1}e}") if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, ValueError) as failure:
        raise QuantityError(given=str(value), problem=Text("a number is needed", zh="需要一个数")) from failure
    if not exact.is_finite():
        raise QuantityError(given=str(value), problem=Text("only a finite value can be rounded", zh="只能修约有限数"))
    return exact


def round_to(value: float | str | Decimal, quantum: str | Decimal) -> Decimal:
    """Round to the nearest multiple of a quantum, half to even (GB/T 8170-2008, 3.2 and its 0.5 and 0.2 intervals).

    >>> round_to("12.250", "0.1"), round_to("60.25", "0.5"), round_to(-930.0, "20")
    (Decimal('12.2'), Decimal('60.0'), Decimal('-920'))
    """
    step = as_decimal(quantum)
    if step <= 0:
        raise QuantityError(given=str(quantum), problem=Text("a rounding interval is positive", zh="修约间隔必须为正"))
    times = round(Fraction(as_decimal(value)) / Fraction(step))  # a Fraction rounds exactly, half to even
    return _EXACT.multiply(Decimal(times), step) if times else abs(_EXACT.multiply(Decimal(0), step))


def round_interval(value: float | str | Decimal, interval: str) -> str:
    """Round to a regulation's interval and print it.

    >>> round_interval(830.0, "20"), round_interval(-0.04, "0.1")
    ('840', '0.0')
    """
    return f"{round_to(value, interval):f}"


def rounded(value: float | str | Decimal, quantum: str | Decimal) -> Rounded:
    """Round as `round_to` does and keep the steps."""
    return Rounded(f"{as_decimal(value):f}", f"{as_decimal(quantum):f}", f"{round_to(value, quantum):f}")


def last_place(uncertainty: float | str | Decimal, digits: int = 2) -> Decimal:
    """Return the quantum at which an uncertainty shows so many digits after it has been rounded.

    >>> last_place(0.0996)
    Decimal('0.01')
    """
    exact = as_decimal(uncertainty)
    if exact <= 0 or digits not in {1, 2, 3}:
        raise QuantityError(
            given=f"{uncertainty}, {digits}",
            problem=Text(
                "digits are counted of a positive uncertainty, one to three of them",
                zh="有效位数只能对正的不确定度取 1~3 位",
            ),
        )
    step = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    carried = round_to(exact, step)  # 0.0996 becomes 0.10, not 0.100
    return Decimal(1).scaleb(carried.adjusted() - digits + 1)


def printed(value: float | str | Decimal, uncertainty: float | str | Decimal, digits: int = 2) -> Printed:
    """Round an uncertainty to its digits and the value to the same last place, and keep the steps."""
    step = last_place(uncertainty, digits)
    return Printed(rounded(value, step), rounded(uncertainty, step))


def report(value: float | str | Decimal, uncertainty: float | str | Decimal, digits: int = 2) -> tuple[str, str]:
    """Round an uncertainty to two digits and its value to match.

    >>> report(10.000123456, 0.0000345678)
    ('10.000123', '0.000035')
    >>> report(1.23456, 0.0996)
    ('1.23', '0.10')
    """
    both = printed(value, uncertainty, digits)
    return both.value.printed, both.uncertainty.printed
