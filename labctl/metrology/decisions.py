"""Statements of conformity under any agreed decision rule, with the risk each statement carries."""

import math
from fractions import Fraction

from attrs import frozen

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.admission import degrees, real
from labctl.metrology.conformity import Verdict
from labctl.metrology.decision_rules import DecisionRule, GlobalRiskRule, Measured, NonBinary, Statement, percent
from labctl.metrology.limits import Amount, Limits, exact
from labctl.metrology.risk import GlobalRisk, Prior, global_risk, p_nonconform
from labctl.metrology.rounding import as_decimal


@frozen(kw_only=True)
class Assessment:
    """A statement of conformity with everything that led to it."""

    statement: Statement
    guard_band: float
    """w, in the unit of the limits."""
    p_conform: float
    """Probability that the true value lies within its limits, given the measured one."""
    pfa: float | None
    """Specific risk of false acceptance; None of a value that is not accepted."""
    pfr: float | None
    """Specific risk of false rejection; None of a value that is not rejected."""
    worst: float
    """The largest specific risk of false acceptance that the rule allows at this uncertainty."""
    population: GlobalRisk | None
    """Global risks of the rule, where a prior is known."""
    rule: Text

    @property
    def verdict(self) -> Verdict:
        """Return the verdict for a record."""
        return self.statement.verdict

    @property
    def text(self) -> Text:
        """Return rule and risk as the certificate prints them."""
        said = Text(
            "{rule}; specific risk of false acceptance at most {worst}",
            zh="{rule}；特定误接受风险不大于 {worst}",
        ).filled(rule=self.rule, worst=percent(self.worst))
        if self.population is None:
            return said
        return Text(
            "{said}; global risk of false acceptance {consumer}, of false rejection {producer}",
            zh="{said}；总体误接受风险 {consumer}，总体误拒绝风险 {producer}",
        ).filled(said=said, consumer=percent(self.population.consumer), producer=percent(self.population.producer))


def decide(
    value: Amount,
    *,
    limits: Limits,
    rule: DecisionRule,
    u: Amount | None = None,
    expanded: Amount | None = None,
    k: float | None = None,
    dof: float = math.inf,
    prior: Prior | None = None,
) -> Assessment:
    """State whether a measured value meets its limits under a rule.

    Give either the standard uncertainty `u` (k = 2 unless stated) or `expanded` = U together with its `k`; units may
    differ within a dimension. Everything is compared as exact decimal numbers at 14 significant digits, so that a
    value equal to a limit of acceptance passes. `dof` makes the risks those of Student's t. `prior`, in the unit of
    the limits, adds the global risks. Raises UncertaintyError and UnitMismatch.
    """
    measured = _measured(value, limits, u=u, expanded=expanded, k=k, dof=dof)
    guard = rule.guard_band(measured)
    statement = rule.state(measured, guard)
    low, high = measured.bounds
    spread, band = float(measured.u), float(guard)
    risk = p_nonconform(float(measured.value), spread, low, high, dof=dof)
    accepted = statement in {Statement.PASS, Statement.CONDITIONAL_PASS}
    edge = measured.half_width if measured.half_width is not None and guard > measured.half_width else guard
    shared = rule.prior if isinstance(rule, GlobalRiskRule) else prior
    furthest = Fraction(0) if isinstance(rule, NonBinary) else edge
    at = float(measured.upper - furthest if measured.upper is not None else (measured.lower or 0) + furthest)
    return Assessment(
        statement=statement,
        guard_band=band,
        p_conform=max(0.0, 1 - risk),
        pfa=risk if accepted else None,
        pfr=max(0.0, 1 - risk) if statement in {Statement.FAIL, Statement.CONDITIONAL_FAIL} else None,
        worst=p_nonconform(at, spread, low, high, dof=dof),
        population=None if shared is None else global_risk(shared, spread, (low, high), (low + band, high - band)),
        rule=rule.text(measured),
    )


def _measured(
    value: Amount,
    limits: Limits,
    *,
    u: Amount | None,
    expanded: Amount | None,
    k: float | None,
    dof: float,
) -> Measured:
    """Return value, uncertainty and limits as exact numbers in one unit, or refuse them by name."""
    if (u is None) == (expanded is None):
        raise UncertaintyError(
            code="u-or-expanded",
            input="u, U",
            problem=Text(
                "a decision needs either a standard or an expanded uncertainty, and only one of them",
                zh="判定需要标准不确定度或扩展不确定度之一，且只能给出一个",
            ),
        )
    if expanded is not None and k is None:
        raise UncertaintyError(
            code="k-missing",
            input="U",
            problem=Text(
                "an expanded uncertainty says nothing without its coverage factor; give k",
                zh="扩展不确定度必须同时给出包含因子 k",
            ),
        )
    factor = Fraction(as_decimal(_factor(2.0 if k is None else k)))
    given = expanded if expanded is not None else u
    name = "u" if expanded is None else "U"
    width = exact(0.0 if given is None else given, limits.unit, name, difference=True)
    if width < 0:
        raise UncertaintyError(
            code="negative-uncertainty",
            input=name,
            problem=Text("an uncertainty cannot be negative", zh="不确定度不能为负"),
        )
    low, high = limits.exact
    return Measured(
        value=exact(value, limits.unit, "value"),
        u=width / factor if expanded is not None else width,
        k=factor,
        dof=degrees(dof, "ν"),
        lower=low,
        upper=high,
    )


def _factor(k: float) -> float:
    number = real(k, "k")
    if not (number > 0 and math.isfinite(number)):
        raise UncertaintyError(
            code="k-not-positive",
            input="k",
            problem=Text("a coverage factor is positive", zh="包含因子必须为正"),
        )
    return number
