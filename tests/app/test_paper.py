"""Validation on paper: where a model is linear and errors are as declared, intervals hold as often as they say."""

import json
from collections.abc import Sequence

import pytest

from labctl.app.paper import Held, held_against
from labctl.app.validate import PROBABILITY, Rate
from labctl.cli import main
from labctl.instruments.capabilities import MeasuresDcVoltage, SourcesDcVoltage
from labctl.procedure import (
    Applied,
    Effect,
    Model,
    Observed,
    Point,
    Procedure,
    Result,
    Roles,
    Run,
    Standard,
    Text,
    Unit,
)
from labctl.procedure.account import Account
from tests.procedure.journals import run_of

TRIALS = 20_000
NOISY = [f"{10 + 1e-6 * each!r} V" for each in (3, -1, 2, -4, 0, 5, -3, 1, -2, 4)]
STEADY = ["10.000001 V", "10.000001 V"]


def normal(width: str) -> Effect:
    return Effect(f"normal, {width}", width, zh=f"正态，{width}", distribution="normal", source="made up")


def method(model: Model, *reductions: tuple[str, Model]) -> Procedure:
    made = Procedure(
        name="on-paper",
        edition="1.0",
        document="JJF 1587-2016",
        title=Text("Voltage", zh="电压"),
        roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
    )

    @made.section("DC voltage", zh="直流电压", model=model)
    def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
        """Apply the voltage and read it."""
        run.apply("V_s", source.source_dc_voltage, point.nominal)
        run.observe("V_ind", unit.dc_voltage, times=point.readings)

    for title, each in reductions:
        made.reduce(title, zh=title, model=each)
    return made


def held(procedure: Procedure, *repetitions: Sequence[str], seed: int = 1, trials: int = TRIALS) -> dict[str, Held]:
    """Return what a run of these readings states, beside truths, by symbol."""
    run = run_of(procedure)
    run.begin()
    for number, readings in enumerate(repetitions, 1):
        run.point("1", "10 V", readings, resolution="", repetition=number)
    run.finish()
    return {each.name[2]: each for each in held_against(procedure, Account.of(run.entries), trials, seed)}


def covers(found: Held) -> Rate:
    return Rate.of(int(found.covered.sum()), found.covered.size)


LINEAR = Model(
    "E = V_ind - V_s + d_1 - 2 * d_2",
    "e = (E - d_1) / 3",
    V_ind=Observed(),
    V_s=Applied("unit"),
    d_1=normal("40 µV"),
    d_2=normal("30 µV"),
)


@pytest.mark.parametrize("readings", [[STEADY], [NOISY], [NOISY, NOISY[3:], NOISY[:5]]], ids=["B", "A and B", "again"])
def test_intervals_of_a_linear_model_hold_as_often_as_they_say(readings: list[list[str]]) -> None:
    found = held(method(LINEAR), *readings)
    assert [*found] == ["E", "e"]
    for each in found.values():
        rate = covers(each)
        assert rate.low <= PROBABILITY <= rate.high, f"{each.name}: {rate}"
        assert abs(each.normalised.mean()) < 0.01


def test_a_few_readings_alone_are_covered_by_their_own_degrees_of_freedom() -> None:
    alone = method(Model("E = V_ind - V_s", V_ind=Observed(), V_s=Applied("unit")))
    rate = covers(held(alone, NOISY[:3])["E"])
    assert rate.low <= PROBABILITY <= rate.high


def test_limits_that_dominate_are_covered_more_often() -> None:
    """JCGM 100:2008, 4.3.7: of a rectangle alone k = 2 covers all."""
    limits = Effect("limits", "40 µV", zh="极限", source="made up")
    model = Model("E = V_ind - V_s + d_1", V_ind=Observed(), V_s=Applied("unit"), d_1=limits)
    assert covers(held(method(model), STEADY)["E"]).share == 1.0


def test_a_model_that_is_curved_where_it_is_used_is_found() -> None:
    """The slope of a square near zero says nothing of how far it bends: the interval is far too narrow."""
    model = Model("s = (V_ind - V_s + d_1)**2", V_ind=Observed(), V_s=Applied("unit"), d_1=normal("40 µV"))
    assert covers(held(method(model), STEADY)["s"]).high < 0.5


def test_what_is_shared_is_one_error_on_the_way_through_a_reduction() -> None:
    """d_1 is in both results of the section, so it is not in their difference; d_2 alone is."""
    model = Model(
        "E = V_ind - V_s + d_1",
        "F = V_ind - V_s + d_1 + d_2",
        V_ind=Observed(),
        V_s=Applied("unit"),
        d_1=normal("400 µV"),
        d_2=normal("3 µV"),
    )
    difference = Model("D = F - E", E=Result("DC voltage", "E"), F=Result("DC voltage", "F"))
    found = held(method(model, ("Difference", difference)), NOISY, NOISY)
    for each in found.values():
        rate = covers(each)
        assert rate.low <= PROBABILITY <= rate.high, f"{each.name}: {rate}"


def test_the_same_seed_draws_the_same_errors() -> None:
    one, same, other = (held(method(LINEAR), NOISY, seed=seed, trials=50)["E"] for seed in (4, 4, 5))
    assert one.normalised.tolist() == same.normalised.tolist() != other.normalised.tolist()


def test_the_command_tells_that_it_was_on_paper(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "dmm-dc-voltage", "--paper", "--trials", "500", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [*told] == [
        "procedure", "paper", "trials", "seed", "probability", "overall", "points", "decisions",
    ]  # fmt: skip
    assert told["paper"] is True
    assert len(told["points"]) == 19
    assert told["overall"]["coverage"] > 0.95
    assert told["decisions"]["false_accept"]["of"] + told["decisions"]["false_reject"]["of"] == 500 * 19
