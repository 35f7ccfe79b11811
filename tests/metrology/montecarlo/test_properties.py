"""What must not change a bit of a Monte Carlo calculation, what must agree with first order, and what is refused."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import special, stats

from labctl.errors import UncertaintyError
from labctl.language import Text
from labctl.metrology.archive import Evaluation, archive, restore
from labctl.metrology.coverage import CoveragePolicy
from labctl.metrology.distributions import (
    Arcsine,
    CurvilinearTrapezoidal,
    Distribution,
    Empirical,
    Exponential,
    Gamma,
    Normal,
    Rectangular,
    StudentT,
    Trapezoidal,
    Triangular,
)
from labctl.metrology.effects import Contribution, Correlation, EffectId, Sharing
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Input
from labctl.metrology.montecarlo.simulate import simulate
from labctl.metrology.montecarlo.simulation import Simulation
from labctl.metrology.montecarlo.streams import key, uniforms
from labctl.metrology.montecarlo.tolerance import Adaptive
from labctl.metrology.montecarlo.validation import validate
from labctl.metrology.student import student_of_normal, student_quantile
from tests.metrology.models import by_symbol, effect, given

MODEL = Equations("E = exp(V / 10) * sin(d) + V**2 - V_s", "r = V / (V_s + 1)")
FEW = 3000
CORRELATED = (Correlation(EffectId("bench", "drift"), EffectId("bench", "gain"), 0.5),)


def inputs(points: int) -> dict[str, Input]:
    """Return inputs with effects of one point, of all points, correlated, t and of two random numbers."""
    values = np.arange(1.0, points + 1)
    own = tuple(EffectId("bench", "noise", f"point {point}") for point in range(points))
    return dict(
        by_symbol(
            given("V", "1", values, effect(own, StudentT(0.1), 7), effect("drift", Normal(0.2))),
            given("d", "1", 0.3, effect("d", CurvilinearTrapezoidal(0.1, 0.4))),
            given("V_s", "1", values, effect("gain", Rectangular(0.3)), effect("linear", 0.05, sharing=Sharing.LOCAL)),
        )
    )


def run(points: int = 3, *, threads: int = 1, block: int = 1000, adaptive: Adaptive | None = None) -> Simulation:
    """Return a simulation of the model."""
    return simulate(
        MODEL,
        inputs(points),
        points=points,
        correlations=CORRELATED,
        trials=FEW,
        adaptive=adaptive,
        seed=11,
        threads=threads,
        block=block,
    )


@pytest.mark.parametrize(("threads", "block"), [(1, 1), (1, 997), (2, 64), (3, 1024), (1, 10**6)])
def test_blocks_and_threads_change_no_bit(threads: int, block: int) -> None:
    """A trial is a function of its number; a block of one trial is the hardest case for vector instructions."""
    if block == 1:
        short = simulate(MODEL, inputs(1), points=1, trials=200, seed=11, probability=0.5, block=1)
        long = simulate(MODEL, inputs(1), points=1, trials=200, seed=11, probability=0.5)
        assert np.array_equal(short.values("E", 0), long.values("E", 0))
        return
    reference, other = run(), run(threads=threads, block=block)
    for output in ("E", "r"):
        for point in range(3):
            assert np.array_equal(reference.values(output, point), other.values(output, point))
        assert np.array_equal(reference.shortest[output], other.shortest[output])
    settled, again = (run(1, threads=n, adaptive=Adaptive(digits=1)) for n in (1, threads))
    assert (settled.trials, settled.u["E"][0]) == (again.trials, again.u["E"][0])


def test_another_point_and_more_trials_change_no_other() -> None:
    """Points and trials are added at the end; what was there stays to the bit."""
    few, many = run(2), run(5)
    more = simulate(MODEL, inputs(2), points=2, correlations=CORRELATED, trials=2 * FEW, seed=11)
    for point in range(2):
        assert np.array_equal(few.values("E", point), many.values("E", point))
        assert np.array_equal(few.values("E", point), more.values("E", point)[:FEW])
    assert few.u["E"].tolist() == many.u["E"][:2].tolist()


def test_order_of_inputs_changes_no_bit_and_another_seed_changes_all() -> None:
    """Effects are joined in the order of their identifiers."""
    reversed_inputs = dict(reversed(inputs(2).items()))
    again = simulate(MODEL, reversed_inputs, points=2, correlations=CORRELATED, trials=FEW, seed=11)
    other = simulate(MODEL, inputs(2), points=2, correlations=CORRELATED, trials=FEW, seed=12)
    assert np.array_equal(run(2).values("E", 1), again.values("E", 1))
    assert not np.any(run(2).values("E", 1) == other.values("E", 1))


def test_streams() -> None:
    """Counter = trial: any stretch of a stream is the same numbers, strictly inside 0 … 1."""
    stream = key(1, EffectId("a", "b"))
    whole = uniforms(stream, 0, 5000)
    assert np.array_equal(np.concatenate([uniforms(stream, 0, 13), uniforms(stream, 13, 4987)]), whole)
    assert 0 < whole.min() < whole.max() < 1
    assert len({key(1, EffectId("a", "b")), key(1, EffectId("a", "", "b")), key(2, EffectId("a", "b")), stream}) == 3
    assert key(1, EffectId("a", "b"), 1) != stream
    assert stats.kstest(whole, "uniform").pvalue > 1e-3


def test_linear_normal_agrees_with_first_order() -> None:
    """Shared, correlated and local effects over two points: covariance and intervals as first order has them."""
    model = Equations("y = 3*a - 2*b + c")
    given_inputs = by_symbol(
        given("a", "1", [1.0, 2.0], effect("one", 0.3), effect("both", 0.2)),
        given("b", "1", [1.0, 5.0], effect("two", 0.4), effect("both", 0.1)),
        given("c", "1", 0.0, effect("own", 0.5, sharing=Sharing.LOCAL)),
    )
    joint = [Correlation(EffectId("bench", "one"), EffectId("bench", "two"), 0.8)]
    policy = CoveragePolicy(0.95)
    batch = evaluate(model, given_inputs, points=2, correlations=joint, policy=policy)
    found = simulate(model, given_inputs, points=2, correlations=joint, trials=200_000, seed=7, probability=0.95)
    assert found.u["y"] == pytest.approx(batch.u["y"], rel=0.008)
    assert found.covariance("y", 0, "y", 1) == pytest.approx(batch.covariance("y", 0, "y", 1), rel=0.05)
    assert found.mean["y"] == pytest.approx(batch.values["y"], abs=0.01)
    assert bool(np.all(validate(batch, found, digits=1).validated["y"]))
    assert not found.warnings


def test_finite_degrees_of_freedom_are_drawn_as_t() -> None:
    """A t input's scale is not its standard deviation: √(ν / (ν − 2)); k·u of first order is its interval."""
    model = Equations("y = a")
    for shape in (StudentT(1.0), Normal(2.0, 2.0)):
        source = by_symbol(given("a", "1", 0.0, effect("a", shape, 8)))
        batch = evaluate(model, source, points=1)
        found = simulate(model, source, points=1, trials=200_000, seed=8)
        assert (batch.u["y"][0], found.u["y"][0]) == (1.0, pytest.approx(math.sqrt(8 / 6), rel=0.01))
        assert found.interval("y", 0)[1] == pytest.approx(float(batch.expanded["y"][0]), rel=0.02)


@pytest.mark.parametrize("sharing", list(Sharing))
def test_unstated_sharing_takes_the_larger(sharing: Sharing) -> None:
    """A difference that would cancel a shared effect, and a sum that would not."""
    model = Equations("difference = a - b", "total = a + b")
    source = by_symbol(*(given(each, "1", 1.0, effect("class", 0.1, sharing=sharing)) for each in "ab"))
    batch = evaluate(model, source, points=1)
    found = simulate(model, source, points=1, trials=50_000, seed=9)
    for output in ("difference", "total"):
        assert found.u[output][0] == pytest.approx(float(batch.u[output][0]), rel=0.02, abs=1e-12)


def test_vectors_and_statistics() -> None:
    """A mean of elements with a common and an own effect; a standard deviation is not simulated."""
    model = Equations("m = mean(x[:]) - c", "s = stdev(x[:])")
    own = (tuple(EffectId("bench", "own", str(i)) for i in range(4)),)
    source = by_symbol(
        Input(
            "x",
            given("c", "1", 0.0).unit,
            np.zeros(1),
            elements=np.array([1.0, 2.0, 3.0, 4.0]),
            element_contributions=(effect(own, 0.2), effect("common", 0.1)),
        ),
        given("c", "1", 0.5, effect("c", Rectangular(0.1))),
    )
    batch, found = evaluate(model, source, points=1), simulate(model, source, points=1, trials=50_000, seed=10)
    assert found.u["m"][0] == pytest.approx(float(batch.u["m"][0]), rel=0.02)
    with pytest.raises(UncertaintyError) as failure:
        found.values("s", 0)
    assert failure.value.code == "not-simulated"


@pytest.mark.parametrize(
    ("shape", "exact"),
    [
        (Rectangular(2.0), stats.uniform(-2, 4).cdf),
        (Triangular(2.0), stats.triang(0.5, -2, 4).cdf),
        (Trapezoidal(2.0, 0.3), stats.trapezoid(0.35, 0.65, -2, 4).cdf),
        (Arcsine(2.0), stats.arcsine(-2, 4).cdf),
        (Exponential(2.0), stats.expon(-2, 2).cdf),
        (Gamma(2.0, 5.0), stats.gamma(5, -2 * math.sqrt(5), 2 / math.sqrt(5)).cdf),
        (Normal(2.0), stats.norm(0, 2).cdf),
        (StudentT(2.0), stats.t(5, 0, 2).cdf),
    ],
)
def test_inverse_transforms(shape: Distribution, exact: Callable[[np.ndarray], np.ndarray]) -> None:
    """Each quantile is the inverse of SciPy's distribution function, drawn alone or in a copula."""
    p = np.concatenate([np.logspace(-6, -1, 9), np.linspace(0.1, 0.9, 33), 1 - np.logspace(-1, -6, 9)])
    width = float(shape.standard_uncertainty) * shape.reach
    dof = 5.0 if isinstance(shape, StudentT) else math.inf
    assert exact(width * shape.quantile(p, dof)) == pytest.approx(p, rel=1e-5)
    assert exact(width * shape.follow(stats.norm.ppf(p), dof)) == pytest.approx(p, rel=1e-5)


@pytest.mark.parametrize("delta", [0.0, 0.1, 0.5, 1.0])
def test_curvilinear_trapezoid(delta: float) -> None:
    """Its quantile (for a copula) and its draw in two steps are one distribution, with the variance of 6.4.3.3."""
    shape = CurvilinearTrapezoidal(1.0, delta)
    two = [uniforms(key(1, EffectId("a", "b"), part), 0, 100_000) for part in range(2)]
    drawn, even = shape.draw(two), shape.quantile((np.arange(100_000) + 0.5) / 100_000)
    assert np.std(even) == pytest.approx(float(shape.standard_uncertainty), rel=1e-5)
    assert stats.ks_2samp(drawn, even).pvalue > 1e-3


def test_stated_standard_errors_are_what_repetition_shows() -> None:
    """Ends of both intervals over 60 seeds scatter as each calculation says of itself."""
    source = by_symbol(given("a", "1", 0.0, effect("a", 1.0)))
    runs = [simulate(Equations("y = a"), source, points=1, trials=10_000, seed=seed) for seed in range(60)]
    for ends, errors in (("symmetric", "symmetric_error"), ("shortest", "shortest_error")):
        scatter = np.std([getattr(each, ends)["y"][0] for each in runs], axis=0, ddof=1)
        stated = np.mean([getattr(each, errors)["y"][0] for each in runs], axis=0)
        assert stated == pytest.approx(scatter, rel=0.3)


def test_observed_values() -> None:
    """Trials are the observed values themselves, about their mean."""
    source = by_symbol(given("a", "1", 2.0, effect("a", Empirical(np.std([1.0, 2.0, 6.0]), observed=[6.0, 1.0, 2.0]))))
    found = simulate(Equations("y = a"), source, points=1, trials=FEW, seed=1)
    assert sorted({round(each, 12) for each in found.values("y", 0).tolist()}) == [0.0, 1.0, 5.0]


@pytest.mark.parametrize(
    "shape",
    [CurvilinearTrapezoidal(0.1, 0.4), Gamma(0.1, 5.0), Exponential(0.1), Empirical(0.1, observed=[1.0, 2.0, 5.0])],
)
def test_an_archive_keeps_the_shape(shape: Distribution) -> None:
    """What is restored from an archive draws the same trials."""
    source = by_symbol(given("a", "1", 1.0, effect("a", shape)))
    model = Equations("y = 2*a")
    evaluation = Evaluation(equations=model, inputs=source, points=1, names={})
    restored = restore(archive(evaluation, evaluation.run()))
    first, second = (simulate(model, each, points=1, trials=FEW, seed=1) for each in (source, restored.inputs))
    assert np.array_equal(first.values("y", 0), second.values("y", 0))
    assert first.u["y"][0] == pytest.approx(2 * float(shape.standard_uncertainty), rel=0.08)


@pytest.mark.parametrize("dof", [0.4, 1.0, 2.5, 3.0, 4.5, 30.0, 1e6])
def test_student_by_table(dof: float) -> None:
    """Both tables of t agree with the exact quantile far into the tails."""
    p = np.concatenate([np.exp2(np.linspace(-53, -1.001, 2000)), uniforms(5, 0, 2000), [2.0**-53, 1 - 2.0**-53]])
    assert student_quantile(p, dof) == pytest.approx(special.stdtrit(dof, p), rel=1e-8, abs=1e-9)
    z = np.linspace(-8.2, 8.2, 4001)
    exact = np.where(z < 0, 1, -1) * stats.t.ppf(stats.norm.cdf(-np.abs(z)), dof)
    assert student_of_normal(z, dof) == pytest.approx(exact, rel=1e-7, abs=1e-9)


def test_a_copula_says_so_and_keeps_the_marginals() -> None:
    """Rectangles with r = 1 in the copula are one; the caution names both."""
    source = by_symbol(*(given(each, "1", 0.0, effect(each, Rectangular(1.0))) for each in "ab"))
    joint = [Correlation(EffectId("bench", "a"), EffectId("bench", "b"), 1.0)]
    model = Equations("y = a - b", "z = a + b")
    found = simulate(model, source, points=1, correlations=joint, trials=50_000, seed=3)
    assert {each.code for each in found.warnings} == {"gaussian-copula"}
    assert found.u["y"][0] < 1e-9
    assert found.u["z"][0] == pytest.approx(2 / math.sqrt(3), rel=0.01)


@pytest.mark.parametrize(
    ("code", "trials", "probability"),
    [
        ("too-few-trials", 9_999, 0.99),
        ("probability-out-of-range", FEW, 1.0),
        ("too-many-trials", 10**9, 0.95),
        ("trial-not-finite", FEW, 0.95),
    ],
)
def test_refusals(code: str, trials: int, probability: float) -> None:
    """√x reaches below zero in some trials only: they are counted, and the output is named."""
    source = by_symbol(given("x", "1", 1.0, effect("x", 0.4)))
    with pytest.raises(UncertaintyError) as failure:
        simulate(Equations("y = sqrt(x)"), source, points=1, trials=trials, seed=1, probability=probability)
    assert failure.value.code == code
    if code == "trial-not-finite":
        assert failure.value.input == "y"
        assert failure.value.problem.en.split()[0].isdigit()


def test_regions_refuse_results_that_follow_from_each_other() -> None:
    """An ellipse of y and 2y has no inverse; a rectangle has."""
    source = by_symbol(given("a", "1", 1.0, effect("a", 0.1)))
    found = simulate(Equations("y = a", "z = 2*a"), source, points=1, trials=FEW, seed=1)
    assert found.region([("y", 0), ("z", 0)], "rectangle").k == pytest.approx(2, abs=0.1)
    with pytest.raises(UncertaintyError) as failure:
        found.region([("y", 0), ("z", 0)])
    assert failure.value.code == "singular-covariance"


def test_validation_refuses_another_probability() -> None:
    """Intervals of different probabilities say nothing about each other."""
    source = by_symbol(given("a", "1", 1.0, effect("a", 0.1)))
    model = Equations("y = a")
    found = simulate(model, source, points=1, trials=FEW, seed=1, probability=0.9)
    with pytest.raises(UncertaintyError) as failure:
        validate(evaluate(model, source, points=1), found)
    assert failure.value.code == "not-comparable"


def test_distributions_refuse_impossible_shapes() -> None:
    """A δ above 1, a shape of zero, and values without spread are refused by name."""
    for code, build in (
        ("delta-out-of-range", lambda: CurvilinearTrapezoidal(1.0, 1.5)),
        ("not-positive", lambda: Gamma(1.0, 0.0)),
        ("too-few-readings", lambda: Empirical(1.0, observed=[2.0, 2.0])),
    ):
        with pytest.raises(UncertaintyError) as failure:
            build()
        assert failure.value.code == code
    with pytest.raises(UncertaintyError) as failure:
        simulate(
            Equations("y = a"),
            by_symbol(
                given(
                    "a",
                    "1",
                    0.0,
                    Contribution(effect=EffectId("a", "b"), description=Text("a"), distribution=Distribution(1.0)),
                )
            ),
            points=1,
            seed=1,
        )
    assert failure.value.code == "no-distribution"
