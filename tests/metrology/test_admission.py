"""Whatever is wrong with a number, the refusal comes from one family, in both languages, and names the input."""

import math
from collections.abc import Callable
from typing import cast

import pytest

from labctl.errors import UncertaintyError
from labctl.metrology.comparison import degrees_of_equivalence, e_n, pairwise_equivalence, z_score, zeta_score
from labctl.metrology.decision_rules import GlobalRiskRule, GuardedAcceptance, SpecificRiskRule
from labctl.metrology.decisions import decide
from labctl.metrology.drift import drift
from labctl.metrology.guard_bands import GuardBandMethod, acceptance_multiplier
from labctl.metrology.intervals.interval_test import interval_test
from labctl.metrology.intervals.variables import uncertainty_interval
from labctl.metrology.jjf1033 import (
    Against,
    repeatability,
    stability,
    verification_by_comparison,
    verification_by_transfer,
)
from labctl.metrology.limits import Limits
from labctl.metrology.reference_value import dersimonian_laird, mandel_paule, median, procedure_a, weighted_mean
from labctl.metrology.risk import Prior, capability_index, global_risk, p_nonconform
from labctl.metrology.type_a.allan import allan_deviation
from labctl.metrology.type_a.anova import one_way
from labctl.metrology.type_a.autocorrelation import autocorrelated
from labctl.metrology.type_a.history import with_known_scatter
from labctl.metrology.type_a.joint import read_together
from labctl.metrology.type_a.outliers import grubbs

# Each takes one number that ought to be good and puts it where a number is wanted.
TAKERS: list[Callable[[float], object]] = [
    lambda x: decide(x, limits=Limits.symmetric(1.0), rule=GuardedAcceptance(), u=0.1),
    lambda x: decide(0.0, limits=Limits.symmetric(1.0), rule=GuardedAcceptance(), u=x),
    lambda x: decide(0.0, limits=Limits.symmetric(1.0), rule=GuardedAcceptance(), expanded=0.1, k=x),
    lambda x: decide(0.0, limits=Limits.symmetric(1.0), rule=SpecificRiskRule(limit=x), u=0.1),
    lambda x: decide(0.0, limits=Limits.symmetric(1.0), rule=GlobalRiskRule(limit=x, prior=Prior(0.0, 1.0)), u=0.1),
    lambda x: Limits(lower=x, upper=100.0),
    Limits.symmetric,
    lambda x: GuardedAcceptance(r=x),
    lambda x: Prior(x, 1.0),
    lambda x: Prior(0.0, x),
    lambda x: p_nonconform(x, 1.0, -1, 1),
    lambda x: capability_index(0.0, x, -1, 1),
    lambda x: Prior.in_tolerance(0.9, x, 100.0),
    lambda x: global_risk(Prior(0.0, 1.0), x, (-1, 1), (-1, 1)),
    lambda x: acceptance_multiplier(GuardBandMethod.RSS, x),
    lambda x: e_n(x, 0.1, 1.0, 0.1),
    lambda x: z_score(1.0, x, 0.1),
    lambda x: zeta_score(1.0, x, 1.0, 0.1),
    lambda x: degrees_of_equivalence([1.0, x], [0.1, 0.1], 1.0, 0.05),
    lambda x: degrees_of_equivalence([1.0, 1.0], [0.1, x], 1.0, 0.05),
    lambda x: pairwise_equivalence((1.0, x), (1.0, 0.1)),
    lambda x: weighted_mean([1.0, x], [0.1, 0.1]),
    lambda x: procedure_a([1.0, 1.0], [0.1, x]),
    lambda x: dersimonian_laird([1.0, x], [0.1, 0.1]),
    lambda x: mandel_paule([1.0, 1.0], [0.1, 0.1], x),
    lambda x: median([1.0, 2.0, x]),
    lambda x: repeatability([1.0] * 9 + [x], 0.1),
    lambda x: stability([[x]] * 4, 0.1, Against.U, readings=1),
    lambda x: verification_by_transfer(1.0, 0.1, x, 0.1),
    lambda x: verification_by_comparison(1.0, x, [1.0, 1.0]),
    lambda x: drift([1.0, 2.0, x], [1.0, 2.0, 2.0]),
    lambda x: uncertainty_interval(drift([1.0, 2.0, 3.0], [1.0, 2.0, 2.0]), x),
    lambda x: interval_test(x, within=8, tested=10, target=0.9),
    lambda x: allan_deviation([1.0, x, 2.0]),
    lambda x: one_way([[1.0, x], [1.0, 2.0]]),
    lambda x: autocorrelated([1.0] * 9 + [x]),
    lambda x: with_known_scatter([1.0], x, 5.0),
    lambda x: read_together({"V": [1.0, x]}),
    lambda x: grubbs([1.0, 2.0, x]),
]
CODES = {
    "not-a-number",
    "not-finite",
    "not-positive",
    "k-not-positive",
    "limit-not-positive",
    "probability-out-of-range",
    "negative-uncertainty",
}
BAD: list[object] = [math.nan, math.inf, -math.inf, "1.0", True, b"1", [1.0], 1j]


@pytest.mark.parametrize("wrong", BAD, ids=repr)
def test_no_wrong_number_gets_through(wrong: object) -> None:
    for take in TAKERS:
        refused: Callable[[object], object] = cast("Callable[[object], object]", take)
        with pytest.raises(UncertaintyError) as refusal:
            refused(wrong)
        assert refusal.value.input
        assert refusal.value.problem.zh
        assert refusal.value.code in CODES
