"""Conformity: does an error of indication stay within its limit, under a stated decision rule."""

from enum import Enum
from fractions import Fraction
from typing import Final

from attrs import frozen

from labctl.errors import UncertaintyError, UnitMismatch
from labctl.language import Text
from labctl.metrology.quantity import Quantity
from labctl.metrology.rounding import as_decimal
from labctl.metrology.units import ONE


class Verdict(Enum):
    """Whether the unit under test meets the requirement, under the agreed decision rule."""

    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does not conform"
    INCONCLUSIVE = "inconclusive"

    def said(self, *, legal: bool = False) -> Text:
        """Return the verdict in words; that of a verification passes or fails (合格, 不合格).

        >>> Verdict.CONFORMS.said(legal=True).zh
        '合格'
        """
        return (_LEGAL if legal else _SAID)[self]


class Rule(Enum):
    """Which comparison gave the verdict."""

    THIRD = "third"  # U is at most a third of the limit: the error alone is compared
    GUARDED = "guarded"  # U is larger: the limit is narrowed and widened by U, and between lies no verdict
    SIMPLE = "simple"  # the method fixes the conditions, so U counts as allowed for

    @property
    def text(self) -> Text:
        """Return the rule as a certificate states it."""
        return _RULES[self]


_SAID: Final = {
    Verdict.CONFORMS: Text("conforms", zh="符合"),
    Verdict.DOES_NOT_CONFORM: Text("does not conform", zh="不符合"),
    Verdict.INCONCLUSIVE: Text("inconclusive", zh="待定"),
}
_LEGAL: Final = {
    Verdict.CONFORMS: Text("pass", zh="合格"),
    Verdict.DOES_NOT_CONFORM: Text("fail", zh="不合格"),
    Verdict.INCONCLUSIVE: Text("inconclusive", zh="待定"),
}
_RULES: Final = {
    Rule.THIRD: Text(
        "JJF 1094-2002: U ≤ MPEV/3, conforms if |E| ≤ MPEV",
        zh="JJF 1094-2002:U ≤ MPEV/3,|E| ≤ MPEV 判为符合，否则不符合",
    ),
    Rule.GUARDED: Text(
        "JJF 1094-2002: U > MPEV/3, conforms if |E| ≤ MPEV − U, does not conform if |E| ≥ MPEV + U, "
        "otherwise inconclusive",
        zh="JJF 1094-2002:U > MPEV/3,|E| ≤ MPEV − U 判为符合，|E| ≥ MPEV + U 判为不符合，其余待定",
    ),
    Rule.SIMPLE: Text(
        "verification regulation with fixed conditions: conforms if |E| ≤ MPEV",
        zh="检定规程已规定测量条件：|E| ≤ MPEV 判为合格，否则不合格",
    ),
}


@frozen
class Decision:
    """A verdict with everything that led to it."""

    verdict: Verdict
    ratio: float
    """U / MPEV."""
    rule: Rule

    @property
    def text(self) -> Text:
        """Return the rule as the certificate prints it."""
        return self.rule.text


class Side(Enum):
    """On which side of a value its limit lies."""

    WITHIN = "within"  # |E| ≤ MPEV
    AT_MOST = "at most"  # E ≤ limit
    AT_LEAST = "at least"  # E ≥ limit

    def distance(self, error: Fraction, limit: Fraction) -> Fraction:
        """Return how far inside its limit a value lies; negative beyond it."""
        match self:
            case Side.WITHIN:
                return limit - abs(error)
            case Side.AT_MOST:
                return limit - error
            case Side.AT_LEAST:
                return error - limit


def jjf1094(
    error: Quantity | float, expanded: Quantity | float, mpe: Quantity | float, side: Side = Side.WITHIN
) -> Decision:
    """Decide by the one-third rule of JJF 1094-2002, 5.3.1.4 to 5.3.1.6.

    `mpe` is the half-width MPEV, or the limit on the one side that there is. Compared exactly, in decimal at 14
    significant digits, so that an error equal to its limit conforms. Raises UncertaintyError for a limit that is not
    positive or a negative U.
    """
    e, u, limit = _exact(error, mpe), _exact(expanded, mpe), _exact(mpe, mpe)
    _sane(u, limit)
    inside = side.distance(e, limit)
    if 3 * u <= limit:
        return Decision(_inside(inside), float(u / limit), Rule.THIRD)
    verdict = Verdict.INCONCLUSIVE
    if inside >= u:
        verdict = Verdict.CONFORMS
    elif inside <= -u:
        verdict = Verdict.DOES_NOT_CONFORM
    return Decision(verdict, float(u / limit), Rule.GUARDED)


def simple(
    error: Quantity | float, expanded: Quantity | float, mpe: Quantity | float, side: Side = Side.WITHIN
) -> Decision:
    """Decide by the error alone, where a verification regulation fixes the conditions (JJF 1094-2002, 5.3.1.4)."""
    e, u, limit = _exact(error, mpe), _exact(expanded, mpe), _exact(mpe, mpe)
    _sane(u, limit)
    return Decision(_inside(side.distance(e, limit)), float(u / limit), Rule.SIMPLE)


def ratio(expanded: Quantity | float, mpe: Quantity | float) -> float:
    """Return U / MPEV, as decided with."""
    u, limit = _exact(expanded, mpe), _exact(mpe, mpe)
    _sane(u, limit)
    return float(u / limit)


def worst(verdicts: tuple[Verdict, ...]) -> Verdict | None:
    """Return the verdict of a whole from its parts: one failure fails, one doubt leaves doubt, none is none."""
    for verdict in (Verdict.DOES_NOT_CONFORM, Verdict.INCONCLUSIVE, Verdict.CONFORMS):
        if verdict in verdicts:
            return verdict
    return None


def _inside(distance: Fraction) -> Verdict:
    return Verdict.CONFORMS if distance >= 0 else Verdict.DOES_NOT_CONFORM


def _exact(amount: Quantity | float, beside: Quantity | float) -> Fraction:
    """Return an amount in SI as an exact number, read at 14 significant digits in its own unit."""
    unit = amount.unit if isinstance(amount, Quantity) else ONE
    other = beside.unit if isinstance(beside, Quantity) else ONE
    if unit.dimension != other.dimension or unit.is_scale or other.is_scale:
        raise UnitMismatch(operation="decision", left=str(amount), right=str(beside))
    return Fraction(as_decimal(amount.value if isinstance(amount, Quantity) else float(amount))) * unit.factor


def _sane(u: Fraction, limit: Fraction) -> None:
    if limit <= 0:
        raise UncertaintyError(
            code="limit-not-positive",
            input="MPE",
            problem=Text(
                "the maximum permissible error must be positive; correct the specification",
                zh="最大允许误差必须为正，请更正技术指标",
            ),
        )
    if u < 0:
        raise UncertaintyError(
            code="negative-uncertainty",
            input="U",
            problem=Text("an expanded uncertainty cannot be negative", zh="扩展不确定度不能为负"),
        )
