"""Reference values of comparisons, against published estimates."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labctl.errors import UncertaintyError
from labctl.metrology.reference_value import (
    Estimator,
    arithmetic_mean,
    dersimonian_laird,
    mandel_paule,
    median,
    median_monte_carlo,
    procedure_a,
    weighted_mean,
)

# Log odds ratios of the BCG trials (Colditz et al. 1994), which every random-effects program is compared with.
BCG = [
    (-0.8893113339202054, 0.5706003548929507),
    (-1.5853886572014306, 0.44111350171825825),
    (-1.3480731482996933, 0.644490469571091),
    (-1.4415511900213054, 0.14145681992130169),
    (-0.21754732221129558, 0.2262966463950159),
    (-0.786115585818864, 0.08310005087789513),
    (-1.6208982235983918, 0.4722470196542432),
    (0.011952333523840508, 0.06294107798423641),
    (-0.4694176487381494, 0.2375588568402554),
    (-1.3713448034727844, 0.27023100046632126),
    (-0.3393588283383906, 0.11141011610962319),
    (0.44591340057137874, 0.7297299810204818),
    (-0.017313948216879815, 0.26721650339001574),
]
X, U = [x for x, _ in BCG], [u for _, u in BCG]


def test_key_comparison_by_procedure_a() -> None:
    """Cox, Metrologia 39 (2002) 589, procedure A; and a comparison of 10 V standards as in JJF 1117-2010."""
    found = procedure_a([10.012, 10.004, 9.998, 10.02, 10.007], [0.006, 0.004, 0.005, 0.008, 0.003])
    assert found.value == pytest.approx(10.00620048635504, rel=1e-14)
    assert found.u == pytest.approx(0.0019725213087388445, rel=1e-12)
    assert found.estimator is Estimator.WEIGHTED_MEAN
    tested = found.consistency
    assert tested is not None
    assert tested.chi2 == pytest.approx(6.9732804947616405, rel=1e-10)
    assert tested.p == pytest.approx(0.13730698407379593, rel=1e-10)
    assert tested.consistent
    volts = weighted_mean([10.000012, 10.000018, 10.000009, 10.000015, 10.000021], [4e-6, 5e-6, 3e-6, 6e-6, 4.5e-6])
    assert volts.value == pytest.approx(10.000013494108908, abs=2e-15)
    assert volts.u == pytest.approx(1.854487896493861e-06, rel=1e-12)
    assert volts.consistency is not None
    assert volts.consistency.chi2 == pytest.approx(6.0408926866203405, rel=1e-8)
    assert volts.consistency.p == pytest.approx(0.19611512570009174, rel=1e-8)
    assert volts.consistency.birge_ratio == pytest.approx(1.2289113766480824, rel=1e-9)


def test_scatter_between_laboratories() -> None:
    """Published (metafor): Q = 152.233, τ² = 0.3088 and 0.318, mean −0.7141 ± 0.1787."""
    fixed = weighted_mean(X, U)
    assert (fixed.value, fixed.u) == pytest.approx((-0.43028516365409086, 0.04049875171086381), rel=1e-8)
    assert fixed.consistency is not None
    assert fixed.consistency.chi2 == pytest.approx(152.23300808237326, rel=1e-7)
    assert not fixed.consistency.consistent
    assert fixed.consistency.birge_ratio == pytest.approx(3.561752940177693, rel=1e-7)
    assert fixed.u_scaled == pytest.approx(0.14424654797969555, rel=1e-7)
    laird = dersimonian_laird(X, U)
    assert laird.between**2 == pytest.approx(0.30876026286237607, rel=1e-7)
    assert (laird.value, laird.u) == pytest.approx((-0.7141172220732271, 0.1787420895354031), rel=1e-7)
    paule = mandel_paule(X, U)
    assert paule.between**2 == pytest.approx(0.3180684522050239, rel=1e-7)
    assert (paule.value, paule.u) == pytest.approx((-0.7149681534934444, 0.18089219153762348), rel=1e-7)


def test_inconsistent_values_fall_back_on_the_median() -> None:
    found = procedure_a(X, U)
    assert found.estimator is Estimator.MEDIAN_MONTE_CARLO
    assert found == procedure_a(X, U)  # the same bits
    assert "程序 B" in found.estimator.text.zh
    assert found.value == pytest.approx(-0.72, abs=0.1)


def test_median_of_normal_values() -> None:
    """The median of n equal normals has u = √(π/2)·σ/√n when n is large."""
    found = median_monte_carlo([100.0] * 41, [0.01] * 41, trials=20_000)
    assert found.value == pytest.approx(100.0, abs=1e-4)
    assert found.u == pytest.approx(0.01 * math.sqrt(math.pi / 2 / 41), rel=0.03)
    assert found != median_monte_carlo([100.0] * 41, [0.01] * 41, trials=20_000, seed=2)


def test_median_and_mean_without_claims() -> None:
    found = median([1.0, 2.0, 3.0, 4.0, 100.0])
    assert found.value == 3
    assert found.u == pytest.approx(1.858 * 1 / 2)
    plain = arithmetic_mean([1.0, 2.0, 3.0])
    assert (plain.value, plain.u) == pytest.approx((2, 1 / math.sqrt(3)))
    assert plain.consistency is None
    assert plain.u_scaled == plain.u


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.01, 1)), min_size=2, max_size=8), st.floats(0.1, 100))
def test_estimates_follow_the_unit_and_never_claim_less_than_the_weighted_mean(
    laboratories: list[tuple[float, float]], scale: float
) -> None:
    x, u = [each for each, _ in laboratories], [each for _, each in laboratories]
    fixed = weighted_mean(x, u)
    for estimate in (dersimonian_laird, mandel_paule):
        found = estimate(x, u)
        assert min(x) - 1e-12 <= found.value <= max(x) + 1e-12
        assert found.u >= fixed.u * (1 - 1e-12)
        other = estimate([scale * each for each in x], [scale * each for each in u])
        assert other.value == pytest.approx(scale * found.value, rel=1e-6, abs=1e-7 * scale)
        assert other.u == pytest.approx(scale * found.u, rel=1e-6)


def test_refusals_name_the_input() -> None:
    refused: list[tuple[Callable[[], object], str, str]] = [
        (lambda: weighted_mean([1.0], [1.0]), "too-few-readings", "x"),
        (lambda: weighted_mean([1.0, 2.0], [1.0, 0.0]), "not-positive", "u[2]"),
        (lambda: weighted_mean([1.0, math.nan], [1.0, 1.0]), "not-finite", "x[2]"),
        (lambda: mandel_paule([1.0, 2.0], [1.0]), "unequal-lengths", "u"),
        (lambda: median([1.0, 2.0]), "too-few-readings", "x"),
        (lambda: procedure_a([1.0, 2.0], [1.0, 1.0], 0.0), "probability-out-of-range", "significance"),
    ]
    for call, code, name in refused:
        with pytest.raises(UncertaintyError) as refusal:
            call()
        assert (refusal.value.code, refusal.value.input) == (code, name)
