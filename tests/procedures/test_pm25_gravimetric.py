"""PM2.5 monitors against weighed filters: days of waiting, spoiled filters, published budgets."""

import sys
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from labctl.app.check import check
from labctl.app.in_process import InProcess
from labctl.app.simulate_run import simulate_run
from labctl.app.validate import validate
from labctl.events.journal import Entry
from labctl.events.kinds import (
    AttemptRejected,
    CheckJudged,
    IndicationTaken,
    InstrumentOpened,
    PointFinished,
    RepetitionFinished,
    RunRested,
    SectionFinished,
    SectionStarted,
)
from labctl.language import Language, Text
from labctl.metrology.batch import Batch
from labctl.metrology.distributions import Distribution, Normal, Rectangular
from labctl.metrology.effects import Contribution, EffectId
from labctl.metrology.equations import Equations
from labctl.metrology.evaluation import evaluate
from labctl.metrology.inputs import Input
from labctl.metrology.units import parse_unit
from labctl.procedure.evaluate import evaluate_run
from labctl.records.calibration import CalibrationRecord, Outcome, PointResult
from labctl.transport.borrowed import BorrowedClock
from labctl_procedures.particulate.pm25_gravimetric.procedure import CONCENTRATION, METHOD
from tests.faults.rig import World, rig, until
from tests.procedures.particles import method_of, plan_of, running, shortened

NAME = "pm25_gravimetric"
TABLES = {
    "filters.csv": "# made up for tests\nfilter, kind, repeats\nF1, sample, 2\nF2, sample, 1\n"
    "F3, sample, 1\nF9, blank, 2\n",
    "flow.csv": "# made up for tests\nset [L/min], filter, warming [min], readings\n16.67, spare, 1, 4\n",
    "points.csv": "# made up for tests\nnominal [µg/m³], filter, dilution [L/min], sampling [min], resting [h], "
    "readings\n200, F1, 15, 120, 26, 8\n300, F2, 15, 60, 25, 6\n400, F3, 15, 60, 24, 6\n",
}
BRIEF = TABLES | {
    "filters.csv": "# made up for tests\nfilter, kind, repeats\nF1, sample, 2\nF2, sample, 1\n"
    "F3, sample, 1\nF9, blank, 1\n",
    "points.csv": "# made up for tests\nnominal [µg/m³], filter, dilution [L/min], sampling [min], resting [h], "
    "readings\n200, F1, 15, 30, 25, 4\n300, F2, 15, 30, 25, 4\n400, F3, 15, 30, 24, 4\n",
}
DAY = timedelta(hours=24)


class Struck(BaseException):
    """The engine's process ends here, without a word."""


def results(record: CalibrationRecord, section: str) -> tuple[PointResult, ...]:
    return next(each.points for each in record.sections if each.title.en == section)


def value_of(point: PointResult, symbol: str) -> tuple[float, float]:
    found = next(each for each in point.results if each.symbol == symbol)
    return found.value, found.expanded


def kept(run: InProcess, before: tuple[Entry, ...]) -> None:
    """Everything that was durable is still there, byte for byte."""
    after = run.entries()
    assert [(each.n, each.canonical) for each in after[: len(before)]] == [(each.n, each.canonical) for each in before]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> InProcess:
    folder = tmp_path_factory.mktemp("whole")
    run = running(shortened(NAME, folder, TABLES), folder / "lab", "t640")
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    return run


def test_the_text_is_clean_and_its_figures_print_as_unverified() -> None:
    assert check("pm25-gravimetric") == ()
    assert not METHOD.confirmed
    sources = [*(each.source.en for each in METHOD.checks), *(each.source.en for each in METHOD.requirements)]
    assert all("nconfirmed" in each for each in sources)


def test_the_run_rests_for_a_day_while_the_filters_are_conditioned(whole: InProcess) -> None:
    events = [each.event for each in whole.entries()]
    (rested,) = [each for each in events if isinstance(each, RunRested)]
    assert rested.safe
    sampled = next(
        each for each in events if isinstance(each, SectionFinished) and each.place.section == "Concentration"
    )
    weighed = next(
        each for each in events if isinstance(each, SectionStarted) and each.place.section == "Loaded filters"
    )
    assert rested.until == sampled.at + DAY
    assert DAY <= weighed.at - sampled.at <= 2 * DAY
    judged = [each for each in events if isinstance(each, CheckJudged)]
    assert {each.check for each in judged} == {
        "Flow of the sampler",
        "Clean weighings agree",
        "Loaded weighings agree",
    }
    assert all(each.met for each in judged)


def test_what_is_not_needed_after_the_rest_is_not_opened_then(whole: InProcess) -> None:
    """The monitor may be back with its owner, and the chamber in another run."""
    events = [each.event for each in whole.entries()]
    rested = next(number for number, each in enumerate(events) if isinstance(each, RunRested))
    opened = [
        {each.instrument for each in part if isinstance(each, InstrumentOpened)}
        for part in (events[:rested], events[rested:])
    ]
    assert opened[1] == {"weighing", "room", "balance"} & opened[0]
    assert opened[0] > {"t640", "sampler", "generator", "audit"}


def test_its_results_hold_the_truth(whole: InProcess) -> None:
    record = evaluate_run(method_of(Path(whole.job.procedure)), whole.entries())
    point = results(record, "Concentration")[-1]
    reference, uncertainty = value_of(point, "C_r")
    truly = whole.bench.truth("particulate", "mean while sampling at sampler") * 1e-9
    assert abs(reference - truly) <= uncertainty
    beside = whole.bench.truth("particulate", "mean while sampling at t640")
    error, uncertainty = value_of(point, "E")
    assert abs(error - (whole.bench.truth("t640", "response", at=beside) / beside - 1)) <= uncertainty


def test_as_shipped_it_comes_to_a_verified_certificate(tmp_path: Path) -> None:
    made = simulate_run("pm25-gravimetric", tmp_path, language=Language.ENGLISH, say=lambda _line: None)
    assert (made.status, made.suspended) == (0, 1)


def test_a_filter_whose_sampling_does_not_count_is_thrown_away_and_a_clean_one_weighed(
    tmp_path: Path, whole: InProcess
) -> None:
    """Struck in the midst of a sampling: dust of unknown history is never taken for clean."""
    run = running(shortened(NAME, tmp_path, TABLES), tmp_path / "lab", "t640")

    def strike(entry: Entry) -> None:
        event = entry.event
        if isinstance(event, IndicationTaken) and event.place.symbol == "C_m":
            raise Struck

    run.hears = strike
    with pytest.raises(Struck):
        run.carry_out()
    before = run.entries()
    run.hears = lambda _entry: None
    ended = run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    kept(run, before)
    after = [each.event for each in run.entries()[len(before) :]]
    spoiled = [each for each in after if isinstance(each, AttemptRejected) and each.place.section == "Clean filters"]
    assert [(each.place.point, each.place.repetition) for each in spoiled] == [("F1, sample", 1), ("F1, sample", 2)]
    assert all("used up since" in each.reason.en for each in spoiled)
    again = [each.place for each in after if isinstance(each, RepetitionFinished)]
    assert [(each.section, each.point) for each in again][:3] == [
        ("Clean filters", "F1, sample"),
        ("Clean filters", "F1, sample"),
        ("Concentration", "200 µg/m³, F1, 15 L/min, 120 min, 26 h"),
    ]
    method = method_of(Path(run.job.procedure))
    record, undisturbed = (evaluate_run(method, each.entries()) for each in (run, whole))
    (one, *_), (other, *_) = (results(each, "Concentration") for each in (record, undisturbed))
    assert value_of(one, "C_r")[0] == pytest.approx(value_of(other, "C_r")[0], abs=value_of(other, "C_r")[1])


@pytest.mark.parametrize("seed", [1, 2])
def test_struck_at_random_it_comes_to_the_same_points_and_loses_nothing(
    seed: int, tmp_path: Path, whole: InProcess
) -> None:
    chance = Random(seed)  # noqa: S311  (moments, not secrets)
    run = running(shortened(NAME, tmp_path, TABLES), tmp_path / "lab", "t640")
    before: tuple[Entry, ...] = ()
    ended = None
    for _ in range(4):
        left = chance.randrange(20, 160)

        def strike(entry: Entry, at: int = len(before) + left) -> None:
            if entry.n >= at:
                raise Struck

        run.hears = strike
        try:
            ended = run.carry_out()
        except Struck:
            ended = None
        kept(run, before)
        before = run.entries()
        if ended is not None:
            break
    run.hears = lambda _entry: None
    ended = ended or run.carry_out()
    assert ended is not None
    assert ended.outcome is Outcome.FINISHED
    kept(run, before)
    assert plan_of(run.entries()) == plan_of(whole.entries())
    method = method_of(Path(run.job.procedure))
    found, undisturbed = (evaluate_run(method, each.entries()) for each in (run, whole))
    assert [[point.point for point in each.points] for each in found.sections] == [
        [point.point for point in each.points] for each in undisturbed.sections
    ]
    assert sum(isinstance(each.event, PointFinished) for each in run.entries()) >= 6
    for one, other in zip(*(results(each, "Concentration") for each in (found, undisturbed)), strict=True):
        assert value_of(one, "E")[0] == pytest.approx(value_of(other, "E")[0], abs=value_of(other, "E")[1])


def test_a_concentration_at_273_kelvin_taken_for_that_in_the_chamber_is_caught_by_its_coverage(tmp_path: Path) -> None:
    """Deliberately wrong: the standard state from before GB 3095-2012 was amended; seven per cent off."""
    right = "C_r = m / (q * (t + d_t)) / (1 - gone + d_damp) * (1 + d_leak + cut)"
    wrong = shortened(NAME, tmp_path, TABLES, wrong=(right, f"{right} * (t_air - t_0) / T_273"))
    found = validate(str(wrong), trials=2, seed=4, unit="t640", workers=0)
    covered = [each.covered.share for each in found.points if each.symbol == "C_r"]
    assert max(covered) < 1.0
    assert sum(covered) / len(covered) <= 0.5


# --- published figures -----------------------------------------------------------------------------------------------


def given(symbol: str, value: float, unit: str, *contributions: tuple[str, Distribution]) -> Input:
    brought = (
        Contribution(effect=EffectId("test", name, "1"), description=Text(name, zh=name), distribution=shape)
        for name, shape in contributions
    )
    return Input.of(symbol, parse_unit(unit), value, *brought)


def concentration(inputs: dict[str, Input]) -> Batch:
    zeros = {"d_blank": "mg", "v": "1", "d_rest": "h", "d_damp": "1", "d_hold": "1", "d_t": "s", "d_leak": "1"}
    zeros |= {"d_cut": "1", "k_cut": "1", "d_uniform": "1", "d_q": "L/min", "d_res": "µg/m³"}
    known = {name: given(name, 0.0, unit) for name, unit in zeros.items()}
    known |= {
        "resting": given("resting", 24.0, "h"),
        "tau": given("tau", 24.0, "h"),
        "q_0": given("q_0", 16.67, "L/min"),
        "C_m": given("C_m", 75.0, "µg/m³"),
        "t_0": given("t_0", -273.15, "°C"),
        "T_273": given("T_273", 273.15, "K"),
        "T_298": given("T_298", 298.15, "K"),
        "p_0": given("p_0", 101.325, "kPa"),
        "t_air": given("t_air", 20.0, "°C"),
        "p_air": given("p_air", 101.325, "kPa"),
    }
    return evaluate(Equations(*CONCENTRATION.equations.source), known | inputs, points=1)


CASES = [  # filters in mg, flow in L/min, time in min, air in K and Pa: at these conditions, at 273.15 K, at 298.15 K
    ((128.456, 126.65, 0.006, 16.67, 1440, 293.15, 101325), (74.9850029993994, 80.4753931146767, 73.72749833732664)),
    ((95.123, 94.821, 0.002, 16.67, 1440, 268.15, 102300), (12.497500499900298, 12.15180349349424, 11.132869777789539)),
]


@pytest.mark.parametrize(("given_values", "expected"), CASES)
def test_concentrations_at_three_conditions_as_published(
    given_values: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    """GB 3095-2012 with its amendment of 2018; values computed beside with NumPy."""
    m_l, m_u, m_b, q, t, kelvin, pascal = given_values
    batch = concentration(
        {
            "m_l": given("m_l", m_l, "mg"),
            "m_u": given("m_u", m_u, "mg"),
            "m_b": given("m_b", m_b, "mg"),
            "q_i": given("q_i", q, "L/min"),
            "t": given("t", t, "min"),
            "t_air": given("t_air", kelvin - 273.15, "°C"),
            "p_air": given("p_air", pascal, "Pa"),
        }
    )
    for symbol, value in zip(("C_r", "C_273", "C_298"), expected, strict=True):
        assert batch.values[symbol][0] * 1e9 == pytest.approx(value, rel=1e-10)


def test_the_budget_of_a_filter_of_one_day_as_published() -> None:
    """Reference budget pm25_grav: C = 74.985 µg/m³, u_c = 1.1435, U (k = 2) = 2.29 µg/m³."""
    rectangular = Rectangular
    batch = concentration(
        {
            "m_l": given(
                "m_l",
                128.456,
                "mg",
                ("balance, loaded", Normal(0.004, k=2.0)),
                ("linearity", rectangular(0.002)),
                ("conditioning", rectangular(0.015)),
                ("static", rectangular(0.005)),
            ),
            "m_u": given("m_u", 126.65, "mg", ("balance, clean", Normal(0.004, k=2.0))),
            "m_b": given("m_b", 0.006, "mg", ("field blank", rectangular(0.006))),
            "q_i": given("q_i", 16.67, "L/min", ("flow standard", Normal(0.167, k=2.0)), ("drift", rectangular(0.167))),
            "t": given("t", 1440.0, "min", ("timer", rectangular(0.5))),
            "d_leak": given("d_leak", 0.0, "1", ("leak", rectangular(0.005))),
            "d_cut": given("d_cut", 0.0, "1", ("cut point", rectangular(0.02))),
        }
    )
    assert batch.values["C_r"][0] * 1e9 == pytest.approx(74.985, abs=0.0005)
    assert batch.u["C_r"][0] * 1e9 == pytest.approx(1.1435, abs=0.00005)
    assert f"{2 * batch.u['C_r'][0] * 1e9:.2f}" == "2.29"


# --- engines as processes of their own -------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_killed_in_the_midst_of_a_sampling_it_rests_for_its_day_and_loses_nothing(tmp_path: Path) -> None:
    """SIGKILL over real wires, then the day of conditioning, which a bench left alone would take in real time."""
    unseen = ("METHOD.inspection(", "(lambda *_, **__: None)(")  # nobody is there who could look at the monitor
    procedure = shortened(NAME, tmp_path, BRIEF, wrong=unseen)
    world = World(
        name="particulate", procedure=str(procedure), unit="t640", sources=("generator", "dilution", "sampler")
    )
    with rig(tmp_path / "lab", world=world) as bench:
        bench.start(world.procedure)
        assert until(bench.all_energised, 60.0)
        assert bench.strike()
        assert until(lambda: not bench.energised(), 2.0)
        assert bench.gone()
        bench.keeps_what_it_acknowledged()
        bench.resume()
        assert bench.gone(120.0)
        rested = bench.last()
        assert isinstance(rested, RunRested)
        assert rested.until is not None
        assert not bench.energised()
        borrowed = BorrowedClock(bench.bench.control)
        borrowed.wait((rested.until - borrowed.now()).total_seconds())
        borrowed.close()
        bench.resume()
        assert bench.gone(120.0)
        bench.keeps_what_it_acknowledged()
        assert bench.ended().outcome is Outcome.FINISHED
        reasons = [each.reason.en for each in bench.events() if isinstance(each, AttemptRejected)]
    assert any("used up since" in each for each in reasons)
