"""Examination of a measurement standard by JJF 1033: repeatability, stability and verification of its result."""

import math
from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Final

from attrs import frozen

from labctl.language import Text
from labctl.metrology.admission import enough, finite, positive, uncertainty
from labctl.metrology.quantity import shortest
from labctl.metrology.rounding import as_decimal
from labctl.metrology.statistics import mean, series

READINGS: Final = 10  # of one repeatability test, and of each group of a stability test
GROUPS: Final = 4  # of a new standard, each at least a month after the other


class Against(Enum):
    """What the stability of a standard must stay below."""

    MPE = "MPE"  # the standard is used at its nominal value: its maximum permissible error, as a positive number
    U = "U"  # the standard is used with its correction: the expanded uncertainty (k = 2) of that value

    @property
    def text(self) -> Text:
        """Return what it is."""
        return _AGAINST[self]


_AGAINST: Final = {
    Against.MPE: Text("maximum permissible error", zh="最大允许误差的绝对值"),
    Against.U: Text("expanded uncertainty of the corrected value", zh="修正值的扩展不确定度"),
}


@frozen(kw_only=True)
class Finding:
    """One item of the examination: a figure beside its limit, in the unit of the readings."""

    found: float
    limit: float
    passes: bool
    text: Text
    """The finding in a sentence, with its rule."""


def repeatability(readings: Sequence[float], budgeted: float, *, at_least: int = READINGS) -> Finding:
    """Compare s of a new repeatability test with the s in the uncertainty evaluation (JJF 1033-2023, annex C.1).

    s by Bessel's formula of one reading. Where it is larger the evaluation must be made again with the new s.
    Raises UncertaintyError for fewer than ten readings, unless a regulation allows fewer (`at_least`).
    """
    values = enough(readings, "readings", at_least=max(2, at_least))
    limit, s = uncertainty(budgeted, "s"), series(values).s
    passes = as_decimal(s) <= as_decimal(limit)
    said = _verdict(
        Text(
            "repeatability s = {found} of {n} readings is not above {limit} of the uncertainty evaluation",
            zh="{n} 次测量的重复性 s = {found}，不大于不确定度评定所用的 {limit}",
        ),
        Text(
            "repeatability s = {found} of {n} readings is above {limit} of the uncertainty evaluation; "
            "evaluate again with the new s and see whether the standard still meets its requirements",
            zh="{n} 次测量的重复性 s = {found}，大于不确定度评定所用的 {limit}；"
            "应按新的 s 重新评定不确定度，并确认仍满足要求",
        ),
        passes=passes,
    )
    return Finding(found=s, limit=limit, passes=passes, text=said.filled(n=len(values), **_figures(s, limit)))


def stability(
    groups: Sequence[Sequence[float]],
    limit: float,
    against: Against,
    *,
    at_least: int = GROUPS,
    readings: int = READINGS,
) -> Finding:
    """Compare the largest difference between the means of groups taken over months with its limit (annex C.2).

    A new standard needs four groups, each over a month after the other; one in use a group a year, compared with the
    year before (`at_least=2`). The difference must be below the limit, not equal. Raises UncertaintyError.
    """
    enough([0.0] * len(groups), "groups", at_least=max(2, at_least))
    means = [
        mean(enough(group, f"groups[{place}]", at_least=max(1, readings)))
        for place, group in enumerate(groups, start=1)
    ]
    largest = as_decimal(max(means)) - as_decimal(min(means))
    allowed = positive(limit, against.value)
    passes = largest < as_decimal(allowed)
    said = _verdict(
        Text(
            "stability {found} over {n} groups is below the {kind} {limit}",
            zh="{n} 组的稳定性 {found}，小于{kind} {limit}",
        ),
        Text(
            "stability {found} over {n} groups is not below the {kind} {limit}; the standard is not stable enough",
            zh="{n} 组的稳定性 {found}，不小于{kind} {limit}；稳定性不符合要求",
        ),
        passes=passes,
    )
    return Finding(
        found=float(largest),
        limit=allowed,
        passes=passes,
        text=said.filled(n=len(groups), kind=against.text, **_figures(float(largest), allowed)),
    )


def verification_by_transfer(y: float, expanded: float, reference: float, reference_expanded: float) -> Finding:
    """Verify a result against that of a higher standard: |y − y0| ≤ √(U² + U0²) (JJF 1033-2023, annex C.4).

    Both U at the same coverage, of the same artefact. The limit itself passes, compared exactly. Where U0 ≤ U/3 the
    regulation lets U0 be neglected; it is kept here, which changes the limit by at most 5.4 %.
    """
    apart = abs(_exact(y, "y") - _exact(reference, "y0"))
    square = _exact(uncertainty(expanded, "U"), "U") ** 2 + _exact(uncertainty(reference_expanded, "U0"), "U0") ** 2
    passes = apart * apart <= square
    found, limit = float(apart), math.sqrt(square)
    said = _verdict(
        Text(
            "transfer comparison: |y − y0| = {found} ≤ √(U² + U0²) = {limit}",
            zh="传递比较法：|y − y0| = {found} ≤ √(U² + U0²) = {limit}",
        ),
        Text(
            "transfer comparison: |y − y0| = {found} > √(U² + U0²) = {limit}; look for an error or a missing component",
            zh="传递比较法：|y − y0| = {found} > √(U² + U0²) = {limit}；应查找误差或遗漏的不确定度分量",
        ),
        passes=passes,
    )
    return Finding(found=found, limit=limit, passes=passes, text=said.filled(**_figures(found, limit)))


def verification_by_comparison(y: float, expanded: float, others: Sequence[float]) -> Finding:
    """Verify a result among n laboratories of one grade: |y − ȳ| ≤ √((n − 1)/n)·U (JJF 1033-2023, annex C.4).

    ȳ is the mean of all n results, `others` with `y`. The limit itself passes, compared exactly. Raises
    UncertaintyError with fewer than two others, which would show nothing but one difference.
    """
    results = (finite(y, "y"), *enough(others, "others", at_least=2))
    n, own = len(results), _exact(uncertainty(expanded, "U"), "U")
    apart = abs(_exact(y, "y") - sum((_exact(each, "others") for each in results), Fraction(0)) / n)
    passes = n * apart * apart <= (n - 1) * own * own
    found, limit = float(apart), math.sqrt(Fraction(n - 1, n) * own * own)
    said = _verdict(
        Text(
            "comparison among {n}: |y − ȳ| = {found} ≤ √((n − 1)/n)·U = {limit}",
            zh="{n} 家比对法：|y − ȳ| = {found} ≤ √((n − 1)/n)·U = {limit}",
        ),
        Text(
            "comparison among {n}: |y − ȳ| = {found} > √((n − 1)/n)·U = {limit}; look for an error or a missing "
            "component",
            zh="{n} 家比对法：|y − ȳ| = {found} > √((n − 1)/n)·U = {limit}；应查找误差或遗漏的不确定度分量",
        ),
        passes=passes,
    )
    return Finding(found=found, limit=limit, passes=passes, text=said.filled(n=n, **_figures(found, limit)))


def _verdict(good: Text, bad: Text, *, passes: bool) -> Text:
    return good if passes else bad


def _figures(found: float, limit: float) -> dict[str, str]:
    return {"found": f"{found:.4g}", "limit": shortest(float(f"{limit:.6g}"))}


def _exact(value: float, name: str) -> Fraction:
    return Fraction(as_decimal(finite(value, name)))
