"""What an evaluation demands of the numbers it is given, with one refusal for each demand."""

import math
from collections.abc import Sequence

from labctl.errors import UncertaintyError
from labctl.language import Text


def finite(value: float, name: str) -> float:
    """Return a number that is finite. Raises UncertaintyError naming it."""
    number = float(value)
    if not math.isfinite(number):
        raise UncertaintyError(
            code="not-finite",
            input=name,
            problem=Text("a finite number is needed; correct or leave out the value", zh="需要有限数,请更正或删去该值"),
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
                zh="必须大于零(作为除数),请给出真实数值",
            ),
        )
    return number


def probability(value: float, name: str) -> float:
    """Return a probability strictly between 0 and 1."""
    if not 0 < value < 1:
        raise UncertaintyError(
            code="probability-out-of-range",
            input=name,
            problem=Text("a probability lies between 0 and 1", zh="概率应在 0 与 1 之间"),
        )
    return float(value)


def degrees(value: float, name: str) -> float:
    """Return degrees of freedom that are above zero; infinity is allowed."""
    if not value > 0:  # NaN is not above zero either
        raise UncertaintyError(
            code="dof-not-positive",
            input=name,
            problem=Text("degrees of freedom must be positive", zh="自由度必须为正"),
        )
    return float(value)


def enough(values: Sequence[float], name: str, *, at_least: int) -> tuple[float, ...]:
    """Return finite values, at least so many."""
    if len(values) < at_least:
        raise UncertaintyError(
            code="too-few-readings",
            input=name,
            problem=Text(
                "{found} values, at least {needed} are needed; take more",
                zh="只有 {found} 个值,至少需要 {needed} 个;请增加",
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
                zh="有 {second} 个值,应与 {first} 个一一对应",
            ).filled(first=len(first), second=len(second)),
        )
