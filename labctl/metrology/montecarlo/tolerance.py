"""When a Monte Carlo calculation has run long enough (JCGM 101:2008, 7.9)."""

from typing import Final, Literal

from attrs import field, frozen
from attrs.validators import in_

from labctl.errors import UncertaintyError
from labctl.language import Text

Kind = Literal["symmetric", "shortest"]
MOST: Final = 4_000_000


@frozen(kw_only=True)
class Adaptive:
    """Go on until u, mean and interval of every result are stable to half a unit of u's last significant digit.

    `fraction` tightens that: 0.2 where first order is to be validated (8.2). `most` is where the calculation stops
    in any case; the outcome then says that it has not stabilised.
    """

    digits: int = field(default=2, validator=in_((1, 2)))
    fraction: float = 1.0
    interval: Kind = "symmetric"
    most: int = MOST


def numerical_tolerance(u: float, digits: int = 2) -> float:
    """Return half a unit of the last of so many significant digits of u: 0.0005 for 0.075 (7.9.2).

    Raises UncertaintyError for a u that is negative or not finite; zero has tolerance zero.
    """
    if not 0 <= u < float("inf"):
        raise UncertaintyError(
            code="negative-uncertainty",
            input="u",
            problem=Text(
                "a tolerance needs an uncertainty that is finite and not negative",
                zh="数值容差需要有限且非负的不确定度",
            ),
        )
    if u == 0:
        return 0.0
    exponent = int(f"{u:.{digits - 1}e}".partition("e")[2])  # after rounding: 0.0999 to one digit is 0.1
    return float(f"5e{exponent - digits}")
