"""Results of sections go on into other models: by column, by repetition, grouped, each effect itself everywhere."""

import math
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from labctl.errors import RecordError
from labctl.events.kinds import (
    HookFinished,
    IndicationTaken,
    Place,
    Purpose,
    RepetitionFinished,
    RepetitionStarted,
    Settled,
)
from labctl.language import Text
from labctl.metrology.quantity import Quantity, parse_quantity
from labctl.procedure.account import Account
from labctl.procedure.evaluate import evaluate_if_possible, evaluate_point, evaluate_run
from labctl.procedure.load import load_folder
from labctl.procedure.plan import AS_FOUND, plan
from labctl.records.calibration import CalibrationRecord, PointResult, Result
from labctl.records.equipment import Asset, Characteristic, Identity, SpecificationLine
from labctl_procedures.electrical.dmm_dc_voltage.procedure import METHOD as DMM
from tests.procedure.journals import NOON, RunInMemory, run_of

WEIGHING = load_folder(Path(__file__).parent / "methods" / "weighing")
BALANCE_LIMIT, CONDITIONING = 0.010, 0.006  # mg, half-widths
CLEAN, LOADED = ("F1, sample", "F9, blank"), ("F1, sample", "F9, blank")
MASSES = {
    ("Clean", "F1, sample"): (100.000, 100.004),
    ("Clean", "F9, blank"): (101.000, 101.002),
    ("Loaded", "F1, sample"): (105.010, 105.014),
    ("Loaded", "F9, blank"): (101.011, 101.013),
}


def asset(key: str, **more: object) -> Asset:
    identity = Identity(manufacturer="Simulated", model=key, serial="1")
    return evolve(Asset(key=key, title=Text(key, zh=key), identity=identity), **more)  # type: ignore[arg-type]


def weighing() -> RunInMemory:
    run = run_of(DMM)
    started = run.started
    figure = f"{BALANCE_LIMIT} mg"
    limit = SpecificationLine(quantity="mass", up_to=parse_quantity("1 g"), figure=figure, source="data sheet")
    conditioning = Characteristic(name="conditioning", figure=f"{CONDITIONING} mg", source="estimate")
    run.started = evolve(
        started,
        procedure=WEIGHING.reference,
        roles={"balance": "balance", "chamber": "chamber", "unit": "meter"},
        standards={"balance": asset("balance", specification=(limit,), sharing={"specification": "common"})},
        auxiliaries={"chamber": asset("chamber", characteristics=(conditioning,))},
        plan=plan(WEIGHING, started.unit),
        tables=(),
    )
    run.begin()
    return run


def shown(run: RunInMemory, place: Place, value: str, method: str) -> None:
    instrument, step = ("balance", "0.001 mg") if method == "stable_mass" else ("meter", "0.01 K")
    run.indication(instrument, method, parse_quantity(value), place, step)


def weighed(run: RunInMemory, section: str, keys: Sequence[str] = CLEAN) -> None:
    """Weigh every filter twice, in two cycles."""
    for repetition in (1, 2):
        for key in keys:
            place = Place(phase=AS_FOUND, section=section, point=key, repetition=repetition, attempt=1)
            run.append(RepetitionStarted(at=run.now, place=place))
            shown(run, evolve(place, symbol="W"), f"{MASSES[section, key][repetition - 1]} mg", "stable_mass")
            run.append(RepetitionFinished(at=run.now, place=place))


def watched(run: RunInMemory) -> None:
    place = Place(phase=AS_FOUND, section="Bath", point="1", repetition=1, attempt=1)
    run.append(RepetitionStarted(at=run.now, place=place))
    settling = evolve(place, symbol="t_bath", purpose=Purpose.SETTLE)
    span = parse_quantity("0.02 K")
    run.append(Settled(at=run.now, place=settling, criterion="", met=True, readings=3, span=span, waited=9))
    for value in ("20.00 °C", "20.01 °C", "20.02 °C", "20.03 °C"):
        shown(run, evolve(place, symbol="t"), value, "temperature")
    run.append(RepetitionFinished(at=run.now, place=place))


def whole() -> CalibrationRecord:
    run = weighing()
    weighed(run, "Clean")
    watched(run)
    weighed(run, "Loaded")
    run.finish()
    return evaluate_run(WEIGHING, run.entries)


def results(record: CalibrationRecord, section: str) -> list[PointResult]:
    return [point for each in record.sections if each.title.en == section for point in each.points]


def of(point: PointResult, symbol: str) -> Result:
    return next(each for each in point.results if each.symbol == symbol)


def milligrams(value: float, unit: str) -> float:
    return Quantity.of(value, unit).value_in("mg")


def test_a_difference_of_two_weighings_on_one_balance_keeps_only_what_does_not_cancel() -> None:
    """By hand: g = (m_l - m_u) - blank; the common limit of the balance cancels, conditioning and scatter stay."""
    (sample, blank) = results(whole(), "Gain")
    gain = of(sample, "g")
    assert milligrams(gain.value, gain.unit) == pytest.approx(5.010 - 0.011, abs=1e-9)
    s2 = sum((b - a) ** 2 / 2 for a, b in (MASSES["Clean", key] for key in CLEAN)) / 2
    pooled_clean = s2 / 2  # variance of a mean of two
    t2 = sum((b - a) ** 2 / 2 for a, b in (MASSES["Loaded", key] for key in CLEAN)) / 2
    pooled_loaded = t2 / 2
    conditioning = 4 * (CONDITIONING / math.sqrt(3)) ** 2
    expected = math.sqrt(2 * pooled_clean + 2 * pooled_loaded + conditioning)
    assert milligrams(gain.u, gain.unit) == pytest.approx(expected, rel=1e-6)
    assert of(sample, "twice").u == pytest.approx(2 * gain.u, rel=1e-9)
    assert blank.point == "F9"
    assert of(blank, "g").value == pytest.approx(0, abs=1e-12)


def test_a_section_without_points_is_measured_once_and_gives_several_results() -> None:
    (point,) = results(whole(), "Bath")
    assert of(point, "rate").value == pytest.approx(0.01, rel=1e-6)  # kelvin a second: the journal ticks so
    assert of(point, "low").value == pytest.approx(20.00)
    steady = {line.symbol: line.u for line in of(point, "t_0").budget}
    assert steady["d_stable"] == pytest.approx(0.01 / math.sqrt(3))
    assert steady["d_res"] == pytest.approx(0.005 / math.sqrt(3))


def test_a_statistic_has_a_value_and_no_uncertainty() -> None:
    spans = [of(each, "d_m") for each in results(whole(), "Agree")]
    assert [milligrams(each.value, each.unit) for each in spans] == pytest.approx([0.004, 0.002], rel=1e-6)
    assert {each.k for each in spans} == {0.0}


def test_a_result_that_waits_for_another_section_is_pending_and_nothing_else_is() -> None:
    run = weighing()
    weighed(run, "Clean")
    account = Account.of(run.entries)
    assert evaluate_if_possible(WEIGHING, run.started, account, AS_FOUND, "Clean", "F1, sample") is not None
    assert evaluate_if_possible(WEIGHING, run.started, account, AS_FOUND, "Loaded", "F1, sample") is None
    with pytest.raises(RecordError, match="no attempt"):
        evaluate_point(WEIGHING, run.started, account, AS_FOUND, "Loaded", "F1, sample")
    run.finish()
    record = evaluate_run(WEIGHING, run.entries)
    assert {each.title.en for each in record.sections} == {"Clean"}


def test_a_requirement_judges_a_reduction() -> None:
    sample, blank = results(whole(), "Gain")
    assert [each.verdict.value for each in sample.judgements] == ["conforms"]
    assert [each.verdict.value for each in blank.judgements] == ["does not conform"]


def test_what_a_hook_brought_about_holds_until_it_runs_again() -> None:
    run = weighing()
    place = Place(phase=AS_FOUND, section="Bath", point="1", repetition=1, attempt=1)
    run.append(RepetitionStarted(at=run.now, place=place))
    shown(run, evolve(place, symbol="t"), "1 °C", "temperature")
    run.append(HookFinished(at=run.now, place=place, hook="h", column="nominal"))
    second = evolve(place, repetition=2)
    run.append(RepetitionStarted(at=run.now, place=second))
    account = Account.of(run.entries)
    (attempt,) = account.point(AS_FOUND, "Bath", "1").attempts[2]
    assert [each.quantity for each in attempt.series["t"]] == [Quantity.of(1, "°C")]
    account.take(
        99,
        IndicationTaken(
            at=NOON + timedelta(hours=1),
            instrument="meter",
            method="temperature",
            arguments=(),
            exchanges=(),
            quantity=Quantity.of(2, "°C"),
            reply=b"",
            asked_at=NOON,
            taken_at=NOON,
            of="meter",
            place=evolve(second, symbol="t", purpose=Purpose.OBSERVE),
        ),
    )
    assert [each.quantity for each in attempt.series["t"]] == [Quantity.of(2, "°C")]
