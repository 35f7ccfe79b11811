"""From a journal to results: by hand and by published budgets."""

import math
from itertools import pairwise

import pytest
from attrs import evolve

from labctl.errors import OutsideCalibratedInterval, ProcedureError, RecordError, UncertaintyError
from labctl.events.kinds import Place, Purpose
from labctl.metrology.conformity import Verdict
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.procedure.account import Account
from labctl.procedure.evaluate import evaluate_point, evaluate_run
from labctl.procedure.plan import AS_FOUND, plan
from labctl.procedure.point import Point
from labctl.records.calibration import PointResult
from labctl.records.equipment import Basis, CorrectionPoint
from labctl.records.order import Kind
from labctl_procedures.electrical.dmm_dc_voltage.procedure import METHOD
from tests.procedure.journals import RunInMemory, meter, run_of

TEN = "10 V, 10 V"


def readings(mean: float, u: float, n: int = 10) -> list[str]:
    """Readings in volts of this mean whose s/√n is u."""
    step = u * math.sqrt(n) * math.sqrt((n - 1) / n)
    return [f"{mean + (step if i % 2 else -step):.15g} V" for i in range(n)]


def at_ten(run: RunInMemory) -> PointResult:
    run.begin()
    run.point(TEN, "10 V", readings(10.00012, 0.66e-6))
    return evaluate_point(METHOD, run.started, Account.of(run.entries), AS_FOUND, "DC voltage", TEN)


def test_dmm_at_10_volts_as_in_the_reference_budget() -> None:
    """Reference budget dmm_dcv_10V: y 120 µV, u_c 80.885 µV, U (k = 2) 161.77 µV, shares by hand."""
    (result,) = at_ten(run_of(METHOD)).results
    assert result.value == pytest.approx(120e-6, abs=1e-12)
    assert result.u == pytest.approx(80.88532376e-6, rel=1e-8)
    assert result.expanded == pytest.approx(161.77e-6, abs=0.005e-6)
    assert result.dof == pytest.approx(2.03e9, rel=0.01)
    u = {line.symbol: line.u for line in result.budget}
    assert u == pytest.approx(
        {"V_ind": 0.66e-6, "d_res": 2.886751346e-6, "V_s": 80.82903769e-6, "d_emf": 0.5773502692e-6}, rel=1e-8
    )
    assert result.inputs["V_s"] == Quantity.of(10, "V")
    assert not any(line.confirmed for line in result.budget if line.symbol in {"V_s", "d_emf"})


def test_dmm_at_10_volts_is_decided_under_the_guarded_rule() -> None:
    """U = 162 µV is more than a third of 400 µV; 120 µV ≤ 400 µV - 162 µV conforms."""
    (judged,) = at_ten(run_of(METHOD)).judgements
    assert (judged.rule, judged.verdict) == ("guarded", Verdict.CONFORMS)
    assert judged.limit == parse_quantity("400 µV")
    assert judged.ratio == pytest.approx(0.4044, abs=1e-4)


def test_the_point_names_the_events_it_rests_on() -> None:
    point = at_ten(run_of(METHOD))
    assert point.series == {"V_s": (3,), "V_ind": tuple(range(4, 14))}
    assert (point.attempts, point.reported) == (1, (1,))
    assert point.columns["mpe"] == parse_quantity("400 µV")


def test_the_last_accepted_attempt_is_reported_and_all_are_counted() -> None:
    run = run_of(METHOD)
    run.begin()
    run.point(TEN, "10 V", ["9.9 V", "9.9 V"], rejected="a cable was loose")
    run.point(TEN, "10 V", ["10.0001 V", "10.0003 V"], attempt=2)
    run.point(TEN, "10 V", ["11 V", "11 V"], attempt=3, rejected="asked again")
    point = evaluate_point(METHOD, run.started, Account.of(run.entries), AS_FOUND, "DC voltage", TEN)
    assert point.results[0].value == pytest.approx(200e-6)
    assert (point.attempts, point.reported) == (3, (2,))


def test_an_accepted_attempt_that_is_rejected_later_is_not_reported() -> None:
    run = run_of(METHOD)
    run.begin()
    run.point(TEN, "10 V", ["10 V", "10 V"])
    run.point(TEN, "10 V", ["10.1 V", "10.1 V"], rejected="a person rejected it")
    account = Account.of(run.entries)
    assert [each.number for each in account.point(AS_FOUND, "DC voltage", TEN).reported] == [1]


def test_a_point_without_an_accepted_attempt_has_no_result() -> None:
    run = run_of(METHOD)
    run.begin()
    run.point(TEN, "10 V", ["10 V"], rejected="overload")
    with pytest.raises(RecordError, match="no attempt at this point was accepted"):
        evaluate_point(METHOD, run.started, Account.of(run.entries), AS_FOUND, "DC voltage", TEN)


def test_a_corrected_standard_brings_certificate_and_drift_apart() -> None:
    """By hand: V_s = 10 V - 30 µV; u = √((20/2)² + (9/√3)²) µV from it; no specification beside."""
    run = run_of(METHOD)
    source = run.started.standards["source"]
    lines = tuple(
        CorrectionPoint(
            at=parse_quantity(at), correction=parse_quantity("-30 µV"), expanded_uncertainty=parse_quantity("20 µV")
        )
        for at in ("-10 V", "10 V")
    )
    corrected = evolve(source, basis=Basis.CORRECTIONS, corrections={"DC voltage": lines}, drift={"DC voltage": "9 µV"})
    run.started = evolve(run.started, standards={"source": corrected})
    (result,) = at_ten(run).results
    assert result.value == pytest.approx(150e-6, abs=1e-12)
    brought = {line.effect: line.u for line in result.budget if line.symbol == "V_s"}
    assert brought == pytest.approx(
        {
            "calibrator C-1/DC voltage certificate/standard": 10e-6,
            "calibrator C-1/DC voltage drift/standard": 9e-6 / math.sqrt(3),
        }
    )


def test_a_point_beyond_the_standard_is_refused_by_name() -> None:
    run = run_of(METHOD)
    run.begin()
    run.point(TEN, "1100 V", readings(1100, 1e-6))
    with pytest.raises(OutsideCalibratedInterval, match="Calibrator: DC voltage 1100 V lies outside"):
        evaluate_point(METHOD, run.started, Account.of(run.entries), AS_FOUND, "DC voltage", TEN)


def test_one_reading_has_no_type_a_and_is_refused() -> None:
    run = run_of(METHOD)
    run.begin()
    run.point(TEN, "10 V", ["10 V"])
    with pytest.raises(UncertaintyError, match="V_ind: 1 readings"):
        evaluate_point(METHOD, run.started, Account.of(run.entries), AS_FOUND, "DC voltage", TEN)


def test_a_missing_characteristic_is_named() -> None:
    run = run_of(METHOD)
    bare = evolve(run.started.auxiliaries["leads"], characteristics=())
    run.started = evolve(run.started, auxiliaries={"leads": bare})
    with pytest.raises(ProcedureError, match="leads has no characteristic 'thermal EMF'"):
        at_ten(run)


def test_scatter_of_repetitions_replaces_that_of_readings() -> None:
    """By hand: results 100 µV and 140 µV give 120 µV with s/√2 = 20 µV, ν = 1; readings bring nothing."""
    run = run_of(METHOD)
    run.begin()
    run.point(TEN, "10 V", ["10.0001 V"], repetition=1)
    run.point(TEN, "10 V", ["10.00014 V"], repetition=2)
    point = evaluate_point(METHOD, run.started, Account.of(run.entries), AS_FOUND, "DC voltage", TEN)
    (result,) = point.results
    assert result.value == pytest.approx(120e-6)
    (type_a,) = [line for line in result.budget if line.evaluation == "A"]
    assert type_a.u == pytest.approx(20e-6)
    assert type_a.dof == 1
    assert point.reported == (1, 1)


def test_the_whole_record() -> None:
    """900 µV beside an MPE of 400 µV and a U of 162 µV does not conform; one failure decides."""
    run = run_of(METHOD)
    run.begin()
    place = Place()
    for shown in ("20.1 °C", "21.4 °C"):
        run.indication("room", "temperature", parse_quantity(shown), place, purpose=Purpose.CONDITION)
    run.point(TEN, "10 V", readings(10.00012, 0.66e-6))
    run.point("10 V, -10 V", "-10 V", readings(-10.0009, 0.66e-6))
    run.point("10 V, 1 V", "1 V", readings(1.0000775, 0.66e-6))
    run.finish()
    record = evaluate_run(METHOD, run.entries)
    (section,) = record.sections
    verdicts = {point.point: point.judgements[0].verdict for point in section.points}
    assert verdicts[TEN] is Verdict.CONFORMS
    assert verdicts["10 V, -10 V"] is Verdict.DOES_NOT_CONFORM
    assert record.verdict is Verdict.DOES_NOT_CONFORM
    assert section.model == ("E = V_ind + d_res - V_s - d_emf",)
    (temperature,) = record.conditions
    assert (temperature.lowest, temperature.highest) == (parse_quantity("20.1 °C"), parse_quantity("21.4 °C"))
    assert temperature.expanded_uncertainty is not None
    assert temperature.expanded_uncertainty.value_in("K") == pytest.approx(0.4 / math.sqrt(3))
    assert all("JJF 1094-2002" in rule.en for rule in record.rules)


def test_no_statement_where_none_was_agreed() -> None:
    run = run_of(METHOD)
    run.started = evolve(run.started, order=evolve(run.started.order, conformity=False))
    point = at_ten(run)
    assert point.judgements == ()
    run.finish()
    assert evaluate_run(METHOD, run.entries).verdict is None


def test_a_verification_is_decided_by_the_error_alone() -> None:
    run = run_of(METHOD)
    run.started = evolve(run.started, order=evolve(run.started.order, kind=Kind.VERIFICATION))
    point = at_ten(run)
    assert point.judgements[0].rule == "simple"


def test_an_unfinished_run_has_no_record() -> None:
    run = run_of(METHOD)
    run.begin()
    with pytest.raises(RecordError, match="has not ended"):
        evaluate_run(METHOD, run.entries)


def test_live_and_afterwards_are_the_same() -> None:
    run = run_of(METHOD)
    live = at_ten(run)
    account = Account()
    for entry in run.entries:
        account.take(entry.n, entry.event)
    assert evaluate_point(METHOD, run.started, account, AS_FOUND, "DC voltage", TEN) == live


def test_points_low_to_high_on_five_ranges_and_both_polarities() -> None:
    zero, voltage = plan(METHOD, meter())
    assert [str(point.columns["range"]) for point in zero.points] == ["0.1 V", "1 V", "10 V", "100 V", "1000 V"]
    assert len(voltage.points) == 14
    tops = [Point.of(point).range for point in voltage.points]
    assert all(low <= high for low, high in pairwise(tops))
    assert {point.columns["readings"] for point in voltage.points} == {10.0}
    assert any(Point.of(point).nominal.si < 0 for point in voltage.points)
