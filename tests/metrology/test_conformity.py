"""The one-third rule of JJF 1094-2002, exact at its boundaries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labctl.errors import UncertaintyError, UnitMismatch
from labctl.metrology.conformity import Rule, Verdict, jjf1094, ratio, simple, worst
from labctl.metrology.quantity import Quantity

YES, NO, OPEN = Verdict.CONFORMS, Verdict.DOES_NOT_CONFORM, Verdict.INCONCLUSIVE
of = Quantity.of

# error, U (k = 2), MPEV, verdict. The first is a published examination example (10 V voltmeter, in volts).
CASES = [
    (0.0007, 0.00025, 0.00085, YES),
    (0.0003, 0.0001, 0.0004, YES),
    (0.00038, 0.0001, 0.0004, YES),
    (0.00041, 0.0001, 0.0004, NO),
    (0.3, 0.25, 0.5, OPEN),
    (0.2, 0.25, 0.5, YES),
]


@pytest.mark.parametrize(("error", "u", "mpe", "verdict"), CASES)
def test_published_and_computed_cases(error: float, u: float, mpe: float, verdict: Verdict) -> None:
    assert jjf1094(error, u, mpe).verdict is verdict
    assert jjf1094(-error, u, mpe).verdict is verdict
    assert jjf1094(of(error, "V"), of(u * 1000, "mV"), of(mpe, "V")).verdict is verdict


@pytest.mark.parametrize(
    ("error", "u", "mpe", "verdict", "rule"),
    [
        (0.3, 0.1, 0.3, YES, Rule.THIRD),  # U exactly a third, E exactly the limit
        (0.1 + 0.2, 0.1, 0.3, YES, Rule.THIRD),  # 0.30000000000000004 is 0.3
        (-0.3, 0.1, 0.3, YES, Rule.THIRD),
        (0.3000000001, 0.1, 0.3, NO, Rule.THIRD),
        (0.2, 0.1000001, 0.3, OPEN, Rule.GUARDED),
        (0.15, 0.15, 0.3, YES, Rule.GUARDED),  # |E| = MPEV − U
        (0.45, 0.15, 0.3, NO, Rule.GUARDED),  # |E| = MPEV + U
        (0.1500001, 0.15, 0.3, OPEN, Rule.GUARDED),
        (0.0, 0.4, 0.3, OPEN, Rule.GUARDED),  # U beyond the limit: nothing conforms
        (0.0, 0.3, 0.3, YES, Rule.GUARDED),
    ],
)
def test_boundaries(error: float, u: float, mpe: float, verdict: Verdict, rule: Rule) -> None:
    decision = jjf1094(error, u, mpe)
    assert (decision.verdict, decision.rule) == (verdict, rule)


def test_the_rule_is_stated_in_both_languages() -> None:
    decision = jjf1094(of(0.12, "mV"), of(0.16, "mV"), of(0.4, "mV"))
    assert decision.ratio == ratio(of(160, "µV"), of(0.4, "mV")) == pytest.approx(0.4)
    assert "JJF 1094" in decision.text.en
    assert "待定" in decision.text.zh


def test_a_regulation_that_fixes_conditions_compares_the_error_alone() -> None:
    assert simple(0.3, 0.25, 0.3).verdict is YES
    assert simple(0.31, 0.25, 0.3).verdict is NO


def test_one_failure_fails_the_whole() -> None:
    assert worst((YES, OPEN, NO)) is NO
    assert worst((YES, OPEN)) is OPEN
    assert worst((YES,)) is YES
    assert worst(()) is None


def test_what_cannot_be_decided_is_refused() -> None:
    with pytest.raises(UncertaintyError, match="limit-not-positive"):
        jjf1094(0.1, 0.1, 0.0)
    with pytest.raises(UncertaintyError, match="negative-uncertainty"):
        jjf1094(0.1, -0.1, 1.0)
    with pytest.raises(UnitMismatch):
        jjf1094(of(1, "V"), of(1, "V"), of(1, "K"))


@given(st.integers(-500, 500), st.integers(0, 400), st.integers(1, 300))
def test_decimal_cases_are_decided_as_integers_would_be(e: int, u: int, mpe: int) -> None:
    decision = jjf1094(e / 1000, u / 1000, mpe / 1000)
    if 3 * u <= mpe:
        expected = YES if abs(e) <= mpe else NO
    else:
        expected = YES if abs(e) <= mpe - u else NO if abs(e) >= mpe + u else OPEN
    assert decision.verdict is expected
