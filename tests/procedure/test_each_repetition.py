"""Requirements that every repetition has to meet: each with its own U, the worst verdict counts, all are kept."""

import math

import pytest
from attrs import evolve

from labctl.instruments.capabilities import MeasuresDcVoltage, SourcesDcVoltage
from labctl.metrology.conformity import Verdict
from labctl.metrology.quantity import Quantity
from labctl.procedure import Applied, Effect, Model, Observed, Point, Procedure, Roles, Run, Standard, Text, Unit
from labctl.procedure.account import Account
from labctl.procedure.evaluate import evaluate_run
from labctl.procedure.evaluation import WHOLE, Evaluation
from labctl.procedure.plan import AS_FOUND
from labctl.records.calibration import Judgement
from labctl.records.order import Kind
from tests.procedure.journals import RunInMemory, run_of

ERRORS = (50, 10, 0)  # µV, of three repetitions
LIMITS = Effect("limits of the method", "40 µV", zh="方法极限", distribution="normal", source="made up")


def method(limit: str, each: str = "repetition") -> Procedure:
    made = Procedure(
        name="each",
        edition="1.0",
        document="JJF 1587-2016",
        title=Text("Voltage", zh="电压"),
        roles=Roles(source=Standard("Calibrator", zh="校准器"), unit=Unit("Multimeter", zh="数字多用表")),
    )

    @made.section(
        "DC voltage",
        zh="直流电压",
        model=Model("E = V_ind - V_s + d_1", V_ind=Observed(), V_s=Applied("unit"), d_1=LIMITS),
    )
    def dc_voltage(run: Run, point: Point, source: SourcesDcVoltage, unit: MeasuresDcVoltage) -> None:
        """Apply the voltage and read it."""
        run.apply("V_s", source.source_dc_voltage, point.nominal)
        run.observe("V_ind", unit.dc_voltage, times=point.readings)

    made.require("Error", zh="误差", of="DC voltage", symbol="E", within=limit, each=each, source="made up")
    return made


def measured(procedure: Procedure, kind: Kind = Kind.CALIBRATION) -> RunInMemory:
    run = run_of(procedure)
    run.started = evolve(run.started, order=evolve(run.started.order, kind=kind))
    run.begin()
    for number, error in enumerate(ERRORS, 1):
        run.point(WHOLE, "10 V", [f"{10 + error * 1e-6!r} V"] * 2, resolution="", repetition=number)
    run.finish()
    return run


def judged(procedure: Procedure, kind: Kind = Kind.CALIBRATION) -> tuple[Judgement, tuple[Text, ...]]:
    record = evaluate_run(procedure, measured(procedure, kind).entries)
    (point,) = record.sections[0].points
    assert point.results[0].value == pytest.approx(20e-6), "the mean is printed, whoever is judged"
    (found,) = point.judgements
    return found, record.notes


def test_one_repetition_beyond_the_limit_is_enough_though_the_mean_conforms() -> None:
    mean, _ = judged(method("40 µV", each="point"), Kind.VERIFICATION)
    assert (mean.verdict, mean.repetitions) == (Verdict.CONFORMS, ())
    each, notes = judged(method("40 µV"), Kind.VERIFICATION)
    assert each.verdict is Verdict.DOES_NOT_CONFORM
    assert [(one.repetition, one.verdict) for one in each.repetitions] == [
        (1, Verdict.DOES_NOT_CONFORM),
        (2, Verdict.CONFORMS),
        (3, Verdict.CONFORMS),
    ]
    assert [one.value for one in each.repetitions] == pytest.approx([error * 1e-6 for error in ERRORS])
    assert any("every repetition has to conform" in note.en for note in notes)
    assert any("of 3 repetitions these do not conform: 1" in note.en and "第 1 次" in note.zh for note in notes)


def test_a_repetition_has_the_scatter_of_one_and_not_of_their_mean() -> None:
    """By hand: s = 26.4575 µV with ν = 2, beside 40 µV / 2: u = 33.166 µV, ν_eff = 2·(33.166/26.4575)⁴ = 4.939."""
    run = measured(method("400 µV"))
    evaluation = Evaluation(method("400 µV"), run.started, Account.of(run.entries))
    singles = evaluation.singles(AS_FOUND, "DC voltage", WHOLE)
    assert [batch.value("E") for batch in singles] == pytest.approx([error * 1e-6 for error in ERRORS])
    for batch in singles:
        assert batch.u["E"][0] == pytest.approx(math.hypot(20e-6, 26.457513e-6), rel=1e-7)
        assert batch.dof["E"][0] == pytest.approx(4.939, abs=5e-4)
    mean = evaluation.point(AS_FOUND, "DC voltage", WHOLE)
    assert mean.u["E"][0] == pytest.approx(math.hypot(20e-6, 26.457513e-6 / math.sqrt(3)), rel=1e-7)


def test_the_rule_of_calibrations_takes_the_uncertainty_of_one() -> None:
    """U of one is 89 µV: of 50 µV it cannot be told whether it keeps 100 µV; of the mean, 20 µV with 55 µV, it can."""
    assert judged(method("100 µV", each="point"))[0].verdict is Verdict.CONFORMS
    each, _ = judged(method("100 µV"))
    assert [one.verdict for one in each.repetitions] == [Verdict.INCONCLUSIVE, Verdict.CONFORMS, Verdict.CONFORMS]
    assert each.verdict is Verdict.INCONCLUSIVE
    assert each.rule == "guarded"
    assert each.limit == Quantity.of(100, "µV")
    assert each.repetitions[0].expanded == pytest.approx(88.5e-6, abs=1.5e-6)
