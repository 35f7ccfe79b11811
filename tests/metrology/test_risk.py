"""Risks of false acceptance and rejection, against quadrature by others and closed forms."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.errors import UncertaintyError
from labctl.metrology.guard_bands import GuardBandMethod, acceptance_multiplier
from labctl.metrology.risk import (
    Prior,
    capability_index,
    global_guard_band,
    global_risk,
    p_conform,
    p_nonconform,
    specific_guard_band,
)

LIMITS = (-1.0, 1.0)
spreads = st.floats(0.01, 2.0)


def test_conformance_probability_of_one_value() -> None:
    """JCGM 106:2012, 7.3.2: breakdown voltage of a Zener diode, one limit; then two limits and Cpk."""
    assert p_conform(-5.47, 0.05, upper=-5.4) == pytest.approx(0.9192433407662273, abs=1e-12)
    for value, index, risk in [
        (10.0, 0.8333333333333333, 0.012419330651552318),
        (10.5, 0.41666666666666663, 0.10573819095205605),
        (12.0, -0.8333333333333333, 0.9937903346742558),
    ]:
        assert capability_index(value, 0.4, 9, 11) == pytest.approx(index, rel=1e-12)
        assert p_nonconform(value, 0.4, 9, 11) == pytest.approx(risk, rel=1e-10)


@pytest.mark.parametrize(
    ("error", "u", "mpe", "risk"),
    [
        (0.0007, 0.000125, 0.00085, 0.11506967022170822),
        (0.0003, 5e-05, 0.0004, 0.022750131948179098),
        (0.00038, 5e-05, 0.0004, 0.3445782583896758),
        (0.00041, 5e-05, 0.0004, 0.5792597094391028),
        (0.3, 0.125, 0.5, 0.05479929177724652),
        (0.2, 0.125, 0.5, 0.008197546642186415),
    ],
)
def test_risk_of_an_error_of_indication(error: float, u: float, mpe: float, risk: float) -> None:
    """The first is a published examination example (10 V voltmeter)."""
    assert p_nonconform(error, u, -mpe, mpe) == pytest.approx(risk, abs=1e-9)


def test_global_risk_of_precision_resistors() -> None:
    """JCGM 106:2012, 9.5.3: 1500 Ω ± 0.2 Ω, u0 = 0.12 Ω, um = 0.04 Ω; independent quadrature of 6000 nodes."""
    published = [
        (0.00, 0.01894220671711564, 0.03720780017803806, 0.9786242424147132),
        (0.02, 0.009878291521834354, 0.06902651046145081, 0.9883134632234611),
        (0.04, 0.004334072221855915, 0.11465657840810571, 0.9945421360715359),
        (0.08, 0.00046863359887703703, 0.24766964020075352, 0.9992869437646126),
    ]
    for w, consumer, producer, conforming in published:
        risk = global_risk(Prior(1500.0, 0.12), 0.04, (1499.8, 1500.2), (1499.8 + w, 1500.2 - w))
        assert risk.consumer == pytest.approx(consumer, rel=1e-10)
        assert risk.producer == pytest.approx(producer, rel=1e-10)
        assert risk.conforming_if_accepted == pytest.approx(conforming, rel=1e-10)
        assert risk.conforming == pytest.approx(0.9044192954544455, rel=1e-12)


def test_global_risk_by_in_tolerance_probability() -> None:
    """NCSLI RP-19: u of the measurement a quarter of the spread of the items, no guard band."""
    published = [
        (0.60, 0.04838603208493637, 0.06260452759125638, 0.08260081910021863),
        (0.70, 0.039223410709924245, 0.053885297206164806, 0.057232203983806414),
        (0.80, 0.028558306210056682, 0.04232016347107376, 0.036322717835297814),
        (0.90, 0.0159995353046447, 0.02654585109288798, 0.017988047706861385),
        (0.95, 0.008710101881389508, 0.015953935688112347, 0.009238976305569795),
        (0.99, 0.0019991696291884816, 0.00445636051975656, 0.002024387814631891),
    ]
    for share, consumer, producer, conditional in published:
        prior = Prior.in_tolerance(share, *LIMITS)
        risk = global_risk(prior, prior.std / 4, LIMITS, LIMITS)
        assert (risk.consumer, risk.producer) == pytest.approx((consumer, producer), abs=1e-12)
        assert risk.false_if_accepted == pytest.approx(conditional, abs=1e-12)


def test_guard_bands_at_a_ratio_of_two_and_a_half() -> None:
    """RP-10 and Z540.3 methods at TUR = 2.5, 80 % of the items in tolerance, limits ±1."""
    for method, part in [
        (GuardBandMethod.RSS, 0.916515138991168),
        (GuardBandMethod.SUBTRACTED, 0.6),
        (GuardBandMethod.RP10, 0.85),
        (GuardBandMethod.DOBBERT, 0.9141856345435068),
    ]:
        assert acceptance_multiplier(method, 2.5) == pytest.approx(part, rel=1e-12)
        assert acceptance_multiplier(method, 100.0) <= 1
    prior = Prior.in_tolerance(0.8, *LIMITS)
    four_to_one = global_risk(prior, 1 / 8, LIMITS, LIMITS).consumer
    for target, part in [
        (0.01, 0.8496103260010653),
        (0.02, 0.9408774644252439),
        (four_to_one, 0.9385959013518821),
    ]:
        assert 1 - global_guard_band(prior, 0.2, LIMITS, target) == pytest.approx(part, abs=1e-12)


def test_two_percent_is_kept_by_method_six_whatever_the_items() -> None:
    for tur in (1.5, 2.0, 3.0, 4.0):
        edge = acceptance_multiplier(GuardBandMethod.DOBBERT, tur)
        risks = [
            global_risk(Prior.in_tolerance(share, *LIMITS), 1 / (2 * tur), LIMITS, (-edge, edge)).consumer
            for share in (0.5, 0.7, 0.9, 0.95)
        ]
        assert max(risks) < 0.0205


@settings(max_examples=40, deadline=None)
@given(u=spreads, share=st.floats(0.3, 0.99), w=st.floats(0, 0.4), step=st.floats(0.01, 0.5))
def test_a_wider_guard_band_never_helps_the_producer_nor_hurts_the_consumer(
    u: float, share: float, w: float, step: float
) -> None:
    prior = Prior.in_tolerance(share, *LIMITS)
    narrow = global_risk(prior, u, LIMITS, (-1 + w, 1 - w))
    wide = global_risk(prior, u, LIMITS, (-1 + w + step, 1 - w - step))
    assert wide.consumer <= narrow.consumer + 1e-15
    assert wide.producer >= narrow.producer - 1e-15
    rejected_conforming = narrow.conforming - (narrow.accepted - narrow.consumer)
    assert narrow.producer == pytest.approx(rejected_conforming, abs=1e-12)


@settings(deadline=None)
@given(value=st.floats(-3, 3), step=st.floats(0.001, 1), u=spreads, dof=st.sampled_from([3.0, 30.0, math.inf]))
def test_specific_risk_grows_towards_and_beyond_a_limit(value: float, step: float, u: float, dof: float) -> None:
    assert p_nonconform(value + step, u, upper=1, dof=dof) >= p_nonconform(value, u, upper=1, dof=dof)
    assert p_nonconform(value, u, *LIMITS, dof=dof) == pytest.approx(p_nonconform(-value, u, *LIMITS, dof=dof))
    assert p_nonconform(1.0, u, upper=1.0, dof=dof) == pytest.approx(0.5)


@settings(deadline=None)
@given(u=spreads, risk=st.floats(0.001, 0.4), dof=st.sampled_from([4.0, math.inf]))
def test_a_specific_guard_band_meets_its_risk(u: float, risk: float, dof: float) -> None:
    one = specific_guard_band(u, risk, dof=dof)
    assert one is not None
    assert p_nonconform(1 - one, u, upper=1, dof=dof) == pytest.approx(risk, rel=1e-9)
    two = specific_guard_band(u, risk, 2.0, dof=dof)
    if two is None:
        assert p_nonconform(0, u, *LIMITS, dof=dof) > risk
    else:
        assert p_nonconform(1 - two, u, *LIMITS, dof=dof) == pytest.approx(risk, rel=1e-9)


def test_a_global_guard_band_for_one_limit() -> None:
    prior, limits = Prior(0.0, 1.0), (-math.inf, 1.5)
    w = global_guard_band(prior, 0.5, limits, 0.001)
    assert global_risk(prior, 0.5, limits, (-math.inf, 1.5 - w)).consumer == pytest.approx(0.001, rel=1e-9)
    assert global_guard_band(prior, 0.01, limits, 0.4) == 0


def test_without_uncertainty_nothing_is_misjudged() -> None:
    risk = global_risk(Prior(0.0, 1.0), 0.0, LIMITS, LIMITS)
    assert (risk.consumer, risk.producer) == (0, 0)
    assert (p_nonconform(1.0, 0.0, upper=1.0), p_nonconform(1.0001, 0.0, upper=1.0)) == (0, 1)


def test_nothing_accepted_has_no_conditional_risk() -> None:
    risk = global_risk(Prior(0.0, 1.0), 0.1, LIMITS, (0.0, 0.0))
    assert (risk.consumer, risk.accepted) == (0, 0)
    assert risk.producer == pytest.approx(risk.conforming)
    assert math.isnan(risk.false_if_accepted)
    assert math.isnan(risk.conforming_if_accepted)


def test_refusals_name_the_input() -> None:
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: p_nonconform(math.nan, 1.0), "value"),
        (lambda: p_nonconform(0.0, -1.0), "u"),
        (lambda: p_nonconform(0.0, 1.0, dof=0.0), "ν"),
        (lambda: p_nonconform(0.0, 1.0, math.nan, 1.0), "limits"),
        (lambda: p_nonconform(0.0, 1.0, 1.0, 1.0), "limits"),
        (lambda: global_risk(Prior(0.0, 1.0), 0.1, LIMITS, (math.nan, 1.0)), "acceptance"),
        (lambda: Prior(0.0, 0.0), "prior std"),
        (lambda: Prior(math.inf, 1.0), "prior mean"),
        (lambda: Prior.in_tolerance(1.0, -1, 1), "in-tolerance probability"),
        (lambda: global_guard_band(Prior(0.0, 1.0), 0.1, LIMITS, 1.5), "probability of false acceptance"),
        (lambda: acceptance_multiplier(GuardBandMethod.SUBTRACTED, 1.0), "TUR"),
        (lambda: acceptance_multiplier(GuardBandMethod.RSS, -1.0), "TUR"),
    ]
    for call, name in refused:
        with pytest.raises(UncertaintyError) as refusal:
            call()
        assert refusal.value.input == name
