"""Decision rules: how far from a limit a value must lie before the laboratory states that it conforms."""

import math
from enum import Enum
from fractions import Fraction
from typing import ClassVar, Final, Protocol

from attrs import field, frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import positive
from labctl.metrology.conformity import Rule, Verdict
from labctl.metrology.guard_bands import GuardBandMethod, acceptance_multiplier
from labctl.metrology.quantity import shortest
from labctl.metrology.risk import Prior, global_guard_band, specific_guard_band
from labctl.metrology.rounding import as_decimal


class Statement(Enum):
    """What the laboratory states of one value against its limits (ILAC-G8:09/2019, 4.2)."""

    PASS = "pass"  # noqa: S105 - within the acceptance limits
    CONDITIONAL_PASS = "conditional pass"  # noqa: S105 - within the limits, nearer to one than the guard band
    CONDITIONAL_FAIL = "conditional fail"  # outside the limits, nearer to one than the guard band
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"  # JJF 1094 leaves it open between the narrowed and the widened limit

    @property
    def text(self) -> Text:
        """Return the statement as a certificate prints it."""
        return _STATEMENTS[self]

    @property
    def verdict(self) -> Verdict:
        """Return the verdict for a record, which knows three."""
        return _VERDICTS.get(self, Verdict.INCONCLUSIVE)


_STATEMENTS: Final = {
    Statement.PASS: Text("pass", zh="合格"),
    Statement.CONDITIONAL_PASS: Text("conditional pass", zh="有条件合格"),
    Statement.CONDITIONAL_FAIL: Text("conditional fail", zh="有条件不合格"),
    Statement.FAIL: Text("fail", zh="不合格"),
    Statement.INCONCLUSIVE: Text("inconclusive", zh="待定"),
}
_VERDICTS: Final = {Statement.PASS: Verdict.CONFORMS, Statement.FAIL: Verdict.DOES_NOT_CONFORM}


@frozen(kw_only=True)
class Measured:
    """A value with its uncertainty beside the limits, all exact and in one unit."""

    value: Fraction
    u: Fraction
    k: Fraction
    dof: float
    lower: Fraction | None
    upper: Fraction | None

    @property
    def expanded(self) -> Fraction:
        """Return U = k·u."""
        return self.k * self.u

    @property
    def half_width(self) -> Fraction | None:
        """Return half the distance between the limits; None with a side open."""
        return None if self.lower is None or self.upper is None else (self.upper - self.lower) / 2

    def within(self, guard: Fraction) -> bool:
        """Return whether the value lies inside the limits moved inwards by a guard band, limits included."""
        return (self.lower is None or self.value >= self.lower + guard) and (
            self.upper is None or self.value <= self.upper - guard
        )

    def beyond(self, guard: Fraction) -> bool:
        """Return whether the value has reached a limit moved outwards by a guard band."""
        return (self.lower is not None and self.value <= self.lower - guard) or (
            self.upper is not None and self.value >= self.upper + guard
        )

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the limits for numerical work, infinite where a side is open."""
        return (
            -math.inf if self.lower is None else float(self.lower),
            math.inf if self.upper is None else float(self.upper),
        )


class DecisionRule(Protocol):
    """A rule that turns a measured value into a statement; agreed with the customer before the measurement."""

    def guard_band(self, measured: Measured) -> Fraction:
        """Return the guard band w in the unit of the limits."""
        ...

    def state(self, measured: Measured, guard: Fraction) -> Statement:
        """Return the statement, the limits of acceptance included."""
        ...

    def text(self, measured: Measured) -> Text:
        """Return the rule as the certificate prints it."""
        ...


@frozen(kw_only=True)
class _Binary:
    """Pass within the limits of acceptance, fail outside."""

    def state(self, measured: Measured, guard: Fraction) -> Statement:
        """Return pass or fail, the limits of acceptance included."""
        return Statement.PASS if measured.within(guard) else Statement.FAIL


@frozen(kw_only=True)
class SimpleAcceptance(_Binary):
    """The value alone is compared with the limits (JCGM 106:2012, 8.2; ILAC-G8:09/2019, 4.2.1)."""

    said: ClassVar[Text] = Text(
        "simple acceptance (ILAC-G8:09/2019, 4.2.1), w = 0: passes within the limits, limits included",
        zh="简单接受（ILAC-G8:09/2019,4.2.1），w = 0：在限内（含限值）判为合格",
    )

    def guard_band(self, measured: Measured) -> Fraction:  # noqa: ARG002 - none, whatever was measured
        """Return zero."""
        return Fraction(0)

    def text(self, measured: Measured) -> Text:  # noqa: ARG002 - the same for every value
        """Return the rule as the certificate prints it."""
        return self.said


def _multiple(multiple: float) -> float:
    return positive(multiple, "r")


@frozen(kw_only=True)
class GuardedAcceptance(_Binary):
    """The limits are moved inwards by w = r·U (JCGM 106:2012, 8.3.2; ILAC-G8:09/2019, 4.2.2)."""

    said: ClassVar[Text] = Text(
        "guarded acceptance (ILAC-G8:09/2019, 4.2.2), w = {r} U: passes within the limits narrowed by w, "
        "limits included",
        zh="带保护带的接受（ILAC-G8:09/2019,4.2.2），w = {r} U：在内缩 w 的限内（含限值）判为合格",
    )
    r: float = field(default=1.0, converter=_multiple)

    def guard_band(self, measured: Measured) -> Fraction:
        """Return r·U."""
        return Fraction(as_decimal(self.r)) * measured.expanded

    def text(self, measured: Measured) -> Text:  # noqa: ARG002 - the same for every value
        """Return the rule as the certificate prints it."""
        return self.said.filled(r=shortest(self.r))


@frozen(kw_only=True)
class NonBinary(GuardedAcceptance):
    """Pass, conditional pass, conditional fail or fail, by a guard band w = r·U (ILAC-G8:09/2019, 4.2.3)."""

    said: ClassVar[Text] = Text(
        "non-binary statement (ILAC-G8:09/2019, 4.2.3), w = {r} U: pass within the limits narrowed by w, "
        "conditional pass within the limits, conditional fail outside them by less than w, otherwise fail",
        zh="非二元判定（ILAC-G8:09/2019,4.2.3），w = {r} U：在内缩 w 的限内为合格，在限内为有条件合格，"
        "超限小于 w 为有条件不合格，其余为不合格",
    )

    def state(self, measured: Measured, guard: Fraction) -> Statement:
        """Return one of four statements; a limit belongs to its better side, the widened limit fails."""
        if measured.within(guard):
            return Statement.PASS
        if measured.within(Fraction(0)):
            return Statement.CONDITIONAL_PASS
        return Statement.FAIL if measured.beyond(guard) else Statement.CONDITIONAL_FAIL


@frozen(kw_only=True)
class OneThirdRule:
    """JJF 1094-2002, 5.3.1.4 to 5.3.1.6, between two limits: compared alone where U ≤ T/3, guarded elsewhere."""

    def guard_band(self, measured: Measured) -> Fraction:
        """Return zero where U is at most a third of half the tolerance, else U."""
        return Fraction(0) if 3 * measured.expanded <= _between(measured) else measured.expanded

    def state(self, measured: Measured, guard: Fraction) -> Statement:
        """Return pass, fail or inconclusive."""
        if measured.within(guard):
            return Statement.PASS
        return Statement.FAIL if guard == 0 or measured.beyond(guard) else Statement.INCONCLUSIVE

    def text(self, measured: Measured) -> Text:
        """Return the case of the rule that applied."""
        return (Rule.THIRD if 3 * measured.expanded <= _between(measured) else Rule.GUARDED).text


@frozen(kw_only=True)
class UncertaintyRatioRule(_Binary):
    """Acceptance limits by the test uncertainty ratio, between two limits (NCSLI RP-10, RP-19)."""

    method: GuardBandMethod = GuardBandMethod.RSS

    def guard_band(self, measured: Measured) -> Fraction:
        """Return T − A. Raises UncertaintyError where nothing would be accepted."""
        half = _between(measured)
        if measured.u == 0:
            return Fraction(0)
        part = acceptance_multiplier(self.method, float(half / measured.expanded))
        return Fraction(as_decimal(1 - part)) * half

    def text(self, measured: Measured) -> Text:
        """Return the rule with its formula and ratio."""
        ratio = f"{float(_between(measured) / measured.expanded):.3g}" if measured.u else "∞"
        return Text(
            "{formula}; T half the tolerance, TUR = T/U = {ratio}",
            zh="{formula}；T 为容差半宽，TUR = T/U = {ratio}",
        ).filled(formula=self.method.text, ratio=ratio)


@frozen(kw_only=True)
class SpecificRiskRule(_Binary):
    """Each accepted item has at most so large a risk of not conforming (JCGM 106:2012, 8.3.2)."""

    limit: float

    def guard_band(self, measured: Measured) -> Fraction:
        """Return the band at whose edge the risk is the limit. Raises UncertaintyError where U is too large for it."""
        low, high = measured.bounds
        width = specific_guard_band(float(measured.u), self.limit, high - low, dof=measured.dof)
        if width is None:
            raise UncertaintyError(
                code="nothing-to-accept",
                input="u",
                problem=Text(
                    "even in the middle of the tolerance the risk of false acceptance is over {limit}; "
                    "measure with less uncertainty or agree on another rule",
                    zh="即使在容差中点，误接受风险也超过 {limit}；请减小不确定度或约定其他规则",
                ).filled(limit=percent(self.limit)),
            )
        return Fraction(as_decimal(width))

    def text(self, measured: Measured) -> Text:  # noqa: ARG002 - the same for every value
        """Return the rule as the certificate prints it."""
        return Text(
            "guarded acceptance (JCGM 106:2012, 8.3.2): passes while the specific risk of false acceptance is at most "
            "{limit}",
            zh="带保护带的接受（JCGM 106:2012,8.3.2）：特定误接受风险不大于 {limit} 时判为合格",
        ).filled(limit=percent(self.limit))


@frozen(kw_only=True)
class GlobalRiskRule(_Binary):
    """Of all items of a known kind, at most so large a share is accepted falsely (JCGM 106:2012, 9.5).

    `prior` is in the unit of the limits.
    """

    limit: float
    prior: Prior

    def guard_band(self, measured: Measured) -> Fraction:
        """Return the band that keeps the global consumer's risk at its limit, zero where none is needed."""
        return Fraction(as_decimal(global_guard_band(self.prior, float(measured.u), measured.bounds, self.limit)))

    def text(self, measured: Measured) -> Text:  # noqa: ARG002 - the same for every value
        """Return the rule with what is assumed of the items."""
        return Text(
            "guarded acceptance (JCGM 106:2012, 9.5): global probability of false acceptance at most {limit}, items "
            "normal about {mean} with standard deviation {std}",
            zh="带保护带的接受（JCGM 106:2012,9.5）：总体误接受概率不大于 {limit}，"
            "被测件服从均值 {mean}、标准偏差 {std} 的正态分布",
        ).filled(limit=percent(self.limit), mean=f"{self.prior.mean:.6g}", std=f"{self.prior.std:.3g}")


def percent(risk: float) -> str:
    """Return a probability in percent at two digits."""
    return f"{100 * risk:.2g} %"


def _between(measured: Measured) -> Fraction:
    half = measured.half_width
    if half is None:
        raise UncertaintyError(
            code="one-limit",
            input="limits",
            problem=Text(
                "this rule compares U with half the distance between two limits; give both or agree on another rule",
                zh="此规则以两限间距之半与 U 比较；请给出上下限或约定其他规则",
            ),
        )
    return half
