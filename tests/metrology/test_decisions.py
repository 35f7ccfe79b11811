"""Statements of conformity: exact at their boundaries, each rule in its words and with its risk."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.errors import UncertaintyError, UnitMismatch
from labctl.metrology.conformity import Verdict, jjf1094
from labctl.metrology.decision_rules import (
    DecisionRule,
    GlobalRiskRule,
    GuardedAcceptance,
    NonBinary,
    OneThirdRule,
    SimpleAcceptance,
    SpecificRiskRule,
    Statement,
    UncertaintyRatioRule,
)
from labctl.metrology.decisions import decide
from labctl.metrology.guard_bands import GuardBandMethod
from labctl.metrology.limits import Limits
from labctl.metrology.quantity import Quantity
from labctl.metrology.risk import Prior

of = Quantity.of
VALUES = [10.0, 10.06, 10.0999, 10.1001, 10.15, 9.94, 9.899, 9.86]
P, CP, CF, F = Statement.PASS, Statement.CONDITIONAL_PASS, Statement.CONDITIONAL_FAIL, Statement.FAIL
RULES: list[DecisionRule] = [
    SimpleAcceptance(),
    GuardedAcceptance(),
    NonBinary(),
    OneThirdRule(),
    UncertaintyRatioRule(method=GuardBandMethod.DOBBERT),
    SpecificRiskRule(limit=0.05),
    GlobalRiskRule(limit=0.02, prior=Prior(0.0, 0.5)),
]


@pytest.mark.parametrize(
    ("rule", "statements"),
    [
        (SimpleAcceptance(), [P, P, P, F, F, P, F, F]),
        (GuardedAcceptance(), [P, P, F, F, F, P, F, F]),
        (NonBinary(), [P, P, CP, CF, F, P, CF, F]),
    ],
)
def test_ilac_g8_statements(rule: DecisionRule, statements: list[Statement]) -> None:
    """ILAC-G8:09/2019, 4.2: 10.06, 9.94 and 9.86 lie exactly on a limit that floats miss by one bit."""
    limits = Limits(lower=9.9, upper=10.1)
    assert [decide(y, limits=limits, rule=rule, expanded=0.04, k=2).statement for y in VALUES] == statements
    volts = Limits(lower=of(9900, "mV"), upper=of(10.1, "V"))
    given = [decide(of(y, "V"), limits=volts, rule=rule, expanded=of(40, "mV"), k=2) for y in VALUES]
    assert [each.statement for each in given] == statements


@settings(deadline=None)
@given(
    steps=st.integers(-2500, 2500),
    half=st.integers(1, 2000),
    guard=st.integers(0, 1500),
    place=st.sampled_from([1e-6, 0.001, 0.1, 1.0]),
)
def test_boundaries_are_those_of_whole_numbers(steps: int, half: int, guard: int, place: float) -> None:
    limits = Limits.symmetric(half * place)
    got = decide(steps * place, limits=limits, rule=NonBinary(), expanded=guard * place, k=2).statement
    expected = (
        P if abs(steps) <= half - guard else CP if abs(steps) <= half else F if abs(steps) >= half + guard else CF
    )
    assert got is expected
    third = decide(steps * place, limits=limits, rule=OneThirdRule(), expanded=guard * place, k=2)
    assert third.verdict is jjf1094(steps * place, guard * place, half * place).verdict


@pytest.mark.parametrize(
    ("rule", "value", "expanded", "statement"),
    [
        (NonBinary(), 10.14, 0.04, F),  # the widened limit itself
        (NonBinary(), 10.1399, 0.04, CF),
        (NonBinary(), 10.1, 0.04, CP),
        (NonBinary(r=0.5), 10.08, 0.04, P),
        (GuardedAcceptance(), 10.0, 0.1, P),  # the acceptance interval is one point
        (GuardedAcceptance(), 10.0, 0.11, F),  # and now none
        (OneThirdRule(), 10.09, 0.1 / 3, P),
        (OneThirdRule(), 10.09, 0.0333, P),
        (OneThirdRule(), 10.09, 0.0334, Statement.INCONCLUSIVE),
        (OneThirdRule(), 10.11, 0.0333, F),
        (OneThirdRule(), 10.15, 0.05, F),
    ],
)
def test_each_side_of_each_boundary(rule: DecisionRule, value: float, expanded: float, statement: Statement) -> None:
    limits = Limits(lower=9.9, upper=10.1)
    assert decide(value, limits=limits, rule=rule, expanded=expanded, k=2).statement is statement
    assert decide(20 - value, limits=limits, rule=rule, expanded=expanded, k=2).statement is statement
    exactly = decide(10.25, limits=Limits(lower=9.7, upper=10.3), rule=OneThirdRule(), expanded=0.1, k=2)
    assert exactly.statement is P  # U is a third to the last digit


def test_one_limit() -> None:
    """JCGM 106:2012, 7.3.2: a breakdown voltage of at most −5.4 V."""
    limits = Limits(upper=of(-5.4, "V"))
    found = decide(of(-5.47, "V"), limits=limits, rule=SimpleAcceptance(), u=of(50, "mV"))
    assert found.verdict is Verdict.CONFORMS
    assert found.p_conform == pytest.approx(0.9192433407662273, abs=1e-12)
    assert found.pfa == pytest.approx(0.08075665923377273, abs=1e-12)
    assert found.pfr is None
    assert found.worst == pytest.approx(0.5)
    guarded = decide(of(-5.47, "V"), limits=limits, rule=GuardedAcceptance(), u=of(50, "mV"))
    assert (guarded.statement, guarded.pfa) == (F, None)
    assert guarded.pfr == pytest.approx(found.p_conform)
    assert guarded.guard_band == pytest.approx(0.1)
    lower = decide(-5.47, limits=Limits(lower=-5.5), rule=SpecificRiskRule(limit=0.3), u=0.05)
    assert lower.statement is P
    assert lower.worst == pytest.approx(0.3, rel=1e-9)


@pytest.mark.parametrize(
    ("error", "expanded", "mpe", "alone", "guarded", "acceptance"),
    [
        (0.0007, 0.00025, 0.00085, P, F, 0.000812403840463596),
        (0.0003, 0.0001, 0.0004, P, P, 0.0003872983346207417),
        (0.00038, 0.0001, 0.0004, P, F, 0.0003872983346207417),
        (0.00041, 0.0001, 0.0004, F, F, 0.0003872983346207417),
        (0.3, 0.25, 0.5, P, F, 0.4330127018922193),
        (0.2, 0.25, 0.5, P, P, 0.4330127018922193),
    ],
)
def test_an_error_of_indication_under_three_rules(
    *, error: float, expanded: float, mpe: float, alone: Statement, guarded: Statement, acceptance: float
) -> None:
    """The first is a published examination example (10 V voltmeter); √(MPE² − U²) is the limit of ILAC-G8."""
    limits = Limits.symmetric(mpe)
    assert decide(error, limits=limits, rule=SimpleAcceptance(), expanded=expanded, k=2).statement is alone
    assert decide(error, limits=limits, rule=GuardedAcceptance(), expanded=expanded, k=2).statement is guarded
    rule = UncertaintyRatioRule(method=GuardBandMethod.RSS)
    squares = decide(error, limits=limits, rule=rule, expanded=expanded, k=2)
    assert mpe - squares.guard_band == pytest.approx(acceptance, rel=1e-9)
    assert squares.statement is (P if error <= acceptance else F)


def test_risk_limited_rules_keep_their_promise() -> None:
    limits = Limits(lower=1499.8, upper=1500.2)
    specific = decide(1500.1, limits=limits, rule=SpecificRiskRule(limit=0.025), u=0.04)
    assert specific.worst == pytest.approx(0.025, rel=1e-9)
    assert specific.guard_band == pytest.approx(1.959963984540054 * 0.04, rel=1e-9)
    prior = Prior(1500.0, 0.12)
    shared = decide(1500.1, limits=limits, rule=GlobalRiskRule(limit=0.005, prior=prior), u=0.04)
    assert shared.population is not None
    assert shared.population.consumer == pytest.approx(0.005, rel=1e-9)
    loose = decide(1500.2, limits=limits, rule=GlobalRiskRule(limit=0.05, prior=prior), u=0.04)
    assert (loose.statement, loose.guard_band) == (P, 0)


def test_student_t_widens_the_risk() -> None:
    limits = Limits.symmetric(1.0)
    few = decide(0.5, limits=limits, rule=SpecificRiskRule(limit=0.05), u=0.25, dof=4)
    many = decide(0.5, limits=limits, rule=SpecificRiskRule(limit=0.05), u=0.25)
    assert few.guard_band > many.guard_band
    assert few.pfa is None
    assert many.pfa is not None
    assert few.worst == pytest.approx(0.05, rel=1e-9)


def test_the_largest_risk_of_a_rule_is_at_its_limit_of_acceptance() -> None:
    """ILAC-G8:09/2019, table 1: below 50 % without a guard band, below 2.5 % with w = U; conditional passes 50 %."""
    limits = Limits.symmetric(1.0)
    largest: list[tuple[DecisionRule, float]] = [
        (SimpleAcceptance(), 0.5),
        (GuardedAcceptance(), 0.0227501),
        (NonBinary(), 0.5),
    ]
    for rule, worst in largest:
        assert decide(0.0, limits=limits, rule=rule, u=0.05).worst == pytest.approx(worst, abs=1e-6)


def test_temperatures_beside_limits_on_their_scale() -> None:
    limits = Limits(lower=of(19.5, "°C"), upper=of(20.5, "°C"))
    found = decide(of(20.4, "°C"), limits=limits, rule=GuardedAcceptance(), expanded=of(100, "mK"), k=2)
    assert found.statement is P
    with pytest.raises(UnitMismatch):
        decide(of(293.4, "K"), limits=limits, rule=GuardedAcceptance(), u=of(0.1, "K"))
    with pytest.raises(UnitMismatch):
        decide(of(20.4, "°C"), limits=limits, rule=GuardedAcceptance(), u=of(0.1, "°C"))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_speaks_both_languages_and_limits_its_risk(rule: DecisionRule) -> None:
    found = decide(0.2, limits=Limits.symmetric(1.0), rule=rule, u=0.2, prior=Prior(0.0, 0.5))
    assert found.text.en != found.text.zh
    assert "误接受" in found.text.zh
    assert "global" in found.text.en
    assert "{" not in found.text.en + found.text.zh
    assert found.statement.text.zh
    if found.statement is P:
        assert found.pfa is not None
        assert found.pfa <= found.worst + 1e-12


@settings(max_examples=50, deadline=None)
@given(rule=st.sampled_from(RULES), u=st.floats(0.01, 0.4), value=st.floats(-2, 2), step=st.floats(0, 1))
def test_nearer_to_the_middle_is_never_judged_worse(rule: DecisionRule, u: float, value: float, step: float) -> None:
    order = [P, CP, Statement.INCONCLUSIVE, CF, F]
    limits = Limits.symmetric(1.0)
    near, far = value, value + math.copysign(step, value)
    first = decide(near, limits=limits, rule=rule, u=u)
    second = decide(far, limits=limits, rule=rule, u=u)
    assert order.index(first.statement) <= order.index(second.statement)
    assert 0 <= second.p_conform <= first.p_conform + 1e-15


def test_refusals_name_the_input() -> None:
    limits, simple = Limits.symmetric(1.0), SimpleAcceptance()
    refused: list[tuple[Callable[[], object], str, str]] = [
        (lambda: decide(0.0, limits=limits, rule=simple), "u-or-expanded", "u, U"),
        (lambda: decide(0.0, limits=limits, rule=simple, u=0.1, expanded=0.2, k=2), "u-or-expanded", "u, U"),
        (lambda: decide(0.0, limits=limits, rule=simple, expanded=0.2), "k-missing", "U"),
        (lambda: decide(0.0, limits=limits, rule=simple, expanded=-0.2, k=2), "negative-uncertainty", "U"),
        (lambda: decide(0.0, limits=limits, rule=simple, u=math.nan), "not-finite", "u"),
        (lambda: decide(math.inf, limits=limits, rule=simple, u=0.1), "not-finite", "value"),
        (lambda: decide(0.0, limits=limits, rule=simple, u=0.1, k=0), "k-not-positive", "k"),
        (lambda: decide(0.0, limits=limits, rule=simple, u=0.1, dof=math.nan), "dof-not-positive", "ν"),
        (lambda: decide(0.0, limits=Limits(upper=1.0), rule=OneThirdRule(), u=0.1), "one-limit", "limits"),
        (lambda: decide(0.0, limits=limits, rule=SpecificRiskRule(limit=0.01), u=1.0), "nothing-to-accept", "u"),
        (Limits, "no-limit", "limits"),
        (lambda: Limits(lower=1.0, upper=1.0), "limits-crossed", "limits"),
        (lambda: Limits(upper=math.nan), "not-finite", "upper limit"),
        (lambda: Limits.symmetric(0.0), "limit-not-positive", "MPE"),
        (lambda: GuardedAcceptance(r=-1.0), "not-positive", "r"),
    ]
    for call, code, name in refused:
        with pytest.raises(UncertaintyError) as refusal:
            call()
        assert (refusal.value.code, refusal.value.input) == (code, name)
