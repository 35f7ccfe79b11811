"""What an evaluation demands of the numbers it is given, with one refusal for each demand."""

import contextlib
import math
from collections.abc import Sequence

from labctl.errors import UncertaintyError
from labctl.language import Text


def real(value: float, name: str) -> float:
    """Return a real number, which may be infinite or NaN. Raises UncertaintyError for text, truth values and None."""
    if not isinstance(value, bool | str | bytes):
        with contextlib.suppress(TypeError, ValueError):
            return float(value)
    raise UncertaintyError(
        code="not-a-number",
        input=name,
        problem=Text("a number is needed, not {value!r}", zh="需要一个数，不接受 {value!r}").filled(value=value),
    )


def finite(value: float, name: str) -> float:
    """Return a number that is finite. Raises UncertaintyError naming it."""
    number = real(value, name)
    if not math.isfinite(number):
        raise UncertaintyError(
            code="not-finite",
            input=name,
            problem=Text(
                "a finite number is needed; correct or leave out the value", zh="需要有限数，请更正或删去该值"
            ),
        )
    return number


def uncertainty(value: float, name: str) -> float:
    """Return an uncertainty that is finite and not negative; zero is allowed."""
    number = finite(value, name)
    if number < 0:
        raise UncertaintyError(
            code="negative-uncertainty",
            input=name,
            problem=Text("an uncertainty cannot be negative", zh="不确定度不能为负"),
        )
    return number


def positive(value: float, name: str) -> float:
    """Return a number above zero: a weight, a time or a width that something is divided by."""
    number = finite(value, name)
    if number <= 0:
        raise UncertaintyError(
            code="not-positive",
            input=name,
            problem=Text(
                "must be above zero, because it is divided by; state a real figure",
                zh="必须大于零（作为除数），请给出真实数值",
            ),
        )
    return number


def probability(value: float, name: str) -> float:
    """Return a probability strictly between 0 and 1."""
    number = real(value, name)
    if not 0 < number < 1:
        raise UncertaintyError(
            code="probability-out-of-range",
            input=name,
            problem=Text("a probability lies between 0 and 1", zh="概率应在 0 与 1 之间"),
        )
    return number


def degrees(value: float, name: str) -> float:
    """Return degrees of freedom that are above zero; infinity is allowed."""
    number = real(value, name)
    if not number > 0:  # NaN is not above zero either
        raise UncertaintyError(
            code="dof-not-positive",
            input=name,
            problem=Text("degrees of freedom must be positive", zh="自由度必须为正"),
        )
    return number


def ordered(lower: float, upper: float, name: str = "limits") -> tuple[float, float]:
    """Return two limits, of which one may be infinite, the lower below the upper."""
    low, high = real(lower, name), real(upper, name)
    if math.isnan(low) or math.isnan(high):
        finite(math.nan, name)
    if low >= high:
        raise UncertaintyError(
            code="limits-crossed",
            input=name,
            problem=Text(
                "the lower limit {lower:g} is not below the upper limit {upper:g}; correct the requirement",
                zh="下限 {lower:g} 不低于上限 {upper:g}，请更正要求",
            ).filled(lower=low, upper=high),
        )
    return low, high


def enough(values: Sequence[float], name: str, *, at_least: int) -> tuple[float, ...]:
    """Return finite values, at least so many."""
    if len(values) < at_least:
        raise UncertaintyError(
            code="too-few-readings",
            input=name,
            problem=Text(
                "{found} values, at least {needed} are needed; take more",
                zh="只有 {found} 个值，至少需要 {needed} 个；请增加",
            ).filled(found=len(values), needed=at_least),
        )
    return tuple(finite(value, f"{name}[{place}]") for place, value in enumerate(values, start=1))


def paired(first: Sequence[float], second: Sequence[float], name: str) -> None:
    """Refuse two lists that do not belong together, element by element."""
    if len(first) != len(second):
        raise UncertaintyError(
            code="unequal-lengths",
            input=name,
            problem=Text(
                "{second} values beside {first}; give one for each",
                zh="有 {second} 个值，应与 {first} 个一一对应",
            ).filled(first=len(first), second=len(second)),
        )
