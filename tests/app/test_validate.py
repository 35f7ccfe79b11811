"""Validation: the same seed gives the same figures, whoever works on it; the truth is told, and rates have limits."""

from collections.abc import Sequence
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from labctl.app.own_bench import own_bench
from labctl.app.trials import Compared, Trials
from labctl.app.validate import Rate, Validation, validate, worth_of
from labctl.errors import ProcedureError, TrialFailed
from labctl.language import Language
from labctl_procedures.electrical.dmm_dc_voltage.procedure import METHOD


@pytest.fixture(scope="module")
def found() -> Validation:
    return validate("dmm-dc-voltage", trials=3, seed=7, workers=0)


def test_the_same_seed_gives_the_same_figures_in_processes_of_their_own(found: Validation) -> None:
    assert validate("dmm-dc-voltage", trials=3, seed=7, workers=2).plain() == found.plain()
    assert validate("dmm-dc-voltage", trials=3, seed=8, workers=0).plain() != found.plain()


def test_over_real_wires_a_trial_gives_the_same_results(found: Validation) -> None:
    """Serial lines, HiSLIP and all: the bytes and the time are those of the loopback."""
    assert validate("dmm-dc-voltage", trials=3, seed=7, workers=0, one_in=2).plain() == found.plain()


def test_a_trial_that_gives_something_else_over_real_wires_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(trials: Trials, seed: int, patience: Sequence[int] = ()) -> list[Compared]:
        return trials.one(seed + 1, patience)

    monkeypatch.setattr(Trials, "over_wires", other)
    with pytest.raises(TrialFailed, match="over real wires") as refused:
        validate("dmm-dc-voltage", trials=1, seed=7, workers=0, one_in=1)
    assert "真实线路" in refused.value.text().within(Language.CHINESE)


def test_every_result_of_every_point_is_held_against_its_truth(found: Validation) -> None:
    assert len(found.points) == 19
    assert found.overall.of_all == 3 * 19
    assert found.overall.share == 1.0, "the calibrator's rectangular limits dominate: k = 2 covers all of them"
    assert abs(found.mean_normalised_error) < 0.5
    text = found.text(Language.CHINESE)
    assert "包含真值" in text
    assert "误判合格" in text


def test_a_procedure_whose_truth_nobody_states_is_refused(tmp_path: Path) -> None:
    copytree(METHOD.folder, tmp_path / "method", ignore=ignore_patterns("__pycache__", "bench.py"))
    with pytest.raises(ProcedureError, match="nobody states what is true"):
        validate(str(tmp_path / "method"), trials=1, workers=0)


def test_a_forgotten_correction_shows(tmp_path: Path) -> None:
    """A wrong sign of what was applied: no interval holds the truth any more."""
    copytree(METHOD.folder, tmp_path / "method", ignore=ignore_patterns("__pycache__"))
    file = tmp_path / "method" / "procedure.py"
    file.write_text(file.read_text("utf-8").replace("V_ind + d_res - V_s - d_emf", "V_ind + d_res + V_s - d_emf"))
    wrong = validate(str(tmp_path / "method"), trials=1, workers=0)
    assert {each.covered.share for each in wrong.points if each.section == "DC voltage"} == {0.0}


def test_results_with_a_cause_in_common_count_once() -> None:
    """Ten units of ten results that hold the truth all together or not at all: worth no more than ten."""
    together = worth_of([(10, 10)] * 9 + [(0, 10)])
    assert together == pytest.approx(9)
    assert Rate.of(90, 100, worth=together).low < Rate.of(9, 10).low < Rate.of(90, 100).low
    each_alone = [(sum(row), 10) for row in ([1] * 9 + [0], [1] * 10, [1] * 8 + [0] * 2) * 10]
    assert worth_of(each_alone) == 300
    assert worth_of([(5, 5)] * 4) == 4


@pytest.mark.parametrize(
    ("hits", "of_all", "low", "high"), [(0, 10, 0.0, 0.3085), (9, 10, 0.5550, 0.9975), (10, 10, 0.6915, 1.0)]
)
def test_limits_of_a_rate_are_those_of_clopper_and_pearson(hits: int, of_all: int, low: float, high: float) -> None:
    """Tables of the exact binomial interval at 95 %."""
    rate = Rate.of(hits, of_all)
    assert (rate.low, rate.high) == pytest.approx((low, high), abs=5e-5)


def test_units_beyond_their_limits_are_seldom_passed(tmp_path: Path) -> None:
    """JJF 1094: with U below a third of the limit the error alone decides, so that few are passed within U of it."""
    bench = own_bench(METHOD).station.read_text(encoding="utf-8") + "\n[simulation.settings.meter]\nerror = 2.0\n"
    (tmp_path / "worse.toml").write_text(bench, encoding="utf-8")
    found = validate("dmm-dc-voltage", trials=100, seed=3, station=tmp_path / "worse.toml", unit="meter", workers=0)
    assert found.false_accept.of_all > 100, "at twice the limits about every tenth result lies beyond"
    assert found.false_reject.of_all > 0
    assert found.false_accept.share < 0.2
    assert found.false_reject.share < 0.1
    assert found.overall.share > 0.95
